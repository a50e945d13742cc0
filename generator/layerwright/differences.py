"""Two networks beside each other: which layers are new, gone or changed, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .emit import literal
from .explain import totals
from .graph import BackboneLayer, Composite, Graph
from .layers import spell
from .pictures import Drawing, drawing
from .plan import Plan
from .records import dataclass

NEW, GONE, CHANGED = "+", "-", "~"

Facts = Mapping[str, str]
"""What is known of a layer, in words, in the order in which it's said."""


@dataclass(frozen=True)
class Difference:
    """What is different between two plans: a mark for each layer that isn't the same in both, and its facts."""

    before: Plan
    after: Plan
    marks: Mapping[str, str]
    old: Mapping[str, Facts]
    new: Mapping[str, Facts]

    def changed(self, name: str) -> dict[str, tuple[str | None, str | None]]:
        """What has changed of a layer: each fact before and after, None where it wasn't said."""
        old, new = self.old[name], self.new[name]
        return {key: (old.get(key), new.get(key)) for key in {**new, **old} if old.get(key) != new.get(key)}


def difference(before: Plan, after: Plan) -> Difference:
    """What has become of the layers of a network, by name; those of nested models under `model/layer`."""
    old, new = (dict(_facts(plan.graph)) for plan in (before, after))
    marks = {
        name: NEW if name not in old else GONE if name not in new else CHANGED
        for name in dict.fromkeys([*new, *old])
        if old.get(name) != new.get(name)
    }
    return Difference(before, after, marks, old, new)


def _facts(graph: Graph, path: str = "") -> Iterator[tuple[str, Facts]]:
    """Each input and layer with what is known of it. A shared layer's sources are those of all its calls."""
    names, outputs = graph.names(), {tensor: name for name, tensor in graph.outputs.items()}
    for name, tensor in graph.inputs.items():
        if not path:
            yield name, {"class": "Input", "shape": spell(tensor.shape), "dtype": tensor.dtype}
    for layer, calls in graph.calls().items():
        arguments = {key: literal(value) for key, value in layer.arguments.items()}
        backbone = {"constructor": layer.constructor} if isinstance(layer, BackboneLayer) else {}
        sources = " and ".join(", ".join(names[tensor] for tensor in call.inputs) for call in calls)
        given = [outputs[call.output] for call in calls if call.output in outputs and not path]
        yield (
            f"{path}{layer.name}",
            {"class": layer.class_name}
            | arguments
            | backbone
            | {"shape": spell(calls[0].output.shape), "parameters": f"{layer.parameters:,}", "from": sources}
            | ({"output": ", ".join(given)} if given else {}),
        )
        if isinstance(layer, Composite):
            yield from _facts(layer.graph, f"{path}{layer.name}/")


def as_data(found: Difference) -> dict[str, Any]:
    """The difference as plain data."""
    return {
        "template": {"before": found.before.decision.template, "after": found.after.decision.template},
        "parameters": {"before": found.before.graph.parameters, "after": found.after.graph.parameters},
        "new": [name for name, mark in found.marks.items() if mark == NEW],
        "gone": [name for name, mark in found.marks.items() if mark == GONE],
        "changed": {
            name: {key: {"before": old, "after": new} for key, (old, new) in found.changed(name).items()}
            for name, mark in found.marks.items()
            if mark == CHANGED
        },
    }


def as_text(found: Difference) -> str:
    """The difference as lines of text."""
    if not found.marks:
        return "The same network."
    decisions = [f"{mark} {plan.decision}." for mark, plan in ((GONE, found.before), (NEW, found.after))]
    if str(found.before.decision) == str(found.after.decision):
        decisions = [f"  {found.after.decision}."]
    counts = [f"{mark} {totals(plan)}" for mark, plan in ((GONE, found.before), (NEW, found.after))]
    width = max(map(len, found.marks))
    layers = [f"{mark} {name:<{width}}  {_said(found, name)}" for name, mark in found.marks.items()]
    return "\n".join([*decisions, "", *layers, "", *counts])


def _said(found: Difference, name: str) -> str:
    """What a line says of a layer: what it is, or what has changed of it."""
    if found.marks[name] == CHANGED:
        return ", ".join(
            f"{key} {old or 'unsaid'} → {new or 'unsaid'}" for key, (old, new) in found.changed(name).items()
        )
    facts = found.new.get(name) or found.old[name]
    parts = (facts["class"], facts["shape"], f"from {facts['from']}" if "from" in facts else "")
    return "  ".join(filter(None, parts))


def as_drawings(found: Difference) -> dict[str, Drawing]:
    """The two networks as pictures to stand side by side, with what is different marked in each."""
    return {
        "before": drawing(found.before, found.marks, "before_"),
        "after": drawing(found.after, found.marks, "after_"),
    }
