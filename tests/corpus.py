"""The corpus of wrong answers, errors.yml: what is said of each, with its code, written by `make regenerate`."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from layerwright.answers import Answers
from layerwright.plan import design
from layerwright.problems import AnswersError, Problem

PAGE = Path(__file__).parent / "errors.yml"

SAYS = re.compile(r"(?<=^  says: \|\n)(?:    .*\n)+", re.MULTILINE)
"""What is said of a case, as it stands in the file."""

STANDS_FOR = {"NESTED": 40, "LONG": 10_001}
"""What would fill the page: groups in groups, a long text."""


def cases() -> list[dict[str, Any]]:
    """All cases: a name, answers, what is said; `by_hand` mends where the mend that is said leaves a choice."""
    found: list[dict[str, Any]] = yaml.safe_load(PAGE.read_text(encoding="utf-8"))
    for each in found:
        answers = each["answers"]
        if answers.get("layers", {}) == {"body": "NESTED"}:
            answers["layers"] = {"body": _nested(STANDS_FOR["NESTED"])}
        if answers.get("description") == "LONG":
            answers["description"] = "a" * STANDS_FOR["LONG"]
    return found


def _nested(depth: int) -> list[Any]:
    return [{"residual": _nested(depth - 1)}] if depth else ["dense 4"]


def problems_of(answers: Answers) -> Sequence[Problem]:
    """What is wrong with answers, in which something has to be wrong."""
    before = copy.deepcopy(answers)
    try:
        design(answers)
    except AnswersError as error:
        assert answers == before, "what is refused is left as it is"
        return error.problems
    raise AssertionError("nothing is wrong with these answers")


def said(answers: Answers) -> str:
    """All that is said of answers."""
    return "\n".join(map(str, problems_of(answers)))


def written(page: str) -> str:
    """The page with what is said now."""
    texts = iter(["".join(f"    {line}\n" for line in said(each["answers"]).split("\n")) for each in cases()])
    return SAYS.sub(lambda _: next(texts), page)
