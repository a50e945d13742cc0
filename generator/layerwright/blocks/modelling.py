"""A model group: a stack that becomes a nested Keras model of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..faults import BadGroup
from ..graph import SubModel, Tensor
from ..problems import Edit, shown
from ..records import dataclass
from .builder import Abandoned, Builder, Item, Stack
from .reading import Reader, unread


@dataclass(frozen=True)
class Model:
    """`model: {name: x, layers: [..]}`."""

    name: str | None
    layers: Stack
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds a call of the model."""
        model = submodel(builder, self.layers, tensor, self.place)
        [end] = model.graph.outputs.values()
        output = Tensor(end.shape, end.dtype, end.masked)
        return builder.named_call(model, self.name, "model", (tensor,), output, self.place)

    def check(self, builder: Builder) -> None:
        """Notes what is wrong with its layers."""
        builder.check(self.layers)


def submodel(builder: Builder, layers: Stack, tensor: Tensor, place: str) -> SubModel:
    """A model of these layers for tensors like this one, not yet called."""
    inner = builder.inside({"inputs": "the model's input"})
    start = inner.graph.inputs["inputs"] = Tensor(tensor.shape, tensor.dtype, tensor.masked)
    end = inner.graph.outputs["outputs"] = inner.stack(layers, start)
    inner.check_left()
    if end is start:  # what stands in it is among the problems
        builder.problems.drop_with(place)
        raise Abandoned
    inner.name_all()
    return SubModel("", "Functional", graph=inner.graph)


def read_model(value: Any, place: str, reader: Reader) -> Item | None:
    """The group that a value of `model` says."""
    if isinstance(value, Mapping):
        value = reader.only(value, ("name", "layers"), place)
    if not isinstance(value, Mapping) or "layers" not in value:
        edit = Edit("drop", place)
        if isinstance(value, str | list) and value:
            edit = Edit("set", place, {"model": {"layers": value}})
        mend = "write model: {name: encoder, layers: [..]}, or leave it out"
        reader.problems.add(place, BadGroup, f"{shown(value)} says no layers", mend, edit)
        return None
    layers = reader.stack(value["layers"], f"{place}.layers")
    if not layers:
        mend = "give it one or more, or leave it out"
        reader.problems.add(place, BadGroup, "a model has no layer", mend, Edit("drop", place))
        return None
    if unread(layers):
        reader.problems.drop_with(place)
    return Model(reader.name(value, place), layers, place)
