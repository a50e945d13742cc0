"""What the Jinja templates get: a plan as plain dicts, lists, texts and numbers, with every decision made."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .diagram import diagram, sizes
from .emit import literal, model_source
from .explain import table, totals
from .graph import Graph, Layer, Tensor
from .kinds import Values
from .plan import Plan
from .spec import Hardware, Input, Output, Spec

REQUIREMENTS = ("keras>=3.15,<4", "matplotlib>=3.8,<4", "numpy>=1.26,<3", "pyyaml>=6,<7")
"""What every project needs besides its backend. Ranges start at what the project is tested with."""

BACKEND_REQUIREMENTS = {
    ("tensorflow", "cpu"): (
        "tensorflow-cpu>=2.20,<3; sys_platform == 'linux' and platform_machine == 'x86_64'",
        "tensorflow>=2.20,<3; sys_platform != 'linux' or platform_machine != 'x86_64'",
    ),
    ("tensorflow", "gpu"): (
        "tensorflow[and-cuda]>=2.20,<3; sys_platform == 'linux'",
        "tensorflow>=2.20,<3; sys_platform != 'linux'",
    ),
    ("jax", "cpu"): ("jax>=0.7,<1",),
    ("jax", "gpu"): ("jax[cuda12]>=0.7,<1; sys_platform == 'linux'", "jax>=0.7,<1; sys_platform != 'linux'"),
    ("torch", "cpu"): ("torch>=2.6,<3",),
    ("torch", "gpu"): ("torch>=2.6,<3",),
}

LINE_LENGTH = 100
"""Longest line of generated Python, in columns."""

SYNTHETIC_NUMBERS = 2**24
"""How many numbers the made-up samples hold together, at most: a first run has to stay short and small."""

LIGHT = 2**14
"""Largest sample, in numbers, of which some hundred can be learned in a test."""

SCORING = {
    "regression": ("regression_scores, mean_guess", "rmse", "<"),
    "multiclass": ("class_scores, share_guess", "accuracy", ">"),
    "binary": ("binary_scores, mean_guess", "auc", ">"),
    "embedding": ("embedding_scores, random_guess", "recall_at_1", ">"),
}
"""For each way of scoring: the functions of `evaluate.py`, one score, and which way it beats a guess."""


def context(plan: Plan) -> dict[str, Any]:
    """Everything that a template may use, under the names that it uses."""
    spec, graph = plan.spec, plan.graph
    return {
        "name": spec.project_name,
        "package": spec.package,
        "description": spec.description,
        "author": spec.author,
        "license": spec.license,
        "summary": _summary(graph),
        "template": plan.decision.template,
        "sequential": plan.decision.template == "sequential",
        "decision": str(plan.decision),
        "decision_text": textwrap.fill(f"{plan.decision}.", LINE_LENGTH),
        "diagram": diagram(graph),
        "table": table(plan),
        "totals": totals(plan),
        "why": list(_why(plan)),
        "inputs": [_input(each) for each in spec.inputs],
        "outputs": [_output(each, plan) for each in spec.outputs],
        "model": asdict(model_source(plan)),
        "checks": _checks(plan),
        "data": _data(plan),
        "probe": _probe(plan),
        "training": asdict(spec.training) | {"fine_tune": spec.transfer.fine_tune if spec.transfer else 0},
        "losses": _losses(plan),
        "scores": sorted({each.task.score for each in spec.outputs}),
        "hardware": asdict(spec.hardware),
        "requirements": _requirements(spec.hardware, tabular=_is_tabular(spec)),
    }


def _summary(graph: Graph) -> str:
    def ends(noun: str, names: dict[str, Tensor]) -> str:
        return f"{'one' if len(names) == 1 else len(names)} {noun}{'s' if len(names) > 1 else ''} ({', '.join(names)})"

    return f"{ends('input', graph.inputs)} and {ends('output', graph.outputs)}"


def _why(plan: Plan) -> Iterator[str]:
    """Why each choice was made, a sentence each."""
    spec = plan.spec
    for each in spec.inputs:
        preprocessed = spec.transfer is not None and each.kind.name == "image"
        why = "goes through the preprocessing that the backbone was trained with, in the model"
        yield f"`{each.name}` ({each.kind.name}) is {why if preprocessed else each.kind.why}."
    for group in spec.sharing:
        yield f"`{group.name}` is one encoder for {' and '.join(group.members)}: it learns from all of them."
    if spec.transfer:
        constructor, count = spec.transfer.backbone.constructor, spec.transfer.fine_tune
        yield f"{constructor} is frozen in phase one, so that new layers can't spoil what it knows."
        if count:
            yield (
                f"Phase two trains its last {count} layers at a hundredth of the rate; its batch normalisation "
                "keeps its statistics, which small batches would ruin."
            )
    for output in spec.outputs:
        yield f"`{output.name}` ({output.task.name}) has {output.task.why}."
    yield from (f"{note}." for note in plan.notes)


def _input(each: Input) -> dict[str, Any]:
    numbers = each.kind.synthetic == "numbers"
    code = _code(each.name)
    made = f"numbers({code}, {each.sizes[0]}, world)" if numbers else f"pixels({code}, {each.sizes}, random)"
    return {
        "name": each.name,
        "kind": each.kind.name,
        "about": each.kind.about,
        "sizes": sizes(each.shape),
        "field": _field(each.sizes, each.kind.values),
        "codes": min(3, each.sizes[0]) if numbers else each.sizes[-1],
        "variable": code,
        "synthesis": f"50 + 10 * {made}" if each.kind.standardised else made,
    }


def _output(each: Output, plan: Plan) -> dict[str, Any]:
    size = each.task.target_size(each.size)
    return {
        "name": each.name,
        "task": each.task.name,
        "about": each.task.about,
        "sizes": sizes(plan.graph.outputs[each.name].shape),
        "weight": each.weight,
        "field": _field((size,), each.task.target_values(each.size)),
        "synthesis": _synthesis(each, size, plan.spec),
        "scoring": SCORING[each.task.score][0],
    }


def _synthesis(each: Output, size: int, spec: Spec) -> str:
    """The expression that makes targets of the codes that a head may see."""
    codes = _codes(each, spec)
    match each.task.score:
        case "regression":
            return f"sums({codes}, {size}, world)"
        case "multiclass":
            return f"nearest({codes}, {each.size}, world)"
        case "binary":
            return f"signs({codes}, {size}, world)"
        case _:
            # Each input says a part of the label, so that each has its own share in the distances.
            return " + ".join(
                f"{'' if index == 0 else f'{4**index} * '}nearest({_code(source)}, 4, world)"
                for index, source in enumerate(each.sources)
            )


def _codes(each: Output, spec: Spec) -> str:
    """The variable of the codes that a head may see."""
    if len(each.sources) == 1:
        return _code(each.sources[0])
    everything = len(each.sources) == len(spec.inputs)
    return "codes" if everything else f"{'_'.join(each.sources)}_codes".lower()


def _code(source: str) -> str:
    """The variable of an input's hidden code."""
    return f"{source}_code".lower()


