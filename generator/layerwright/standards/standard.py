"""A standard, and what it makes of answers: what it refuses, what it puts where nothing is said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from typing import Any

from ..answers import Answers, combine
from ..faults import AgainstStandard
from ..problems import Edit, Problem, shown
from ..records import dataclass
from .questions import QUESTIONS, TRAINING, answer, as_pair, canonical, default, is_said, means_something, put

DATA = "layerwright_standard"
"""What a standard is called among the data that `layerwright` gives a template. Plain Copier gives none."""


@dataclass(frozen=True)
class Demand:
    """What a standard demands of one question's answer, and why.

    `value` is the one answer of a fixed question, the answers among which one may choose, or a range of versions.
    """

    value: Any
    because: str


@dataclass(frozen=True)
class Standard:
    """An organisation's standard. `raw` is all of it as its file has it, which is what a project keeps."""

    raw: Mapping[str, Any]
    name: str
    version: int
    defaults: Answers = field(default_factory=dict)
    fixed: Mapping[str, Demand] = field(default_factory=dict)
    allowed: Mapping[str, Demand] = field(default_factory=dict)
    ranges: Mapping[str, Demand] = field(default_factory=dict)
    extras: Demand | None = None

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    def over_defaults(self, answers: Answers) -> Answers:
        """Answers with the defaults under them, as far as they mean something there."""
        under = {key: value for key, value in self.defaults.items() if means_something(answers, key)}
        return combine(under, answers)

    def bars(self, question: str, value: Any) -> str:
        """Why a value may not be chosen, nothing if it may."""
        limit = self.allowed.get(question)
        if limit is None or not _strange(question, value, limit):
            return ""
        return f"{self.name}: {limit.because}"

    def default(self, question: str, value: Any) -> Any:
        """The default of a question, given what it would be without this standard: one that may be taken."""
        if question in self.fixed:
            return self.fixed[question].value
        if question in self.ranges:
            return _narrowed(question, value, self.ranges[question])
        if self.bars(question, value):
            words = self.allowed[question].value
            value = [word for word in value if word in words] if QUESTIONS[question].many else words[0]
        if question == "extras" and self.extras:
            value = _with(value, self.extras.value)
        return value


@dataclass(frozen=True)
class Settled:
    """What a standard makes of answers: those to be given beside what was said, and a line for each."""

    answers: Answers
    lines: tuple[str, ...]
    problems: tuple[Problem, ...]


Wanted = tuple[str, str, Any, str]
"""Why an answer is wanted, its question, the answer, and the line that says so."""

FIXED, RANGE, REQUIRED, ALLOWED = "fixed", "range", "required", "allowed"
REASONS = (FIXED, RANGE, REQUIRED, ALLOWED)


def violations(standard: Standard, answers: Answers) -> list[Problem]:
    """What in a set of answers isn't as the standard has it. What they don't say is the default."""
    return [problem for check in (of_fixed, of_allowed, of_required, of_ranges) for problem in check(standard, answers)]


def settle(
    standard: Standard, said: Answers, under: Answers, old: Standard | None = None, reasons: Collection[str] = REASONS
) -> Settled:
    """What to answer beside what the user says now, so that the standard is kept to.

    `under` is what counts where they say nothing: a preset's answers, a project's recorded ones. What is fixed or
    required is put in place of that, since only one answer is right; where there is a choice, nobody makes it for them.
    `old` is the standard that a project kept to: a range of versions that came from it gives way to the new one.
    Answers that are wanted for other reasons than these aren't put: they are asked.
    """
    before = combine(_without_ranges(under, old), said)
    after, lines = before, []
    for reason, question, value, line in _wanted(standard, before):
        has, is_fixed = answer(before, question), question in standard.fixed
        if reason not in reasons or is_said(said, question) or _is_broken(said, question):
            continue
        if not means_something(before, question):
            continue
        if is_fixed and reason != FIXED:  # what is fixed fits all the rest
            continue
        if (has is None and is_fixed) or differ(question, _or_default(question, has), value):
            after = put(after, question, value)
            lines += [line] if has is None or differ(question, answer(under, question), value) else []
    changed = {key: value for key, value in after.items() if key not in said or value != said[key]}
    put_now = {key: value for key, value in changed.items() if key not in under or value != under[key]}
    return Settled(put_now, tuple(lines), tuple(violations(standard, after)))


def _is_broken(said: Answers, question: str) -> bool:
    """Whether the user says something of the training that is no mapping: nothing can be put into it."""
    return question.startswith(TRAINING) and not isinstance(said.get("training", {}), Mapping)


def _without_ranges(answers: Answers, old: Standard | None) -> Answers:
    ranges = {question: demand.value for question, demand in old.ranges.items()} if old else {}
    return {key: "" if key in ranges and ranges[key] == value else value for key, value in answers.items()}


