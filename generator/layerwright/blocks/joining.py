"""Joins paths: by a word of MERGES, or by any layer of keras.layers that takes several tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ..graph import Tensor
from ..layers import LayerError
from ..problems import Edit, nearest, shown, unknown
from .builder import Abandoned, Builder, Item
from .layer import LayerItem, is_name, read_layer
from .merges import MERGES
from .reading import Reader

NAMES = {"concatenate": "joined"}
"""What the layer of a merge is called, if not after it: masks bring an operation named `concatenate` with them."""


@dataclass(frozen=True)
class How:
    """How paths are joined: by a word, or by a layer."""

    word: str
    layer: LayerItem | None = None

    def join(self, builder: Builder, tensors: Sequence[Tensor], place: str) -> Tensor:
        """Adds the calls that join tensors."""
        if self.layer is None:
            return builder.merge(self.word, tensors, NAMES.get(self.word, self.word), place)
        layer = self.layer
        return builder.layer(layer.word, layer.values, layer.keywords, layer.name, tuple(tensors), place)


@dataclass(frozen=True)
class Join:
    """`merge: {with: x, how: concatenate}`: joins what came out of earlier layers, or an input's branch, here."""

    names: tuple[str, ...]
    how: How
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds what joins the tensor and those of the names."""
        others = [found(builder, name, self.place) for name in self.names]
        edit, also = Edit("drop", self.place), ", or leave this merge out"
        if len(tensor.shape) > 2 and all(len(other.shape) == 2 for other in others):
            edit, also = Edit("before", self.place, "global_average_pool"), ""
        with builder.mended_by(self.place, [edit], also):
            return self.how.join(builder, [tensor, *others], self.place)

    def check(self, builder: Builder) -> None:
        """Notes names that are nowhere."""
        for name in self.names:
            check_name(builder, name, self.place)


def found(builder: Builder, name: str, place: str) -> Tensor:
    """What a name stands for: a layer built before, or an input's branch."""
    known = builder.find(name)
    tensor = known.output if known else builder.elsewhere(name)
    if tensor is None:
        no_such(builder, name, place)
    return tensor


def check_name(builder: Builder, name: str, place: str) -> None:
    """Notes a name that is nowhere in the answers."""
    if not builder.refused(place) and not builder.is_somewhere(name):
        no_such(builder, name, place)


def no_such(builder: Builder, name: str, place: str) -> NoReturn:
    """Notes that a name stands for nothing that a layer at this place could take, unless what it names is broken."""
    leave, spot = Edit("drop", place), builder.said.get(name)
    if spot and spot.hidden_from(place):
        what = f"{name} is inside of {spot.within}, and nothing leads out of there but its end"
        builder.refuse(place, what, "name a layer outside, or leave this out", leave)
    if builder.outer and (name in builder.outer.graph.inputs or builder.outer.find(name)):
        what = f"{name} is outside of the model that this stands in, which takes one tensor"
        builder.refuse(place, what, "name a layer inside, or leave this out", leave)
    if (fault := builder.fault(name)) is not None:
        if not fault:
            raise Abandoned
        builder.refuse(place, fault, "merge only one of them into the other: leave this out", leave)
    if spot:
        what = f"{name} isn't before this: it comes at {spot.place}"
        builder.refuse(place, what, "name a layer that comes before, or leave this out", leave)
    known = [each for each in builder.known if " in " not in each]
    near = nearest(name, known)
    what, mend = unknown("name", name, known)
    also = "a layer is named by name=, as dense 64 name=skip" + ("" if near else ", or leave this out")
    edit = Edit("rename", place, (name, near)) if near else leave
    builder.refuse(place, f"{what}: no layer before this one has it", f"{mend}; {also}", edit)


def read_join(value: Any, place: str, reader: Reader) -> Item | None:
    """The reference that a value of `merge` says."""
    if isinstance(value, str | list):
        value = {"with": value}
    if not isinstance(value, Mapping) or "with" not in value:
        mend = "write merge: {with: NAME, how: concatenate}, or leave it out"
        reader.problems.add(place, f"{shown(value)} names nothing to merge with", mend, Edit("drop", place))
        return None
    reader.only(value, ("with", "how"), place)
    names = read_names(value["with"], f"{place}.with", reader)
    how = read_how(value.get("how", "concatenate"), f"{place}.how", reader)
    return Join(names, how, place) if names and how else None


def read_names(value: Any, place: str, reader: Reader) -> tuple[str, ...]:
    """One name or several."""
    names = value if isinstance(value, list) else str(value).replace("+", ",").split(",")
    names = [name.strip() if isinstance(name, str) else name for name in names]
    for name in names:
        if not (isinstance(name, str) and is_name(name)):
            mend = "the name of an earlier layer or of an input; or leave this merge out"
            group = Edit("drop", place.removesuffix(".with"))
            reader.problems.add(place, f"{shown(name)} is no name", mend, group)
            return ()
    return tuple(names)


def read_how(value: Any, place: str, reader: Reader) -> How | None:
    """The way in which paths are joined."""
    if isinstance(value, str) and value in MERGES:
        return How(value)
    if isinstance(value, str) and value[:1].isupper():
        try:
            return How(value, read_layer(value, place))
        except LayerError as error:
            mend = f"{error.mend}; or leave it out"
            reader.problems.add(place, str(error), mend, Edit("drop", place))
            return None
    reader.choice(value, "merge", MERGES, place)
    return None
