"""Protects users from guessing: all that is wrong is said at once, each fault once, and the mend that is said works."""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

import layerwright
from layerwright.answers import Answers
from layerwright.answers.mending import mended
from layerwright.layers import LayerError
from layerwright.plan import design
from layerwright.problems import AnswersError, Edit, Problem, Problems

from . import models

PACKAGE = Path(layerwright.__file__).parent


def _nested(depth: int) -> list[Any]:
    return [{"residual": _nested(depth - 1)}] if depth else ["dense 4"]


CASES = yaml.safe_load((Path(__file__).parent / "errors.yml").read_text(encoding="utf-8"))
for each in CASES:
    if each["answers"].get("layers", {}) == {"body": "NESTED"}:
        each["answers"]["layers"] = {"body": _nested(40)}
    if each["answers"].get("description") == "LONG":
        each["answers"]["description"] = "a" * 10_001


def problems_of(answers: Answers) -> Sequence[Problem]:
    before = copy.deepcopy(answers)
    with pytest.raises(AnswersError) as caught:
        design(answers)
    assert answers == before, "what is refused is left as it is"
    return caught.value.problems


def edits_of(problems: Sequence[Problem]) -> list[Edit]:
    return [edit for problem in problems for edit in problem.edits]


@pytest.mark.parametrize("case", CASES, ids=[each["case"] for each in CASES])
def test_all_that_is_wrong_is_said_in_one_go(case: dict[str, Any]) -> None:
    assert "\n".join(map(str, problems_of(case["answers"]))) == case["says"].rstrip("\n")


@pytest.mark.parametrize("case", CASES, ids=[each["case"] for each in CASES])
def test_what_is_said_to_mend_it_does(case: dict[str, Any]) -> None:
    problems = problems_of(case["answers"])
    assert case.get("by_hand") or all(problem.edits for problem in problems)
    answers = mended(case["answers"], edits_of(problems)) | case.get("by_hand", {})
    if answers.get("backend") == "jax":
        answers["backend"] = "tensorflow"  # a model is the same on each, and this process has one
    plan = design(answers)
    if any(layer.class_name == "RandomElasticTransform" for layer in plan.graph.layers()):
        return
    assert models.described(models.built(models.source(plan))) == models.expected(plan)


# Every fault that is known has a case


def _sites() -> Iterator[tuple[str, int, int]]:
    """Where faults are noted: file, first line, last line."""
    files = [PACKAGE / "plan.py", *(PACKAGE / "answers").glob("*.py"), *(PACKAGE / "blocks").glob("*.py")]
    for file in files:
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
