"""A reference: calls an earlier layer, model or group again, with the same weights."""

from __future__ import annotations

from typing import Any

from ..faults import BadName, CannotUse
from ..graph import Tensor
from ..problems import Edit, shown
from ..records import dataclass
from .builder import Builder, Item
from .joining import check_name, no_such
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
        if known is not None:
            return builder.again(known, tensor, self.name, self.place)
        if name_of_input(builder, self.name):
            mend = "name an earlier layer, model or group; or leave this out"
            what = f"{self.name} is an input: there is nothing in it to call again"
            builder.note(self.place, CannotUse, what, mend, Edit("drop", self.place))
        else:
            no_such(builder, self.name, self.place)
        return tensor

    def check(self, builder: Builder) -> None:
        """Notes a name that is nowhere."""
        check_name(builder, self.name, self.place)


def name_of_input(builder: Builder, name: str) -> bool:
    """Whether an input has this name."""
    return name in builder.graph.inputs or (builder.outer is not None and name_of_input(builder.outer, name))


def read_use(value: Any, place: str, reader: Reader) -> Item | None:
    """The reference that a value of `use` says."""
    if isinstance(value, str) and is_name(value):
        return Use(value, place)
    mend = "the name of an earlier layer, model or group; or leave this out"
    reader.problems.add(place, BadName, f"{shown(value)} is no name", mend, Edit("drop", place))
    return None
