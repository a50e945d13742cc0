"""Whole sets of answers in which every two answers of every two questions come together, if they can.

A set is a row: a value for each factor. Rows are made one after the other, each around two values that haven't been
together yet and greedily for as many others. The tool itself says which go together: what it refuses is drawn again,
where its message points to. Two values that can't be had together whatever else is drawn are a pair that is refused.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from layerwright.plan import design
from layerwright.problems import AnswersError

Row = dict[str, str]

Pair = tuple[tuple[str, str], tuple[str, str]]
"""Two factors and their values, in the order of FACTORS."""

KINDS = {
    "image": "image 8x8x3",
    "volume": "volume 4x5x4x1",
    "numeric": "numeric 3",
    "vector": "vector 4",
    "category": "category 5",
    "text": "text 12x5",
    "text of any length": "text 9x?",
    "sequence": "sequence 6x2",
    "sequence of any length": "sequence ?x3",
    "audio": "audio 512",
}

TASKS = {
    "regression": "regression",
    "regression 3": "regression 3",
    "regression per step": "regression 2 per_step",
    "binary": "binary",
    "multiclass": "multiclass 3",
    "multilabel": "multilabel 3",
    "labels": "labels 3",
    "segmentation": "segmentation 3",
    "segmentation of one class": "segmentation 1",
    "map": "map 2",
    "reconstruction": "reconstruction {first}",
    "forecast": "forecast 3",
    "distance": "distance",
    "embedding": "embedding 4",
}

SIZES = {"regression": 1, "regression 3": 3, "binary": 1, "multiclass": 3, "multilabel": 3, "forecast": 3}
"""How many units the last layer of a task has, for one that takes its place."""

NAMES = {
    "plain": ("photo", "meta", "more", "kind", "price"),
    "Python's": ("class", "list", "self", "lambda", "keras"),
    "the source's": ("inputs", "x", "model", "outputs", "build_model"),
    "the layers'": ("merge", "dense", "Conv2D", "dense_1", "hidden_1"),
}

LAYERS: Mapping[str, Any] = {
    "the planner's": {},
    "none": {"body": []},
    "line": {"body": "dense 8, dropout 0.1, dense 8 tanh name=hidden"},
    "mappings": {"body": [{"dense": {"units": 8, "activation": "gelu"}}, "layer_norm", "dense 8 name=hidden"]},
    "classes": {"body": ["Dense 8 swish", "Dropout 0.1", "Dense 8 name=hidden", "UnitNormalization"]},
    "residual": {"body": [{"residual": ["dense 8", "batch_norm", "dense 8 linear"]}, "dense 8 name=hidden"]},
    "residual as a class": {
        "body": [{"residual": {"layers": ["dense 8", "dense 8 linear"], "activation": "relu", "form": "class"}}] * 2
    },
    "repeat": {"body": [{"repeat": {"times": 3, "layers": ["dense 8", "layer_norm"]}}, "dense 8 name=hidden"]},
    "model": {"body": [{"model": {"name": "part", "layers": ["dense 8", "dense 4"]}}, "dense 8 name=hidden"]},
    "parallel": {
        "body": [
            {"parallel": {"paths": [["dense 8"], ["dense 4", "dense 8"]], "merge": "add"}},
            "dense 8 name=hidden",
        ]
    },
    "use": {"body": ["dense 8", "dense 8 name=hidden", {"use": "hidden"}]},
    "merge": {"body": ["dense 8 name=hidden", "dense 6", {"merge": {"with": "hidden"}}, "dense 8"]},
    "regularised": {"body": ["dense 8 kernel_regularizer=l2(0.001)", "GaussianNoise 0.1", "dense 8 name=hidden"]},
    "convolutions": {
        "branches": {"{first}": ["conv 4", "batch_norm", "separable_conv 4 strides=2", "global_average_pool"]}
    },
    "recurrent": {"branches": {"{first}": ["bidirectional gru 4 return_sequences=true", "lstm 4"]}},
    "transformer": {"branches": {"{first}": ["dense 8", "transformer 2x4", "global_average_pool"]}},
    "tcn": {"branches": {"{first}": ["tcn 4", "tcn 4 3 2", "self_attention 2x2", "global_max_pool"]}},
    "dense branch": {"branches": {"{first}": ["dense 8", "dropout 0.1", "dense 8 name=hidden"]}},
    "head": {"heads": {"{output}": ["dense 8 name=hidden", "dropout 0.1"]}},
    "another last layer": {"heads": {"{output}": ["dense 8 name=hidden", {"output": "dense {size} name=last"}]}},
    "no last layer": {"heads": {"{output}": ["dense {size} sigmoid name=hidden", {"output": "none"}]}},
}

FINE_TUNE: Mapping[str, Any] = {"plateau": 20, "cosine": 0, "constant": "1 block"}
"""How much of a backbone is trained in the end. No factor of its own: few projects have one, since they take long."""

MERGES = ("concatenate", "add", "average", "maximum", "minimum", "multiply", "attention", "subtract")
MERGES += ("absolute_difference", "dot", "cosine", "l1_distance", "l2_distance", "gated")

FACTORS: Mapping[str, tuple[str, ...]] = {
    "first": tuple(KINDS),
    "second": ("none", "alike", *KINDS),
    "third": ("none", "alike", "numeric", "text of any length"),
    "task": tuple(TASKS),
    "second task": ("none", "regression", "multiclass", "labels", "segmentation", "reconstruction", "embedding"),
    "sees": ("all", "first"),
    "weight": ("", " * 0.3"),
    "merge": MERGES,
    "sharing": ("none", "shared"),
    "branching": ("none", "residual", "parallel", "residual, parallel"),
    "body": ("shared", "separate"),
    "backbone": ("none", "MobileNet"),
    "batch": ("any", "2"),
    "straight": ("true", "false"),
    "layers": tuple(LAYERS),
    "models": ("none", "part_of_it"),
    "hardware": ("gpu", "cpu", "gpus", "machines"),
    "backend": ("tensorflow", "jax", "torch"),
    "precision": ("float32", "mixed_bfloat16", "mixed_float16"),
    "optimizer": ("adamw", "adam", "sgd", "rmsprop"),
    "schedule": ("plateau", "cosine", "constant"),
    "warmup_epochs": ("0", "1"),
    "clip_norm": ("0", "1"),
    "weight_decay": ("unsaid", "0.01"),
    "learning_rate": ("unsaid", "0.002"),
    "class_weights": ("false", "true"),
    "augment": ("false", "true"),
    "deterministic": ("false", "true"),
    "tracking": ("none", "tensorboard", "mlflow"),
    "export": ("none", "saved_model", "onnx", "litert", "all"),
    "extras": ("none", "ci", "docker", "pre-commit", "slurm", "torchrun", "all"),
    "license": ("none", "MIT", "Apache-2.0", "GPL-3.0-only"),
    "python": ("", "<3.13"),
    "keras": ("", "<3.16"),
    "names": tuple(NAMES),
    "texts": ("none", "plain", "quotes"),
}

NEEDS: Mapping[str, tuple[str, str]] = {
    "merge": ("second", "none"),
    "sees": ("second", "none"),
    "sharing": ("second", "none"),
    "third": ("second", "none"),
    "body": ("second task", "none"),
}
"""Factors that mean nothing while another one has this value. Their values then aren't with any other."""

