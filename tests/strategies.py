"""Draws whole sets of answers over everything that the language of answers has.

Items are put on a scratch network while they're drawn, so that most of them fit: what doesn't is drawn again, or, now
and then, left in. A share of the sets is spoiled on purpose afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from layerwright.backbones import BACKBONES
from layerwright.blocks import GROUPS, MERGES, Abandoned, Builder, Reader
from layerwright.blocks.layer import read_value
from layerwright.graph import Tensor
from layerwright.kinds import KINDS
from layerwright.layers import ACTIVATIONS, LayerError, Rule, Shape, builtin
from layerwright.layers.configured import Configured
from layerwright.layers.rule import REQUIRED, Nested, Value
from layerwright.problems import Problems
from layerwright.tasks import TASKS, Per

from .test_layers import arguments as layer_arguments

VOCABULARY = builtin()
WORDS = frozenset(VOCABULARY.words)

MOST_NUMBERS = 4_000
"""Largest tensor of one sample: enough to tell sizes apart, and fast."""

SLOW = frozenset({"AugMix", "RandAugment", "RandomElasticTransform"})
"""Classes whose building takes a second: they're drawn one time in twenty of those that they come up."""

INPUT_NAMES = ["photo", "Meta", "left", "right", "x", "class", "layers", "body", "merge", "inputs", "heads", "dense"]
INPUT_NAMES += ["name", "number", "x_1", "block", "merge_features", "self", "l"]
OUTPUT_NAMES = ["category", "price", "y", "dense_1", "list", "keras", "build_model", "output", "concatenate", "outputs"]
OUTPUT_NAMES += ["photo_dense", "residual", "lambda", "merge_dense", "functools"]
GROUP_NAMES = ["encoder", "model", "def", "twin", "shared_encoder"]
LAYER_NAMES = ["hidden", "latent", "X", "dense_2", "merge_1", "skip", "reader", "code_1", "Block", "x_conv", "for"]
LAYER_NAMES += ["residual_2", "inputs_dense", "build_encoder", "shortcut", "weights", "name_1", "add", "mask"]
"""Among them are names that mean something in Python, in the source, or to the planner."""

ALL_ACTIVATIONS = sorted(ACTIVATIONS)
JOINS = ["concatenate", "concatenate", "add", *MERGES]
CLASSES = sorted(
    name for name, rule in VOCABULARY.rules.items() if not rule.merges and rule.within is None and rule.module != "own"
)
JOINING = sorted(name for name, rule in VOCABULARY.rules.items() if rule.merges and rule.module != "own")

Draw = st.DrawFn


def chance(draw: Draw, percent: int) -> bool:
    """Whether something that happens so often happens; at its simplest it doesn't."""
    return draw(st.integers(0, 99)) >= 100 - percent


# The text of layers


def token(value: Value) -> str:
    """A value as a line of answers has it."""
    if isinstance(value, tuple):
        if len(value) > 1 and all(type(each) is int for each in value):
            return "x".join(map(str, value))
        return f"({','.join(map(token, value))})"
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return str(value).replace(" ", "")


def in_yaml(value: Value) -> Any:
    """A value as a mapping of answers has it."""
    if isinstance(value, tuple):
        return [in_yaml(each) for each in value]
    return token(value) if isinstance(value, Configured | str) or value is None else value


def _sayable(value: Value) -> bool:
    """Whether a line can say a value."""
    said = read_value(token(value))
    return isinstance(value, Configured) or (said == value and type(said) is type(value))


def said(draw: Draw, rule: Rule, given: Mapping[str, Value], name: str | None) -> Any:
    """A layer of a class: as a line, with bare values and named ones, or as a mapping."""
    given = {key: value for key, value in given.items() if not isinstance(value, Nested)}
    if chance(draw, 25) or not all(map(_sayable, given.values())):
        mapping = {key: in_yaml(value) for key, value in given.items()}
        return {rule.name: {**mapping, "name": name} if name else mapping}
    bare, named = [], dict(given)
    for argument in rule.arguments:
        if argument.name not in named or str(named[argument.name]) in ACTIVATIONS or not draw(st.booleans()):
            break
        bare.append(token(named.pop(argument.name)))
    tokens = [*bare, *(f"{key}={token(value)}" for key, value in named.items())]
    return " ".join([rule.name, *tokens, *([f"name={name}"] if name else [])])


# Layers of one kind of tensor, by words

WIDTH = st.sampled_from([1, 2, 3, 4, 4, 4, 5, 8])
KERNEL = st.sampled_from([1, 2, 3, 5])
ACTIVATION = st.sampled_from(["", "", " relu", " linear", " tanh", " softmax", " activation=gelu", " swish"])
BIAS = st.sampled_from(["", "", "", " use_bias=false"])

ANY_RANK = [
    *("batch_norm", "batch_norm momentum=0.9 scale=false", "layer_norm", "LayerNormalization -1 0.01 true false"),
    *(
        "unit_norm",
        "dropout 0.25",
        "Dropout 0",
        "relu",
        "leaky_relu",
        "leaky_relu 0.2",
        "gelu",
        "softmax",
        "Rescaling 2.718281828 -0.5",
    ),
    *("Rescaling 0.00392156862745098", "Activation swish", "gaussian_noise 0.1", "GaussianNoise 0.1", "Identity"),
    *("group_norm groups=1", "GroupNormalization 1", "ActivityRegularization 0.01", "PReLU shared_axes=1"),
]
SPATIAL = [
    *("max_pool", "average_pool", "max_pool 3 strides=1 padding=same", "average_pool padding=same"),
    *("spatial_dropout 0.1", "upsample", "upsample 3", "depthwise_conv", "depthwise_conv 2 linear"),
]
OF_STEPS = [
    *("max_pool 3", "masking", "Masking 1.5", "conv 3 2 padding=causal", "ZeroPadding1D 1x2", "Cropping1D 1"),
    *("permute 2x1", "conv 4 dilation_rate=2", "SeparableConv1D 2 3"),
]
OF_PLACES = [
    *("max_pool 3x2 strides=1 padding=same", "conv 4 3x1 dilation_rate=2", "conv 4 1 groups=1", "Conv2D 3 2 1 same"),
    *("ZeroPadding2D ((1,0),(0,2))", "Cropping2D ((1,0),(0,1))", "permute 2x1x3", "upsample 2x1"),
    *("SeparableConv2D 3 2", "conv 4 3 strides=2", "conv_transpose 3 strides=2", "Conv2DTranspose 2 3 2"),
]
OF_VOLUMES = [
    *("max_pool 1x2x1", "conv 3 1x3x3", "Conv3D 2 2", "conv 3 strides=1x2x2", "permute 3x1x2x4", "upsample 1x2x2"),
]


