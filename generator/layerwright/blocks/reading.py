"""Reads stacks of layers and groups out of plain lists, texts and mappings."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from ..faults import BadLayer, BadName, BadNumber, BadStack, UnknownChoice, UnknownKey, UnknownLayer
from ..layers import ACTIVATIONS, LayerError
from ..layers.rule import Other, Value
from ..problems import Edit, Problems, meant, nearest, shown, unknown
from ..records import dataclass
from .builder import Item, Stack, Unread, edits_of
from .layer import LayerItem, Said, is_name, name_like, read_layer, read_said, read_value, split, without_call

NOTHING = "none"
"""What says nothing elsewhere. In a stack, nothing stands where nothing is said."""

CONTENT = {
    **dict.fromkeys(("residual", "model", "repeat"), "layers"),
    "parallel": "paths",
    "merge": "with",
    **dict.fromkeys(("bidirectional", "time_distributed"), "layer"),
    **dict.fromkeys(("Bidirectional", "TimeDistributed", "SpectralNormalization"), "layer"),
    "RNN": "cell",
}
"""Under which key the content of a group stands beside others of its keys."""

DEEPEST = 32
"""How far groups may be nested: far beyond what a person writes, and safe for the interpreter's stack."""

GroupReader: TypeAlias = "Callable[[Any, str, Reader], Item | None]"
"""Makes an item of what stands behind a group's word, or notes what is wrong with it."""


