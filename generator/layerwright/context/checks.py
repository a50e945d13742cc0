"""What the generated tests get: the plan's numbers as source, and how much they may train."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..emit import literal
from ..graph import Graph, Layer, Tensor
from ..plan import Plan
from ..spec import Output, Spec
from .data import SCORING, input_values

LIGHT = 2**14
"""Largest sample, in numbers, of which some hundred can be learned in a test."""


def checks(plan: Plan) -> dict[str, Any]:
    """The plan's numbers, as source, for the generated tests to compare with the built model."""
    spec, graph = plan.spec, plan.graph
    calls = Counter(node.layer for node in graph.nodes)
    seen = {name: graph.sources(tensor) for name, tensor in graph.outputs.items()}
    pairs = [(source, name) for name in graph.outputs for source in graph.inputs]
    return {
        "shapes": literal({node.layer.name: node.output.shape for node in graph.nodes if calls[node.layer] == 1}),
        "outputs": literal({name: tensor.shape[1:] for name, tensor in graph.outputs.items()}),
        "parameters": literal({layer.name: layer.parameters for layer in graph.layers() if layer.parameters}),
        "total": f"{graph.parameters:_}",
        "trainable": f"{graph.trainable_parameters:_}",
        "seen": literal([(source, name) for source, name in pairs if source in seen[name]]),
        "unseen": _pairs((source, name) for source, name in pairs if source not in seen[name]),
        "heads": literal([(name, _nearest_weights(graph, tensor)) for name, tensor in graph.outputs.items()]),
        "shared": [_shared(layer, graph) for layer in calls if calls[layer] > 1 and layer.trainable_parameters],
        "wrong_values": f"[{', '.join(_wrong_values(spec))}]",
        "numeric": next((each.name for each in spec.inputs if each.kind.standardised and each.sizes[0] > 1), ""),
        # A short training on few large images is too little to compare.
        "beats": [_beats(each) for each in spec.outputs] if _is_light(spec) else [],
    }


def _pairs(pairs: Iterator[tuple[str, str]]) -> str:
    """A list of pairs as source, empty if there are none."""
    listed = list(pairs)
    return literal(listed) if listed else ""


def _nearest_weights(graph: Graph, tensor: Tensor) -> str:
    """The name of the last layer on the way to a tensor that training moves."""
    reached = {tensor}
    for node in reversed(graph.nodes):
        if node.output in reached:
            if node.layer.trainable_parameters:
                return node.layer.name
            reached.update(node.inputs)
    return ""


def _shared(layer: Layer, graph: Graph) -> dict[str, Any]:
    inputs = [graph.sources(node.inputs[0])[0] for node in graph.calls()[layer]]
    return {"name": layer.name, "function": layer.name.lower(), "inputs": literal(inputs)}


def _wrong_values(spec: Spec) -> Iterator[str]:
    """For each end, the values that break its contract, as source."""
    fields = [(each.name, input_values(each)) for each in spec.inputs]
    fields += [(each.name, each.task.target_values(each.size)) for each in spec.outputs if each.of is None]
    for name, values in fields:
        wrong = [values.low - 1] if values.low is not None else []
        wrong += [values.high + 1] if values.high is not None else []
        wrong += [0.5] if values.whole else []
        yield from (f"({name!r}, {value})" for value in wrong)
        if not values.unknown:
            yield f"({name!r}, float({'inf' if values.missing else 'nan'!r}))"


def _beats(each: Output) -> dict[str, str]:
    _, score, sign = SCORING[each.task.score]
    return {"name": each.name, "score": score, "sign": sign}


def probe(plan: Plan) -> dict[str, float]:
    """How many samples and epochs the project's own tests train on: they have to be done within a minute."""
    if plan.spec.transfer:
        return {"few": 4, "samples": 12, "epochs": 1, "batch": 4, "overfit_epochs": 15, "learning_rate": 0.0003}
    if not _is_light(plan.spec):
        return {"few": 8, "samples": 64, "epochs": 4, "batch": 8, "overfit_epochs": 60, "learning_rate": 0.003}
    return {"few": 16, "samples": 600, "epochs": 10, "batch": 32, "overfit_epochs": 200, "learning_rate": 0.003}


def _is_light(spec: Spec) -> bool:
    """Whether training on some hundred samples takes seconds."""
    return spec.transfer is None and all(math.prod(each.sizes) <= LIGHT for each in spec.inputs)