def _known(lines: Sequence[str]) -> list[str]:
    """The lines whose first word there is."""
    return [line for line in lines if VOCABULARY.word(line.split()[0]) or line.split()[0] in ACTIVATIONS]


FIXED = {
    axes: _known([*lines, *ANY_RANK])
    for axes, lines in {
        1: [],
        2: [*SPATIAL, *OF_STEPS],
        3: [*SPATIAL, *OF_PLACES],
        4: [*SPATIAL, *OF_VOLUMES],
        5: [],
    }.items()
}

CONVOLUTIONS = [word for word in ("conv", "conv", "conv", "separable_conv", "conv_transpose") if word in WORDS]
RECURRENT = ["lstm", "gru", "simple_rnn"]


def line(draw: Draw, shape: Shape, *, masked: bool) -> str:
    """A layer for fractions of this shape, by its word."""
    axes = len(shape) - 1
    if axes == 0:
        return "dense 3"
    what = draw(st.integers(0, 9))
    if what < 3 or axes > 4:
        return f"{draw(st.sampled_from(['dense', 'dense', 'Dense']))} {draw(WIDTH)}{draw(ACTIVATION)}{draw(BIAS)}"
    if what < 6 and axes in (2, 3, 4) and (axes == 3 or not masked):
        word = draw(st.sampled_from(CONVOLUTIONS[: 4 if axes == 4 else None]))
        padding = draw(st.sampled_from(["", "", " padding=valid", " strides=2"]))
        return f"{word} {draw(WIDTH)} {draw(KERNEL)}{padding}{draw(ACTIVATION)}{draw(BIAS)}"
    if what < 8 and axes == 2:
        word = draw(st.sampled_from(RECURRENT))
        ends = "" if chance(draw, 20) else " return_sequences=true"
        more = draw(st.sampled_from(["", "", " go_backwards=true", " activation=relu", " dropout=0.5"]))
        return f"{word} {draw(WIDTH)}{ends}{more}"
    if what == 8 and axes == 1 and shape[1]:
        return _reshape(draw, shape[1])
    return draw(st.sampled_from(FIXED.get(axes, FIXED[5])))


def _reshape(draw: Draw, size: int) -> str:
    divisors = [each for each in range(1, size + 1) if size % each == 0]
    first = draw(st.sampled_from(divisors))
    second = draw(st.sampled_from(["", "1", "-1"]))
    if second == "1":
        return f"reshape {first}x1x{size // first}"
    return f"reshape {first}x{'-1' if second else size // first}"


# Items, tried on a scratch network


Keep = Callable[[Shape], bool]
"""Says whether a stack may come to this shape."""


def anything(shape: Shape) -> bool:
    """No shape is refused."""
    return True


def same_places(start: Shape) -> Keep:
    """Only shapes that differ from this one in nothing but their channels."""
    return lambda shape: len(shape) == len(start) and shape[1:-1] == start[1:-1]


@dataclass
class Scratch:
    """A network that items are tried on. `late` has the ends of inputs that are named to be merged in."""

    builder: Builder
    draw: Draw
    named: list[str] = field(default_factory=list)

    @classmethod
    def new(cls, draw: Draw, backend: str, ends: Mapping[str, Tensor], taken: Sequence[str]) -> Scratch:
        """An empty one, whose layers may not have these names."""
        names = dict.fromkeys(taken, "taken")
        return cls(Builder(VOCABULARY, Problems(), names, backend, elsewhere=ends.get), draw)

    def inside(self) -> Scratch:
        """One for a nested model."""
        return Scratch(self.builder.inside({"inputs": "taken"}), self.draw)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """What is built inside is forgotten again."""
        builder = self.builder
        count, block, problems = len(builder.graph.nodes), builder.block, builder.problems
        known, taken, unnamed = dict(builder.known), dict(builder.taken), dict(builder.unnamed)
        builder.problems = Problems()
        try:
            yield
        finally:
            del builder.graph.nodes[count:]
            builder.block, builder.problems = block, problems
            builder.known, builder.taken, builder.unnamed = known, taken, unnamed

    def add(self, item: Any, tensor: Tensor, keep: Keep = anything) -> Tensor | None:
        """What comes of a tensor by an item. None, and nothing is built, if it doesn't fit."""
        with self.trial():
            if self._built(item, tensor, keep) is None:
                return None
        return self._built(item, tensor, keep)

    def _built(self, item: Any, tensor: Tensor, keep: Keep) -> Tensor | None:
        builder = self.builder
        before, builder.problems = builder.problems, Problems()
        try:
            read = Reader(GROUPS, builder.problems).item(item, "layers")
            output = read.build(builder, tensor) if read else None
        except Abandoned:
            output = None
        found, builder.problems = builder.problems.found, before
        if output is None or found or not keep(output.shape) or _numbers(output.shape) > MOST_NUMBERS:
            return None
        return output

    def name(self) -> str | None:
        """A name for a layer, rarely one that is taken."""
        name = self.draw(st.sampled_from(LAYER_NAMES))
        if name in self.builder.taken and not chance(self.draw, 5):
            return None
        return name


def _numbers(shape: Shape) -> int:
    return math.prod(size or 1 for size in shape[1:])


def items(
    scratch: Scratch, tensor: Tensor, depth: int, least: int, most: int, keep: Keep = anything
) -> tuple[list[Any], Tensor]:
    """Items that lead on from a tensor, and what comes of it."""
    drawn: list[Any] = []
    for _ in range(scratch.draw(st.integers(least, most))):
        drawn_item, tensor = item(scratch, tensor, depth, keep)
        drawn.append(drawn_item)
    return drawn, tensor


