"""Reads what a network starts from: a pretrained body, its weights, and how much of it is trained."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ..backbones import BACKBONES, Backbone
from ..faults import BackboneImages, BackendCannot, BadNumber, MissingAnswer, NoUse, UnknownName
from ..problems import Edit, nearest, shown, unknown
from ..spec import Input, Transfer
from .fields import Fields
from .keys import KEYS

IMAGENET = "imagenet"


class Depth(NamedTuple):
    """How many of a body's last layers phase two trains, and the block that they begin with, if that was said."""

    layers: int
    block: str = ""


def transfer(fields: Fields, inputs: Sequence[Input], backend: str) -> Transfer | None:
    """The backbone, if there is one, and how it is trained."""
    name = fields.choice("backbone", ["none", *BACKBONES])
    weights = _weights(fields)
    if "backbone" in fields.broken:
        fields.broken.update(f"inputs.{each.name}" for each in inputs if each.kind.name == "image")
    if name == "none":
        _depth(fields, None)
        return None
    backbone = BACKBONES[name]
    _check_images(fields, backbone, inputs, weights)
    _check_backend(fields, backbone, backend)
    return Transfer(backbone, None if weights == "none" else weights, *_depth(fields, backbone))


def _weights(fields: Fields) -> str:
    weights = fields.line("backbone_weights")
    if isinstance(fields.answers["backbone_weights"], str) and not weights.strip():
        edit = Edit("set", "backbone_weights", IMAGENET)
        fields.problems.add(
            "backbone_weights", MissingAnswer, "it's empty", "imagenet, none, or the path of a file", edit
        )
    return weights


def _depth(fields: Fields, backbone: Backbone | None) -> Depth:
    """What `fine_tune` says: a number of layers, `2 blocks`, or the block that phase two begins with."""
    said = fields.answers["fine_tune"]
    is_number = isinstance(said, int) and not isinstance(said, bool)
    text = str(said).strip() if is_number or isinstance(said, str) else ""
    if not text or text.startswith("-"):
        mend = "a number of layers, a number of blocks as '2 blocks', or a block's name; 0 for no phase two"
        fields.problems.add("fine_tune", BadNumber, f"{shown(said)} is no depth", mend, Edit("set", "fine_tune", 0))
        return Depth(0)
    number = re.fullmatch(r"([0-9]{1,9})(?: (layer|block)s?)?", text)
    if backbone is None:
        if number is None:
            mend = "say a backbone, or leave it out"
            fields.problems.add("fine_tune", NoUse, f"{shown(said)} is in no backbone", mend, Edit("drop", "fine_tune"))
        return Depth(0)
    if number is None:
        return _since(fields, backbone, text)
    if number[2] == "block":
        return _last_blocks(fields, backbone, int(number[1]))
    return _last_layers(fields, backbone, int(number[1]))


def _last_layers(fields: Fields, backbone: Backbone, count: int) -> Depth:
    """So many layers. The default is all of them where there are fewer."""
    if count > backbone.layers and count != KEYS["fine_tune"].default:
        what, mend = f"{backbone.constructor} has {backbone.layers} layers", f"a number from 0 to {backbone.layers}"
        fields.problems.add("fine_tune", BadNumber, what, mend, Edit("set", "fine_tune", backbone.layers))
    return Depth(min(count, backbone.layers))


def _last_blocks(fields: Fields, backbone: Backbone, count: int) -> Depth:
    names = list(backbone.blocks)
    if count > len(names):
        edit = Edit("set", "fine_tune", f"{len(names)} blocks")
        mend = f"from 0 to {len(names)} blocks, or a number of layers"
        fields.problems.add("fine_tune", BadNumber, f"{backbone.constructor} has {len(names)} blocks", mend, edit)
    return Depth(backbone.blocks[names[-count]], names[-count]) if 0 < count <= len(names) else Depth(0)


def _since(fields: Fields, backbone: Backbone, block: str) -> Depth:
    if block in backbone.blocks:
        return Depth(backbone.blocks[block], block)
    what, mend = unknown("block", block, backbone.blocks)
    near = nearest(block, backbone.blocks)
    mend = mend if near else f"{mend}; or a number of layers, as 20"
    what = f"{what} of {backbone.constructor}"
    fields.problems.add("fine_tune", UnknownName, what, mend, Edit("set", "fine_tune", near or 20))
    return Depth(0)


def _check_backend(fields: Fields, backbone: Backbone, backend: str) -> None:
    """Notes a backend on which Keras can't build the body."""
    if backend in backbone.refused_by:
        others = [each for each in ("tensorflow", "jax", "torch") if each not in backbone.refused_by]
        what = f"Keras can't build {backbone.constructor} on {backend}"
        mend = f"say backend: {' or '.join(others)}, or another backbone"
        fields.problems.add("backbone", BackendCannot, what, mend, Edit("set", "backend", others[0]))


def _check_images(fields: Fields, backbone: Backbone, inputs: Sequence[Input], weights: str) -> None:
    """Notes what keeps a backbone from being used on the images."""
    images = [each for each in inputs if each.kind.name == "image"]
    if inputs and not images and not fields.names("inputs"):
        edit = Edit("set", "backbone", "none")
        fields.problems.add(
            "backbone", NoUse, "there is no image for it", "say an image input, or backbone: none", edit
        )
    right = {each.name: _image(each, backbone, weights) for each in images}
    if len({each.sizes[:2] for each in images}) > 1:
        one = next(iter(right.values()))
        edits = [Edit("set", f"inputs.{each.name}", one) for each in images]
        mend = f"one backbone takes one size: say {one} for all of them"
        fields.problems.add("backbone", BackboneImages, "the images have different sizes", mend, *edits)
    for each in images:
        *sizes, channels = (size or 0 for size in each.sizes)
        place, mend = f"inputs.{each.name}", f"as {right[each.name]}"
        if min(sizes) < backbone.smallest:
            fields.broken.add(place)
            what = f"{'×'.join(map(str, sizes))} is below the {backbone.smallest} that the backbone needs"
            edit = Edit("set", place, right[each.name])
            fields.problems.add(place, BackboneImages, what, f"at least {backbone.smallest} each way, {mend}", edit)
        if channels != 3 and weights == IMAGENET:
            what = f"the weights of imagenet are for 3 channels, not {channels}"
            mend = f"give it colour images, {mend}; or say backbone_weights: none"
            fields.problems.add(place, BackboneImages, what, mend, Edit("set", place, right[each.name]))


def _image(each: Input, backbone: Backbone, weights: str) -> str:
    """How an image would be said that the backbone takes."""
    height, width, channels = (size or 0 for size in each.sizes)
    sizes = (max(height, backbone.smallest), max(width, backbone.smallest), 3 if weights == IMAGENET else channels)
    return f"image {'x'.join(map(str, sizes))}"
