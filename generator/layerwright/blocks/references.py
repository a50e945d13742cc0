"""Which names the items of a stack refer to, and which they give."""

from __future__ import annotations

from collections.abc import Iterator

from .builder import Item, Spot, Stack
from .expanding import Expanded
from .joining import How, Join
from .layer import LayerItem
from .modelling import Model
from .parallel import Parallel
from .repeating import Repeat
from .residual import Residual
from .reusing import Use
from .starting import Start
from .states import STATE
from .wrapping import Wrapped


def references(items: Stack, *, calls: bool = False) -> Iterator[str]:
    """The names of what is merged in, or gone on from, somewhere among these items; `calls`: or called again."""
    for item in items:
        if calls and isinstance(item, Use):
            yield item.name
        if isinstance(item, Join):
            yield from item.names
        if isinstance(item, Start):
            yield item.origin
        if isinstance(item, LayerItem) and isinstance(state := item.keywords.get(STATE), str):
            yield state
        for stack in _inner(item):
            yield from references(stack, calls=calls)


def _inner(item: Item) -> tuple[Stack, ...]:
    """The stacks of a group that are built in the same graph."""
    match item:
        case Residual(layers=layers, shortcut=shortcut):
            return (layers, () if isinstance(shortcut, str) else shortcut)
        case Parallel(paths=paths):
            return paths
        case Repeat(layers=layers) | Expanded(layers=layers):
            return (layers,)
        case _:
            return ()


def names_in(items: Stack, within: str = "", container: str = "") -> Iterator[tuple[str, Spot]]:
    """The names that layers and groups have, with where they are; `within` is what they lie in, at `container`."""
    for item in items:
        name, place = getattr(item, "name", None), getattr(item, "place", "")
        if isinstance(name, str) and not isinstance(item, Use):
            yield name, Spot(place, within, container)
        how = getattr(item, "how", None)
        if isinstance(how, How) and how.layer and how.layer.name:
            yield how.layer.name, Spot(place, within, container)
        noun = _closed(item)
        inside = (noun, place) if noun and not within else (within, container)
        for stack in stacks_in(item):
            yield from names_in(stack, *inside)


def _closed(item: Item) -> str:
    """What a group is called that no reference leads into, nothing for any other item."""
    match item:
        case Model():
            return "a nested model"
        case Wrapped():
            return "a wrapper"
        case Repeat():
            return "a repetition"
        case Residual(form="class"):
            return "a layer of its own class"
        case _:
            return ""


def stacks_in(item: Item) -> tuple[Stack, ...]:
    """The stacks in an item, whatever it is."""
    if isinstance(item, Model | Wrapped):
        return (item.layers,)
    return _inner(item)
