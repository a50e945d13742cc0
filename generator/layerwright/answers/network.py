"""Reads what stands between inputs and outputs: branching, backbone, layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..backbones import BACKBONES, Backbone
from ..blocks import GROUPS, LayerItem, Reader, Stack
from ..problems import shown, unknown
from ..spec import Group, Head, Input, Layers, Output, Transfer
from .fields import Fields
from .keys import BRANCHINGS


def branching(fields: Fields) -> tuple[str, ...]:
    """How the planner's own stacks branch."""
    value = fields.answers["branching"]
    chosen = value if isinstance(value, list) else [value]
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
        str(name): reader.stack(stack, f"layers.branches.{name}")
        for name, stack in _named(fields, parts, "branches", owners)
    }
    heads = {
        str(name): _head(fields, stack, f"layers.heads.{name}", reader)
        for name, stack in _named(fields, parts, "heads", [each.name for each in outputs])
    }
    body = None if parts.get("body") is None else reader.stack(parts["body"], "layers.body")
    return Layers(branches, body, heads)


def _named(fields: Fields, parts: Mapping[Any, Any], part: str, owners: Sequence[str]) -> list[tuple[Any, Any]]:
    """The stacks of a part that belong to something that there is; a problem for each other one."""
    stacks = fields.mapping(f"layers.{part}", parts.get(part))
    for name in stacks:
        if owners and name not in owners:
            noun = "output" if part == "heads" else "branch"
            fields.problems.add(f"layers.{part}.{name}", *unknown(noun, name, owners))
    return list(stacks.items())


def _head(fields: Fields, value: Any, place: str, reader: Reader) -> Head:
    """A head's stack, whose last item may be `output: LAYER`."""
    items = value if isinstance(value, list) else None
    if not items or not isinstance(items[-1], Mapping) or list(items[-1]) != ["output"]:
        return Head(reader.stack(value, place))
    stack: Stack = reader.stack(items[:-1], place)
    text = items[-1]["output"]
    if text in (None, "none"):
        return Head(stack, None, keeps_last=False)
    item = reader.item(text, f"{place}[{len(items) - 1}].output")
    return Head(stack, item if isinstance(item, LayerItem) else None, keeps_last=False)
