"""One-line answers as entries that can be changed: `NAME: WORDS KEY=VALUE * WEIGHT`, separated by commas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from ..records import dataclass
from .keys import UNNAMED_GROUP

ENTRIES = ("inputs", "outputs", "sharing")
"""Keys whose answer is one line of entries."""

WEIGHT = "*"
"""Under which option an entry has its weight."""


def parts_of(text: str) -> list[str]:
    """The sizes in a text as `96x96`, with the sign for times too."""
    return re.split("[x×X]", text)


@dataclass
class Entry:
    """One entry. `named`: it says its name."""

    name: str
    words: list[str]
    options: dict[str, str] = field(default_factory=dict)
    named: bool = True

    def __str__(self) -> str:
        options = [f"{key} {value}" if key == WEIGHT else f"{key}={value}" for key, value in self.options.items()]
        ordered = sorted(options, key=lambda option: option.startswith(WEIGHT))
        text = " ".join([*self.words, *ordered])
        return f"{self.name}: {text}" if self.named else text or self.name


def read_entries(line: Any, key: str = "") -> list[Entry]:
    """The entries of a line, as far as it is one; `key`: that of the answers."""
    texts = [each.strip() for each in line.split(",") if each.strip()] if isinstance(line, str) else []
    return [_entry(text, key) for text in texts]


def _entry(text: str, key: str) -> Entry:
    name, colon, rest = (part.strip() for part in text.partition(":"))
    if not colon and ("+" in name or key == "sharing"):
        return Entry(UNNAMED_GROUP, [name], named=False)
    if not colon:
        return Entry(name, [], named=False)
    said, star, weight = (part.strip() for part in rest.partition(WEIGHT))
    tokens = said.split()
    pairs = (token.partition("=") for token in tokens if "=" in token)
    options = {key: value for key, _, value in pairs} | ({WEIGHT: weight} if star else {})
    return Entry(name, [token for token in tokens if "=" not in token], options)


def spelled(entries: Sequence[Entry]) -> str:
    """The line that holds these entries."""
    return ", ".join(map(str, entries))
