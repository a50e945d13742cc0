"""A network as a graph of layer calls, with exact shapes and variables.

It knows nothing of answers, presets or emission, so that it can hold a graph that came from anywhere else: a
saved Keras model, say. Nodes are kept in topological order because they can only be made in that order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property

from .layers import Rule, Shape, Weight
from .layers.rule import Value
from .layers.values import int_of
from .records import dataclass


@dataclass(frozen=True, eq=False)
class Tensor:
    """An edge: what one call gives and others take. Two tensors are equal only if they are the same one.

    `masked`: it carries a mask, which says what is padding.
    """

    shape: Shape
    dtype: str = "float32"
    masked: bool = False


@dataclass(eq=False)
class Layer:
    """A Keras layer, called once or more. Its variables are those of the first call.

    `remark` is what a reader of its source would ask.
    """

    name: str
    class_name: str
    arguments: Mapping[str, Value] = field(default_factory=dict)
    weights: tuple[Weight, ...] = ()
    trainable: bool = True
    remark: str = field(default="", kw_only=True)

    def masks(self, taken: tuple[bool, ...]) -> bool:
        """Whether what it gives carries a mask, if what it takes does or doesn't."""
        return False

    @property
    def parameters(self) -> int:
        """How many numbers its variables hold."""
        return sum(weight.size for weight in self.weights)

    @property
    def trainable_parameters(self) -> int:
        """How many of them training moves."""
        return sum(weight.size for weight in self.weights if weight.trainable) if self.trainable else 0


@dataclass(eq=False)
class RuleLayer(Layer):
    """A layer of keras.layers, whose rule is known. `gives_state`: it gives its last state beside its output."""

    rule: Rule = field(kw_only=True)
    gives_state: bool = False

    @cached_property
    def complete(self) -> Mapping[str, Value]:
        """Its arguments with the defaults filled in."""
        return self.rule.complete(self.arguments)

    def masks(self, taken: tuple[bool, ...]) -> bool:
        """Whether what it gives carries a mask, if what it takes does or doesn't."""
        return self.rule.mask(self.complete, taken)

    def state(self, output: Tensor) -> Tensor | None:
        """The last state that a call gives beside its output, if it gives any: `units` numbers, twice for an LSTM."""
        if not self.gives_state:
            return None
        return Tensor((output.shape[0], int_of(self.arguments["units"])), output.dtype)


@dataclass(eq=False)
class BackboneLayer(Layer):
    """A pretrained body. `constructor` and `preprocessing` are paths under keras.applications.

    `preprocessing` is the function to call on images before it, None if there's none to call; `remark` says why.
    """

    constructor: str = field(kw_only=True)
    preprocessing: str | None = field(kw_only=True)
    input_shape: tuple[int, ...] = field(kw_only=True)


@dataclass(eq=False)
class Composite(Layer):
    """A layer with a graph of its own, of one input and one output."""

    graph: Graph = field(kw_only=True)

    def masks(self, taken: tuple[bool, ...]) -> bool:
        """Whether what it gives carries a mask, if what it takes does or doesn't."""
        [start], [end] = self.graph.inputs.values(), self.graph.outputs.values()
        found = {start: taken[0]}
        for node in self.graph.nodes:
            found[node.output] = node.layer.masks(tuple(found[tensor] for tensor in node.called_on))
        return found[end]

    @property
    def parameters(self) -> int:
        """How many numbers the variables of its layers hold."""
        return self.graph.parameters

    @property
    def trainable_parameters(self) -> int:
        """How many of them training moves."""
        return self.graph.trainable_parameters if self.trainable else 0


@dataclass(eq=False)
class SubModel(Composite):
    """A nested Keras model. `alias` tells it from another one of the same name, in another model."""

    alias: str = ""


@dataclass(eq=False)
class CustomLayer(Composite):
    """A layer whose class the project defines; `block` is the group that it was made from."""

    block: Block = field(kw_only=True)


@dataclass(eq=False)
class Block:
    """One use of a group of layers, as a residual: what its layers are named after, and what source may say once.

    `about` says in a sentence what it does.
    """

    kind: str
    about: str
    parent: Block | None = None
    name: str = ""
    repeated: bool = False


