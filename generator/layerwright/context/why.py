"""Why the network is as it is, a sentence for each choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeAlias

from ..blocks import MERGES
from ..graph import Composite, Graph, Layer, Node, Tensor
from ..plan import Plan
from ..spec import Input, Output, Spec, Transfer

Consumers: TypeAlias = "dict[Graph, dict[Tensor, list[Node]]]"
"""The calls that take each tensor of a graph, found once for each."""


def reasons(plan: Plan) -> Iterator[str]:
    """Why each choice was made, a sentence each."""
    spec = plan.spec
    consumers: Consumers = {}
    yield from (_of_input(each, plan, consumers) for each in spec.inputs)
    for group in spec.sharing:
        yield f"`{group.name}` is one encoder for {_and(group.members)}: it learns from all of them."
    if any(node.part == "merge" for node in plan.graph.nodes):
        yield f"Where the paths of inputs meet, `{spec.merge}` joins them: {MERGES[spec.merge].about}."
    if spec.separate_bodies and len(spec.outputs) > 1:
        yield "Each output has a body of its own, which learns for it alone."
    if spec.transfer:
        yield from _of_transfer(spec.transfer)
    for output in spec.outputs:
        yield from _of_output(output, spec)
    names = plan.graph.names()
    for name, tensor in plan.graph.models.items():
        way = f"from {_and(plan.graph.sources(tensor))} to `{names[tensor]}`"
        yield f"`{name}` is the way {way} as a model beside the model, with the same layers and weights."
    yield from (f"{note}." for note in plan.notes)


def _of_input(each: Input, plan: Plan, consumers: Consumers) -> str:
    """What becomes of an input's values: what the data pipeline does, and what the first layer does with them."""
    kind, tensor = each.kind, plan.graph.inputs[each.name]
    first = list(_readers(tensor, plan.graph, consumers))
    if plan.spec.transfer and kind.name == "image" and not any(layer.class_name == "Rescaling" for layer in first):
        preprocessing = "goes through the preprocessing that the backbone was trained with, in the model"
        return f"`{each.name}` ({kind.name}) {preprocessing}."
    read = dict.fromkeys(kind.read[layer.class_name] for layer in first if layer.class_name in kind.read)
    masks = any(layer.class_name == "Masking" or layer.arguments.get("mask_zero") for layer in first)
    mask = ["a mask says what is padding"] if masks else []
    return f"`{each.name}` ({kind.name}) is {'; '.join(chain([kind.why], read, mask))}."


def _readers(tensor: Tensor, graph: Graph, consumers: Consumers) -> Iterator[Layer]:
    """The layers that take a tensor, those of nested models among them."""
    if graph not in consumers:
        consumers[graph] = graph.consumers()
    for node in consumers[graph][tensor]:
        if isinstance(node.layer, Composite):
            inner = node.layer.graph
            yield from (layer for start in inner.inputs.values() for layer in _readers(start, inner, consumers))
        else:
            yield node.layer


def _of_output(output: Output, spec: Spec) -> Iterator[str]:
    """Why an output's loss and last layer are what they are, and what it may not see."""
    head = spec.layers.heads.get(output.name)
    said = head is not None and (head.last is not None or not head.keeps_last)
    yield f"`{output.name}` ({output.task.name}) has {output.task.why}{'; its last layer is said' if said else ''}."
    unseen = [each.name for each in spec.inputs if each.name not in output.sources]
    if unseen:
        yield f"`{output.name}` sees {_and(output.sources)}, and nothing of {_and(unseen)}."


def _of_transfer(transfer: Transfer) -> Iterator[str]:
    constructor, count = transfer.backbone.constructor, transfer.fine_tune
    knows = "new layers can't spoil what it knows" if transfer.weights else "the new layers learn before it moves"
    yield f"{constructor} is frozen in phase one, so that {knows}."
    if count:
        chosen = f"its layers from {transfer.block} on" if transfer.block else f"its last {count} layers"
        statistics = "; its batch normalisation keeps its statistics, which small batches would ruin"
        yield (
            f"Phase two trains {chosen} at a hundredth of the rate{statistics if transfer.backbone.normalises else ''}."
        )


def _and(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`, each as code."""
    *most, last = (f"`{name}`" for name in names)
    return f"{', '.join(most)} and {last}" if most else last
