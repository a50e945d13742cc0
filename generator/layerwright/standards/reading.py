"""Reads a standard's text, strictly: whatever isn't as it has to be is said, with its line, before anything uses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from ..answers import Answers, combine, examine
from ..answers.sources import lines_of, load_yaml
from ..faults import BadStandard
from ..problems import AnswersError, Problem, Problems, shown, unknown
from ..records import dataclass
from .questions import QUESTIONS, TRAINING, expected
from .standard import Demand, Standard, differ, settle, spelled

LONGEST_TEXT = 200_000
"""Most characters of a standard."""

LONGEST_NAME = 100
LONGEST_REASON = 500
LONGEST_FOLDER = 200

PARTS = ("name", "version", "defaults", "fixed", "allowed", "required", "files")
"""What a standard may say."""

OWN = (
    *("project_name", "package", "description", "inputs", "outputs", "sharing", "layers", "models", "fine_tune"),
    "extensions",
)
"""What is a project's own, and no standard's."""

TOGETHER = ("hardware", "backend", "precision", "extras", "export")
"""Answers that have to go together whatever the network is."""

ANY_NETWORK = {"inputs": "x: numeric 4", "outputs": "y: binary"}

Path = tuple[str, ...]


@dataclass
class Reading:
    """A standard being read: where it is, the line of each key, and what was found to be wrong."""

    place: str
    lines: Mapping[Path, int]
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, what: str, mend: str) -> None:
        """Notes what is wrong with a part, at the line of that part or of what it stands in."""
        ends = (self.lines.get(path[:end]) for end in range(len(path), 0, -1))
        line = next((each for each in ends if each), None)
        where = f"{self.place}, line {line}" if line else self.place
        path = tuple(filter(None, path))
        named = ".".join(each if each.isprintable() else ascii(each)[1:-1] for each in path)
        self.problems.append(Problem(f"{where}: {named}" if named else where, BadStandard, what, mend))

    def mapping(self, path: Path, value: Any, example: str) -> Mapping[str, Any]:
        """A mapping with texts as keys; an empty one, and a problem, for anything else."""
        if value is None:
            return {}
        if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
            return value
        self.add(path, f"{shown(value)} is no mapping", f"write it as {example}")
        return {}

    def known(self, path: Path, value: Mapping[str, Any], known: tuple[str, ...]) -> None:
        """Notes keys that mean nothing."""
        for key in value:
            if key not in known:
                self.add((*path, key), *unknown("key", key, known))

    def line(self, path: Path, value: Any, longest: int, example: str) -> str:
        """A text on one line. Lines that YAML has folded count as one."""
        text = " ".join(value.split()) if isinstance(value, str) else ""
        if isinstance(value, str) and text and text.isprintable() and len(text) <= longest:
            return text
        what = "isn't there" if value is None else f"{shown(value)} is no text on one line"
        self.add(path, what, f"up to {longest} characters, as {example}")
        return ""


def read_text(text: str, place: str) -> Standard:
    """The standard that a text says. Raises AnswersError with all that is wrong with it."""
    if len(text) > LONGEST_TEXT:
        what = f"has {len(text)} characters"
        raise AnswersError([Problem(place, BadStandard, what, f"keep it to {LONGEST_TEXT}; files lie beside it")])
    return read(load_yaml(text, place), place, lines_of(text))


def read(raw: Any, place: str, lines: Mapping[Path, int] | None = None) -> Standard:
    """The standard that a value of YAML says. Raises AnswersError with all that is wrong with it."""
    reading = Reading(place, lines or {})
    if not isinstance(raw, Mapping) or not raw:
        mend = "write name: and version:, then defaults:, fixed:, allowed:, required:, files:"
        raise AnswersError([Problem(place, BadStandard, "holds no standard", mend)])
    said = reading.mapping((), raw, "name: Acme research")
    reading.known((), said, PARTS)
    name = reading.line(("name",), said.get("name"), LONGEST_NAME, "name: Acme research")
    allowed, ranges = _allowed(reading, said.get("allowed"))
    standard = Standard(
        raw,
        name,
        _version(reading, said.get("version")),
        _defaults(reading, said.get("defaults")),
        _fixed(reading, said.get("fixed")),
        allowed,
        ranges,
        _required(reading, said.get("required")),
    )
    _folder(reading, said)
    if not reading.problems:
        _check_together(reading, standard)
    if reading.problems:
        raise AnswersError(reading.problems)
    return standard


def _version(reading: Reading, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    what = "isn't there" if value is None else f"{shown(value)} is no version"
    reading.add(("version",), what, "a whole number from 1, one more with each change, as version: 3")
    return 1


def _question(reading: Reading, path: Path) -> bool:
    """Whether the last part of a path is a question of which a standard may speak."""
    name = path[-1]
    if name in QUESTIONS:
        return True
    if name in OWN:
        what = f"{name} is what a project decides for itself"
        reading.add(path, what, "put it in an answers file of yours that projects begin with (--answers)")
    elif name == "training":
        reading.add(path, "the training is a mapping", f"name one setting of it, as {TRAINING}optimizer")
    else:
        reading.add(path, *unknown("question", name, QUESTIONS))
    return False


def _fits(reading: Reading, path: Path, question: str, value: Any) -> bool:
    wrong = expected(question, value)
    if wrong:
        reading.add(path, f"{shown(value)} is no answer to {question}", wrong)
    return not wrong


def _defaults(reading: Reading, value: Any) -> Answers:
    found: Answers = {}
    for question, answer in reading.mapping(("defaults",), value, "defaults: {precision: mixed_bfloat16}").items():
        path = ("defaults", question)
        if _question(reading, path) and _fits(reading, path, question, answer):
            name = question.removeprefix(TRAINING)
            found |= (
                {question: answer} if name == question else {"training": {**found.get("training", {}), name: answer}}
            )
    return found


def _demands(
    reading: Reading, part: str, value: Any, example: str, demand: Callable[[Path, str, Mapping[str, Any]], Any]
) -> dict[str, Demand]:
    """What `fixed` or `allowed` says of each question; `demand` reads what is demanded, None if that can't be."""
    found = {}
    for question, said in reading.mapping((part,), value, f"{part}: {{{example}}}").items():
        path = (part, question)
        if not _question(reading, path):
            continue
        if not isinstance(said, Mapping):
            reading.add(path, f"{shown(said)} says no reason", f"write it as {example}")
            continue
        because = _because(reading, path, said)
        if (wanted := demand(path, question, reading.mapping(path, said, example))) is not None:
            found[question] = Demand(wanted, because)
    return found


