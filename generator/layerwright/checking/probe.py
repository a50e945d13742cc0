"""Builds the networks of projects and says what they are, as JSON.

It runs in a project's own environment, by `python -B -P probe.py REQUEST RESULT`, and so imports only the standard
library, Keras and the project. REQUEST is a JSON list of projects; RESULT gets a line of JSON for each, as soon as it
is done: where a project brings the process down, those before it are known.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
import traceback
from math import prod
from typing import Any

FEW = 1e-3
"""A learning rate to compile with."""


def described(keras: Any, model: Any) -> dict[str, Any]:
    """A network: its ends by name, and its layers in the order of their first calls."""
    model = getattr(model, "_functional", None) or model  # a Sequential has its graph in there
    calls = reached(model)
    inputs, outputs = ends(model.input, model.inputs), ends(model.output, model.outputs)
    names = {id(tensor): name for name, tensor in inputs.items()}
    return {
        "inputs": {name: shape(tensor) for name, tensor in inputs.items()},
        "outputs": {name: shape(tensor) for name, tensor in outputs.items()},
        "seen": {name: sources(tensor, names) for name, tensor in outputs.items()},
        "layers": [layer(keras, operation, nodes, names) for operation, nodes in calls],
        "parameters": model.count_params(),
        "trainable": count(model.trainable_weights),
    }


def reached(model: Any) -> list[tuple[Any, list[Any]]]:
    """The operations between inputs and outputs, in the order of first calls, each with its calls."""
    ours: dict[int, None] = {}
    waiting, stops = list(model.outputs), {id(tensor) for tensor in model.inputs}
    while waiting:
        tensor = waiting.pop()
        operation, index, _ = tensor._keras_history
        if id(tensor) in stops or operation is None:
            continue
        node = operation._inbound_nodes[index]
        if id(node) not in ours:
            ours[id(node)] = None
            waiting += node.input_tensors
    called = [(each, [node for node in each._inbound_nodes if id(node) in ours]) for each in model.operations]
    return [(each, nodes) for each, nodes in called if nodes and not nodes[0].is_input]


def ends(structure: Any, tensors: list[Any]) -> dict[str, Any]:
    """Inputs or outputs by name: the keys of a dict; else inputs' own names, and of outputs those of their layers."""
    if isinstance(structure, dict):
        return dict(structure)
    return {tensor._keras_history.operation.name: tensor for tensor in tensors}


def shape(tensor: Any) -> list[int | None]:
    """A shape, batch axis first."""
    return [None if size is None else int(size) for size in tensor.shape]


def sources(tensor: Any, names: dict[int, str]) -> list[str]:
    """The inputs that a tensor depends on."""
    found, seen, waiting = set(), set(), [tensor]
    while waiting:
        each = waiting.pop()
        if id(each) in names:
            found.add(names[id(each)])
            continue
        operation, index, _ = each._keras_history
        if operation is not None and (id(operation), index) not in seen:
            seen.add((id(operation), index))
            waiting += operation._inbound_nodes[index].input_tensors
    return sorted(found)


def layer(keras: Any, operation: Any, nodes: list[Any], names: dict[int, str]) -> dict[str, Any]:
    """A layer, or an operation that Keras put into the graph for a function."""
    weights = getattr(operation, "weights", [])
    told = {
        "name": operation.name,
        "class": type(operation).__name__,
        "is_layer": isinstance(operation, keras.Layer),
        "trainable": bool(getattr(operation, "trainable", True)),
        "parameters": count(weights) if isinstance(operation, keras.Layer) else 0,
        "learning": count(getattr(operation, "trainable_weights", [])),
        "weights": [list(weight.shape) for weight in weights],
        "calls": [call(keras, node, names) for node in nodes],
    }
    if isinstance(operation, keras.Model) and getattr(operation, "inputs", None):
        told["model"] = described(keras, operation)
    return told


