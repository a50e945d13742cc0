"""Protects the layer classes that projects define themselves: values, slopes, masks, saving, on every backend.

Run as a program it uses the classes on one backend: `KERAS_BACKEND=jax python test_own_layers.py SOURCE RESULT.json`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CALLS: dict[str, tuple[list[Any], Any]] = {
    "AbsoluteDifference": ([[[1, -2, 5]], [[4, 2, 5]]], [[3, 4, 0]]),
    "L1Distance": ([[[1, -2], [0, 0]], [[4, 2], [0, 0]]], [[7], [0]]),
    # The root is kept off zero: 1e-6 stands for no distance at all.
    "L2Distance": ([[[1, -2], [0, 0]], [[4, 2], [0, 0]]], [[5], [1e-6]]),
    "Gate": ([[[0, 1, 0.25]], [[8, 8, 8]], [[4, 4, 4]]], [[4, 8, 5]]),
    "WeightedSum": ([[[[0.25, 0.75], [1, 0]]], [[[4, 8], [1, 2]]], [[[8, 4], [9, 9]]]], [[[7, 5], [1, 2]]]),
}
"""What each layer is called on, a batch first, and what comes out: by hand."""


def _results(source: str) -> dict[str, Any]:
    """What the classes do on the backend that's set, as plain data."""
    import keras

    namespace: dict[str, Any] = {"__name__": "model"}
    exec(compile("import functools\nimport keras\nfrom keras import layers\n" + source, "model.py", "exec"), namespace)
    return {name: _result(keras, namespace[name], inputs) for name, (inputs, _) in CALLS.items()}


def _result(keras: Any, layer: Any, inputs: list[Any]) -> dict[str, Any]:
    import numpy as np

    data = [np.array(each, "float32") for each in inputs]
    model = _model(keras, layer(), data)
    model.save("model.keras")
    reloaded = keras.saving.load_model("model.keras")
    return {
        "values": keras.ops.convert_to_numpy(layer()(data)).tolist(),
        "reloads": bool(np.array_equal(model.predict(data, verbose=0), reloaded.predict(data, verbose=0))),
        # Last: this trains the model.
        "finite": _stays_finite(keras, model, data),
        "class": type(reloaded.layers[-1]).__name__,
    }


def _model(keras: Any, layer: Any, data: list[Any]) -> Any:
    """A model of one dense layer that all inputs share, and then the layer."""
    inputs = [keras.Input(each.shape[1:]) for each in data]
    last = {each.shape[-1] for each in data}
    dense = {size: keras.layers.Dense(size) for size in last}
    return keras.Model(inputs, layer([dense[tensor.shape[-1]](tensor) for tensor in inputs]))


def _stays_finite(keras: Any, model: Any, data: list[Any]) -> bool:
    """Whether weights are numbers after a step on inputs that are all the same: where a root would be too steep."""
    import numpy as np

    same = [np.ones_like(each) for each in data]
    model.compile("sgd", "mse")
    model.train_on_batch(same, np.ones_like(model.predict(same, verbose=0)))
    return all(np.isfinite(keras.ops.convert_to_numpy(weight)).all() for weight in model.weights)


@pytest.mark.parametrize("backend", ["torch", "jax", "tensorflow"])
def test_values_slopes_and_saving_are_right_on_every_backend(backend: str, tmp_path: Path) -> None:
    from layerwright.emit.own_layers import own_layer

    source = tmp_path / "source.py"
    source.write_text("\n\n".join(own_layer(rules()[name], "project") for name in CALLS))
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, __file__, source, tmp_path / "result.json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "result.json").read_text())
    for name, (_, expected) in CALLS.items():
        assert results[name]["values"] == _nearly(expected), name
        assert {key: results[name][key] for key in ("finite", "reloads", "class")} == {
            "finite": True,
            "reloads": True,
            "class": name,
        }


def _nearly(value: Any) -> Any:
    return [_nearly(each) for each in value] if isinstance(value, list) else pytest.approx(value, rel=1e-5)


def test_every_layer_is_tested_here() -> None:
    assert set(CALLS) == set(rules())


def rules() -> dict[str, Any]:
    """The rules of all classes that projects define themselves."""
    from layerwright.layers import builtin

    return {name: rule for name, rule in builtin().rules.items() if rule.source}


@pytest.mark.parametrize("name", CALLS)
def test_a_class_is_registered_under_its_project_and_laid_out(name: str) -> None:
    import black

    from layerwright.emit.own_layers import own_layer

    source = own_layer(rules()[name], "my_project")
    assert source.startswith('@keras.saving.register_keras_serializable(package="my_project")\nclass ' + name)
    assert "keras.layers" not in source, "model.py says layers.Dense, and so does a class in it"
    assert black.format_str(source, mode=black.Mode(line_length=100)) == source


def test_in_half_precision_two_equal_vectors_have_a_slope() -> None:
    # Training itself doesn't tell: with half precision, Keras skips a step whose slopes aren't numbers.
    import keras
    import torch

    from layerwright.emit.own_layers import own_layer

    namespace: dict[str, Any] = {"__name__": "model", "keras": keras, "layers": keras.layers}
    exec(own_layer(rules()["L2Distance"], "tests_half"), namespace)
    first, second = torch.ones(2, 3, requires_grad=True), torch.ones(2, 3)
    # Source gives it this dtype wherever the policy is a mixed one: in float16 its 1e-12 would be zero.
    namespace["L2Distance"](dtype="float32")([first.half(), second.half()]).sum().backward()
    assert first.grad is not None
    assert torch.isfinite(first.grad).all()


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(_results(Path(sys.argv[1]).read_text())))
