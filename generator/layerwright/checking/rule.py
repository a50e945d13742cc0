"""What a rule is: a class whose docstring is what a user reads of it."""

from __future__ import annotations

import inspect
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import Enum
from typing import ClassVar

from ..records import dataclass
from ..standards import Found, Record, Standard
from .building import Building
from .findings import Finding, Place, Severity
from .network import Network
from .project import Project
from .rendering import Rendering
from .silences import Silence


class Part(Enum):
    """What a rule looks at. A part that can't be looked at is left out, and said to be."""

    ANSWERS = "answers and version"
    FILES = "files of the template"
    SOURCE = "source"
    MODEL = "built network"
    STANDARD = "standard"
    SILENCES = "silences"


@dataclass
class Subject:
    """One project with all that is known of it. What couldn't be had is None; rules that need it don't run then."""

    project: Project
    rendering: Rendering | None = None
    building: Building | None = None
    expected: Network | None = None
    """The network that the answers ask for, as the version that made the project plans it."""
    standard: Found | None = None
    """The standard that it's to be checked by, None for the one that it has recorded."""
    newer: Found | None = None
    """The standard as it's now at the place that it came from, or the one to be checked by."""
    silences: tuple[Silence, ...] = ()
    found: list[Finding] = field(default_factory=list)
    ran: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    """What was found, the rules that ran, all rules: for those that look at silences."""

    @property
    def measure(self) -> tuple[Standard, Mapping[str, str]] | None:
        """The standard to check by, and the names that git has for its own files; None if there is none."""
        record = self.project.record
        if self.standard is not None:
            return self.standard.standard, {path: each.name for path, each in self.standard.files.items()}
        return (record.standard, record.files) if isinstance(record, Record) else None

    @property
    def actual(self) -> Network | None:
        """The network that the project builds, None if it doesn't."""
        network = self.building.network if self.building else None
        return network if isinstance(network, Network) else None


class Rule(ABC):
    """One thing that has to be true of a project.

    The docstring's first line says what the finding is, the rest what the rule protects. `mend` says what to do.
    """

    identifier: ClassVar[str]
    severity: ClassVar[Severity]
    part: ClassVar[Part]
    mend: ClassVar[str]

    @abstractmethod
    def find(self, subject: Subject) -> Iterator[Finding]:
        """What is found in a project."""

    def found(self, place: Place, message: str, severity: Severity | None = None) -> Finding:
        """A finding of this rule; `severity` where one is less grave than others."""
        return Finding(self.identifier, severity or self.severity, place, message)

    @property
    def name(self) -> str:
        """Its name in words, as `input-removed`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    @property
    def title(self) -> str:
        """What it finds, in a sentence."""
        return inspect.cleandoc(type(self).__doc__ or "").partition("\n")[0]

    @property
    def protects(self) -> str:
        """What it protects."""
        text = inspect.cleandoc(type(self).__doc__ or "").partition("\n\n")[2]
        return re.sub(r"(?<!\n)\n(?!\n)", " ", text)
