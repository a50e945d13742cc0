"""How predictions are scored, and what they're compared with, for each way of scoring that a task names."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..emit import literal
from ..plan import Plan
from ..spec import Input, Output, Spec
from ..tasks import Per
from .synthesis import LONGEST, padded_steps, sources_of_places, steps_padded

MOST_FEATURES = 1024
"""How many numbers a linear model sees of one input, at most: it has to be there in seconds."""

FEW_FEATURES = 32
"""How many numbers plain least squares take, at most: of more of them, weights have to be held back."""

MOST_NUMBERS = 2**26
"""How many numbers the samples may hold that guesses and linear models are made of."""


class Scoring(NamedTuple):
    """The functions of `evaluate.py`, one of its scores, and which way that beats a guess.

    Of classes that isn't accuracy: where one of them is common, to say it always is accurate enough.

    `guess` says what one that knows nothing of the inputs says. It's empty where that would be too easy to beat, since
    samples that are alike lie near each other without any training: there an untrained network is what to compare with.
    `picture` says what to draw.
    """

    function: str
    score: str
    sign: str
    guess: str = ""
    picture: str = ""


SHARES = "shares of classes"
"""What a guess says where there are classes."""

SCORING = {
    "regression": Scoring("regression_scores", "rmse", "<", "mean", "plot_numbers"),
    "reconstruction": Scoring("regression_scores", "rmse", "<", "mean", "plot_numbers"),
    "multiclass": Scoring("class_scores", "macro_f1", ">", SHARES, "plot_confusion"),
    "labels": Scoring("class_scores", "macro_f1", ">", SHARES, "plot_confusion"),
    "segmentation": Scoring("overlap_scores", "mean_iou", ">", SHARES, "plot_classes"),
    "binary": Scoring("binary_scores", "auc", ">", "mean", "plot_yes_or_no"),
    "embedding": Scoring("embedding_scores", "recall_at_1", ">"),
    "distance": Scoring("distance_scores", "accuracy", ">", "", "plot_distances"),
}
"""For each way of scoring that a task names."""

AREA = Scoring("area_scores", "iou", ">", "mean", "plot_images")
"""That of yes or no for every pixel: there is one probability, and no classes to count."""


def scoring(each: Output) -> Scoring:
    """How an output is scored."""
    how = AREA if each.task.score == "segmentation" and each.size == 1 else SCORING[each.task.score]
    if each.of is not None and each.of.kind.places:
        return how._replace(picture="plot_images")
    return how._replace(picture="plot_roc") if each.task.name == "multilabel" else how


def scores(plan: Plan, *, learns: bool) -> dict[str, Any]:
    """What the templates of `evaluate.py` and `predict.py` may use. `learns`: whether training learns of the data."""
    outputs = plan.spec.outputs
    found = {each.name: scoring(each) for each in outputs}
    padded = {each.name: source.name for each in outputs if (source := padded_steps(each, plan))}
    flat = [each.name for each in outputs if len(plan.graph.outputs[each.name].shape) == 2]
    classes = {each.name: each.size for each in outputs if found[each.name].guess == SHARES}
    guessed = {name: f"{each.function}, {each.picture}" for name, each in found.items() if each.guess}
    drawn = [name for name, each in found.items() if each.picture]
    wide = [name for name in flat if name in classes or plan.graph.outputs[name].shape[-1] != 1]
    return {
        "functions": sorted({each.function for each in found.values()}),
        "pictures": sorted({each.picture for each in found.values() if each.picture}),
        "guessed": guessed,
        "alike": next(iter(guessed.values())) if len(guessed) == len(outputs) > len(set(guessed.values())) == 1 else "",
        "compared": {name: each.function for name, each in found.items() if not each.guess},
        "steps": literal(padded) if padded else "",
        "whole": len(padded) < len(outputs),
        "labelled": any(each.name in padded and each.of is None for each in outputs),
        "padded": [
            {"output": name, "input": source, "text": plan.spec.input(source).kind.synthetic == "tokens"}
            for name, source in padded.items()
        ],
        "scaled_back": any(each.of is not None and each.of.kind.standardised for each in outputs),
        "flat": len(flat) == len(outputs),
        "flats": flat,
        "deep": [each.name for each in outputs if each.name not in flat],
        "classes": classes,
        "most_classes": max(classes.values(), default=2),
        "all_classes": len(classes) == len(outputs),
        "drawn": bool(drawn),
        "said_in_words": bool(set(drawn) & set(flat)),
        "plain_numbers": drawn == flat and not wide,
        "naming": bool(classes) or any(each.task.name == "binary" for each in outputs),
        **_tables(plan, flat, padded, learns=learns),
        **_linear(plan, classes, guessed, learns=learns),
    }


TABLES = {
    "multiclass": "class_columns",
    "binary": "yes_columns",
    "multilabel": "label_columns",
    "distance": "distance_columns",
}
"""What makes columns of an output's predictions, a function of `predict.py`; of all others `number_columns`."""

