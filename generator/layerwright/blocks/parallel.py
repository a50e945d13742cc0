"""A parallel group: several paths from the same tensor, joined again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..graph import Tensor
from .builder import MERGES, Builder, Item, Stack
from .reading import Reader


@dataclass(frozen=True)
class Parallel:
    """`parallel: {paths: [[..], [..]], merge: concatenate}`: every path starts from the same tensor."""

    paths: tuple[Stack, ...]
    merge: str = "concatenate"
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds the paths, and what joins them."""
        return builder.merge(
            self.merge, [builder.stack(path, tensor) for path in self.paths], self.merge, f"{self.place}.merge"
        )

    def check(self, builder: Builder) -> None:
        """Notes what is wrong with the layers of its paths."""
        for path in self.paths:
            builder.check(path)


def read_parallel(value: Any, place: str, reader: Reader) -> Item | None:
    """The group that a value of `parallel` says."""
    if not isinstance(value, Mapping) or not isinstance(value.get("paths"), list) or len(value["paths"]) < 2:
        reader.problems.add(
            place, "parallel needs two paths or more", "write parallel: {paths: [[..], [..]], merge: concatenate}"
        )
        return None
    reader.only(value, ("paths", "merge"), place)
    merge = reader.choice(value.get("merge", "concatenate"), "merge", MERGES, f"{place}.merge")
    paths = tuple(reader.stack(path, f"{place}.paths[{index}]") for index, path in enumerate(value["paths"]))
    return Parallel(paths, merge, place) if merge else None
