"""Protects the promise that real Keras builds what was planned: every shape, parameter, name, edge and sharing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import pytest

from layerwright.blocks import MERGES
from layerwright.plan import Plan
from layerwright.presets import presets

from . import models
from .properties import check

PRESETS = {
    "autoencoder": ("functional", 476_720, 476_720),
    "branching-cnn": ("functional", 55_450, 55_450),
    "compare-mlp": ("sequential", 55_050, 55_050),
    "conv-autoencoder": ("functional", 74_497, 74_497),
    "debug-mlp": ("sequential", 50_890, 50_890),
    "decision-mlp": ("sequential", 3_457, 3_457),
    "feedforward": ("sequential", 193, 193),
    "image-metadata": ("functional", 8_725, 8_725),
    "lstm": ("sequential", 16_961, 16_961),
    "lstm-pair": ("functional", 33_921, 33_921),
    "lstm-shared": ("functional", 17_025, 17_025),
    "masked-lstm": ("functional", 10_657, 10_657),
    "mlp": ("sequential", 1_354, 1_354),
    "mnist-mlp": ("sequential", 235_146, 235_146),
    "power-plant": ("functional", 2_466, 2_466),
    "product-heads": ("functional", 6_098_492, 6_098_492),
    "regression-and-class": ("functional", 124, 124),
    "residual-cnn": ("functional", 78_346, 77_962),
    "residual-mlp": ("functional", 8_970, 8_970),
    "resnet-transfer": ("functional", 24_114_826, 527_114),
    "siamese-conv": ("functional", 15_746_048, 15_746_048),
    "siamese-dense": ("functional", 6_464, 6_464),
    "subclassed-block": ("functional", 78_346, 77_962),
    "two-heads": ("functional", 418, 418),
    "two-inputs": ("functional", 13_706, 13_706),
}
"""The form, and the parameters, total and trainable: read off Keras models that were written by hand."""

ENCODER = 237_984
"""Parameters of the encoder beside the preset `autoencoder`, read off a Keras model too."""


def _preset(name: str) -> Plan:
    return models.planned(**presets()[name].answers())


def test_every_preset_has_its_number_here() -> None:
    assert set(presets()) == set(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_plan_has_the_form_and_the_parameters_of_the_architecture(name: str) -> None:
    plan = _preset(name)
    assert (plan.decision.template, plan.graph.parameters, plan.graph.trainable_parameters) == PRESETS[name]


@pytest.mark.parametrize("name", PRESETS)
def test_keras_builds_a_preset_as_planned(name: str) -> None:
    plan = _preset(name)
    built = models.described(models.built(models.source(plan)))
    assert built == models.expected(plan)
    assert (built["class"].lower(), *built["parameters"]) == PRESETS[name]


@pytest.mark.parametrize("how", MERGES)
@pytest.mark.parametrize("inputs", ["note: text 50x9, photo: image 8x8x3", "kind: category 5, size: numeric 2"])
def test_the_planners_own_branches_can_be_joined_by_any_merge(how: str, inputs: str) -> None:
    task = "distance" if MERGES[how].distance else "binary"
    plan = models.planned(inputs=inputs, outputs=f"y: {task}", merge=how)
    assert models.described(models.built(models.source(plan))) == models.expected(plan)


def test_the_autoencoders_encoder_is_a_model_with_the_parameters_of_the_architecture() -> None:
    _, beside = models.built_with_others(models.source(_preset("autoencoder")), ["encoder"])
    assert beside["encoder"].count_params() == ENCODER


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_other_backends_build_the_presets_as_planned(backend: str, tmp_path: Path) -> None:
    plans = {name: _preset(name) for name in PRESETS}
    sources, result = tmp_path / "sources.json", tmp_path / "result.json"
    sources.write_text(json.dumps({name: models.source(plan) for name, plan in plans.items()}))
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, models.__file__, sources, result], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(result.read_text()) == {name: models.expected(plan) for name, plan in plans.items()}


VECTORS = {"inputs": "left: vector 4, right: vector 4", "sharing": "twin: left + right"}


GIVES_STATE = ["lstm 5 return_sequences=true name=giver", "lstm 5 return_sequences=true initial_state=giver"]

GROUP_TWICE = [{"residual": {"layers": GIVES_STATE, "name": "group"}}, "dense 5", "use group"]


def _of_steps(stack: list[Any]) -> dict[str, Any]:
    return {"inputs": "x: sequence 4x5", "outputs": "y: regression", "layers": {"branches": {"x": [*stack, "flatten"]}}}


@pytest.mark.parametrize(
    "stack",
    [
        [*GIVES_STATE, "dense 5", "use giver", "dense 3"],
        [GIVES_STATE[0], "dense 5", "use giver", GIVES_STATE[1]],
        [{"parallel": [["gru 5 name=giver"], ["gru 5 initial_state=giver"], ["use giver", "dense 3"]]}],
        GROUP_TWICE,
    ],
    ids=["after its state is taken", "before its state is taken", "beside it", "in a group"],
)
def test_a_layer_that_gives_its_state_is_called_again(stack: list[Any]) -> None:
    assert check(_of_steps(stack))


def test_a_group_that_is_called_again_begins_with_the_state_of_that_call() -> None:
    nodes = models.planned(**_of_steps(GROUP_TWICE)).graph.nodes
    givers, takers = ([node for node in nodes if node.layer.name == name] for name in ("giver", "group_lstm"))
    assert [node.inputs[1] for node in takers] == [node.state for node in givers]
    assert len({node.state for node in givers}) == 2


IMAGES, MASK = "a: image 16x16x3, b: image 16x16x3", "m: segmentation 2 from=a"


@pytest.mark.parametrize(
    ("answers", "merged"),
    [
        (
            {"inputs": IMAGES, "sharing": "enc: a + b", "merge": "l2_distance", "outputs": f"y: distance, {MASK}"},
            {"a_global_average_pool", "b_global_average_pool"},
        ),
        (
            {"inputs": IMAGES, "merge": "l1_distance", "outputs": f"y: distance, {MASK}"},
            {"a_dense", "b_global_average_pool"},
        ),
        (
            {
                "inputs": f"{IMAGES}, c: numeric 4",
                "merge": "l2_distance",
                "outputs": f"y: distance from=a+b, {MASK}, z: regression from=c",
            },
            {"a_dense", "b_global_average_pool"},
        ),
        (
            {"inputs": IMAGES, "merge": "dot", "outputs": f"y: regression, {MASK}, n: segmentation 2 from=b"},
            {"a_global_average_pool", "b_global_average_pool"},
        ),
        (
            {"inputs": "a: image 16x16x3, b: numeric 4", "merge": "add", "outputs": f"y: regression, {MASK}"},
            {"a_dense", "b_dense"},
        ),
        (
            {"inputs": "a: image 16x16x3, b: numeric 4", "outputs": f"y: regression, {MASK}"},
            {"a_global_average_pool", "b_dense"},
        ),
    ],
    ids=["a shared encoder", "a distance", "a third input", "a product", "a sum", "side by side"],
)
def test_branches_that_are_left_to_the_planner_can_be_merged(answers: dict[str, Any], merged: set[str]) -> None:
    assert check(answers)
    graph = models.planned(**answers).graph
    names = graph.names()
    assert {names[tensor] for node in graph.nodes if node.part == "merge" for tensor in node.inputs} == merged


@pytest.mark.parametrize(
    ("answers", "names"),
    [
        ({"inputs": "x: numeric 4", "outputs": "y: multiclass 3"}, {"y"}),
        ({"inputs": "x: numeric 4, z: vector 2", "outputs": "y: binary, e: embedding 2"}, {"y", "e"}),
        ({**VECTORS, "outputs": "y: embedding 8", "layers": {"branches": {"twin": "dense 4"}, "body": []}}, {"merge"}),
        (
            {**VECTORS, "outputs": "y: embedding 4 from=left, z: binary", "layers": {"branches": {"twin": "dense 4"}}},
            {"twin", "z"},
        ),
        (
            {
                **VECTORS,
                "outputs": "y: embedding 4 from=left, z: binary",
                "layers": {"branches": {"twin": "dense 2, dense 4 name=code"}},
            },
            {"code", "z"},
        ),
    ],
    ids=["sequential", "heads", "merge", "shared layer", "last of a shared model"],
)
def test_with_mixed_precision_exactly_the_last_layers_compute_in_float32(
    answers: dict[str, Any], names: set[str]
) -> None:
    layers = dict(answers.get("layers", {}))
    if "sharing" in answers:
        # Nothing stands between these outputs and what the branches give.
        layers |= {"body": [], "heads": {"y": [{"output": "none"}]}}
    given_answers = answers | {"layers": layers}
    assert "dtype" not in models.source(models.planned(**given_answers))
    plan = models.planned(**given_answers, precision="mixed_float16")
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = models.built(models.source(plan))
    finally:
        keras.config.set_dtype_policy("float32")
    assert models.described(model) == models.expected(plan)
    assert {tensor.dtype for tensor in model.outputs} == {"float32"}
    leaves = [
        layer
        for layer in model._flatten_layers(include_self=False)
        if not isinstance(layer, keras.Model | keras.layers.InputLayer)
    ]
    assert {layer.name for layer in leaves if layer.compute_dtype == "float32"} == names


BLOCK = ["dense 8", "dense 8", "dense 8 linear"]


@pytest.mark.parametrize(
    ("kind", "stack"),
    [
        ("numeric 8", [{"repeat": {"times": 4, "layers": ["dense 8"]}}]),
        ("numeric 8", [{"repeat": {"times": 4, "layers": ["dense 8", "batch_norm"]}}]),
        ("numeric 8", [{"residual": BLOCK}, {"residual": BLOCK}, {"residual": BLOCK}]),
        ("numeric 8", [{"residual": {"layers": BLOCK, "form": "class"}}] * 2),
        ("numeric 8", [{"model": {"layers": ["dense 4", {"model": {"layers": ["dense 4", "dense 8"]}}]}}]),
        ("sequence 5x8", [{"bidirectional": "lstm 4"}]),
        (
            "sequence 5x8",
            [{"time_distributed": ["dense 4", "dense 2"]}, "flatten", {"SpectralNormalization": "dense 8"}],
        ),
    ],
    ids=["loop", "loop of groups", "function", "class", "model in a model", "wrapper", "wrapper of one kernel"],
)
def test_with_mixed_precision_an_output_is_float32_wherever_its_last_layer_stands(kind: str, stack: list[Any]) -> None:
    head = [*stack, {"output": "none"}]
    for names in (["y"], ["y", "z"]):
        layers = {"branches": {"x": []}, "body": [], "heads": dict.fromkeys(names, head)}
        outputs = ", ".join(f"{name}: regression 8" for name in names)
        plan = models.planned(inputs=f"x: {kind}", outputs=outputs, precision="mixed_bfloat16", layers=layers)
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            model = models.built(models.source(plan))
        finally:
            keras.config.set_dtype_policy("float32")
        assert models.described(model) == models.expected(plan)
        assert {tensor.dtype for tensor in model.outputs} == {"float32"}


def test_source_is_the_same_in_every_process() -> None:
    plan = {**VECTORS, "outputs": "y: binary from=left, z: binary", "branching": ["residual", "parallel"]}
    program = f"from tests import models; print(models.source(models.planned(**{plan!r})), end='')"
    environment = os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == models.source(models.planned(**plan))
