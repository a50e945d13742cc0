"""A single layer in a stack, as `dense 64 relu name=hidden`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field

from ..faults import BadLayer, BadName, SaidTwice, UnknownChoice
from ..graph import Tensor
from ..layers import ACTIVATIONS, LayerError
from ..layers.rule import Value
from ..problems import shown
from ..records import dataclass
from .builder import Builder
from .states import STATE, begun, without_state
from .writing import written_value

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
        if STATE in self.keywords:
            return begun(builder, self.word, self.values, self.keywords, self.name, tensor, self.place)
        return builder.layer(self.word, self.values, self.keywords, self.name, (tensor,), self.place)

    def check(self, builder: Builder) -> None:
        """Notes a word or arguments that can't be right."""
        builder.check_layer(self.word, self.values, without_state(self.keywords), self.place)


@dataclass(frozen=True)
class Said:
    """What stands behind a word: bare values, named ones, and a name."""

    values: tuple[Value, ...]
    keywords: Mapping[str, Value]
    name: str | None


def read_layer(text: str, place: str) -> LayerItem:
    """The layer that a text says. Raises LayerError if it says none."""
    if (plain := without_call(text)) != text:
        raise LayerError(BadLayer, f"{shown(text)} is written as in Python", f"write {plain}", ("set", plain))
    word, *tokens = text.split()
    said = read_said(tokens)
    return LayerItem(word, said.values, said.keywords, said.name, place)


def without_call(text: str) -> str:
    """A layer that is called as in Python, `Dense(64, activation="relu")`, as answers write it; others as they are."""
    call = re.fullmatch(r"(?:keras\.)?(?:layers\.)?([A-Za-z]\w*)\((.*)\)", text.strip())
    if call is None:
        return text
    arguments = [re.sub(r"[\s'\"]", "", part) for part in split(call[2])]
    return " ".join(filter(None, [call[1], *arguments]))


def read_said(tokens: Sequence[str]) -> Said:
    """The values, the arguments and the name that tokens say. Raises LayerError for others."""
    values: list[Value] = []
    keywords: dict[str, Value] = {}
    for token in tokens:
        key, equals, value = token.partition("=") if not token.startswith("(") else (token, "", "")
        if "(" in key:  # l2(weight=0.1) is one value
            key, equals, value = token, "", ""
        if equals and not (key.isidentifier() and value):
            mend = "an argument is written key=value, without spaces: write it so, or leave it out"
            raise LayerError(BadLayer, f"{shown(token)} is no argument", mend, ("rename", (token, None)))
        _check_case(token)
        if not equals and token in ACTIVATIONS:
            key, equals, value = "activation", "=", token
        if not equals:
            values.append(_read(token, token))
        elif key in keywords:
            first = keywords[key]
            mend = f"say {key} once, as {key}={written_value(first)}"
            raise LayerError(SaidTwice, f"{key} is there twice", mend, ("argument", (key, first)))
        else:
            keywords[key] = _read(value, token)
    name = keywords.pop("name", None)
    if name is not None and not (isinstance(name, str) and is_name(name)):
        better = name_like(str(written_value(name)))
        mend = f"a name has letters, digits and _, and starts with a letter, as name={better}"
        raise LayerError(BadName, f"{shown(name)} is no name", mend, ("argument", ("name", better)))
    return Said(tuple(values), keywords, name)


def _check_case(token: str) -> None:
    """Raises LayerError for an activation in capitals, which Keras doesn't know."""
    key, equals, word = token.partition("=")
    word = word if equals and key == "activation" else token
    if word not in ACTIVATIONS and word.lower() in ACTIVATIONS:
        mend = f"activations are written small, as {word.lower()}"
        raise LayerError(UnknownChoice, f"unknown activation {shown(word)}", mend, ("rename", (token, token.lower())))


def _read(text: str, token: str) -> Value:
    """The value of a token."""
    try:
        return read_value(text)
    except LayerError as error:
        error.edit = ("rename", (token, None))
        raise


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
        mend = "sizes are written as 3x5, or ((1,0),(1,0)): write them so, or leave them out"
        raise LayerError(BadLayer, f"{shown(text)} is nested too deep", mend)
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


def name_like(text: str, taken: Collection[str] = ()) -> str:
    """A name like a text that is none, or is taken."""
    plain = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")[:50]
    name = base = plain if is_name(plain) and plain.lower() not in WORDS else f"x_{plain}".rstrip("_")
    number = 1
    while name.lower() in map(str.lower, taken):
        name, number = f"{base}_{number}", number + 1
    return name