def _because(reading: Reading, path: Path, said: Mapping[str, Any]) -> str:
    text = reading.line((*path, "because"), said.get("because"), LONGEST_REASON, 'because: "Legal reviewed this one."')
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _fixed(reading: Reading, value: Any) -> dict[str, Demand]:
    def demand(path: Path, question: str, said: Mapping[str, Any]) -> Any:
        reading.known(path, said, ("value", "because"))
        if said.get("value") is None:
            reading.add(path, "says no value", "write value: and because:")
            return None
        return said["value"] if _fits(reading, (*path, "value"), question, said["value"]) else None

    return _demands(reading, "fixed", value, 'license: {value: MIT, because: "Legal reviewed it."}', demand)


def _allowed(reading: Reading, value: Any) -> tuple[dict[str, Demand], dict[str, Demand]]:
    """What may be chosen, and the ranges of versions."""

    def demand(path: Path, question: str, said: Mapping[str, Any]) -> Any:
        limits = QUESTIONS[question].limits
        if not limits:
            reading.add(path, f"{question} is one of too many to list", "fix it, or give it a default")
            return None
        reading.known(path, said, (limits, "because"))
        if said.get(limits) is None:
            reading.add(path, f"says no {limits}", f"write {limits}: and because:")
            return None
        return (_range if limits == "range" else _values)(reading, (*path, limits), question, said[limits])

    found = _demands(reading, "allowed", value, 'backend: {values: [jax, torch], because: "Why."}', demand)
    ranges = {question: each for question, each in found.items() if QUESTIONS[question].limits == "range"}
    return {question: each for question, each in found.items() if question not in ranges}, ranges