@dataclass(frozen=True, eq=False)
class Node:
    """One call of a layer.

    `part` names the part of the network that it stands in: `branches.photo`, `merge`, `body` (`body.price` if bodies
    are separate) or `heads.price`; `block` is the innermost group that it belongs to. `state` is the last state of a
    recurrent layer that gives it: another one begins with that of one of its calls, and has it as its last input.
    """

    layer: Layer
    inputs: tuple[Tensor, ...]
    output: Tensor
    part: str = ""
    block: Block | None = None
    state: Tensor | None = None

    @property
    def gives(self) -> tuple[Tensor, ...]:
        """All that comes out."""
        return (self.output,) if self.state is None else (self.output, self.state)

    @property
    def called_on(self) -> tuple[Tensor, ...]:
        """The tensors that it makes something of, without the state that it begins with."""
        return self.inputs[:-1] if self.begins_with_state else self.inputs

    @property
    def begins_with_state(self) -> bool:
        """Whether its last input is the state that it begins with."""
        return isinstance(self.layer, RuleLayer) and len(self.inputs) > 1 and not self.layer.rule.merges


@dataclass(eq=False)
class Graph:
    """Inputs, the calls between, outputs. `models` gives where models beside it end, which begin at the inputs."""

    inputs: dict[str, Tensor] = field(default_factory=dict)
    outputs: dict[str, Tensor] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    models: dict[str, Tensor] = field(default_factory=dict)

    def add(
        self, layer: Layer, inputs: tuple[Tensor, ...], output: Tensor, part: str = "", block: Block | None = None
    ) -> Tensor:
        """Adds a call, and returns its output."""
        state = layer.state(output) if isinstance(layer, RuleLayer) else None
        self.nodes.append(Node(layer, inputs, output, part, block, state))
        return output

    def layers(self) -> Iterator[Layer]:
        """Every layer once, in the order of first calls."""
        yield from dict.fromkeys(node.layer for node in self.nodes)

    def all_layers(self) -> Iterator[Layer]:
        """Every layer once, those of nested models and of layers of the project's own after them."""
        for layer in self.layers():
            yield layer
            if isinstance(layer, Composite):
                yield from layer.graph.all_layers()

    @property
    def backbone(self) -> BackboneLayer | None:
        """The pretrained body, if there is one."""
        return next((layer for layer in self.layers() if isinstance(layer, BackboneLayer)), None)

    def calls(self) -> dict[Layer, list[Node]]:
        """The calls of each layer, in the order of first calls."""
        result: dict[Layer, list[Node]] = {}
        for node in self.nodes:
            result.setdefault(node.layer, []).append(node)
        return result

    @property
    def parameters(self) -> int:
        """How many numbers the variables hold; those of a layer called twice count once."""
        return sum(layer.parameters for layer in self.layers())

    @property
    def trainable_parameters(self) -> int:
        """How many of them training moves."""
        return sum(layer.trainable_parameters for layer in self.layers())

    def names(self) -> dict[Tensor, str]:
        """What each tensor is called: the input's name, or that of the layer that gives it."""
        return {tensor: name for name, tensor in self.inputs.items()} | {
            tensor: node.layer.name for node in self.nodes for tensor in node.gives
        }

    def consumers(self) -> dict[Tensor, list[Node]]:
        """The calls that take each tensor."""
        result: dict[Tensor, list[Node]] = {tensor: [] for tensor in self.inputs.values()}
        for node in self.nodes:
            result.update({tensor: [] for tensor in node.gives if tensor not in result})
            for tensor in dict.fromkeys(node.inputs):
                result[tensor].append(node)
        return result

    def before(self, *tensors: Tensor) -> list[Node]:
        """The calls that tensors depend on, the last one first."""
        needed, calls = set(tensors), []
        for node in reversed(self.nodes):
            if not needed.isdisjoint(node.gives):
                needed.update(node.inputs)
                calls.append(node)
        return calls

    def origins(self) -> dict[Tensor, frozenset[str]]:
        """The names of the inputs that each tensor depends on, found for all of them in one go."""
        found = {tensor: frozenset([name]) for name, tensor in self.inputs.items()}
        for node in self.nodes:
            first, *others = dict.fromkeys(found.get(tensor, frozenset()) for tensor in node.inputs)
            found |= dict.fromkeys(node.gives, first.union(*others) if others else first)
        return found

    def sources(self, tensor: Tensor) -> list[str]:
        """The names of the inputs that a tensor depends on, in the order of the inputs."""
        needed = {tensor}.union(*(node.inputs for node in self.before(tensor)))
        return [name for name, each in self.inputs.items() if each in needed]