@dataclass(frozen=True)
class Reader:
    """Reads the language of `layers`. `groups` maps each group's word to what reads it."""

    groups: Mapping[str, GroupReader]
    problems: Problems
    depth: int = 0

    def stack(self, value: Any, place: str) -> Stack:
        """The items of a list, or of one comma-separated line."""
        if isinstance(value, str):
            value = split(value) if value.strip() else []
        if isinstance(value, Mapping) and len(value) == 1:
            value = [value]
        if not isinstance(value, list):
            self._no_stack(value, place)
            return (Unread(),)
        if self.depth >= DEEPEST:
            mend = "nest them less: leave this one out"
            self.problems.add(place, BadStack, f"groups are nested more than {DEEPEST} deep", mend, Edit("drop", place))
            return (Unread(),)
        parted = self._parted(value, place)
        items = (self.item(item, f"{place}[{index}]") for index, item in enumerate(value) if index not in parted)
        return (*(item or Unread() for item in items), *((Unread(),) if parted else ()))

    def _parted(self, items: list[Any], place: str) -> set[int]:
        """Notes layers that YAML has parted at the commas in their parentheses; the indices of the pieces."""
        found: set[int] = set()
        for first in range(len(items)):
            end = first + 1 if first not in found else len(items)
            while end < len(items) and _opened(items[first:end]) > 0:
                end += 1
            if end > first + 1 and first not in found and _opened(items[first:end]) == 0:
                found.update(range(first, end))
                whole, at = without_call(",".join(items[first:end])), f"{place}[{first}]"
                drops = [Edit("drop", f"{place}[{index}]") for index in range(first + 1, end)]
                what = f"{shown(items[first])} lacks its ): YAML parts a list at its commas"
                self.problems.add(at, BadLayer, what, f'quote it, as "{whole}"', Edit("set", at, whole), *drops)
        return found

    def _no_stack(self, value: Any, place: str) -> None:
        """Notes what stands where a stack should."""
        what = f"{shown(value)} is no stack"
        if isinstance(value, Mapping) and value:
            items = self._together(value) or [{key: each} for key, each in value.items()]
            items = items if isinstance(items, list) else [items]
            self.problems.add(
                place, BadStack, what, "write its items as a list, each for itself", Edit("set", place, items)
            )
        elif value is None:
            self.problems.add(place, BadStack, what, "a stack with nothing in it is []", Edit("set", place, []))
        elif self.depth:
            example = ["dense 64", "dropout 0.3"]
            self.problems.add(
                place, BadStack, what, "write a list, as [dense 64, dropout 0.3]", Edit("set", place, example)
            )
        else:
            mend = "write a list, as [dense 64, dropout 0.3], or leave it out"
            self.problems.add(place, BadStack, what, mend, Edit("drop", place))

    def _together(self, value: Mapping[Any, Any]) -> dict[str, Any] | None:
        """A group whose keys stand beside its word, and not in it: as one item. None if it's no such group."""
        words = [word for word in value if word in self.groups]
        if len(words) != 1 or words[0] not in CONTENT:
            return None
        [word] = words
        content = value[word]
        if not isinstance(content, Mapping):
            content = {CONTENT[word]: content}
        return {word: {**content, **{key: each for key, each in value.items() if key != word}}}

    def item(self, value: Any, place: str) -> Item | None:
        """A layer, or a group."""
        if isinstance(value, str) and value.strip():
            word, _, rest = value.strip().partition(" ")
            if value.strip().lower() == NOTHING:
                self._nothing(value, place)
                return None
            group = self._group(word.removesuffix(":"), place)
            return self.group(group, rest.strip(), place) if group else self.layer(value, place)
        if isinstance(value, Mapping) and len(value) == 1 and str(next(iter(value))).strip():
            [(word, content)] = value.items()
            group, at = self._group(word, f"{place}.{word}"), place
            place = f"{place}.{group or word}"
            if group is None and str(word).lower() == NOTHING:
                self._nothing(word, at)
                return None
            return self.group(group, content, place) if group else self.spelled(str(word), content, place)
        what = f"{shown(value)} is neither a layer nor a group"
        if isinstance(value, list):
            mend = "write its items into the list around it: a layer is a text, as dense 64; a group one key"
            self.problems.add(place, BadStack, what, mend, Edit("set", place, value))
        elif isinstance(value, Mapping) and (together := self._together(value)):
            [word] = together
            mend = f"a group is one key: write the others into {word}"
            self.problems.add(place, BadStack, what, mend, Edit("set", place, together))
        else:
            mend = "a layer is a text, as dense 64; a group one key; leave all else out"
            self.problems.add(place, BadStack, what, mend, Edit("drop", place))
        return None

    def _nothing(self, word: str, place: str) -> None:
        """Notes a word for nothing where a layer should stand."""
        mend = "leave it out: a stack with nothing in it is []"
        self.problems.add(place, BadStack, f"{shown(word)} is no layer", mend, Edit("drop", place))

    def _group(self, word: Any, place: str) -> str | None:
        """The group that a word says or surely means, None if it says a layer."""
        if word in self.groups:
            return str(word)
        text = word if isinstance(word, str) else ""
        sure = text.lower() if text.lower() in self.groups else meant(text, self.groups) if text.islower() else None
        if sure:
            what, mend = unknown("group", word, self.groups)
            self.problems.add(place, UnknownLayer, what, mend, Edit("rename", place, (word, sure)))
        return sure

    def group(self, word: str, content: Any, place: str) -> Item | None:
        """A group."""
        return self.groups[word](content, place, Reader(self.groups, self.problems, self.depth + 1))

    def layer(self, text: str, place: str) -> Item | None:
        """A single layer."""
        try:
            return read_layer(text, place)
        except LayerError as error:
            self.refused(error, place)
            return None

    def refused(self, error: LayerError, place: str) -> None:
        """Notes what can't be read."""
        self.problems.add(place, error.fault, str(error), error.mend, *edits_of(error, place))

    def spelled(self, word: str, content: Any, place: str) -> Item | None:
        """A single layer whose arguments are a mapping: `{conv: {filters: 32, kernel_size: [3, 5]}}`, or one value."""
        if not isinstance(content, Mapping):
            return self.layer(f"{word} {'' if content is None else _token(content)}", place)
        said = self.said(content, place)
        return LayerItem(word, said.values, said.keywords, said.name, place) if said else None

    def said(self, content: Any, place: str) -> Said | None:
        """The values and arguments behind a group's word: a text, a mapping, a single value."""
        try:
            if isinstance(content, Mapping):
                keywords = {str(key): _value(value) for key, value in content.items() if key != "name"}
                return Said((), keywords, self.name(content, place))
            return read_said([] if content is None else _token(content).split())
        except LayerError as error:
            self.refused(error, place)
            return None

    def parts(self, value: Any, keys: Collection[str], place: str) -> Mapping[Any, Any]:
        """A group's parts: a mapping of some of these keys, or only its layers."""
        is_parts = isinstance(value, Mapping) and any(key in keys or _almost(key, keys) for key in value)
        return self.only(value, keys, place) if is_parts else {"layers": value}

    def layers(self, parts: Mapping[Any, Any], value: Any, place: str) -> Stack:
        """The layers among a group's parts. A place names them only where the answers do."""
        return self.stack(parts.get("layers"), place if parts.get("layers") is value else f"{place}.layers")

    def name(self, parts: Mapping[Any, Any], place: str) -> str | None:
        """The name among a group's parts, if it has one."""
        name = parts.get("name")
        if name is None or (isinstance(name, str) and is_name(name)):
            return name
        better = name_like(str(name))
        mend = f"a name has letters, digits and _, and starts with a letter, as {better}"
        place = f"{place}.name"
        self.problems.add(place, BadName, f"{shown(name)} is no name", mend, Edit("set", place, better))
        return None

    def only(self, value: Mapping[Any, Any], known: Collection[str], place: str) -> Mapping[Any, Any]:
        """What stands under known keys. Notes the others: what is surely meant by one counts as said."""
        right = {key: each for key, each in value.items() if key in known}
        for key in value:
            if key not in known:
                left = [each for each in known if each not in value]
                what, mend = unknown("key", key, left)
                near = nearest(key, left)
                at = f"{place}.{key}"
                edit = Edit("rename", at, (key, near)) if near else Edit("drop", at)
                self.problems.add(at, UnknownKey, what, mend if near else f"{mend}; or leave it out", edit)
                if sure := meant(key, left):
                    right[sure] = value[key]
        return right

    def choice(self, value: Any, noun: str, known: Collection[str], place: str) -> str | None:
        """One of the known words, or a problem."""
        if isinstance(value, str) and value in known:
            return value
        what, mend = unknown(noun, value, known)
        near = nearest(value, known)
        edit = Edit("set", place, near) if near else Edit("drop", place)
        self.problems.add(place, UnknownChoice, what, mend if near else f"{mend}; or leave it out", edit)
        return meant(value, known)

    def activation(self, value: Any, place: str) -> str | None:
        """The activation that a value says, None for none."""
        if value in (None, "none"):
            return None
        return self.choice(value, "activation", ACTIVATIONS, place)

    def whole(self, value: Any, smallest: int, largest: int, place: str, *edits: Edit) -> int | None:
        """A whole number between these two, or a problem."""
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if is_number and smallest <= value <= largest:
            return int(value)
        mend = f"a whole number from {smallest} to {largest}"
        nearby = self.nearby(value, smallest, largest)
        self.problems.add(
            place, BadNumber, f"{shown(value)} doesn't fit", mend, *(edits or [Edit("set", place, nearby)])
        )
        return None

    def nearby(self, value: Any, smallest: int, largest: int, default: int | None = None) -> int:
        """The whole number between these two that a value is most like: the smallest or a default if it's like none."""
        if isinstance(value, str):
            value = read_value(value.strip())
        if isinstance(value, bool) or not isinstance(value, int | float) or not -math.inf < value < math.inf:
            return smallest if default is None else default
        return max(smallest, min(largest, int(value)))


def unread(items: Stack) -> bool:
    """Whether no item is said rightly, nor any in groups that are items."""
    groups = (getattr(item, "layers", None) for item in items)
    return all(isinstance(item, Unread) or (group and unread(group)) for item, group in zip(items, groups, strict=True))


def _opened(items: list[Any]) -> int:
    """How many parentheses are open after these texts, -1 if one of them is none."""
    if not all(isinstance(item, str) for item in items):
        return -1
    return sum(item.count("(") - item.count(")") for item in items)


def _almost(key: Any, keys: Collection[str]) -> bool:
    """Whether a key is one of these but for a letter or two."""
    return isinstance(key, str) and key.islower() and bool(difflib.get_close_matches(key[:50], keys, 1, 0.8))


def _token(value: Any) -> str:
    """A single value as the text of a layer has it."""
    return "x".join(map(str, value)) if isinstance(value, list) else str(value)


def _value(value: Any) -> Value:
    """A value of YAML as that of an argument."""
    if isinstance(value, list):
        return tuple(_value(each) for each in value)
    if isinstance(value, str):
        return read_value(value)
    return value if value is None or isinstance(value, int | float) else Other(shown(value))