def item(scratch: Scratch, tensor: Tensor, depth: int, keep: Keep = anything) -> tuple[Any, Tensor]:
    """An item that leads on from a tensor, and what comes of it: drawn again where it doesn't fit."""
    for _ in range(3):
        drawn = _item(scratch, tensor, depth)
        output = scratch.add(drawn, tensor, keep)
        if output is not None:
            return drawn, output
        if chance(scratch.draw, 1):
            return drawn, tensor
    easy: Any = f"embedding 9 {scratch.draw(WIDTH)}" if tensor.dtype != "float32" else "dropout 0.5"
    return easy, scratch.add(easy, tensor) or tensor


def _item(scratch: Scratch, tensor: Tensor, depth: int) -> Any:
    draw = scratch.draw
    what = draw(st.integers(0, 99))
    if tensor.dtype != "float32" and what < 85:
        mask = draw(st.sampled_from(["", "", " mask_zero=true"]))
        return f"embedding {draw(st.integers(5, 12))} {draw(WIDTH)}{mask}"
    if what < 36 or (not depth and what < 60):
        return _worded(scratch, tensor)
    if what < 58 or not depth:
        return _class(scratch, tensor)
    if what < 68:
        return _reference(scratch) or _residual(scratch, tensor, depth)
    groups = [_residual, _parallel, _repeat, _model]
    groups += {1: [], 2: [_sequence, _sequence, _wrapper, _wrapper]}.get(len(tensor.shape) - 1, [_wrapper])
    return draw(st.sampled_from(groups))(scratch, tensor, depth)


def _worded(scratch: Scratch, tensor: Tensor) -> Any:
    text = line(scratch.draw, tensor.shape, masked=tensor.masked)
    if chance(scratch.draw, 20) and (name := scratch.name()):
        return f"{text} name={name}"
    word, *rest = text.split()
    if word in ("dense", "conv") and chance(scratch.draw, 15):
        positions = dict(zip(("units",) if word == "dense" else ("filters", "kernel_size"), rest, strict=False))
        numbers = {key: int(value) for key, value in positions.items() if value.isdecimal()}
        return {word: numbers} if scratch.draw(st.booleans()) else {word: next(iter(numbers.values()))}
    return text


def _class(scratch: Scratch, tensor: Tensor) -> Any:
    """A class of keras.layers that takes tensors like this one, with arguments of any kind."""
    draw = scratch.draw
    fitting = [name for name in CLASSES if _may_take(VOCABULARY.rules[name], tensor)]
    # Those of one rank come up where tensors have it, and there twice as often as the others.
    fitting += [name for name in fitting if VOCABULARY.rules[name].rank is not None]
    rule = VOCABULARY.rules[draw(st.sampled_from(fitting))]
    if rule.name in SLOW and not chance(draw, 5):
        rule = VOCABULARY.rules["Dense"]
    for _ in range(3):
        given = draw(layer_arguments(rule))
        if not any(_holds_layer(value) for value in given.values()) and _calls(rule, given, tensor):
            break
    else:
        return _worded(scratch, tensor)
    return said(draw, rule, given, scratch.name() if chance(draw, 10) else None)


def _may_take(rule: Rule, tensor: Tensor) -> bool:
    needs_layer = any(argument.name in ("layer", "cell", "cells") for argument in rule.arguments)
    whole = tensor.dtype != "float32"
    return not needs_layer and rule.rank in (None, len(tensor.shape)) and (rule.integers or not whole)


def _calls(rule: Rule, given: Mapping[str, Value], tensor: Tensor) -> bool:
    try:
        rule.call(given, (tensor.shape,))
        rule.check(given, (tensor,))
    except LayerError:
        return False
    return True


def _holds_layer(value: Value) -> bool:
    return any(map(_holds_layer, value)) if isinstance(value, tuple) else isinstance(value, Nested)


def _reference(scratch: Scratch) -> Any:
    """A use of an earlier name, or a merge with one. None if nothing is named yet."""
    draw = scratch.draw
    names = [name for name in scratch.builder.known if " in " not in name]
    if not names:
        return None
    if draw(st.booleans()):
        return {"use": draw(st.sampled_from(names))} if draw(st.booleans()) else f"use {draw(st.sampled_from(names))}"
    chosen: Any = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    chosen = chosen[0] if len(chosen) == 1 else draw(st.sampled_from([chosen, " + ".join(chosen)]))
    how = draw(st.sampled_from([None, *JOINS, *JOINING]))
    return {"merge": chosen} if how is None else {"merge": {"with": chosen, "how": how}}


def _inner(scratch: Scratch, tensor: Tensor, depth: int, least: int = 1, keep: Keep = anything) -> list[Any]:
    """A stack inside of a group: it isn't built yet."""
    with scratch.trial():
        return items(scratch, tensor, depth - 1, least, 2, keep)[0]


def _residual(scratch: Scratch, tensor: Tensor, depth: int) -> Any:
    draw = scratch.draw
    layers = _inner(scratch, tensor, depth, keep=same_places(tensor.shape) if chance(draw, 70) else anything)
    if chance(draw, 30):
        return {"residual": layers}
    parts: dict[str, Any] = {"layers": _one_line(draw, layers)}
    if chance(draw, 50):
        parts["activation"] = draw(st.sampled_from(["none", "relu", "tanh"]))
    if chance(draw, 30):
        own = [*_inner(scratch, tensor, 1, keep=same_places(tensor.shape)), f"dense {draw(WIDTH)} linear"]
        parts["shortcut"] = draw(st.sampled_from(["auto", "identity", own]))
    if chance(draw, 30):
        parts["form"] = draw(st.sampled_from(["class", "class", "function"]))
    if chance(draw, 20) and (name := scratch.name()):
        parts["name"] = name
    return {"residual": parts}


