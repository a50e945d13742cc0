"""Takes a project from its data to a saved network by its own functions: one step of training, on any backend.

`python -m tests.step PACKAGE PRECISION PARAMETERS BATCH`, in a project's folder, fails if something isn't as planned.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def main(package: str, precision: str, parameters: str, batch: str) -> None:
    """Trains a step, saves, and loads."""
    settle = _settle()
    import keras

    keras.config.set_dtype_policy(precision)
    keras.utils.set_random_seed(0)
    data, model_module, train = (importlib.import_module(f"{package}.{name}") for name in ("data", "model", "train"))
    samples = data.synthesise(count=8, seed=0)
    if hasattr(data, "learn"):
        samples = data.prepare(samples, data.learn(samples))
    model = _built(model_module)
    settle(model, samples)
    assert model.count_params() == int(parameters), f"{model.count_params()} parameters in place of {parameters}"
    train.compile_model(model, learning_rate=0.01)
    before = _values(model.trainable_weights)
    batches = data.Batches(samples, batch_size=int(batch) or 8)
    losses = model.fit(batches, epochs=1, shuffle=False, verbose=0).history["loss"]
    assert np.isfinite(losses).all(), f"the loss is {losses}"
    after = _values(model.trainable_weights)
    # In float16 a first step may be left out: the loss scale was too high.
    moved = any(not np.array_equal(*pair) for pair in zip(before, after, strict=True))
    assert moved or precision == "mixed_float16", "no weight has moved"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        loaded = keras.models.load_model(path, compile=False)
    for one, other in zip(_values(model.weights), _values(loaded.weights), strict=True):
        np.testing.assert_array_equal(one, other)
    inputs, *_ = next(iter(batches)) if int(batch) else batches[0]
    _check_same(model(inputs, training=False), loaded(inputs, training=False))


def _settle() -> Callable[[Any, dict[str, Any]], None]:
    """What gives a random backbone statistics, in the project's own tests. They set up devices, so they come first."""
    if "def settle" not in Path("tests", "conftest.py").read_text(encoding="utf-8"):
        return lambda model, samples: None
    sys.path.insert(0, "tests")
    settle: Callable[[Any, dict[str, Any]], None] = importlib.import_module("conftest").settle
    return settle


def _built(module: Any) -> Any:
    """The network; a backbone with random weights."""
    build = module.build_model
    return build(weights=None) if "weights" in build.__annotations__ else build()


def _values(weights: Any) -> list[Any]:
    import keras

    return [np.array(keras.ops.convert_to_numpy(weight)) for weight in weights]


def _check_same(one: Any, other: Any) -> None:
    """Checks outputs, but for last digits: sums are added in another order where arrays lie otherwise in memory."""
    import keras

    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for name in one:
            _check_same(one[name], other[name])
    else:
        first, second = map(keras.ops.convert_to_numpy, (one, other))
        assert np.isfinite(first).all()
        np.testing.assert_allclose(second, first, rtol=1e-3, atol=1e-3)


if __name__ == "__main__":
    main(*sys.argv[1:])
