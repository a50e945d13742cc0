"""Reads stacks of layers and groups out of plain lists, texts and mappings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..layers import ACTIVATIONS
from ..layers.rule import Value
from ..problems import Problems, shown, unknown
from .builder import Item, Stack
from .layer import LayerItem, Said, is_name, read_layer, read_said, read_value, split

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
            self.problems.add(place, f"{shown(value)} is no stack", "write a list, as [dense 64, dropout 0.3]")
            return ()
        if self.depth >= DEEPEST:
            self.problems.add(place, f"groups are nested more than {DEEPEST} deep", "nest them less")
            return ()
        items = (self.item(item, f"{place}[{index}]") for index, item in enumerate(value))
        return tuple(item for item in items if item is not None)

    def item(self, value: Any, place: str) -> Item | None:
        """A layer, or a group."""
        if isinstance(value, str) and value.strip():
            word, _, rest = value.strip().partition(" ")
            if word in self.groups:
                return self.group(word, rest.strip(), place)
            return self.layer(value, place)
        if isinstance(value, Mapping) and len(value) == 1:
            [(word, content)] = value.items()
            if word in self.groups:
                return self.group(word, content, f"{place}.{word}")
            return self.spelled(str(word), content, f"{place}.{word}")
        self.problems.add(
            place, f"{shown(value)} is neither a layer nor a group", "a layer is a text, as dense 64; a group one key"
        )
        return None

    def group(self, word: str, content: Any, place: str) -> Item | None:
        """A group."""
        return self.groups[word](content, place, Reader(self.groups, self.problems, self.depth + 1))

    def layer(self, text: str, place: str) -> Item | None:
        """A single layer."""
        try:
            return read_layer(text, place)
        except ValueError as error:
            self.problems.add(place, *error.args)
            return None

    def spelled(self, word: str, content: Any, place: str) -> Item | None:
        """A single layer whose arguments are a mapping: `{conv: {filters: 32, kernel_size: [3, 5]}}`, or one value."""
        if not isinstance(content, Mapping):
            return self.layer(f"{word} {'' if content is None else _token(content)}", place)
        name = content.get("name")
        if name is not None and not (isinstance(name, str) and is_name(name)):
            self.problems.add(f"{place}.name", f"{shown(name)} is no name", "letters, digits and _, a letter first")
            return None
        keywords = {str(key): _value(value) for key, value in content.items() if key != "name"}
        return LayerItem(word, (), keywords, name, place)

    def said(self, content: Any, place: str) -> Said | None:
        """The values and arguments behind a group's word: a text, a mapping, a single value."""
        try:
            if isinstance(content, Mapping):
                keywords = {str(key): _value(value) for key, value in content.items() if key != "name"}
                name = content.get("name")
                if name is not None:
                    read_said([f"name={name}"])
                return Said((), keywords, name)
            return read_said("" if content is None else str(content).split())
        except ValueError as error:
            self.problems.add(place, *error.args)
            return None

    def parts(self, value: Any, keys: Collection[str], place: str) -> Mapping[Any, Any]:
        """A group's parts: a mapping of some of these keys, or only its layers."""
        is_parts = isinstance(value, Mapping) and any(key in keys for key in value)
        parts = value if is_parts else {"layers": value}
        self.only(parts, keys, place)
        return parts

    def layers(self, parts: Mapping[Any, Any], value: Any, place: str) -> Stack:
        """The layers among a group's parts. A place names them only where the answers do."""
        return self.stack(parts.get("layers"), f"{place}.layers" if parts is value else place)

    def name(self, parts: Mapping[Any, Any], place: str) -> str | None:
        """The name among a group's parts, if it has one."""
        name = parts.get("name")
        if name is None or (isinstance(name, str) and is_name(name)):
            return name
        mend = "a name has letters, digits and _, and starts with a letter"
        self.problems.add(f"{place}.name", f"{shown(name)} is no name", mend)
        return None

    def only(self, value: Mapping[Any, Any], known: Collection[str], place: str) -> None:
        """Notes keys that aren't known."""
        for key in value:
            if key not in known:
                self.problems.add(f"{place}.{key}", *unknown("key", key, known))

    def choice(self, value: Any, noun: str, known: Collection[str], place: str) -> str | None:
        """One of the known words, or a problem."""
        if isinstance(value, str) and value in known:
            return value
        self.problems.add(place, *unknown(noun, value, known))
        return None

    def activation(self, value: Any, place: str) -> str | None:
        """The activation that a value says, None for none."""
        if value in (None, "none"):
            return None
        return self.choice(value, "activation", ACTIVATIONS, place)

    def whole(self, value: Any, smallest: int, largest: int, place: str) -> int | None:
        """A whole number between these two, or a problem."""
        if isinstance(value, int) and not isinstance(value, bool) and smallest <= value <= largest:
            return value
        self.problems.add(place, f"{shown(value)} doesn't fit", f"a whole number from {smallest} to {largest}")
        return None


def _token(value: Any) -> str:
    """A single value as the text of a layer has it."""
    return "x".join(map(str, value)) if isinstance(value, list) else str(value)


def _value(value: Any) -> Value:
    """A value of YAML as that of an argument."""
    if isinstance(value, list):
        return tuple(_value(each) for each in value)
    if isinstance(value, str):
        return read_value(value)
    return value if isinstance(value, int | float | bool) else None
