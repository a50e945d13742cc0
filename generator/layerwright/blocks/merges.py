"""The words for joining paths, and the layers that each stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from ..faults import WrongAxes, WrongCount
from ..graph import Tensor
from ..layers import LayerError, spell
from ..layers.merging import equal_shapes
from ..layers.rule import Value
from ..problems import Edit
from ..records import dataclass

if TYPE_CHECKING:
    from .builder import Builder

Join = Callable[["Builder", Sequence[Tensor], str, str], Tensor]
"""Adds the calls that join tensors; takes the base of their names and the place, and returns what comes out."""


@dataclass(frozen=True)
class Merge:
    """A word for joining paths. `pairwise`: exactly two. `flat`: of one axis each. `distance`: small means near."""

    name: str
    about: str
    join: Join
    pairwise: bool = False
    flat: bool = False
    distance: bool = False

    def __call__(self, builder: Builder, tensors: Sequence[Tensor], base: str, place: str) -> Tensor:
        """Adds the calls that join tensors. Raises LayerError for tensors that it can't join."""
        if self.pairwise and len(tensors) != 2:
            raise LayerError(
                WrongCount,
                f"{self.name} joins exactly two, not {len(tensors)}",
                "merge by concatenate",
            )
        for tensor in tensors if self.flat else ():
            if len(tensor.shape) != 2:
                raise LayerError(
                    WrongAxes,
                    f"{self.name} compares tensors of one axis, and one has {spell(tensor.shape)}",
                    "pool or flatten it first (global_average_pool, flatten)",
                )
        return self.join(builder, tensors, base, place)


@dataclass(frozen=True)
class OneLayer:
    """Joins tensors by a single layer of this class."""

    class_name: str
    arguments: Mapping[str, Value] = field(default_factory=dict)

    def __call__(self, builder: Builder, tensors: Sequence[Tensor], base: str, place: str) -> Tensor:
        """Adds the call."""
        rule = builder.vocabulary.rules[self.class_name]
        return builder.call(rule, self.arguments, None, base, tuple(tensors), place)


def _gated(builder: Builder, tensors: Sequence[Tensor], base: str, place: str) -> Tensor:
    """G * a + (1 - g) * b, where g is a sigmoid of a dense layer on both."""
    equal_shapes(tuple(tensor.shape for tensor in tensors))
    both = OneLayer("Concatenate")(builder, tensors, f"{base}_both", place)
    gate = OneLayer("Dense", {"units": tensors[0].shape[-1], "activation": "sigmoid"})
    return OneLayer("Gate")(builder, [gate(builder, [both], f"{base}_gate", place), *tensors], base, place)


def _attention(builder: Builder, tensors: Sequence[Tensor], base: str, place: str) -> Tensor:
    """The sum of the tensors, each weighed by the softmax of a score that a dense layer of its own gives it."""
    scores = [OneLayer("Dense", {"units": 1})(builder, [tensor], f"{base}_score", place) for tensor in tensors]
    joined = OneLayer("Concatenate")(builder, scores, f"{base}_scores", place)
    is_masked = any(tensor.masked for tensor in tensors)  # Keras fails to lay a mask of steps over scores
    softmax = OneLayer("Activation", {"activation": "softmax"}) if is_masked else OneLayer("Softmax")
    weights = softmax(builder, [joined], f"{base}_weights", place)
    return OneLayer("WeightedSum")(builder, [weights, *tensors], base, place)


EQUAL = ("concatenate", "Concatenate")
"""Merges that take tensors whose last sizes differ."""


def is_pairwise(how: str) -> bool:
    """Whether a merge joins exactly two."""
    return how in MERGES and MERGES[how].pairwise


def alike(tensors: Sequence[Tensor], stacks: Sequence[str], how: str, instead: Edit) -> tuple[Edit, ...]:
    """The edits after which tensors can be joined.

    What has more than one axis is pooled, at the end of its stack; where widths differ then, or a merge takes two, they
    are concatenated, as `instead` says.
    """
    flat = how in MERGES and MERGES[how].flat
    pooled = [
        Edit("append", place, "global_average_pool" if len(tensor.shape) < 6 else "flatten")
        for tensor, place in zip(tensors, stacks, strict=True)
        if len(tensor.shape) > 2 and (flat or len({each.shape[1:-1] for each in tensors}) > 1)
    ]
    pairwise = is_pairwise(how) and len(tensors) != 2
    widths = {tensor.shape[-1] for tensor in tensors}
    bare = [at for tensor, at in zip(tensors, stacks, strict=True) if len(tensor.shape) == 1]
    pooled += [Edit("append", at, "reshape 1") for at in bare]
    return (*pooled, *([instead] if pairwise or (len(widths) > 1 and how not in EQUAL) or not pooled else []))


MERGES = {
    merge.name: merge
    for merge in (
        Merge("concatenate", "side by side", OneLayer("Concatenate")),
        Merge("add", "summed", OneLayer("Add")),
        Merge("average", "averaged", OneLayer("Average")),
        Merge("maximum", "the larger of each", OneLayer("Maximum")),
        Merge("minimum", "the smaller of each", OneLayer("Minimum")),
        Merge("multiply", "multiplied", OneLayer("Multiply")),
        Merge("attention", "a weighted sum; the network learns the weights", _attention),
        Merge("subtract", "the first less the second", OneLayer("Subtract"), pairwise=True),
        Merge("absolute_difference", "how far apart, number by number", OneLayer("AbsoluteDifference"), pairwise=True),
        Merge("dot", "the dot product, one number", OneLayer("Dot", {"axes": -1}), pairwise=True, flat=True),
        Merge(
            "cosine",
            "the cosine of the angle between, one number",
            OneLayer("Dot", {"axes": -1, "normalize": True}),
            pairwise=True,
            flat=True,
        ),
        Merge(
            "l1_distance", "the sum of the differences", OneLayer("L1Distance"), pairwise=True, flat=True, distance=True
        ),
        Merge("l2_distance", "the Euclidean distance", OneLayer("L2Distance"), pairwise=True, flat=True, distance=True),
        Merge("gated", "a mix of the two; the network learns of how much", _gated, pairwise=True),
    )
}
