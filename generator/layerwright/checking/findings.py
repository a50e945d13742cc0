"""What a check has found, where, how grave it is; and what it couldn't look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


class Severity(Enum):
    """How grave a finding is. The values are the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Its place in a report, the gravest first."""
        return list(Severity).index(self)


def grave(*, strict: bool) -> frozenset[Severity]:
    """The severities of findings that fail a check; `strict`: warnings too."""
    return frozenset({Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR})


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file of the project; `path` is relative to the project, with slashes. Lines count from 1."""

    path: str
    line: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class Finding:
    """One thing that a rule found. `silenced` is the reason if the project says that it's right so, None if not."""

    rule: str
    severity: Severity
    place: Place
    message: str
    silenced: str | None = None


@dataclass(frozen=True)
class LeftOut:
    """A part of the check that didn't run, and why: it says nothing about the project, least of all that it passes."""

    part: str
    reason: str
    asked: bool = False
    """Whether the user wanted it so."""


class CannotCheckError(Exception):
    """Evidence can't be had. The text says why."""


@dataclass(frozen=True)
class Result:
    """What came of one project."""

    folder: Path
    version: str
    findings: tuple[Finding, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    rules: tuple[str, ...] = field(default=())
    """The rules that ran."""

    @property
    def loud(self) -> tuple[Finding, ...]:
        """The findings that aren't silenced, the gravest first."""
        found = [each for each in self.findings if each.silenced is None]
        return tuple(sorted(found, key=lambda each: (each.severity.rank, each.place, each.rule, each.message)))
