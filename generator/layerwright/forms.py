"""Finds what source says once: groups of calls that are alike but for some values and their names.

A graph's calls form a tree, by the groups that they were said in. Trees of one form are one function, whose
parameters are the values in which they differ; trees of one form that follow each other are a loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import Any

from .graph import Block, CustomLayer, Graph, Layer, Node, RuleLayer, Tensor
from .layers.rule import OWN, Inner, Nested, Value
from .records import dataclass

SHORTCUT = "shortcut"
"""The projection of a residual: a layer of this name, which only some of a form may have."""

CHAIN = "chain"
"""The kind of a group that no answer says: layers in a row whose names have one number, `conv_2` and `relu_2`."""

MOST_CONTEXT = 2
"""How many tensors a group may take beside the one that goes through it, to be one of several."""

RESIDUALS = ("residual", "tcn")
"""Groups that add what they take to what they make of it."""

ABSENT = object()
"""Stands for a value of a layer that one of a form doesn't have."""


@dataclass(eq=False)
class Tree:
    """One call, or a group of calls with the trees in it. `start` and `end` are the tensors that it leads between.

    `form` says what it has in common with others, None if it can't be one of several: what stands in it is needed
    elsewhere, say. `users` are the calls that take what it gives, None if the model gives it.
    """

    node: Node | None = None
    block: Block | None = None
    children: list[Tree] = field(default_factory=list)
    parent: Tree | None = None
    form: tuple[Any, ...] | None = None
    users: frozenset[Node] | None = None

    @property
    def nodes(self) -> Iterator[Node]:
        """All calls in it."""
        if self.node:
            yield self.node
        for child in self.children:
            yield from child.nodes

    @property
    def first(self) -> Node:
        """Its first call."""
        return self.node or self.children[0].first

    @property
    def last(self) -> Node:
        """Its last call, which gives what it gives."""
        return self.node or self.children[-1].last

    @property
    def start(self) -> Tensor:
        """What it takes."""
        return self.first.inputs[0]

    @property
    def context(self) -> tuple[Tensor, ...]:
        """What it takes beside: an encoder's memory, say, or a skip."""
        inside = {self.start, *(node.output for node in self.nodes)}
        return tuple(dict.fromkeys(each for node in self.nodes for each in node.inputs if each not in inside))

    @property
    def end(self) -> Tensor:
        """What it gives."""
        return self.last.output

    @property
    def name(self) -> str:
        """What it's called: by the name of its group, or of its one call."""
        if self.block and self.block.kind:
            return self.block.name
        return self.children[0].name if self.children else self.first.layer.name

    @property
    def kind(self) -> str:
        """The word of its group, empty for a call and for a repetition without a name."""
        return self.block.kind if self.block else ""

    @property
    def size(self) -> int:
        """How many calls it has."""
        return sum(1 for _ in self.nodes)


def trees(nodes: Iterable[Node]) -> list[Tree]:
    """The calls as trees, in their order."""
    roots: list[Tree] = []
    open_: list[Tree] = []
    for node in nodes:
        chain = _chain(node.block)
        common = 0
        while common < min(len(chain), len(open_)) and open_[common].block is chain[common]:
            common += 1
        del open_[common:]
        for block in chain[common:]:
            tree = Tree(block=block, parent=open_[-1] if open_ else None)
            (open_[-1].children if open_ else roots).append(tree)
            open_.append(tree)
        leaf = Tree(node=node, parent=open_[-1] if open_ else None)
        (open_[-1].children if open_ else roots).append(leaf)
    return [_plain(root) for root in roots]


def _chain(block: Block | None) -> list[Block]:
    chain: list[Block] = []
    while block is not None:
        chain.append(block)
        block = block.parent
    return chain[::-1]


def _plain(tree: Tree) -> Tree:
    """The tree without repetitions that hold a single thing."""
    tree.children = [_plain(child) for child in tree.children]
    if tree.block and not tree.block.kind and len(tree.children) == 1:
        [child] = tree.children
        child.parent = tree.parent
        return child
    for child in tree.children:
        child.parent = tree
    return tree


@dataclass
class Forms:
    """Gives trees their forms. `outside` holds the tensors that are needed outside of the group that makes them."""

    shared: set[Layer]
    consumers: dict[Tensor, list[Node]]
    outputs: set[Tensor]

    def give(self, roots: Sequence[Tree]) -> None:
        """Gives each of the trees, and those in them, its form."""
        for root in roots:
            self.give(root.children)
            root.form = self._form(root)
            root.users = None if root.end in self.outputs else frozenset(self.consumers[root.end])

    def _form(self, tree: Tree) -> tuple[Any, ...] | None:
        nodes = list(tree.nodes)
        if not self._closed(tree, nodes):
            return None
        labels = _labels(tree, nodes)
        parts: list[Any] = []
        for node in nodes:
            if is_projection(node, tree):
                continue
            wiring = _wiring(node, tree, labels)
            if any(label is None for label in wiring):
                return None
            name = "" if tree.node else within(node.layer.name, tree)
            parts.append((*_identity(node.layer), wiring, name))
        groups = tuple((child.kind, child.size, child.form is not None) for child in tree.children if child.children)
        # By its axes a shortcut is projected with a dense layer or with a convolution; of steps, by its strides too.
        axes = len(tree.start.shape) if tree.kind in RESIDUALS else 0
        strided = any(is_projection(node, tree) and node.layer.class_name == "Conv1D" for node in nodes)
        return (tree.kind, has_prefix(tree), tuple(parts), groups, axes, strided)

    def _is_plain(self, layer: Layer) -> bool:
        """Whether a layer is one of keras.layers that is called once."""
        return isinstance(layer, RuleLayer) and layer.rule.module != OWN and layer not in self.shared

    def _closed(self, tree: Tree, nodes: list[Node]) -> bool:
        """Whether it takes few tensors and gives one, and all that it calls is its own."""
        inside = {node.output for node in nodes}
        if any(node.state or node.begins_with_state for node in nodes):
            return False
        if len(tree.context) > MOST_CONTEXT or not all(self._is_plain(node.layer) for node in nodes):
            return False
        for node in nodes:
            if node.output is not tree.end and (
                node.output in self.outputs or any(each.output not in inside for each in self.consumers[node.output])
            ):
                return False
        return True


