"""What isn't the user's to answer: an organisation's standard, as far as prompts show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from .. import standards
from ..answers import Answers
from ..records import dataclass
from ..standards.standard import spelled


@dataclass(frozen=True)
class Fixed:
    """An answer that is fixed, by whom, and why."""

    value: Any
    by: str
    why: str = ""

    def __str__(self) -> str:
        value = spelled(self.value)
        if isinstance(self.value, Mapping):
            value = f"{{{', '.join(f'{key}: {spelled(each)}' for key, each in self.value.items())}}}"
        return f"{value}, fixed by {self.by}" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True)
class Standard:
    """Answers that are fixed, by key; and why answers can't be given, by key and value.

    `kept` is the organisation's own, which knows the same; `data` is what the questions' own texts are given of it;
    `named` is what the user called it by, if they did; `files` are those that a project has of it.
    """

    fixed: Mapping[str, Fixed] = field(default_factory=dict)
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
        mine = next((f"{each.what}\n  {each.mend}" for each in found if each.place == key), "")
        return self.reason(key, value) or mine


def shown(
    kept: standards.Standard, given: Answers, data: Mapping[str, Any], named: str = "", files: tuple[str, ...] = ()
) -> Standard:
    """An organisation's standard as prompts show it. What is fixed of the training fixes all of it: as it's given."""
    fixed: dict[str, Fixed] = {}
    for question, demand in kept.fixed.items():
        key, dot, _ = question.partition(".")
        why = f"{fixed[key].why} {demand.because}" if key in fixed else demand.because
        fixed[key] = Fixed(given.get(key) if dot else demand.value, kept.name, why)
    return Standard(fixed, kept=kept, data=data, named=named, files=files)
