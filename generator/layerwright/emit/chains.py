"""Finds chains that a person writes a function for though no group says so: a convolution, its norm, its activation.

In a flat list these three come up many times. A chain is known by the names of its layers: they have one number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

from ..forms import CHAIN, Tree, within_chain
from ..graph import Block, Graph, Layer, Node, RuleLayer, Tensor
from ..records import dataclass
from .frames import numbered

LEAST_LAYERS = 3
"""How many layers a chain has to have."""

LEAST_CHAINS = 4
"""How many alike ones there have to be."""

GROUPS = ("", "block", "parallel")
"""The kinds of groups that may hold chains: in a residual, half of the layers would be in chains and half not."""

_FOLLOWERS = re.compile(r"\w+Normalization|Activation|\w*ReLU|ELU|(Spatial)?Dropout(\dD)?")
"""What may follow the layer that a chain is about."""


@dataclass
class _Chains:
    """Finds the chains of a graph."""

    shared: set[Layer]
    consumers: dict[Tensor, list[Node]]
    ends: set[Tensor]

    def lists(self, trees: list[Tree]) -> Iterator[list[Tree]]:
        """The lists of trees that may have chains in them."""
        yield trees
        for tree in trees:
            if tree.children and tree.kind in GROUPS:
                yield from self.lists(tree.children)

    def split(self, siblings: Sequence[Tree]) -> Iterator[list[Tree]]:
        """Trees that stand side by side, those of a chain together."""
        start = 0
        while start < len(siblings):
            length = self._length(siblings, start)
            yield list(siblings[start : start + length])
            start += length

    def _length(self, siblings: Sequence[Tree], start: int) -> int:
        node = siblings[start].node
        if node is None or not self._begins(node):
            return 1
        nodes = [node]
        for place in range(start + 1, len(siblings)):
            tree = siblings[place]
            if tree.node is None or not self._goes_on(nodes[-1], tree.node):
                break
            nodes.append(tree.node)
        return len(nodes) if len(nodes) >= LEAST_LAYERS else 1

    def _begins(self, node: Node) -> bool:
        is_plain = isinstance(node.layer, RuleLayer) and node.layer not in self.shared and len(node.inputs) == 1
        return is_plain and bool(node.layer.weights) and not _FOLLOWERS.fullmatch(node.layer.class_name)

    def _goes_on(self, before: Node, node: Node) -> bool:
        return (
            node.inputs == (before.output,)
            and self.consumers[before.output] == [node]
            and before.output not in self.ends
            and _FOLLOWERS.fullmatch(node.layer.class_name) is not None
            and node.layer not in self.shared
            and node.part == before.part
            and numbered(node.layer.name)[1] == numbered(before.layer.name)[1] > 0
        )


def _prefix(nodes: Sequence[Node]) -> str:
    """What the names of layers have in common before the words that tell them apart."""
    names = [numbered(node.layer.name)[0].split("_")[:-1] for node in nodes]
    common = takewhile(lambda parts: len(set(parts)) == 1, zip(*names, strict=False))
    return "_".join(parts[0] for parts in common)


def group_chains(graph: Graph, roots: list[Tree], single: set[Layer]) -> None:
    """Makes a group of each chain in trees that comes up often. Single layers are in none."""
    found = _Chains(single, graph.consumers(), {*graph.outputs.values(), *graph.models.values()})
    lists = [(siblings, list(found.split(siblings))) for siblings in found.lists(roots)]
    counts = Counter(_pattern(chain) for _, chains in lists for chain in chains if len(chain) > 1)
    for siblings, chains in lists:
        siblings[:] = [
            tree for chain in chains for tree in ([_chain(chain)] if counts[_pattern(chain)] >= LEAST_CHAINS else chain)
        ]


def _chain(trees: list[Tree]) -> Tree:
    """The group of the trees of a chain."""
    nodes = [node for tree in trees for node in tree.nodes]
    _, number = numbered(nodes[0].layer.name)
    block = Block(CHAIN, "", name=f"{_prefix(nodes)}_{number}")
    chain = Tree(block=block, children=trees, parent=trees[0].parent)
    for tree in trees:
        tree.parent = chain
    return chain


def _pattern(trees: Sequence[Tree]) -> tuple[tuple[str, str], ...]:
    """What chains have to have in common: their classes, and the words in the names."""
    nodes = [node for tree in trees for node in tree.nodes]
    if len(trees) < LEAST_LAYERS:
        return ()
    group = f"{_prefix(nodes)}_{numbered(nodes[0].layer.name)[1]}"
    return tuple((node.layer.class_name, within_chain(node.layer.name, group)) for node in nodes)