def _seen(spec: Spec) -> list[dict[str, Any]]:
    """The codes that several inputs make together."""
    return [
        {"variable": variable, "codes": [_code(source) for source in sources]}
        for variable, sources in {
            _codes(each, spec): each.sources
            for each in spec.outputs
            if len(each.sources) > 1 and each.task.score != "embedding"
        }.items()
    ]


def _field(shape: tuple[int, ...], values: Values) -> str:
    """The arguments of the generated `Field`, only those that say something."""
    said = {
        "low": values.low,
        "high": values.high,
        "whole": values.whole or None,
        "may_be_missing": values.missing or None,
    }
    return ", ".join([literal(shape), *(f"{key}={literal(value)}" for key, value in said.items() if value is not None)])


def _checks(plan: Plan) -> dict[str, Any]:
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
        "unseen": [(source, name) for source, name in pairs if source not in seen[name]],
        "heads": literal([(name, _nearest_weights(graph, tensor)) for name, tensor in graph.outputs.items()]),
        "shared": [_shared(layer, graph) for layer in calls if calls[layer] > 1 and layer.trainable_parameters],
        "wrong_values": f"[{', '.join(_wrong_values(spec))}]",
        "numeric": next((each.name for each in spec.inputs if each.kind.standardised and each.sizes[0] > 1), ""),
        # A short training on few large images is too little to compare.
        "beats": [_beats(each) for each in spec.outputs] if _is_light(spec) else [],
    }


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
    names = graph.names()
    return {"name": layer.name, "function": layer.name.lower(), "inputs": literal([names[node.inputs[0]] for node in graph.calls(layer)])}


