"""A parallel group: several paths from the same tensor, joined again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..faults import BadGroup
from ..graph import Tensor
from ..problems import Edit
from ..records import dataclass
from .builder import PARALLEL, Builder, Item, Stack
from .joining import How, read_how
from .merges import EQUAL, alike, is_pairwise
from .reading import Reader

ABOUT = "Goes several ways, and joins what comes of them."


@dataclass(frozen=True)
class Parallel:
    """`parallel: {paths: [[..], [..]], merge: concatenate}`: every path starts from the same tensor.

    `stacks` are the places of the paths.
    """

    paths: tuple[Stack, ...]
    how: How
    name: str | None = None
    place: str = ""
    stacks: tuple[str, ...] = ()

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds the paths, and what joins them. In another group its layers are named after that."""
        before = len(builder.graph.nodes)
        if builder.grouped:
            joined = self._joined(builder, tensor)
        else:
            with builder.group(PARALLEL, ABOUT, self.name, self.place):
                joined = self._joined(builder, tensor)
        if self.name:
            builder.remember(self.name, joined, tensor, len(builder.graph.nodes) - before)
        return joined

    def _joined(self, builder: Builder, tensor: Tensor) -> Tensor:
        ends = [builder.stack(path, tensor) for path in self.paths]
        edits = alike(ends, self.stacks, self.how.word, Edit("argument", self.place, ("merge", "concatenate")))
        also = "" if self.how.word in EQUAL or is_pairwise(self.how.word) else "; or merge by concatenate"
        with builder.mended_by(f"{self.place}.merge", edits, also):
            return self.how.join(builder, ends, f"{self.place}.merge")

    def check(self, builder: Builder) -> None:
        """Notes what is wrong with the layers of its paths."""
        for path in self.paths:
            builder.check(path)


def read_parallel(value: Any, place: str, reader: Reader) -> Item | None:
    """The group that a value of `parallel` says."""
    stacks = place if isinstance(value, list) else f"{place}.paths"
    if isinstance(value, list):
        value = {"paths": value}
    if isinstance(value, Mapping):
        value = reader.only(value, ("paths", "merge", "name"), place)
    if not isinstance(value, Mapping) or not isinstance(value.get("paths"), list) or len(value["paths"]) < 2:
        mend = "write parallel: {paths: [[..], [..]], merge: concatenate}, or leave it out"
        reader.problems.add(place, BadGroup, "parallel needs two paths or more", mend, Edit("drop", place))
        return None
    how = read_how(value.get("merge", "concatenate"), f"{place}.merge", reader)
    places = tuple(f"{stacks}[{index}]" for index in range(len(value["paths"])))
    paths = tuple(reader.stack(path, at) for path, at in zip(value["paths"], places, strict=True))
    if not any(paths):
        mend = "give one of them a layer, or leave it out"
        reader.problems.add(place, BadGroup, "every path of it has nothing in it", mend, Edit("drop", place))
        return None
    return Parallel(paths, how, reader.name(value, place), place, places) if how else None
