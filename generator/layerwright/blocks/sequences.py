"""Blocks for sequences: self-attention, the transformer block, the temporal convolution block."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ..faults import BadGroup, TooManyValues, UnknownArgument, WrongAxes
from ..graph import Tensor
from ..layers import spell
from ..layers.rule import Value
from ..problems import Edit
from ..records import dataclass
from .builder import Builder, Item
from .layer import LayerItem, Said
from .reading import GroupReader, Reader
from .residual import Residual


@dataclass(frozen=True)
class SelfAttention:
    """`self_attention HEADSxWIDTH`: MultiHeadAttention of a tensor with itself; WIDTH is that of each head."""

    heads: int
    width: int
    keywords: Mapping[str, Value]
    name: str | None = None
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Calls the layer on the tensor as query and as value."""
        if len(tensor.shape) < 3:
            what = f"self_attention takes steps of some width, not {spell(tensor.shape)}"
            builder.refuse(self.place, WrongAxes, what, SEQUENCE, Edit("drop", self.place))
        rule = builder.vocabulary.rules["MultiHeadAttention"]
        arguments = {"num_heads": self.heads, "key_dim": self.width, **self.keywords}
        return builder.call(rule, arguments, self.name, "attention", (tensor, tensor), self.place)

    def check(self, builder: Builder) -> None:
        """Nothing of it is wrong whatever it gets."""


@dataclass(frozen=True)
class Transformer:
    """`transformer HEADSxWIDTH units activation`: self-attention, add, norm, two dense layers, add, norm.

    The encoder block of Vaswani et al., "Attention Is All You Need" (2017), with the normalisation after each sum.
    The feed-forward layer has four times the tensor's width and relu by default, as there. `causal` holds what the
    answers say of `use_causal_mask`: then no step sees those after it, as in a decoder.
    """

    heads: int
    width: int
    units: int | None
    activation: str | None = None
    causal: Mapping[str, Value] = field(default_factory=dict)
    name: str | None = None
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds the block's calls."""
        if len(tensor.shape) != 3 or tensor.shape[-1] is None:
            what = f"a transformer block takes steps of some width, not {spell(tensor.shape)}"
            builder.refuse(self.place, WrongAxes, what, SEQUENCE, Edit("drop", self.place))
        before, width = len(builder.graph.nodes), tensor.shape[-1]
        with builder.group("transformer", "Attends to all steps, then transforms each of them.", self.name, self.place):
            attended = SelfAttention(self.heads, self.width, self.causal, None, self.place).build(builder, tensor)
            x = self._added(builder, tensor, attended)
            bent: dict[str, Value] = {"activation": self.activation} if self.activation else {}
            forward = (LayerItem("dense", (self.units or 4 * width,), bent), LayerItem("dense", (width,), LINEAR))
            result = self._added(builder, x, builder.stack(forward, x))
        if self.name:
            builder.remember(self.name, result, tensor, len(builder.graph.nodes) - before)
        return result

    def _added(self, builder: Builder, tensor: Tensor, change: Tensor) -> Tensor:
        total = builder.merge("add", [tensor, change], "add", self.place)
        return builder.layer("layer_norm", (), {}, None, (total,), self.place)

    def check(self, builder: Builder) -> None:
        """Nothing of it is wrong whatever it gets."""


SEQUENCE = "give it a sequence: keep the steps before it (return_sequences=true), or leave it out"
CAUSAL = "use_causal_mask"
LINEAR: Mapping[str, Value] = {"activation": "linear"}


def read_self_attention(value: Any, place: str, reader: Reader) -> Item | None:
    """The layer that a value of `self_attention` says."""
    said = _with_heads(reader.said(value, place))
    if said is None:
        return None
    sizes = _heads(said.values[:1], place, reader, "self_attention 4x32")
    if sizes is None:
        return None
    if len(said.values) > 1:
        more = [Edit("rename", place, (value, None)) for value in said.values[1:]]
        mend = "write self_attention HEADSxWIDTH; leave the others out"
        reader.problems.add(place, TooManyValues, f"self_attention has {len(said.values)} values", mend, *more)
        return None
    return SelfAttention(*sizes, said.keywords, said.name, place)


def read_transformer(value: Any, place: str, reader: Reader) -> Item | None:
    """The block that a value of `transformer` says."""
    said = _with_heads(reader.said(value, place))
    if said is None:
        return None
    _only(said.keywords, ("heads", "width", "units", "activation", CAUSAL), place, reader)
    activation = reader.activation(said.keywords.get("activation"), place)
    sizes = _heads(said.values[:1], place, reader, "transformer 4x32 256")
    units = said.values[1] if len(said.values) > 1 else said.keywords.get("units")
    better = reader.nearby(units, 1, 2**24, 256)
    edit = Edit("argument", place, ("units", better)) if "units" in said.keywords else None
    edit = edit or Edit("rename", place, (units, better))
    if units is not None and reader.whole(units, 1, 2**24, place, edit) is None:
        return None
    if len(said.values) > 2:
        more = [Edit("rename", place, (value, None)) for value in said.values[2:]]
        mend = "write transformer HEADSxWIDTH UNITS; leave the others out"
        reader.problems.add(place, TooManyValues, f"transformer has {len(said.values)} values", mend, *more)
        return None
    units = units if isinstance(units, int) else None
    causal = {CAUSAL: said.keywords[CAUSAL]} if CAUSAL in said.keywords else {}
    return Transformer(*sizes, units, activation, causal, said.name, place) if sizes else None


