"""All that answers may name, put together of what each package brings: a value that is handed on, never a global."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from ..blocks.reading import GroupReader
from ..graph import Block, Composite, Graph, Layer, RuleLayer
from ..layers import ACTIVATION_LAYERS, ACTIVATIONS, Vocabulary
from ..layers.names import ALIASES, GONE, REFUSED
from ..layers.rule import Nested
from ..records import dataclass
from ..spec import Spec
from ..tasks import Task
from .builtin import register
from .interface import OURS, Interface, Offer

Name = tuple[str, str]
"""A name, after what it's a name of: a layer (a block, a word), a task, a preset."""

RESERVED: Mapping[Name, str] = {
    **dict.fromkeys((("layer", name) for name in (*ALIASES, *REFUSED, *GONE)), "Keras"),
    **dict.fromkeys((("layer", name) for name in (*ACTIVATIONS, *ACTIVATION_LAYERS, "none", "ResidualBlock")), OURS),
    ("preset", "none"): OURS,
    ("preset", "blank"): OURS,
}
"""Names that mean something without an entry: activations, other names of Keras's classes, a project's own class."""


@dataclass(frozen=True)
class Catalogue:
    """Layers, groups and tasks by name; and which names come from another package."""

    layers: Vocabulary
    groups: Mapping[str, GroupReader]
    tasks: Mapping[str, Task]
    brought: Mapping[Name, str]

    def owners(self, spec: Spec, graph: Graph) -> set[str]:
        """The packages that something in a network, or one of its tasks, comes from."""
        if not self.brought:
            return set()
        names = {*_named(graph), *(("task", each.task.name) for each in spec.outputs)}
        return {self.brought[name] for name in names if name in self.brought}


def _named(graph: Graph) -> Iterator[Name]:
    """The classes and blocks in a graph and in those inside of it."""
    for node in graph.nodes:
        yield from (("layer", name) for name in _classes(node.layer))
        yield from (("layer", name) for name in _kinds(node.block))
    for layer in graph.layers():
        if isinstance(layer, Composite):
            yield from _named(layer.graph)


def _classes(layer: Layer) -> Iterator[str]:
    if isinstance(layer, RuleLayer):
        given = (value.rule.name for value in layer.arguments.values() if isinstance(value, Nested))
        yield from (layer.rule.name, *given)


def _kinds(block: Block | None) -> Iterator[str]:
    while block is not None:
        yield block.kind
        block = block.parent


def assembled(offers: Iterable[Offer]) -> Catalogue:
    """The catalogue of several offers, none of which has a name that another one has."""
    vocabulary = Vocabulary()
    groups: dict[str, GroupReader] = {}
    tasks: dict[str, Task] = {}
    brought: dict[Name, str] = {}
    for offer in offers:
        vocabulary.add(*offer.rules.values(), *offer.words.values())
        groups |= offer.groups
        tasks |= offer.tasks
        brought |= {} if offer.owner == OURS else dict.fromkeys(offer.names, offer.owner)
    return Catalogue(vocabulary, groups, tasks, brought)


@lru_cache(maxsize=1)
def our_offer() -> Offer:
    """What is built in."""
    offer = Offer(OURS)
    register(Interface(offer))
    return offer


@lru_cache(maxsize=1)
def ours() -> Catalogue:
    """The catalogue of what is built in."""
    return assembled([our_offer()])
