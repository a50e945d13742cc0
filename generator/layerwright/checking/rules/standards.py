"""Rules about an organisation's standard: the one that the project keeps, or the one that it's checked against."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement

from ...answers.versions import Range
from ...places import LARGEST
from ...problems import Problem
from ...standards import RECORD, Demand, Standard, is_as_made, of_allowed, of_fixed, of_required
from ..findings import Finding, Place, Severity
from ..rule import Part, Rule, Subject

PYPROJECT = "pyproject.toml"


class NotAsFixed(Rule):
    """An answer is another one than the standard fixes.

    Whoever keeps the standard has a reason why all projects answer alike; the finding says it.
    """

    identifier = "LW401"
    severity = Severity.ERROR
    part = Part.STANDARD
    mend = "Update the project: `layerwright update` puts what is fixed. An exception needs a silence, and its reason."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The answers that are others."""
        for standard in _standard(subject):
            for problem in of_fixed(standard, subject.project.answers):
                yield _answered(self, subject, problem, standard.fixed[problem.place])


class NotAllowed(Rule):
    """An answer is none of those that the standard allows.

    Whoever keeps the standard has a reason why the others are out; the finding says it.
    """

    identifier = "LW402"
    severity = Severity.ERROR
    part = Part.STANDARD
    mend = "Choose one that is allowed: `layerwright update --data KEY=VALUE`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The answers that aren't among those allowed."""
        for standard in _standard(subject):
            for problem in of_allowed(standard, subject.project.answers):
                yield _answered(self, subject, problem, standard.allowed[problem.place])


class ExtraMissing(Rule):
    """An extra that the standard requires isn't there.

    What every project has can be counted on: a workflow that runs its tests, checks before each commit.
    """

    identifier = "LW403"
    severity = Severity.ERROR
    part = Part.STANDARD
    mend = "Update the project: `layerwright update` adds what is required."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The extras that the answers lack."""
        for standard in _standard(subject):
            for problem in of_required(standard, subject.project.answers):
                assert standard.extras is not None
                yield _answered(self, subject, problem, standard.extras)


class StandardFile(Rule):
    """A file of the standard's own is missing, or isn't as the standard has it.

    Such files are the same in all projects, so that one knows what is in them.
    """

    identifier = "LW404"
    severity = Severity.WARNING
    part = Part.STANDARD
    mend = "Take it back from version control, or update the project; or say why it's another here."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The files that aren't there, and those whose content is another."""
        standard, files = subject.measure or (None, {})
        for path, name in files.items():
            file = subject.project.folder / path
            if not file.is_file() or not file.resolve().is_relative_to(subject.project.folder.resolve()):
                yield self.found(Place(path), f"the file of {standard} isn't there")
            elif file.stat().st_size > LARGEST or not is_as_made(file.read_bytes(), name):
                yield self.found(Place(path), f"it isn't as {standard} has it")


class BehindStandard(Rule):
    """The project keeps to an older version of its standard, or to none.

    What was decided since isn't in the project, nor are the files that came since.
    """

    identifier = "LW405"
    severity = Severity.WARNING
    part = Part.STANDARD
    mend = "Update the project: `layerwright update`, with `--standard` where the newer one has to be named."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The version that is behind that which is at hand."""
        record, newer = subject.project.record, subject.newer
        if newer is None or isinstance(record, Problem):
            return
        if record is None:
            yield self.found(Place(RECORD), f"it was made without a standard; {newer.standard} is there")
        elif record.standard.name != newer.standard.name:
            yield self.found(Place(RECORD), f"it keeps to {record.standard}, not to {newer.standard}")
        elif record.standard.version < newer.standard.version:
            yield self.found(Place(RECORD), f"it keeps to {record.standard}; version {newer.standard.version} is there")


class VersionsOutside(Rule):
    """The project asks for versions of Python or Keras that the standard doesn't allow.

    It would be installed where nobody has tried it, or where nobody may.
    """

    identifier = "LW406"
    severity = Severity.ERROR
    part = Part.STANDARD
    mend = "Narrow what pyproject.toml asks for; `layerwright update` does so, by the answers `python` and `keras`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """What pyproject.toml asks for, where that goes beyond the range."""
        for standard in _standard(subject):
            asked = _asked(subject)
            for key, demand in standard.ranges.items():
                text = asked.get(key)
                if text is not None and not _is_within(text, demand):
                    message = (
                        f"{key} {text or 'of any version'} isn't within what {standard.name} allows: {demand.value}"
                    )
                    yield self.found(_line(subject, key), f"{message}. {demand.because}")


class RecordBroken(Rule):
    """What the project keeps of its standard can't be read.

    Without it, neither a check nor an update knows what the project is to keep to.
    """

    identifier = "LW407"
    severity = Severity.ERROR
    part = Part.STANDARD
    mend = "Take the file back from version control; or name the standard: `layerwright update --standard …`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """What is wrong with it."""
        if isinstance(problem := subject.project.record, Problem):
            yield self.found(Place(RECORD), f"{problem.head}; {problem.mend}")


RULES = (
    NotAsFixed(),
    NotAllowed(),
    ExtraMissing(),
    StandardFile(),
    BehindStandard(),
    VersionsOutside(),
    RecordBroken(),
)


def _standard(subject: Subject) -> Iterable[Standard]:
    """The standard to check by, if there is one, and answers to check."""
    return [subject.measure[0]] if subject.measure and subject.project.answers else []


def _answered(rule: Rule, subject: Subject, problem: Problem, demand: Demand) -> Finding:
    place = subject.project.answer(problem.key)
    return rule.found(place, f"{problem.place}: {problem.what}. {demand.because}")


def _asked(subject: Subject) -> Mapping[str, str]:
    """What pyproject.toml asks for of Python and Keras; nothing of what can't be read, which other rules tell."""
    try:
        project = tomllib.loads(subject.project.text(PYPROJECT) or "").get("project", {})
        listed = [Requirement(each) for each in project.get("dependencies", [])]
        asked = {each.name.lower(): str(each.specifier) for each in listed if each.name.lower() == "keras"}
        return asked | {"python": str(project["requires-python"])}
    except (tomllib.TOMLDecodeError, InvalidRequirement, AttributeError, KeyError, TypeError, RecursionError):
        return {}


def _is_within(text: str, demand: Demand) -> bool:
    try:
        return Range.read(text, loose=True).within(Range.read(demand.value))
    except ValueError:
        return False


def _line(subject: Subject, key: str) -> Place:
    word = "requires-python" if key == "python" else "keras"
    lines = (subject.project.text(PYPROJECT) or "").splitlines()
    found = (number for number, line in enumerate(lines, 1) if line.strip().strip("\"'").startswith(word))
    return Place(PYPROJECT, next(found, 1))