FEW = 12
"""How many numbers one types on a command line, at most."""

PICTURED = (1, 3, 4)
"""How many channels a picture in a file may have."""


def _tables(plan: Plan, flat: Sequence[str], padded: Mapping[str, str], *, learns: bool) -> dict[str, Any]:
    """How predictions are written, and how one sample is said."""
    outputs = {each.name: each for each in plan.spec.outputs}
    tables = {name: TABLES.get(outputs[name].task.name, "number_columns") for name in flat}
    widths = {name: plan.graph.outputs[name].shape[-1] for name in flat}
    columns = [_columns(name, tables[name], widths[name] or 1, learns=learns) for name in flat]
    stepwise = [each.name for each in plan.spec.outputs if each.task.score == "labels"]
    return {
        "tables": tables,
        "widths": widths,
        "table_functions": sorted(set(tables.values())),
        "several_numbers": any(text.startswith("number_columns") for text in columns),
        "numbers": len(flat) == len(outputs) and all(text.startswith("{") for text in columns),
        "columns_written": " | ".join(columns),
        "names_learned": learns and (bool(stepwise) or any("learned" in text for text in columns)),
        "stepwise": stepwise,
        "stepwise_padded": any(name in padded for name in stepwise),
        "all_stepwise_padded": all(name in padded for name in stepwise),
        "filed": any(each.kind.name in ("image", "audio") for each in plan.spec.inputs),
        "texts": any(each.kind.synthetic in ("categories", "tokens") for each in plan.spec.inputs),
        "written": " and ".join(_files(flat, stepwise, len(outputs))),
        "quoted_sample": " ".join(f"'sample.{each.name}={_example(each)}'" for each in plan.spec.inputs),
    }


def _columns(name: str, function: str, width: int, *, learns: bool) -> str:
    """The expression for the columns of an output's predictions."""
    said = f'said["{name}"]'
    if function == "number_columns":
        return f'{function}("{name}", {said})' if width > 1 else f'{{"{name}": {said}[:, 0]}}'
    if function == "distance_columns":
        return f'{function}("{name}", {said}, run)'
    if function == "label_columns":
        return f'{function}("{name}", {said}, data["columns"].get("{name}"))'
    count = 2 if function == "yes_columns" else width
    names = f'class_names(learned, "{name}", {count})' if learns else f"class_names({count})"
    return f'{function}("{name}", {said}, {names})'


def _files(flat: Sequence[str], stepwise: Sequence[str], count: int) -> Iterator[str]:
    """What `predict` writes."""
    if flat:
        yield "predictions.csv"
    yield from (f"predictions_{name}.csv" for name in stepwise)
    if len(flat) < count:
        yield "predictions.npz"


