"""How predictions are scored, and what they're compared with, for each way of scoring that a task names."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..emit import literal
from ..plan import Plan
from ..spec import Input, Output
from ..tasks import Per
from .synthesis import steps_padded


class Scoring(NamedTuple):
    """The functions of `evaluate.py`, one of its scores, and which way that beats a guess.

    `guess` says what knows nothing of the inputs. It's empty where that would be too easy to beat, since samples that
    are alike lie near each other without any training: there an untrained network is what to compare with.
    """

    function: str
    score: str
    sign: str
    guess: str = ""


SCORING = {
    "regression": Scoring("regression_scores", "rmse", "<", "mean_guess"),
    "reconstruction": Scoring("regression_scores", "rmse", "<", "mean_guess"),
    "multiclass": Scoring("class_scores", "accuracy", ">", "share_guess"),
    "labels": Scoring("class_scores", "accuracy", ">", "share_guess"),
    "segmentation": Scoring("overlap_scores", "mean_iou", ">", "share_guess"),
    "binary": Scoring("binary_scores", "auc", ">", "mean_guess"),
    "embedding": Scoring("embedding_scores", "recall_at_1", ">"),
    "distance": Scoring("distance_scores", "accuracy", ">"),
}
"""For each way of scoring that a task names."""

AREA = Scoring("area_scores", "iou", ">", "mean_guess")
"""That of yes or no for every pixel: there is one probability, and no classes to count."""


def scoring(each: Output) -> Scoring:
    """How an output is scored."""
    return AREA if each.task.score == "segmentation" and each.size == 1 else SCORING[each.task.score]


def scores(plan: Plan) -> dict[str, Any]:
    """What the templates of `evaluate.py` and `predict.py` may use."""
    outputs = plan.spec.outputs
    found = {each.name: scoring(each) for each in outputs}
    padded = {each.name: source.name for each in outputs if (source := padded_steps(each, plan))}
    return {
        "functions": sorted({each.function for each in found.values()}),
        "guesses": sorted({each.guess for each in found.values() if each.guess}),
        "guessed": {name: f"{each.function}, {each.guess}" for name, each in found.items() if each.guess},
        "compared": {name: each.function for name, each in found.items() if not each.guess},
        "steps": literal(padded) if padded else "",
        "whole": len(padded) < len(outputs),
        "labelled": any(each.name in padded and each.of is None for each in outputs),
        "padded": [
            {"output": name, "input": source, "text": plan.spec.input(source).kind.synthetic == "tokens"}
            for name, source in padded.items()
        ],
        "scaled_back": any(each.of is not None and each.of.kind.standardised for each in outputs),
        "flat": all(len(tensor.shape) == 2 for tensor in plan.graph.outputs.values()),
    }


def padded_steps(each: Output, plan: Plan) -> Input | None:
    """The input whose steps an output speaks of, if some of them are padding."""
    sources = [each.of] if each.of else [plan.spec.input(name) for name in each.sources if each.per is Per.STEP]
    return next((source for source in sources if source.kind.steps and steps_padded(source, plan)), None)


def is_stateful(plan: Plan) -> bool:
    """Whether a layer goes on with the next batch where it was after the last."""
    return any(
        layer.arguments.get("stateful") or any(getattr(value, "arguments", {}).get("stateful") for value in values)
        for layer in plan.graph.all_layers()
        for values in [layer.arguments.values()]
    )