def _parallel(scratch: Scratch, tensor: Tensor, depth: int) -> Any:
    draw = scratch.draw
    if chance(draw, 20) and (name := scratch.name()):
        return _twice(scratch, tensor, depth, name)
    how = draw(st.sampled_from(["concatenate", "concatenate", *JOINS, *JOINING]))
    count = 2 if how in MERGES and MERGES[how].pairwise else draw(st.integers(2, 3))
    flat = how in MERGES and MERGES[how].flat
    paths = []
    # What joins number by number needs paths of one width.
    ends = [] if how == "concatenate" else [f"dense {draw(WIDTH)}"]
    for _ in range(count):
        keep = same_places(tensor.shape) if chance(draw, 85) else anything
        path = _inner(scratch, tensor, depth, least=0, keep=keep) + ends
        paths.append(path + ([] if not flat or len(tensor.shape) == 2 else ["flatten", "dense 3"]))
    parts: dict[str, Any] = {"paths": paths}
    if how != "concatenate" or draw(st.booleans()):
        parts["merge"] = how
    if chance(draw, 15) and (name := scratch.name()):
        parts["name"] = name
    return {"parallel": paths} if list(parts) == ["paths"] and draw(st.booleans()) else {"parallel": parts}


def _twice(scratch: Scratch, tensor: Tensor, depth: int, name: str) -> Any:
    """Two paths through the same layer, model or group."""
    draw = scratch.draw
    with scratch.trial():
        before, start = items(scratch, tensor, 0, 0, 1, same_places(tensor.shape))
        shared: Any = f"{line(draw, start.shape, masked=start.masked)} name={name}"
        if chance(draw, 50):
            layers = _inner(scratch, start, depth)
            word = draw(st.sampled_from(["model", "residual"]))
            shared = {word: {"name": name, "layers": layers}}
    return {"parallel": [[*before, shared], [*before, {"use": name}]]}


def _repeat(scratch: Scratch, tensor: Tensor, depth: int) -> Any:
    draw = scratch.draw
    keep = same_places(tensor.shape) if chance(draw, 80) else anything
    parts: dict[str, Any] = {
        "times": draw(st.integers(1, 4)),
        "layers": _one_line(draw, _inner(scratch, tensor, depth, keep=keep)),
    }
    if chance(draw, 20) and (name := scratch.name()):
        parts["name"] = name
    return {"repeat": parts}


def _model(scratch: Scratch, tensor: Tensor, depth: int) -> Any:
    inner = scratch.inside()
    layers = items(inner, Tensor(tensor.shape, tensor.dtype, tensor.masked), depth - 1, 1, 2)[0]
    name = scratch.name() if chance(scratch.draw, 60) else None
    return {"model": {"name": name, "layers": layers} if name else {"layers": layers}}


def _sequence(scratch: Scratch, tensor: Tensor, depth: int) -> Any:
    """A block for sequences."""
    draw = scratch.draw
    heads = f"{draw(st.integers(1, 3))}x{draw(st.integers(1, 3))}"
    name = f" name={name}" if chance(draw, 10) and (name := scratch.name()) else ""
    match draw(st.integers(0, 3)):
        case 0:
            more = draw(st.sampled_from(["", " dropout=0.1", " use_bias=false", " use_causal_mask=true"]))
            return f"self_attention {heads}{more}{name}"
        case 1:
            return f"transformer {heads}{draw(st.sampled_from(['', ' 5', ' use_causal_mask=true']))}{name}"
        case 2 if giver := scratch.name():
            layer = f"{draw(st.sampled_from(RECURRENT))} {draw(WIDTH)} return_sequences=true"
            return {"parallel": [[f"{layer} name={giver}"], [f"{layer} initial_state={giver}"]]}
        case _:
            return f"tcn {draw(WIDTH)}{draw(st.sampled_from(['', ' 2', ' 3 2']))}{name}"


def _wrapper(scratch: Scratch, tensor: Tensor, depth: int) -> Any:
    """A layer, a stack or cells in a wrapper."""
    draw = scratch.draw
    match draw(st.integers(0, 4)):
        case 0:
            word = draw(st.sampled_from(["bidirectional", "Bidirectional"]))
            mode = draw(st.sampled_from(["", "", " merge_mode=sum", " merge_mode=ave"]))
            ends = draw(st.sampled_from(["", " return_sequences=true", " return_sequences=true"]))
            return f"{word} {draw(st.sampled_from(RECURRENT))} {draw(WIDTH)}{ends}{mode}"
        case 1:
            return {draw(st.sampled_from(["RNN", "RNN"])): _cells(draw)}
        case 2:
            return {"SpectralNormalization": f"{draw(st.sampled_from(['dense', 'conv']))} {draw(WIDTH)}"}
        case _:
            step = Tensor((tensor.shape[0], *tensor.shape[2:]), tensor.dtype)
            layers: Any = items(scratch.inside(), step, depth - 1, 1, 3)[0]
            if len(layers) == 1 and isinstance(layers[0], str) and draw(st.booleans()):
                return f"time_distributed {layers[0]}"
            return {"time_distributed": layers}


def _cells(draw: Draw) -> Any:
    words = st.sampled_from(["LSTMCell", "GRUCell", "SimpleRNNCell"])
    cells = [f"{draw(words)} {draw(WIDTH)}" for _ in range(draw(st.integers(1, 2)))]
    if draw(st.booleans()):
        return {"cell": cells, "return_sequences": draw(st.booleans())}
    return cells if len(cells) > 1 else cells[0]


def _one_line(draw: Draw, layers: list[Any]) -> Any:
    """A stack as one line, where it can be one."""
    in_one_line = all(isinstance(each, str) and "," not in each and ":" not in each for each in layers)
    return ", ".join(layers) if layers and in_one_line and draw(st.booleans()) else layers


# Inputs, outputs, and what they share


@dataclass(frozen=True)
class Level:
    """What the branches of inputs keep until they merge: a vector, the steps, or the places."""

    per: Per
    kept: tuple[int | None, ...] = ()


@dataclass
class Said:
    """What was drawn of one input."""

    kind: str
    sizes: tuple[int | None, ...]
    level: Level

    @property
    def text(self) -> str:
        """As in answers, without its name."""
        return f"{self.kind} {'x'.join('?' if size is None else str(size) for size in self.sizes)}"


