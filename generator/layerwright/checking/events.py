"""What a training does with its model, in the order of the source: lets layers learn or not, compiles, fits.

Functions of the project are followed where they are called; loops are gone through once, and of branches all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from enum import Enum

from ..records import dataclass
from .findings import Place
from .sources import Function, Source, called

DEEPEST = 5
"""How many calls deep functions are followed."""

FITTING = ("fit", "train_on_batch")


class Doing(Enum):
    """What is done with a model."""

    TRAINABLE = "trainable"
    COMPILE = "compile"
    FIT = "fit"


@dataclass(frozen=True)
class Event:
    """One thing that is done. `place` is in the file that was asked for; `through` are the functions on the way.

    `learns` says for TRAINABLE whether something may learn from then on.
    """

    doing: Doing
    place: Place
    through: tuple[str, ...] = ()
    learns: bool = False


def events(source: Source, start: str, *others: Source) -> list[Event]:
    """What happens in a function of a source, those that it calls of the others too."""
    functions = {name: (each, function) for each in (*others, source) for name, function in each.functions.items()}
    if start not in source.functions:
        return []
    return list(_events(source, source.functions[start], functions, ()))


def _events(
    source: Source, function: Function, functions: Mapping[str, tuple[Source, Function]], through: tuple[str, ...]
) -> Iterator[Event]:
    for statement in function.body:
        for node in _in_order(statement):
            place = source.at(node)
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                yield from _set(node, place, through)
            elif isinstance(node, ast.Call):
                yield from _called(node, place, functions, through)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """A statement's parts in the order in which they are evaluated: what is called after its arguments."""
    if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)
    yield node


def _set(node: ast.Assign | ast.AnnAssign | ast.AugAssign, place: Place, through: tuple[str, ...]) -> Iterator[Event]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if any(isinstance(each, ast.Attribute) and each.attr == "trainable" for each in targets):
        yield Event(Doing.TRAINABLE, place, through, _is_true(node.value))


def _called(
    node: ast.Call, place: Place, functions: Mapping[str, tuple[Source, Function]], through: tuple[str, ...]
) -> Iterator[Event]:
    name = called(node)
    if isinstance(node.func, ast.Attribute) and name == "compile":
        yield Event(Doing.COMPILE, place, through)
    elif isinstance(node.func, ast.Attribute) and name in FITTING:
        yield Event(Doing.FIT, place, through)
    elif name == "setattr" and len(node.args) == 3 and getattr(node.args[1], "value", None) == "trainable":
        yield Event(Doing.TRAINABLE, place, through, _is_true(node.args[2]))
    elif isinstance(node.func, ast.Name) and name in functions and name not in through and len(through) < DEEPEST:
        for each in _events(*functions[name], functions, (*through, name)):
            yield Event(each.doing, place, each.through, each.learns)


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
