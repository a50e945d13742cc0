"""Makes a graph call by call: finds the class for a word, checks it, names it, and notes what doesn't fit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import field, replace
from itertools import pairwise
from typing import NoReturn, Protocol

from ..faults import (
    BackendCannot,
    CannotUse,
    Fault,
    NameTaken,
    RefusedLayer,
    SaidTwice,
    TooManyValues,
    UnknownLayer,
    Unused,
    WrongAxes,
    WrongCount,
)
from ..graph import Block, Composite, Graph, Layer, Node, RuleLayer, Tensor
from ..layers import ACTIVATION_LAYERS, ACTIVATIONS, LayerError, Rule, Shape, Vocabulary, Weight, Word, spell
from ..layers.rule import Inner, Nested, TensorLike, UnbatchedError, Value
from ..problems import Edit, Problems, is_in, meant, nearest, unknown
from ..records import dataclass
from .masking import keep_masks
from .merges import MERGES
from .writing import written_value

PARALLEL = "parallel"
"""The kind of a parallel group, whose layers have names of their own if it's the only one."""


class Abandoned(Exception):
    """A path can't be built further. The reason is among the problems."""


class Item(Protocol):
    """One entry of a stack: a layer, or a group of layers."""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds its calls to the builder's graph, and returns what comes out."""
        ...

    def check(self, builder: Builder) -> None:
        """Notes what is wrong with it whatever tensor it would get."""
        ...


Stack = Sequence[Item]
"""Items, each fed by the one before."""


@dataclass(frozen=True)
class Unread:
    """Stands for an item that isn't said rightly, so that nothing is built on what it would have given."""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Gives up: what is wrong with it is among the problems."""
        raise Abandoned

    def check(self, builder: Builder) -> None:
        """What is wrong with it is among the problems."""


@dataclass(frozen=True)
class Spot:
    """Where a layer or group is that the answers name, and in what it lies that no reference leads into, if in any."""

    place: str
    within: str = ""
    container: str = ""

    def hidden_from(self, place: str) -> bool:
        """Whether no reference leads from a place to it."""
        return bool(self.within) and not is_in(place, self.container)


@dataclass(frozen=True)
class Unnamed:
    """What a layer or block will be called: the base of its name, within a group or after a prefix."""

    base: str
    owner: Block | None
    prefix: str


@dataclass(frozen=True)
class Known:
    """What a name stands for: what came out, what went in, and the calls between."""

    output: Tensor
    start: Tensor
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class InnerModel:
    """A nested model as an argument of a layer, as the one in `TimeDistributed(model)`."""

    model: Composite
    class_name: str = "Functional"

    def __repr__(self) -> str:
        return "several layers"

    def call(self, inputs: tuple[Shape, ...]) -> tuple[Shape, tuple[Weight, ...]]:
        """Its output's shape and its variables. Raises LayerError for another shape than it was made for."""
        [start], (batch, *sizes) = self.model.graph.inputs.values(), inputs[0]
        if start.shape[1:] != tuple(sizes):
            what = f"the layers in it were made for {spell(start.shape)}, not for {spell(inputs[0])}"
            raise LayerError(CannotUse, what, "give it a tensor like the first one")
        return (batch, *self._end.shape[1:]), all_weights(self.model.graph)

    def check(self, tensors: Sequence[TensorLike]) -> None:
        """It was made for tensors like these."""

    def dtype(self, inputs: tuple[str, ...]) -> str:
        """Its output's dtype."""
        return self._end.dtype

    @property
    def _end(self) -> Tensor:
        [output] = self.model.graph.outputs.values()
        return output


def models_in(layer: Layer) -> Iterator[Composite]:
    """The models that a layer holds as arguments, or as arguments of those."""
    if isinstance(layer, RuleLayer):
        for value in layer.arguments.values():
            yield from _models(value)


