"""The planner's own choices: the layers of a branch, a body, a head of which the answers say nothing.

They are said in the language of `layers`, so that a user can write down whatever the planner would do.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .kinds import DENSE, DROPOUT, Items
from .layers import ACTIVATIONS, Shape
from .lengths import varies
from .spec import Input, Output
from .tasks import Per

WIDEST_EMBEDDING = 50
"""Width of the widest embedding of a category; a narrower one has half as many numbers as there are values."""

LONGEST_WINDOW = 1024
"""Longest window of a spectrum, in samples of sound."""

MOST_LEVELS = 3
"""How often a U-shaped network halves its image, at most."""

MOST_FILTERS = 256
"""How many filters the last convolution of a branch has, at most."""

SMALLEST_MAP = 3
"""Smallest edge, in places, down to which a branch pools: what its last convolution sees is nearly all of an image."""

FEWEST_PLACES = 4
"""Smallest edge, in places, down to which images are halved."""

BODY: Items = ("dense 64",)
LATENT: Items = ("dense 32",)
"""The body before a reconstruction: narrower than what it reconstructs."""


def terms(each: Input) -> dict[str, object]:
    """What the letters in a kind's stack stand for."""
    sizes = dict(zip(each.kind.letters, each.sizes, strict=True))
    first = each.sizes[0] or 1
    window = min(LONGEST_WINDOW, 2 ** max(4, int(math.log2(first)) - 1))
    return {
        **sizes,
        "width": min(WIDEST_EMBEDDING, (first + 1) // 2),
        "fft": window,
        # Keras miscounts the frames of sounds that end a step short of one more.
        "hop": next(hop for hop in range(window // 4, window) if (first + 1) % hop),
    }


def branch(
    each: Input, owner: str, needs: Collection[Per], branching: Sequence[str], *, compared: bool = False
) -> list[Any]:
    """The layers of a branch, for outputs that need these.

    `compared`: with another one, or with itself on another input.
    """
    kind = each.kind
    if Per.PLACE in needs and kind.places:
        return _u_shape(each, owner, branching)
    if set(needs) == {Per.INPUT} and kind.places:
        return [*_halvings(each), "flatten", "dense 64"]
    step_by_step = Per.STEP in needs or (Per.INPUT in needs and None in each.sizes)
    chosen = kind.steps if step_by_step and kind.steps else kind.stack
    # What is dropped at random on one way and not on the other would count as a difference.
    stack = [item for item in chosen if not (compared and item == DROPOUT)]
    stack = [item.format(**terms(each)) if isinstance(item, str) else item for item in stack]
    if kind.places:
        convolutions, filters = _pyramid(each.sizes[:-1])
        return [*convolutions, *_widened(branching, filters), *stack]
    start = kind.start if None in each.sizes else ()
    forks = [item for word in branching for item in kind.forks[word]]
    return [*start, *stack[: kind.fork], *forks, *stack[kind.fork :]]


def _pyramid(sizes: Sequence[int | None]) -> tuple[list[str], int]:
    """Convolutions with pools between them, down to few places, and how many filters the last one has.

    Each has twice the filters of the one before: there are fewer places to say something of, and more to say of each.
    """
    left, filters = [size or 1 for size in sizes], 32
    items = [f"conv {filters}"]
    while max(left) // 2 >= SMALLEST_MAP:
        pools = [2 if size // 2 >= SMALLEST_MAP else 1 for size in left]
        left = [size // pool for size, pool in zip(left, pools, strict=True)]
        filters = min(2 * filters, MOST_FILTERS)
        items += ["max_pool" if min(pools) == 2 else f"max_pool {'x'.join(map(str, pools))}", f"conv {filters}"]
    return items, filters


def body(needs: Collection[Per], rank: int, branching: Sequence[str]) -> list[Any]:
    """The layers between the merge and the heads."""
    if set(needs) == {Per.INPUT}:
        return list(LATENT)
    if Per.PLACE in needs and rank > 3:
        return []
    forks: list[Any] = []
    for word in branching:
        forks += DENSE[word]
    return [*BODY, *forks]


def head(output: Output, tensor: Shape) -> list[Any]:
    """The layers of a head before its last."""
    if output.per is Per.SAMPLE and len(tensor) > 2:
        return ["global_average_pool" if len(tensor) < 6 else "flatten"]
    return _decoder(output.of, tensor) if output.of else []


def last(output: Output, tensor: Shape) -> list[str]:
    """The layers that end a head."""
    if output.of is None:
        return list(output.task.ending(output.size))
    shape, places = output.of.shape, output.of.kind.places
    activation = "sigmoid" if places else "linear"
    if places and len(tensor) == len(shape):
        return [f"conv {shape[-1]} 3 {activation}"]
    if len(tensor) == len(shape) or varies(shape):
        return [f"dense {shape[-1]} {activation}"]
    flat = math.prod(size for size in shape[1:] if size is not None)
    flattened = [] if len(tensor) == 2 else ["global_average_pool" if None in tensor[1:] else "flatten"]
    return [*flattened, f"dense {flat} {activation}", f"reshape {_spelled(shape[1:])}"]


def activation(output: Output, tensor: Shape) -> str | None:
    """The activation that a head ends in by its task, None if it has none."""
    words = [word for text in last(output, tensor) for word in text.split()]
    return next((word for word in words if word in ACTIVATIONS), None)


def backbone_branch(needs: Collection[Per]) -> list[Any]:
    """What comes after a backbone: its features pooled, or spread out again over the image."""
    if Per.PLACE not in needs:
        return ["global_average_pool"]
    return [f"conv_transpose {max(16, 256 // 2**level)} strides=2" for level in range(5)]


def _u_shape(each: Input, owner: str, branching: Sequence[str]) -> list[Any]:
    """A U-shaped network: down by pooling, up again by transposed convolutions, with a skip at each level.

    After Ronneberger, Fischer, Brox, "U-Net" (2015), with convolutions that keep the size.
    """
    levels = min(MOST_LEVELS, len(_halved(each)))
    down: list[Any] = []
    up: list[Any] = []
    for level in range(levels):
        filters, skip = 32 * 2**level, f"{owner}_skip_{level + 1}"
        down += [f"conv {filters}", f"conv {filters} name={skip}", "max_pool"]
        rise = [f"conv_transpose {filters} 2 strides=2 padding=valid", {"merge": {"with": skip}}]
        up = [*rise, f"conv {filters}", f"conv {filters}", *up]
    deepest = 32 * 2**levels
    middle = [f"conv {deepest}", *_widened(branching, deepest), f"conv {deepest}"]
    return [*down, *middle, *up]


def _widened(branching: Sequence[str], filters: int) -> list[Any]:
    """What branching puts where an image has become small."""
    residual: Mapping[str, Any] = {"layers": [f"conv {filters}", f"conv {filters} linear"], "activation": "relu"}
    forks: list[Any] = [{"residual": residual}] if "residual" in branching else []
    if "parallel" in branching:
        forks += [{"parallel": {"paths": [[f"conv {filters}"], [f"conv {filters}", f"conv {filters}"]]}}]
    return forks


def _halved(each: Input) -> list[tuple[int, ...]]:
    """The sizes of an image each time it's halved, as long as that goes without a rest."""
    sizes = tuple(size or 1 for size in each.sizes[:-1])
    result = []
    while all(size % 2 == 0 and size // 2 >= FEWEST_PLACES for size in sizes):
        sizes = tuple(size // 2 for size in sizes)
        result.append(sizes)
    return result


def _halvings(each: Input) -> list[str]:
    """Convolutions that halve an image until it's small."""
    return [f"conv {_filters(level)} strides=2" for level in range(len(_halved(each)))] or ["conv 32"]


def _filters(level: int) -> int:
    return 32 if level == 0 else 64


def _decoder(of: Input, tensor: Shape) -> list[Any]:
    """From a few numbers back towards an input, as far as its last layer."""
    if len(tensor) != 2:
        return []
    if of.kind.places:
        halved = _halved(of)
        smallest = halved[-1] if halved else tuple(size or 1 for size in of.sizes[:-1])
        shape = (*smallest, _filters(max(0, len(halved) - 1)))
        doublings = [
            f"conv_transpose {_filters(max(0, level - 1))} strides=2" for level in reversed(range(len(halved)))
        ]
        return [f"dense {math.prod(shape)}", f"reshape {_spelled(shape)}", *doublings]
    if of.kind.name == "sequence" and of.shape[1] is not None:
        return [f"repeat_vector {of.shape[1]}", "lstm 64 return_sequences=true"]
    return ["dense 64"]


def _spelled(sizes: Sequence[int | None]) -> str:
    return "x".join(str(-1 if size is None else size) for size in sizes)
