"""Protects what is known of each pretrained body: real Keras is the referee for counts, features and sizes."""

from __future__ import annotations

import math
import operator
from typing import Any

import keras
import pytest

from layerwright.backbones import BACKBONES, Backbone

EXTREMES = [(32, 33), (225, 333)]
"""Heights and widths at which every body is built: about the smallest, and large and odd."""

BETWEEN = [(33, 65), (71, 97)]
"""Where only those are built that take about a second. The others of a family have the same strides."""

LIGHT = 24_000_000
"""Most parameters of a body that takes about a second."""

each_backbone = pytest.mark.parametrize("backbone", BACKBONES.values(), ids=BACKBONES)


def _constructed(backbone: Backbone, height: int, width: int) -> keras.Model:
    """The real body. Some pad by the size of the image, so none stands for another size."""
    constructor: Any = getattr(keras.applications, backbone.constructor)
    return constructor(include_top=False, weights=None, input_shape=(height, width, 3))


@each_backbone
def test_parameters_layers_and_features_are_those_that_keras_has(backbone: Backbone) -> None:
    for height, width in EXTREMES + (BETWEEN if backbone.parameters < LIGHT else []):
        model = _constructed(backbone, max(height, backbone.smallest), max(width, backbone.smallest))
        trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
        assert model.output_shape == (None, *backbone.features(*model.input_shape[1:3]))
        assert (model.count_params(), trainable) == (backbone.parameters, backbone.trainable)
        assert len(model.layers) == backbone.layers


@each_backbone
def test_preprocessing_is_a_function_of_keras_applications(backbone: Backbone) -> None:
    preprocess = operator.attrgetter(backbone.preprocessing)(keras.applications)
    assert preprocess(keras.Input((32, 32, 3))).shape == (None, 32, 32, 3)
    named_so = operator.attrgetter(f"{backbone.module}.{backbone.constructor}")(keras.applications)
    assert named_so is getattr(keras.applications, backbone.constructor)


@each_backbone
def test_below_the_smallest_size_keras_refuses(backbone: Backbone) -> None:
    small, enough = backbone.smallest - 1, backbone.smallest
    for height, width in ((small, enough), (enough, small)):
        with pytest.raises(ValueError, match=f"at least {enough}x{enough}"):
            _constructed(backbone, height, width)