def _models(value: Value) -> Iterator[Composite]:
    inner: Sequence[Value] = ()
    if isinstance(value, InnerModel):
        yield value.model
    elif isinstance(value, Nested):
        inner = tuple(value.arguments.values())
    elif isinstance(value, tuple):
        inner = value
    for each in inner:
        yield from _models(each)


def all_weights(graph: Graph) -> tuple[Weight, ...]:
    """The variables of all layers of a graph."""
    return tuple(
        weight if layer.trainable else replace(weight, trainable=False)
        for layer in graph.layers()
        for weight in (all_weights(layer.graph) if isinstance(layer, Composite) else layer.weights)
    )


ATTENTION: Mapping[str, Sequence[tuple[str, int]]] = {
    "Attention": (("num_heads", 4), ("key_dim", 32)),
    "AdditiveAttention": (("num_heads", 4), ("key_dim", 32)),
    "MultiHeadAttention": (("num_heads", 4), ("key_dim", 32)),
    "GroupQueryAttention": (("num_query_heads", 4), ("head_dim", 32)),
}
"""Layers that may be meant of a tensor with itself: what says number and width of heads, or what they are then."""


RECURRENT = frozenset({"lstm", "gru", "simple_rnn", "LSTM", "GRU", "SimpleRNN"})
"""Layers that keep the steps if they are told to."""


