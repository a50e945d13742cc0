"""The network is what was asked for: its layers, its parameters, what moves what."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import numpy as np
import pytest

from resnet_transfer.data import INPUTS, TARGETS, Batches, Samples
from resnet_transfer.model import build_model, unfreeze_top
from resnet_transfer.train import compile_model

SHAPES = {
    "resnet50": (None, 7, 7, 2048),
    "image_global_average_pool": (None, 2048),
    "dense": (None, 256),
    "dropout": (None, 256),
    "category": (None, 10),
}
PARAMETERS = {"resnet50": 23587712, "dense": 524544, "category": 2570}
MAY_BE_STILL = {"bias", "beta", "recurrent_kernel"}  # in a right network too, by its layers
# The class of each layer, and those of its settings that aren't Keras's own.
SETTINGS = {
    "image_global_average_pool": ("GlobalAveragePooling2D", {}),
    "dense": ("Dense", {"units": 256, "activation": "relu"}),
    "dropout": ("Dropout", {"rate": 0.4}),
    "category": ("Dense", {"units": 10, "activation": "softmax"}),
}
# What each call of a layer reads: an input, or what another layer gives.
READS = {
    "image_global_average_pool": [["resnet50"]],
    "dense": [["image_global_average_pool"]],
    "dropout": [["dense"]],
    "category": [["dropout"]],
}


def starts(model: keras.Model) -> Iterator[keras.Model]:
    """Yields the network as it may start: by chance, a narrow layer can be silent at one."""
    yield model


def predict(model: keras.Model, samples: Samples) -> Samples:
    """Returns the network's outputs by name."""
    return model.predict(Batches(samples, batch_size=8), verbose=0)


def changed(samples: Samples, source: str) -> Samples:
    """Returns samples that have other values of one input."""
    return samples | {source: samples[source][::-1]}


def weights(layer: keras.Layer) -> list[np.ndarray]:
    """Returns copies of a layer's weights."""
    return [np.array(keras.ops.convert_to_numpy(weight)) for weight in layer.weights]


def moved(before: list[np.ndarray], after: list[np.ndarray]) -> bool:
    """Returns whether any weight has changed, by however little."""
    return any(not np.array_equal(*pair) for pair in zip(before, after, strict=True))


def learn_once(model: keras.Model, samples: Samples, *targets: str) -> None:
    """Takes one step down these losses. What no gradient reaches doesn't move."""
    compile_model(model, learning_rate=0.01)
    loss = {name: model.loss[name] for name in targets or TARGETS}
    # Adam takes a step of the same size for the smallest gradient.
    model.compile(optimizer=keras.optimizers.Adam(0.01, epsilon=1e-30), loss=loss, run_eagerly=True)
    model.fit(Batches(samples, batch_size=4), epochs=1, shuffle=False, verbose=0)


def test_every_input_and_output_has_its_shape(model: keras.Model, samples: Samples) -> None:
    shapes = {tensor.name: tensor.shape[1:] for tensor in model.inputs}
    assert shapes == {name: field.shape for name, field in INPUTS.items()}
    planned = {"category": (10,)}
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
    assert model.count_params() == 24_114_826
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert trainable == 527_114


def reads(model: keras.Model) -> dict[str, list[list[str]]]:
    """Returns what each call of a layer reads, by name; without masks, which Keras finds."""
    found = {}
    for layer in model.get_config()["layers"]:
        calls = []
        for call in layer["inbound_nodes"]:
            taken = [call["args"], call["kwargs"].get("initial_state")]
            said = json.dumps(taken, ensure_ascii=False)
            calls.append(re.findall(r'"keras_history": \["([^"]+)"', said))
        found[layer["name"]] = calls
    return found


def test_every_layer_reads_what_it_should(model: keras.Model) -> None:
    found = reads(model)
    assert {name: found.get(name) for name in READS} == READS


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
    assert model.loss == {"category": "sparse_categorical_crossentropy"}
    assert float(model.optimizer.learning_rate) == pytest.approx(0.01)


def test_training_counts_the_planned_metrics(model: keras.Model) -> None:
    compile_model(model, learning_rate=0.01)
    said = model.get_compile_config()
    planned = {"category": ["accuracy"]}
    assert said["metrics"] == keras.saving.serialize_keras_object(planned)