def _labels(tree: Tree, nodes: Sequence[Node]) -> dict[Tensor, Any]:
    """What each tensor in a tree is called by its place alone."""
    labels: dict[Tensor, Any] = {tensor: f"context {place}" for place, tensor in enumerate(tree.context)}
    labels[tree.start] = "start"
    place = 0
    for node in nodes:
        if is_projection(node, tree):
            labels[node.output] = SHORTCUT
        else:
            labels[node.output] = place
            place += 1
    return labels


def _wiring(node: Node, tree: Tree, labels: dict[Tensor, Any]) -> tuple[Any, ...]:
    wiring = tuple(labels.get(tensor) for tensor in node.inputs)
    if closes_residual(node, tree) and wiring[1] == "start":
        return (wiring[0], SHORTCUT)
    return wiring


def closes_residual(node: Node, tree: Tree) -> bool:
    """Whether a call adds the shortcut of a residual."""
    return _owner(node, tree) in RESIDUALS and node.layer.class_name == "Add" and len(node.inputs) == 2


def is_projection(node: Node, tree: Tree) -> bool:
    """Whether a call projects the shortcut of a residual: others of the same form may do without."""
    block = node.block
    return (
        _owner(node, tree) in RESIDUALS
        and block is not None
        and node.layer.name == f"{block.name}_{SHORTCUT}".lstrip("_")
    )


def _owner(node: Node, tree: Tree) -> str:
    """The group of a call, if it's that of the tree itself: groups in it see to their own."""
    return tree.kind if tree.block is not None and node.block is tree.block else ""


def relative(name: str, group: str) -> str:
    """The name of a layer within its group, in braces if it isn't named after it."""
    if not group:
        return name
    return name.removeprefix(f"{group}_") if name.startswith(f"{group}_") else f"{{{name}}}"


def within(name: str, tree: Tree) -> str:
    """The name of a layer within its tree."""
    return within_chain(name, tree.name) if tree.kind == CHAIN else relative(name, tree.name)


def has_prefix(tree: Tree) -> bool:
    """Whether the layers of a chain are named after a group or a branch: in a body they aren't."""
    return tree.kind == CHAIN and not tree.name.startswith("_")


def within_chain(name: str, chain: str) -> str:
    """The word for a layer within a chain: `conv` for `photo_conv_2` in `photo_2`."""
    before, _, number = chain.rpartition("_")
    return name.removeprefix(f"{before}_").removesuffix(f"_{number}")


def _identity(layer: Layer) -> tuple[Any, ...]:
    """What has to be equal for layers of one form: their class, the layers in them, and how they are called."""
    assert isinstance(layer, RuleLayer)
    of_call = {each.name for each in layer.rule.options}
    inner = tuple(
        (key, _fingerprint(value))
        for key, value in layer.arguments.items()
        if _holds_layer(value) or (key in of_call and value)
    )
    return (layer.class_name, inner)


def _holds_layer(value: Value) -> bool:
    if isinstance(value, tuple):
        return any(map(_holds_layer, value))
    return isinstance(value, Inner)


def _fingerprint(value: Value) -> object:
    """What is equal for equal values, and can be a key."""
    if isinstance(value, Nested):
        return (value.class_name, tuple((key, _fingerprint(each)) for key, each in sorted(value.arguments.items())))
    if isinstance(value, tuple):
        return tuple(map(_fingerprint, value))
    return id(value) if isinstance(value, Inner) else value


def custom_forms(layers: Iterable[Layer]) -> dict[tuple[Any, ...], list[tuple[CustomLayer, Tree]]]:
    """The layers whose classes a project defines, by their form, each with its tree."""
    forms: dict[tuple[Any, ...], list[tuple[CustomLayer, Tree]]] = {}
    for layer in layers:
        if isinstance(layer, CustomLayer):
            tree = tree_of(layer.graph, layer.block)
            forms.setdefault(tree.form or (id(layer),), []).append((layer, tree))
    return forms


def tree_of(graph: Graph, block: Block) -> Tree:
    """The tree of a whole graph that is one group."""
    tree = Tree(block=block, children=trees(graph.nodes))
    if len(tree.children) == 1 and tree.children[0].block is block:
        [tree] = tree.children
        tree.parent = None
    shared = {layer for layer, nodes in graph.calls().items() if len(nodes) > 1}
    Forms(shared, graph.consumers(), set(graph.outputs.values())).give([tree])
    return tree


def name_classes(graph: Graph) -> None:
    """Gives layers of one form one class, those of another form another."""
    taken: set[str] = set()
    for members in custom_forms(graph.all_layers()).values():
        base = name = members[0][0].class_name
        number = 1
        while name in taken:
            number += 1
            name = f"{base}{number}"
        taken.add(name)
        for layer, _ in members:
            layer.class_name = name
