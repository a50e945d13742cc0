"""A network as a check compares it: that of a plan, and that of a built model, in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..graph import Graph, Layer, SubModel
from ..plan import Plan
from ..records import dataclass

Sizes = tuple[int | None, ...]


@dataclass(frozen=True)
class Call:
    """One call of a layer: the inputs and layers that feed it, the shape of what comes out, `training` if that is said.

    Operations between layers, as a sum, are passed over: what feeds them feeds it.
    """

    inputs: frozenset[str]
    shape: Sizes
    training: bool | None = None


@dataclass(frozen=True)
class BuiltLayer:
    """A layer. `learning` counts the parameters that training moves; `model` is a nested model's own network."""

    name: str
    class_name: str
    parameters: int
    learning: int
    calls: tuple[Call, ...]
    model: Network | None = None


@dataclass(frozen=True)
class Network:
    """Inputs and outputs with shapes, layers by name; `seen` gives the inputs that each output depends on."""

    inputs: Mapping[str, Sizes]
    outputs: Mapping[str, Sizes]
    seen: Mapping[str, frozenset[str]]
    layers: Mapping[str, BuiltLayer]
    parameters: int
    learning: int

    def walk(self, path: str = "") -> Iterator[tuple[str, BuiltLayer]]:
        """Every layer with its path: those of a nested model follow it, as `encoder/conv`."""
        for layer in self.layers.values():
            yield f"{path}{layer.name}", layer
            if layer.model is not None:
                yield from layer.model.walk(f"{path}{layer.name}/")


def planned(plan: Plan) -> Network:
    """The network that the answers ask for."""
    return _of_graph(plan.graph)


def _of_graph(graph: Graph) -> Network:
    names = graph.names()
    layers = {
        layer.name: BuiltLayer(
            layer.name,
            layer.class_name,
            layer.parameters,
            layer.trainable_parameters,
            tuple(Call(frozenset(names[each] for each in node.inputs), _free(node.output.shape)) for node in nodes),
            _nested(layer),
        )
        for layer, nodes in graph.calls().items()
    }
    return Network(
        {name: _free(tensor.shape) for name, tensor in graph.inputs.items()},
        {name: _free(tensor.shape) for name, tensor in graph.outputs.items()},
        {name: frozenset(graph.sources(tensor)) for name, tensor in graph.outputs.items()},
        layers,
        graph.parameters,
        graph.trainable_parameters,
    )


def _nested(layer: Layer) -> Network | None:
    return _of_graph(layer.graph) if isinstance(layer, SubModel) else None


def _free(shape: Sizes) -> Sizes:
    """A shape without the batch's size, which says nothing about a network."""
    return (None, *shape[1:])


def told(data: Mapping[str, Any]) -> Network:
    """The network that a project's process has told of."""
    between = {
        each["name"]: [name for call in each["calls"] for name in call["inputs"]]
        for each in data["layers"]
        if not each["is_layer"]
    }
    layers = (_told_layer(each, between) for each in data["layers"] if each["is_layer"])
    return Network(
        {name: _sizes(shape) for name, shape in data["inputs"].items()},
        {name: _sizes(shape) for name, shape in data["outputs"].items()},
        {name: frozenset(inputs) for name, inputs in data["seen"].items()},
        {layer.name: layer for layer in layers},
        data["parameters"],
        data["trainable"],
    )


def _told_layer(data: Mapping[str, Any], between: Mapping[str, list[str]]) -> BuiltLayer:
    return BuiltLayer(
        data["name"],
        data["class"],
        data["parameters"],
        data["learning"],
        tuple(
            Call(frozenset(_feeding(each["inputs"], between)), _sizes(each["shape"]), each["training"])
            for each in data["calls"]
        ),
        told(data["model"]) if "model" in data else None,
    )


def _feeding(names: list[str], between: Mapping[str, list[str]]) -> set[str]:
    """The layers and inputs behind names, those of operations passed over."""
    found, seen, waiting = set(), set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in between:
            found.add(name)
        elif name not in seen:
            seen.add(name)
            waiting += between[name]
    return found


def _sizes(shape: list[int | None]) -> Sizes:
    return _free(tuple(shape))
