"""The checked wish: what the answers ask for, in frozen dataclasses.

A spec that exists is free of problems that can be seen without a graph. Shapes are checked by the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .backbones import Backbone
from .blocks import LayerItem, Stack
from .kinds import Kind
from .layers import Shape
from .tasks import Task


@dataclass(frozen=True)
class Input:
    """One input: `shape` has its batch axis first."""

    name: str
    kind: Kind
    sizes: tuple[int, ...]

    @property
    def shape(self) -> Shape:
        """Its shape, batch axis first."""
        return (None, *self.sizes)


@dataclass(frozen=True)
class Output:
    """One output. `sources` names the inputs that its head may see; `weight` is its share of the loss."""

    name: str
    task: Task
    size: int
    sources: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class Group:
    """Inputs that go through one encoder."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """What the answers say of a head: its stack, and what replaces the task's last layer, if anything does."""

    stack: Stack = ()
    last: LayerItem | None = None
    keeps_last: bool = True


@dataclass(frozen=True)
class Layers:
    """The parts of the network whose layers are said. What isn't here is the planner's choice."""

    branches: Mapping[str, Stack]
    body: Stack | None
    heads: Mapping[str, Head]


@dataclass(frozen=True)
class Transfer:
    """A pretrained body to start from, and how many of its last layers phase two trains."""

    backbone: Backbone
    weights: str | None
    fine_tune: int


@dataclass(frozen=True)
class Training:
    """How training goes unless the project's own config says otherwise."""

    epochs: int
    batch_size: int
    learning_rate: float
    patience: int


@dataclass(frozen=True)
class Hardware:
    """What the project trains on."""

    device: str
    backend: str
    precision: str


@dataclass(frozen=True)
class Spec:
    """Everything that a set of answers asks for."""

    project_name: str
    package: str
    description: str
    author: str
    license: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    branching: tuple[str, ...]
    merge: str
    sharing: tuple[Group, ...]
    separate_bodies: bool
    transfer: Transfer | None
    straight: bool
    hardware: Hardware
    layers: Layers
    training: Training

    def group_of(self, name: str) -> Group | None:
        """The group that an input belongs to."""
        return next((group for group in self.sharing if name in group.members), None)
