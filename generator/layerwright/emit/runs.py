"""Finds what a loop can write: groups of one form that follow each other.

A stretch of equal groups is a loop of its own, so that a neighbour that differs stands beside it. Otherwise its one
value would make a table of all the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ..forms import Tree
from .frames import numbered, parameters, same_values

LEAST_EQUAL = 3
"""How many equal groups in a row are a stretch of their own."""

MOST_LOOP_VARIABLES = 2
"""How many values may differ in a loop."""


def runs(siblings: Sequence[Tree]) -> list[list[Tree]]:
    """Trees that stand side by side, in runs of those that a loop can write: all equal, or each with its own values."""
    return [run for chain in _chains(siblings) for run in (_split(chain) if len(chain) > 1 else [chain])]


def _split(chain: list[Tree]) -> Iterator[list[Tree]]:
    """A chain's long stretches of equal trees, and what stands between them."""
    for is_long, stretches in groupby(_equals(chain), lambda stretch: len(stretch) >= LEAST_EQUAL):
        if is_long:
            yield from stretches
        else:
            yield from _between(list(stretches))


def _between(stretches: list[list[Tree]]) -> list[list[Tree]]:
    """Short stretches as one run, unless they differ too much."""
    run = [tree for stretch in stretches for tree in stretch]
    return [run] if len(parameters(run)) <= MOST_LOOP_VARIABLES else stretches


def _equals(chain: Sequence[Tree]) -> list[list[Tree]]:
    """The trees of a chain, in stretches of those with the same values."""
    stretches: list[list[Tree]] = []
    for tree in chain:
        if stretches and same_values(stretches[-1][-1], tree):
            stretches[-1].append(tree)
        else:
            stretches.append([tree])
    return stretches


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
