"""How much memory a network takes, from its plan alone: an estimate, to tell what fits from what doesn't.

    weights    4 bytes for each parameter: what is saved, loaded and shipped
    training   weights, a gradient and the optimizer's moments for each that is trained, and for each sample of a batch
               what the way back needs of the way there: the output of each call, and what recurrent and attention
               layers keep inside

What a backend takes besides for itself, for the speed of convolutions and for copies isn't in it: say "or more".
docs/decisions/0033 has what XLA takes beside what is estimated here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from .graph import BackboneLayer, Composite, Graph, Node, RuleLayer
from .layers import Shape
from .layers.rule import Arguments, Nested
from .layers.values import int_of
from .lengths import varies
from .plan import Plan
from .records import dataclass

FLOAT, HALF = 4, 2
"""Bytes of a number: in float32, and in the short one of mixed precision."""

MOMENTS = {"adamw": 2, "adam": 2, "sgd": 1, "rmsprop": 1}
"""How many numbers an optimizer remembers of each parameter that it moves."""

STEPS = 128
"""How long a text or sequence of varying length is taken to be."""

VIEWS = frozenset({"Flatten", "Identity", "Masking", "Reshape"})
"""Layers whose output is their input's memory, seen in another way."""

STATES = {"LSTM": 6, "ConvLSTM1D": 6, "ConvLSTM2D": 6, "ConvLSTM3D": 6, "GRU": 5, "SimpleRNN": 1}
"""How many numbers a recurrent layer keeps of each unit at each step: its gates and its states."""


@dataclass(frozen=True)
class Memory:
    """Bytes. `assumed`: what an estimate of the training had to take for granted, or to leave out, in words."""

    weights: int
    training: int
    assumed: tuple[str, ...] = ()


def memory(plan: Plan) -> Memory:
    """What a network's weights take, and about what its training takes at once."""
    graph, training, mixed = plan.graph, plan.spec.training, plan.spec.hardware.precision != "float32"
    weights = FLOAT * graph.parameters
    copies = HALF * graph.parameters if mixed else 0
    moved = FLOAT * graph.trainable_parameters * (1 + MOMENTS[training.optimizer])
    batch = next((each.batch for each in plan.spec.inputs if each.batch), None) or training.batch_size
    numbers = sum(_size(tensor.shape) for tensor in graph.inputs.values()) + sum(_kept(graph))
    kept = batch * numbers * (HALF if mixed else FLOAT)
    return Memory(weights, weights + copies + moved + kept, tuple(_assumed(graph)))


def spelled(number: int) -> str:
    """A number of bytes as people say it: `412 bytes`, `1.3 MB`."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if number >= unit:
            return f"{number / unit:.1f} {name}" if number < 100 * unit else f"{number / unit:,.0f} {name}"
    return f"{number} bytes"


def _assumed(graph: Graph) -> Iterator[str]:
    if varying := [name for name, tensor in graph.inputs.items() if varies(tensor.shape)]:
        yield f"{' and '.join(varying)} of {STEPS} steps"
    for layer in graph.all_layers():
        if isinstance(layer, BackboneLayer):
            yield f"while {layer.constructor} is frozen, and without what it computes inside"


def _size(shape: Shape) -> int:
    """How many numbers one sample of a tensor holds."""
    return math.prod(STEPS if size is None else size for size in shape[1:])


def _kept(graph: Graph) -> Iterator[int]:
    """How many numbers each call keeps of one sample until the way back."""
    for node in graph.nodes:
        if isinstance(node.layer, Composite):
            yield from _kept(node.layer.graph)
        elif isinstance(node.layer, RuleLayer):
            yield _kept_of(node, node.layer)
        else:
            yield _size(node.output.shape)


def _kept_of(node: Node, layer: RuleLayer) -> int:
    if layer.class_name in VIEWS:
        return 0
    inner = [value for value in layer.arguments.values() if isinstance(value, Nested)]
    states = sum(_states(each.class_name, each.arguments, node) for each in inner)
    if layer.class_name == "Bidirectional" and len(inner) == 1:
        states *= 2
    states += _states(layer.class_name, layer.arguments, node)
    attention = _attention(layer.arguments, node) if layer.class_name == "MultiHeadAttention" else 0
    return _size(node.output.shape) + states + attention


def _states(class_name: str, arguments: Arguments, node: Node) -> int:
    """What a recurrent layer keeps inside: its gates and states at every step."""
    if class_name not in STATES:
        return 0
    steps, *places = (STEPS if size is None else size for size in node.inputs[0].shape[1:])
    units = arguments.get("units", arguments.get("filters"))
    return steps * STATES[class_name] * int_of(units) * math.prod(places[:-1])


def _attention(arguments: Arguments, node: Node) -> int:
    """What attention keeps inside: queries, keys, values and what they come to, and the scores, twice."""
    queries, values = (_size(tensor.shape[:-1]) for tensor in (node.inputs[0], node.inputs[-1]))
    heads, key = int_of(arguments["num_heads"]), int_of(arguments["key_dim"])
    value = int_of(arguments.get("value_dim") or key)
    return heads * (queries * (key + value) + values * (key + value) + 2 * queries * values)
