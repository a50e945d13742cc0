"""Functional or Sequential: decided on the graph, with reasons in the user's words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from .blocks.builder import models_in
from .graph import BackboneLayer, Graph, SubModel
from .lengths import varies
from .records import dataclass
from .spec import Spec

Template = Literal["functional", "sequential"]


@dataclass(frozen=True)
class Decision:
    """Which of the two model templates, and why. There is at least one reason."""

    template: Template
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.template.capitalize()}, because {_and(self.reasons)}"


def decide(spec: Spec, graph: Graph) -> Decision:
    """Sequential exactly if the graph is a straight line and the user said that it will stay one."""
    reasons = tuple(_against_sequential(spec, graph))
    if reasons:
        return Decision("functional", reasons)
    [source], [target] = graph.inputs, graph.outputs
    return Decision(
        "sequential",
        (
            f"there is one input ({source}) and one output ({target})",
            "every layer is called once and fed only by the one before it",
            "it is to stay a straight line",
        ),
    )


def _against_sequential(spec: Spec, graph: Graph) -> Iterator[str]:
    for noun, names in (("inputs", graph.inputs), ("outputs", graph.outputs)):
        if len(names) > 1:
            yield f"there are {len(names)} {noun} ({', '.join(names)})"
    yield from _shared_and_nested(graph)
    yield from _joins(graph)
    for name in graph.models:
        yield f"{name} is a model of its own, from the inputs on"
    if varying := _masked(graph):
        yield f"{_and(varying)} varies in length and needs a mask"
    if not spec.straight:
        yield "you said that it won't stay a straight line"


def _shared_and_nested(graph: Graph) -> Iterator[str]:
    """The layers that are called more than once, and those that are or hold models."""
    origins = graph.origins()
    for layer, calls in graph.calls().items():
        if len(calls) > 1:
            callers = [[name for name in graph.inputs if name in origins[call.inputs[0]]] for call in calls]
            yield f"{layer.name} is shared: it is called on {_and(_distinct(callers))}"
        if isinstance(layer, BackboneLayer):
            yield f"{layer.constructor} is a model of its own, the backbone"
        elif isinstance(layer, SubModel) and len(calls) == 1:
            yield f"{layer.name} is a model of its own"
        elif any(models_in(layer)):
            yield f"{layer.name} holds a model of its own"


def _distinct(inputs: Iterable[Sequence[str]]) -> list[str]:
    """On what a layer is called, by the names of the inputs that each call depends on."""
    callers = list(map(" + ".join, inputs))
    return callers if len(set(callers)) > 1 else [f"{callers[0]} {_times(len(callers))}"]


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def _joins(graph: Graph) -> Iterator[str]:
    """What joins paths that have parted, by the part in which they meet."""
    shortcuts: dict[str, None] = {}
    forks: dict[str, None] = {}
    attention: dict[str, None] = {}
    for node in graph.nodes:
        if len(node.inputs) < 2 or node.part == "merge":
            continue
        place = node.part.partition(".")[2] or "the body"
        if node.block and node.block.kind in SHORTCUTS:
            shortcuts[place] = None
        elif len(set(node.inputs)) == 1:
            attention[place] = None
        else:
            forks[place] = None
    if shortcuts:
        yield f"there is a residual shortcut in {_and(shortcuts)}"
    if forks:
        yield f"paths part and meet again in {_and(forks)}"
    if attention and not shortcuts:
        yield f"attention takes its tensor as query and as value in {_and(attention)}"


SHORTCUTS = frozenset({"residual", "tcn", "transformer"})
"""Groups that add what goes in to what comes out."""


def _masked(graph: Graph) -> list[str]:
    """The inputs whose length varies and that a mask comes with."""
    if not any(node.output.masked for node in graph.nodes):
        return []
    return [name for name, tensor in graph.inputs.items() if varies(tensor.shape)]


def _and(words: object) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = map(str, words)  # type: ignore[call-overload]
    return f"{', '.join(most)} and {last}" if most else str(last)
