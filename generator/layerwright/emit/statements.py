"""The statements of a function that builds a graph, in sections as a person would set them apart.

A tensor is called `x` where the next lines use it up; one that is needed later has a name of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from ..graph import BackboneLayer, Graph, Layer, Node, SubModel, Tensor
from .source import arguments, builder_name, constructor, variable

X = "x"


@dataclass
class Statements:
    """The statements for one graph. `float32_outputs`: its last layers compute in float32 whatever the policy."""

    graph: Graph
    float32_outputs: bool = False
    calls: dict[Layer, list[Node]] = field(init=False)
    shared: set[Layer] = field(init=False)
    consumers: dict[Tensor, list[Node]] = field(init=False)
    inlined: dict[Tensor, Node] = field(init=False)
    parts: dict[str, list[Node]] = field(init=False)
    layer_variables: dict[Layer, str] = field(init=False)
    variables: dict[Tensor, str] = field(init=False)

    def __post_init__(self) -> None:
        calls = self.graph.calls()
        self.calls = calls
        self.shared = {layer for layer, nodes in calls.items() if len(nodes) > 1}
        self.consumers = self.graph.consumers()
        self.inlined = {
            node.output: node
            for node in self.graph.nodes
            if node.layer in self.shared and all(map(self._stands_in_merge, calls[node.layer]))
        }
        self.parts = self._parts()
        taken = {builder_name(layer) for layer in calls if isinstance(layer, SubModel)}
        self.layer_variables = self._layer_variables(calls, taken)
        self.variables = self._variables(taken)

    def sections(self) -> list[list[str]]:
        """Statements, grouped by the part of the network that they make."""
        starts = {f"branches.{name}": name for name in self.graph.inputs}
        sections = [[self._input(name) for part, name in starts.items() if part not in self.parts]]
        made: set[Layer] = set()
        for part, nodes in self.parts.items():
            section = [self._input(starts[part])] if part in starts else []
            for node in nodes:
                if node.layer in self.layer_variables and node.layer not in made:
                    made.add(node.layer)
                    section += self._definition(node.layer)
                if node.output not in self.inlined:
                    section.append(f"{self.variables[node.output]} = {self._call(node)}")
            sections.append(section)
        return [section for section in sections if section]

    def ends(self) -> tuple[dict[str, str], dict[str, str]]:
        """The variables of the inputs and of the outputs, by name."""
        inputs = {name: self.variables[tensor] for name, tensor in self.graph.inputs.items()}
        return inputs, {name: self.variables[tensor] for name, tensor in self.graph.outputs.items()}

    def _parts(self) -> dict[str, list[Node]]:
        """The calls by the part that they stand in: branches, then bodies, which a merge opens, then heads.

        That is the order of the statements. Heads of one layer each stand together.
        """
        counts = Counter(node.part for node in self.graph.nodes)
        heads_are_short = all(counts[f"heads.{name}"] <= 1 for name in self.graph.outputs)
        bodies: dict[str, list[Node]] = {}
        branches: dict[str, list[Node]] = {}
        heads: dict[str, list[Node]] = {}
        for node in self.graph.nodes:
            kind, _, _ = node.part.partition(".")
            if kind == "branches":
                branches.setdefault(node.part, []).append(node)
            elif kind == "heads":
                heads.setdefault(kind if heads_are_short else node.part, []).append(node)
            else:
                bodies.setdefault("body" if kind == "merge" else node.part, []).append(node)
        return branches | bodies | heads

    def _input(self, name: str) -> str:
        tensor = self.graph.inputs[name]
        return f"{self.variables[tensor]} = keras.Input({arguments([tensor.shape[1:]], name=name)})"

    def _definition(self, layer: Layer) -> Iterator[str]:
        name = self.layer_variables[layer]
        if isinstance(layer, BackboneLayer):
            yield "# Frozen: training starts with the layers after it."
            yield f"{name} = {constructor(layer)}"
            yield f"{name}.trainable = False"
            return
        if layer in self.shared:
            yield "# Made once and called on each: the calls share one set of weights."
        yield f"{name} = {self._made(layer)}"

    def _made(self, layer: Layer) -> str:
        ends = self.float32_outputs and any(self._is_output(node) for node in self.calls[layer])
        return constructor(layer, float32=ends)

    def _call(self, node: Node) -> str:
        taken = [
            self._call(self.inlined[tensor]) if tensor in self.inlined else self.variables[tensor]
            for tensor in node.inputs
        ]
        argument = f"[{', '.join(taken)}]" if len(taken) > 1 else taken[0]
        if isinstance(node.layer, BackboneLayer):
            argument = f"keras.applications.{node.layer.preprocessing}({argument})"
        return f"{self.layer_variables.get(node.layer) or self._made(node.layer)}({argument})"

    def _is_output(self, node: Node) -> bool:
        return node.output in self.graph.outputs.values()

    def _stands_in_merge(self, node: Node) -> bool:
        """Whether a call is written right where it's merged: `[encoder(left), encoder(right)]`."""
        consumers = self.consumers[node.output]
        return (
            not isinstance(node.layer, BackboneLayer)
            and len(consumers) == 1
            and len(consumers[0].inputs) > 1
            and not self._is_output(node)
            and all(tensor in self.graph.inputs.values() for tensor in node.inputs)
        )

    def _layer_variables(self, layers: Iterable[Layer], taken: set[str]) -> dict[Layer, str]:
        """A variable for each layer that isn't made where it's called; adds them to `taken`."""
        named = {}
        for layer in layers:
            if layer in self.shared or isinstance(layer, BackboneLayer | SubModel):
                named[layer] = variable(layer.name, taken)
                taken.add(named[layer])
        return named

    def _variables(self, taken: set[str]) -> dict[Tensor, str]:
        """A variable for each tensor: that of its input or output, `x`, or a name of its own if it's needed later."""
        named: dict[Tensor, str] = {}
        # A nested model's output has its input's name: there `x` is clearer.
        ends = {**self.graph.outputs, **self.graph.inputs}
        for end, tensor in [*self.graph.inputs.items(), *ends.items(), *self._kept(set(ends.values()))]:
            if tensor not in named:
                named[tensor] = variable(end, taken)
                taken.add(named[tensor])
        return {node.output: X for node in self.graph.nodes} | named

    def _kept(self, ends: set[Tensor]) -> Iterator[tuple[str, Tensor]]:
        """What must not be called `x`, with a name for it: what ends a branch, and what outlives the next `x`."""
        statements = [node for nodes in self.parts.values() for node in nodes if node.output not in self.inlined]
        place = {node.output: index for index, node in enumerate(statements)}
        passing = [node for node in statements if node.output not in ends]
        for node, following in zip_longest(passing, passing[1:]):
            consumers = self.consumers[node.output]
            last_use = max((place[each.output] for each in consumers), default=0)
            outlived = following is not None and place[following.output] < last_use
            if outlived or self._ends_branch(node):
                yield self._name(node), node.output

    def _ends_branch(self, node: Node) -> bool:
        """Whether a branch leads into a merge here."""
        return node.part.startswith("branches.") and any(each.part == "merge" for each in self.consumers[node.output])

    def _name(self, node: Node) -> str:
        """What a tensor is called that needs a name."""
        owner = "_".join(self.graph.sources(node.output))
        if isinstance(node.layer, BackboneLayer):
            return f"{owner}_{node.layer.name}"
        return f"{owner}_features" if node.layer in self.shared or self._ends_branch(node) else node.layer.name