@dataclass
class Builder:
    """Grows one graph.

    `taken` holds the names that layers may not have, with what has them. `elsewhere` finds what a name stands for that
    isn't a layer built here: an input's branch, say. `backend` is what the network will run on, if that's known.
    `said` has all names in the answers, with where they stand; `fault` says why one of them stands for nothing at a
    place: nothing if that's said elsewhere, None if there's no reason but the place. `batching` gives the edits that
    fix the size of batches, `outer` is the builder of the graph around this one, `instead` has what mends a fault at a
    place. `leaves` says whether Keras gives a name to an operation of the graph that is no layer. `left` has the
    tensors that a path left to go on from another, with where it did; `places` says where each layer is said.
    """

    vocabulary: Vocabulary
    problems: Problems
    taken: dict[str, str]
    backend: str = ""
    graph: Graph = field(default_factory=Graph)
    part: str = ""
    prefix: str = ""
    block: Block | None = None
    known: dict[str, Known] = field(default_factory=dict)
    elsewhere: Callable[[str], Tensor | None] = lambda name: None
    unnamed: dict[Layer | Block, Unnamed] = field(default_factory=dict)
    said: Mapping[str, Spot] = field(default_factory=dict)
    fault: Callable[[str, str], str | None] = lambda name, place: None
    batching: Callable[[], Sequence[Edit]] = tuple
    outer: Builder | None = None
    instead: tuple[str, Sequence[Edit], str] | None = None
    leaves: Callable[[str], bool] = lambda name: False
    left: list[tuple[Tensor, str]] = field(default_factory=list)
    places: dict[Layer, str] = field(default_factory=dict)

    def inside(self, taken: dict[str, str]) -> Builder:
        """A builder for a graph inside this one's."""
        return Builder(
            self.vocabulary,
            self.problems,
            taken,
            self.backend,
            said=self.said,
            fault=self.fault,
            batching=self.batching,
            outer=self,
            places=self.places,
        )

    def refuse(self, place: str, fault: type[Fault], what: str, mend: str, *edits: Edit) -> NoReturn:
        """Notes what keeps a path from being built, unless something is noted for the place, and gives the path up."""
        self.note(place, fault, what, mend, *edits)
        raise Abandoned

    def note(self, place: str, fault: type[Fault], what: str, mend: str, *edits: Edit) -> None:
        """Notes what is wrong, unless something is noted for the place. The path goes on as if it were mended."""
        if not self.refused(place):
            self.problems.add(place, fault, what, mend, *edits)

    def refused(self, place: str) -> bool:
        """Whether something is noted for a place. Where two bodies are built of the same layers, one fault is one."""
        return any(problem.place == place for problem in self.problems.found)

    @contextmanager
    def mended_by(self, place: str, edits: Sequence[Edit], also: str = "") -> Iterator[None]:
        """What a layer refuses at this place, inside, is mended by these edits, and the mend says so too."""
        before, self.instead = self.instead, (place, edits, also)
        try:
            yield
        finally:
            self.instead = before

    def _refuse(self, place: str, error: LayerError) -> NoReturn:
        """Notes what a layer refuses."""
        edits, mend = tuple(edits_of(error, place)), error.mend
        if isinstance(error, UnbatchedError):
            edits = tuple(self.batching())
        elif self.instead and self.instead[0] == place and (error.edit is None or error.edit[0] in ("drop", "before")):
            edits, mend = tuple(self.instead[1]), mend + self.instead[2]
        if not edits:
            edits, mend = (Edit("drop", place),), f"{mend}; or leave it out"
        self.refuse(place, error.fault, str(error), mend, *edits)

    @contextmanager
    def within(self, part: str, prefix: str) -> Iterator[None]:
        """Calls made inside belong to this part of the network, and their names start with the prefix."""
        before = self.part, self.prefix, self.block
        self.part, self.prefix, self.block = part, prefix, None
        try:
            yield
        finally:
            self.part, self.prefix, self.block = before

    @contextmanager
    def group(self, kind: str, about: str, name: str | None, place: str, *, repeated: bool = False) -> Iterator[Block]:
        """Calls made inside belong to one use of a group, and are named after it."""
        outer = self.block
        block = Block(kind, about, outer, repeated=repeated)
        self._name(block, name, kind, place)
        self.block = block
        try:
            yield block
        finally:
            self.block = outer

    @property
    def grouped(self) -> bool:
        """Whether what is built belongs to a group that its layers are named after."""
        return _visible(self.block) is not None

    @contextmanager
    def repetition(self) -> Iterator[None]:
        """Calls made inside are one of several alike: their names are numbered, without one for the repetition."""
        outer, self.block = self.block, Block("", "", self.block, repeated=True)
        try:
            yield
        finally:
            self.block = outer

    def stack(self, items: Stack, tensor: Tensor) -> Tensor:
        """Builds items one after the other."""
        for index, item in enumerate(items):
            with self._steps_kept(items, index):
                tensor = item.build(self, tensor)
        return tensor

    def _steps_kept(self, items: Stack, index: int) -> AbstractContextManager[None]:
        """Where a layer would take the steps that the one before it doesn't keep, those before are told to."""
        if not index or _last_step(items[index - 1]) is None:
            return nullcontext()
        pairs = [(_last_step(before), item) for before, item in pairwise(items)]
        followed = [before for before, item in pairs if before and (item is items[index] or _last_step(item))]
        edits = [Edit("argument", place, ("return_sequences", True)) for place in followed]
        return self.mended_by(getattr(items[index], "place", ""), edits, "; or say return_sequences=true before it")

    def check_left(self) -> None:
        """Notes where a path was left that nothing else takes up. Only a network that is whole can say so."""
        if self.problems.found:
            return
        ends = self.graph.outputs.values()
        before = self.graph.before(*ends)
        taken = {*ends, *(each for node in before for each in node.inputs)}
        taken |= {node.output for node in before if node.state in taken}
        for tensor, place in self.left:
            if tensor not in taken and tensor not in self.graph.inputs.values():
                mend = "name a layer there and merge it in somewhere, or leave this out"
                self.note(place, Unused, "nothing takes what came before it", mend, Edit("drop", place))

    def check(self, items: Stack) -> None:
        """Notes what is wrong with items whatever tensors they would get: for those that can't be built."""
        for item in items:
            with suppress(Abandoned):
                item.check(self)

    def layer(
        self,
        word: str,
        values: Sequence[Value],
        keywords: Mapping[str, Value],
        name: str | None,
        tensors: tuple[Tensor, ...],
        place: str,
    ) -> Tensor:
        """Calls the layer that a word stands for."""
        rule, arguments = self.resolved(word, values, keywords, tensors[0].shape, place)
        if rule.merges and len(tensors) == 1:
            self._check_alone(rule, arguments, place)
            return tensors[0]
        return self.call(rule, arguments, name, word, tensors, place)

    def resolved(
        self, word: str, values: Sequence[Value], keywords: Mapping[str, Value], shape: Shape, place: str
    ) -> tuple[Rule, dict[str, Value]]:
        """The rule that a word stands for on a tensor of this shape, and its arguments."""
        entry = self._entry(word, place, said=bool(values or keywords))
        class_name = entry.classes.get(None) or entry.classes.get(len(shape) - 2)
        if class_name is None:
            mend = f"it takes {_axes(entry)}: give it such a tensor, or leave it out"
            self._refuse(
                place, LayerError(WrongAxes, f"{word} doesn't take a tensor of {spell(shape)}", mend, ("drop", None))
            )
        return self.vocabulary.rules[class_name], self._arguments(entry, values, keywords, place)

    def _refuse_part(self, rule: Rule, place: str) -> None:
        """Refuses a layer that only stands in another one."""
        try:
            rule.check({}, ())
        except LayerError as error:
            self._refuse(place, error)

    def _check_alone(self, rule: Rule, arguments: Mapping[str, Value], place: str) -> None:
        """Notes a layer in a stack that joins several tensors."""
        if rule.merges:
            what, mend = f"{rule.name} joins several tensors, and a stack has one", "or leave it out"
            edit = Edit("drop", place)
            if rule.name in ATTENTION:
                sizes = (arguments.get(name, default) for name, default in ATTENTION[rule.name])
                itself = f"self_attention {'x'.join(map(str, sizes))}"
                mend, edit = f"{itself} for one with itself, {mend}", Edit("set", place, itself)
            mend = f"write merge: {{with: NAME, how: {rule.name}}}, {mend}"
            self.note(place, WrongCount, what, mend, edit)

    def nested(
        self,
        word: str,
        values: Sequence[Value],
        keywords: Mapping[str, Value],
        shape: Shape,
        place: str,
        *,
        alone: bool = False,
    ) -> Inner:
        """The layer that a word stands for, as an argument of another one; `alone`: which calls it on this shape."""
        rule, arguments = self.resolved(word, values, keywords, shape, place)
        nested = Nested(rule, rule.written(arguments))
        try:
            rule.complete(nested.arguments)
            if alone:
                nested.call((shape,))
        except LayerError as error:
            self._refuse(place, error)
        return nested

    def check_layer(
        self,
        word: str,
        values: Sequence[Value],
        keywords: Mapping[str, Value],
        place: str,
        *,
        within: str | None = None,
    ) -> None:
        """Notes a word or arguments that no tensor makes right, unless something is noted for this place already.

        `within`: the class of the layer that it stands in, if it does.
        """
        if self.refused(place):
            return
        entry = self._entry(word, place, said=bool(values or keywords))
        arguments = self._arguments(entry, values, keywords, place)
        for rule in (self.vocabulary.rules[class_name] for class_name in entry.classes.values()):
            self._check_alone(rule, arguments, place)
            if rule.within not in (None, within):
                with suppress(Abandoned):
                    self._refuse_part(rule, place)
            try:
                rule.complete(rule.written(arguments))
                return
            except LayerError as error:
                refusal = error
        self._refuse(place, refusal)

    def merge(self, how: str, tensors: Sequence[Tensor], base: str, place: str) -> Tensor:
        """Joins tensors; one tensor alone stays as it is."""
        if len(tensors) == 1:
            return tensors[0]
        try:
            return MERGES[how](self, tensors, base, place)
        except LayerError as error:
            self._refuse(place, error)

    def call(
        self,
        rule: Rule,
        arguments: Mapping[str, Value],
        name: str | None,
        base: str,
        tensors: tuple[Tensor, ...],
        place: str,
        state: Tensor | None = None,
    ) -> Tensor:
        """Makes a layer of a class and calls it, with the state that it begins with. `base` stands in for a name."""
        try:
            given = rule.written(arguments)
            shape, weights = rule.call(given, tuple(tensor.shape for tensor in tensors))
            rule.check(given, tensors)
            self._check_backend(rule, place)
            layer = RuleLayer("", rule.class_name, given, weights, rule=rule)
            output = _output(layer, shape, tensors)
        except LayerError as error:
            self._refuse(place, error)
        taken = tensors if state is None else (*tensors, state)
        return self.named_call(layer, name, base, taken, output, place)

    def _check_backend(self, rule: Rule, place: str) -> None:
        """Refuses a layer that the backend can't run."""
        if self.backend and rule.backends is not None and self.backend not in rule.backends:
            where = " and ".join(rule.backends)
            what, mend = f"{rule.name} runs on {where}, not on {self.backend}", f"say backend: {rule.backends[0]}"
            self.refuse(place, BackendCannot, what, mend, Edit("set", "backend", rule.backends[0]))

    def named_call(
        self, layer: Layer, name: str | None, base: str, tensors: tuple[Tensor, ...], output: Tensor, place: str
    ) -> Tensor:
        """Adds the first call of a layer, and names it."""
        self.places[layer] = place
        self._name(layer, name, base, place)
        self.graph.add(layer, tensors, output, self.part, self.block)
        if name is not None:
            self.remember(name, output, tensors[0], 1)
        return output

    def remember(self, name: str, output: Tensor, start: Tensor, count: int) -> None:
        """Notes that a name stands for what the last calls, so many of them, made of a tensor."""
        nodes = tuple(self.graph.nodes[len(self.graph.nodes) - count :])
        self.known[self._scoped(name, self._repetition())] = Known(output, start, nodes)

    def find(self, name: str) -> Known | None:
        """What a name stands for: first in the repetition that is being built, then anywhere."""
        block = self.block
        while block is not None:
            if known := self.known.get(self._scoped(name, block)):
                return known
            block = block.parent
        return self.known.get(name)

    def knows(self, name: str) -> bool:
        """Whether a name stands for an input or something built, in this graph or around it."""
        here = name in self.graph.inputs or self.find(name) is not None
        return here or (self.outer is not None and self.outer.knows(name))

    def is_somewhere(self, name: str) -> bool:
        """Whether a name stands for something in the answers or, what the planner has named, in the graph so far."""
        return name in self.said or self.knows(name)

    def _scoped(self, name: str, repetition: Block | None) -> str:
        return f"{name} in {id(repetition)}" if repetition else name

    def _repetition(self) -> Block | None:
        """The repetition that is being built: a name said in it is another one in the next."""
        block = self.block
        while block is not None and not block.repeated:
            block = block.parent
        return block

    def again(self, known: Known, tensor: Tensor, name: str, place: str) -> Tensor:
        """Calls what a name stands for once more, with the same weights."""
        moved = {known.start: tensor}
        named = {node.output for node in known.nodes}
        # Since they were named, they may have been told to give their states.
        for node in [each for each in self.graph.nodes if each.output in named]:
            tensors = tuple(moved.get(each, each) for each in node.inputs)
            try:
                output = self._called_again(node.layer, tensors[:1] if node.begins_with_state else tensors)
            except LayerError as error:
                mend = f"{error.mend}, or leave this out"
                self.note(place, CannotUse, f"{name} can't be used here: {error}", mend, Edit("drop", place))
                return tensor
            self.graph.add(node.layer, tensors, output, self.part, self.block)
            moved |= dict(zip(node.gives, self.graph.nodes[-1].gives, strict=True))
        return moved.get(known.output, known.output)

    def _called_again(self, layer: Layer, tensors: tuple[Tensor, ...]) -> Tensor:
        """What a layer gives that is called once more. Raises LayerError if its weights don't fit."""
        if isinstance(layer, RuleLayer):
            shape, weights = layer.rule.call(layer.arguments, tuple(tensor.shape for tensor in tensors))
            layer.rule.check(layer.arguments, tensors)
            if weights == layer.weights:
                return _output(layer, shape, tensors)
            wanted = "one whose last axis has the same size"
        else:
            assert isinstance(layer, Composite)
            [start], [end] = layer.graph.inputs.values(), layer.graph.outputs.values()
            if start.shape[1:] == tensors[0].shape[1:]:
                masked = layer.masks((tensors[0].masked,))
                return Tensor((tensors[0].shape[0], *end.shape[1:]), end.dtype, masked)
            wanted = f"one of {spell(start.shape)}"
        raise LayerError(
            CannotUse, f"it was made for another tensor than {spell(tensors[0].shape)}", f"give it {wanted}"
        )

    def _name(self, thing: Layer | Block, name: str | None, base: str, place: str) -> None:
        """Gives a layer or block the name that its user said, or one later."""
        if name is None:
            self.unnamed[thing] = Unnamed(_snake(base), _visible(self.block), self.prefix)
        elif (repetition := self._repetition()) or self.taken.get(name) == place:  # a body is built for several merges
            self.unnamed[thing] = Unnamed(name, _visible(repetition), self.prefix)
        else:
            self.name(thing, name, place)

    def name(self, thing: Layer | Block, name: str, place: str) -> None:
        """Gives a layer or block a name of its own."""
        if holder := self.holder(name):
            free = self._free(name, Counter(), alone=False)
            edit = Edit("argument", place, ("name", free))
            if place.startswith("sharing."):
                edit = Edit("rename", place, (name, free))
            elif place == "backbone":
                key = "inputs" if holder.startswith("the input") else "outputs"
                edit = Edit("rename", f"{key}.{name}", (name, free))
            what = f"the name {name} is taken by {holder}"
            self.problems.add(place, NameTaken, what, f"name it otherwise, as {free}", edit)
        self.taken[name] = place
        thing.name = name

    def holder(self, name: str) -> str | None:
        """What has a name already, if anything has."""
        return "an operation of the preprocessing" if self.leaves(name) else self.taken.get(name)

    def name_beside(self, layer: Layer, other: Layer, base: str) -> None:
        """Names a layer later, as if it stood where another one does."""
        will = self.unnamed.get(other)
        self.unnamed[layer] = replace(will, base=base) if will else Unnamed(f"{other.name}_{base}", None, "")

    def name_last(self, name: str) -> None:
        """Names the layer called last, unless its user did."""
        layer = self.graph.nodes[-1].layer
        if layer in self.unnamed:
            del self.unnamed[layer]
            layer.name = name

    def name_all(self) -> None:
        """Names what has no name yet: by its word, numbered where a word comes up again in the same group.

        The layers of a parallel group that is the only one go without its name: the paths are those of the branch.
        """
        keep_masks(self)
        counts = Counter(self.unnamed.values())
        alone = {
            thing
            for thing, will in self.unnamed.items()
            if isinstance(thing, Block) and thing.kind == PARALLEL and counts[will] == 1
        }
        wills = {
            thing: replace(will, owner=None) if will.owner in alone else will
            for thing, will in self.unnamed.items()
            if thing not in alone
        }
        counts, numbers = Counter(wills.values()), Counter[str]()
        for thing, will in wills.items():
            base = f"{will.owner.name}_{will.base}" if will.owner and will.owner.name else will.prefix + will.base
            thing.name = self._free(base, numbers, alone=counts[will] == 1)
        self.unnamed.clear()

    def _free(self, base: str, numbers: Counter[str], *, alone: bool) -> str:
        """The base itself if it stands alone, or the base with the first number that makes a new name."""
        base = f"{base}_layer" if self.leaves(base) else base
        name = base
        free = alone and not self.holder(base)
        while not free:
            numbers[base] += 1
            name = f"{base}_{numbers[base]}"
            free = not self.holder(name)
        self.taken[name] = "a layer"
        return name

    def _entry(self, word: str, place: str, *, said: bool) -> Word:
        """What a word stands for. `said`: values come with it, which an activation has as a class only."""
        if said:
            word = ACTIVATION_LAYERS.get(word, word)
        if word in ACTIVATIONS:
            return Word(word, {None: "Activation"}, defaults={"activation": word})
        entry = self.vocabulary.word(word)
        if entry is None:
            what, mend = self.vocabulary.refusal(word) or unknown("layer", word, self.vocabulary.names())
            known = [] if self.vocabulary.refusal(word) else self.vocabulary.names()
            near = self.vocabulary.instead(word) or nearest(word, known)
            edit = Edit("rename", place, (word, near)) if near else Edit("drop", place)
            fault = RefusedLayer if self.vocabulary.refusal(word) else UnknownLayer
            self.note(place, fault, what, mend if near else f"{mend}; or leave it out", edit)
            entry = self.vocabulary.word(meant(word, known) or "")
            if entry is None:
                raise Abandoned
        return entry

    def _arguments(
        self, entry: Word, values: Sequence[Value], keywords: Mapping[str, Value], place: str
    ) -> dict[str, Value]:
        """A word's own defaults, under the bare values, under the named ones."""
        if len(values) > len(entry.positions):
            more = [Edit("rename", place, (value, None)) for value in values[len(entry.positions) :]]
            mend = f"its values are, in this order: {', '.join(entry.positions)}; leave the others out"
            mend = mend if entry.positions else "it takes no values: leave it out"
            self.refuse(
                place, TooManyValues, f"{entry.name} has {len(values)} value{'s'[: len(values) - 1]}", mend, *more
            )
        given = dict(zip(entry.positions, values, strict=False))
        if twice := given.keys() & keywords.keys():
            key = min(twice)
            mend = f"say {key} once: leave {key}={written_value(keywords[key])} out"
            self.refuse(
                place, SaidTwice, f"{key} of {entry.name} is said twice", mend, Edit("argument", place, (key, None))
            )
        return {**entry.defaults, **given, **keywords}


