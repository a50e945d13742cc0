"""Finds what a loop can write: groups of one form that follow each other.

A stretch of equal groups is a loop of its own, so that a neighbour that differs stands beside it. Otherwise its one
value would make a table of all the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..forms import Tree
from .frames import same_values

LEAST_EQUAL = 3
"""How many equal groups in a row are a stretch of their own."""


def runs(siblings: Sequence[Tree]) -> list[list[Tree]]:
    """Trees that stand side by side, in runs of those that a loop can write: all equal, or each with its own values."""
    return [run for chain in _chains(siblings) for run in _split(chain)]


def equals(run: Sequence[Tree]) -> list[list[Tree]]:
    """The trees of a run, in stretches of those with the same values."""
    stretches: list[list[Tree]] = []
    for tree in run:
        if stretches and same_values(stretches[-1][-1], tree):
            stretches[-1].append(tree)
        else:
            stretches.append([tree])
    return stretches


def _split(chain: list[Tree]) -> list[list[Tree]]:
    """A chain's long stretches of equal trees, and what stands between them."""
    if len(chain) < LEAST_EQUAL:
        return [chain]
    split: list[list[Tree]] = []
    is_open = False
    for stretch in equals(chain):
        is_short = len(stretch) < LEAST_EQUAL
        if is_short and is_open:
            split[-1] += stretch
        else:
            split.append(stretch)
        is_open = is_short
    return split


def _chains(siblings: Sequence[Tree]) -> list[list[Tree]]:
    """Trees that stand side by side, together where they're alike, chained and numbered."""
    result: list[list[Tree]] = []
    for tree in siblings:
        if result and _follows(tree, result[-1]):
            result[-1].append(tree)
        else:
            result.append([tree])
    return result


def _follows(tree: Tree, run: Sequence[Tree]) -> bool:
    before = run[-1]
    if tree.form is None or tree.form != before.form or tree.start is not before.end or before.users is None:
        return False
    if not before.users <= set(tree.nodes) or tree.context != before.context:
        return False
    (base, number), (base_before, number_before) = numbered(tree.name), numbered(before.name)
    return base == base_before and number == number_before + 1 > 0 and _part(tree) == _part(before)


def _part(tree: Tree) -> str:
    return tree.first.part


def numbered(name: str) -> tuple[str, int]:
    """A name without the number at its end, and that number: -1 if it has none."""
    base, _, number = name.rpartition("_")
    return (base, int(number)) if base and number.isdecimal() and str(int(number)) == number else (name, -1)
