"""How often a network multiplies and adds for one sample, on its way there: what its kernels and its attention do.

Only products of matrices and convolutions are counted, as is the custom (a multiply-add is two floating-point
operations); what goes number by number, as activations and normalisation, takes little time beside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from .backbones import BACKBONES
from .blocks.builder import InnerModel
from .graph import BackboneLayer, Composite, Graph, Node, RuleLayer
from .layers import Rule, Shape, Weight
from .layers.einsum import summed
from .layers.rule import Arguments, Nested, Value
from .layers.values import int_of, ints_of
from .memory import STEPS
from .records import dataclass


@dataclass(frozen=True)
class Call:
    """A call of a layer of keras.layers on tensors of these shapes, with all its arguments and its weights."""

    rule: Rule
    arguments: Arguments
    inputs: tuple[Shape, ...]

    @cached_property
    def _gives(self) -> tuple[Shape, tuple[Weight, ...]]:
        return self.rule.call(self.arguments, self.inputs)

    @property
    def output(self) -> Shape:
        """The shape of what it gives."""
        return self._gives[0]

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The variables of the layer."""
        return self._gives[1]

    @property
    def kernels(self) -> list[int]:
        """How many numbers each of its kernels holds: those that are multiplied with what comes in."""
        return _kernels(self.weights)


def _kernels(weights: Iterable[Weight]) -> list[int]:
    return [weight.size for weight in weights if _is_kernel(weight)]


def _is_kernel(weight: Weight) -> bool:
    return "kernel" in weight.name


def _places(sizes: Shape) -> int:
    """How many there are along axes; along one whose size isn't known, as many as steps are taken to be."""
    return math.prod(STEPS if size is None else size for size in sizes)


def _of_kernels(call: Call) -> int:
    return _at_each_place(call.weights, call.output)


def _at_each_place(weights: Iterable[Weight], output: Shape) -> int:
    """Every kernel at each place of what comes out, as a dense layer and a convolution have it."""
    return sum(_kernels(weights)) * _places(output[1:-1])


def _of_einsum(call: Call) -> int:
    """Every letter of the equation is gone through: those of the kernel that the output lacks beside the output's."""
    return _places(call.output[1:]) * summed(call.arguments, call.weights[0].shape)


def _of_transposed(call: Call) -> int:
    return sum(call.kernels) * _places(call.inputs[0][1:-1])


def _of_steps(call: Call) -> int:
    return sum(call.kernels) * _places(call.inputs[0][1:2])


def _of_convolved_steps(call: Call) -> int:
    """A convolution at each step. The output's last axes are its places and its filters."""
    axes = len(call.inputs[0]) - 3
    return sum(call.kernels) * _places(call.inputs[0][1:2]) * _places(call.output[-1 - axes : -1])


def _of_inner_steps(call: Call) -> int:
    """What the layer within does, at each step."""
    step = (call.inputs[0][0], *call.inputs[0][2:])
    return _of_argument(call.arguments["layer"], (step,)) * _places(call.inputs[0][1:2])


def _of_both_directions(call: Call) -> int:
    there = call.arguments["layer"]
    back = call.arguments["backward_layer"] or there
    return sum(_of_argument(each, call.inputs) for each in (there, back))


def _of_inner(call: Call) -> int:
    return _of_argument(call.arguments["layer"], call.inputs)


def _of_argument(inner: Value, inputs: tuple[Shape, ...]) -> int:
    """What a layer or a model within another one does."""
    if isinstance(inner, InnerModel):
        return of_graph(inner.model.graph)
    return of_layer(inner, inputs) if isinstance(inner, Nested) else 0


def _of_heads(call: Call) -> int:
    """Projections at each place of query, key and value; each place of the query against each one of the value."""
    query, value = call.inputs[0], call.inputs[1]
    into, keys, *gate, values, out = call.kernels
    projected = (into + out + sum(gate)) * _places(query[1:-1]) + (keys + values) * _places(value[1:-1])
    heads = int_of(call.arguments.get("num_heads") or call.arguments.get("num_query_heads"))
    width = int_of(call.arguments.get("key_dim") or call.arguments.get("head_dim"))
    widths = width + int_of(call.arguments.get("value_dim") or width)
    axes = call.arguments.get("attention_axes")
    seen = [int_of(axes)] if isinstance(axes, int) else ints_of(axes) if axes else range(1, len(value) - 1)
    return projected + heads * widths * _places(query[1:-1]) * _places(tuple(value[axis] for axis in seen))


def _of_attention(call: Call) -> int:
    """The scores of each place of the query against each one of the value, and the sum of values by them."""
    query, value = call.inputs[0], call.inputs[1]
    return _places(query[1:-1]) * _places(value[1:-1]) * _places((query[-1], value[-1]))


COUNTED: Mapping[str, Callable[[Call], int]] = {
    "EinsumDense": _of_einsum,
    **{f"Conv{axes}DTranspose": _of_transposed for axes in (1, 2, 3)},
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "RNN"), _of_steps),
    **{f"ConvLSTM{axes}D": _of_convolved_steps for axes in (1, 2, 3)},
    "TimeDistributed": _of_inner_steps,
    "Bidirectional": _of_both_directions,
    "SpectralNormalization": _of_inner,
    **dict.fromkeys(("MultiHeadAttention", "GroupQueryAttention"), _of_heads),
    "Attention": _of_attention,
}
"""The layers that don't just have their kernels at each place of what comes out."""


def of_layer(layer: Nested | RuleLayer, inputs: tuple[Shape, ...]) -> int:
    """How often one call of a layer multiplies and adds for one sample."""
    call = Call(layer.rule, layer.complete, inputs)
    return COUNTED.get(layer.rule.name, _of_kernels)(call)


def of_graph(graph: Graph) -> int:
    """How often a network multiplies and adds for one sample. A layer that is called twice does it twice."""
    return sum(map(_of_node, graph.nodes))


def _of_node(node: Node) -> int:
    layer = node.layer
    if isinstance(layer, Composite):
        return of_graph(layer.graph)
    if isinstance(layer, BackboneLayer):
        _, height, width, _ = node.inputs[0].shape
        return int_of(height) * int_of(width) * (BACKBONES[layer.constructor].multiply_adds_per_pixel or 0)
    if not isinstance(layer, RuleLayer):
        return 0
    if layer.rule.name not in COUNTED:  # what it gives and holds is known already
        return _at_each_place(layer.weights, node.output.shape)
    # The state that a recurrent layer begins with goes through no kernel.
    return of_layer(layer, tuple(tensor.shape for tensor in node.called_on))


def uncounted(graph: Graph) -> list[str]:
    """The bodies of which it isn't known."""
    bodies = [layer.constructor for layer in graph.all_layers() if isinstance(layer, BackboneLayer)]
    return [name for name in bodies if BACKBONES[name].multiply_adds_per_pixel is None]