DRAWN_AGAIN: Mapping[str, tuple[str, ...]] = {
    "inputs": ("first", "second", "third", "batch", "backbone", "sees", "names"),
    "outputs": ("task", "second task", "sees", "merge", "layers", "first", "second", "third"),
    "merge": ("merge", "second", "third", "task", "layers"),
    "sharing": ("sharing", "second", "third"),
    "layers": ("layers", "first", "task", "second task", "second", "third", "names"),
    "models": ("models", "layers", "body", "sees"),
    "training": ("class_weights", "augment", "task", "first", "batch"),
    "hardware": ("hardware", "batch", "backend"),
    "backend": ("backend", "hardware", "batch"),
    "precision": ("precision", "hardware", "backend"),
    "backbone": ("backbone", "first", "backend"),
    "extras": ("extras", "backend", "hardware"),
    "export": ("export", "backend", "precision", "first", "layers"),
    "tracking": ("tracking", "hardware", "backend"),
}
"""What is drawn again if something is wrong at a key: the factors that it is made of."""

STEPS = ("text", "text of any length", "sequence", "sequence of any length")
PLACES = ("image", "volume")
OF_STEPS = ("regression per step", "labels")
OF_PLACES = ("segmentation", "segmentation of one class", "map")
DISTANCES = ("dot", "cosine", "l1_distance", "l2_distance")
PAIRWISE = ("subtract", "absolute_difference", "gated", *DISTANCES)
SIDE_BY_SIDE = ("none", "alike")
BODIES = tuple(name for name, said in LAYERS.items() if "hidden" in str(said))
CLASSES = ("binary", "multiclass", "labels", "segmentation")

