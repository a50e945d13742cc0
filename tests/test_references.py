"""Protects the models that were written by hand: only if they're right may generated code be measured by them."""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import black
import keras
import numpy as np
import pytest

from layerwright.presets import presets

from . import models

FOLDER = Path(__file__).parent / "references"

MODE = black.Mode(line_length=100)

STEPS = 7
"""How long a sequence is whose length varies."""


class Expected(NamedTuple):
    """What is known of a reference's architecture."""

    parameters: int
    trainable: int
    outputs: dict[str, tuple[int | None, ...]]


REFERENCES = {
    "image_metadata": Expected(8_725, 8_725, {"category": (None, 5)}),
    "residual_cnn": Expected(78_346, 77_962, {"category": (None, 10)}),
    "branching_cnn": Expected(55_450, 55_450, {"category": (None, 10)}),
    "resnet_transfer": Expected(24_114_826, 527_114, {"category": (None, 10)}),
    "conv_autoencoder": Expected(74_497, 74_497, {"reconstruction": (None, 28, 28, 1)}),
    "product_heads": Expected(
        6_098_492, 6_098_492, {"category": (None, 10), "price": (None, 1), "popularity": (None, 1)}
    ),
    "siamese_conv": Expected(15_746_048, 15_746_048, {"distance": (None, 1)}),
    "masked_lstm": Expected(10_657, 10_657, {"label": (None, 1)}),
    "lstm_shared": Expected(17_025, 17_025, {"value": (None, 1)}),
    "subclassed_block": Expected(78_346, 77_962, {"category": (None, 10)}),
}

BIG = {"resnet_transfer", "siamese_conv"}
"""These are built, but not saved."""

each_reference = pytest.mark.parametrize("name", REFERENCES)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__package__}.references.{name}")


def _built(name: str) -> keras.Model:
    options: dict[str, Any] = {"weights": None} if name == "resnet_transfer" else {}
    return _module(name).build_model(**options)


def _trainable(model: keras.Model) -> int:
    return sum(math.prod(weight.shape) for weight in model.trainable_weights)


def _random_inputs(model: keras.Model) -> dict[str, np.ndarray]:
    """Two examples. Images are all there is of rank 4."""
    generator = np.random.default_rng(0)
    shapes = {name: (2, *(size or STEPS for size in tensor.shape[1:])) for name, tensor in model.input.items()}
    return {
        name: generator.uniform(0, 255 if len(shape) == 4 else 1, shape).astype("float32")
        for name, shape in shapes.items()
    }


def test_every_reference_is_expected_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(REFERENCES)


@each_reference
def test_a_reference_has_its_parameters_and_outputs(name: str) -> None:
    model, expected = _built(name), REFERENCES[name]
    assert (model.count_params(), _trainable(model)) == (expected.parameters, expected.trainable)
    assert {key: tensor.shape for key, tensor in model.output.items()} == expected.outputs
    assert {key: tensor.name for key, tensor in model.input.items()} == {key: key for key in model.input}


@pytest.mark.parametrize("name", sorted(REFERENCES.keys() - BIG))
def test_a_saved_reference_predicts_the_same(name: str, tmp_path: Path) -> None:
    model = _built(name)
    inputs = _random_inputs(model)
    predicted = model.predict(inputs, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").predict(inputs, verbose=0)
    assert predicted.keys() == loaded.keys() == REFERENCES[name].outputs.keys()
    for key, values in predicted.items():
        np.testing.assert_array_equal(loaded[key], values)


@pytest.mark.parametrize("count", [0, 30, 1000])
def test_unfreezing_leaves_batch_normalization_frozen(count: int) -> None:
    model = _built("resnet_transfer")
    _module("resnet_transfer").unfreeze_top(model, count)
    body = model.get_layer("backbone").layers
    top = body[max(len(body) - count, 0) :]
    unfrozen = [layer for layer in top if not isinstance(layer, keras.layers.BatchNormalization)]
    assert [layer for layer in body if layer.trainable] == unfrozen
    head = REFERENCES["resnet_transfer"].trainable
    assert _trainable(model) == head + sum(layer.count_params() for layer in unfrozen)


def test_training_survives_a_distance_of_zero() -> None:
    vector = keras.Input((3,))
    encoded = keras.layers.Dense(2)(vector)
    model = keras.Model(vector, _module("siamese_conv").EuclideanDistance()(encoded, encoded))
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 3)), np.zeros((4, 1)), verbose=0)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@each_reference
def test_black_leaves_a_reference_alone(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert black.format_str(text, mode=MODE) == text


MOST_LINES = 1.15
"""How many times the lines of a careful person generated code may have."""


def _lines(source: str) -> tuple[int, int]:
    """How many lines a source has, and how many of them aren't empty."""
    lines = source.splitlines()
    return len(lines), sum(1 for line in lines if line.strip())


@each_reference
def test_generated_code_is_about_as_short(name: str) -> None:
    answers = presets()[name.replace("_", "-")].answers()
    generated = _lines(models.source(models.planned(**answers)))
    written = _lines((FOLDER / f"{name}.py").read_text())
    assert all(mine <= MOST_LINES * theirs for mine, theirs in zip(generated, written, strict=True))
