"""Reads single values: lines, choices, sizes, names. What doesn't fit becomes a problem, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..blocks import is_name
from ..problems import Problems, shown, unknown
from .keys import Answers

LONGEST_LINE = 10_000
"""Longest one-line answer, in characters."""

SAVEZ_ARGUMENTS = ("file", "allow_pickle")
"""Arguments of numpy.savez, which saves arrays by name."""

LARGEST_SIZE = 2**24
"""Largest size that an input or output may say."""


@dataclass(frozen=True)
class Fields:
    """One complete set of answers, and the problems found in it so far.

    `broken` names the inputs, outputs and groups that are there but not said rightly, so that what refers to them isn't
    called wrong as well.
    """

    answers: Answers
    problems: Problems
    broken: set[str] = field(default_factory=set)

    def line(self, key: str) -> str:
        """A one-line text."""
        value = self.answers[key]
        if not isinstance(value, str):
            mend = 'quote it, as inputs: "photo: image 224x224x3"' if isinstance(value, Mapping) else "quote it"
            self.problems.add(key, f"{shown(value)} is no text", mend)
            return ""
        if any(not character.isprintable() for character in value):
            self.problems.add(key, "holds a line break or another control character", "write it on one line")
            return ""
        if len(value) > LONGEST_LINE:
            self.problems.add(key, f"has {len(value)} characters", f"keep it under {LONGEST_LINE}")
            return ""
        return value

    def choice(self, key: str, known: Sequence[str] | Mapping[str, object]) -> str:
        """One of the known words."""
        value = self.answers[key]
        if isinstance(value, str) and value in known:
            return value
        self.problems.add(key, *unknown(key, value, known))
        return next(iter(known))

    def flag(self, key: str) -> bool:
        """Yes or no."""
        value = self.answers[key]
        if not isinstance(value, bool):
            self.problems.add(key, f"{shown(value)} is neither yes nor no", "write true or false")
        return value is True

    def entries(self, key: str) -> list[tuple[str, str, list[str]]]:
        """The entries `NAME: WORD ARGUMENTS` of a one-line answer, split at the commas."""
        text = self.line(key)
        if isinstance(self.answers[key], str) and not self.answers[key].strip(", "):
            noun = key.removesuffix("s")
            example = "photo: image 224x224x3" if key == "inputs" else "category: multiclass 10"
            mend = f"say one, with --data '{key}={example}' or in a file (--answers), or start from a --preset"
            self.problems.add(key, f"there is no {noun}", mend)
        entries: list[tuple[str, str, list[str]]] = []
        for entry in filter(str.strip, text.split(",")):
            name, colon, rest = (part.strip() for part in entry.partition(":"))
            words = rest.split()
            if not colon or not words:
                self.problems.add(key, f"{shown(entry.strip())} says no name and kind", "write NAME: KIND SIZE")
            elif self.is_new_name(name, key, [name for name, _, _ in entries]):
                entries.append((name, words[0], words[1:]))
        return entries

    def is_new_name(self, name: str, key: str, before: Sequence[str]) -> bool:
        """Whether a name can be used, and isn't yet."""
        if not is_name(name):
            self.problems.add(
                key, f"{shown(name)} is no name", "a name has letters, digits and _, and starts with a letter"
            )
        elif name in SAVEZ_ARGUMENTS:
            self.problems.add(f"{key}.{name}", "NumPy can't save an array of this name", f"as {name}_1")
        elif name.lower() in map(str.lower, before):
            self.problems.add(f"{key}.{name}", "the name is there twice", "give each a name of its own")
        else:
            return True
        return False

    def size(self, text: str, place: str, smallest: int = 1) -> int | None:
        """A size, as `10`."""
        if re.fullmatch(r"\d{1,9}", text, re.ASCII) and smallest <= int(text) <= LARGEST_SIZE:
            return int(text)
        self.problems.add(place, f"{shown(text)} is no size", f"a whole number from {smallest} to {LARGEST_SIZE}")
        return None

    def mapping(self, place: str, value: Any) -> Mapping[Any, Any]:
        """A mapping, or an empty one and a problem."""
        if isinstance(value, Mapping):
            return value
        if value is not None:
            self.problems.add(place, f"{shown(value)} is no mapping", "write key: value")
        return {}
