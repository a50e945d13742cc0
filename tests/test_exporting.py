"""Protects what other programs run: an exported network says the same on each backend, in every format asked for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from layerwright.context import context
from layerwright.plan import design
from layerwright.presets import BLANK

from .projects import generated, run_module, run_pytest, shell

PROJECTS = {
    "every format": {
        "inputs": "photo: image 16x16x3, meta: numeric 3, shop: category 5",
        "outputs": "kind: multiclass 4, price: regression",
        "export": "[saved_model, onnx, litert]",
    },
    "steps of any number": {
        "inputs": "words: text 30x?",
        "outputs": "tags: labels 4",
        "backend": "jax",
        "export": "[saved_model, onnx]",
    },
    "a sequential": {
        "inputs": "x: numeric 6",
        "outputs": "y: multiclass 3",
        "backend": "tensorflow",
        "export": "[saved_model, onnx, litert]",
    },
    "half as many bits": {
        "inputs": "x: numeric 6, z: vector 3",
        "outputs": "y: regression 2",
        "precision": "mixed_bfloat16",
        "export": "[onnx, litert]",
    },
    "a class of its own": {
        "inputs": "photo: image 16x16x3",
        "outputs": "again: reconstruction photo, kind: multiclass 5",
        "layers": "{branches: {photo: [{residual: {layers: [conv 3], form: class}}]}, body: []}",
        "export": "[onnx]",
    },
}


def project(name: str) -> Path:
    """Returns the project of this name."""
    return generated(BLANK, project_name=name.replace(" ", "_"), **PROJECTS[name])


@pytest.mark.parametrize("name", PROJECTS)
def test_its_own_test_of_the_export_passes(name: str) -> None:
    code, output = run_pytest(project(name), "-q", "tests/test_export.py")
    assert code == 0, output


def test_a_trained_network_is_exported_with_a_page(tmp_path: Path) -> None:
    arguments = [f"run={tmp_path}", "training.epochs=1", "data.synthetic_samples=60"]
    code, output = run_module(project("every format"), "train", *arguments)
    assert code == 0, output
    # In a process of its own, which chooses its backend before Keras is there.
    code, output = shell(project("every format"), [sys.executable, "-m", "every_format.export", *arguments], "torch")
    assert code == 0, output
    written = {path.name for path in (tmp_path / "exported").iterdir()}
    assert written == {"saved_model", "network.onnx", "network.tflite", "learned.json", "README.md"}
    page = (tmp_path / "exported" / "README.md").read_text(encoding="utf-8")
    assert "minus `mean`, divided by `deviation` of `meta` in learned.json" in page
    assert "times `deviation`, plus `mean` of `price` in learned.json" in page
    assert "0 to 255, as it is: the network scales it" in page


def test_what_is_not_asked_for_leaves_no_trace(tmp_path: Path) -> None:
    answers = {"inputs": "x: numeric 4", "outputs": "y: binary", "backend": "torch"}
    without, asked = (context(design(answers | {"export": each})) for each in ([], ["onnx"]))
    added = set(asked["requirements"]) - set(without["requirements"])
    assert {each.partition(">")[0] for each in added} == {
        *("onnx", "onnxruntime", "tensorflow", "tensorflow-cpu", "tf2onnx"),
    }
    plain = generated(BLANK, inputs="x: numeric 4", outputs="y: binary")
    assert not [path for path in plain.rglob("*") if "export" in path.name]
    assert "export" not in json.dumps([path.read_text(encoding="utf-8") for path in plain.glob("src/*/*.py")])