def _range(reading: Reading, path: Path, question: str, value: Any) -> str | None:
    return value.replace(" ", "") if _fits(reading, path, question, value) else None


def _values(reading: Reading, path: Path, question: str, value: Any) -> list[Any] | None:
    many = QUESTIONS[question].many
    if not isinstance(value, list) or not (value or many):
        reading.add(path, f"{shown(value)} is no list of answers", "write them as [jax, torch]")
        return None
    checked = [_fits(reading, path, question, [each] if many else each) for each in value]
    return value if all(checked) else None


def _required(reading: Reading, value: Any) -> Demand | None:
    example = 'required: {extras: [ci], because: "We test."}'
    said = reading.mapping(("required",), value, example)
    if not said:
        return None
    reading.known(("required",), said, ("extras", "because"))
    because = _because(reading, ("required",), said)
    extras = _values(reading, ("required", "extras"), "extras", said.get("extras"))
    return Demand(extras, because) if extras else None


def _folder(reading: Reading, said: Mapping[str, Any]) -> None:
    """Checks the name of the folder with a standard's own files, as far as a name tells."""
    value = said.get("files")
    if value is None:
        return
    parts = value.split("/") if isinstance(value, str) else []
    plain = all(part.isprintable() and not set(part) & set('\\:*?"<>|') for part in parts)
    if not parts or not plain or any(part in ("", ".", "..") for part in parts) or len(value) > LONGEST_FOLDER:
        reading.add(("files",), f"{shown(value)} is no folder beside it", "name one that lies beside it, as files")


def _check_together(reading: Reading, standard: Standard) -> None:
    """Notes parts that contradict each other: no project could keep to them."""
    for question, demand in standard.fixed.items():
        _check_value(reading, standard, ("fixed", question), question, demand.value)
    for question in QUESTIONS:
        name = question.removeprefix(TRAINING)
        given = standard.defaults if name == question else standard.defaults.get("training", {})
        if name in given:
            path = ("defaults", question)
            _check_value(reading, standard, path, question, given[name])
            if question in standard.fixed and differ(question, given[name], standard.fixed[question].value):
                reading.add(path, f"it's fixed as {spelled(standard.fixed[question].value)}", "leave one of them out")
    _check_extras(reading, standard)
    if not reading.problems:
        _check_planned(reading, standard)


def _check_value(reading: Reading, standard: Standard, path: Path, question: str, value: Any) -> None:
    if standard.bars(question, value):
        known = spelled(standard.allowed[question].value)
        reading.add(path, f"{spelled(value)} isn't among those allowed: {known}", "say one of those, or allow it")
    if question in standard.ranges:
        from ..answers.versions import Range, asked

        if not asked(question, value).within(Range.read(standard.ranges[question].value)):
            what = f"{value} isn't within the range allowed: {standard.ranges[question].value}"
            reading.add(path, what, "stay within it, or leave it out")


def _check_extras(reading: Reading, standard: Standard) -> None:
    needed = standard.extras.value if standard.extras else []
    for known in [each.value for each in (standard.fixed.get("extras"), standard.allowed.get("extras")) if each]:
        if lacking := [each for each in needed if each not in known]:
            what = f"{spelled(lacking)} is required, and isn't among those fixed or allowed: {spelled(known)}"
            reading.add(("required", "extras"), what, "leave it out here, or put it in there")


def _check_planned(reading: Reading, standard: Standard) -> None:
    """Notes what no project could begin with: answers that don't go together, as hardware that a backend can't use."""
    answers = combine(standard.defaults, settle(standard, {}, standard.defaults).answers)
    chosen = {key: answers[key] for key in TOGETHER if key in answers}
    problems = Problems()
    examine({**ANY_NETWORK, **chosen}, problems)
    for problem in problems.found:
        if problem.place in TOGETHER:
            parts = ("fixed", "defaults", "allowed", "required")
            keys = (problem.place, *TOGETHER)
            said = ((part, key) for key in keys for part in parts if key in (standard.raw.get(part) or {}))
            reading.add(next(said, ()), f"projects would begin with what can't be: {problem.what}", problem.mend)
