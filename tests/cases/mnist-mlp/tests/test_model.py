"""The network is what was asked for: its layers, its parameters, what moves what."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from mnist_mlp.data import INPUTS, TARGETS, Batches, Samples
from mnist_mlp.model import build_model
from mnist_mlp.train import compile_model

SHAPES = {
    "dense_1": (None, 256),
    "dropout_1": (None, 256),
    "dense_2": (None, 128),
    "dropout_2": (None, 128),
    "digit": (None, 10),
}
PARAMETERS = {"dense_1": 200960, "dense_2": 32896, "digit": 1290}
MAY_BE_STILL = {"bias", "beta", "recurrent_kernel"}  # in a right network too, by its layers
# The class of each layer, and those of its settings that aren't Keras's own.
SETTINGS = {
    "dense_1": ("Dense", {"units": 256, "activation": "relu"}),
    "dropout_1": ("Dropout", {"rate": 0.3}),
    "dense_2": ("Dense", {"units": 128, "activation": "relu"}),
    "dropout_2": ("Dropout", {"rate": 0.3}),
    "digit": ("Dense", {"units": 10, "activation": "softmax"}),
}


def starts(model: keras.Model) -> Iterator[keras.Model]:
    """Yields the network as it may start: by chance, a narrow layer can be silent at one."""
    yield model
    for seed in range(1, 6):
        keras.utils.set_random_seed(seed)
        yield build_model()


def predict(model: keras.Model, samples: Samples) -> Samples:
    """Returns the network's outputs by name."""
    return dict.fromkeys(TARGETS, model.predict(Batches(samples, batch_size=8), verbose=0))


def changed(samples: Samples, source: str) -> Samples:
    """Returns samples that have other values of one input."""
    return samples | {source: samples[source][::-1]}


def learn_once(model: keras.Model, samples: Samples) -> None:
    """Takes one step down the loss. What no gradient reaches doesn't move."""
    compile_model(model, learning_rate=0.01)
    loss = model.loss
    # Adam takes a step of the same size for the smallest gradient.
    model.compile(optimizer=keras.optimizers.Adam(0.01, epsilon=1e-30), loss=loss)
    model.fit(Batches(samples, batch_size=16), epochs=1, shuffle=False, verbose=0)


def test_every_input_and_output_has_its_shape(model: keras.Model, samples: Samples) -> None:
    shapes = {tensor.name: tensor.shape[1:] for tensor in model.inputs}
    assert shapes == {name: field.shape for name, field in INPUTS.items()}
    planned = {"digit": (10,)}
    outputs = predict(model, samples)
    assert outputs.keys() == planned.keys()
    for name, values in outputs.items():
        sizes = zip(planned[name], values.shape[1:], strict=True)
        assert all(size in (None, real) for size, real in sizes)
        assert np.isfinite(values).all()


def test_every_layer_has_its_shape(model: keras.Model) -> None:
    assert {name: model.get_layer(name).output.shape for name in SHAPES} == SHAPES


def test_every_layer_has_its_parameters(model: keras.Model) -> None:
    counts = {layer.name: layer.count_params() for layer in model.layers}
    assert {name: count for name, count in counts.items() if count} == PARAMETERS
    assert model.count_params() == 235_146
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert trainable == 235_146


def settings(layer: keras.Layer) -> dict[str, Any]:
    """Returns all settings of a layer."""
    own = {"name", "dtype", "trainable"}
    return {key: value for key, value in layer.get_config().items() if key not in own}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_layer_has_its_settings(model: keras.Model, name: str) -> None:
    layer, (kind, said) = model.get_layer(name), SETTINGS[name]
    assert type(layer).__name__ == kind
    fresh = type(layer)(**said)
    fresh.build_from_config(layer.get_build_config())  # axes are counted when it's built
    assert settings(layer) == settings(fresh)


