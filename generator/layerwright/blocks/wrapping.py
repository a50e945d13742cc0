"""Wrappers: a layer, a model or a cell as the argument of another layer, as `bidirectional lstm 64`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from typing import Any

from ..faults import BadGroup, WrongAxes, WrongCount
from ..graph import Tensor
from ..layers import LayerError, spell
from ..layers.rule import Inner, Value
from ..problems import Edit, is_in
from ..records import dataclass
from .builder import RECURRENT, Abandoned, Builder, InnerModel, Item, Stack
from .layer import LayerItem, read_said
from .modelling import submodel
from .reading import GroupReader, Reader


@dataclass(frozen=True)
class Wrapper:
    """A class of keras.layers whose first argument is a layer.

    `own` names those of its other arguments that a line says to the wrapper rather than to the layer in it. `each`:
    the layer is called on each step of the tensor. `cells`: the layer is a cell, or several of them, one on the other.
    `single`: it wraps no model, so that several layers in it can't be one.
    """

    class_name: str
    own: tuple[str, ...] = ()
    argument: str = "layer"
    each: bool = False
    cells: bool = False
    single: bool = False


_RNN = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask")

WRAPPERS = {
    "bidirectional": Wrapper("Bidirectional", ("merge_mode",), single=True),
    "Bidirectional": Wrapper("Bidirectional", ("merge_mode",), single=True),
    "time_distributed": Wrapper("TimeDistributed", each=True),
    "TimeDistributed": Wrapper("TimeDistributed", each=True),
    "SpectralNormalization": Wrapper("SpectralNormalization", ("power_iterations",), single=True),
    "RNN": Wrapper("RNN", _RNN, argument="cell", cells=True),
}


@dataclass(frozen=True)
class Wrapped:
    """A wrapper, and the stack in it: a single layer, or what becomes a model."""

    wrapper: Wrapper
    layers: Stack
    keywords: Mapping[str, Value] = field(default_factory=dict)
    name: str | None = None
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Calls the wrapper on the tensor."""
        rule = builder.vocabulary.rules[self.wrapper.class_name]
        arguments = {self.wrapper.argument: self.inner(builder, tensor), **self.keywords}
        return builder.call(rule, arguments, self.name, self.wrapper.class_name, (tensor,), self.place)

    def inner(self, builder: Builder, tensor: Tensor) -> Inner:
        """What stands in the wrapper, for a tensor like this one."""
        if self.wrapper.each and len(tensor.shape) < 3:
            what = f"{self.wrapper.class_name} takes steps, and gets {spell(tensor.shape)}"
            mend = "give it a sequence: steps, then at least one axis; or leave it out"
            builder.refuse(self.place, WrongAxes, what, mend, Edit("drop", self.place))
        if self.wrapper.each:
            tensor = Tensor((tensor.shape[0], *tensor.shape[2:]), tensor.dtype)
        if self.wrapper.cells and len(self.layers) > 1:
            cells = tuple(self._one(item, builder, tensor) for item in self.layers)
            return builder.nested("StackedRNNCells", (cells,), {}, tensor.shape, self.place)
        if len(self.layers) == 1:
            return self._one(self.layers[0], builder, tensor)
        return InnerModel(submodel(builder, self.layers, tensor, self.place))

    def _one(self, item: Item, builder: Builder, tensor: Tensor) -> Inner:
        if isinstance(item, LayerItem):
            alone = self.wrapper.each
            return builder.nested(item.word, item.values, item.keywords, tensor.shape, item.place, alone=alone)
        if isinstance(item, Wrapped):
            arguments = {item.wrapper.argument: item.inner(builder, tensor), **item.keywords}
            return builder.nested(item.wrapper.class_name, (), arguments, tensor.shape, item.place)
        return InnerModel(submodel(builder, (item,), tensor, self.place))

    def check(self, builder: Builder) -> None:
        """Notes what is wrong with the layers in it."""
        cells = [each for each in self.layers if self.wrapper.cells and isinstance(each, LayerItem)]
        for cell in cells:
            with suppress(Abandoned):
                builder.check_layer(cell.word, cell.values, cell.keywords, cell.place, within=self.wrapper.class_name)
        builder.check([each for each in self.layers if each not in cells])


def wrapper_reader(word: str) -> GroupReader:
    """What reads a wrapper of this word."""
    wrapper = WRAPPERS[word]

    def read(value: Any, place: str, reader: Reader) -> Item | None:
        if isinstance(value, str):
            return _from_text(wrapper, value, place, reader)
        content, keywords, name = value, {}, None
        if isinstance(value, Mapping) and wrapper.argument in value:
            content = value[wrapper.argument]
            said = reader.said({key: each for key, each in value.items() if key != wrapper.argument}, place)
            if said is None:
                return None
            keywords, name = dict(said.keywords), said.name
        if wrapper.single and isinstance(content, list) and len(content) > 1:
            _note_several(word, content, place, reader)
            return None
        return _wrapped(wrapper, reader.stack(_listed(content), place), keywords, name, place, reader)

    return read


def _note_several(word: str, content: list[Any], place: str, reader: Reader) -> None:
    """Notes several layers in a wrapper of one."""
    items = [_alone(word, layer, is_last=layer is content[-1]) for layer in content]
    what = f"{WRAPPERS[word].class_name} wraps one layer, not {len(content)}"
    reader.problems.add(place, WrongCount, what, f"write {word} for each of them", Edit("set", place, items))


def _alone(word: str, layer: Any, *, is_last: bool) -> Any:
    """One layer of several in its wrapper, or without it if it isn't recurrent. One before another keeps the steps."""
    if not isinstance(layer, str) or word == "SpectralNormalization":
        return {word: layer}
    if layer.partition(" ")[0] not in RECURRENT:
        return layer
    return {word: layer if is_last or "return_sequences" in layer else f"{layer} return_sequences=true"}


def _listed(content: Any) -> Any:
    return content if isinstance(content, list) else [] if content is None else [content]


def _from_text(wrapper: Wrapper, text: str, place: str, reader: Reader) -> Item | None:
    """A wrapper in a line: `bidirectional lstm 64 merge_mode=sum name=reader`."""
    tokens = text.split()
    own = [token for token in tokens if token.partition("=")[0] in (*wrapper.own, "name")]
    try:
        said = read_said(own)
    except LayerError as error:
        reader.refused(error, place)
        return None
    item = reader.item(" ".join(token for token in tokens if token not in own), place) if tokens else None
    return _wrapped(wrapper, (item,) if item else (), dict(said.keywords), said.name, place, reader)


def _wrapped(
    wrapper: Wrapper, layers: Stack, keywords: Mapping[str, Value], name: str | None, place: str, reader: Reader
) -> Item | None:
    if not layers:
        if not any(is_in(problem.place, place) for problem in reader.problems.found):
            what = f"{wrapper.class_name} wraps nothing"
            mend = f"write the {wrapper.argument} after it, as bidirectional lstm 64, or leave it out"
            reader.problems.add(place, BadGroup, what, mend, Edit("drop", place))
        return None
    return Wrapped(wrapper, layers, keywords, name, place)
