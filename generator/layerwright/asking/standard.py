"""What isn't the user's to answer: an organisation's standard, as far as prompts show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fixed:
    """An answer that is fixed, by whom, and why."""

    value: Any
    by: str
    why: str = ""

    def __str__(self) -> str:
        return f"{self.value}, fixed by {self.by}" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True)
class Standard:
    """Answers that are fixed, by key; and why answers can't be given, by key and value."""

    fixed: Mapping[str, Fixed] = field(default_factory=dict)
    refused: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)

    def reason(self, key: str, value: Any) -> str:
        """Why an answer can't be given, or nothing. Of a list, why one of its items can't."""
        reasons = self.refused.get(key, {})
        values = value if isinstance(value, list) else [value]
        return next((reasons[each] for each in values if isinstance(each, str | int | bool) and each in reasons), "")
