"""The questions of which a standard may speak, and what may be answered to each.

What a network is, its inputs, outputs and layers, is a project's own: that belongs in an answers file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..answers import KEYS, Answers
from ..answers.keys import (
    BACKENDS,
    BODIES,
    BRANCHINGS,
    DEVICES,
    EXTRAS,
    FORMATS,
    PRECISIONS,
    TRACKERS,
    TRAINING_DEFAULTS,
    WORDS,
)
from ..answers.lines import read_entries
from ..answers.sources import normalised
from ..answers.training import unfit
from ..backbones import BACKBONES
from ..blocks import MERGES
from ..problems import unknown
from ..records import dataclass

TRAINING = "training."
"""How the name of a setting of the training begins."""


@dataclass(frozen=True)
class Question:
    """A question: `expected` says what a value has to be, nothing if it's that; `many`: it answers with a list.

    `limits` is what a standard may say of it under `allowed`: values, a range of versions, or nothing. `always` is
    allowed whatever it says.
    """

    expected: Callable[[Any], str]
    many: bool = False
    limits: str = "values"
    always: tuple[str, ...] = ()


def _words(known: Sequence[str]) -> Callable[[Any], str]:
    return lambda value: "" if isinstance(value, str) and value in known else unknown("", value, known)[1]


def _line(value: Any) -> str:
    return "" if isinstance(value, str) and value.isprintable() and value.strip() else "a text on one line"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _licence(value: Any) -> str:
    return "" if isinstance(value, str) and canonical("license", value) is not None else "an SPDX name, as MIT, or none"


def _setting(key: str) -> Callable[[Any], str]:
    return lambda value: unfit(key, value) or ""


def _versions(key: str) -> Callable[[Any], str]:
    def expected(value: Any) -> str:
        from ..answers.versions import TESTED, asked, pythons

        try:
            fits = isinstance(value, str) and not asked(key, value).is_empty and (key != "python" or pythons(value))
        except ValueError:
            fits = False
        return (
            "" if fits else f"bounds, as >=3.11,<3.14, that leave some of what projects are tested with: {TESTED[key]}"
        )

    return expected


QUESTIONS: Mapping[str, Question] = {
    "author": Question(_line),
    "license": Question(_licence),
    "python": Question(_versions("python"), limits="range"),
    "keras": Question(_versions("keras"), limits="range"),
    "branching": Question(_words(BRANCHINGS), many=True),
    "merge": Question(_words(list(MERGES))),
    "body": Question(_words(BODIES)),
    "backbone": Question(_words(["none", *BACKBONES]), always=("none",)),
    "backbone_weights": Question(_line),
    "straight": Question(_flag),
    "hardware": Question(_words(DEVICES)),
    "backend": Question(_words(BACKENDS)),
    "precision": Question(_words(PRECISIONS)),
    "tracking": Question(_words(TRACKERS)),
    "export": Question(_words(FORMATS), many=True),
    "extras": Question(_words(EXTRAS), many=True),
    **{f"{TRAINING}{key}": Question(_setting(key), limits="values" * (key in WORDS)) for key in TRAINING_DEFAULTS},
}


def expected(question: str, value: Any) -> str:
    """What the answer to a question has to be, nothing if this one is that."""
    about = QUESTIONS[question]
    if not about.many:
        return about.expected(value)
    if not isinstance(value, list):
        return "a list, as [ci, docker]" if question == "extras" else "a list"
    return next(filter(None, map(about.expected, value)), "")


def canonical(question: str, value: Any) -> Any:
    """A value as it's compared: lists as lists, a licence as SPDX spells it; None for a licence that isn't one."""
    if QUESTIONS[question].many:
        words = normalised({question: value})[question]
        words = words if isinstance(words, list) else [words]
        return [] if words == ["none"] else words
    if question != "license" or not isinstance(value, str):
        return value
    if value in ("", "none"):
        return "none"
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return str(canonicalize_license_expression(value))
    except InvalidLicenseExpression:
        return None


def default(question: str) -> Any:
    """What is answered if nobody says anything."""
    name = question.removeprefix(TRAINING)
    return KEYS[name].default if name == question else TRAINING_DEFAULTS[name]


def means_something(answers: Answers, question: str) -> bool:
    """Whether a question is one, with these answers: one input joins nothing, and no backbone is without an image."""
    entries = read_entries(answers.get("inputs"), "inputs")
    if question == "merge":
        return len(entries) != 1
    return question != "backbone" or not entries or any(each.words[:1] == ["image"] for each in entries)


def is_said(answers: Answers, question: str) -> bool:
    """Whether the answers say something of a question."""
    return answer(answers, question) is not None


def answer(answers: Answers, question: str) -> Any:
    """What the answers say of a question, None if nothing."""
    name = question.removeprefix(TRAINING)
    if name == question:
        return answers.get(question)
    training = answers.get("training")
    return training.get(name) if isinstance(training, Mapping) else None


def put(answers: Answers, question: str, value: Any) -> Answers:
    """The answers with another one to a question."""
    name = question.removeprefix(TRAINING)
    if name == question:
        return answers | {question: value}
    training = answers.get("training")
    return answers | {"training": {**(training if isinstance(training, Mapping) else {}), name: value}}


def as_pair(question: str) -> str:
    """An answer to a question, yet to be chosen, as a command is given it: `training={optimizer: …}`."""
    name = question.removeprefix(TRAINING)
    return f"{question}=…" if name == question else f"training={{{name}: …}}"


def key(question: str) -> str:
    """The key of the answers under which a question's answer stands."""
    return question.partition(".")[0]
