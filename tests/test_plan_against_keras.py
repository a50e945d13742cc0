"""Protects the promise that real Keras builds what was planned: every shape, parameter, name, edge and sharing."""

from __future__ import annotations

import copy
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import black
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from layerwright.answers import KEYS
from layerwright.blocks import MERGES
from layerwright.jinja import BLACK_MODE
from layerwright.kinds import KINDS
from layerwright.plan import Plan
from layerwright.presets import presets
from layerwright.problems import AnswersError
from layerwright.tasks import TASKS

from . import models

PARAMETERS = {
    "image-metadata": (8_725, 8_725),
    "mnist-mlp": (235_146, 235_146),
    "power-plant": (2_466, 2_466),
    "resnet-transfer": (24_114_826, 527_114),
    "siamese-dense": (6_464, 6_464),
}
"""Total and trainable, read off Keras models that were written by hand."""


def _preset(name: str) -> Plan:
    return models.planned(**presets()[name].answers())


def test_every_preset_has_its_number_here() -> None:
    assert set(presets()) == set(PARAMETERS)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_presets_plan_has_the_parameters_of_the_architecture(name: str) -> None:
    graph = _preset(name).graph
    assert (graph.parameters, graph.trainable_parameters) == PARAMETERS[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_keras_builds_a_preset_as_planned(name: str) -> None:
    plan = _preset(name)
    assert models.described(models.built(models.source(plan))) == models.expected(plan)


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_other_backends_build_the_presets_as_planned(backend: str, tmp_path: Path) -> None:
    plans = {name: _preset(name) for name in PARAMETERS}
    sources, result = tmp_path / "sources.json", tmp_path / "result.json"
    sources.write_text(json.dumps({name: models.source(plan) for name, plan in plans.items()}))
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, models.__file__, sources, result], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(result.read_text()) == {name: models.expected(plan) for name, plan in plans.items()}


VECTORS = {"inputs": "left: vector 4, right: vector 4", "sharing": "twin: left + right"}


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


def test_source_is_the_same_in_every_process() -> None:
    plan = {**VECTORS, "outputs": "y: binary from=left, z: binary", "branching": ["residual", "parallel"]}
    program = f"from tests import models; print(models.source(models.planned(**{plan!r})), end='')"
    environment = os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == models.source(models.planned(**plan))


INPUT_NAMES = ["photo", "Meta", "left", "right", "x", "class", "layers", "body", "merge", "inputs", "heads", "dense"]
OUTPUT_NAMES = ["category", "price", "y", "dense_1", "list", "keras", "build_model", "output", "concatenate", "outputs"]
GROUP_NAMES = ["encoder", "model", "def", "shared_encoder"]
"""Among them are names that mean something in Python, in the source, or to the planner."""

SIZE = st.integers(1, 6)
WIDTH = st.sampled_from([1, 2, 3, 4, 4, 4, 8])
ANY_ACTIVATION = st.sampled_from(["", " relu", " linear", " tanh", " softmax", " activation=gelu", " use_bias=false"])

VECTOR_LAYERS = [
    "batch_norm",
    "batch_norm momentum=0.9 scale=false",
    "layer_norm",
    "LayerNormalization -1 0.01 true false",
    "unit_norm",
    "dropout 0.25",
    "Dropout 0",
    "relu",
    "leaky_relu",
    "Rescaling 2.718281828 -0.5",
    "Rescaling 0.00392156862745098",
    "Activation swish",
]
"""Layers that take a tensor of any rank and give one of the same shape."""

IMAGE_LAYERS = [
    "max_pool",
    "average_pool",
    "max_pool 3x2 strides=1 padding=same",
    "MaxPooling2D 2 1",
    "AveragePooling2D 2",
    "spatial_dropout 0.1",
    "conv 4 padding=valid",
    "conv 2 5 strides=2",
    "conv 4 3x1 dilation_rate=2",
    "conv 4 1 groups=1",
    "Conv2D 3 2 1 same",
    "conv 4 linear use_bias=false",
]
SEQUENCE_LAYERS = ["conv 4", "conv 3 2 padding=causal", "max_pool padding=same", "spatial_dropout 0.5", "Conv1D 2 1"]
TO_VECTOR = {
    3: ["flatten", "global_average_pool", "global_max_pool", "Reshape -1"],
    2: ["flatten", "global_max_pool", "GlobalAveragePooling1D", "reshape -1"],
}


