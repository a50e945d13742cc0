"""Plans, the `model.py` that a project gets, and the real Keras model that comes of it.

Run as a program it builds models on another backend: `KERAS_BACKEND=jax python models.py SOURCES.json RESULT.json`.
A source is a text, or a `case` with the data that go through its model.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

    from layerwright.graph import Graph
    from layerwright.plan import Plan

EXAMPLES = int(os.environ.get("LAYERWRIGHT_EXAMPLES", "150"))
"""How many whole sets of answers a test draws."""

TEMPLATE = "templates/project/src/{{ package }}/model.py.jinja"


def planned(**answers: Any) -> Plan:
    """The plan of a set of answers."""
    from layerwright.plan import design

    return design(answers)


@functools.cache
def _template(*, laid_out: bool = True) -> Any:
    import jinja2

    from layerwright.jinja import install
    from layerwright.places import template_root

    # As copier.yml sets it up.
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_root()),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    install(environment)
    if not laid_out:
        environment.filters["black"] = str
    return environment.get_template(TEMPLATE)


def source(plan: Plan) -> str:
    """The `model.py` of a plan's project, without Copier, which takes seconds."""
    from layerwright.context import model

    return str(_template().render(project=model(plan)))


def digest(plan: Plan) -> str:
    """A number that is another one for another `model.py`: that of the source before Black, which takes longest."""
    from layerwright.context import model

    text = str(_template(laid_out=False).render(project=model(plan)))
    return hashlib.sha256(text.encode()).hexdigest()


def built(text: str) -> keras.Model:
    """The model that a `model.py` builds; a backbone with random weights."""
    return built_with_others(text)[0]


def built_with_others(text: str, names: Iterable[str] = ()) -> tuple[keras.Model, dict[str, keras.Model]]:
    """The model that a `model.py` builds, and the models beside it that have these names."""
    namespace: dict[str, Any] = {"__name__": "model"}
    exec(compile(text, "model.py", "exec"), namespace)
    build = namespace["build_model"]
    model: keras.Model = build(weights=None) if "weights" in build.__annotations__ else build()
    return model, {name: namespace[f"build_{name}"](model) for name in names}


def expected(plan: Plan) -> dict[str, Any]:
    """What a plan says of its model, as plain data."""
    graph = plan.graph
    outputs: Any = {name: list(tensor.shape) for name, tensor in graph.outputs.items()}
    inputs: Any = {name: list(tensor.shape) for name, tensor in graph.inputs.items()}
    if plan.decision.template == "sequential":
        [inputs], [outputs] = inputs.values(), outputs.values()
    return {
        "class": plan.decision.template.capitalize(),
        "name": plan.spec.package,
        "inputs": inputs,
        "outputs": outputs,
        "parameters": [graph.parameters, graph.trainable_parameters],
        "layers": _rows(graph),
    }


def _rows(graph: Graph) -> dict[str, Any]:
    from layerwright.graph import SubModel

    names = graph.names()
    rows = {}
    for layer, nodes in graph.calls().items():
        # Which call comes first, if a layer has several, is the source's own business.
        calls = sorted([[names[tensor] for tensor in node.inputs], list(node.output.shape)] for node in nodes)
        rows[layer.name] = {
            "class": layer.class_name,
            "parameters": [layer.parameters, layer.trainable_parameters],
            "calls": calls,
        }
        if isinstance(layer, SubModel):
            rows[layer.name]["layers"] = _rows(layer.graph)
    return rows


def described(model: keras.Model) -> dict[str, Any]:
    """What a real model is, as plain data of the same form. A backbone's own layers are left out."""
    functional = hasattr(model, "input")
    return {
        "class": type(model).__name__,
        "name": model.name,
        "inputs": _shapes(model.input if functional else model.inputs[0]),
        "outputs": _shapes(model.output if functional else model.outputs[0]),
        "parameters": [model.count_params(), _trainable(model)],
        "layers": _described_layers(model),
    }


def _shapes(tensors: Any) -> Any:
    if isinstance(tensors, dict):
        return {name: list(tensor.shape) for name, tensor in tensors.items()}
    return list(tensors.shape)


def _trainable(layer: keras.layers.Layer) -> int:
    return sum(functools.reduce(int.__mul__, map(int, weight.shape), 1) for weight in layer.trainable_weights)


def _described_layers(model: keras.Model) -> dict[str, Any]:
    import keras

    layers = {layer.name: layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)}
    rows = {name: _described(layer) for name, layer in layers.items()}
    for name, row in rows.items():
        # A backbone is frozen; its own layers are Keras's.
        if isinstance(layers[name], keras.Model) and layers[name].trainable:
            row["layers"] = _described_layers(layers[name])
    return rows


def _described(layer: keras.layers.Layer) -> dict[str, Any]:
    return {
        "class": type(layer).__name__,
        "parameters": [layer.count_params(), _trainable(layer)],
        "calls": sorted(
            [list(_origins(_taken(node))), list(node.output_tensors[0].shape)] for node in layer._inbound_nodes
        ),
    }


def _taken(node: Any) -> list[Any]:
    """The tensors that a layer was called on, and one of its state's, without the masks that came with them."""
    import keras

    state = keras.tree.flatten(node.arguments.kwargs.get("initial_state"))[:1]
    return [each for each in (*keras.tree.flatten(node.arguments.args), *state) if isinstance(each, keras.KerasTensor)]