@pytest.mark.parametrize(("source", "target"), [("image", "category")])
def test_every_input_moves_its_outputs(
    model: keras.Model, samples: Samples, source: str, target: str
) -> None:
    others = changed(samples, source)
    assert any(
        not np.array_equal(predict(start, samples)[target], predict(start, others)[target])
        for start in starts(model)
    )


@pytest.mark.parametrize(("target", "layer"), [("category", "category")])
def test_every_head_gets_gradient(
    model: keras.Model, samples: Samples, target: str, layer: str
) -> None:
    still = None
    for start in starts(model):
        way = keras.Model(start.inputs, start.output[target])
        # Through the head, all that leads to it learns.
        learning = [each for each in way.trainable_weights if each.name not in MAY_BE_STILL]
        assert any(each is own for own in start.get_layer(layer).weights for each in learning)
        before = [np.array(keras.ops.convert_to_numpy(each)) for each in learning]
        learn_once(start, samples, target)
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
        arrays = [np.asarray(inputs[name]) for name in INPUTS]
        arrays += [np.asarray(targets[name]) for name in TARGETS if name in samples]
        said = [values.reshape(len(values), -1)[:, 0] for values in arrays]
        assert all(np.array_equal(each, said[0]) for each in said)
        assert len(set(said[0])) == len(said[0])


def test_chance_is_at_work_in_training_alone(model: keras.Model, samples: Samples) -> None:
    inputs, *_ = Batches(samples, batch_size=4)[0]

    def twice_the_same(start: keras.Model, training: bool) -> bool:
        pairs = zip(
            *(keras.tree.flatten(start(inputs, training=training)) for _ in range(2)), strict=True
        )
        return all(np.array_equal(*map(keras.ops.convert_to_numpy, pair)) for pair in pairs)

    assert not all(twice_the_same(start, training=True) for start in starts(model))
    assert twice_the_same(model, training=False)


@pytest.mark.usefixtures("light")
def test_the_backbone_gets_pixels_as_its_weights_expect_them(samples: Samples) -> None:
    model = build_model(weights=None)
    backbone = model.get_layer("resnet50")
    inputs, *_ = Batches(samples, batch_size=4)[0]
    pixels = keras.ops.convert_to_tensor(inputs["image"])
    with patch.object(backbone, "call", wraps=backbone.call) as call:
        model(inputs)
    expected = keras.ops.convert_to_numpy(keras.applications.resnet50.preprocess_input(pixels))
    given = keras.ops.convert_to_numpy(call.call_args.args[0])
    np.testing.assert_allclose(given, expected, rtol=1e-4, atol=1e-4)


def test_phase_one_leaves_the_backbone_as_it_is(model: keras.Model, samples: Samples) -> None:
    backbone = model.get_layer("resnet50")
    before, others = weights(backbone), weights(model)
    learn_once(model, samples)
    assert not moved(before, weights(backbone)), "its statistics count too"
    assert moved(others, weights(model)), "the rest learns"


def test_phase_two_moves_the_chosen_layers_alone(model: keras.Model, samples: Samples) -> None:
    backbone = model.get_layer("resnet50")
    chosen = {
        layer.name
        for layer in backbone.layers[-20:]
        if layer.weights and not isinstance(layer, keras.layers.BatchNormalization)
    }
    unfreeze_top(model, 20)
    before = {layer.name: weights(layer) for layer in backbone.layers}
    learn_once(model, samples)
    changed = {layer.name for layer in backbone.layers if moved(before[layer.name], weights(layer))}
    assert changed == chosen


def test_a_saved_network_is_the_same_when_loaded(
    model: keras.Model, samples: Samples, tmp_path: Path
) -> None:
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    loaded.run_eagerly = True  # to trace a large network takes longer than to run it
    assert all(map(np.array_equal, model.get_weights(), loaded.get_weights()))
    before, after = predict(model, samples), predict(loaded, samples)
    for name in TARGETS:
        # A GPU adds in any order.
        np.testing.assert_allclose(after[name], before[name], rtol=1e-5, atol=1e-5)
