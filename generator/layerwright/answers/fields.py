"""Reads single values: lines, choices, sizes, names. What doesn't fit becomes a problem, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from ..blocks import is_name, name_like
from ..extensions import Catalogue, ours
from ..faults import BadEntry, BadName, BadNumber, BadText, MissingAnswer, NameTaken, UnknownChoice, WrongType
from ..kinds import KINDS
from ..problems import Edit, Problems, nearest, shown, unknown
from ..records import dataclass
from .keys import KEYS, Answers
from .lines import ENTRIES

LONGEST_LINE = 10_000
"""Longest one-line answer, in characters."""

SAVEZ_ARGUMENTS = ("file", "allow_pickle")
"""Arguments of numpy.savez, which saves arrays by name."""

EXAMPLES = {"inputs": "photo: image 224x224x3", "outputs": "category: multiclass 10"}
"""What answers that can't be left out may be."""

LARGEST_SIZE = 2**24
"""Largest size that an input or output may say."""


@dataclass(frozen=True)
class Fields:
    """One complete set of answers, and the problems found in it so far.

    `broken` has the places of what is there but not said rightly, so that nothing that hangs on it is called wrong as
    well: `inputs.photo`, `outputs.price`, `sharing.twin`, `merge`.
    """

    answers: Answers
    problems: Problems
    catalogue: Catalogue = field(default_factory=ours)
    broken: set[str] = field(default_factory=set)

    def names(self, key: str) -> list[str]:
        """The names under a key of what isn't said rightly."""
        return sorted(place.partition(".")[2] for place in self.broken if place.startswith(f"{key}."))

    def line(self, key: str, better: Callable[[str], str] = str) -> str:
        """A one-line text; what is meant by one that isn't goes through `better`."""
        value = self.answers[key]
        if not (isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_LINE):
            self.broken.add(key)
        if not isinstance(value, str):
            quoted = _as_line(value)
            is_line = key not in ENTRIES or re.search(r":\s*[^\W\d]", quoted)
            quoted = better(quoted) if quoted and is_line else ""
            mend = f"quote it, as {key}: {shown(quoted)}" if quoted else "write a text, in quotes, or leave it out"
            edit = Edit("set", key, quoted) if quoted else Edit("drop", key)
            if not quoted and key in EXAMPLES:
                mend, edit = f'write a text, as {key}: "{EXAMPLES[key]}"', Edit("set", key, EXAMPLES[key])
            self.problems.add(key, WrongType, f"{shown(value)} is no text", mend, edit)
            return ""
        if any(not character.isprintable() for character in value):
            what, mend = "holds a line break or another control character", "write it on one line, without them"
            self.problems.add(key, BadText, what, mend, Edit("set", key, better(_one_line(key, value))))
            return ""
        if len(value) > LONGEST_LINE:
            edit = Edit("set", key, better(value[:LONGEST_LINE]))
            self.problems.add(key, BadText, f"has {len(value)} characters", f"keep it to {LONGEST_LINE}", edit)
            return ""
        return value

    def choice(self, key: str, known: Sequence[str] | Mapping[str, object]) -> str:
        """One of the known words; for another one, that which it's like, so that the rest is read as it's meant."""
        value = self.answers[key]
        if isinstance(value, str) and value in known:
            return value
        what, mend = unknown(key, value, known)
        near = nearest(value, known)
        if near is None:
            self.broken.add(key)
            mend += f"; or leave it out: then it's {KEYS[key].default}"
        self.problems.add(key, UnknownChoice, what, mend, Edit("set", key, near) if near else Edit("drop", key))
        return near or str(KEYS[key].default)

    def words(self, key: str, known: Sequence[str]) -> tuple[str, ...]:
        """Those of the known words that are listed, in the known words' order; one alone needs no list."""
        value = self.answers[key]
        chosen = value if isinstance(value, list) else [value]
        chosen = [] if chosen == ["none"] else chosen
        right = [word if word in known else nearest(word, known) for word in chosen]
        edit = Edit("set", key, list(dict.fromkeys(filter(None, right))))
        for word in chosen:
            if word not in known:
                what, mend = unknown(key, word, known)
                self.problems.add(key, UnknownChoice, what, mend if nearest(word, known) else f"{mend}; or none", edit)
        return tuple(word for word in known if word in chosen)

    def flag(self, key: str) -> bool:
        """Yes or no."""
        value = self.answers[key]
        if not isinstance(value, bool):
            edit = Edit("set", key, str(value).strip().lower() not in ("no", "n", "off", "false", "0", "none"))
            self.problems.add(key, WrongType, f"{shown(value)} is neither yes nor no", "write true or false", edit)
        return value is True

    def entries(self, key: str) -> list[tuple[str, str, list[str]]]:
        """The entries `NAME: WORD ARGUMENTS` of a one-line answer, split at the commas."""
        text = self.line(key)
        if isinstance(self.answers[key], str) and not self.answers[key].strip(", "):
            noun, example = key.removesuffix("s"), EXAMPLES[key]
            mend = f"say one, with --data '{key}={example}' or in a file (--answers), or start from a --preset"
            self.problems.add(key, MissingAnswer, f"there is no {noun}", mend, Edit("set", key, example))
            self.broken.add(key)
        entries: list[tuple[str, str, list[str]]] = []
        better: list[str] = []
        for entry in filter(str.strip, text.split(",")):
            name, colon, rest = (part.strip() for part in entry.partition(":"))
            words = rest.split()
            if not colon or not words:
                before = [*better, *(name for name, _, _ in entries)]
                better.append(self._no_entry(key, entry.strip(), before))
            elif self.is_new_name(name, key, [name for name, _, _ in entries]):
                entries.append((name, words[0], words[1:]))
        return entries

    def is_new_name(self, name: str, key: str, before: Sequence[str]) -> bool:
        """Whether a name can be used, and isn't yet."""
        place, better = f"{key}.{name}", name_like(name, [*before, *SAVEZ_ARGUMENTS])
        edit = Edit("rename", place, (name, better))
        if not is_name(name):
            mend = f"a name has letters, digits and _, and starts with a letter, as {better}"
            self.problems.add(key, BadName, f"{shown(name)} is no name", mend, edit)
            self.broken.add(key)
        elif name in SAVEZ_ARGUMENTS:
            self.problems.add(
                place, NameTaken, "NumPy can't save an array of this name", f"call it otherwise, as {better}", edit
            )
            self.broken.add(place)
        elif name.lower() in map(str.lower, before):
            what, mend = "the name is there twice", f"give each a name of its own, as {better}"
            if name not in before:
                what = f"{what}: capitals don't tell two names apart"
            self.problems.add(place, NameTaken, what, mend, edit)
            self.broken.add(place)
        else:
            return True
        return False

    def _no_entry(self, key: str, text: str, before: Sequence[str]) -> str:
        """Notes an entry that isn't `NAME: KIND SIZE`, and returns the name that it would better have."""
        noun = "kind" if key == "inputs" else "task"
        what, mend = f"{shown(text)} says no name and {noun}", f"write NAME: {noun.upper()} SIZE"
        name, _, rest = (part.strip() for part in text.partition(":"))
        example = "numeric 4" if key == "inputs" else "regression"
        said = f"{name_like(name, before)}: {example}"
        if not rest and name.partition(" ")[0] in (KINDS if key == "inputs" else self.catalogue.tasks):
            said = f"{name_like('x' if key == 'inputs' else 'y', before)}: {name}"
        self.problems.add(key, BadEntry, what, f"{mend}, as {said}", Edit("set", f"{key}.{name}", said))
        self.broken.add(key)
        return said.partition(":")[0]

    def size(self, text: str, place: str, smallest: int = 1, example: str = "", *edits: Edit) -> int | None:
        """A size, as `10`. The example is an entry of a line with right ones."""
        if re.fullmatch(r"\d{1,9}", text, re.ASCII) and smallest <= int(text) <= LARGEST_SIZE:
            return int(text)
        mend = f"a whole number from {smallest} to {LARGEST_SIZE}, as {example}"
        self.problems.add(
            place, BadNumber, f"{shown(text)} is no size", mend, *(edits or [Edit("set", place, example)])
        )
        return None

    def mapping(self, place: str, value: Any) -> Mapping[Any, Any]:
        """A mapping, or an empty one and a problem."""
        if isinstance(value, Mapping):
            return value
        if value is not None:
            mend = "write key: value, or leave it out"
            self.problems.add(place, WrongType, f"{shown(value)} is no mapping", mend, Edit("drop", place))
        return {}


def _one_line(key: str, text: str) -> str:
    """A text without line breaks and other control characters; what has entries may have had one on each line."""
    lines = ("".join(each if each.isprintable() else " " for each in line) for line in text.splitlines())
    entries, separator = (" ,", ", ") if key in ENTRIES else (" ", " ")
    return separator.join(filter(None, (line.strip(entries) for line in lines)))


def _as_line(value: object) -> str:
    """What isn't a text as the text that it was meant to be, if that's plain."""
    if isinstance(value, Mapping) and value and all(isinstance(each, str | int) for each in value.values()):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""
