"""Which names the items of a stack refer to."""

from __future__ import annotations

from collections.abc import Iterator

from .builder import Item, Stack
from .joining import Join
from .parallel import Parallel
from .repeating import Repeat
from .residual import Residual


def references(items: Stack) -> Iterator[str]:
    """The names of what is merged in somewhere among these items."""
    for item in items:
        if isinstance(item, Join):
            yield from item.names
        for stack in _inner(item):
            yield from references(stack)


def _inner(item: Item) -> tuple[Stack, ...]:
    """The stacks of a group that are built in the same graph."""
    match item:
        case Residual(layers=layers, shortcut=shortcut):
            return (layers, () if isinstance(shortcut, str) else shortcut)
        case Parallel(paths=paths):
            return paths
        case Repeat(layers=layers):
            return (layers,)
        case _:
            return ()
