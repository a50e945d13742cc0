"""A new project by a standard: its answers, the files that it gets, and what it keeps of the standard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..answers import Answers
from ..answers.sources import lines_of
from ..marking import Source
from ..problems import AnswersError, Problem
from ..records import dataclass
from .files import RECORD, lay
from .finding import Found
from .standard import DATA, FIXED, REASONS, Settled, settle


@dataclass(frozen=True)
class Keeping:
    """A new project's way to keep to a standard; to none, if none was found."""

    found: Found | None

    def over_defaults(self, answers: Answers) -> Answers:
        """Answers with what the standard answers where neither a preset nor the user does."""
        return self.found.standard.over_defaults(answers) if self.found else answers

    @property
    def data(self) -> dict[str, Any]:
        """What the template is given, so that prompts offer the standard's defaults and show what it bars."""
        return {DATA: self.found.standard.raw} if self.found else {}

    @property
    def files(self) -> list[str]:
        """What a project has of it: its own files, and the record."""
        return [*self.found.files, RECORD] if self.found else []

    def settled(self, given: Answers, answers: Answers, file: Source | None, *, asking: bool) -> Settled:
        """What is to be answered beside what the user says. Raises AnswersError for what the standard refuses.

        `answers` are the given ones with all that lies under them. If `asking`, the rest is yet to be answered.
        """
        if self.found is None:
            return Settled({}, (), ())
        reasons = (FIXED,) if asking else REASONS
        settled = settle(self.found.standard, given, answers, reasons=reasons)
        if problems := [each for each in settled.problems if not asking or each.key in answers]:
            raise AnswersError([_placed(each, given, file) for each in problems])
        return settled

    def lines(self, settled: Settled) -> list[str]:
        """What to say of it, before anything is asked."""
        return [f"By the standard of {self.found.standard}.", *settled.lines] if self.found else []

    def finish(self, destination: Path) -> Callable[[Path], None]:
        """What adds the standard's own files, and the record of it, to a project that is to lie there."""

        def finish(project: Path) -> None:
            if self.found is not None:
                lay(project, self.found.files, self.found.standard.name)
                text = self.found.record(destination).text()
                (project / RECORD).write_text(text, encoding="utf-8", newline="\n")

        return finish


def _placed(problem: Problem, given: Answers, file: Source | None) -> Problem:
    """A problem with the line in which the user's file says it."""
    if file is None or problem.key not in given:
        return problem
    path = tuple(problem.place.split("."))
    line = lines_of(file.text).get(path)
    return replace(problem, place=f"{file.name}, line {line}: {problem.place}") if line else problem