def _origins(tensors: list[Any]) -> Iterator[str]:
    """The names of the layers that tensors come from, past a backbone's preprocessing."""
    for tensor in tensors:
        operation, node_index, _ = tensor._keras_history
        if _is_preprocessing(operation):
            # Some kinds of preprocessing take the colours apart and put them together again.
            yield from dict.fromkeys(_origins(operation._inbound_nodes[node_index].input_tensors))
        else:
            yield operation.name


def _is_preprocessing(operation: Any) -> bool:
    import keras

    return not isinstance(operation, keras.layers.Layer)


LONGEST = 24
"""How long an axis of data is whose length varies: what windows and strides leave of it is still something."""


def case(plan: Plan) -> dict[str, Any]:
    """A plan's source, with what building it and sending data through it needs, as plain data."""
    return {
        "source": source(plan),
        "precision": plan.spec.hardware.precision,
        "beside": list(plan.graph.models),
        "data": [_data_of(each) for each in plan.spec.inputs],
    }


def _data_of(each: Any) -> dict[str, Any]:
    values = each.sizes[0] if each.kind.vocabulary else None
    shape = [each.shape[0] or 2, *(LONGEST if size is None else size for size in each.shape[1:])]
    return {"name": each.name, "shape": shape, "dtype": each.kind.dtype, "values": values}


def _numbers(about: dict[str, Any]) -> Any:
    """Made up data of one input: in the first sample the last quarter is padding, if it has steps."""
    import numpy as np

    generator = np.random.default_rng(0)
    if about["values"] is None:
        numbers = generator.uniform(0, 1, about["shape"])
    else:
        # An embedding may be said smaller than the vocabulary.
        numbers = generator.integers(0, min(2, about["values"]), about["shape"])
    if len(about["shape"]) in (2, 3):
        numbers[0, -(-about["shape"][1] * 3 // 4) :] = 0
    return numbers.astype(about["dtype"])


def expected_of_case(plan: Plan) -> dict[str, Any]:
    """What a plan says of its case: of the model, of those beside it, and of every tensor that data become."""
    graph = plan.graph
    beside = {}
    for name, tensor in graph.models.items():
        layers = dict.fromkeys(node.layer for node in graph.before(tensor))
        inputs = {each: list(graph.inputs[each].shape) for each in graph.sources(tensor)}
        counts = [sum(layer.parameters for layer in layers), sum(layer.trainable_parameters for layer in layers)]
        beside[name] = {"inputs": inputs, "output": list(tensor.shape), "parameters": counts}
    return {
        "model": expected(plan),
        "beside": beside,
        "data": {
            layer.name: [[list(node.output.shape), node.output.dtype, node.output.masked] for node in nodes]
            for layer, nodes in graph.calls().items()
        },
    }


def described_case(case: dict[str, Any]) -> dict[str, Any]:
    """What a case is in real Keras."""
    import keras

    keras.config.set_dtype_policy(case["precision"])
    try:
        model, others = built_with_others(case["source"], case["beside"])
        beside = {
            name: {
                "inputs": _shapes(other.input),
                "output": list(other.output.shape),
                "parameters": [other.count_params(), _trainable(other)],
            }
            for name, other in others.items()
        }
        # Its numbers are half as wide: not every operation has them on a CPU.
        data = _flowing(model, case["data"]) if case["precision"] == "float32" else None
        outputs = sorted({tensor.dtype for tensor in model.outputs})
        return {"model": described(model), "beside": beside, "data": data, "outputs": outputs}
    finally:
        keras.config.set_dtype_policy("float32")


def _flowing(model: keras.Model, inputs: list[dict[str, Any]]) -> dict[str, Any]:
    """What comes out of every layer, when data go in: shapes, dtypes, and whether there's a mask."""
    import keras

    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    calls = [(layer.name, node.output_tensors[0]) for layer in layers for node in layer._inbound_nodes]
    numbers = {about["name"]: _numbers(about) for about in inputs}
    every = keras.Model(model.inputs, [tensor for _, tensor in calls])
    given = [numbers[tensor.name] for tensor in model.inputs]
    flowing: dict[str, list[Any]] = {}
    # Attention takes the masks off what it's called on, when it has read them.
    attention = [layer for layer in layers if isinstance(layer, keras.layers.MultiHeadAttention)]
    read = {id(each) for layer in attention for node in layer._inbound_nodes for each in node.input_tensors}
    for (name, symbol), tensor in zip(calls, keras.tree.flatten(every(given)), strict=True):
        masked = getattr(symbol if id(symbol) in read else tensor, "_keras_mask", None) is not None
        said = [list(tensor.shape), keras.backend.standardize_dtype(tensor.dtype), masked]
        flowing.setdefault(name, []).append(said)
    return flowing


def main(sources: Path, result: Path) -> None:
    """Builds each of the named sources and writes what the models are; or what went wrong."""
    importlib.import_module("keras")
    models = {}
    for name, source_or_case in json.loads(sources.read_text()).items():
        if isinstance(source_or_case, str):
            models[name] = described(built(source_or_case))
            continue
        try:
            models[name] = described_case(source_or_case)
        except Exception as error:  # noqa: BLE001 (Keras and its backends raise whatever they raise)
            models[name] = {"error": f"{type(error).__name__}: {error}"}
    result.write_text(json.dumps(models))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