@st.composite
def _layer(draw: st.DrawFn, rank: int) -> str:
    """A layer that takes a tensor of so many axes, the batch's not counted, and gives as many."""
    kinds = [VECTOR_LAYERS, {1: VECTOR_LAYERS, 2: SEQUENCE_LAYERS, 3: IMAGE_LAYERS}[rank]]
    if draw(st.booleans()):
        return draw(st.sampled_from(["dense", "dense", "Dense"])) + f" {draw(WIDTH)}{draw(ANY_ACTIVATION)}"
    return draw(st.sampled_from(draw(st.sampled_from(kinds))))


@st.composite
def _item(draw: st.DrawFn, rank: int, depth: int) -> Any:
    """A layer, a named layer, or a group."""
    what = draw(st.sampled_from(["layer"] * 7 + ["named", "residual", "parallel"]))
    if what == "residual" and depth:
        stack = draw(_items(rank, depth - 1, least=1))
        if draw(st.booleans()):
            return {"residual": stack}
        return {"residual": {"layers": stack, "activation": draw(st.sampled_from(["none", "relu", "tanh"]))}}
    if what == "parallel" and depth:
        paths = [draw(_items(rank, depth - 1)) for _ in range(draw(st.integers(2, 3)))]
        return {"parallel": {"paths": paths, "merge": draw(st.sampled_from(["concatenate"] * 5 + ["add"]))}}
    if what == "named":
        return f"dense {draw(WIDTH)} name={draw(st.sampled_from(['hidden', 'latent', 'X', 'dense_2', 'merge_1']))}"
    return draw(_layer(rank))


@st.composite
def _items(draw: st.DrawFn, rank: int, depth: int, least: int = 0) -> list[Any]:
    return [draw(_item(rank, depth)) for _ in range(draw(st.integers(least, 2)))]


@st.composite
def _stack(draw: st.DrawFn, rank: int, ends: list[str]) -> Any:
    """A stack that mostly ends in a vector, by `ends`; as a list or, where it can, as one line."""
    items = draw(_items(rank, 2))
    if rank == 1 and draw(st.integers(0, 4)) == 0:
        items += ["reshape -1x1", *draw(_items(2, 1))]
        rank = 2
    if rank > 1 and draw(st.integers(0, 9)):
        items += [draw(st.sampled_from(TO_VECTOR[rank])), *draw(_items(1, 1))]
    items += ends
    in_one_line = all(isinstance(item, str) for item in items) and draw(st.booleans())
    return ", ".join(items) if in_one_line else items