def call(keras: Any, node: Any, names: dict[int, str]) -> dict[str, Any]:
    """One call: what goes in, the shape of what comes out first, and whether it says `training`."""
    # Masks go their own ways beside the layers.
    given = {key: value for key, value in node.arguments.kwargs.items() if "mask" not in key}
    tensors = [each for each in keras.tree.flatten([node.arguments.args, given]) if hasattr(each, "_keras_history")]
    training = given.get("training")
    parameter = inspect.signature(node.operation.call).parameters.get("training")
    usual = parameter is None or training == parameter.default  # Keras passes on what a layer has by itself
    return {
        "inputs": [names.get(id(each)) or each._keras_history.operation.name for each in tensors],
        "shape": shape(node.outputs[0]),
        "training": training if isinstance(training, bool) and not usual else None,
    }


def count(weights: list[Any]) -> int:
    """How many numbers weights hold."""
    return sum(prod(weight.shape) for weight in weights)


def built(package: str) -> Any:
    """The project's network, not trained, without pretrained weights: those would be downloaded."""
    build = importlib.import_module(f"{package}.model").build_model
    return build(weights=None) if "weights" in inspect.signature(build).parameters else build()


def losses(package: str, model: Any) -> list[str] | None:
    """The outputs that have a loss once the project has compiled its network, None if all have one."""
    compile_model = importlib.import_module(f"{package}.train").compile_model
    compile_model(model, learning_rate=FEW)
    loss = model.loss
    return [name for name, value in loss.items() if value is not None] if isinstance(loss, dict) else None


def phase_two(keras: Any, package: str, model: Any, backbone: str, last: int) -> dict[str, Any]:
    """What learns of the backbone once its last layers may."""
    importlib.import_module(f"{package}.model").unfreeze_top(model, last)
    layers = model.get_layer(backbone).layers
    learning = [(index, each) for index, each in enumerate(layers) if each.trainable_weights]
    return {
        "learning": [each.name for _, each in learning],
        "early": [each.name for index, each in learning if index < len(layers) - last],
        "normalising": [each.name for _, each in learning if isinstance(each, keras.layers.BatchNormalization)],
    }


def attempt(function: Any, *arguments: Any) -> dict[str, Any]:
    """What a function returns, or what went wrong, with the innermost line of the project that it went wrong in."""
    try:
        return {"value": function(*arguments)}
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever a project raises)
        here = os.getcwd() + os.sep
        frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename.startswith(here)]
        lines = [(each.filename, each.lineno) for each in frames]
        if isinstance(error, SyntaxError) and str(error.filename).startswith(here):
            lines.append((str(error.filename), error.lineno))
        told = {"error": f"{type(error).__name__}: {error}"[:2000]}
        if isinstance(error, ModuleNotFoundError) and not os.path.isdir(os.path.join("src", top := _top(error))):
            told["missing"] = top
        return told | ({"path": os.path.relpath(lines[-1][0], here), "line": lines[-1][1]} if lines else {})


def _top(error: ModuleNotFoundError) -> str:
    """The package that isn't there."""
    return (error.name or "a package").partition(".")[0]


def examined(keras: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """All that is said of one project."""
    package = asked["package"]
    source = os.path.join(asked["folder"], "src")
    os.chdir(asked["folder"])
    sys.path.insert(0, source)
    try:
        build = attempt(built, package)
        if "value" not in build:
            return {"built": build}
        model = build["value"]
        if not getattr(model, "inputs", None):
            return {"built": {"error": f"{type(model).__name__} has no graph: it isn't a Functional model"}}
        told = {"built": attempt(described, keras, model), "compiled": attempt(losses, package, model)}
        if asked["backbone"] and asked["last"]:
            told["phase_two"] = attempt(phase_two, keras, package, model, asked["backbone"], asked["last"])
        return told
    finally:
        sys.path.remove(source)
        for name in [each for each in sys.modules if each.partition(".")[0] == package]:
            del sys.modules[name]
        keras.backend.clear_session()
        keras.config.set_dtype_policy("float32")


def main() -> None:
    """Examines each project that is asked for."""
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    os.dup2(2, 1)  # what projects print is no part of the result
    import keras  # type: ignore[import-not-found, import-untyped, unused-ignore]

    with open(sys.argv[2], "w", encoding="utf-8") as result:
        for asked in request:
            result.write(json.dumps(examined(keras, asked)) + "\n")
            result.flush()


if __name__ == "__main__":
    main()
