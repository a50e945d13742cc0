"""What isn't the user's to answer: an organisation's standard, as far as prompts show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from .. import standards
from ..records import dataclass
from ..standards.standard import spelled


@dataclass(frozen=True)
class Fixed:
    """An answer that is fixed, by whom, and why."""

    value: Any
    by: str
    why: str = ""

    def __str__(self) -> str:
        return f"{spelled(self.value)}, fixed by {self.by}" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True)
class Standard:
    """Answers that are fixed, by key; and why answers can't be given, by key and value.

    `parts` are what is fixed of an answer that has several, as `training.optimizer`: the rest of it is free. `kept` is
    the organisation's own, which knows the same; `data` is what the questions' own texts are given of it; `named` is
    what the user called it by, if they did; `files` are those that a project has of it.
    """

    fixed: Mapping[str, Fixed] = field(default_factory=dict)
    parts: Mapping[str, Fixed] = field(default_factory=dict)
    refused: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    kept: standards.Standard | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    named: str = ""
    files: tuple[str, ...] = ()

    @property
    def limited(self) -> set[str]:
        """The keys that not every answer may be given to."""
        kept = self.kept
        return {*self.refused, *((*kept.allowed, *kept.ranges, *(["extras"] if kept.extras else [])) if kept else ())}

    def reason(self, key: str, value: Any) -> str:
        """Why an answer can't be given, or nothing. Of a list, why one of its items can't."""
        reasons = self.refused.get(key, {})
        values = value if isinstance(value, list) else [value]
        found = (reasons[each] for each in values if isinstance(each, str | int | bool) and each in reasons)
        return next(found, "") or (self.kept.bars(key, value) if self.kept else "")

    def broken(self, key: str, value: Any) -> str:
        """What is wrong with an answer as a whole, or nothing: what lacks in a list, too, and the range of versions."""
        found = standards.violations(self.kept, {key: value}) if self.kept else []
        said = {key, *(f"{key}.{part}" for part in value)} if isinstance(value, Mapping) else {key}
        mine = next((f"{each.what}\n  {each.mend}" for each in found if each.place in said), "")
        return self.reason(key, value) or mine

    def told(self, key: str) -> list[str]:
        """What is fixed of an answer, a line for each part."""
        return [f"{part.partition('.')[2]}: {each}" for part, each in self.parts.items() if part.startswith(f"{key}.")]


def shown(kept: standards.Standard, data: Mapping[str, Any], named: str = "", files: tuple[str, ...] = ()) -> Standard:
    """An organisation's standard as prompts show it."""
    fixed = {question: Fixed(demand.value, kept.name, demand.because) for question, demand in kept.fixed.items()}
    whole, parts = ({key: each for key, each in fixed.items() if ("." in key) == dotted} for dotted in (False, True))
    return Standard(whole, parts, kept=kept, data=data, named=named, files=files)
