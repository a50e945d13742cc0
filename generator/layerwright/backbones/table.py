"""Every constructor of keras.applications, read off Keras 3.15.1.

Written by `make backbones`, and never by hand.
"""

from __future__ import annotations

from .backbone import Backbone

TABLE = (
    Backbone(
        constructor="ResNet50",
        module="resnet50",
        parameters=23_587_712,
        trainable=23_534_592,
        channels=2_048,
        layers=175,
        stride=32,
        smallest=32,
    ),
    Backbone(
        constructor="ResNet101",
        module="resnet",
        parameters=42_658_176,
        trainable=42_552_832,
        channels=2_048,
        layers=345,
        stride=32,
        smallest=32,
    ),
    Backbone(
        constructor="ResNet152",
        module="resnet",
        parameters=58_370_944,
        trainable=58_219_520,
        channels=2_048,
        layers=515,
        stride=32,
        smallest=32,
    ),
    Backbone(
        constructor="MobileNetV2",
        module="mobilenet_v2",
        parameters=2_257_984,
        trainable=2_223_872,
        channels=1_280,
        layers=154,
        stride=32,
        smallest=32,
    ),
)