def _wanted(standard: Standard, answers: Answers) -> Iterator[Wanted]:
    name = standard.name
    for question, demand in standard.fixed.items():
        yield FIXED, question, demand.value, f"{question}: {spelled(demand.value)}, fixed by {name}: {demand.because}"
    for question, demand in standard.ranges.items():
        value = _narrowed(question, answer(answers, question) or "", demand)
        yield RANGE, question, value, f"{question}: {spelled(value)}, the range of {name}: {demand.because}"
    for question, demand in standard.allowed.items():
        if not is_said(answers, question):
            value = standard.default(question, default(question))
            yield ALLOWED, question, value, f"{question}: {spelled(value)}, among what {name} allows: {demand.because}"
    if standard.extras:
        value = _with(answers.get("extras") or [], standard.extras.value)
        yield REQUIRED, "extras", value, f"extras: {spelled(value)}, required by {name}: {standard.extras.because}"


def of_fixed(standard: Standard, answers: Answers) -> Iterator[Problem]:
    """What is answered otherwise than it's fixed."""
    for question, demand in standard.fixed.items():
        value = _or_default(question, answer(answers, question))
        if means_something(answers, question) and differ(question, value, demand.value):
            what = f"{spelled(value)} isn't what {standard.name} fixes: {spelled(demand.value)}"
            mend = f"{demand.because} Leave it out: then it's that"
            yield Problem(question, AgainstStandard, what, mend, (Edit("set", question, demand.value),))


def of_allowed(standard: Standard, answers: Answers) -> Iterator[Problem]:
    """What is answered that isn't allowed."""
    for question, demand in standard.allowed.items():
        value = _or_default(question, answer(answers, question))
        if means_something(answers, question) and (strange := _strange(question, value, demand)):
            what = f"{spelled(strange)} isn't among what {standard.name} allows: {spelled(demand.value)}"
            mend = f"{demand.because} Choose one of those: --data '{as_pair(question)}'"
            yield Problem(question, AgainstStandard, what, mend)


def of_required(standard: Standard, answers: Answers) -> Iterator[Problem]:
    """What is required, and not among the extras."""
    if standard.extras:
        has = canonical("extras", answers.get("extras") or [])
        lacking = [each for each in standard.extras.value if each not in has]
        if lacking:
            what = f"{spelled(lacking)} isn't there, and {standard.name} requires it"
            whole = f"[{', '.join(map(str, _with(has, lacking)))}]"
            yield Problem("extras", AgainstStandard, what, f"{standard.extras.because} As --data 'extras={whole}'")


def of_ranges(standard: Standard, answers: Answers) -> Iterator[Problem]:
    """What goes beyond a range of versions."""
    from ..answers.versions import Range, asked

    for question, demand in standard.ranges.items():
        try:
            has = asked(question, str(answer(answers, question) or ""))
        except ValueError:  # the answers' own reader says so
            continue
        if not has.within(Range.read(demand.value)):
            what = f"{has} isn't within what {standard.name} allows: {demand.value}"
            mend = f"{demand.because} Leave it out, or stay within that"
            yield Problem(question, AgainstStandard, what, mend, (Edit("set", question, demand.value),))


def spelled(value: Any) -> str:
    """A value as a line says it."""
    if isinstance(value, list):
        return ", ".join(map(spelled, value)) or "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) and value.isprintable() and 0 < len(value) <= 100 else shown(value, 100)


def _or_default(question: str, value: Any) -> Any:
    return default(question) if value is None else value


def differ(question: str, one: Any, other: Any) -> bool:
    """Whether two answers to a question say something else. A list's order says nothing."""
    pair = [canonical(question, each) for each in (one, other)]
    alike = [sorted(map(str, each)) if isinstance(each, list) else each for each in pair]
    return bool(alike[0] != alike[1])


def _strange(question: str, value: Any, limit: Demand) -> list[Any]:
    """What of an answer isn't among those that are allowed."""
    has = canonical(question, value)
    known = [each if QUESTIONS[question].many else canonical(question, each) for each in limit.value]
    known += QUESTIONS[question].always
    return [each for each in (has if isinstance(has, list) else [has]) if each not in known]


def _with(has: Any, more: list[Any]) -> list[Any]:
    return list(dict.fromkeys([*map(str, canonical("extras", has)), *more]))


def _narrowed(question: str, value: Any, demand: Demand) -> Any:
    """A range of versions as far as it's allowed; as it is, if it's within that or is none."""
    from ..answers.versions import Range, asked

    try:
        if asked(question, str(value)).within(Range.read(demand.value)):
            return value
        return str(Range.read(str(value)) & Range.read(demand.value))
    except ValueError:
        return value
