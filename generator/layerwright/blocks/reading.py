"""Reads stacks of layers and groups out of plain lists, texts and mappings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..layers import ACTIVATIONS
from ..problems import Problems, shown, unknown
from .builder import Item, Stack
from .layer import read_layer

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
            value = [part.strip() for part in value.split(",")] if value.strip() else []
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
            return self.layer(value, place)
        if isinstance(value, Mapping) and len(value) == 1:
            [(word, content)] = value.items()
            if read := self.groups.get(str(word)):
                return read(content, f"{place}.{word}", Reader(self.groups, self.problems, self.depth + 1))
            self.problems.add(place, *unknown("group", word, self.groups))
            return None
        self.problems.add(
            place, f"{shown(value)} is neither a layer nor a group", "a layer is a text, as dense 64; a group one key"
        )
        return None

    def layer(self, text: str, place: str) -> Item | None:
        """A single layer."""
        try:
            return read_layer(text, place)
        except ValueError as error:
            self.problems.add(place, *error.args)
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

    def activation(self, value: Any, place: str) -> None:
        """Notes a word that isn't an activation."""
        self.choice(value, "activation", ACTIVATIONS, place)
