"""What a plan has to know of a pretrained body."""

from __future__ import annotations

import re
from functools import cached_property

from ..records import dataclass

STRIDE = 32
"""How many times larger an image is than its features, each way: so it is for all of them."""


@dataclass(frozen=True)
class Backbone:
    """One constructor of keras.applications, without its top.

    `name` is what its layer is called: Keras's own name where another one changes what is built.

    `size` is that of the images that it was made for, None if for any. `smallest` is the smallest size that can go
    through it. A size becomes `(size + offset) // STRIDE` places, with `channels` channels: whatever strides and
    paddings follow on each other, they come to this.

    `parameters` and `trainable` count its variables for images of three channels; every channel more or less changes
    them by `parameters_per_channel` and `trainable_per_channel`. With random weights or those of a file it takes any
    number of channels, with those of imagenet three.

    `multiply_adds_per_pixel` is how often it multiplies and adds for each pixel of an image, None where that can't be
    counted. It's exact for sizes that are multiples of STRIDE.

    `preprocessing` is the function that turns pixels from 0 to 255 into what the weights were trained on, a path under
    keras.applications; None if the model does it itself. `needs_colours` says that it's for three channels only. In
    the graph around the backbone the function leaves `operations`, under these names, numbered from the second on.
    `more_for_imagenet` is how many layers more the model has with the weights of imagenet: a last part of the
    preprocessing, that a model with the weights of a file lacks.

    `layers` is how many layers it has, its input among them. `blocks_text` names its blocks in order, each with how
    many of the last layers there are from its first one on. `normalises` says that there is batch normalisation in it.

    `refused_by` names the backends that can't build it.
    """

    constructor: str
    name: str
    size: int | None
    smallest: int
    offset: int
    channels: int
    parameters: int
    trainable: int
    parameters_per_channel: int
    trainable_per_channel: int
    multiply_adds_per_pixel: int | None
    preprocessing: str | None
    needs_colours: bool
    operations: tuple[str, ...]
    more_for_imagenet: int
    normalises: bool
    refused_by: tuple[str, ...]
    layers: int
    blocks_text: str

    def features(self, height: int, width: int) -> tuple[int, int, int]:
        """The shape of one sample's features."""
        rows, columns = ((size + self.offset) // STRIDE for size in (height, width))
        return (rows, columns, self.channels)

    def counts(self, channels: int) -> tuple[int, int]:
        """How many numbers its variables hold for images with so many channels, and how many of them are trainable."""
        more = channels - 3
        return (
            self.parameters + more * self.parameters_per_channel,
            self.trainable + more * self.trainable_per_channel,
        )

    def preprocesses(self, channels: int) -> bool:
        """Whether its own preprocessing, built in or not, is for images with so many channels."""
        return channels == 3 or not self.needs_colours

    @cached_property
    def blocks(self) -> dict[str, int]:
        """How many of its last layers there are from the first one of each block on."""
        pairs = (text.split() for text in self.blocks_text.split(","))
        return {name: int(layers) for name, layers in pairs}

    def leaves(self, name: str) -> bool:
        """Whether an operation of its preprocessing has this name, or gets it when a second model is built."""
        return re.sub(r"_\d+$", "", name) in self.operations
