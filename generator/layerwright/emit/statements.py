"""The statements of a function that builds a graph, in sections as a person would set them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import groupby
from operator import itemgetter

from ..forms import CHAIN, Tree
from ..graph import BackboneLayer, CustomLayer, Graph, Layer, Node, SubModel, Tensor
from ..records import dataclass
from .body import LEAST_IN_LOOP, call_line, loop_line
from .classes import Classes
from .frames import Frame
from .library import Library
from .lines import Line, X, comment, kept, remark
from .runs import runs
from .source import FEATURES, arguments_of_input, builder_name, call_arguments, constructor, variable


@dataclass
class Statements:
    """The statements for one graph. `float32` holds the layers that compute in it whatever the policy."""

    graph: Graph
    library: Library
    classes: Classes
    float32: Container[Layer] = ()
    calls: dict[Layer, list[Node]] = field(init=False)
    shared: set[Layer] = field(init=False)
    consumers: dict[Tensor, list[Node]] = field(init=False)
    inlined: dict[Tensor, Node] = field(init=False)
    ends: set[Tensor] = field(init=False)
    parts: dict[str, list[Line]] = field(init=False)
    layer_variables: dict[Layer, str] = field(init=False)
    variables: dict[Tensor, str] = field(init=False)
    made: set[Layer] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.calls = self.graph.calls()
        self.shared = {layer for layer, nodes in self.calls.items() if len(nodes) > 1}
        self.consumers = self.graph.consumers()
        self.ends = set(self.graph.outputs.values())
        starts = set(self.graph.inputs.values())
        inlined = (
            nodes
            for layer, nodes in self.calls.items()
            if layer in self.shared and all(self._stands_in_merge(node, starts) for node in nodes)
        )
        self.inlined = {node.output: node for nodes in inlined for node in nodes}
        self.parts = self._parts()
        taken = {builder_name(layer) for layer in self.calls if isinstance(layer, SubModel)}
        taken |= self.library.names
        self.layer_variables = self._layer_variables(taken)
        self.variables = self._variables(taken)

    def sections(self) -> list[list[str]]:
        """Statements, grouped by the part of the network that they make."""
        starts = {f"branches.{name}": name for name in self.graph.inputs}
        if len(self.graph.inputs) == 1 and not starts.keys() & self.parts.keys():
            starts = dict.fromkeys(list(self.parts)[:1], next(iter(self.graph.inputs)))
        early = set(self._taken_early(starts))
        first = [name for part, name in starts.items() if part not in self.parts or name in early]
        sections = [[self._input(name) for name in first]]
        before: Sequence[Line] = ()
        for part, lines in self.parts.items():
            section = [self._input(starts[part])] if part in starts and starts[part] not in early else []
            for line in lines:
                section += line.write(self.variables)
            if before and self._goes_on(before, lines):
                sections[-1] += section
            else:
                sections.append(section)
            before = lines
        return [section for section in sections if section]

    def _taken_early(self, starts: Mapping[str, str]) -> Iterator[str]:
        """The inputs that a part takes which comes before their own: a shared encoder's, say."""
        names = {tensor: name for name, tensor in self.graph.inputs.items()}
        reached = set()
        for part, lines in self.parts.items():
            reached.add(starts.get(part))
            taken = (names.get(tensor) for line in lines for tensor in line.inputs)
            yield from (name for name in taken if name is not None and name not in reached)

    def _goes_on(self, before: Sequence[Line], lines: Sequence[Line]) -> bool:
        """Whether a part is only the next stretch of the one path that there is."""
        return (
            len(self.graph.inputs) == len(self.graph.outputs) == 1
            and bool(lines)
            and lines[0].inputs == (before[-1].output,)
        )

    def variables_of_ends(self) -> tuple[dict[str, str], dict[str, str]]:
        """The variables of the inputs and of the outputs, by name."""
        inputs = {name: self.variables[tensor] for name, tensor in self.graph.inputs.items()}
        return inputs, {name: self.variables[tensor] for name, tensor in self.graph.outputs.items()}

    def _parts(self) -> dict[str, list[Line]]:
        """The lines by the part that they stand in: branches, then bodies, which a merge opens, then heads.

        That is the order of the statements, unless a part needs what a later one makes: then parts come as the graph
        has them, and one that goes on after others stands in pieces. Heads of one layer each stand together.
        """
        counts = Counter(node.part for node in self.graph.nodes)
        heads_are_short = all(counts[f"heads.{name}"] <= 1 for name in self.graph.outputs)
        pieces: list[tuple[str, list[Line]]] = []
        for run in runs(self.library.roots[id(self.graph)]):
            part = run[0].first.part
            kind = part.partition(".")[0]
            if kind == "heads" and heads_are_short:
                part = kind
            elif kind == "merge":
                part = "body"
            pieces.append((part, list(self._lines(run))))
        parts: dict[str, list[Line]] = {}
        for part, lines in pieces:
            parts.setdefault(part, []).extend(lines)
        order = sorted(parts, key=lambda part: ("branches", "body", "heads").index(part.partition(".")[0] or "body"))
        for ordered in ({part: parts[part] for part in order}, parts):
            if self._in_order(ordered.values()):
                return ordered
        return {f"{part}.{number}" if number else part: lines for part, number, lines in _numbered(pieces)}

    def _in_order(self, parts: Iterable[Sequence[Line]]) -> bool:
        """Whether every line takes only what lines before it give."""
        there = {*self.graph.inputs.values(), *self.inlined}
        for lines in parts:
            for line in lines:
                if not there.issuperset(line.inputs):
                    return False
                there.update((line.output, *line.also))
        return True

    def _lines(self, run: Sequence[Tree]) -> Iterator[Line]:
        """The lines of a run of trees: a loop, a call of a function, or its calls one by one."""
        is_loop = len(run) >= (2 if run[0].node is None and run[0].kind != CHAIN else LEAST_IN_LOOP)
        if is_loop and (line := loop_line(run, self.library)):
            yield line
        else:
            for each in run:
                yield from self._lines_of_one(each)

    def _lines_of_one(self, tree: Tree) -> Iterator[Line]:
        """The lines of one tree. A call in another call's arguments has none."""
        if tree.node is not None:
            if tree.node.output not in self.inlined:
                yield self._call_line(tree.node)
        elif family := self.library.of(tree):
            yield call_line(Frame([tree]), [tree], tree, family, self.library)
        else:
            for inner in runs(tree.children):
                yield from self._lines(inner)

    def _call_line(self, node: Node) -> Line:
        always = node.part.startswith("branches.") and any(each.part == "merge" for each in self.consumers[node.output])
        name = f"{'_'.join(self.graph.sources(node.output))}_features" if always else self._name(node)

        def write(variables: Mapping[Tensor, str]) -> list[str]:
            made = [*(self.inlined[each].layer for each in node.inputs if each in self.inlined), node.layer]
            definitions = [text for layer in made if layer in self.layer_variables for text in self._definition(layer)]
            return [*definitions, *remark(node), f"{self._given(node, variables)} = {self._call(node, variables)}"]

        inputs = tuple(self._outer(node.inputs))
        return Line(inputs, node.output, write, name, always, also=node.gives[1:])

    def _given(self, node: Node, variables: Mapping[Tensor, str]) -> str:
        """What a call's results are called: its output, and the state that another layer begins with."""
        if node.state is None:
            return variables[node.output]
        is_taken = self.consumers[node.output] or node.output in self.ends
        several = "*" if node.layer.class_name == "LSTM" else ""
        state = variables.get(node.state, "_")
        return f"{variables[node.output] if is_taken else '_'}, {several}{state}"

    def _outer(self, tensors: Iterable[Tensor]) -> Iterator[Tensor]:
        """The tensors that have variables, of which these are made in place."""
        for tensor in tensors:
            if tensor in self.inlined:
                yield from self.inlined[tensor].inputs
            else:
                yield tensor

    def _input(self, name: str) -> str:
        tensor = self.graph.inputs[name]
        return f"{self.variables[tensor]} = keras.Input({arguments_of_input(tensor, name)})"

    def _definition(self, layer: Layer) -> list[str]:
        if layer in self.made:
            return []
        self.made.add(layer)
        name = self.layer_variables[layer]
        if isinstance(layer, BackboneLayer):
            frozen = f"{name}.trainable = False"
            why = "# Frozen: training starts with the layers after it."
            return [*comment(layer.remark), why, f"{name} = {constructor(layer)}", frozen]
        return [*self._once(layer), f"{name} = {self._made(layer)}"]

    def _once(self, layer: Layer) -> list[str]:
        """What is said of the first shared layer, for all of them."""
        if layer not in self.shared or self.shared & (self.made - {layer}):
            return []
        return ["# Made once: all calls share its weights."]

    def _made(self, layer: Layer) -> str:
        if isinstance(layer, CustomLayer):
            return self.classes.call(layer)
        return constructor(layer, float32=layer in self.float32)

    def _call(self, node: Node, variables: Mapping[Tensor, str]) -> str:
        taken = [
            self._call(self.inlined[tensor], variables) if tensor in self.inlined else variables[tensor]
            for tensor in node.inputs
        ]
        argument = call_arguments(node, taken)
        if isinstance(node.layer, BackboneLayer) and node.layer.preprocessing:
            argument = f"keras.applications.{node.layer.preprocessing}({argument})"
        return f"{self.layer_variables.get(node.layer) or self._made(node.layer)}({argument})"

    def _stands_in_merge(self, node: Node, starts: set[Tensor]) -> bool:
        """Whether a call is written right where it's merged: `[encoder(left), encoder(right)]`."""
        consumers = self.consumers[node.output]
        return (
            not isinstance(node.layer, BackboneLayer)
            and len(consumers) == 1
            and len(consumers[0].inputs) > 1
            and node.output not in self.ends
            and starts.issuperset(node.inputs)
        )

    def _layer_variables(self, taken: set[str]) -> dict[Layer, str]:
        """A variable for each layer that isn't made where it's called; adds them to `taken`."""
        named = {}
        for layer in self.calls:
            if layer in self.shared or isinstance(layer, BackboneLayer):
                named[layer] = variable(layer.name, taken, "layer")
                taken.add(named[layer])
        return named

    def _variables(self, taken: set[str]) -> dict[Tensor, str]:
        """A variable for each tensor: that of its input or output, `x`, or a name of its own if it's needed later."""
        named: dict[Tensor, str] = {}
        lines = [line for part in self.parts.values() for line in part]
        # A nested model's output has its input's name: there `x` is clearer.
        ends = {**self.graph.outputs, **self.graph.inputs}
        inputs = set(self.graph.inputs.values())
        outlived = ((line.name, line.output) for line in kept(lines, ends.values()))
        for name, tensor in [*self.graph.inputs.items(), *ends.items(), *outlived]:
            if tensor not in named:
                role = "input" if tensor in inputs else "output" if tensor in self.ends else FEATURES
                named[tensor] = variable(name, taken, role)
                taken.add(named[tensor])
        for node in self.graph.nodes:
            if node.state is not None and self.consumers[node.state]:
                named[node.state] = variable(f"{node.layer.name}_state", taken, "state")
                taken.add(named[node.state])
        return {line.output: X for line in lines} | named

    def _name(self, node: Node) -> str:
        """What a tensor is called that needs a name."""
        if isinstance(node.layer, BackboneLayer):
            return f"{'_'.join(self.graph.sources(node.output))}_{node.layer.name}"
        if node.layer in self.shared:
            return f"{'_'.join(self.graph.sources(node.output))}_features"
        return node.layer.name


def _numbered(pieces: Iterable[tuple[str, list[Line]]]) -> Iterator[tuple[str, int, list[Line]]]:
    """What of a part stands together, with how many pieces of that part come before it."""
    seen = Counter[str]()
    for part, together in groupby(pieces, itemgetter(0)):
        yield part, seen[part], [line for _, lines in together for line in lines]
        seen[part] += 1
