"""Rules about files: the project beside what its own version makes of its answers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import zip_longest

from ...places import ANSWERS_FILE
from ...problems import shown
from ..findings import Finding, Place, Severity
from ..rule import Part, Rule, Subject
from ..sources import Function, Source
from ..strictness import Strictness, strictness

TESTS = "tests/"
ORIGIN = ("_commit:", "_src_path:")
SPARED = "# layerwright:"
NUMBERS = "tests/test_model.py"
"""Where a project has the numbers of its plan."""


class FileMissing(Rule):
    """A file of the template isn't there.

    The rest of the project, its tests and the next update count on it.
    """

    identifier = "LW101"
    severity = Severity.WARNING
    part = Part.FILES
    mend = "Take it back from version control; or say why it's gone."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The files that aren't there; those with tests are another rule's."""
        for path in _made(subject):
            if not path.startswith(TESTS) and not _there(subject, path):
                yield self.found(Place(path), "the template's file isn't there")


class FileEdited(Rule):
    """A file of the template has been edited.

    That's what it is there for: an update merges edits. It's good to know where they are.
    """

    identifier = "LW102"
    severity = Severity.NOTE
    part = Part.FILES
    mend = "Nothing, if the edit is meant."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The files whose text differs, with the first line that does."""
        for path, made in _made(subject).items():
            if path == ANSWERS_FILE or not _there(subject, path):
                continue
            text = subject.project.text(path)
            if text is None:
                yield self.found(Place(path), "it isn't a text inside the project any more")
            elif text != made:
                yield self.found(Place(path, _first_difference(text, made)), "edited from here on")


class TestRemoved(Rule):
    """A generated test is gone.

    The tests are the proof that the network is what the answers ask for.
    """

    identifier = "LW103"
    severity = Severity.WARNING
    part = Part.FILES
    mend = "Take it back from version control; or say why it's gone."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The tests that no file of the project has, or the file if it's gone with all of them."""
        changed = list(_changed_tests(subject))
        there = {name for each in _tests(subject) for name in each.functions} if changed else set()
        for path, made in changed:
            gone = [name for name in made.functions if name.startswith("test_") and name not in there]
            if not _there(subject, path):
                if gone or not path.rpartition("/")[2].startswith("test_"):
                    yield self.found(Place(path), f"the file is gone, with {len(gone)} tests")
                continue
            for name in gone:
                yield self.found(Place(path), f"{name} is gone")


class TestWeakened(Rule):
    """A generated test proves less than it did.

    It is skipped, or expected to fail, or asserts less, or is tried on fewer cases.
    """

    identifier = "LW104"
    severity = Severity.WARNING
    part = Part.FILES
    mend = "Take it back from version control; or say why it may be weaker."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The tests that prove less, with what was taken from them."""
        changed = list(_changed_tests(subject))
        tests = _tests(subject) if changed else []
        there = {name: (each, function) for each in tests for name, function in each.functions.items()}
        for _, made in changed:
            for name, function in made.functions.items():
                if name.startswith("test_") and name in there:
                    source, mine = there[name]
                    yield from self._compared(source, mine, strictness(made, function))

    def _compared(self, source: Source, mine: Function, made: Strictness) -> Iterator[Finding]:
        for what in strictness(source, mine).less_than(made):
            yield self.found(source.at(mine), f"{mine.name} {what}")


class AnswersEdited(Rule):
    """The answers aren't those that the project was made of.

    The answers and the project belong together: an update renders the old answers to tell your edits from the
    template's. With answers that don't give this project, it takes what isn't yours for an edit of yours.
    """

    identifier = "LW105"
    severity = Severity.WARNING
    part = Part.FILES
    mend = "Take the file back from version control, and change answers by `layerwright update --data KEY=VALUE`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The first line that isn't as it was written; else the numbers of the tests that aren't the answers'."""
        made = _made(subject)
        lines = [
            (number, line)
            for number, line in enumerate((subject.project.text(ANSWERS_FILE) or "").splitlines(), 1)
            if not line.startswith((*ORIGIN, SPARED))
        ]
        for mine, other in zip_longest(lines, made[ANSWERS_FILE].splitlines()):
            number, line = mine or (lines[-1][0] if lines else 1, None)
            if line != other:
                yield self.found(Place(ANSWERS_FILE, number), "it isn't as the template wrote it, from here on")
                return
        numbers, planned = _numbers(subject.project.python(NUMBERS)), _numbers(Source(NUMBERS, made.get(NUMBERS, "")))
        for name, (_, value) in planned.items():
            if name in numbers and numbers[name][1] != value:
                node, here = numbers[name]
                message = f"{name} isn't what the answers give: {_difference(here, value)}"
                yield self.found(Place(NUMBERS, node.lineno), message)


RULES = (FileMissing(), FileEdited(), TestRemoved(), TestWeakened(), AnswersEdited())


def _made(subject: Subject) -> Mapping[str, str]:
    assert subject.rendering is not None
    return subject.rendering.files


def _there(subject: Subject, path: str) -> bool:
    return (subject.project.folder / path).is_file()


def _first_difference(text: str, made: str) -> int:
    """The first line in which a text isn't as it was made."""
    pairs = zip_longest(text.splitlines(), made.splitlines())
    return next((number for number, (mine, other) in enumerate(pairs, 1) if mine != other), 1)


def _tests(subject: Subject) -> list[Source]:
    """All tests that the project has."""
    root = subject.project.folder
    paths = sorted(path.relative_to(root).as_posix() for path in (root / "tests").rglob("*.py"))
    return [subject.project.python(path) for path in paths]


def _changed_tests(subject: Subject) -> Iterator[tuple[str, Source]]:
    """The files of tests as they were made, where they aren't any more as they were made."""
    for path, text in _made(subject).items():
        if path.startswith(TESTS) and path.endswith(".py") and subject.project.text(path) != text:
            yield path, Source(path, text)


def _numbers(source: Source) -> dict[str, tuple[ast.Assign, object]]:
    """The tables of numbers at the head of a file, by name."""
    found: dict[str, tuple[ast.Assign, object]] = {}
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name) and target.id.isupper():
            with suppress(ValueError, TypeError, RecursionError):
                found[target.id] = (node, ast.literal_eval(node.value))
    return found


def _difference(mine: object, other: object) -> str:
    """The first entry in which two tables differ, in words."""
    if isinstance(mine, dict) and isinstance(other, dict):
        for key in (*other, *mine):
            if mine.get(key) != other.get(key):
                return f"{shown(key)} is {_entry(mine, key)} here, and {_entry(other, key)} by the answers"
    return f"{shown(mine)} here, and {shown(other)} by the answers"


def _entry(table: Mapping[object, object], key: object) -> str:
    return shown(table[key]) if key in table else "nothing"