def test_training_uses_the_planned_losses(model: keras.Model) -> None:
    compile_model(model, learning_rate=0.01)
    assert model.loss == "sparse_categorical_crossentropy"
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)


def test_training_counts_the_planned_metrics(model: keras.Model) -> None:
    compile_model(model, learning_rate=0.01)
    said = model.get_compile_config()
    planned = ["accuracy"]
    assert said["metrics"] == keras.saving.serialize_keras_object(planned)


@pytest.mark.parametrize(("source", "target"), [("pixels", "digit")])
def test_every_input_moves_its_outputs(
    model: keras.Model, samples: Samples, source: str, target: str
) -> None:
    others = changed(samples, source)
    assert any(
        not np.array_equal(predict(start, samples)[target], predict(start, others)[target])
        for start in starts(model)
    )


@pytest.mark.parametrize(("target", "layer"), [("digit", "digit")])
def test_every_head_gets_gradient(
    model: keras.Model, samples: Samples, target: str, layer: str
) -> None:
    still = None
    for start in starts(model):
        way = start
        # Through the head, all that leads to it learns.
        learning = [each for each in way.trainable_weights if each.name not in MAY_BE_STILL]
        assert any(each is own for own in start.get_layer(layer).weights for each in learning)
        before = [np.array(keras.ops.convert_to_numpy(each)) for each in learning]
        learn_once(start, samples)
        after = [keras.ops.convert_to_numpy(each) for each in learning]
        same = {
            f"{index}: {learning[index].path}"
            for index, pair in enumerate(zip(before, after, strict=True))
            if np.array_equal(*pair)
        }
        still = same if still is None else still & same
        if not still:
            break
    assert not still


def test_every_target_stays_with_its_sample(samples: Samples) -> None:
    rows = {}
    for name, values in samples.items():  # in place of each sample, its number
        numbers = np.arange(1, len(values) + 1).reshape(-1, *[1] * (values.ndim - 1))
        rows[name] = (np.zeros_like(values) + numbers).astype(values.dtype)
    for inputs, targets, *_ in map(Batches(rows, 2, seed=1).__getitem__, range(2)):
        arrays = [np.asarray(inputs), np.asarray(targets)]
        said = [values.reshape(len(values), -1)[:, 0] for values in arrays]
        assert all(np.array_equal(each, said[0]) for each in said)
        assert len(set(said[0])) == len(said[0])


def test_the_functional_form_says_the_same(model: keras.Model, samples: Samples) -> None:
    start = x = keras.Input(batch_shape=model.inputs[0].shape, dtype=model.inputs[0].dtype)
    for layer in model.layers:
        x = type(layer).from_config(layer.get_config())(x)
    functional = keras.Model(start, x)
    functional.set_weights(model.get_weights())
    before, after = predict(model, samples), predict(functional, samples)
    for name in TARGETS:
        np.testing.assert_allclose(after[name], before[name], rtol=1e-5, atol=1e-5)


def test_chance_is_at_work_in_training_alone(model: keras.Model, samples: Samples) -> None:
    inputs, *_ = Batches(samples, batch_size=16)[0]

    def twice_the_same(start: keras.Model, training: bool) -> bool:
        pairs = zip(
            *(keras.tree.flatten(start(inputs, training=training)) for _ in range(2)), strict=True
        )
        return all(np.array_equal(*map(keras.ops.convert_to_numpy, pair)) for pair in pairs)

    assert not all(twice_the_same(start, training=True) for start in starts(model))
    assert twice_the_same(model, training=False)


def test_a_saved_network_is_the_same_when_loaded(
    model: keras.Model, samples: Samples, tmp_path: Path
) -> None:
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert all(map(np.array_equal, model.get_weights(), loaded.get_weights()))
    before, after = predict(model, samples), predict(loaded, samples)
    for name in TARGETS:
        # A GPU adds in any order.
        np.testing.assert_allclose(after[name], before[name], rtol=1e-5, atol=1e-5)
