"""What all stages of planning share: the spec, the graph so far, what the planner would say itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Any

from .. import choices, mends
from ..blocks import Builder, Reader, Stack
from ..blocks.references import references
from ..extensions import Catalogue
from ..graph import Graph, Tensor
from ..problems import Edit, Problems
from ..records import dataclass
from ..spec import Input, Output, Spec
from ..tasks import Per


@dataclass
class Network:
    """A network while it's planned.

    `ends` holds what each input has become where paths join; one whose branch can't be built is missing. `late` has
    the inputs that answers merge in by name: they aren't merged before the body.
    """

    spec: Spec
    problems: Problems
    catalogue: Catalogue
    builder: Builder = field(init=False)
    late: frozenset[str] = field(init=False)
    ends: dict[str, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taken = {each.name: f"the input {each.name}" for each in self.spec.inputs}
        taken |= {each.name: f"the output {each.name}" for each in self.spec.outputs}
        transfer = self.spec.transfer
        if transfer:
            taken[transfer.backbone.name] = "the backbone"
        self.builder = Builder(
            self.catalogue.layers,
            self.problems,
            taken,
            self.spec.hardware.backend,
            batching=lambda: mends.batches_fixed(self.spec),
            leaves=transfer.backbone.leaves if transfer else lambda name: False,
        )
        for each in self.spec.inputs:
            self.graph.inputs[each.name] = Tensor(each.shape, each.kind.dtype)
        self.late = frozenset(self._joined_late())

    @property
    def graph(self) -> Graph:
        """The graph so far."""
        return self.builder.graph

    @property
    def complete(self) -> bool:
        """Whether all is built that the answers ask for."""
        outputs = len(self.graph.outputs) == len(self.spec.outputs)
        unread = [place for place in self.spec.broken if not place.startswith("models")]
        return outputs and len(self.ends) == len(self.spec.inputs) and not unread

    @property
    def measures(self) -> bool:
        """Whether any output says how far two paths are apart: merge is a distance then, and can be nothing else."""
        return any(output.per is Per.MERGE for output in self.spec.outputs)

    def owner(self, each: Input) -> str:
        """Under what name the layers of an input's branch are said."""
        group = self.spec.group_of(each.name)
        return group.name if group else each.name

    def needs(self, names: Iterable[str]) -> list[Per]:
        """What the outputs that see any of these inputs say something of."""
        members = set(names)
        return [output.per for output in self.spec.outputs if members & set(output.sources)]

    def own_branch(self, each: Input, owner: str) -> list[Any]:
        """The planner's own layers of a branch, as answers would say them."""
        group = self.spec.group_of(each.name)
        needs = self.needs(group.members if group else [each.name])
        if self.spec.transfer and each.kind.name == "image":
            return choices.backbone_branch(needs)
        compared = group is not None or Per.MERGE in needs
        return choices.branch(each, owner, needs, self.spec.branching, compared=compared)

    def grown(self, edits: Iterable[Edit]) -> list[Edit]:
        """The edits, of which those that append to a branch of the planner's own say all of it."""
        edits = list(edits)
        if not any(edit.action == "append" for edit in edits):
            return edits
        unsaid = {f"layers.branches.{self.owner(each)}": each for each in self.spec.inputs}
        unsaid = {at: each for at, each in unsaid.items() if at.rpartition(".")[2] not in self.spec.layers.branches}
        return [
            Edit("set", edit.place, [*self.own_branch(unsaid[edit.place], self.owner(unsaid[edit.place])), edit.value])
            if edit.action == "append" and edit.place in unsaid
            else edit
            for edit in edits
        ]

    def read(self, items: list[Any], place: str) -> Stack:
        """The planner's own layers."""
        return Reader(self.catalogue.groups, self.problems).stack(items, place)

    def expected(self, output: Output, tensor: Tensor) -> tuple[int | None, ...]:
        """The shape that an output of this task has, its batch left out, as far as inputs say it."""
        if output.of:
            return output.of.shape[1:]
        if output.per is Per.SAMPLE:
            return (output.size,)
        if output.places:
            return (*output.places, output.size)
        sources = [self.spec.input(name) for name in output.sources]
        own = tensor.shape[1:-1]
        if output.per is Per.STEP:
            sizes = [each.shape[1:2] for each in sources if each.kind.steps]
        else:
            sizes = [each.shape[1:-1] for each in sources if each.kind.places]
        # Of several inputs, that which is as long as the head is what it's about.
        own = own[:1] if output.per is Per.STEP else own
        wanted = own if own in sizes or not sizes else sizes[0]
        return (*wanted, output.size)

    def _joined_late(self) -> Iterator[str]:
        """The inputs that answers merge in by name: they aren't merged before the body."""
        said = self.spec.layers
        stacks = [*said.branches.values(), said.body or (), *(head.stack for head in said.heads.values())]
        names = {each.name for each in self.spec.inputs}
        yield from (name for stack in stacks for name in references(stack) if name in names)
