"""A residual group: the stack's result plus its input."""

from __future__ import annotations

import math
from typing import Any, Literal

from ..faults import BadGroup, NoShortcut
from ..graph import CustomLayer, Layer, RuleLayer, Tensor
from ..layers import LayerError, spell
from ..layers.merging import equal_shapes
from ..layers.rule import OWN, Value
from ..problems import Edit, meant, shown
from ..records import dataclass
from .builder import Builder, Item, Stack, models_in
from .layer import LayerItem
from .reading import NOTHING, Reader, unread

FORMS = ("function", "class")
SHORTCUTS = ("auto", "identity")
SHORTCUT = "shortcut"
"""What a projection is called, and the group of a shortcut's own layers."""

ABOUT = "Adds its input to what its layers make of it."
ABOUT_BOTH = "Adds what its layers make of its input and what those of the shortcut do."


@dataclass(frozen=True)
class Residual:
    """`residual: [..]`, or `residual: {layers: [..], shortcut: auto, activation: relu, form: class}`.

    The input goes round the stack and is added to its result. Where the shapes differ it is projected linearly,
    with bias: by a 1×1 convolution with the stride that fits, or by a dense layer; or it goes through layers of its
    own, if the shortcut says some.
    """

    layers: Stack
    shortcut: Literal["auto", "identity"] | Stack = "auto"
    activation: str | None = None
    form: str = "function"
    name: str | None = None
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds the stack, the shortcut, and the addition."""
        if self.form == "class":
            return self._class(builder, tensor)
        before = len(builder.graph.nodes)
        with builder.group("residual", self.about, self.name, self.place):
            total = self.total(builder, tensor)
        if self.name:
            builder.remember(self.name, total, tensor, len(builder.graph.nodes) - before)
        return total

    @property
    def about(self) -> str:
        """What it does, in a sentence."""
        return ABOUT if isinstance(self.shortcut, str) or not self.shortcut else ABOUT_BOTH

    def check(self, builder: Builder) -> None:
        """Notes what is wrong with its layers."""
        builder.check(self.layers)
        if not isinstance(self.shortcut, str):
            builder.check(self.shortcut)

    def _class(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds a single call of a layer whose class holds all of it."""
        inner = builder.inside({})
        start = inner.graph.inputs["inputs"] = Tensor(tensor.shape, tensor.dtype, tensor.masked)
        with inner.group("residual", self.about, "", self.place) as block:
            inner.graph.outputs["outputs"] = self.total(inner, start)
        inner.check_left()
        if not all(map(_is_of_keras, inner.graph.layers())):
            edit = Edit("argument", self.place, ("form", None))
            what = "form: class is for Keras's own layers, and there is a model, a class or a distance in it"
            builder.refuse(self.place, NoShortcut, what, "leave form out, or what isn't a layer of Keras", edit)
        inner.name_all()
        layer = CustomLayer("", "ResidualBlock", graph=inner.graph, block=block)
        end = inner.graph.outputs["outputs"]
        output = Tensor(end.shape, end.dtype, end.masked)
        return builder.named_call(layer, self.name, "residual", (tensor,), output, self.place)

    def total(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds its calls without a group of their own."""
        result = builder.stack(self.layers, tensor)
        shortcut = self._shortcut(builder, tensor, result)
        self._check_own(builder, result, shortcut)
        total = builder.merge("add", [result, shortcut], "add", self.place)
        if self.activation is None:
            return total
        return LayerItem(self.activation, place=self.place).build(builder, total)

    def _check_own(self, builder: Builder, result: Tensor, shortcut: Tensor) -> None:
        """Refuses a shortcut that the answers say and that doesn't fit."""
        if self.shortcut == "auto":
            return
        try:
            equal_shapes((result.shape, shortcut.shape))
        except LayerError:
            what = f"its shortcut gives {spell(shortcut.shape)}, and its stack {spell(result.shape)}"
            edit = Edit("argument", self.place, ("shortcut", None))
            builder.refuse(
                self.place, NoShortcut, what, "give both the same shape, or leave shortcut out: then it fits", edit
            )

    def _shortcut(self, builder: Builder, tensor: Tensor, result: Tensor) -> Tensor:
        if not isinstance(self.shortcut, str):
            with builder.group(SHORTCUT, "", None, self.place):
                return builder.stack(self.shortcut, tensor)
        if tensor.shape == result.shape or self.shortcut == "identity":
            return tensor
        strides = tuple(_stride(*sizes) for sizes in zip(tensor.shape[1:-1], result.shape[1:-1], strict=False))
        # Of steps that all stay, a dense layer makes the same, and keeps their mask.
        convolution = None if strides == (1,) else builder.vocabulary.rules.get(f"Conv{len(strides)}D")
        kept = len(tensor.shape) == len(result.shape) and result.shape[-1] is not None
        if not kept or 0 in strides or (convolution is None and any(stride > 1 for stride in strides)):
            what = f"no shortcut leads from {spell(tensor.shape)} to {spell(result.shape)}, which its stack gives"
            mend = "keep the number of axes, and their sizes or a whole part of them"
            unpadded = [item for item in self.layers if isinstance(item, LayerItem) and _is_valid(item)]
            edits = [Edit("argument", item.place, ("padding", "same")) for item in unpadded if kept]
            mend += ": say padding=same" if edits else "; or leave the residual out"
            builder.refuse(self.place, NoShortcut, what, mend, *(edits or [Edit("drop", self.place)]))
        stride: Value = strides if len(strides) > 1 else 1 if not strides else strides[0]
        projection: dict[str, Value] = {"filters": result.shape[-1], "kernel_size": 1, "strides": stride}
        if convolution is None:
            projection = {"units": result.shape[-1]}
        rule = convolution or builder.vocabulary.rules["Dense"]
        return builder.call(rule, projection, None, SHORTCUT, (tensor,), self.place)


def _is_of_keras(layer: Layer) -> bool:
    """Whether a layer is one of keras.layers, without a model in it."""
    return isinstance(layer, RuleLayer) and layer.rule.module != OWN and not any(models_in(layer))


def _is_valid(item: LayerItem) -> bool:
    """Whether a layer is said not to pad."""
    return item.keywords.get("padding") == "valid" or (item.word[:1].isupper() and "padding" not in item.keywords)


def _stride(before: int | None, after: int | None) -> int:
    """The stride by which a 1×1 convolution takes an axis from one size to another, 0 if none does."""
    if before is None or after is None:
        return 1 if before is after else 0
    stride = math.ceil(before / after)
    return stride if math.ceil(before / stride) == after else 0


def _means_shortcut(text: str) -> bool:
    """Whether a text surely means one of the words for a shortcut, and not a layer."""
    return text.lower() in SHORTCUTS or (text.islower() and meant(text, SHORTCUTS) is not None)


def read_residual(value: Any, place: str, reader: Reader) -> Item | None:
    """The group that a value of `residual` says."""
    parts = reader.parts(value, ("layers", "shortcut", "activation", "form", "name"), place)
    shortcut = parts.get("shortcut", "auto")
    if shortcut is None or str(shortcut).lower() == NOTHING:
        mend = "say auto, or layers of its own; without a shortcut, write its layers without the residual"
        edit = Edit("set", f"{place}.shortcut", "auto")
        reader.problems.add(f"{place}.shortcut", NoShortcut, f"{shown(shortcut)} is no shortcut", mend, edit)
        shortcut = "auto"
    elif shortcut not in SHORTCUTS and isinstance(shortcut, str) and _means_shortcut(shortcut):
        shortcut = reader.choice(shortcut, "shortcut", SHORTCUTS, f"{place}.shortcut")
    elif shortcut not in SHORTCUTS:
        shortcut = reader.stack(shortcut, f"{place}.shortcut")
    form = reader.choice(parts.get("form", "function"), "form", FORMS, f"{place}.form")
    residual = Residual(
        () if parts.get("layers") is None else reader.layers(parts, value, place),
        shortcut,
        reader.activation(parts.get("activation"), f"{place}.activation"),
        form or "function",
        reader.name(parts, place),
        place,
    )
    if not residual.layers:
        mend = "give it one or more, or leave it out"
        reader.problems.add(place, BadGroup, "a residual has no layer", mend, Edit("drop", place))
        return None
    if unread(residual.layers):
        reader.problems.drop_with(place)
    return residual