def _wrong_values(spec: Spec) -> Iterator[str]:
    """For each end, a value that breaks its contract, as source."""
    fields = [(each.name, each.kind.values) for each in spec.inputs]
    fields += [(each.name, each.task.target_values(each.size)) for each in spec.outputs]
    for name, values in fields:
        if values.high is not None:
            yield f"({name!r}, {values.high + 1})"
        elif values.whole:
            yield f"({name!r}, 0.5)"
        else:
            yield f"({name!r}, float({'inf' if values.missing else 'nan'!r}))"


def _beats(each: Output) -> dict[str, str]:
    _, score, sign = SCORING[each.task.score]
    return {"name": each.name, "score": score, "sign": sign}


def _is_tabular(spec: Spec) -> bool:
    """Whether every sample is a row of columns, so that a CSV can hold it."""
    return all(len(each.sizes) == 1 for each in spec.inputs)


def _data(plan: Plan) -> dict[str, Any]:
    spec = plan.spec
    values = sum(math.prod(each.sizes) for each in spec.inputs)
    restored = [each.name for each in spec.outputs if each.task.standardised]
    standardised = [each.name for each in spec.inputs if each.kind.standardised] + restored
    fields = [each.kind.values for each in spec.inputs]
    fields += [each.task.target_values(each.size) for each in spec.outputs]
    return {
        "tabular": _is_tabular(spec),
        "bounded": any(each.low is not None or each.high is not None for each in fields),
        "whole": any(each.whole for each in fields),
        "missing": any(each.missing for each in fields),
        "standardised": standardised,
        "restored": bool(restored),
        "synthetic": sorted({each.kind.synthetic for each in spec.inputs}),
        "seen": _seen(spec),
        "labels": any(each.task.target == "label" for each in spec.outputs),
        "synthetic_samples": _between(200, SYNTHETIC_NUMBERS // values, 2000),
    }


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def _probe(plan: Plan) -> dict[str, float]:
    """How many samples and epochs the project's own tests train on: they have to be done within a minute."""
    if plan.spec.transfer:
        return {"few": 4, "samples": 12, "epochs": 1, "batch": 4, "overfit_epochs": 15, "learning_rate": 0.0003}
    if not _is_light(plan.spec):
        return {"few": 8, "samples": 64, "epochs": 4, "batch": 8, "overfit_epochs": 60, "learning_rate": 0.003}
    return {"few": 16, "samples": 600, "epochs": 10, "batch": 32, "overfit_epochs": 200, "learning_rate": 0.003}


def _is_light(spec: Spec) -> bool:
    """Whether training on some hundred samples takes seconds."""
    return spec.transfer is None and all(math.prod(each.sizes) <= LIGHT for each in spec.inputs)


def _losses(plan: Plan) -> dict[str, str]:
    """The loss, weight and metrics of the outputs, as source; a Sequential's without names."""
    outputs = plan.spec.outputs
    loss = {each.name: each.task.loss for each in outputs}
    weights = {each.name: literal(each.weight) for each in outputs} if any(each.weight != 1 for each in outputs) else {}
    metrics = {each.name: f"[{', '.join(each.task.metrics)}]" for each in outputs if each.task.metrics}
    if plan.decision.template == "sequential":
        return {
            "loss": loss[outputs[0].name],
            "weights": f"[{outputs[0].weight}]" if weights else "",
            "metrics": metrics.get(outputs[0].name, ""),
        }
    return {"loss": _dict(loss), "weights": _dict(weights), "metrics": _dict(metrics)}


def _dict(entries: dict[str, str]) -> str:
    """A dict's source, from keys and the source of their values."""
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in entries.items()) + "}" if entries else ""


def _requirements(hardware: Hardware, *, tabular: bool) -> list[str]:
    tables = ("pandas>=2.2,<4",) if tabular else ()
    return sorted([*REQUIREMENTS, *tables, *BACKEND_REQUIREMENTS[hardware.backend, hardware.device]])
