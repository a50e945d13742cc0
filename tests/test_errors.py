"""Protects users from guessing: all that is wrong is said at once, each fault once, and the mend that is said works."""

from __future__ import annotations

import ast
import copy
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import layerwright
from layerwright.answers import KEYS, Answers
from layerwright.answers.lines import ENTRIES
from layerwright.answers.mending import mended
from layerwright.blocks.builder import Spot
from layerwright.layers import LayerError
from layerwright.plan import design
from layerwright.problems import AnswersError, Edit, Problem, Problems, is_in

from . import models
from .corpus import cases, problems_of, said
from .test_bad_input import VALUES

PACKAGE = Path(layerwright.__file__).parent


CASES = cases()


def edits_of(problems: Sequence[Problem]) -> list[Edit]:
    return [edit for problem in problems for edit in problem.edits]


@pytest.mark.parametrize("case", CASES, ids=[each["case"] for each in CASES])
def test_all_that_is_wrong_is_said_in_one_go(case: dict[str, Any]) -> None:
    assert said(case["answers"]) == case["says"].rstrip("\n")


@pytest.mark.parametrize("case", CASES, ids=[each["case"] for each in CASES])
def test_what_is_said_to_mend_it_does(case: dict[str, Any]) -> None:
    problems = problems_of(case["answers"])
    assert case.get("by_hand") or all(problem.edits for problem in problems)
    answers = mended(case["answers"], edits_of(problems)) | case.get("by_hand", {})
    plan = design(answers)
    if answers.get("backend") == "jax":  # a model is the same on each, and this process has another one
        plan = design(answers | {"backend": "tensorflow", "hardware": "cpu"})
    refused = plan.spec.transfer is not None and plan.spec.transfer.backbone.refused_by
    if refused or any(layer.class_name == "RandomElasticTransform" for layer in plan.graph.layers()):
        return  # this backend can't build it
    assert models.described(models.built(models.source(plan))) == models.expected(plan)


# Every fault that is known has a case


