"""From the merge to the outputs: bodies and heads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .. import choices, mends
from ..blocks import Abandoned, Item, LayerItem, Stack
from ..blocks.starting import Start
from ..faults import DistanceInputs, OutputActivation, OutputShape
from ..graph import Graph, RuleLayer, Tensor
from ..layers import SILENT, Shape, spell
from ..problems import Edit
from ..records import dataclass
from ..spec import Head, Output
from ..tasks import Per
from .joins import Joins
from .network import Network

AXES = {Per.STEP: 3, Per.PLACE: 4}
"""How many axes, batch included, a head has at least that says something of every step or place."""


@dataclass
class Heads:
    """What comes after the branches. Outputs that see the same inputs share a merge and, unless said, a body."""

    net: Network
    joins: Joins

    def build(self) -> None:
        """Builds those that can be built."""
        ends = self.net.ends
        for sources, outputs in self._by_sources():
            known = {name: ends[name] for name in self.joins.names(sources) if name in ends}
            if all(name in ends for name in sources):
                self.behind(outputs, known)
            elif len(known) > 1:
                self.joins.check_joined(known)

    def _by_sources(self) -> Iterator[tuple[tuple[str, ...], list[Output]]]:
        """The outputs that see the same inputs, together."""
        groups: dict[tuple[str, ...], list[Output]] = {}
        for output in self.net.spec.outputs:
            if f"outputs.{output.name}" not in self.net.spec.broken and output.sources:
                groups.setdefault(output.sources, []).append(output)
        yield from groups.items()

    def behind(self, outputs: Sequence[Output], branches: dict[str, Tensor]) -> None:
        """Merge, body and heads of the outputs that see the same inputs."""
        everything = outputs[0].sources == tuple(each.name for each in self.net.spec.inputs)
        prefix = "" if everything else f"{outputs[0].name}_"
        self.check_headless(outputs)
        outputs = [output for output in outputs if self.joins.can_merge(output, branches)]
        if not self.joins.have_axes(branches):
            return
        if not outputs or ("merge" in self.net.spec.broken and len(branches) > 1):
            return
        try:
            if place := self.goes_on_elsewhere(outputs):
                self.net.builder.left += [(tensor, place) for tensor in branches.values()]
                merged = next(iter(branches.values()))
            else:
                branches = self.joins.pooled(branches, outputs)
                with self.net.builder.within("merge", prefix):
                    merged = self.joins.merged(dict(branches), outputs)
        except Abandoned:
            return
        behind = [output for output in outputs if output.per is not Per.MERGE]
        self.distances([output for output in outputs if output.per is Per.MERGE], merged)
        bodies: dict[str, Tensor] = {}
        for output in behind if self.net.spec.separate_bodies else behind[:1]:
            part = f"body.{output.name}" if self.net.spec.separate_bodies else "body"
            prefix = f"{output.name}_body_" if self.net.spec.separate_bodies else prefix
            try:
                with self.net.builder.within(part, prefix):
                    bodies[output.name] = self.net.builder.stack(self.body_stack(outputs, merged), merged)
            except Abandoned:
                continue
        for output in behind:
            body = bodies.get(output.name if self.net.spec.separate_bodies else behind[0].name)
            if body is not None:
                self.head(output, body)

    def goes_on_elsewhere(self, outputs: Sequence[Output]) -> str:
        """Where body or heads go on from what is named, so that nothing takes a merge; empty if one is needed."""
        said, heads = self.net.spec.layers.body, self.net.spec.layers.heads
        stacks = [said] if said else [heads[each.name].stack for each in outputs if each.name in heads]
        starts = [stack[0] for stack in stacks if stack and isinstance(stack[0], Start)]
        needed = said is None or any(output.per is Per.MERGE for output in outputs)
        if needed or len(starts) < (1 if said else len(outputs)):
            return ""
        return starts[0].place

    def check_headless(self, outputs: Sequence[Output]) -> None:
        """Notes heads of outputs that say how far two paths are apart."""
        for output in outputs:
            said, place = self.net.spec.layers.heads.get(output.name, Head()), f"layers.heads.{output.name}"
            if output.per is Per.MERGE and (said.stack or said.last):
                mend = "leave its head out, or say another task, as binary"
                self.net.problems.add(
                    place, DistanceInputs, "a distance has no head of its own", mend, Edit("drop", place)
                )

    def distances(self, outputs: Sequence[Output], merged: Tensor) -> None:
        """The outputs that say how far the merged paths are apart."""
        for output in outputs:
            said = self.net.spec.layers.heads.get(output.name, Head())
            if not (said.stack or said.last):
                self.net.graph.outputs[output.name] = merged
        if len(outputs) == 1 == len(self.net.spec.outputs) and self.net.graph.outputs:
            self.net.builder.name_last(outputs[0].name)

    def body_stack(self, outputs: Sequence[Output], merged: Tensor) -> Stack:
        """The layers of a body: those that the answers say, or the planner's own."""
        said = self.net.spec.layers.body
        if said is not None:
            return said
        needs = [output.per for output in outputs if output.per is not Per.MERGE]
        return self.net.read(choices.body(needs, len(merged.shape), self.net.spec.branching), "body")

    def head(self, output: Output, tensor: Tensor) -> None:
        """The path to one output."""
        place = f"outputs.{output.name}"
        said = self.net.spec.layers.heads.get(output.name)
        try:
            with self.net.builder.within(f"heads.{output.name}", f"{output.name}_"):
                stack = said.stack if said else self.net.read(choices.head(output, tensor.shape), place)
                tensor = self.net.builder.stack(stack, tensor)
                self.check_axes(output, tensor)
                last: Stack = (self.ending(said.last, output, tensor.shape),) if said and said.last else ()
                if said is None or said.keeps_last:
                    last = self.net.read(list(choices.last(output, tensor.shape)), place)
                tensor = self.net.builder.stack(last, tensor)
                if last:
                    self.net.builder.name_last(output.name)
            self.check_fit(output, tensor)
            self.check_activation(output, tensor)
        except Abandoned:
            return
        self.net.graph.outputs[output.name] = tensor

    def ending(self, item: Item, output: Output, shape: Shape) -> Item:
        """The last layer that the answers say for a head: its activation is the task's unless they say one."""
        entry = self.net.catalogue.layers.words.get(item.word) if isinstance(item, LayerItem) else None
        own = choices.activation(output, shape)
        if not isinstance(item, LayerItem) or entry is None or "activation" not in entry.defaults or own is None:
            return item
        return replace(item, keywords={"activation": own, **item.keywords})

    def check_axes(self, output: Output, tensor: Tensor) -> None:
        """Raises Abandoned for a head that doesn't have the steps or places that its task says something of."""
        axes = AXES.get(output.per)
        if axes is not None and len(tensor.shape) < axes:
            noun, _ = mends.NOUNS[output.per]
            what = f"{output.task.name} says something of every {noun}, and its head gives {spell(tensor.shape)}"
            mend, edits = mends.axes_kept(self.net.spec, output)
            self.net.problems.add(f"outputs.{output.name}", OutputShape, what, mend, *edits)
            raise Abandoned

    def check_fit(self, output: Output, tensor: Tensor) -> None:
        """Notes an output whose shape isn't its task's."""
        axes = AXES.get(output.per)
        if axes is not None and len(tensor.shape) < axes:
            return self.check_axes(output, tensor)
        expected = self.net.expected(output, tensor)
        if tensor.shape[1:] != expected:
            each = "1 number" if expected == (1,) else f"{expected[0]} numbers"
            wanted = f"{each} a sample" if len(expected) == 1 else spell((None, *expected))
            what = f"{output.task.name} needs {wanted}, and its head gives {spell(tensor.shape)}"
            mend, edits = mends.shape_fits(self.net.spec, output, tensor.shape, expected)
            self.net.problems.add(f"outputs.{output.name}", OutputShape, what, mend, *edits)
        return None

    def check_activation(self, output: Output, tensor: Tensor) -> None:
        """Notes classes whose loss would be NaN, since their activation can be 0 for all of them."""
        if choices.activation(output, tensor.shape) != "softmax":
            return
        if (said := ends_in(self.net.graph, tensor)) in SILENT:
            what = f"{said} can be 0 for all classes at once, and the loss of {output.task.name} divides by their sum"
            mend, edits = mends.probable(self.net.spec, output)
            self.net.problems.add(f"outputs.{output.name}", OutputActivation, what, mend, *edits)


def ends_in(graph: Graph, tensor: Tensor) -> str | None:
    """The activation that a tensor comes from, None if its layer has none of which we know."""
    layer = next((node.layer for node in reversed(graph.nodes) if tensor in node.gives), None)  # heads come last
    if not isinstance(layer, RuleLayer):
        return None
    if layer.rule.name == "ReLU":
        return "relu"
    known = {**layer.rule.defaults(), **layer.arguments}
    return str(known["activation"] or "linear") if "activation" in known else None
