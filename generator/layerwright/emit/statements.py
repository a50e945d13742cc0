"""The statements of a function that builds a graph, in sections as a person would set them apart.

A tensor is called `x` where the next lines use it up; one that is needed later has a name of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest

from ..graph import BackboneLayer, Graph, Layer, Node, SubModel, Tensor
from .source import arguments, constructor, variable

X = "x"


@dataclass
class Statements:
    """The statements for one graph. `float32_outputs`: its last layers compute in float32 whatever the policy."""

    graph: Graph
    float32_outputs: bool = False
    variables: dict[Tensor, str] = field(init=False)
    layer_variables: dict[Layer, str] = field(init=False)
    consumers: dict[Tensor, list[Node]] = field(init=False)
    inlined: dict[Tensor, Node] = field(init=False)
    shared: set[Layer] = field(init=False)

    def __post_init__(self) -> None:
        calls = Counter(node.layer for node in self.graph.nodes)
        self.shared = {layer for layer, count in calls.items() if count > 1}
        self.consumers = self.graph.consumers()
        self.layer_variables = {
            layer: variable(layer.name)
            for layer in calls
            if layer in self.shared or isinstance(layer, BackboneLayer | SubModel)
        }
        self.inlined = {node.output: node for node in self.graph.nodes if self._stands_in_merge(node)}
        self.variables = self._variables()

    def sections(self) -> list[list[str]]:
        """Statements, grouped by the part of the network that they make."""
        branches = {node.part for node in self.graph.nodes}
        sections = {"inputs": [self._input(name) for name in self.graph.inputs if name not in branches]}
        made: set[Layer] = set()
        for node in self.graph.nodes:
            section = sections.setdefault(self._section(node), [])
            if not section and node.part in self.graph.inputs:
                section.append(self._input(node.part))
            if node.layer in self.layer_variables and node.layer not in made:
                made.add(node.layer)
                section += self._definition(node.layer)
            if node.output not in self.inlined:
                section.append(f"{self.variables[node.output]} = {self._call(node)}")
        return [section for section in sections.values() if section]

    def _section(self, node: Node) -> str:
        """The part that a node's statement stands in: a merge opens the body, and heads stand together."""
        if node.part == "merge":
            return "body"
        return "heads" if node.part in self.graph.outputs and self._all_heads_are_short else node.part

    @cached_property
    def _all_heads_are_short(self) -> bool:
        counts = Counter(node.part for node in self.graph.nodes)
        return all(counts[name] <= 1 for name in self.graph.outputs)

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
        yield f"{name} = {constructor(layer)}"

    def _call(self, node: Node) -> str:
        taken = [
            self._call(self.inlined[tensor]) if tensor in self.inlined else self.variables[tensor]
            for tensor in node.inputs
        ]
        argument = f"[{', '.join(taken)}]" if len(taken) > 1 else taken[0]
        if isinstance(node.layer, BackboneLayer):
            argument = f"keras.applications.{node.layer.preprocessing}({argument})"
        if node.layer in self.layer_variables:
            return f"{self.layer_variables[node.layer]}({argument})"
        float32 = self.float32_outputs and node.output in self.graph.outputs.values()
        return f"{constructor(node.layer, float32=float32)}({argument})"

    def _stands_in_merge(self, node: Node) -> bool:
        """Whether a call is written right where it's merged: `[encoder(left), encoder(right)]`."""
        consumers = self.consumers[node.output]
        return (
            node.layer in self.shared
            and not isinstance(node.layer, BackboneLayer)
            and len(consumers) == 1
            and len(consumers[0].inputs) > 1
            and node.output not in self.graph.outputs.values()
            and all(tensor in self.graph.inputs.values() for tensor in node.inputs)
        )

    def ends(self) -> tuple[dict[str, str], dict[str, str]]:
        """The variables of the inputs and of the outputs, by name."""
        inputs = {name: self.variables[tensor] for name, tensor in self.graph.inputs.items()}
        return inputs, {name: self.variables[tensor] for name, tensor in self.graph.outputs.items()}

    def _variables(self) -> dict[Tensor, str]:
        """A variable for each tensor: that of its input or output, `x`, or a name made from its layer's."""
        taken = set(self.layer_variables.values())
        named: dict[Tensor, str] = {}

        def name(tensor: Tensor, wanted: str) -> None:
            named[tensor] = variable(wanted, taken)
            taken.add(named[tensor])

        for end, tensor in [*self.graph.inputs.items(), *self.graph.outputs.items()]:
            if tensor not in named:
                name(tensor, end)
        position = {id(node): index for index, node in enumerate(self.graph.nodes)}
        passing = [node for node in self.graph.nodes if node.output not in named and node.output not in self.inlined]
        for node, following in zip_longest(passing, passing[1:]):
            last_use = max((position[id(each)] for each in self.consumers[node.output]), default=0)
            if self._ends_branch(node):
                name(node.output, f"{node.part}_features")
            elif following is not None and position[id(following)] < last_use:
                name(node.output, node.layer.name)
        return {node.output: X for node in passing} | named

    def _ends_branch(self, node: Node) -> bool:
        """Whether a branch of several leads into a merge here."""
        return node.part in self.graph.inputs and any(each.part == "merge" for each in self.consumers[node.output])