def _sites() -> Iterator[tuple[str, int, int]]:
    """Where faults are noted: file, first line, last line."""
    files = [*(PACKAGE / "plan").glob("*.py"), *(PACKAGE / "answers").glob("*.py"), *(PACKAGE / "blocks").glob("*.py")]
    # What goes wrong with a block of another package has its cases in test_extensions.py.
    for file in (each for each in files if each.name != "expanding.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _notes(node.func):
                yield str(file), node.lineno, node.end_lineno or node.lineno


def _notes(function: ast.expr) -> bool:
    name = ast.unparse(function)
    return name.endswith(("problems.add", ".refuse", ".note")) or name == "LayerError"


def test_every_fault_that_can_be_noted_has_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: set[tuple[str, int]] = set()

    def remember() -> None:
        frame = sys._getframe(2)
        while frame is not None:
            lines.add((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back  # type: ignore[assignment]

    add, init = Problems.add, LayerError.__init__

    def added(self: Problems, *arguments: Any) -> None:
        remember()
        add(self, *arguments)

    def made(self: LayerError, *arguments: Any) -> None:
        remember()
        init(self, *arguments)

    monkeypatch.setattr(Problems, "add", added)
    monkeypatch.setattr(LayerError, "__init__", made)
    for case in CASES:
        problems_of(case["answers"])
    missing = [
        f"{Path(file).relative_to(PACKAGE)}:{first}"
        for file, first, last in _sites()
        if not any((file, line) in lines for line in range(first, last + 1))
    ]
    assert not missing


INSIDE, OUTSIDE = ("body[1]", "body[1].model[0]", "body[1][0]"), ("body", "body[11]", "body[10].model", "body[1]s")


@pytest.mark.parametrize("place", [*INSIDE, *OUTSIDE])
def test_a_place_is_in_another_by_whole_steps(place: str) -> None:
    assert is_in(place, "body[1]") is (place in INSIDE)
    assert Spot("body[1].inner", "a model", "body[1]").hidden_from(place) is (place in OUTSIDE)


# Edits


LAYERS = {
    "branches": {"photo": "conv 8, max_pool, flatten", "encoder": ["dense 4"]},
    "body": [{"residual": ["dense 4", "dense 5"]}, {"merge": {"with": ["photo", "meta"]}}, "merge meta"],
    "heads": {"y": [{"residual": {"layers": ["dense 4"]}}, {"output": "dense 1"}]},
}
ANSWERS = {
    "inputs": "photo: image 8x8x3, meta: numeric 4, left: vector 2, right: vector 2 batch=1",
    "outputs": "y: binary from=photo+meta * 0.5, again: reconstruction meta, z: regression per_step",
    "sharing": "encoder: left + right",
    "models": {"latent": "y"},
    "merge": "add",
    "layers": LAYERS,
}


def _layers(part: str, stacks: Any) -> dict[str, Any]:
    before = LAYERS[part]
    return {"layers": LAYERS | {part: before | stacks if isinstance(before, dict) else stacks}}


EDITS = [
    # keys
    (Edit("set", "merge", "concatenate"), {"merge": "concatenate"}),
    (Edit("set", "backend", "jax"), {"backend": "jax"}),
    (Edit("drop", "merge"), {"merge": None}),
    (Edit("rename", "merge", ("merge", "mergers")), {"merge": None, "mergers": "add"}),
    (Edit("drop", "models.latent"), {"models": {}}),
    (Edit("rename", "models.latent", ("latent", "encoder")), {"models": {"encoder": "y"}}),
    # lines
    (Edit("set", "inputs.meta", "vector 5"), {"inputs": ANSWERS["inputs"].replace("numeric 4", "vector 5")}),
    (Edit("argument", "inputs.right", ("batch", None)), {"inputs": ANSWERS["inputs"].replace(" batch=1", "")}),
    (Edit("argument", "inputs.meta", ("batch", 1)), {"inputs": ANSWERS["inputs"].replace("4", "4 batch=1")}),
    (Edit("argument", "outputs.y", ("*", "2")), {"outputs": ANSWERS["outputs"].replace("0.5", "2")}),
    (Edit("argument", "outputs.y", ("from", None)), {"outputs": ANSWERS["outputs"].replace("from=photo+meta ", "")}),
    (
        Edit("set", "outputs.y", "multiclass 3"),
        {"outputs": ANSWERS["outputs"].replace("binary", "multiclass 3")},
    ),
    (
        Edit("rename", "outputs.y", ("y", "y_out")),
        {
            "outputs": ANSWERS["outputs"].replace("y:", "y_out:"),
            "models": {"latent": "y_out"},
            "layers": LAYERS | {"heads": {"y_out": LAYERS["heads"]["y"]}},
        },
    ),
    (
        Edit("drop", "inputs.meta"),
        {
            "inputs": ANSWERS["inputs"].replace("meta: numeric 4, ", ""),
            "outputs": "y: binary from=photo * 0.5, z: regression per_step",
            **_layers("body", [LAYERS["body"][0], {"merge": {"with": "photo"}}]),
        },
    ),
    (
        Edit("rename", "inputs.meta", ("meta", "facts")),
        {
            "inputs": ANSWERS["inputs"].replace("meta", "facts"),
            "outputs": ANSWERS["outputs"].replace("meta", "facts"),
            **_layers("body", [LAYERS["body"][0], {"merge": {"with": ["photo", "facts"]}}, "merge facts"]),
        },
    ),
    (
        Edit("drop", "inputs.left"),
        {
            "inputs": ANSWERS["inputs"].replace("left: vector 2, ", ""),
            "sharing": "",
            "layers": LAYERS | {"branches": {"photo": LAYERS["branches"]["photo"], "right": ["dense 4"]}},
        },
    ),
    (
        Edit("drop", "sharing.encoder"),
        {"sharing": "", "layers": LAYERS | {"branches": {"photo": LAYERS["branches"]["photo"]}}},
    ),
    (
        Edit("set", "inputs.photo", "picture: image 8x8x1"),
        {
            "inputs": ANSWERS["inputs"].replace("photo: image 8x8x3", "picture: image 8x8x1"),
            "outputs": ANSWERS["outputs"].replace("photo", "picture"),
            "layers": {
                "branches": {"picture": LAYERS["branches"]["photo"], "encoder": ["dense 4"]},
                "body": [LAYERS["body"][0], {"merge": {"with": ["picture", "meta"]}}, "merge meta"],
                "heads": LAYERS["heads"],
            },
        },
    ),
    # layers
    (
        Edit("argument", "layers.branches.photo[1]", ("padding", "same")),
        _layers("branches", {"photo": ["conv 8", "max_pool padding=same", "flatten"]}),
    ),
    (
        Edit("argument", "layers.branches.photo[0]", ("filters", 16)),
        _layers("branches", {"photo": ["conv 16", "max_pool", "flatten"]}),
    ),
    (
        Edit("set", "layers.branches.photo[2]", "global_average_pool"),
        _layers("branches", {"photo": ["conv 8", "max_pool", "global_average_pool"]}),
    ),
    (Edit("drop", "layers.branches.photo[1]"), _layers("branches", {"photo": ["conv 8", "flatten"]})),
    (
        Edit("before", "layers.branches.photo[1]", "batch_norm"),
        _layers("branches", {"photo": ["conv 8", "batch_norm", "max_pool", "flatten"]}),
    ),
    (
        Edit("after", "layers.branches.photo[2]", "dense 4"),
        _layers("branches", {"photo": ["conv 8", "max_pool", "flatten", "dense 4"]}),
    ),
    (
        Edit("append", "layers.branches.meta", "dense 4"),
        _layers("branches", {"meta": ["dense 4"]}),
    ),
    (
        Edit("append", "layers.heads.y", "dense 2"),
        _layers("heads", {"y": [{"residual": {"layers": ["dense 4"]}}, "dense 2", {"output": "dense 1"}]}),
    ),
    (
        Edit("rename", "layers.body[0].residual[1]", ("dense", "Dense")),
        _layers("body", [{"residual": ["dense 4", "Dense 5"]}, *LAYERS["body"][1:]]),
    ),
    (Edit("drop", "layers.body[0].residual"), _layers("body", LAYERS["body"][1:])),
    (
        Edit("argument", "layers.body[0].residual", ("activation", "relu")),
        _layers("body", [{"residual": {"layers": ["dense 4", "dense 5"], "activation": "relu"}}, *LAYERS["body"][1:]]),
    ),
    (
        Edit("argument", "layers.heads.y[0].residual.layers[0]", ("units", 6)),
        _layers("heads", {"y": [{"residual": {"layers": ["dense 6"]}}, {"output": "dense 1"}]}),
    ),
    (
        Edit("argument", "layers.heads.y[1].output", ("activation", "tanh")),
        _layers("heads", {"y": [{"residual": {"layers": ["dense 4"]}}, {"output": "dense 1 activation=tanh"}]}),
    ),
    (
        Edit("drop", "layers.heads.y[1].output"),
        _layers("heads", {"y": [{"residual": {"layers": ["dense 4"]}}]}),
    ),
    (Edit("drop", "layers.body"), {"layers": {part: LAYERS[part] for part in ("branches", "heads")}}),
]


@pytest.mark.parametrize(("edit", "changes"), EDITS, ids=[f"{edit.action} {edit.place}" for edit, _ in EDITS])
def test_an_edit_changes_the_answers(edit: Edit, changes: dict[str, Any]) -> None:
    before = copy.deepcopy(ANSWERS)
    wanted = {key: value for key, value in (ANSWERS | changes).items() if value is not None}
    assert mended(ANSWERS, [edit]) == wanted
    assert before == ANSWERS, "the answers themselves stay as they are"


def test_edits_of_one_list_mean_the_places_that_there_were() -> None:
    answers = {"layers": {"body": "dense 1, dense 2, dense 3"}}
    edits = [
        Edit("drop", "layers.body[0]"),
        Edit("before", "layers.body[1]", "relu"),
        Edit("argument", "layers.body[1]", ("units", 9)),
        Edit("append", "layers.body", "tanh"),
        Edit("set", "layers.body[2]", ["dense 4", "dense 5"]),
        Edit("drop", "layers.body[0]"),
    ]
    assert mended(answers, edits) == {"layers": {"body": ["relu", "dense 9", "dense 4", "dense 5", "tanh"]}}


@pytest.mark.parametrize(
    ("layer", "argument", "wanted"),
    [
        ("Conv2D 3 5 2 valid", ("padding", "same"), "Conv2D 3 5 2 same"),
        ("Conv2D 3 5 2 valid relu", ("strides", None), "Conv2D 3 5 padding=valid relu"),
        ("dense 8 relu tanh", ("activation", "relu"), "dense 8 activation=relu"),
        ("dense 8 units=4", ("units", None), "dense 8"),
        ("bidirectional lstm 8", ("return_sequences", True), "bidirectional lstm 8 return_sequences=true"),
        ("reshape 4x2", ("target_shape", (2, 4)), "reshape 2x4"),
        ("RandomRotation 0.2", ("factor", (-0.5, 0.5)), "RandomRotation (-0.5,0.5)"),
        ({"conv": {"filters": 3, "padding": "valid"}}, ("padding", None), {"conv": {"filters": 3}}),
        ({"dense": 8}, ("activation", None), "dense 8"),
        ({"dense": 8}, ("units", 4), "dense 4"),
        ({"residual": ["dense 4"]}, ("name", "block"), {"residual": {"layers": ["dense 4"], "name": "block"}}),
    ],
)
def test_an_argument_is_set_wherever_it_is_said(layer: Any, argument: tuple[str, Any], wanted: Any) -> None:
    answers = mended({"layers": {"body": [layer]}}, [Edit("argument", "layers.body[0]", argument)])
    assert answers == {"layers": {"body": [wanted]}}


# Anything at all


def _check_mends(answers: Answers, times: int = 1) -> None:
    """Carries out what is said to mend answers, and again what is said then."""
    try:
        design(copy.deepcopy(answers))
    except AnswersError as error:
        before, edits = copy.deepcopy(answers), edits_of(error.problems)
        after = mended(answers, edits)
        assert answers == before
        assert not [key for key in _keys(before) if key not in _keys(after) and not _named(key, edits)]
        if times > 1:
            _check_mends(after, times - 1)


def _keys(answers: Answers) -> set[str]:
    """The keys of answers, and those below them that aren't of groups: `layers`, `layers.branches.photo`."""
    found = {(str(key),): value for key, value in answers.items()}
    for depth in (1, 2):
        above = [
            way for way in found if len(way) == depth and (depth == 1 or (way[0] == "layers" and way[1] != "body"))
        ]
        maps = {way: found[way] for way in above if isinstance(found[way], dict)}
        found |= {(*way, str(key)): value for way, node in maps.items() for key, value in node.items()}
    return {".".join(way) for way in found}


def _named(key: str, edits: Sequence[Edit]) -> bool:
    """Whether edits say what becomes of a key. What belongs to an input or output goes with it."""
    lines = any(edit.place.partition(".")[0] in ENTRIES for edit in edits)
    return (lines and key.startswith("layers.")) or any(f"{key}.".startswith(f"{edit.place}.") for edit in edits)


@settings(max_examples=150)
@given(key=st.sampled_from([*KEYS, "foo"]), value=VALUES)
def test_the_mends_of_any_value_can_be_carried_out(key: str, value: Any) -> None:
    _check_mends({"inputs": "x: numeric 8", "outputs": "y: binary"} | {key: value})


@settings(max_examples=150)
@given(parts=st.dictionaries(st.sampled_from(["branches", "body", "heads"]), VALUES, max_size=3), value=VALUES)
def test_the_mends_of_any_layers_can_be_carried_out(parts: Any, value: Any) -> None:
    layers = {part: stack if part == "body" else {"x": stack, "y": value} for part, stack in parts.items()}
    _check_mends({"inputs": "x: numeric 8", "outputs": "y: binary", "layers": layers})


def _nodes(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where there is something in answers, all of them last."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from _nodes(value, (*way, key))
        yield (*way, key)


OTHERS = st.one_of(
    VALUES,
    st.sampled_from(
        ["none", "dense 4", "dense 0", "Residual", "lstm 3", "a: b", "q", "dense 4 name=q", "output: dense 1"]
    ),
    st.sampled_from([["dense 4", "lstm 3"], {"use": "q"}, {"merge": "q"}, {"": 1}, {"layers": ["zzz"], "x": 1}, [[]]]),
)


@settings(max_examples=400)
@given(case=st.sampled_from(CASES), choice=st.randoms(use_true_random=False), other=OTHERS, key=st.booleans())
def test_the_mends_of_answers_that_are_worse_can_be_carried_out(
    case: dict[str, Any], choice: random.Random, other: Any, *, key: bool
) -> None:
    answers = copy.deepcopy(case["answers"])
    if ways := list(_nodes(answers)):
        *way, last = choice.choice(ways)
        owner: Any = answers
        for step in way:
            owner = owner[step]
        if key and isinstance(owner, dict):
            owner[other if isinstance(other, str) else "zzz"] = owner.pop(last)
        else:
            owner[last] = other
    _check_mends(answers, 3)
