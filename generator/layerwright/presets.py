"""Named sets of answers: files in the answers' own language, whose first line says what they show."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from .answers import Answers, load_file
from .extensions import OURS, VERSION, Interface, Offer, broken, usable
from .faults import UnknownChoice
from .places import template_root
from .problems import AnswersError, Problem, unknown
from .records import dataclass

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


def register(layerwright: Interface) -> None:
    """Brings those that are built in, by the call that every package uses."""
    layerwright.version(VERSION)
    for path in sorted((template_root() / "templates" / "presets").glob("*.yml"), key=lambda path: path.stem):
        layerwright.preset(path)


def presets() -> dict[str, Preset]:
    """The presets that are built in by name, in alphabetical order."""
    return dict(_in(template_root()))


@lru_cache(maxsize=4)
def _in(root: Path) -> dict[str, Preset]:
    offer = Offer(OURS)
    register(Interface(offer))
    return _named(offer)


def all_presets() -> dict[str, Preset]:
    """Those that are built in, and after them those of each package that brings some."""
    found = presets()
    for each in usable():
        found |= _named(each.offer)
    return found


def _named(offer: Offer) -> dict[str, Preset]:
    return {name: Preset(name, path) for name, path in offer.presets.items()}


def preset_answers(name: object) -> Answers:
    """The answers of a preset, none for `none`. Raises AnswersError for a name that isn't one."""
    if name in (BLANK, ""):
        return {}
    known = presets()
    if isinstance(name, str) and name not in known:
        known = all_presets()
    if not isinstance(name, str) or name not in known:
        raise AnswersError([Problem("preset", UnknownChoice, *unknown("preset", name, [*known, BLANK])), *broken()])
    return known[name].answers()
