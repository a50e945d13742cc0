"""What a picture of a network shows, whoever draws it: boxes with rows, and arrows between them.

A layer is one box, however often it is called: each of its calls has arrows of a colour. A chain of layers, each
fed by the one before and nothing else, is one box with a row for each; a long one leaves out its middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from functools import cached_property
from itertools import groupby

from ..graph import BackboneLayer, Block, Composite, Graph, Layer, Node, RuleLayer, Tensor
from ..layers import spell
from ..plan import Plan
from ..records import dataclass

LONGEST = 8
"""Rows that a box has at most; of a longer chain the first and the last stay."""

MOST = 3
"""Blocks of one form in a row that are drawn each; of more the first and the last are, and one box between."""


class Kind(Enum):
    """What a box stands for."""

    INPUT = "input"
    CHAIN = "chain"
    MERGE = "merge"
    MODEL = "model"
    BACKBONE = "backbone"
    OUTPUT = "output"
    FOLDED = "folded"


@dataclass(frozen=True)
class Row:
    """A layer in a box: its name, its class, the shape that it gives, its parameters. What's left out has no name."""

    name: str
    about: str
    shape: str = ""
    parameters: int = 0
    mark: str = ""


@dataclass(frozen=True)
class Box:
    """A part of the picture. `calls` is how often its layers are called; `inside` are the boxes of a nested model."""

    key: str
    kind: Kind
    rows: tuple[Row, ...]
    calls: int = 1
    notes: tuple[str, ...] = ()
    inside: Drawing | None = None


@dataclass(frozen=True)
class Arrow:
    """From a box to a box. `call` numbers the calls of a layer that is called more than once, from 0."""

    start: str
    end: str
    call: int | None = None


@dataclass
class Drawing:
    """Boxes in the order of the network, and the arrows between them."""

    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)


def drawing(plan: Plan, marks: Mapping[str, str] | None = None, prefix: str = "") -> Drawing:
    """The picture of a planned network.

    `marks` says of layers what to mark them with, under their names, of those in a nested model under `model/layer`.
    `prefix` keeps the keys of several pictures apart that are drawn as one.
    """
    tasks = {
        each.name: f"{each.task.name}{f' * {each.weight:g}' if each.weight != 1 else ''}" for each in plan.spec.outputs
    }
    kinds = {each.name: each.kind.name for each in plan.spec.inputs}
    frozen = "frozen in phase one" if plan.spec.transfer else ""
    return _Drafting(plan.graph, kinds, tasks, frozen, marks or {}, prefix).draw()


