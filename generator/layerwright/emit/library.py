"""The functions of the generated `model.py` that build groups of layers which come up more than once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from ..blocks.builder import PARALLEL
from ..forms import CHAIN, Forms, Tree, trees
from ..graph import Graph, Layer, Tensor
from ..records import dataclass
from .chains import LEAST_CHAINS, group_chains
from .frames import Frame, parameters, values
from .naming import REPEATED, function_names
from .runs import runs

LEAST_LINES_SAVED = 1
"""How many lines a function has to save, if it is only a part of a repetition."""

LEAST_IN_BLOCK = 4
"""How many calls a block of a name that everyone knows has to have for a function of its own."""

LEAST_BESIDE = 3
"""How many do if another one beside it, in the same group, has a function."""

MOST_PARAMETERS = 3
"""How many parameters a function may have, unless it's called with more different values than that."""

SIZES = frozenset({"filters", "units", "strides", "dilation_rate", "rate", "num_heads", "key_dim", "output_dim"})
"""Arguments that often differ in groups that are one idea."""


@dataclass(eq=False)
class Family:
    """Trees of one form that one function builds. `frame` has its parameters once its body is written."""

    name: str
    frame: Frame
    body: list[str] = field(default_factory=list)
    parameter: str = "x"
    places: dict[Tree, int] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {tree: place for place, tree in enumerate(self.frame.trees)}

    @property
    def trees(self) -> Sequence[Tree]:
        """All of its uses."""
        return self.frame.trees

    @property
    def context(self) -> dict[Tensor, str]:
        """What it takes beside, with the names of the parameters."""
        tensors = self.frame.model.context
        names = ["context"] if len(tensors) == 1 else [f"context_{place + 1}" for place in range(len(tensors))]
        return dict(zip(tensors, names, strict=True))


@dataclass
class Library:
    """Knows of each tree whether a function builds it."""

    families: dict[tuple[Any, ...], Family] = field(default_factory=dict)
    roots: dict[int, list[Tree]] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The names of all the functions."""
        return {family.name for family in self.families.values()}

    def of(self, tree: Tree) -> Family | None:
        """The function that builds a tree, if one does."""
        return self.families.get(tree.form) if tree.form is not None else None


def library(graphs: Sequence[Graph], taken: Iterable[str] = (), alone: Container[Layer] = ()) -> Library:
    """The functions for graphs that stand in one module, with names other than those taken.

    Layers that stand `alone` are in none of them, and in no loop: they're made in another way than others.
    """
    made = Library()
    for graph in graphs:
        made.roots[id(graph)] = _rooted(graph, alone)
    _tell_apart(_members(made.roots.values()))
    sites: dict[tuple[Any, ...], int] = {}
    seen: set[tuple[Any, ...]] = set()
    for roots in made.roots.values():
        for run in _all_runs(roots, seen):
            form = run[0].form
            if form is not None and run[0].children:
                sites[form] = sites.get(form, 0) + 1
    members = _members(made.roots.values())
    chosen = {
        form: uses
        for form, uses in members.items()
        if _worth_a_function(uses[0].kind, uses[0].size, len(uses), sites.get(form, 0))
        # A parallel group that is the only one of its part has no name, by which a function could name its layers.
        and not any(tree.kind == PARALLEL and tree.block and not tree.block.name for tree in uses)
    }
    beside = [form for form, uses in members.items() if form not in chosen and _stands_beside(uses, chosen)]
    groups = {form: uses for form, uses in members.items() if form in chosen or form in beside}
    names = function_names(list(groups.values()), set(taken))
    for (form, uses), name in zip(groups.items(), names, strict=True):
        made.families[form] = Family(name, Frame(uses, "name"))
    return made


def _members(all_roots: Iterable[Sequence[Tree]]) -> dict[tuple[Any, ...], list[Tree]]:
    """The groups of each form."""
    members: dict[tuple[Any, ...], list[Tree]] = {}
    for roots in all_roots:
        for tree in _all(roots):
            if tree.form is not None and tree.children:
                members.setdefault(tree.form, []).append(tree)
    return members


def _tell_apart(members: Mapping[tuple[Any, ...], list[Tree]]) -> None:
    """Gives forms of their own to groups that have little in common but how they're wired."""
    for form, uses in members.items():
        kinds = _kinds(uses, [lambda tree: values(tree, SIZES), values])
        if len(kinds) > 1:
            for place, kind in enumerate(kinds):
                for tree in kind:
                    tree.form = (*form, place)


def _kinds(uses: list[Tree], keys: Sequence[Callable[[Tree], object]]) -> list[list[Tree]]:
    """Groups of one form, split by the first of the keys after which a call can be read."""
    if not keys or _can_be_read(uses):
        return [uses]
    parts: dict[object, list[Tree]] = {}
    for tree in uses:
        parts.setdefault(keys[0](tree), []).append(tree)
    return [kind for part in parts.values() for kind in _kinds(part, keys[1:])]


def _can_be_read(uses: Sequence[Tree]) -> bool:
    """Whether a function for these groups has few parameters, or is called in more ways than it has parameters."""
    count = len(parameters(uses))
    return count <= MOST_PARAMETERS or len(set(map(values, uses))) > count


def _worth_a_function(kind: str, size: int, uses: int, sites: int) -> bool:
    """Whether trees of one form become a function: a residual, say, that comes up twice; or what saves lines."""
    if kind == CHAIN and sites < LEAST_CHAINS:
        return False
    if kind not in ("", REPEATED, CHAIN):
        return uses > 1 and size >= LEAST_IN_BLOCK
    return sites > 1 and size * sites - (size + 4 + sites) >= LEAST_LINES_SAVED


def _stands_beside(uses: Sequence[Tree], chosen: Mapping[tuple[Any, ...], list[Tree]]) -> bool:
    """Whether one half of a pair is a function: then so is the other, unless it's too short."""
    first = uses[0]
    if len(uses) < 2 or first.kind in ("", REPEATED) or first.size < LEAST_BESIDE or first.parent is None:
        return False
    return any(each.kind == first.kind and each.form in chosen for each in first.parent.children)


def _rooted(graph: Graph, alone: Container[Layer]) -> list[Tree]:
    """The trees of a graph, with their forms."""
    roots = trees(graph.nodes)
    single = {layer for layer, nodes in graph.calls().items() if len(nodes) > 1 or layer in alone}
    group_chains(graph, roots, single)
    outside: set[Tensor] = {*graph.outputs.values(), *graph.models.values()}
    Forms(single, graph.consumers(), outside).give(roots)
    return roots


def _all(roots: Iterable[Tree]) -> Iterator[Tree]:
    for root in roots:
        yield root
        yield from _all(root.children)


def _all_runs(roots: Sequence[Tree], seen: set[tuple[Any, ...]]) -> Iterator[list[Tree]]:
    """The runs among trees and in them. What stands in trees of one form is counted once: it's written once."""
    for run in runs(roots):
        yield run
        for tree in run:
            if tree.form is None or tree.form not in seen:
                if tree.form is not None and tree.children:
                    seen.add(tree.form)
                yield from _all_runs(tree.children, seen)
