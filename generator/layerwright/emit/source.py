"""Pieces of Python source: literals, constructors, and names that can be variables.

Nothing here is formatted: Black does that when a file is laid out.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..blocks.builder import InnerModel
from ..graph import BackboneLayer, Layer, Node, RuleLayer, SubModel, Tensor
from ..layers.rule import OWN, REQUIRED, Nested, Rule, Takes, Value

RESERVED = frozenset(dir(builtins)) | {
    *("keras", "layers", "x", "weights", "build_model", "shortcut", "number", "part", "name", "Any", "functools"),
    "l",  # reads as 1: Ruff's E741
}
"""Names that a variable of the generated `build_model` may not have."""

FEATURES = "features"
"""What a tensor on the way is."""

SAID_BY_NAME = frozenset({"axes", "output_shape", "num_bins", "factor", "height_factor", "width_factor"}) | {
    *("num_heads", "key_dim", "head_dim", "num_query_heads", "num_key_value_heads")
}
"""Required arguments whose bare value says nothing."""


FLOAT32 = "'float32'"
"""The source of what the last layers compute in, whatever the policy."""


def literal(value: object, dtype: str = "") -> str:
    """A value as Python source. A reciprocal that repeats for ever is written as one: `1 / 255`.

    `dtype` is the source of what layers in it compute in, if that's to be said.
    """
    if isinstance(value, float) and len(repr(value)) > 8 and 1e-9 < value < 1 and 1 / round(1 / value) == value:
        return f"1 / {round(1 / value)}"
    if isinstance(value, Nested):
        return call(class_path(value.rule), given(value.rule, value.arguments, dtype))
    if isinstance(value, InnerModel):
        return f"{builder_name(value.model)}()"
    if isinstance(value, tuple):
        return f"({', '.join(literal(each, dtype) for each in value)}{',' if len(value) == 1 else ''})"
    return getattr(value, "source", None) or repr(value)


def call(function: str, arguments: Mapping[str | int, str]) -> str:
    """A call, from the source of its arguments: those under whole numbers by position."""
    listed = [text if isinstance(key, int) else f"{key}={text}" for key, text in arguments.items()]
    return f"{function}({', '.join(listed)})"


def given(rule: Rule, arguments: Mapping[str, Value], dtype: str = "") -> dict[str | int, str]:
    """The source of a layer's arguments: most required ones by position, others by name where not Keras's own."""
    computes: dict[str | int, str] = {"dtype": dtype} if dtype else {}
    return {key: literal(value, dtype) for key, _, value in stated(rule, arguments)} | computes


def stated(
    rule: Rule, arguments: Mapping[str, Value], also: Iterable[str] = ()
) -> Iterator[tuple[str | int, str, Any]]:
    """The arguments that source states: where they stand (by position or name), what they're called, their value.

    `also` names those that are stated though they have Keras's own value.
    """
    defaults, position = rule.defaults(), 0
    for argument in rule.arguments:
        name = argument.name
        if argument.default is REQUIRED:
            yield name if name in SAID_BY_NAME else position, name, arguments[name]
            position += 1
        elif name in also or (name in arguments and not _same(arguments[name], defaults[name])):
            yield name, name, arguments.get(name, defaults[name])


def class_path(rule: Rule) -> str:
    """Where source finds a layer's class."""
    return rule.name if rule.module == OWN else f"{rule.module}.{rule.name}"


def constructor(layer: Layer, *, float32: bool = False) -> str:
    """The call that makes a layer."""
    if isinstance(layer, BackboneLayer):
        shape = literal(layer.input_shape)
        return (
            f"keras.applications.{layer.constructor}(include_top=False, weights=weights, "
            f"input_shape={shape}, name={layer.name!r})"
        )
    if isinstance(layer, SubModel):
        return f"{builder_name(layer)}()"
    assert isinstance(layer, RuleLayer)
    state: dict[str | int, str] = {"return_state": "True"} if layer.gives_state else {}
    said = given(layer.rule, layer.arguments, FLOAT32 if float32 else "")
    return call(class_path(layer.rule), said | state | {"name": repr(layer.name)})


def builder_name(layer: SubModel | Layer) -> str:
    """The name of the function that builds a nested model."""
    return identifier(f"build_{getattr(layer, 'alias', '') or layer.name}")


def call_arguments(node: Node, variables: Sequence[str]) -> str:
    """What a layer is called on: one tensor, several, or a list of them; and what is said of the call."""
    listed = ", ".join(variables)
    if not isinstance(node.layer, RuleLayer):
        return listed
    rule, arguments = node.layer.rule, node.layer.arguments
    said = [
        f"{each.name}={literal(arguments[each.name])}"
        for each in rule.options
        if each.name in arguments and not _same(arguments[each.name], each.default)
    ]
    if node.begins_with_state:
        listed = f"{variables[0]}, initial_state={variables[1]}"
    return ", ".join([f"[{listed}]" if rule.takes is Takes.LIST else listed, *said])


def arguments_of_input(tensor: Tensor, name: str) -> str:
    """The arguments of keras.Input, as source."""
    batch = "" if tensor.shape[0] is None else f", batch_size={tensor.shape[0]}"
    dtype = "" if tensor.dtype == "float32" else f", dtype={tensor.dtype!r}"
    return f"{literal(tensor.shape[1:])}{batch}{dtype}, name={name!r}"


def _same(value: object, default: object) -> bool:
    """Whether a value is Keras's default: `true` isn't 1."""
    return value == default and isinstance(value, bool) == isinstance(default, bool)


def variable(name: str, taken: Iterable[str] = (), role: str = FEATURES) -> str:
    """A name that can be a variable of a function: lower case, and as close to `name` as can be.

    A keyword gets the underscore that Python's own style guide has for it; `role` tells others from what has the name.
    """
    return unused(identifier(name), lambda each: each in RESERVED or each in taken, role)


def unused(name: str, is_taken: Callable[[str], bool], role: str) -> str:
    """A name that nothing else has, as close to this one as can be."""
    free, number = name, 1
    base = f"{name.rstrip('_').removesuffix(f'_{role}')}_{role}"
    while is_taken(free):
        free = base + (f"_{number}" if number > 1 else "")
        number += 1
    return free


def identifier(name: str) -> str:
    """A name as Python may write it."""
    name = name.lower().replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name
