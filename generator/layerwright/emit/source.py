"""Pieces of Python source: literals, constructors, and names that can be variables.

Nothing here is formatted: Black does that when a file is laid out.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable

from ..graph import BackboneLayer, Layer, RuleLayer, SubModel
from ..layers.rule import REQUIRED

RESERVED = frozenset(dir(builtins)) | {"keras", "layers", "x", "weights", "build_model"}
"""Names that a variable of the generated `build_model` may not have."""


def literal(value: object) -> str:
    """A value as Python source. A reciprocal that repeats for ever is written as one: `1 / 255`."""
    if isinstance(value, float) and len(repr(value)) > 8 and 0 < value < 1 and 1 / round(1 / value) == value:
        return f"1 / {round(1 / value)}"
    return repr(value)


def arguments(positional: Iterable[object], **keywords: object) -> str:
    """Arguments of a call, as source."""
    return ", ".join([*map(literal, positional), *(f"{key}={literal(value)}" for key, value in keywords.items())])


def constructor(layer: Layer, *, float32: bool = False) -> str:
    """The call that makes a layer: required arguments by position, others by name where they aren't Keras's own."""
    if isinstance(layer, BackboneLayer):
        shape = literal(layer.input_shape)
        return (
            f"keras.applications.{layer.constructor}(include_top=False, weights=weights, "
            f"input_shape={shape}, name={layer.name!r})"
        )
    if isinstance(layer, SubModel):
        return f"{builder_name(layer)}()"
    assert isinstance(layer, RuleLayer)
    required = [each.name for each in layer.rule.arguments if each.default is REQUIRED]
    defaults = layer.rule.defaults()
    others = {
        each.name: layer.arguments[each.name]
        for each in layer.rule.arguments
        if each.name not in required
        and each.name in layer.arguments
        and not _same(layer.arguments[each.name], defaults[each.name])
    }
    precision = {"dtype": "float32"} if float32 else {}
    positional = [layer.arguments[name] for name in required]
    return f"layers.{layer.class_name}({arguments(positional, **others, **precision, name=layer.name)})"


def builder_name(layer: SubModel) -> str:
    """The name of the function that builds a nested model."""
    return variable(f"build_{layer.name}")


def _same(value: object, default: object) -> bool:
    """Whether a value is Keras's default: `true` isn't 1."""
    return value == default and isinstance(value, bool) == isinstance(default, bool)


def variable(name: str, taken: Iterable[str] = ()) -> str:
    """A name that can be a variable of a function: lower case, and as close to `name` as can be."""
    name = name.lower()
    while keyword.iskeyword(name) or name in RESERVED or name in taken:
        name += "_"
    return name
