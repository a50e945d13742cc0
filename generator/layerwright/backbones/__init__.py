"""The pretrained bodies of keras.applications: what a plan has to know of each.

Counts and shapes were read off Keras 3.15 with `include_top=False` and three channels;
`tests/test_backbones.py` reads them again.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..layers.convolution import window


@dataclass(frozen=True)
class Backbone:
    """One constructor of keras.applications, without its top.

    `parameters` and `trainable` count its variables for three channels. `channels` and `stride` give the
    feature shape: (H / stride, W / stride, channels), rounded up. `layers` is how many layers it has, its input
    among them.
    """

    constructor: str
    module: str
    parameters: int
    trainable: int
    channels: int
    layers: int
    stride: int = 32
    smallest: int = 32

    @property
    def preprocessing(self) -> str:
        """The function that turns pixels from 0 to 255 into what the weights were trained on."""
        return f"{self.module}.preprocess_input"

    def features(self, height: int, width: int) -> tuple[int, int, int]:
        """The shape of one sample's features."""
        return (_places(height, self.stride), _places(width, self.stride), self.channels)


def _places(size: int, stride: int) -> int:
    places = window(size, 1, stride, "same")
    assert places is not None
    return places


BACKBONES = {
    backbone.constructor: backbone
    for backbone in (
        Backbone("ResNet50", "resnet50", 23_587_712, 23_534_592, 2048, 175),
        Backbone("ResNet101", "resnet", 42_658_176, 42_552_832, 2048, 345),
        Backbone("ResNet152", "resnet", 58_370_944, 58_219_520, 2048, 515),
        Backbone("MobileNetV2", "mobilenet_v2", 2_257_984, 2_223_872, 1280, 154),
    )
}
