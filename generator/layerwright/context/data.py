"""What the templates get about samples: the contract of each end, and how samples are made up."""

from __future__ import annotations

import math
from typing import Any

from ..diagram import sizes
from ..emit import literal
from ..kinds import Values
from ..plan import Plan
from ..spec import Input, Output, Spec

SYNTHETIC_NUMBERS = 2**24
"""How many numbers the made-up samples hold together, at most: a first run has to stay short and small."""

SCORING = {
    "regression": ("regression_scores, mean_guess", "rmse", "<"),
    "multiclass": ("class_scores, share_guess", "accuracy", ">"),
    "binary": ("binary_scores, mean_guess", "auc", ">"),
    "embedding": ("embedding_scores, random_guess", "recall_at_1", ">"),
}
"""For each way of scoring: the functions of `evaluate.py`, one score, and which way it beats a guess."""


def about_input(each: Input) -> dict[str, Any]:
    """What the templates say of an input."""
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


def about_output(each: Output, plan: Plan) -> dict[str, Any]:
    """What the templates say of an output."""
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


def is_tabular(spec: Spec) -> bool:
    """Whether every sample is a row of columns, so that a CSV can hold it."""
    return all(len(each.sizes) == 1 for each in spec.inputs)


def data(plan: Plan) -> dict[str, Any]:
    """Facts about the samples as a whole."""
    spec = plan.spec
    values = sum(math.prod(each.sizes) for each in spec.inputs)
    restored = [each.name for each in spec.outputs if each.task.standardised]
    standardised = [each.name for each in spec.inputs if each.kind.standardised] + restored
    fields = [each.kind.values for each in spec.inputs]
    fields += [each.task.target_values(each.size) for each in spec.outputs]
    return {
        "tabular": is_tabular(spec),
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
