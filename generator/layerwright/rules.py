"""Functional or Sequential: decided on the graph, with reasons in the user's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .graph import BackboneLayer, Graph, SubModel
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
            "you said that it will stay a straight line",
        ),
    )


def _against_sequential(spec: Spec, graph: Graph) -> Iterator[str]:
    for noun, names in (("inputs", graph.inputs), ("outputs", graph.outputs)):
        if len(names) > 1:
            yield f"there are {len(names)} {noun} ({', '.join(names)})"
    for layer in graph.layers():
        calls = graph.calls(layer)
        if len(calls) > 1:
            called = [" + ".join(graph.sources(call.inputs[0])) for call in calls]
            yield f"{layer.name} is shared: it is called on {_and(called)}"
        if isinstance(layer, BackboneLayer):
            yield f"{layer.constructor} is a model of its own, the backbone"
        elif isinstance(layer, SubModel) and len(calls) == 1:
            yield f"{layer.name} is a model of its own"
    if forks := list(_forks(graph)):
        yield f"paths part and meet again in {_and(forks)}"
    if not spec.straight:
        yield "you said that it won't stay a straight line"


def _forks(graph: Graph) -> Iterator[str]:
    """The parts in which paths meet again that have parted there."""
    parts = [node.part for node in graph.nodes if len(node.inputs) > 1 and node.part != "merge"]
    yield from dict.fromkeys(part.rpartition(".")[2] for part in parts)


def _and(words: object) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = map(str, words)  # type: ignore[call-overload]
    return f"{', '.join(most)} and {last}" if most else str(last)