@st.composite
def _inputs(draw: st.DrawFn, names: list[str], *, backbone: bool) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The kind and sizes of each input. Often those of the one before, so that they can share an encoder."""
    inputs: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name in names:
        if inputs and draw(st.booleans()):
            inputs[name] = list(inputs.values())[-1]
            continue
        kind = "image" if backbone and not inputs else draw(st.sampled_from(sorted(KINDS)))
        edge = st.just(32) if backbone else st.sampled_from([4, 8, 9, 17])
        inputs[name] = (kind, (draw(edge), draw(edge), 3) if kind == "image" else (draw(SIZE),))
    return inputs


@st.composite
def _outputs(draw: st.DrawFn, inputs: list[str]) -> dict[str, tuple[str, int, str]]:
    """The task, size and text of each output."""
    outputs = {}
    for name in draw(
        st.lists(st.sampled_from(OUTPUT_NAMES), min_size=1, max_size=draw(st.integers(1, 3)), unique=True)
    ):
        task = TASKS[draw(st.sampled_from(sorted(TASKS)))]
        size = draw(st.integers(task.smallest, 5)) if task.form else 1
        text = f"{name}: {task.name}" + (f" {size}" if task.form else "")
        # The first one mostly sees all, or many sets of answers would have an input that no output sees.
        if draw(st.integers(0, 2 if outputs else 9)) == 0:
            seen = draw(st.lists(st.sampled_from(inputs), min_size=1, unique=True))
            text += f" from={'+'.join(seen)}"
        text += draw(st.sampled_from(["", "", " * 0.5", " * 3.14159265"]))
        outputs[name] = (task.name, size, text)
    return outputs


@st.composite
def _sharing(draw: st.DrawFn, inputs: dict[str, Any]) -> dict[str, list[str]]:
    """Groups of inputs of one kind and size."""
    alike = [[name for name, of in inputs.items() if of == one] for one in dict.fromkeys(inputs.values())]
    groups = [group for group in alike if len(group) > 1 and draw(st.booleans())]
    names = draw(st.lists(st.sampled_from(GROUP_NAMES), min_size=len(groups), max_size=len(groups), unique=True))
    return dict(zip(names, groups, strict=True))


@st.composite
def _head(draw: st.DrawFn, size: int) -> Any:
    stack = draw(_stack(1, []))
    last = draw(st.sampled_from(["task", "task", "task", "output", "none"]))
    if last == "task":
        return stack
    items = stack if isinstance(stack, list) else [stack] if stack and "," not in stack else []
    if last == "output":
        return [*items, {"output": f"dense {size} tanh"}]
    return [*items, f"dense {size}", {"output": "none"}]


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """A whole set of answers, over everything that this version does. Most of them make sense."""
    backbone = draw(st.integers(0, 15)) == 0
    most = draw(st.sampled_from([1, 2, 4]))
    names = draw(st.lists(st.sampled_from(INPUT_NAMES), min_size=1, max_size=most, unique=True))
    inputs = draw(_inputs(names, backbone=backbone))
    outputs = draw(_outputs(names))
    sharing = draw(_sharing(inputs))
    merge = draw(st.sampled_from(["concatenate", "concatenate", *MERGES]))
    merge = "add" if merge == "subtract" and len(names) > 2 and draw(st.booleans()) else merge
    grouped = set(itertools.chain(*sharing.values()))
    owners = {name: inputs[name] for name in names if name not in grouped}
    owners |= {group: inputs[members[0]] for group, members in sharing.items()}
    # What adds up has to have one width: then every branch says its last layer.
    ends = ["dense 4"] if merge != "concatenate" and draw(st.integers(0, 5)) else []
    branches = {
        owner: draw(_stack(3 if kind == "image" else 1, ends))
        for owner, (kind, _) in owners.items()
        if ends or draw(st.booleans())
    }
    layers: dict[str, Any] = {"branches": branches} if branches else {}
    if draw(st.booleans()):
        layers["body"] = draw(_stack(1, []))
    heads = {name: draw(_head(size)) for name, (_, size, _) in outputs.items() if draw(st.integers(0, 2)) == 0}
    return {
        "inputs": ", ".join(f"{name}: {kind} {'x'.join(map(str, sizes))}" for name, (kind, sizes) in inputs.items()),
        "outputs": ", ".join(text for _, _, text in outputs.values()),
        "sharing": ", ".join(f"{group}: {' + '.join(members)}" for group, members in sharing.items()),
        "merge": merge,
        "branching": draw(st.lists(st.sampled_from(["residual", "parallel"]), max_size=2, unique=True)),
        "body": draw(st.sampled_from(["shared", "shared", "separate"])),
        "backbone": "MobileNetV2" if backbone else "none",
        "straight": draw(st.sampled_from([True, True, False])),
        "precision": draw(st.sampled_from(["float32", "float32", "mixed_bfloat16", "mixed_float16"])),
        "layers": layers | ({"heads": heads} if heads else {}),
    }


def _check_problems(error: AnswersError) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.place.split(".")[0] in KEYS
        assert problem.what.strip()
        assert problem.mend.strip()
        assert len(problem.short) <= 50
        assert "\n" not in problem.what + problem.mend


def _check_source(plan: Plan, text: str) -> None:
    compile(text, "model.py", "exec")
    assert black.format_str(text, mode=BLACK_MODE) == text
    assert models.source(plan) == text


def _check_model(plan: Plan, model: keras.Model) -> None:
    """It is what was planned, and data goes through it and comes out with the planned shapes."""
    assert models.described(model) == models.expected(plan)
    if plan.spec.hardware.precision != "float32":
        assert {tensor.dtype for tensor in model.outputs} == {"float32"}
        return
    data = {name: np.zeros((2, *tensor.shape[1:]), "float32") for name, tensor in plan.graph.inputs.items()}
    sequential = plan.decision.template == "sequential"
    result = model(next(iter(data.values())) if sequential else data)
    outputs = dict(zip(plan.graph.outputs, [result], strict=True)) if sequential else result
    shapes = {name: tuple(tensor.shape) for name, tensor in outputs.items()}
    assert shapes == {name: (2, *tensor.shape[1:]) for name, tensor in plan.graph.outputs.items()}


@settings(
    deadline=None,
    max_examples=models.EXAMPLES,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(answers())
def test_answers_are_refused_with_reasons_or_become_the_model_that_was_planned(given_answers: dict[str, Any]) -> None:
    before = copy.deepcopy(given_answers)
    try:
        plan = models.planned(**given_answers)
    except AnswersError as error:
        event("refused")
        return _check_problems(error)
    event(plan.decision.template)
    assert given_answers == before
    text = models.source(plan)
    _check_source(models.planned(**before), text)
    keras.config.set_dtype_policy(plan.spec.hardware.precision)
    try:
        _check_model(plan, models.built(text))
    finally:
        keras.config.set_dtype_policy("float32")
    return None