GOES_WITH: tuple[tuple[str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    ("task", OF_STEPS, "first", STEPS),
    ("task", OF_PLACES, "first", PLACES),
    ("task", (*OF_STEPS, *OF_PLACES), "second", SIDE_BY_SIDE),
    ("task", (*OF_STEPS, *OF_PLACES), "third", SIDE_BY_SIDE),
    ("task", (*OF_STEPS, *OF_PLACES), "merge", MERGES[:6]),
    ("second task", ("labels",), "first", STEPS),
    ("second task", ("segmentation",), "first", PLACES),
    ("second task", ("labels", "segmentation"), "second", SIDE_BY_SIDE),
    ("second task", ("labels",), "task", OF_STEPS),
    ("second task", ("segmentation",), "task", OF_PLACES),
    ("second task", ("regression", "multiclass", "embedding"), "task", tuple(SIZES)),
    ("task", ("distance",), "merge", ("l1_distance", "l2_distance")),
    ("task", ("distance",), "second", ("alike",)),
    ("task", ("distance",), "third", ("none",)),
    ("task", ("distance",), "sees", ("all",)),
    ("task", ("distance",), "layers", ("the planner's", "none", "convolutions", "recurrent", "transformer", "tcn")),
    ("merge", DISTANCES, "task", (*SIZES, "embedding", "distance")),
    ("merge", PAIRWISE, "third", ("none",)),
    ("merge", MERGES[1:], "second", ("none", "alike")),
    ("sharing", ("shared",), "second", ("alike",)),
    ("sees", ("first",), "second task", ("regression", "multiclass", "reconstruction", "embedding")),
    ("task", (*OF_STEPS, *OF_PLACES), "layers", BODIES[:10]),
    ("layers", ("convolutions",), "first", PLACES),
    ("layers", ("recurrent", "transformer", "tcn"), "first", ("sequence", "sequence of any length")),
    ("layers", ("dense branch",), "first", ("numeric", "vector")),
    ("layers", ("convolutions", "recurrent", "transformer", "tcn", "dense branch"), "sharing", ("none",)),
    ("layers", ("another last layer", "no last layer"), "task", tuple(SIZES)),
    ("models", ("part_of_it",), "layers", BODIES),
    ("models", ("part_of_it",), "body", ("shared",)),
    ("models", ("part_of_it",), "sees", ("all",)),
    ("backbone", ("MobileNet",), "first", ("image",)),
    ("backbone", ("MobileNet",), "second", ("none", "alike", "numeric", "text", "category")),
    ("batch", ("2",), "backend", ("tensorflow",)),
    ("batch", ("2",), "hardware", ("cpu", "gpu")),
    ("batch", ("2",), "class_weights", ("false",)),
    ("batch", ("2",), "augment", ("false",)),
    ("batch", ("2",), "export", ("none",)),
    ("layers", ("convolutions", "recurrent", "transformer", "tcn", "dense branch"), "backbone", ("none",)),
    ("backbone", ("MobileNet",), "task", (*SIZES, "embedding", "distance")),
    ("backbone", ("MobileNet",), "merge", ("concatenate", "attention", "dot", "l2_distance")),
    ("hardware", ("machines",), "backend", ("jax", "torch")),
    ("extras", ("torchrun", "all"), "backend", ("torch",)),
    ("extras", ("torchrun", "all"), "hardware", ("gpus", "machines")),
    ("precision", ("mixed_float16",), "hardware", ("gpu", "machines")),
    ("layers", ("another last layer", "no last layer"), "backbone", ("none",)),
    ("task", ("forecast",), "first", ("numeric", "vector", "sequence", "sequence of any length")),
    ("tracking", ("mlflow",), "hardware", ("cpu", "gpu")),
    ("class_weights", ("true",), "task", CLASSES),
    ("augment", ("true",), "first", ("image",)),
)
"""What goes best with what: where a factor has one of these values, another one has one of those. It saves tries."""

TRIES = 10
"""How often something of a row is drawn again, before the two values that it's made for are taken to be refused."""

CANDIDATES = 5
"""How many rows are drawn for one."""


# A row as answers


def answers(row: Row) -> dict[str, Any]:
    """The answers that a row stands for."""
    first, second, third, output, second_output = NAMES[row["names"]]
    words = {"{first}": first, "{output}": output, "{size}": str(SIZES.get(row["task"], 4))}
    given: dict[str, Any] = {"project_name": "Every pair", "package": "every_pair"}
    given |= {"inputs": _inputs(row, [first, second, third]), "outputs": _outputs(row, output, second_output, first)}
    if row["layers"] != "the planner's":
        given["layers"] = _filled(LAYERS[row["layers"]], words)
    if row["models"] != "none":
        given["models"] = {row["models"]: "hidden"}
    if row["sharing"] != "none":
        given["sharing"] = f"encoder: {first} + {second}"
    if row["backbone"] != "none":
        given |= {"backbone_weights": "none", "fine_tune": FINE_TUNE[row["schedule"]]}
    for key in ("merge", "body", "backbone", "hardware", "backend", "precision", "tracking", "license"):
        given[key] = row[key]
    given |= {key: row[key] for key in ("python", "keras") if row[key]}
    given["branching"] = [] if row["branching"] == "none" else row["branching"].split(", ")
    given["straight"] = row["straight"] == "true"
    given["training"] = _training(row)
    given["export"] = _several(row["export"], FACTORS["export"])
    given["extras"] = _several(row["extras"], FACTORS["extras"])
    return given | TEXTS[row["texts"]]


TEXTS: Mapping[str, Mapping[str, str]] = {
    "none": {},
    "plain": {"description": "Every two answers", "author": "A Tester"},
    "quotes": {
        "description": "\"It's\" 100% {{ braces }} & <b>'''ünïcödé'''</b> \\n",
        "author": 'O"Neil <o@example.org>',
    },
}


def _inputs(row: Row, names: list[str]) -> str:
    kinds = [row["first"]]
    for factor in ("second", "third"):
        if row[factor] == "none" or (factor == "third" and row["second"] == "none"):
            break
        kinds.append(kinds[0] if row[factor] == "alike" else row[factor])
    sizes = KINDS | ({"image": "image 32x32x3"} if row["backbone"] != "none" else {})
    fixed = "" if row["batch"] == "any" else f" batch={row['batch']}"
    return ", ".join(f"{name}: {sizes[kind]}{fixed}" for name, kind in zip(names, kinds, strict=False))


def _outputs(row: Row, name: str, second: str, first: str) -> str:
    sees = f" from={first}" if row["sees"] == "first" and row["second"] != "none" else ""
    said = f"{name}: {TASKS[row['task']]}{sees}{row['weight']}"
    if row["second task"] != "none":
        said += f", {second}: {TASKS[row['second task']]}"
    return said.replace("{first}", first)


def _training(row: Row) -> dict[str, Any]:
    words = {"optimizer": row["optimizer"], "schedule": row["schedule"]}
    numbers = {key: float(row[key]) for key in ("clip_norm", "weight_decay", "learning_rate") if row[key] != "unsaid"}
    flags = {key: True for key in ("class_weights", "augment", "deterministic") if row[key] == "true"}
    return {**words, "warmup_epochs": int(row["warmup_epochs"]), **numbers, **flags}


def _several(value: str, values: tuple[str, ...]) -> list[str]:
    chosen = values[1:-1] if value == "all" else [value]
    return [each for each in chosen if each != "none"]


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, words): _filled(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, words) for each in value]
    if isinstance(value, str):
        for word, stands_for in words.items():
            value = value.replace(word, stands_for)
    return value


