"""The checked wish: what the answers ask for, in frozen dataclasses.

A spec that exists is free of problems that can be seen without a graph. Shapes are checked by the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from .backbones import Backbone
from .blocks import Item, Stack
from .kinds import Kind
from .layers import Shape
from .records import dataclass
from .tasks import Per, Task


@dataclass(frozen=True)
class Input:
    """One input.

    `sizes` are those that its kind is written with, None for one that varies; `batch` is the size of every batch, None
    if that's free.
    """

    name: str
    kind: Kind
    sizes: tuple[int | None, ...]
    batch: int | None = None

    @property
    def shape(self) -> Shape:
        """Its shape, batch axis first."""
        return (self.batch, *self.kind.shape(self.sizes))

    @property
    def said(self) -> str:
        """Its entry in the answers, without its name: `image 224x224x3`."""
        sizes = "x".join("?" if size is None else str(size) for size in self.sizes)
        return f"{self.kind.name} {sizes}" + (f" batch={self.batch}" if self.batch else "")


@dataclass(frozen=True)
class Output:
    """One output.

    `sources` names the inputs that its head may see; `weight` is its share of the loss. `per_step`: a task of
    samples said of every step. `of` is the input that a reconstruction makes again. `places` are the sizes that it has
    where they aren't those of its input: an image made larger, fewer steps.
    """

    name: str
    task: Task
    size: int
    sources: tuple[str, ...]
    weight: float
    per_step: bool = False
    of: Input | None = None
    places: tuple[int, ...] = ()

    @property
    def per(self) -> Per:
        """What it says one thing of."""
        return Per.STEP if self.per_step else self.task.per


@dataclass(frozen=True)
class Group:
    """Inputs that go through one encoder."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """What the answers say of a head: its stack, and what replaces the task's last layer, if anything does."""

    stack: Stack = ()
    last: Item | None = None
    keeps_last: bool = True


@dataclass(frozen=True)
class Layers:
    """The parts of the network whose layers are said. What isn't here is the planner's choice."""

    branches: Mapping[str, Stack]
    body: Stack | None
    heads: Mapping[str, Head]


@dataclass(frozen=True)
class Transfer:
    """A pretrained body to start from, and how many of its last layers phase two trains.

    `block` is the one that they begin with, empty if the answers say a number of layers.
    """

    backbone: Backbone
    weights: str | None
    fine_tune: int
    block: str = ""


@dataclass(frozen=True)
class Training:
    """How training goes unless the project's own config says otherwise. Zero is none: of warm-up, of clipping."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    patience: int
    optimizer: str
    schedule: str
    warmup_epochs: int
    clip_norm: float
    class_weights: bool
    augment: bool
    deterministic: bool
    is_rate_said: bool = True


@dataclass(frozen=True)
class Hardware:
    """What the project trains on."""

    device: str
    backend: str
    precision: str

    @property
    def several(self) -> bool:
        """Whether devices share each batch."""
        return self.device in ("gpus", "machines")

    @property
    def processes(self) -> bool:
        """Whether they do so in processes of their own: on PyTorch one for each GPU, on JAX one for each machine."""
        return self.several and (self.backend == "torch" or self.device == "machines")


@dataclass(frozen=True)
class Spec:
    """Everything that a set of answers asks for.

    `models` gives for each sub-model beside the model the layer that it ends in. `python` and `keras` are ranges of
    versions to which a project is narrowed, empty if it isn't. `broken` names the inputs, outputs and groups that the
    answers name but don't say rightly: they are missing here.
    """

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
    models: Mapping[str, str] = field(default_factory=dict)
    tracking: str = "none"
    export: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    python: str = ""
    keras: str = ""
    broken: frozenset[str] = frozenset()

    def input(self, name: str) -> Input:
        """The input of this name."""
        return next(each for each in self.inputs if each.name == name)

    def group_of(self, name: str) -> Group | None:
        """The group that an input belongs to."""
        return next((group for group in self.sharing if name in group.members), None)