VECTOR = Level(Per.SAMPLE)
EDGES = st.sampled_from([4, 5, 8, 9])
STEPS = st.sampled_from([None, 4, 5, 8])

SIZES: Mapping[str, Callable[[Draw], tuple[int | None, ...]]] = {
    "image": lambda draw: (draw(EDGES), draw(EDGES), draw(st.sampled_from([1, 3, 3]))),
    "volume": lambda draw: (4, draw(st.sampled_from([4, 5])), 4, draw(st.integers(1, 2))),
    "category": lambda draw: (draw(st.integers(2, 7)),),
    "text": lambda draw: (draw(st.integers(2, 9)), draw(STEPS)),
    "sequence": lambda draw: (draw(STEPS), draw(st.integers(1, 4))),
    "audio": lambda draw: (draw(st.sampled_from([300, 512])),),
}


KINDS_DRAWN = [*sorted(KINDS), "sequence", "sequence", "text", "image", "volume"]
"""More of what has steps or places: more kinds of layers take them."""


def _sizes(draw: Draw, kind: str) -> tuple[int | None, ...]:
    return SIZES[kind](draw) if kind in SIZES else (draw(st.integers(1, 6)),)


def _level(draw: Draw, kind: str, sizes: tuple[int | None, ...]) -> Level:
    if KINDS[kind].steps is not None and draw(st.booleans()):
        return Level(Per.STEP, sizes[1:] if kind == "text" else sizes[:1])
    if KINDS[kind].places and chance(draw, 35):
        return Level(Per.PLACE, sizes[:-1])
    return VECTOR


BODIES = ["MobileNet", "MobileNetV2", "MobileNetV3Small", "VGG16"]
"""Pretrained bodies that are built in about a second, with a preprocessing of each kind."""


def _inputs(draw: Draw, backbone: str) -> dict[str, Said]:
    """The inputs. One is often like that before it, so that they can share an encoder, or merge."""
    count = draw(st.sampled_from([1, 1, 1, 2, 2, 3, 4]))
    names = draw(st.lists(st.sampled_from(INPUT_NAMES), min_size=count, max_size=count, unique=True))
    inputs: dict[str, Said] = {}
    for name in names:
        if inputs and chance(draw, 55):
            before = next(reversed(inputs.values()))
            inputs[name] = Said(before.kind, before.sizes, before.level)
            continue
        kind = "image" if backbone != "none" and not inputs else draw(st.sampled_from(KINDS_DRAWN))
        if backbone != "none" and kind == "image":
            inputs[name] = Said(kind, (32, 32, 3), VECTOR)
            continue
        sizes = _sizes(draw, kind)
        inputs[name] = Said(kind, sizes, _level(draw, kind, sizes))
    return inputs


@dataclass
class Wanted:
    """What was drawn of one output. `sees` are the inputs that it may see."""

    task: str
    size: int
    sees: tuple[str, ...]
    text: str
    per: Per
    of: str | None = None


def _outputs(
    draw: Draw, inputs: Mapping[str, Said], merge: str, groups: Mapping[str, Sequence[str]]
) -> dict[str, Wanted]:
    """The outputs: together they see every input, and each sees inputs of one level."""
    names = draw(st.lists(st.sampled_from(OUTPUT_NAMES), min_size=7, max_size=7, unique=True))
    names = [name for name in names if name.lower() not in {each.lower() for each in inputs}]
    outputs: dict[str, Wanted] = {}
    levels: dict[Level, list[str]] = {}
    for name, each in inputs.items():
        levels.setdefault(each.level, []).append(name)
    for level, members in levels.items():
        sets = [tuple(members)]
        for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
            few = draw(st.lists(st.sampled_from(members), min_size=1, unique=True))
            sets.append(tuple(members) if draw(st.booleans()) else tuple(name for name in members if name in few))
        for sees in sets:
            if not names:
                break
            name = names.pop(0)
            outputs[name] = _output(draw, name, sees, level, inputs, merge, groups)
    return outputs


def _output(
    draw: Draw,
    name: str,
    sees: tuple[str, ...],
    level: Level,
    inputs: Mapping[str, Said],
    merge: str,
    groups: Mapping[str, Sequence[str]],
) -> Wanted:
    apart = MERGES[merge].distance and len(sees) == 2
    if apart and chance(draw, 60):
        wanted = Wanted("distance", 1, sees, "distance", Per.MERGE)
    else:
        wanted = _task(draw, sees, level, inputs)
    of_all = len(sees) == len(inputs)
    text = f"{name}: {wanted.text}"
    if not of_all or chance(draw, 10):
        text += f" from={'+'.join(sees)}"
    wanted.text = text + draw(st.sampled_from(["", "", " * 0.5", " * 3.14159265"]))
    return wanted


MADE_AGAIN = ("image", "volume", "numeric", "vector", "sequence", "audio")


def _task(draw: Draw, sees: tuple[str, ...], level: Level, inputs: Mapping[str, Said]) -> Wanted:
    words = ["regression", "binary", "multiclass", "multilabel", "forecast", "embedding"]
    able = [name for name in sees if inputs[name].kind in MADE_AGAIN and _made_again(inputs[name])]
    words += ["reconstruction"] if able else []
    if level.per is Per.STEP:
        words += ["labels", "per_step"] * 3
    if level.per is Per.PLACE:
        words += ["segmentation", "map"] * 3
    word = draw(st.sampled_from(words))
    if word == "reconstruction":
        of = draw(st.sampled_from(able))
        return Wanted(word, 1, sees, f"reconstruction {of}", Per.INPUT, of)
    if word == "per_step":
        size = draw(st.integers(1, 3))
        return Wanted("regression", size, sees, f"regression {size} per_step", Per.STEP)
    task = TASKS[word]
    if not task.form:
        return Wanted(word, 1, sees, word, task.per)
    size = draw(st.integers(task.smallest, 4))
    said_size = "" if size == task.default and draw(st.booleans()) else f" {size}"
    return Wanted(word, size, sees, f"{word}{said_size}", task.per)


