"""Writes the layers of a Sequential: one an item; those that are alike in a loop, or by a function that lists them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from ..forms import Tree
from ..graph import Layer
from .body import LEAST_IN_LOOP, arguments, fit_for_loop, full, header, loop_within
from .classes import Classes
from .frames import Frame, aligned, numbered
from .library import Family, Library
from .runs import runs
from .source import constructor


def items(trees: Sequence[Tree], library: Library, custom: Classes, float32: Container[Layer]) -> Iterator[str]:
    """The layers of trees, one an item; runs of trees that are alike in one. Some compute in float32."""
    for run in runs(trees):
        if family := library.of(run[0]):
            yield from _calls(run, family)
        elif loop := _loop(run):
            yield loop
        else:
            for tree in run:
                yield from items(tree.children, library, custom, float32)
                if tree.node:
                    layer = tree.node.layer
                    yield custom.calls.get(layer) or constructor(layer, float32=layer in float32)


def _loop(run: Sequence[Tree]) -> str | None:
    """Trees of one form as one item of a list: a comprehension. None if too much differs."""
    if len(run) < LEAST_IN_LOOP:
        return None
    base, first = numbered(run[0].name)
    numbers = Frame(run, f"{base}_{{number}}")
    frame, made = numbers.settled(lambda frame: _constructors(frame, run, numbers.model))
    if not fit_for_loop(frame, run, is_line=run[0].node is not None):
        return None
    return _comprehension(made, header(frame.parameters, first, len(run)))


def _comprehension(made: Sequence[str], head: str) -> str:
    """The items that a loop makes, of which each turn makes these."""
    loop = head.rstrip(":")
    return f"*[{made[0]} {loop}]" if len(made) == 1 else f"*[layer {loop} for layer in ({', '.join(made)})]"


def _constructors(frame: Frame, trees: Sequence[Tree], model: Tree) -> list[str]:
    """What makes the layers of trees of one form; what repeats in them as a loop."""
    if model.node is not None:
        return [frame.constructor([tree.node for tree in trees], model=model.node)]
    columns = dict(zip(model.children, aligned(trees, model), strict=True))
    made: list[str] = []
    for run in runs(model.children):
        rows = [full(columns[child]) for child in run]
        if loop := loop_within(frame, run, rows, is_line=run[0].node is not None) if len(run) > 1 else None:
            counted, head = loop
            made.append(_comprehension(_constructors(counted, rows[0], run[0]), head))
        else:
            for child, row in zip(run, rows, strict=True):
                made += _constructors(frame, row, child)
    return made


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
    model = family.frame.model
    family.frame, made = family.frame.settled(lambda frame: _constructors(frame, family.trees, model))
    family.body = [*family.frame.unpacking(), f"return [{', '.join(made)}]"]
    family.parameter = ""
