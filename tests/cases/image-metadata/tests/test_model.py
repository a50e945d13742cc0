"""The network is what was asked for: its shapes, its parameters, what moves what."""

import math
from pathlib import Path

import keras
import numpy as np
import pytest

from image_metadata.data import INPUTS, TARGETS, Batches, Samples
from image_metadata.train import compile_model

SHAPES = {
    "image_rescaling": (None, 224, 224, 3),
    "image_conv": (None, 222, 222, 32),
    "image_global_average_pool": (None, 32),
    "image_dense": (None, 64),
    "metadata_dense": (None, 16),
    "merge": (None, 80),
    "dense": (None, 64),
    "category": (None, 5),
}
PARAMETERS = {
    "image_conv": 896,
    "image_dense": 2112,
    "metadata_dense": 208,
    "dense": 5184,
    "category": 325,
}


def predict(model: keras.Model, samples: Samples) -> Samples:
    """Returns the network's outputs by name."""
    outputs = model.predict(Batches(samples, batch_size=8), verbose=0)
    return outputs


def weights(layer: keras.Layer) -> list[np.ndarray]:
    """Returns copies of a layer's weights."""
    return [np.array(keras.ops.convert_to_numpy(weight)) for weight in layer.weights]


def moved(before: list[np.ndarray], after: list[np.ndarray]) -> bool:
    """Returns whether any weight has changed, by however little."""
    return any(not np.array_equal(*pair) for pair in zip(before, after, strict=True))


def learn_once(model: keras.Model, samples: Samples, *targets: str) -> None:
    """Takes one step down these losses. Plain descent: what no gradient reaches doesn't move."""
    compile_model(model, learning_rate=0.01)
    loss = {name: model.loss[name] for name in targets or TARGETS}
    model.compile(optimizer="sgd", loss=loss)
    model.fit(Batches(samples, batch_size=8), epochs=1, shuffle=False, verbose=0)


def test_every_input_and_output_has_its_shape(model: keras.Model, samples: Samples) -> None:
    shapes = {tensor.name: tensor.shape[1:] for tensor in model.inputs}
    assert shapes == {name: field.shape for name, field in INPUTS.items()}
    outputs = predict(model, samples)
    shapes = {name: values.shape[1:] for name, values in outputs.items()}
    assert shapes == {"category": (5,)}
    assert all(np.isfinite(values).all() for values in outputs.values())


@pytest.mark.parametrize("name", SHAPES)
def test_every_layer_has_its_shape(model: keras.Model, name: str) -> None:
    assert model.get_layer(name).output.shape == SHAPES[name]


def test_every_layer_has_its_parameters(model: keras.Model) -> None:
    counts = {layer.name: layer.count_params() for layer in model.layers}
    assert {name: count for name, count in counts.items() if count} == PARAMETERS
    assert model.count_params() == 8_725
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert trainable == 8_725


@pytest.mark.parametrize(("source", "target"), [("image", "category"), ("metadata", "category")])
def test_every_input_moves_its_outputs(
    model: keras.Model, samples: Samples, source: str, target: str
) -> None:
    others = samples | {source: samples[source][::-1]}
    before, after = predict(model, samples)[target], predict(model, others)[target]
    assert not np.array_equal(before, after)


@pytest.mark.parametrize(("target", "layer"), [("category", "category")])
def test_every_head_gets_gradient(
    model: keras.Model, samples: Samples, target: str, layer: str
) -> None:
    way = keras.Model(model.inputs, model.output[target])
    # Through the head, all that leads to it learns.
    before = {each: weights(each) for each in way.layers if each.trainable_weights}
    learn_once(model, samples, target)
    assert model.get_layer(layer) in before
    assert not [each.name for each in before if not moved(before[each], weights(each))]


def test_a_saved_network_is_the_same_when_loaded(
    model: keras.Model, samples: Samples, tmp_path: Path
) -> None:
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    before, after = predict(model, samples), predict(loaded, samples)
    for name in TARGETS:
        np.testing.assert_array_equal(before[name], after[name])
