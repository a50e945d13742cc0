"""Reads what stands between inputs and outputs: branching, layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..blocks import Reader, Stack, Unread, is_name
from ..blocks.layer import split
from ..faults import BadName, BadStack, UnknownName
from ..problems import Edit, nearest, shown, unknown
from ..spec import Group, Head, Input, Layers, Output
from .fields import Fields
from .keys import BRANCHINGS


def branching(fields: Fields) -> tuple[str, ...]:
    """How the planner's own stacks branch."""
    return fields.words("branching", BRANCHINGS)


def layers(fields: Fields, inputs: Sequence[Input], outputs: Sequence[Output], sharing: Sequence[Group]) -> Layers:
    """The parts of the network whose layers are said."""
    parts = fields.mapping("layers", fields.answers["layers"])
    reader = Reader(fields.catalogue.groups, fields.problems)
    parts = reader.only(parts, ("branches", "body", "heads"), "layers")
    grouped = {name for group in sharing for name in group.members}
    owners = [each.name for each in inputs if each.name not in grouped] + [group.name for group in sharing]
    branches = {
        name: reader.stack(stack, f"layers.branches.{name}")
        for name, stack in _named(fields, parts, "branches", owners, sharing)
    }
    body = None if parts.get("body") is None else reader.stack(parts["body"], "layers.body")
    heads = {
        name: _head(stack, f"layers.heads.{name}", reader)
        for name, stack in _named(fields, parts, "heads", [each.name for each in outputs])
    }
    return Layers(branches, body, heads)


def _named(
    fields: Fields, parts: Mapping[Any, Any], part: str, owners: Sequence[str], sharing: Sequence[Group] = ()
) -> Iterator[tuple[str, Any]]:
    """The stacks of a part that belong to something that there is; a problem for each other one.

    A stack that is null isn't said: it's the planner's choice.
    """
    place = f"layers.{part}"
    stacks = fields.mapping(place, parts.get(part))
    for name, stack in stacks.items():
        if name not in owners and not _is_broken(fields, part, str(name)):
            what, mend = unknown("output" if part == "heads" else "branch", name, owners)
            near = nearest(name, [each for each in owners if each not in stacks])
            for group in [group for group in sharing if name in group.members]:
                near = group.name if group.name not in stacks else None
                what, mend = f"{name} goes through the shared encoder {group.name}", f"say it of {group.name} instead"
            edit = Edit("rename", f"{place}.{name}", (name, near)) if near else Edit("drop", f"{place}.{name}")
            fields.problems.add(
                f"{place}.{name}", UnknownName, what, mend if near else f"{mend}; or leave it out", edit
            )
        elif stack is not None:
            yield str(name), stack


def _is_broken(fields: Fields, part: str, name: str) -> bool:
    """Whether a stack may belong to something that isn't said rightly."""
    keys = ("outputs",) if part == "heads" else ("inputs", "sharing")
    return any(key in fields.broken or f"{key}.{name}" in fields.broken for key in keys)


def _head(value: Any, place: str, reader: Reader) -> Head:
    """A head's stack, whose last item may be `output: LAYER`."""
    items = _items([value] if isinstance(value, Mapping) and len(value) == 1 else value)
    if not isinstance(items, list) or not items or not isinstance(items[-1], Mapping) or list(items[-1]) != ["output"]:
        return Head(reader.stack(items, place))
    stack: Stack = reader.stack(items[:-1], place)
    said = items[-1]["output"]
    if said is None or str(said).strip().lower() == "none":
        return Head(stack, None, keeps_last=False)
    at = f"{place}[{len(items) - 1}].output"
    if isinstance(said, list) and said:
        *before, last = said
        mend = "write it without the list, and what comes before it as items of the head"
        edit = Edit("set", at, [*before, {"output": last}])
        reader.problems.add(at, BadStack, "output is one layer, and no list", mend, edit)
        return Head(stack, Unread(), keeps_last=False)
    return Head(stack, reader.item(said, at) or Unread(), keeps_last=False)


def _items(value: Any) -> Any:
    """The items of a head, whose last text may be `output: LAYER` as well."""
    items = split(value) if isinstance(value, str) and "output" in value else value
    if not isinstance(items, list) or not items or not isinstance(items[-1], str):
        return items
    word, _, content = items[-1].strip().partition(" ")
    ends = word.removesuffix(":") == "output" and content.strip()
    return [*items[:-1], {"output": content.strip()}] if ends else items


def models(fields: Fields) -> Mapping[str, str]:
    """The sub-models beside the model, each with the name of the layer that it ends in."""
    found: dict[str, str] = {}
    for name, layer in fields.mapping("models", fields.answers["models"]).items():
        if not fields.is_new_name(str(name), "models", list(found)):
            continue
        if isinstance(layer, str) and is_name(layer):
            found[str(name)] = layer
        else:
            mend = f"the name of the layer that {name} ends in, as {name}: latent; or leave it out"
            place = f"models.{name}"
            fields.problems.add(place, BadName, f"{shown(layer)} is no name", mend, Edit("drop", place))
    return found