def _last_step(item: object) -> str | None:
    """The place of a recurrent layer that gives its last step only, None for any other item."""
    inner: Sequence[object] = getattr(item, "layers", ())
    while len(inner) == 1:
        item = inner[0]
        inner = getattr(item, "layers", ())
    if getattr(item, "word", "") not in RECURRENT or "return_sequences" in getattr(item, "keywords", ()):
        return None
    return str(getattr(item, "place", ""))


def _visible(block: Block | None) -> Block | None:
    """The innermost group that has a name."""
    while block is not None and not block.kind:
        block = block.parent
    return block


def _output(layer: RuleLayer, shape: Shape, tensors: tuple[Tensor, ...]) -> Tensor:
    dtypes, masks = tuple(tensor.dtype for tensor in tensors), tuple(tensor.masked for tensor in tensors)
    return Tensor(shape, layer.rule.dtype(layer.complete, dtypes), layer.masks(masks))


def edits_of(error: LayerError, place: str) -> Iterator[Edit]:
    """What a layer's refusal says as data about the answers."""
    if error.edit is not None:
        action, value = error.edit
        yield Edit(action, place, value)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _axes(entry: Word) -> str:
    """How many axes, without the batch, the tensors have that a word takes."""
    if set(entry.classes) == {1}:
        return "2 axes, steps and features"
    *counts, last = (str(spatial + 1) for spatial in sorted(key for key in entry.classes if key is not None))
    return f"{' or '.join(filter(None, (', '.join(counts), last)))} axes, the channels last"