def _made_again(each: Said) -> bool:
    """Whether the planner's own decoder can make an input again: of what varies, only from its steps."""
    return None not in each.sizes or each.level.per is Per.STEP


def _sharing(draw: Draw, inputs: Mapping[str, Said]) -> dict[str, list[str]]:
    """Groups of inputs of one kind, size and level."""
    alike: dict[tuple[str, Level], list[str]] = {}
    for name, each in inputs.items():
        alike.setdefault((each.text, each.level), []).append(name)
    groups: list[list[str]] = []
    for members in alike.values():
        if len(members) > 1 and chance(draw, 60):
            count = draw(st.integers(2, len(members)))
            groups.append(members[:count])
    names = draw(st.lists(st.sampled_from(GROUP_NAMES), min_size=len(groups), max_size=len(groups), unique=True))
    return dict(zip(names, groups, strict=True))


# Stacks of the parts


def _start(scratch: Scratch, each: Said, backbone: str, batch: int | None) -> Tensor:
    """What a branch's own layers begin with."""
    if backbone != "none" and each.kind == "image":
        height, width = (size or 1 for size in each.sizes[:2])
        return Tensor((batch, *BACKBONES[backbone].features(height, width)))
    kind = KINDS[each.kind]
    return Tensor((batch, *kind.shape(each.sizes)), kind.dtype)


TO_VECTOR: Mapping[int, Sequence[str]] = {
    2: ["flatten", "global_max_pool", "GlobalAveragePooling1D", "Reshape -1", "lstm 4", "gru 3"],
    3: ["flatten", "global_average_pool", "global_max_pool", "Reshape -1"],
    4: ["flatten", "global_average_pool", "GlobalMaxPooling3D"],
    5: ["flatten"],
}


def _branch(scratch: Scratch, each: Said, start: Tensor, width: int | None) -> tuple[list[Any], Tensor]:
    """The layers of a branch, ending in what its level keeps, of this width if it's said."""
    draw = scratch.draw
    if each.level is not VECTOR:
        keep = same_places(start.shape) if start.dtype == "float32" else _steps_stay(start.shape)
        stack, tensor = items(scratch, start, 3, 0, 3, keep)
        if start.dtype != "float32" and tensor.dtype != "float32":
            stack, tensor = _end(scratch, stack, tensor, ["embedding 9 4", "embedding 9 3 mask_zero=true"])
    else:
        stack, tensor = items(scratch, start, 3, 0, 3)
        if tensor.dtype != "float32":
            stack, tensor = _end(scratch, stack, tensor, ["embedding 9 4"])
        stack, tensor = _flattened(scratch, stack, tensor)
    if width:
        stack, tensor = _end(scratch, stack, tensor, [f"dense {width}", f"dense {width} linear", f"Dense {width} tanh"])
    elif len(tensor.shape) == 2 and chance(draw, 30):
        more, tensor = items(scratch, tensor, 1, 0, 1, lambda shape: len(shape) == 2)
        stack += more
    return stack, tensor


def _steps_stay(start: Shape) -> Keep:
    return lambda shape: shape[: len(start)] == start and len(shape) <= len(start) + 1


def _flattened(scratch: Scratch, stack: list[Any], tensor: Tensor) -> tuple[list[Any], Tensor]:
    """A stack that mostly ends in a vector."""
    ends = TO_VECTOR.get(len(tensor.shape) - 1, [])
    if ends and not chance(scratch.draw, 3):
        return _end(scratch, stack, tensor, ends)
    return stack, tensor


def _end(scratch: Scratch, stack: list[Any], tensor: Tensor, ends: Sequence[str]) -> tuple[list[Any], Tensor]:
    """A stack with one of these at its end: the first that fits, from a drawn one on."""
    first = scratch.draw(st.integers(0, len(ends) - 1))
    for text in [*ends[first:], *ends[:first]]:
        output = scratch.add(text, tensor, lambda shape: shape != (None, None))
        if output is not None:
            return [*stack, text], output
    return stack, tensor


def _ending(wanted: Wanted, tensor: Tensor) -> Any:
    """A layer that can take the place of a task's last one, None if none that is simple can."""
    if wanted.per is Per.SAMPLE and len(tensor.shape) == 2:
        return f"dense {wanted.size}"
    if wanted.per is Per.STEP and len(tensor.shape) == 3:
        return f"dense {wanted.size}"
    if wanted.per is Per.PLACE and len(tensor.shape) > 3:
        return f"conv {wanted.size} 1"
    return None


def _head(scratch: Scratch, wanted: Wanted, tensor: Tensor) -> Any:
    """The layers of a head: with the task's last layer, another one, or none."""
    draw = scratch.draw
    per_sample = wanted.per in (Per.SAMPLE, Per.INPUT)
    keep = (lambda shape: len(shape) == 2) if per_sample else same_places(tensor.shape)
    stack: list[Any] = []
    if per_sample and len(tensor.shape) > 2:
        stack, tensor = _flattened(scratch, stack, tensor)
    more, tensor = items(scratch, tensor, 2, 0, 2, keep)
    stack += more
    last = _ending(wanted, tensor)
    how = draw(st.sampled_from(["task", "task", "output", "none"])) if last else "task"
    if how == "task":
        return _one_line(draw, stack)
    if how == "none":  # it has to say an activation: its word's own is relu, which is refused for classes
        activation = draw(st.sampled_from([" tanh", " sigmoid", " linear", " linear name=last"]))
        return [*stack, f"{last}{activation}", {"output": "none"}]
    activation = draw(st.sampled_from([" tanh", " sigmoid", " linear", "", " name=last"]))
    if activation == "" and draw(st.booleans()):
        word, size, *_ = last.split()
        return [*stack, {"output": {word: {"units" if word == "dense" else "filters": int(size)}}}]
    return [*stack, {"output": f"{last}{activation}"}]


