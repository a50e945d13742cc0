"""Keeps masks where attention would take them off.

Keras's MultiHeadAttention takes the mask off every tensor that it is called on, while data go through. What else takes
such a tensor sees its padding as values from then on: the sum after the attention of a transformer block, and through
it all attention of later blocks. So attention gets a copy where its tensor goes elsewhere, too. (Measured with Keras
3.15 on TensorFlow, JAX and PyTorch: `tests/test_masking.py`.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..graph import Node, RuleLayer, Tensor

if TYPE_CHECKING:
    from .builder import Builder

TAKES_MASKS_OFF = frozenset({"MultiHeadAttention"})

PASSES = frozenset(
    {"ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "Identity"}
    | {f"SpatialDropout{axes}D" for axes in (1, 2, 3)}
)
"""Layers that, outside of training, give the very tensor that they take."""

REMARK = "A copy: attention takes the mask off what it is called on."


def keep_masks(builder: Builder) -> None:
    """Puts a copy before each attention on a masked tensor that other calls take as well."""
    takers = _takers(builder.graph.nodes)
    nodes: list[Node] = []
    for node in builder.graph.nodes:
        if node.layer.class_name in TAKES_MASKS_OFF:
            wanted = [each for each in dict.fromkeys(node.inputs) if each.masked and takers[each] > 1]
            copies = {tensor: _copied(builder, node, tensor) for tensor in wanted}
            nodes += copies.values()
            inputs = tuple(copies[each].output if each in copies else each for each in node.inputs)
            nodes.append(replace(node, inputs=inputs) if copies else node)
        else:
            nodes.append(node)
    builder.graph.nodes[:] = nodes


def _takers(nodes: Sequence[Node]) -> dict[Tensor, int]:
    """How many calls take each tensor, whatever it is called in between."""
    same: dict[Tensor, Tensor] = {}
    for node in nodes:
        if node.layer.class_name in PASSES:
            same[node.output] = same.get(node.inputs[0], node.inputs[0])
    taken = Counter(
        tensor
        for node in nodes
        if node.layer.class_name not in PASSES
        for tensor in {same.get(each, each) for each in node.inputs}
    )
    return {each: taken[same.get(each, each)] for node in nodes for each in node.inputs}


def _copied(builder: Builder, node: Node, tensor: Tensor) -> Node:
    """The call that copies a tensor for attention, named after it."""
    rule = builder.vocabulary.rules["Rescaling"]
    layer = RuleLayer("", rule.name, {"scale": 1}, rule=rule, remark=REMARK)
    builder.name_beside(layer, node.layer, "copy")
    return Node(layer, (tensor,), Tensor(tensor.shape, tensor.dtype, masked=True), node.part, node.block)