# Rows that cover


class Refused(NamedTuple):
    """Two values that the tool refuses, in a row that has them, with what it says."""

    pair: Pair
    row: Row
    says: str


def pairs(row: Row) -> Iterator[Pair]:
    """The pairs of values that a row has, where both mean something."""
    meant = [(factor, row[factor]) for factor in FACTORS if _means(factor, row)]
    return itertools.combinations(meant, 2)


def _means(factor: str, row: Row) -> bool:
    other, value = NEEDS.get(factor, ("", ""))
    return not other or row[other] != value


def all_pairs() -> list[Pair]:
    """All pairs of values, but for those of which one means nothing beside the other."""
    every = []
    for one, other in itertools.combinations(FACTORS, 2):
        for values in itertools.product(FACTORS[one], FACTORS[other]):
            row = {one: values[0], other: values[1]}
            if all(NEEDS.get(each, ("", ""))[0] not in row or _means(each, row) for each in (one, other)):
                every.append(((one, values[0]), (other, values[1])))
    return every


def refusal(row: Row) -> AnswersError | None:
    """What the tool has against a row."""
    try:
        design(answers(row), "every-pair")
    except AnswersError as error:
        return error
    return None


@dataclass
class Cover:
    """Rows of one seed, and the pairs that are still to be covered by them."""

    seed: int
    refused: list[Refused] = field(default_factory=list)
    left: dict[Pair, None] = field(init=False)
    draw: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        every = all_pairs()
        self.draw.shuffle(every)
        self.left = dict.fromkeys(every)

    def rows(self) -> Iterator[Row]:
        """Rows that the tool takes, each with pairs that no row before it has, until none is left."""
        for candidates in (CANDIDATES, 3 * CANDIDATES):  # the second time those that came along with no other
            hard: dict[Pair, None] = {}
            while self.left:
                pair = next(iter(self.left))
                row = self._row(pair, candidates)
                for each in pairs(row) if row else [pair]:
                    self.left.pop(each, None)
                    hard.pop(each, None)
                if row:
                    yield row
                else:
                    hard[pair] = None
            self.left = hard
        self.refused = [self._refusal(pair) for pair in self.left]

    def _row(self, pair: Pair, candidates: int) -> Row | None:
        """A row with a pair and with as many others as can be had. None if none was found."""
        fixed = dict(pair)
        drawn = [self._drawn(fixed) for _ in range(candidates)]
        drawn.sort(key=self._gain, reverse=True)
        taken = []
        for row in drawn:
            if self._mended(row, fixed) is None:
                taken.append(row)
                if len(taken) == 2:
                    break
        return max(taken, key=self._gain) if taken else None

    def _refusal(self, pair: Pair) -> Refused:
        """What the tool says of a pair, of several rows that of the one with the fewest problems."""
        fixed = dict(pair)
        rows = [self._drawn(fixed) for _ in range(CANDIDATES)]
        found = [(row, error) for row in rows if (error := self._mended(row, fixed))]
        row, error = min(found, key=lambda each: len(each[1].problems))
        return Refused(pair, row, str(error))

    def _gain(self, row: Row) -> int:
        return sum(pair in self.left for pair in pairs(row))

    def _drawn(self, fixed: Row) -> Row:
        """A row whose values are chosen one after the other, each for the pairs with those before it."""
        row = dict(fixed)
        others = [factor for factor in FACTORS if factor not in fixed]
        self.draw.shuffle(others)
        for factor in others:
            row[factor] = self._best(factor, row)
        self._fit(row, fixed)
        self._make_meant(row, fixed)
        return {factor: row[factor] for factor in FACTORS}

    def _fit(self, row: Row, fixed: Row) -> None:
        """Draws again what doesn't go well with something else; at last what it doesn't go well with."""
        for turn in range(4):
            for factor, values, other, allowed in GOES_WITH:
                if row[factor] not in values or row[other] in allowed or not _means(other, row):
                    continue
                if other not in fixed and (turn < 2 or factor in fixed):
                    row[other] = self._best(other, row, allowed)
                elif factor not in fixed:
                    row[factor] = self._best(factor, row, [each for each in FACTORS[factor] if each not in values])

    def _make_meant(self, row: Row, fixed: Row) -> None:
        """Has a value mean something that the row is made for."""
        for factor in fixed:
            other, value = NEEDS.get(factor, ("", ""))
            if other and row[other] == value:
                row[other] = self.draw.choice([each for each in FACTORS[other] if each != value])

    def _best(self, factor: str, row: Row, among: Sequence[str] = ()) -> str:
        """The value that comes together with most others for the first time."""
        values = list(among or FACTORS[factor])
        self.draw.shuffle(values)
        others = [each for each in row.items() if each[0] != factor]
        return max(values, key=lambda value: sum(_pair(factor, value, *each) in self.left for each in others))

    def _mended(self, row: Row, fixed: Row) -> AnswersError | None:
        """Draws again what the tool has something against; what it has against the row in the end."""
        error = refusal(row)
        for _ in range(TRIES):
            if error is None:
                return None
            problem = self.draw.choice(error.problems)
            factors = DRAWN_AGAIN[problem.place.partition(".")[0].partition("[")[0]]
            factor = self.draw.choice([each for each in factors if each not in fixed] or [factors[0]])
            if factor in fixed:
                return error
            before = dict(row)
            row[factor] = self.draw.choice(FACTORS[factor])
            self._fit(row, fixed)
            self._make_meant(row, fixed)
            after = refusal(row)
            if after is not None and len(after.problems) > len(error.problems):
                row |= before
            else:
                error = after
        return error


_ORDER = {factor: number for number, factor in enumerate(FACTORS)}


def _pair(one: str, value: str, other: str, other_value: str) -> Pair:
    left, right = (one, value), (other, other_value)
    return (left, right) if _ORDER[one] < _ORDER[other] else (right, left)
