"""Joins paths: by a word of MERGES, or by any layer of keras.layers that takes several tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..graph import Tensor
from ..problems import shown, unknown
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
        others = [self._found(builder, name) for name in self.names]
        return self.how.join(builder, [tensor, *others], self.place)

    def check(self, builder: Builder) -> None:
        """Nothing of it is wrong whatever came before."""

    def _found(self, builder: Builder, name: str) -> Tensor:
        known = builder.find(name)
        found = known.output if known else builder.elsewhere(name)
        if found is None:
            builder.problems.add(self.place, *no_such(builder, name))
            raise Abandoned
        return found


def no_such(builder: Builder, name: str) -> tuple[str, str]:
    """The two texts of a problem with a name that stands for nothing that was built before."""
    known = [each for each in builder.known if " in " not in each]
    what, mend = unknown("name", name, known)
    return f"{what}: no layer before this one has it", f"{mend}; a layer is named by name=, as dense 64 name=skip"


def read_join(value: Any, place: str, reader: Reader) -> Item | None:
    """The reference that a value of `merge` says."""
    if isinstance(value, str | list):
        value = {"with": value}
    if not isinstance(value, Mapping) or "with" not in value:
        mend = "write merge: {with: NAME, how: concatenate}"
        reader.problems.add(place, f"{shown(value)} names nothing to merge with", mend)
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
            reader.problems.add(place, f"{shown(name)} is no name", "the name of an earlier layer or of an input")
            return ()
    return tuple(names)


def read_how(value: Any, place: str, reader: Reader) -> How | None:
    """The way in which paths are joined."""
    if isinstance(value, str) and value in MERGES:
        return How(value)
    if isinstance(value, str) and value[:1].isupper():
        try:
            return How(value, read_layer(value, place))
        except ValueError as error:
            reader.problems.add(place, *error.args)
            return None
    reader.problems.add(place, *unknown("merge", value, MERGES))
    return None
