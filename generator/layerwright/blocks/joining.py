"""Joins paths: by a word of MERGES, or by any layer of keras.layers that takes several tensors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..faults import BadGroup, BadName, OutOfReach, SaidTwice, UnknownName
from ..graph import Tensor
from ..layers import LayerError
from ..problems import Edit, nearest, shown, unknown
from ..records import dataclass
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
        """Adds what joins the tensor and those of the names. A name that is wrong is as if it weren't there."""
        others = [each for name in self.names if (each := find(builder, name, self.place)) is not None]
        if not others:
            return tensor
        edit, also = Edit("drop", self.place), ", or leave this merge out"
        if len(tensor.shape) > 2 and all(len(other.shape) == 2 for other in others):
            edit, also = Edit("before", self.place, "global_average_pool"), ""
        with builder.mended_by(self.place, [edit], also):
            return self.how.join(builder, [tensor, *others], self.place)

    def check(self, builder: Builder) -> None:
        """Notes names that are nowhere, or where nothing leads out of."""
        for name in self.names:
            check_name(builder, name, self.place)


def find(builder: Builder, name: str, place: str) -> Tensor | None:
    """What a name stands for: a layer built before, or an input's branch. None, and a problem, if nothing."""
    known = builder.find(name)
    tensor = known.output if known else builder.elsewhere(name)
    if tensor is None:
        no_such(builder, name, place)
    return tensor


def check_name(builder: Builder, name: str, place: str) -> None:
    """Notes a name that is nowhere in the answers, or where nothing leads out of."""
    spot = builder.said.get(name)
    if not builder.is_somewhere(name) or (spot and spot.hidden_from(place)):
        no_such(builder, name, place)


def no_such(builder: Builder, name: str, place: str) -> None:
    """Notes that a name stands for nothing that a layer at this place could take.

    Raises Abandoned if what it names is itself among the problems.
    """
    leave, spot, fault = Edit("drop", place), builder.said.get(name), builder.fault(name, place)
    if spot and spot.hidden_from(place):
        what = f"{name} is inside of {spot.within}, and nothing leads out of there but its end"
        builder.note(place, OutOfReach, what, "name a layer outside, or leave this out", leave)
    elif builder.outer and (builder.outer.knows(name) or (spot and not spot.within)):
        what = f"{name} is outside of the model that this stands in, which takes one tensor"
        builder.note(place, OutOfReach, what, "name a layer inside, or leave this out", leave)
    elif fault:
        builder.note(place, OutOfReach, fault, "leave this out", leave)
    elif fault is not None:
        raise Abandoned
    elif spot:
        what = f"{name} isn't before this: it comes at {spot.place}"
        builder.note(place, OutOfReach, what, "name a layer that comes before, or leave this out", leave)
    else:
        known = [each for each in builder.known if " in " not in each]
        base = builder.said.get(re.sub(r"_\d+$", "", name))
        if base and base.within:
            what = f"{name} is inside of {base.within}, and nothing leads out of there but its end"
            builder.note(place, OutOfReach, what, "name a layer outside, or leave this out", leave)
            return
        near = nearest(name, known)
        what, mend = unknown("name", name, known)
        also = "a layer is named by name=, as dense 64 name=skip" + ("" if near else ", or leave this out")
        edit = Edit("rename", place, (name, near)) if near else leave
        builder.note(place, UnknownName, f"{what}: no layer before this one has it", f"{mend}; {also}", edit)


def read_join(value: Any, place: str, reader: Reader) -> Item | None:
    """The reference that a value of `merge` says."""
    if isinstance(value, str | list):
        value = {"with": value}
    if isinstance(value, Mapping):
        value = reader.only(value, ("with", "how"), place)
    if not isinstance(value, Mapping) or "with" not in value:
        mend = "write merge: {with: NAME, how: concatenate}, or leave it out"
        reader.problems.add(place, BadGroup, f"{shown(value)} names nothing to merge with", mend, Edit("drop", place))
        return None
    if value["with"] in ([], "", None):
        mend = "name an earlier layer or an input; or leave this merge out"
        reader.problems.add(place, BadGroup, "it names nothing to merge with", mend, Edit("drop", place))
        return None
    names = read_names(value["with"], f"{place}.with", reader)
    if once := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        edit = Edit("set", place, {"merge": {**value, "with": list(dict.fromkeys(names))}})
        reader.problems.add(f"{place}.with", SaidTwice, f"{once[0]} is there twice", "name it once", edit)
        return None
    how = read_how(value.get("how", "concatenate"), f"{place}.how", reader)
    return Join(names, how, place) if names and how else None


def read_names(value: Any, place: str, reader: Reader) -> tuple[str, ...]:
    """One name or several."""
    names = value if isinstance(value, list) else str(value).replace("+", ",").split(",")
    names = [name.strip() if isinstance(name, str) else name for name in names]
    for name in names:
        if not (isinstance(name, str) and is_name(name)):
            mend = "name an earlier layer or an input; or leave this merge out"
            group = Edit("drop", place.removesuffix(".with"))
            reader.problems.add(place, BadName, f"{shown(name)} is no name", mend, group)
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
            reader.refused(error, place)
            return None
    word = reader.choice(value, "merge", MERGES, place)
    return How(word) if word else None
