"""Reads what stands between inputs and outputs: branching, backbone, layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..backbones import BACKBONES, Backbone
from ..blocks import GROUPS, Reader, Stack, is_name
from ..blocks.layer import split
from ..problems import Edit, shown, unknown
from ..spec import Group, Head, Input, Layers, Output, Transfer
from .fields import Fields
from .keys import BRANCHINGS


def branching(fields: Fields) -> tuple[str, ...]:
    """How the planner's own stacks branch."""
    value = fields.answers["branching"]
    chosen = value if isinstance(value, list) else [value]
    chosen = [] if chosen == ["none"] else chosen
    for word in chosen:
        if word not in BRANCHINGS:
            fields.problems.add("branching", *unknown("branching", word, BRANCHINGS))
    return tuple(word for word in BRANCHINGS if word in chosen)


def transfer(fields: Fields, inputs: Sequence[Input]) -> Transfer | None:
    """The backbone, if there is one, and how it is trained."""
    name = fields.choice("backbone", ["none", *BACKBONES])
    weights, fine_tune = fields.line("backbone_weights"), fields.answers["fine_tune"]
    if isinstance(fields.answers["backbone_weights"], str) and not weights.strip():
        fields.problems.add("backbone_weights", "it's empty", "imagenet, none, or the path of a file")
    if not isinstance(fine_tune, int) or isinstance(fine_tune, bool) or fine_tune < 0:
        mend = "a number of layers, 0 for no phase two"
        fields.problems.add("fine_tune", f"{shown(fine_tune)} is no number of layers", mend)
        fine_tune = 0
    if name == "none":
        return None
    backbone = BACKBONES[name]
    _check_images(fields, backbone, inputs)
    if fine_tune > backbone.layers:
        fields.problems.add(
            "fine_tune", f"{name} has {backbone.layers} layers", f"a number from 0 to {backbone.layers}"
        )
    return Transfer(backbone, None if weights == "none" else weights, fine_tune)


def _check_images(fields: Fields, backbone: Backbone, inputs: Sequence[Input]) -> None:
    """Notes what keeps a backbone from being used on the images."""
    images = [each for each in inputs if each.kind.name == "image"]
    if inputs and not images:
        fields.problems.add("backbone", "there is no image for it", "say an image input, or backbone: none")
    if len({each.sizes for each in images}) > 1:
        fields.problems.add("backbone", "the images have different sizes", "one backbone takes one size")
    for each in images:
        if min(each.sizes[:2]) < backbone.smallest:
            what = f"{'×'.join(map(str, each.sizes[:2]))} is below the {backbone.smallest} that the backbone needs"
            fields.problems.add(f"inputs.{each.name}", what, f"at least {backbone.smallest}x{backbone.smallest}x3")
        if each.sizes[2] != 3:
            what = f"a backbone takes 3 channels, not {each.sizes[2]}"
            fields.problems.add(f"inputs.{each.name}", what, "give it colour images, as 224x224x3")


def layers(fields: Fields, inputs: Sequence[Input], outputs: Sequence[Output], sharing: Sequence[Group]) -> Layers:
    """The parts of the network whose layers are said."""
    parts = fields.mapping("layers", fields.answers["layers"])
    reader = Reader(GROUPS, fields.problems)
    reader.only(parts, ("branches", "body", "heads"), "layers")
    grouped = {name for group in sharing for name in group.members}
    owners = [each.name for each in inputs if each.name not in grouped] + [group.name for group in sharing]
    branches = {
        name: reader.stack(stack, f"layers.branches.{name}")
        for name, stack in _named(fields, parts, "branches", owners)
    }
    heads = {
        name: _head(stack, f"layers.heads.{name}", reader)
        for name, stack in _named(fields, parts, "heads", [each.name for each in outputs])
    }
    body = None if parts.get("body") is None else reader.stack(parts["body"], "layers.body")
    return Layers(branches, body, heads)


def _named(fields: Fields, parts: Mapping[Any, Any], part: str, owners: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """The stacks of a part that belong to something that there is; a problem for each other one.

    A stack that is null isn't said: it's the planner's choice.
    """
    place = f"layers.{part}"
    for name, stack in fields.mapping(place, parts.get(part)).items():
        if name not in owners and name not in fields.broken and (owners or not fields.broken):
            noun = "output" if part == "heads" else "branch"
            fields.problems.add(f"{place}.{name}", *unknown(noun, name, owners), Edit("drop", f"{place}.{name}"))
        elif stack is not None:
            yield str(name), stack


def _head(value: Any, place: str, reader: Reader) -> Head:
    """A head's stack, whose last item may be `output: LAYER`."""
    items = _items(value)
    if not isinstance(items, list) or not items or not isinstance(items[-1], Mapping) or list(items[-1]) != ["output"]:
        return Head(reader.stack(items, place))
    stack: Stack = reader.stack(items[:-1], place)
    said = items[-1]["output"]
    if said in (None, "none"):
        return Head(stack, None, keeps_last=False)
    return Head(stack, reader.item(said, f"{place}[{len(items) - 1}].output"), keeps_last=False)


def _items(value: Any) -> Any:
    """The items of a head, whose one line may end in `output: LAYER` as well."""
    if not isinstance(value, str) or "output:" not in value:
        return value
    *items, last = split(value)
    key, colon, content = last.partition(":")
    return [*items, {"output": content.strip()} if colon and key.strip() == "output" else last]


def models(fields: Fields) -> Mapping[str, str]:
    """The sub-models beside the model, each with the name of the layer that it ends in."""
    found: dict[str, str] = {}
    for name, layer in fields.mapping("models", fields.answers["models"]).items():
        if not fields.is_new_name(str(name), "models", list(found)):
            continue
        if isinstance(layer, str) and is_name(layer):
            found[str(name)] = layer
        else:
            mend = f"the name of the layer that {name} ends in, as {name}: latent"
            fields.problems.add(f"models.{name}", f"{shown(layer)} is no name", mend)
    return found