@dataclass
class _Drafting:
    """One graph on its way to a picture. `tasks` says of each output what it is; a nested graph has none.

    `prefix` keeps the keys of a nested one apart.
    """

    graph: Graph
    kinds: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    frozen: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    path: str = ""

    def draw(self) -> Drawing:
        """The whole picture."""
        chains, folded = self.chains(), self.folded
        groups = [*(list(dict.fromkeys(node.layer for node in nodes)) for nodes in folded), *chains]
        holds = {layer: self.key(group[0]) for group in groups for layer in group}
        middles = [self.middle(nodes) for nodes in folded]
        inputs = [self.input(name, tensor) for name, tensor in self.graph.inputs.items()] if self.kinds else []
        boxes = {box.key: box for box in [*middles, *map(self.box, chains)]}
        order = dict.fromkeys(holds[node.layer] for node in self.graph.nodes)
        return Drawing([*inputs, *(boxes[key] for key in order)], self.arrows(holds))

    def key(self, layer: Layer) -> str:
        """What a layer's box is called in the languages of pictures, whose own words no name must be."""
        return f"{self.prefix}layer_{layer.name}"

    def input(self, name: str, tensor: Tensor) -> Box:
        """The box of an input."""
        row = Row(name, self.kinds[name], spell(tensor.shape))
        return Box(f"{self.prefix}input_{name}", Kind.INPUT, (row,))

    @cached_property
    def folded(self) -> list[list[Node]]:
        """The calls of blocks that are left out: those in the middle of at least MOST that follow each other alike."""
        units = [
            (block, list(nodes)) for block, nodes in groupby(self.graph.nodes, key=lambda node: _outermost(node.block))
        ]
        runs = [list(run) for _, run in groupby(units, key=lambda unit: (unit[0] is not None, *map(_form, unit[1])))]
        return [[node for _, nodes in run[1:-1] for node in nodes] for run in runs if run[0][0] and len(run) > MOST]

    def middle(self, nodes: list[Node]) -> Box:
        """The box that stands for the blocks of a run between its first and its last."""
        blocks = list(dict.fromkeys(_outermost(node.block) for node in nodes))
        layers = dict.fromkeys(node.layer for node in nodes)
        row = Row(
            "", f"{len(blocks)} more of these", spell(nodes[-1].output.shape), sum(each.parameters for each in layers)
        )
        return Box(self.key(nodes[0].layer), Kind.FOLDED, (row,))

    def chains(self) -> list[list[Layer]]:
        """The layers that stand in boxes together: each goes on what the one before gives, and nothing else does."""
        left_out = {node.layer for nodes in self.folded for node in nodes}
        result: list[list[Layer]] = []
        chain_of: dict[Layer, list[Layer]] = {}
        for layer in self.graph.layers():
            if layer in left_out:
                continue
            before = self.before(layer)
            if before is None or before not in chain_of:
                result.append([])
            chain = chain_of[before] if before in chain_of else result[-1]
            chain.append(layer)
            chain_of[layer] = chain
        return result

    def before(self, layer: Layer) -> Layer | None:
        """The layer whose box a layer goes into: that feeds it alone, at each call, and nothing else."""
        nodes = self.calls[layer]
        sources = [self.made.get(node.inputs[0]) for node in nodes]
        first = sources[0]
        if first is None or not (_is_plain(layer) and _is_plain(first.layer)) or first.part != nodes[0].part:
            return None
        one_way = all(len(set(node.inputs)) == 1 and len(self.consumers[node.inputs[0]]) == 1 for node in nodes)
        alike = [source and source.layer for source in sources] == [first.layer] * len(self.calls[first.layer])
        needed = {*self.graph.outputs.values(), *self.graph.models.values()}.intersection(
            *[node.inputs for node in nodes]
        )
        return first.layer if one_way and alike and not needed and not first.state else None

    def box(self, chain: list[Layer]) -> Box:
        """The box of a chain, or of a layer that stands alone."""
        first, last = chain[0], chain[-1]
        rows = _folded([self.row(layer) for layer in chain])
        notes, inside = [], None
        kind = Kind.MERGE if isinstance(first, RuleLayer) and first.rule.merges else Kind.CHAIN
        if isinstance(first, BackboneLayer):
            kind, notes = Kind.BACKBONE, [self.frozen]
        elif isinstance(first, Composite):
            kind, inside = Kind.MODEL, self.nested(first).draw()
        if tasks := [self.task(name, last) for name, tensor in self.outputs.items() if self.made[tensor].layer is last]:
            kind, notes = (kind if inside else Kind.OUTPUT), [*notes, *tasks]
        ends = [name for name, tensor in self.graph.models.items() if tensor in self.given_by(last)]
        notes += [f"{name} ends here" for name in ends]
        calls = len(self.calls[first])
        shared = [f"shared: called {calls} times, one set of weights"] if calls > 1 else []
        return Box(self.key(first), kind, rows, calls, tuple(filter(None, [*notes, *shared])), inside)

    def given_by(self, layer: Layer) -> set[Tensor]:
        """All that a layer gives."""
        return {tensor for node in self.calls[layer] for tensor in node.gives}

    def task(self, name: str, layer: Layer) -> str:
        """What an output is, with its name if the layer that gives it has another one."""
        return self.tasks[name] if name == layer.name else f"{name}: {self.tasks[name]}"

    def nested(self, layer: Composite) -> _Drafting:
        """The graph of a layer that has one of its own."""
        number = list(self.graph.layers()).index(layer)
        prefix, path = f"{self.prefix}inner{number}_", f"{self.path}{layer.name}/"
        return _Drafting(layer.graph, marks=self.marks, prefix=prefix, path=path)

    def row(self, layer: Layer) -> Row:
        """The row of a layer."""
        about = layer.constructor if isinstance(layer, BackboneLayer) else layer.class_name
        shape = spell(self.calls[layer][0].output.shape)
        return Row(layer.name, about, shape, layer.parameters, self.marks.get(f"{self.path}{layer.name}", ""))

    def arrows(self, holds: Mapping[Layer, str]) -> list[Arrow]:
        """One for each tensor that goes from a box to another, in the colour of the call that it belongs to."""
        starts = {tensor: f"{self.prefix}input_{name}" for name, tensor in self.graph.inputs.items()}
        colours: dict[Tensor, int | None] = {}
        found: list[Arrow] = []
        for node in self.graph.nodes:
            calls, box = self.calls[node.layer], holds[node.layer]
            call = calls.index(node) if len(calls) > 1 else None
            found += [
                Arrow(starts[tensor], box, colours.get(tensor) if call is None else call)
                for tensor in node.inputs
                if starts[tensor] != box
            ]
            starts |= dict.fromkeys(node.gives, box)
            colours |= dict.fromkeys(node.gives, call)
        return list(dict.fromkeys(found))

    @cached_property
    def calls(self) -> dict[Layer, list[Node]]:
        """The calls of each layer."""
        return self.graph.calls()

    @cached_property
    def consumers(self) -> dict[Tensor, list[Node]]:
        """The calls that take each tensor."""
        return self.graph.consumers()

    @cached_property
    def made(self) -> dict[Tensor, Node]:
        """The call that gives each tensor."""
        return {tensor: node for node in self.graph.nodes for tensor in node.gives}

    @cached_property
    def outputs(self) -> dict[str, Tensor]:
        """The outputs of which there is something to say, and that a layer gives."""
        return {
            name: tensor for name, tensor in self.graph.outputs.items() if name in self.tasks and tensor in self.made
        }


def _outermost(block: Block | None) -> Block | None:
    """The group that a call belongs to and that lies in no other."""
    while block is not None and block.parent is not None:
        block = block.parent
    return block


def _form(node: Node) -> tuple[str, str]:
    """What two calls have in common that look the same in a picture."""
    return node.layer.class_name, spell(node.output.shape)


def _is_plain(layer: Layer) -> bool:
    """Whether a layer is one row among others, rather than a box of its own."""
    return not isinstance(layer, Composite | BackboneLayer) and not (isinstance(layer, RuleLayer) and layer.rule.merges)


def _folded(rows: list[Row]) -> tuple[Row, ...]:
    """The rows, without the middle of a long chain."""
    if len(rows) <= LONGEST:
        return tuple(rows)
    first, last = LONGEST // 2, LONGEST - LONGEST // 2 - 1
    left_out = rows[first : len(rows) - last]
    between = Row("", f"{len(left_out)} more layers", "", sum(row.parameters for row in left_out))
    return (*rows[:first], between, *rows[-last:])