def _example(each: Input) -> str:
    """How one sample of an input is said on the command line: its numbers if they are few, else a file."""
    if each.kind.synthetic == "categories":
        return "1"
    if each.kind.name == "image" and each.sizes[-1] in PICTURED:
        return f"{each.name}.png"
    count = each.shape[1] or 3
    if len(each.shape) > 2 or each.kind.synthetic == "waves" or count > FEW:
        return f"{each.name}.npy"
    most = (each.sizes[0] or 2) - 1 if each.kind.vocabulary else count
    return f"[{','.join(str(min(value, most)) for value in range(1, count + 1))}]"


def _most_samples(plan: Plan) -> int:
    """How many samples of the training part a guess and linear models are made of: they have to fit in memory."""
    shapes = [each.shape[1:] for each in plan.spec.inputs]
    shapes += [tensor.shape[1:] for tensor in plan.graph.outputs.values()]
    numbers = sum(math.prod(size or LONGEST for size in shape) for shape in shapes)
    return max(200, min(10_000, MOST_NUMBERS // numbers))


def _linear(plan: Plan, classes: Mapping[str, int], guessed: Mapping[str, str], *, learns: bool) -> dict[str, Any]:
    """What linear models see: of which inputs for each output, and which numbers of each input.

    `local`: for outputs of steps or places, the inputs whose own values they are told from. `raw`: for distances and
    embeddings, the inputs that are compared as they are. An output that isn't among them has no such model. `apart`:
    they are made before the scores and not beside each. `simple`: what they see, where an expression says it. `ridge`:
    they have weights that are held back. `most`: how many samples they are made of, if not of all.
    """
    spec = plan.spec
    linear, local, raw = {}, {}, {}
    for each in spec.outputs:
        sources = [spec.input(name) for name in each.sources]
        if each.task.score in ("embedding", "distance"):
            if each.task.score == "embedding" or len({(source.kind.name, source.sizes) for source in sources}) == 1:
                raw[each.name] = list(each.sources)
        elif each.per is Per.SAMPLE:
            linear[each.name] = list(each.sources)
        elif each.of is None and (found := sources_of_places(each, plan)):
            local[each.name] = [source.name for source in found]
    lists = [*linear.values(), *raw.values()]
    used = {name for names in lists for name in names}
    seen = {each.name: _seen(each, plan, f'block["{each.name}"]') for each in spec.inputs if each.name in used}
    beside = list(dict.fromkeys(name for names in local.values() for name in names))
    several_at_each = any(len(names) > 1 for names in local.values())
    words = {
        name: min(spec.input(name).sizes[0] or 1, MOST_FEATURES)
        for name in beside
        if spec.input(name).kind.synthetic == "tokens"
    }
    narrow = any(set(names) != used for names in lists) or any(
        each.task.score == "distance" and each.name in raw for each in spec.outputs
    )
    large = any(spec.input(name).kind.synthetic not in ("numbers", "categories") for name in used)
    apart = bool(local or raw or narrow) or (bool(linear) and linear.keys() != guessed.keys())
    sizes = [spec.input(name).sizes[0] or 1 for name in used]
    kinds = [spec.input(name).kind for name in used]
    centred = all(kind.standardised or kind.synthetic == "categories" for kind in kinds)
    plain = bool(linear) and not (apart or large) and centred and sum(sizes) <= FEW_FEATURES
    alone = next(iter(used)) if linear and learns and len(used) == 1 and not (apart or large) else ""
    part = f'prepare(part, learned)["{alone}"]'
    simple = f"({_seen(spec.input(alone), plan, part)} for part in (train, test))" if alone else ""
    return {
        "apart": apart,
        "simple": simple,
        "features": bool(seen) and not simple,
        "ridge": bool(linear or local) and not plain,
        "most": f"{_most_samples(plan):_}" if guessed and not plain else "",
        "linear": linear,
        "local": local if several_at_each else {name: source for name, [source] in local.items()},
        "raw": raw,
        "raw_about": _raw_about(spec, raw),
        "all_linear": len(linear) + len(local) + len(raw) == len(spec.outputs),
        "seen": seen,
        "seen_by": sorted({text.partition("(")[0] for text in seen.values()}),
        "words": words,
        "words_share": any(
            each.kind.synthetic == "tokens" and (each.sizes[0] or 1) > MOST_FEATURES for each in spec.inputs
        ),
        "local_sources": len(beside),
        "several_at_each": several_at_each,
        "linear_classes": any(name in classes for name in linear),
        "local_classes": any(name in classes for name in local),
        "place": "step" if all(each.per is Per.STEP for each in spec.outputs if each.name in local) else "place",
        "narrow": narrow,
        "large": large,
        "blocks": large or bool(local),
        "most_features": MOST_FEATURES,
        "columns": ["model", *(["linear"] if linear or local or raw else []), "guess"],
        "explained": "\n".join(
            "\n".join(textwrap.wrap(said, 100, break_long_words=False))
            for said in _explained(spec, linear, local, raw, large=large, plain=plain)
        ),
    }


def _raw_about(spec: Spec, raw: Mapping[str, Any]) -> str:
    """What is made of inputs that are compared as they are."""
    found = {each.task.score for each in spec.outputs if each.name in raw}
    about = {"distance": "distances", "embedding": "the numbers"}
    return " and ".join(text for score, text in about.items() if score in found)


def _explained(spec: Spec, linear: Any, local: Any, raw: Any, *, large: bool, plain: bool) -> Iterator[str]:
    """What the page says of the columns of its table."""
    outputs = {each.name: each for each in spec.outputs}

    def of(names: Collection[str]) -> str:
        return f" of {' and '.join(names)}" if len(names) < len(outputs) else ""

    guesses = {name: scoring(each).guess for name, each in outputs.items()}
    means = " or ".join(sorted(set(guesses.values()) - {""}))
    yield "`model` is the trained network, on the test part."
    if any(each.task.name == "binary" for each in spec.outputs):
        yield "Yes is 1; of two names, it's the later by the alphabet."
    if linear:
        how = "least squares" if plain else f"ridge regression{'; large inputs made smaller' if large else ''}"
        yield f"`linear`{of(linear)} is a weighted sum of the inputs ({how})."
    if local:
        where = " or ".join(sorted({"step" if outputs[name].per is Per.STEP else "pixel" for name in local}))
        held = "the inputs hold" if any(len(names) > 1 for names in local.values()) else "the input holds"
        yield f"`linear`{of(local)} is a weighted sum of what {held} at the {where} alone."
    if raw:
        yield f"`linear`{of(raw)} compares the inputs themselves, without a network."
    if means:
        guessed = [name for name, guess in guesses.items() if guess]
        yield f"`guess`{of(guessed)} says the training part's {means}, whatever comes in."
    if "" in guesses.values():
        untrained = [name for name, guess in guesses.items() if not guess]
        yield f"`guess`{of(untrained)} is the network before it has learned anything."


def _seen(each: Input, plan: Plan, value: str) -> str:
    """The expression for what a linear model sees of an input, whose values are an expression too."""
    size = each.sizes[0] or 1
    *places, channels = each.sizes
    side = max(1, math.floor((MOST_FEATURES / (channels or 1)) ** (1 / max(1, len(places)))))
    seen = {
        "numbers": value if size <= MOST_FEATURES else f"mixed({value})",
        "categories": f"np.eye({min(size, MOST_FEATURES)})[{value}{f' % {MOST_FEATURES}' * (size > MOST_FEATURES)}]",
        "tokens": f"word_counts({value}, {min(size, MOST_FEATURES)})",
        "waves": f"loudness({value})",
        "steps": f"averages({value})" if steps_padded(each, plan) else f"shrunk({value}, {side})",
        "pixels": f"shrunk({value}, {side})",
    }
    return seen[each.kind.synthetic]


def is_stateful(plan: Plan) -> bool:
    """Whether a layer goes on with the next batch where it was after the last."""
    return any(
        layer.arguments.get("stateful") or any(getattr(value, "arguments", {}).get("stateful") for value in values)
        for layer in plan.graph.all_layers()
        for values in [layer.arguments.values()]
    )
