"""A single layer in a stack, as `dense 64 relu name=hidden`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..graph import Tensor
from ..layers import ACTIVATIONS
from ..layers.rule import Value
from .builder import Builder

WORDS: Mapping[str, Value] = {"true": True, "false": False, "none": None}

DEEPEST_TUPLE = 4
"""How far sizes may be nested, as in ((1,0),(1,0))."""


@dataclass(frozen=True)
class LayerItem:
    """A layer: a word, bare values in the order of its positions, Keras's own arguments, and a name."""

    word: str
    values: tuple[Value, ...] = ()
    keywords: Mapping[str, Value] = field(default_factory=dict)
    name: str | None = None
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Calls the layer on the tensor."""
        return builder.layer(self.word, self.values, self.keywords, self.name, (tensor,), self.place)

    def check(self, builder: Builder) -> None:
        """Notes a word or arguments that can't be right."""
        builder.check_layer(self.word, self.values, self.keywords, self.place)


@dataclass(frozen=True)
class Said:
    """What stands behind a word: bare values, named ones, and a name."""

    values: tuple[Value, ...]
    keywords: Mapping[str, Value]
    name: str | None


def read_layer(text: str, place: str) -> LayerItem:
    """The layer that a text says. Raises ValueError, with two texts, if it says none."""
    word, *tokens = text.split()
    said = read_said(tokens)
    return LayerItem(word, said.values, said.keywords, said.name, place)


def read_said(tokens: Sequence[str]) -> Said:
    """The values, the arguments and the name that tokens say. Raises ValueError, with two texts, for others."""
    values: list[Value] = []
    keywords: dict[str, Value] = {}
    for token in tokens:
        key, equals, value = token.partition("=") if not token.startswith("(") else (token, "", "")
        if "(" in key:  # l2(weight=0.1) is one value
            key, equals, value = token, "", ""
        if equals and not (key.isidentifier() and value):
            raise ValueError(f"{token!r} is no argument", "an argument is written key=value, without spaces")
        if not equals and token in ACTIVATIONS:
            key, equals, value = "activation", "=", token
        if not equals:
            values.append(read_value(token))
        elif key in keywords:
            raise ValueError(f"{key} is there twice", f"say {key} once")
        else:
            keywords[key] = read_value(value)
    name = keywords.pop("name", None)
    if name is not None and not (isinstance(name, str) and is_name(name)):
        raise ValueError(f"{name!r} is no name", "a name has letters, digits and _, and starts with a letter")
    return Said(tuple(values), keywords, name)


def read_value(text: str) -> Value:
    """The value of an argument: a number, sizes as `3x5` or `((1,0),(1,0))`, `true`, `false`, `none`, or a word."""
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"-?\d{1,9}(x-?\d{1,9})+", text, re.ASCII):
        return tuple(int(size) for size in text.split("x"))
    if re.fullmatch(r"-?(\d{1,18}\.\d{0,18}|\.?\d{1,18})(e[-+]?\d{1,2})?", text, re.ASCII):
        return float(text)
    if text.startswith("(") and text.endswith(")"):
        return _tuple(text)
    return text


def _tuple(text: str, depth: int = 1) -> Value:
    if depth > DEEPEST_TUPLE:
        raise ValueError(f"{text!r} is nested too deep", "sizes are written as 3x5, or ((1,0),(1,0))")
    parts = split(text[1:-1])
    return tuple(_tuple(part, depth + 1) if part.startswith("(") else read_value(part) for part in parts)


def split(line: str) -> list[str]:
    """The parts of a line between its commas, less those inside of parentheses."""
    parts, depth = [""], 0
    for character in line:
        depth += (character == "(") - (character == ")")
        if character == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def is_name(text: str) -> bool:
    """Whether a text can name an input, an output, a layer: letters, digits and _, a letter first."""
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", text, re.ASCII))
