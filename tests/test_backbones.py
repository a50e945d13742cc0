"""Protects what is known of each pretrained body: real Keras is the referee for counts, features, blocks and sizes.

`python -m tests.read_backbones --check` compares all that the table says, on every backend; here some bodies are built
at two sizes, and a few are read whole.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

import keras
import pytest

from layerwright.backbones import BACKBONES, Backbone
from layerwright.plan import Plan
from layerwright.problems import AnswersError

from . import models, read_backbones
from .drawing import some
from .read_backbones import built, can_be_built, constructors, counts, written

BACKEND = os.environ["KERAS_BACKEND"]

REFUSED = [name for name, each in BACKBONES.items() if BACKEND in each.refused_by]
"""Those that the backend of this process can't build."""

BUILT = [name for name in BACKBONES if name not in REFUSED]

some_backbones = pytest.mark.parametrize("name", some(BUILT, 10))


def planned(backbone: Backbone, **answers: Any) -> Plan:
    size = f"{backbone.smallest}x{backbone.smallest + 33}x3"
    given = {"inputs": f"photo: image {size}", "outputs": "y: binary", "backbone": backbone.constructor}
    return models.planned(**given, **answers)


def test_every_constructor_of_keras_is_in_the_table() -> None:
    assert list(BACKBONES) == constructors()


@some_backbones
def test_parameters_layers_features_and_blocks_are_those_that_keras_has(name: str) -> None:
    backbone = BACKBONES[name]
    for height, width in ((backbone.smallest, backbone.smallest + 1), (225, 331)):
        model = built(name, height, width)
        assert model.output_shape == (None, *backbone.features(height, width))
        assert counts(model) == backbone.counts(3)
        assert len(model.layers) == backbone.layers
    assert dict(read_backbones.blocks(name, model)) == backbone.blocks
    assert counts(built(name, channels=2)) == backbone.counts(2)


@pytest.mark.parametrize("name", REFUSED)
def test_what_keras_refuses_to_build_is_refused(name: str) -> None:
    assert not can_be_built(name, 128, 128)
    with pytest.raises(AnswersError, match=f"Keras can't build {name} on {BACKEND}"):
        planned(BACKBONES[name], backend=BACKEND)


@some_backbones
def test_below_the_smallest_size_keras_refuses(name: str) -> None:
    backbone = BACKBONES[name]
    small, enough = backbone.smallest - 1, backbone.smallest
    assert not can_be_built(name, small, enough)
    assert not can_be_built(name, enough, small)


@pytest.mark.parametrize("name", some(BUILT, 2))
def test_the_table_says_what_keras_says(name: str) -> None:
    backbone = BACKBONES[name]
    elsewhere = {"refused_by": backbone.refused_by, "multiply_adds_per_pixel": backbone.multiply_adds_per_pixel}
    facts = read_backbones.read(name) | elsewhere
    assert Backbone(**facts) == backbone


def test_the_table_is_as_the_command_writes_it() -> None:
    assert read_backbones.TABLE.read_text(encoding="utf-8") == written(map(asdict, BACKBONES.values()))


# In the generated source


@some_backbones
def test_a_network_with_it_is_what_was_planned(name: str) -> None:
    plan = planned(BACKBONES[name])
    with read_backbones.weightless():
        model = models.built(models.source(plan))
    assert models.described(model) == models.expected(plan)


@some_backbones
def test_pixels_are_prepared_as_the_weights_were_trained(name: str) -> None:
    backbone = BACKBONES[name]
    text = models.source(planned(backbone))
    if backbone.preprocessing:
        assert f"keras.applications.{backbone.preprocessing}(photo)" in text
    else:
        assert "preprocess_input" not in text
        assert "# Its preprocessing is built in" in text
    assert "Rescaling" not in text


@pytest.mark.parametrize("channels", [1, 4])
@pytest.mark.parametrize("name", ["ConvNeXtTiny", "EfficientNetB0", "MobileNetV2", "ResNet50"])
def test_other_numbers_of_channels_are_prepared_too(name: str, channels: int) -> None:
    answers = {"inputs": f"photo: image 48x64x{channels}", "outputs": "y: binary", "backbone": name}
    plan = models.planned(**answers, backbone_weights="none")
    with read_backbones.weightless():
        model = models.built(models.source(plan))
    assert models.described(model) == models.expected(plan)
    prepared = BACKBONES[name].preprocesses(channels)
    assert ("for three colours" in models.source(plan)) != prepared
    assert any(isinstance(layer, keras.layers.Rescaling) for layer in model.layers) != prepared


# Phase two


def trainable_after(plan: Plan) -> list[str]:
    """The layers of the body that learn in phase two."""
    namespace: dict[str, Any] = {"__name__": "model"}
    exec(compile(models.source(plan), "model.py", "exec"), namespace)
    model = namespace["build_model"](weights=None)
    transfer = plan.spec.transfer
    assert transfer is not None
    namespace["unfreeze_top"](model, transfer.fine_tune)
    return [layer.name for layer in model.get_layer(transfer.backbone.name).layers if layer.trainable_weights]


def test_phase_two_begins_with_a_block() -> None:
    for said in ("conv5_block3", "1 block"):
        learning = trainable_after(planned(BACKBONES["ResNet50"], fine_tune=said))
        assert learning == ["conv5_block3_1_conv", "conv5_block3_2_conv", "conv5_block3_3_conv"]
    learning = trainable_after(planned(BACKBONES["VGG16"], fine_tune="block5"))
    assert learning == ["block5_conv1", "block5_conv2", "block5_conv3"]
    learning = trainable_after(planned(BACKBONES["MobileNetV2"], fine_tune="2 layers"))
    assert learning == []  # an activation, and batch normalisation, which keeps its statistics
