"""A reference: goes on from an earlier layer, or from an input's branch, instead of from what came before."""

from __future__ import annotations

from typing import Any

from ..faults import BadName
from ..graph import Tensor
from ..problems import Edit, shown
from ..records import dataclass
from .builder import Builder, Item
from .joining import check_name, find
from .layer import is_name
from .reading import Reader


@dataclass(frozen=True)
class Start:
    """`from: x`: what follows takes what came out of x. What came before has to be taken elsewhere."""

    origin: str
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Gives what the name stands for. A name that is wrong is as if it weren't there."""
        found = find(builder, self.origin, self.place)
        if found is None:
            return tensor
        builder.left.append((tensor, self.place))
        return found

    def check(self, builder: Builder) -> None:
        """Notes a name that is nowhere."""
        check_name(builder, self.origin, self.place)


def read_start(value: Any, place: str, reader: Reader) -> Item | None:
    """The reference that a value of `from` says."""
    if isinstance(value, str) and is_name(value):
        return Start(value, place)
    mend = "the name of an earlier layer or of an input; or leave this out"
    reader.problems.add(place, BadName, f"{shown(value)} is no name", mend, Edit("drop", place))
    return None
