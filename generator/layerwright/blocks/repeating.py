"""A repeated group: the same layers several times, with new weights each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..faults import BadGroup
from ..graph import Tensor
from ..problems import Edit, shown
from ..records import dataclass
from .builder import Builder, Item, Stack
from .parallel import Parallel
from .reading import Reader, unread

MOST_TIMES = 10_000
"""Most repetitions: beyond any network that can be trained, and a plan that still takes seconds."""


@dataclass(frozen=True)
class Repeat:
    """`repeat: {times: N, layers: [..]}`."""

    times: int
    layers: Stack
    name: str | None = None
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds the layers, so many times. A single layer or group is told apart by its own name."""
        start, before = tensor, len(builder.graph.nodes)
        for number in range(1, self.times + 1):
            if self.name is None and len(self.layers) == 1 and not isinstance(self.layers[0], Parallel):
                with builder.repetition():
                    tensor = builder.stack(self.layers, tensor)
                continue
            name = f"{self.name}_{number}" if self.name else None
            with builder.group("block", "", name, self.place, repeated=True):
                tensor = builder.stack(self.layers, tensor)
        if self.name:
            builder.remember(self.name, tensor, start, len(builder.graph.nodes) - before)
        return tensor

    def check(self, builder: Builder) -> None:
        """Notes what is wrong with its layers."""
        builder.check(self.layers)


def read_repeat(value: Any, place: str, reader: Reader) -> Item | None:
    """The group that a value of `repeat` says."""
    if isinstance(value, Mapping):
        value = reader.only(value, ("times", "layers", "name"), place)
    if not isinstance(value, Mapping) or "times" not in value or "layers" not in value:
        mend = "write repeat: {times: 3, layers: [..]}, or leave it out"
        edit = Edit("drop", place)
        if isinstance(value, Mapping) and value.get("layers"):
            edit = Edit("argument", place, ("times", 3))
        reader.problems.add(place, BadGroup, f"{shown(value)} says no times and layers", mend, edit)
        return None
    times = reader.whole(value["times"], 1, MOST_TIMES, f"{place}.times")
    layers = reader.stack(value["layers"], f"{place}.layers")
    if not layers:
        mend = "give it one or more, or leave it out"
        reader.problems.add(place, BadGroup, "a repetition has no layer", mend, Edit("drop", place))
        return None
    if unread(layers):
        reader.problems.drop_with(place)
    if not times:
        return None
    if times * _calls(layers) > MOST_TIMES:
        what = f"that is more than {MOST_TIMES} layers, with what is repeated inside"
        reader.problems.add(
            f"{place}.times", BadGroup, what, "say a lower number", Edit("argument", place, ("times", 1))
        )
        return None
    return Repeat(times, layers, reader.name(value, place), place)


def _calls(layers: Sequence[Item]) -> int:
    """How many layers a stack makes, as far as repetitions directly in it say so."""
    return sum(each.times * _calls(each.layers) if isinstance(each, Repeat) else 1 for each in layers)