@dataclass
class Network:
    """A set of answers while it's drawn."""

    draw: Draw
    inputs: dict[str, Said]
    outputs: dict[str, Wanted]
    sharing: dict[str, list[str]]
    merge: str
    separate: bool
    backbone: str
    backend: str
    batch: int | None
    late: str | None = None
    layers: dict[str, Any] = field(default_factory=dict)
    ends: dict[str, Tensor] = field(default_factory=dict)
    scratch: Scratch = field(init=False)

    def __post_init__(self) -> None:
        self.scratch = Scratch.new(self.draw, self.backend, self.ends, [*self.inputs, *self.outputs, *self.sharing])

    def owners(self) -> dict[str, str]:
        """Who a branch belongs to, with one of the inputs that go through it."""
        grouped = {name for members in self.sharing.values() for name in members}
        alone = {name: name for name in self.inputs if name not in grouped}
        return alone | {group: members[0] for group, members in self.sharing.items()}

    def branches(self) -> None:
        """Says some branches; all of them where what they give has to be alike, or isn't known otherwise."""
        draw, said_ = self.draw, {}
        equal = self.merge != "concatenate"
        width = draw(st.sampled_from([1, 3, 4])) if equal else None
        owners = self.owners()
        for owner, name in owners.items():
            each = self.inputs[name]
            scratch = self.scratch if owner in self.inputs else self.scratch.inside()
            start = _start(scratch, each, self.backbone, self.batch)
            # The planner's own branch costs more than what is drawn: images come to 128 channels.
            if not equal and each.level is VECTOR and chance(draw, 25):
                continue
            if (equal and len(self.inputs) > 1) or chance(draw, 90):
                stack, tensor = _branch(scratch, each, start, width if len(self.inputs) > 1 else None)
                if owner in self.sharing and not stack:
                    stack, tensor = _end(scratch, stack, tensor, [f"dense {width or 4}"])
                said_[owner] = _one_line(draw, stack)
                for member in self.sharing.get(owner, [owner]):
                    self.ends[member] = Tensor(tensor.shape, tensor.dtype, tensor.masked)
        if said_:
            self.layers["branches"] = said_

    def merged(self, sees: Sequence[str]) -> Tensor | None:
        """What the body gets, None if that isn't known."""
        names = [name for name in sees if name != self.late] or list(sees)
        if not all(name in self.ends for name in names):
            return None
        tensors = {name: self.ends[name] for name in names}
        builder = self.scratch.builder
        how = self.merge
        pairs = [each for each in self.sharing.values() if len(each) == 2 and set(each) <= set(names)]
        with self.scratch.trial():
            try:
                if MERGES[how].pairwise and len(tensors) > 2 and len(pairs) == 1:
                    first = builder.merge(how, [tensors.pop(name) for name in pairs[0]], "", "")
                    return builder.merge("concatenate", [first, *tensors.values()], "", "")
                return builder.merge(how, list(tensors.values()), "", "")
            except (Abandoned, ValueError):
                return None

    def body_and_heads(self) -> None:
        """Says the body, and some heads."""
        draw = self.draw
        seen = dict.fromkeys(wanted.sees for wanted in self.outputs.values())
        starts = {sees: self.merged(sees) for sees in seen}
        says_body = self.late is not None or chance(draw, 60)
        if says_body and None not in starts.values():
            self._body(starts)
        elif says_body and len(starts) == 1 and self.late is None:
            self.layers["body"] = draw(st.sampled_from([[], "dense 4, dropout 0.2", ["dense 3", "batch_norm"]]))
        else:
            starts = dict.fromkeys(starts, None)
        heads = {}
        for name, wanted in self.outputs.items():
            start = starts[wanted.sees]
            if start is not None and wanted.per is not Per.MERGE and chance(draw, 45):
                with self.scratch.trial():
                    heads[name] = _head(self.scratch, wanted, start)
        if heads:
            self.layers["heads"] = heads

    def _body(self, starts: dict[tuple[str, ...], Tensor | None]) -> None:
        """One body for all: what is merged has to have as many axes everywhere."""
        draw = self.draw
        ranks = {len(start.shape) for start in starts.values() if start}
        [first, *others] = starts
        start = starts[first]
        assert start is not None
        if self.late is not None:
            how = "concatenate" if len(self.ends[self.late].shape) == len(start.shape) else "add"
            stack: list[Any] = [{"merge": draw(st.sampled_from([self.late, {"with": self.late, "how": how}]))}]
        elif others and (len(ranks) > 1 or self.separate):
            stack = draw(st.sampled_from([[], ["dense 4"], ["dropout 0.5", "dense 3 tanh"]]))
        else:
            keep = same_places(start.shape) if len(start.shape) > 2 else (lambda shape: len(shape) == 2)
            with self.scratch.trial():
                stack = items(self.scratch, start, 2, 0, 2, keep)[0]
            if others or self.separate:
                stack = [each for each in stack if "name" not in str(each)]
        self.layers["body"] = _one_line(draw, stack)
        for sees, tensor in starts.items():
            end = tensor
            for each in stack:
                end = end and self.scratch.add(each, end)
            starts[sees] = end

    def models(self) -> dict[str, str]:
        """Models beside the model, up to layers that have names."""
        draw = self.draw
        named = [name for name in self.scratch.builder.known if " in " not in name]
        if not named or not chance(draw, 35):
            return {}
        chosen = draw(st.lists(st.sampled_from(named), min_size=1, max_size=2, unique=True))
        return dict(zip(["encoder_model", "part"], chosen, strict=False))


def _late(
    draw: Draw, inputs: Mapping[str, Said], sharing: Mapping[str, Sequence[str]], outputs: Mapping[str, Wanted]
) -> str | None:
    """An input that joins in the body, if one can: all outputs see all inputs."""
    everything = all(len(wanted.sees) == len(inputs) for wanted in outputs.values())
    distance = any(wanted.per is Per.MERGE for wanted in outputs.values())
    if len(inputs) < 2 or not everything or distance or not chance(draw, 30):
        return None
    return draw(st.sampled_from(list(inputs)))


def _merge(draw: Draw, inputs: Mapping[str, Said], sharing: Mapping[str, Sequence[str]]) -> str:
    if len(inputs) == 1:
        return draw(st.sampled_from(["concatenate"] * 9 + list(MERGES)))
    how = draw(st.sampled_from(["concatenate"] * 6 + list(MERGES)))
    pairs = [members for members in sharing.values() if len(members) == 2]
    if MERGES[how].pairwise and len(inputs) > 2 and len(pairs) != 1 and not chance(draw, 5):
        return "add"
    if MERGES[how].flat and any(each.level is not VECTOR for each in inputs.values()):
        return "concatenate"
    return how


