"""Makes a graph call by call: finds the class for a word, checks it, names it, and notes what doesn't fit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

from ..graph import Graph, Layer, RuleLayer, Tensor
from ..layers import ACTIVATIONS, LayerError, Rule, Vocabulary, Word, spell
from ..layers.rule import Value
from ..problems import Problems, unknown

MERGES = {
    "concatenate": "Concatenate",
    "add": "Add",
    "average": "Average",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "multiply": "Multiply",
    "subtract": "Subtract",
}
"""The words for joining paths, with the class of keras.layers for each."""

PAIRWISE = frozenset({"subtract"})
"""Those that join exactly two."""


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


@dataclass
class Builder:
    """Grows one graph. `taken` holds the names that layers may not have, with what has them."""

    vocabulary: Vocabulary
    problems: Problems
    taken: dict[str, str]
    graph: Graph = field(default_factory=Graph)
    part: str = ""
    prefix: str = ""
    unnamed: list[tuple[Layer, str]] = field(default_factory=list)

    @contextmanager
    def within(self, part: str, prefix: str) -> Iterator[None]:
        """Calls made inside belong to this part of the network, and their names start with the prefix."""
        before = self.part, self.prefix
        self.part, self.prefix = part, prefix
        try:
            yield
        finally:
            self.part, self.prefix = before

    def stack(self, items: Stack, tensor: Tensor) -> Tensor:
        """Builds items one after the other."""
        for item in items:
            tensor = item.build(self, tensor)
        return tensor

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
        tensor: Tensor,
        place: str,
    ) -> Tensor:
        """Calls the layer that a word stands for on one tensor."""
        entry = self._entry(word, place)
        class_name = entry.classes.get(None) or entry.classes.get(len(tensor.shape) - 2)
        if class_name is None:
            self.problems.add(
                place,
                f"{word} doesn't take {spell(tensor.shape)}",
                f"it takes {_axes(entry)} axes, the channels last",
            )
            raise Abandoned
        arguments = self._arguments(entry, values, keywords, place)
        return self.call(self.vocabulary.rules[class_name], arguments, name, word, (tensor,), place)

    def check_layer(self, word: str, values: Sequence[Value], keywords: Mapping[str, Value], place: str) -> None:
        """Notes a word or arguments that no tensor makes right, unless something is noted for this place already."""
        if any(problem.place == place for problem in self.problems.found):
            return
        entry = self._entry(word, place)
        arguments = self._arguments(entry, values, keywords, place)
        for rule in (self.vocabulary.rules[class_name] for class_name in entry.classes.values()):
            try:
                rule.complete(rule.written(arguments))
                return
            except LayerError as error:
                refusal = error
        self.problems.add(place, str(refusal), refusal.mend)

    def merge(self, how: str, tensors: Sequence[Tensor], base: str, place: str) -> Tensor:
        """Joins tensors by a layer; one tensor alone stays as it is."""
        if len(tensors) == 1:
            return tensors[0]
        return self.call(self.vocabulary.rules[MERGES[how]], {}, None, base, tuple(tensors), place)

    def call(
        self,
        rule: Rule,
        arguments: Mapping[str, Value],
        name: str | None,
        base: str,
        tensors: tuple[Tensor, ...],
        place: str,
    ) -> Tensor:
        """Makes a layer of a class and calls it. Without a name it gets one made from `base`."""
        given = rule.written(arguments)
        try:
            shape, weights = rule.call(given, tuple(tensor.shape for tensor in tensors))
        except LayerError as error:
            self.problems.add(place, str(error), error.mend)
            raise Abandoned from error
        layer = RuleLayer("", rule.name, given, weights, rule=rule)
        if name is None:
            self.unnamed.append((layer, self.prefix + _snake(base)))
        else:
            self.name(layer, name, place)
        complete = rule.complete(given)
        output = Tensor(
            shape,
            rule.dtype(complete, tuple(tensor.dtype for tensor in tensors)),
            rule.mask(complete, tuple(tensor.masked for tensor in tensors)),
        )
        return self.graph.add(layer, tensors, output, self.part)

    def name(self, layer: Layer, name: str, place: str) -> None:
        """Gives a layer a name of its own."""
        if name in self.taken:
            self.problems.add(place, f"the name {name} is taken by {self.taken[name]}", "name it otherwise")
        self.taken[name] = place
        layer.name = name

    def name_last(self, name: str) -> None:
        """Names the layer called last, unless its user did."""
        layer = self.graph.nodes[-1].layer
        if any(each is layer for each, _ in self.unnamed):
            self.unnamed = [(each, base) for each, base in self.unnamed if each is not layer]
            layer.name = name

    def name_all(self) -> None:
        """Names the layers that have no name yet: by their word, numbered where a word comes up again."""
        counts = Counter(base for _, base in self.unnamed)
        numbers: Counter[str] = Counter()
        for layer, base in self.unnamed:
            alone = counts[base] == 1 and base not in self.taken
            name = base
            while not alone:
                numbers[base] += 1
                name = f"{base}_{numbers[base]}"
                alone = name not in self.taken
            layer.name = name
            self.taken[name] = "a layer"
        self.unnamed.clear()

    def _entry(self, word: str, place: str) -> Word:
        if word in ACTIVATIONS:
            return Word(word, {None: "Activation"}, defaults={"activation": word})
        entry = self.vocabulary.word(word)
        if entry is None or (entry.name in self.vocabulary.rules and self.vocabulary.rules[entry.name].merges):
            self.problems.add(place, *unknown("layer", word, self.vocabulary.names()))
            raise Abandoned
        return entry

    def _arguments(
        self, entry: Word, values: Sequence[Value], keywords: Mapping[str, Value], place: str
    ) -> dict[str, Value]:
        """A word's own defaults, under the bare values, under the named ones."""
        if len(values) > len(entry.positions):
            takes = ", ".join(entry.positions) or "none"
            self.problems.add(
                place, f"{entry.name} has {len(values)} values", f"its values are, in this order: {takes}"
            )
            raise Abandoned
        return {**entry.defaults, **dict(zip(entry.positions, values, strict=False)), **keywords}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _axes(entry: Word) -> str:
    """How many axes, without the batch, the tensors have that a word takes."""
    return " or ".join(str(spatial + 1) for spatial in sorted(key for key in entry.classes if key is not None))
