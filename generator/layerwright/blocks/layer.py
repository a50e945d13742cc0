"""A single layer in a stack, as `dense 64 relu name=hidden`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..graph import Tensor
from ..layers import ACTIVATIONS
from ..layers.rule import Value
from .builder import Builder

WORDS: Mapping[str, Value] = {"true": True, "false": False, "none": None}


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
        return builder.layer(self.word, self.values, self.keywords, self.name, tensor, self.place)

    def check(self, builder: Builder) -> None:
        """Notes a word or arguments that can't be right."""
        builder.check_layer(self.word, self.values, self.keywords, self.place)


def read_layer(text: str, place: str) -> LayerItem:
    """The layer that a text says. Raises ValueError, with two texts, if it says none."""
    word, *tokens = text.split()
    values: list[Value] = []
    keywords: dict[str, Value] = {}
    for token in tokens:
        key, equals, value = token.partition("=")
        if equals and not (key.isidentifier() and value):
            raise ValueError(f"{token!r} is no argument", "an argument is written key=value, without spaces")
        if equals:
            keywords[key] = read_value(value)
        elif token in ACTIVATIONS:
            keywords["activation"] = token
        else:
            values.append(read_value(token))
    name = keywords.pop("name", None)
    if name is not None and not (isinstance(name, str) and is_name(name)):
        raise ValueError(f"{name!r} is no name", "a name has letters, digits and _, and starts with a letter")
    return LayerItem(word, tuple(values), keywords, name, place)


def read_value(text: str) -> Value:
    """The value of an argument: a number, sizes as `3x5`, `true`, `false`, `none`, or a word."""
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"-?\d{1,9}(x-?\d{1,9})+", text, re.ASCII):
        return tuple(int(size) for size in text.split("x"))
    if re.fullmatch(r"-?(\d{1,18}\.\d{0,18}|\.?\d{1,18})(e[-+]?\d{1,2})?", text, re.ASCII):
        return float(text)
    return text


def is_name(text: str) -> bool:
    """Whether a text can name an input, an output, a layer: letters, digits and _, a letter first."""
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", text, re.ASCII))