@st.composite
def networks(draw: Draw) -> dict[str, Any]:
    """A whole set of answers, most of which make sense."""
    backbone = draw(st.sampled_from(BODIES)) if chance(draw, 3) else "none"
    backend = draw(st.sampled_from(["tensorflow", "tensorflow", "jax", "torch"]))
    inputs = _inputs(draw, backbone)
    sharing = _sharing(draw, inputs)
    merge = _merge(draw, inputs, sharing)
    outputs = _outputs(draw, inputs, merge, sharing)
    batch = draw(st.integers(1, 3)) if backend == "tensorflow" and chance(draw, 8) else None
    late = _late(draw, inputs, sharing, outputs)
    separate = chance(draw, 25)
    network = Network(draw, inputs, outputs, sharing, merge, separate, backbone, backend, batch, late)
    network.branches()
    if late is not None and late not in network.ends:
        network.late = None
    network.body_and_heads()
    fixed = f" batch={batch}" if batch else ""
    answers: dict[str, Any] = {
        "inputs": ", ".join(f"{name}: {each.text}{fixed}" for name, each in inputs.items()),
        "outputs": ", ".join(wanted.text for wanted in outputs.values()),
        "backend": backend,
    }
    said_ = {
        "sharing": ", ".join(f"{group}: {' + '.join(members)}" for group, members in sharing.items()),
        "merge": merge if merge != "concatenate" else "",
        "branching": draw(st.lists(st.sampled_from(["residual", "parallel"]), max_size=2, unique=True)),
        "body": "separate" if separate else "",
        "backbone": backbone if backbone != "none" else "",
        "models": network.models(),
        "layers": network.layers,
        "precision": draw(st.sampled_from([""] * 7 + ["float32", "mixed_bfloat16", "mixed_float16"])),
    }
    answers |= {key: value for key, value in said_.items() if value}
    if chance(draw, 25):
        answers["straight"] = False
    return answers


# Sets that are wrong on purpose

NONSENSE: list[Any] = [
    *(
        "dense",
        "nonsense 3",
        "conv 4 9x9x9x9",
        "dense 4 name=1x",
        "dense -1",
        "Dense units=3 units=4",
        "embedding 3",
        "",
    ),
    *(5, None, {"a": 1, "b": 2}, {"use": "nobody"}, {"merge": {"with": "nobody"}}, {"merge": {"how": "add"}}, []),
    *({"repeat": {"times": 0, "layers": []}}, {"repeat": {"times": 2}}, {"parallel": [["dense 3"]]}, {"model": []}),
    *({"residual": {"layers": ["dense 3"], "form": "loop"}}, {"residual": "flatten"}, {"bidirectional": "dense 3"}),
    *("bidirectional", "time_distributed", {"dense": {"units": "many"}}, {"dense": {"units": 3, "name": "1"}}, "Add"),
    *("transformer", "transformer 2", "tcn", "self_attention 2x2x2", "lstm 4 return_state=true", "Lambda", "Conv9D 3"),
    *(
        {"output": "none"},
        {"time_distributed": []},
        {"RNN": ["dense 3"]},
        "reshape 1000x7",
        "max_pool 99",
        "use",
        "merge",
    ),
]


def _spoil_layers(draw: Draw, answers: dict[str, Any]) -> None:
    nonsense = draw(st.sampled_from(NONSENSE))
    layers = dict(answers.get("layers", {}))
    part = draw(st.sampled_from(["branches", "body", "heads", "feet"]))
    if part == "body":
        layers["body"] = [nonsense]
    else:
        name = answers["inputs" if part == "branches" else "outputs"].partition(":")[0]
        stacks = dict(layers.get(part, {}))
        before = stacks.get(name)
        stacks[name] = (
            [*before, nonsense] if isinstance(before, list) else draw(st.sampled_from([[nonsense], nonsense]))
        )
        layers[part] = stacks
    answers["layers"] = layers


SPOILED: Mapping[str, Sequence[Any]] = {
    "inputs": ["", "x", "x: picture 3", "x: image 0x3x3", "x: numeric 3, X: numeric 3", "x: text 9", 3, "1: numeric 3"],
    "outputs": ["", "y: binary 3", "y: multiclass", "y: multiclass 1", "y: regression from=nobody", "y: labels 3", "y"],
    "merge": ["sum", 3, "l2_distance", "subtract", "dot", "cosine"],
    "sharing": ["left + nobody", "a: left", "left + right, right + left", "x: x + x"],
    "branching": ["loop", [1], "residual, parallel"],
    "body": ["none", True],
    "backbone": ["VGG", "MobileNetV2", "ResNet50"],
    "precision": ["float16", 16],
    "backend": ["theano", "jax"],
    "models": [{"part": "nobody"}, ["part"], {"1": "x"}, {"part": 3}],
    "layers": [[], "dense 3", {"branches": {"nobody": []}}, {"body": {"a": 1, "b": 2}}, {"branches": []}],
    "straight": ["perhaps"],
    "training": [{"epochs": 0}, {"rounds": 3}],
    "colour": ["red"],
    "extras": [["ci"]],
    "fine_tune": [-1, "all"],
}


@st.composite
def spoiled(draw: Draw) -> dict[str, Any]:
    """A set of answers in which something is wrong, or may be."""
    answers: dict[str, Any] = draw(networks())
    if chance(draw, 50):
        _spoil_layers(draw, answers)
        return answers
    key = draw(st.sampled_from(sorted(SPOILED)))
    return {**answers, key: draw(st.sampled_from(SPOILED[key]))}


@st.composite
def answers(draw: Draw) -> dict[str, Any]:
    """A whole set of answers, over everything that they can say. Nine of ten are meant to be right."""
    return draw(spoiled() if chance(draw, 10) else networks())


__all__ = ["REQUIRED", "answers", "networks", "spoiled"]