NAMES: Mapping[str, str] = {"num_heads": "heads", "key_dim": "width", "dilation_rate": "dilation"}
"""Keras's own names of what blocks take."""


def _with_heads(said: Said | None) -> Said | None:
    """What stands behind a word with the heads and their width, if they're said by name, as its first value."""
    if said is None:
        return None
    keywords = {NAMES.get(key, key): value for key, value in said.keywords.items()}
    heads, width = keywords.pop("heads", None), keywords.pop("width", None)
    sizes = heads if isinstance(heads, tuple) and width is None else (heads, width)
    values = said.values if said.values or None in sizes else (sizes,)
    return replace(said, values=values, keywords=keywords)


def _only(keywords: Mapping[str, Value], known: Sequence[str], place: str, reader: Reader) -> None:
    """Notes arguments that a block doesn't have."""
    for key in keywords:
        if key not in known:
            mend = f"leave it out; it takes: {', '.join(known) or 'none'}"
            reader.problems.add(
                place, UnknownArgument, f"a block has no argument {key!r}", mend, Edit("argument", place, (key, None))
            )


def _heads(values: tuple[Value, ...], place: str, reader: Reader, example: str) -> tuple[int, int] | None:
    """Number and width of the heads."""
    [value] = values or (None,)
    if isinstance(value, tuple) and len(value) == 2:
        better = [reader.nearby(each, 1, 2**20, default) for each, default in zip(value, (4, 32), strict=True)]
        edit = Edit("set", place, re.sub(r"\d+x\d+.*", "x".join(map(str, better)), example))
        heads, width = (reader.whole(each, 1, 2**20, place, edit) for each in value)
        return (heads, width) if heads and width else None
    mend = f"write HEADSxWIDTH, as {example}"
    reader.problems.add(place, BadGroup, "it says no heads and width", mend, Edit("set", place, example))
    return None


TCN_VALUES = ("filters", "kernel_size", "dilation")
TCN_DEFAULTS: Mapping[str, Value] = {"kernel_size": 3, "dilation": 1}


@dataclass(frozen=True)
class Temporal:
    """`tcn filters kernel dilation`: two causal convolutions with a residual.

    The block of Bai, Kolter, Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for
    Sequence Modeling" (2018), without its weight normalisation and dropout.
    """

    filters: int
    kernel_size: int
    dilation: int
    name: str | None = None
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds the block's calls."""
        if len(tensor.shape) != 3:
            what = f"a temporal convolution takes steps of some width, not {spell(tensor.shape)}"
            builder.refuse(self.place, WrongAxes, what, SEQUENCE, Edit("drop", self.place))
        keywords: dict[str, Value] = {"padding": "causal", "dilation_rate": self.dilation}
        causal = LayerItem("conv", (self.filters, self.kernel_size), keywords, place=self.place)
        block = Residual((causal, causal), activation="relu", place=self.place)
        before = len(builder.graph.nodes)
        with builder.group("tcn", "Looks back over steps by causal convolutions.", self.name, self.place):
            result = block.total(builder, tensor)
        if self.name:
            builder.remember(self.name, result, tensor, len(builder.graph.nodes) - before)
        return result

    def check(self, builder: Builder) -> None:
        """Nothing of it is wrong whatever it gets."""


def read_temporal(value: Any, place: str, reader: Reader) -> Item | None:
    """The block that a value of `tcn` says."""
    said = reader.said(value, place)
    if said is None:
        return None
    keywords = {NAMES.get(key, key): value for key, value in said.keywords.items()}
    _only(keywords, TCN_VALUES, place, reader)
    given = {**TCN_DEFAULTS, **dict(zip(TCN_VALUES, said.values, strict=False)), **keywords}
    if "filters" not in given or len(said.values) > len(TCN_VALUES):
        what = f"tcn has {len(said.values)} values" if said.values else "tcn says no filters"
        fault = TooManyValues if len(said.values) > len(TCN_VALUES) else BadGroup
        mend = "its values are filters, kernel size, dilation, as tcn 64 3 2"
        reader.problems.add(place, fault, what, mend, Edit("set", place, "tcn 64 3 2"))
        return None
    better = {key: reader.nearby(given[key], 1, 2**20, 1 if key == "dilation" else 3) for key in TCN_VALUES}
    mends = {key: Edit("argument", place, (key, better[key])) for key in TCN_VALUES}
    filters, kernel, dilation = (reader.whole(given[key], 1, 2**20, place, mends[key]) for key in TCN_VALUES)
    return Temporal(filters, kernel, dilation, said.name, place) if filters and kernel and dilation else None


READERS: Mapping[str, GroupReader] = {
    "self_attention": read_self_attention,
    "transformer": read_transformer,
    "tcn": read_temporal,
}
