"""Writes the layers of a Sequential: one an item; those that are alike in a loop, or by a function that lists them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..forms import Tree
from ..graph import Layer
from .body import LEAST_IN_LOOP, arguments, fit_for_loop, header, loop_item
from .classes import Classes
from .frames import Frame, numbered, rows
from .library import Family, Library
from .runs import runs
from .source import constructor


def items(trees: Sequence[Tree], library: Library, custom: Classes, last: Layer | None) -> Iterator[str]:
    """The layers of trees, one an item; runs of trees that are alike in one. `last` is made in another way."""
    for run in runs(trees):
        family = library.of(run[0])
        if family and not any(node.layer is last for node in run[-1].nodes):
            yield from _calls(run, family)
        elif loop := loop_item(run, last):
            yield loop
        else:
            for tree in run:
                yield from items(tree.children, library, custom, last)
                if tree.node:
                    layer = tree.node.layer
                    yield custom.calls.get(layer) or constructor(layer, float32=layer is last)


def _calls(run: Sequence[Tree], family: Family) -> Iterator[str]:
    """The calls of the function that lists these trees' layers: in a loop, or one by one."""
    _define(family)
    base, first = numbered(run[0].name)
    frame = Frame(run, f"{base}_{{number}}")
    given = _call(family, run, frame)
    if len(run) >= LEAST_IN_LOOP and fit_for_loop(frame, run, is_line=True):
        yield f"*[layer {header(frame.parameters, first, len(run)).rstrip(':')} for layer in {given}]"
        return
    for tree in run:
        yield f"*{_call(family, [tree], Frame([tree]))}"


def _call(family: Family, trees: Sequence[Tree], frame: Frame) -> str:
    said = arguments(family, trees, frame)
    return f"{family.name}({', '.join([*said, *frame.naming(frame.model)])})"


def _define(family: Family) -> None:
    """Writes the list that a family's function returns, and finds its parameters."""
    if family.body:
        return
    columns = rows(family.trees, family.frame.model)
    family.frame, made = family.frame.settled(
        lambda frame: [frame.constructor(row, model=node) for node, row in columns]
    )
    family.body = [*family.frame.unpacking(), f"return [{', '.join(made)}]"]
    family.parameter = ""
