"""A reference: calls an earlier layer, model or group again, with the same weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..graph import Tensor
from ..problems import shown
from .builder import Abandoned, Builder, Item
from .joining import no_such
from .layer import is_name
from .reading import Reader


@dataclass(frozen=True)
class Use:
    """`use: x`: calls what is named x once more."""

    name: str
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds the calls."""
        known = builder.find(self.name)
        if known is None:
            builder.problems.add(self.place, *no_such(builder, self.name))
            raise Abandoned
        return builder.again(known, tensor, self.name, self.place)

    def check(self, builder: Builder) -> None:
        """Nothing of it is wrong whatever came before."""


def read_use(value: Any, place: str, reader: Reader) -> Item | None:
    """The reference that a value of `use` says."""
    if isinstance(value, str) and is_name(value):
        return Use(value, place)
    reader.problems.add(place, f"{shown(value)} is no name", "the name of an earlier layer, model or group")
    return None
