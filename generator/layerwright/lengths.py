"""What becomes of axes whose size varies, so that tensors are found that can't go together once data come.

Keras takes one varying axis for any other; data don't. So every varying axis of an input gets the same length here, one
that no stride and no window divides, and each call says what it makes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from .graph import Composite, Graph, Node, RuleLayer, Tensor
from .layers import LayerError, Shape
from .records import dataclass

LENGTH = 1009
"""A prime, and longer than any axis that layers make of themselves in practice."""


@dataclass
class Lengths:
    """The shapes of all tensors for data of that length, and the calls that such data can't go through."""

    shapes: dict[Tensor, Shape] = field(default_factory=dict)
    clashes: list[Node] = field(default_factory=list)


def varies(shape: Shape) -> bool:
    """Whether a size is open beside the batch's."""
    return None in shape[1:]


def lengths(graph: Graph) -> Lengths:
    """What a graph makes of data whose varying axes have that length."""
    found = Lengths()
    starts = {each: _filled(each.shape) for each in graph.inputs.values()}
    _follow(graph, starts, found)
    return found


def _filled(shape: Shape) -> Shape:
    return (shape[0], *(LENGTH if size is None else size for size in shape[1:]))


def _follow(graph: Graph, starts: Mapping[Tensor, Shape], found: Lengths) -> None:
    found.shapes |= starts
    for node in graph.nodes:
        found.shapes |= {tensor: tensor.shape for tensor in node.gives}
        inside = len(node.inputs) > 1 or isinstance(node.layer, Composite)
        if varies(node.output.shape) or (inside and any(varies(each.shape) for each in node.inputs)):
            shape = _output(node, found)
            # What doesn't vary is as it's planned; what is inside of it may not fit all the same.
            found.shapes[node.output] = shape if varies(node.output.shape) else node.output.shape


def _output(node: Node, found: Lengths) -> Shape:
    """What a call gives for data of that length: its shape as it is planned if that can't be told."""
    taken = tuple(found.shapes[tensor] for tensor in node.called_on)
    layer = node.layer
    if isinstance(layer, Composite):
        [start], [end] = layer.graph.inputs.values(), layer.graph.outputs.values()
        _follow(layer.graph, {start: taken[0]}, found)
        return found.shapes[end]
    if not isinstance(layer, RuleLayer):
        return node.output.shape
    try:
        shape, _ = layer.rule.call(layer.arguments, taken)
    except LayerError:
        if len(set(node.called_on)) > 1:
            found.clashes.append(node)
        return node.output.shape
    return shape
