"""Named sets of answers: files in the answers' own language, whose first line says what they show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .answers import Answers, load_file
from .places import template_root
from .problems import AnswersError, Problem, unknown

BLANK = "none"
"""The name that stands for no preset."""


@dataclass(frozen=True)
class Preset:
    """A named set of answers."""

    name: str
    path: Path

    @property
    def about(self) -> str:
        """What it shows: the comment in the file's first line."""
        with self.path.open(encoding="utf-8") as file:
            return file.readline().lstrip("# ").strip()

    def answers(self) -> Answers:
        """What it answers."""
        return load_file(self.path)


def presets() -> dict[str, Preset]:
    """All presets by name, in alphabetical order."""
    folder = template_root() / "templates" / "presets"
    return {path.stem: Preset(path.stem, path) for path in sorted(folder.glob("*.yml"), key=lambda path: path.stem)}


def preset_answers(name: object) -> Answers:
    """The answers of a preset, none for `none`. Raises AnswersError for a name that isn't one."""
    if name in (BLANK, ""):
        return {}
    known = presets()
    if not isinstance(name, str) or name not in known:
        raise AnswersError([Problem("preset", *unknown("preset", name, [*known, BLANK]))])
    return known[name].answers()
