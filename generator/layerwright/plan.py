"""From spec to plan: which layers there are, what feeds what, and what each one gives.

    inputs → branches (or a shared encoder) → merge → body → heads → outputs

Heads that see the same inputs share one merge and, unless bodies are separate, one body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from . import choices, mends
from .answers import KEYS, Answers, examine
from .backbones import Backbone
from .blocks import GROUPS, MERGES, Abandoned, Builder, Item, LayerItem, Reader, Stack
from .blocks.builder import Spot
from .blocks.merges import alike
from .blocks.references import names_in, references
from .blocks.starting import Start
from .forms import name_classes
from .graph import BackboneLayer, Composite, Graph, Layer, Node, RuleLayer, SubModel, Tensor
from .layers import LayerError, Shape, Vocabulary, Weight, builtin, spell
from .layers.merging import equal_shapes
from .layers.rule import Nested
from .lengths import LENGTH, lengths, varies
from .padding import takes_padding_for_steps
from .problems import Edit, Problems, nearest
from .rules import Decision, decide
from .spec import Group, Head, Input, Output, Spec
from .tasks import Per

MERGES_BY_DEFAULT = "concatenate"

BROADCAST = frozenset({"add", "average", "maximum", "minimum", "multiply", "subtract"})
"""Merges whose layers would stretch one tensor to another's shape, which no one asks for between inputs."""


OF_INTEGERS = frozenset({"concatenate", "add", "maximum", "minimum", "multiply", "subtract"})
"""Merges that take whole numbers."""

AXES = {Per.STEP: 3, Per.PLACE: 3}
"""How many axes, batch included, a head has at least that says something of every step or place."""

VOCABULARIES = {"Embedding": "input_dim", "CategoryEncoding": "num_tokens"}
"""Layers that look up whole numbers, with the argument that says how many of them there are."""

UNEXPORTED = {
    # They become operations of TensorFlow's own, which LiteRT doesn't have.
    "litert": frozenset(
        {
            *("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
            *("MaxPooling3D", "AveragePooling3D", "Conv3DTranspose"),
        }
    ),
    # tf2onnx has no complex numbers.
    "onnx": frozenset({"MelSpectrogram", "STFTSpectrogram"}),
}
"""Layers that can't be exported, by format."""

MOVING = frozenset({"Flatten", "Identity", "Masking", "Permute", "RepeatVector", "Reshape"})
"""Layers that leave whole numbers as they are."""

MASKING = frozenset(
    {"any", "concatenate", "expand_dims", "logical_or", "not_equal", "ones_like", "zeros_like", "convert_to_tensor"}
)
"""Names that Keras gives, numbered, to the operations that make masks."""


@dataclass(frozen=True)
class Plan:
    """A spec's graph, whether it becomes a Functional model or a Sequential, and what a user may not expect."""

    spec: Spec
    graph: Graph
    decision: Decision
    notes: tuple[str, ...] = ()


def design(answers: Answers, folder: str = "", vocabulary: Vocabulary | None = None) -> Plan:
    """The plan that answers ask for; `folder` is the name of the project's folder.

    Raises AnswersError with every problem of the answers: those of what they say, and those of the network.
    """
    problems = Problems()
    spec = examine(answers, problems, folder)
    graph = _Planning(spec, problems, vocabulary or builtin()).graph()
    problems.raise_if_any()
    return Plan(spec, graph, decide(spec, graph), (*_notes(spec, graph), *_idle(spec, answers)))


def plan(spec: Spec, vocabulary: Vocabulary | None = None) -> Plan:
    """The network that a spec asks for.

    Raises AnswersError with every shape that doesn't fit, every name that clashes, and every input that
    reaches no output.
    """
    problems = Problems()
    graph = _Planning(spec, problems, vocabulary or builtin()).graph()
    problems.raise_if_any()
    return Plan(spec, graph, decide(spec, graph), tuple(_notes(spec, graph)))


def _notes(spec: Spec, graph: Graph) -> Iterator[str]:
    chosen = [each for each in spec.inputs if _has_own_stack(each, spec)]
    if spec.branching and spec.layers.body is not None and not chosen:
        yield f"branching ({', '.join(spec.branching)}) changes nothing: every branch and the body are said otherwise"
    if spec.merge != MERGES_BY_DEFAULT and all(len(output.sources) == 1 for output in spec.outputs):
        yield f"merge ({spec.merge}) changes nothing: no output sees more than one input"

    distances = [output.name for output in spec.outputs if output.per is Per.MERGE]
    if len(distances) == len(spec.outputs) and spec.layers.body:
        yield f"layers.body changes nothing: {distances[0]} is what the merge gives, and no body comes after it"
    if spec.separate_bodies and len(spec.outputs) == 1:
        yield f"body (separate) changes nothing: {spec.outputs[0].name} is the only output"
    yield from _unlike_their_tasks(spec)
    for layer, name in takes_padding_for_steps(graph):
        yield f"{layer} takes the padding of {name} for steps: no mask reaches it (masking, mask_zero=true)"


def _unlike_their_tasks(spec: Spec) -> Iterator[str]:
    """The last layers that are said with another activation than their task is trained on."""
    for output in spec.outputs:
        item = spec.layers.heads.get(output.name, Head()).last
        own = choices.activation(output, ())
        if output.of or own in (None, "linear") or not isinstance(item, LayerItem):
            continue
        said = item.keywords.get("activation", "linear" if item.word.startswith(("Dense", "Conv")) else own) or "linear"
        if said != own:
            yield f"{output.name} ends in {said}, and the loss of {output.task.name} expects {own}"


def _idle(spec: Spec, answers: Answers) -> Iterator[str]:
    """What the answers say that nothing comes of, where only they tell."""
    default = KEYS["fine_tune"].default
    if spec.transfer is None and str(answers.get("fine_tune", default)) != str(default):
        yield f"fine_tune ({answers['fine_tune']}) changes nothing: there is no backbone"


def _has_own_stack(each: Input, spec: Spec) -> bool:
    """Whether an input goes through the planner's own stack: the answers say none, and there's no backbone for it."""
    group = spec.group_of(each.name)
    pretrained = spec.transfer is not None and each.kind.name == "image"
    return not pretrained and (group.name if group else each.name) not in spec.layers.branches


@dataclass
class _Planning:
    """One run of the planner.

    `ends` holds what each input has become where paths join; one whose branch can't be built is missing. `open` has
    the inputs whose branches are being built, the innermost last. `owners` says for each name in a branch whose it is.
    """

    spec: Spec
    problems: Problems
    vocabulary: Vocabulary
    builder: Builder = field(init=False)
    late: frozenset[str] = field(init=False)
    backbone: BackboneLayer | None = None
    ends: dict[str, Tensor] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        taken = {each.name: f"the input {each.name}" for each in self.spec.inputs}
        taken |= {each.name: f"the output {each.name}" for each in self.spec.outputs}
        transfer = self.spec.transfer
        if transfer:
            taken[transfer.backbone.name] = "the backbone"
        self.builder = Builder(
            self.vocabulary,
            self.problems,
            taken,
            self.spec.hardware.backend,
            elsewhere=self.end,
            said=dict(self._said()),
            fault=self.fault,
            batching=lambda: mends.batches_fixed(self.spec),
            leaves=transfer.backbone.leaves if transfer else lambda name: False,
        )
        self.late = frozenset(self._joined_late())

    def graph(self) -> Graph:
        graph = self.builder.graph
        for each in self.spec.inputs:
            graph.inputs[each.name] = Tensor(each.shape, each.kind.dtype)
        self.tried = {each.name for each in self.spec.inputs if f"inputs.{each.name}" in self.spec.broken}
        for each in self.spec.inputs:
            self.end(each.name)
        for sources, outputs in self._by_sources():
            known = {name: self.ends[name] for name in self._merged_names(sources) if name in self.ends}
            if all(name in self.ends for name in sources):
                self.heads(outputs, known)
            elif len(known) > 1:
                self.check_joined(known)
        self.builder.check_left()
        self.builder.name_all()
        name_classes(graph)
        self.models(graph)
        self.check_names(graph)
        if self.problems.found:
            self.check_said()
        self.check_reach(graph)
        self.check_learning(graph)
        if not self.problems.found:
            self.check_values(graph, {tensor: self.spec.input(name) for name, tensor in graph.inputs.items()})
            self.check_lengths(graph)
            self.check_export(graph)
        assert self.problems.found or self.complete, "a network that isn't whole has a problem that says why"
        mends.at_home(self.spec, self.problems)
        return graph

    @property
    def complete(self) -> bool:
        """Whether all is built that the answers ask for."""
        outputs = len(self.builder.graph.outputs) == len(self.spec.outputs)
        unread = [place for place in self.spec.broken if not place.startswith("models")]
        return outputs and len(self.ends) == len(self.spec.inputs) and not unread

    def _said(self) -> Iterator[tuple[str, Spot]]:
        """The names of layers and groups in the answers, with where they are."""
        said = self.spec.layers
        for owner, stack in said.branches.items():
            place, group = f"layers.branches.{owner}", next((g for g in self.spec.sharing if g.name == owner), None)
            found = dict(names_in(stack, f"the shared encoder {owner}", place) if group else names_in(stack))
            self.owners |= dict.fromkeys(found, group.members[0] if group else owner)
            yield from found.items()
        yield from names_in(said.body or ())
        for head in said.heads.values():
            yield from names_in((*head.stack, *((head.last,) if head.last else ())))

    def fault(self, name: str, place: str) -> str | None:
        """Why a name stands for nothing at a place: nothing if that's among the problems, None if not known."""
        if f"inputs.{name}" in self.spec.broken or (name in self.builder.graph.inputs and name not in self.open):
            return ""
        if name in self.open:
            is_own = self.open[-1] == name
            if is_own:
                return f"{name} can't be merged into its own branch"
            return f"{name} waits for this branch, and this for {name}"
        owner = self.owners.get(name)
        if owner in self.open[:-1]:
            return f"{name} waits for this branch, and this for {name}"
        if owner is not None and owner not in self.ends and owner not in self.open:
            return ""
        spot = self.builder.said.get(name)
        part = _part(spot.place) if spot else _part(place)
        is_broken = any(_part(problem.place) == part for problem in self.problems.found)
        return "" if is_broken and part != _part(place) else None

    def _by_sources(self) -> Iterator[tuple[tuple[str, ...], list[Output]]]:
        """The outputs that see the same inputs, together."""
        groups: dict[tuple[str, ...], list[Output]] = {}
        for output in self.spec.outputs:
            if f"outputs.{output.name}" not in self.spec.broken and output.sources:
                groups.setdefault(output.sources, []).append(output)
        yield from groups.items()

    def _joined_late(self) -> Iterator[str]:
        """The inputs that answers merge in by name: they aren't merged before the body."""
        said = self.spec.layers
        stacks = [*said.branches.values(), said.body or (), *(head.stack for head in said.heads.values())]
        names = {each.name for each in self.spec.inputs}
        yield from (name for stack in stacks for name in references(stack) if name in names)

    def _merged_names(self, sources: Iterable[str]) -> list[str]:
        """Those inputs that are merged before the body; all of them if every one would join late."""
        consumers = self.builder.graph.consumers()
        states = {node.output for node in self.builder.graph.nodes if node.state and consumers[node.state]}
        joined = self.late.union(name for name, tensor in self.ends.items() if tensor in states)
        return [name for name in sources if name not in joined] or list(sources)

    def end(self, name: str) -> Tensor | None:
        """What an input has become where paths join, None if there's no such input or its branch can't be built."""
        if name in self.tried or name not in self.builder.graph.inputs:
            return self.ends.get(name)
        self.tried.add(name)
        each, group = self.spec.input(name), self.spec.group_of(name)
        self.open.append(name)
        for needed in references(self.spec.layers.branches.get(group.name if group else name, ()), calls=True):
            self.end(self.owners.get(needed, needed))
        try:
            if group is None:
                self.ends[name] = self.branch(each)
            else:
                self.tried.update(group.members)
                self.ends |= self.encoded(group)
        except Abandoned:
            pass
        finally:
            self.open.remove(name)
        return self.ends.get(name)

    def branch(self, each: Input) -> Tensor:
        """The path of one input of its own."""
        with self.builder.within(f"branches.{each.name}", f"{each.name}_"):
            start = self.start(each, self.builder.graph.inputs[each.name])
            with self.embedded_first(each, each.name, self.builder):
                return self.builder.stack(self.branch_stack(each, each.name), start)

    def embedded_first(self, each: Input, owner: str, builder: Builder) -> AbstractContextManager[None]:
        """Where the first layer of a branch doesn't take names of things, an embedding before it does."""
        first = next(iter(self.spec.layers.branches.get(owner, ())), None)
        if not each.kind.vocabulary or not isinstance(first, LayerItem):
            return nullcontext()
        embedding = self.own_branch(each, owner)[0]
        edits = [Edit("before", first.place, embedding)]
        return builder.mended_by(first.place, edits, f"; or put {embedding} before it")

    def start(self, each: Input, tensor: Tensor) -> Tensor:
        """What comes before a branch's own layers: the scaling of its values, or the backbone."""
        if self.spec.transfer and each.kind.name == "image":
            return self.through_backbone(each, tensor)
        return self.scaled(each, tensor, self.builder)

    def scaled(self, each: Input, tensor: Tensor, builder: Builder) -> Tensor:
        """An input's values in the range that its layers expect."""
        if each.kind.scale is None:
            return tensor
        return LayerItem("Rescaling", (each.kind.scale,), place=f"inputs.{each.name}").build(builder, tensor)

    def through_backbone(self, each: Input, tensor: Tensor) -> Tensor:
        """Calls the one backbone, which is made at its first call."""
        assert self.spec.transfer is not None
        backbone = self.spec.transfer.backbone
        height, width, channels = (size or 1 for size in each.sizes)
        if not backbone.preprocesses(channels):
            tensor = self.scaled(each, tensor, self.builder)
        if self.backbone is None:
            self.backbone = pretrained(backbone, (height, width, channels))
            self.check_backbone_name(self.backbone)
        features = Tensor((tensor.shape[0], *backbone.features(height, width)))
        return self.builder.graph.add(self.backbone, (tensor,), features, self.builder.part)

    def check_backbone_name(self, layer: BackboneLayer) -> None:
        """Notes an input or output that has the one name that the backbone can have."""
        for key, ends in (("inputs", self.spec.inputs), ("outputs", self.spec.outputs)):
            if layer.name in {each.name for each in ends}:
                what, mend = "the backbone has this name", f"name it otherwise, as {layer.name}_{key[:-1]}"
                edit = Edit("rename", f"{key}.{layer.name}", (layer.name, f"{layer.name}_{key[:-1]}"))
                self.problems.add(f"{key}.{layer.name}", what, mend, edit)

    def needs(self, names: Iterable[str]) -> list[Per]:
        """What the outputs that see any of these inputs say something of."""
        members = set(names)
        return [output.per for output in self.spec.outputs if members & set(output.sources)]

    def branch_stack(self, each: Input, owner: str) -> Stack:
        """The layers of a branch: those that the answers say, or the planner's own."""
        said = self.spec.layers.branches.get(owner)
        return self.read(self.own_branch(each, owner), f"inputs.{each.name}") if said is None else said

    def own_branch(self, each: Input, owner: str) -> list[Any]:
        """The planner's own layers of a branch, as answers would say them."""
        group = self.spec.group_of(each.name)
        needs = self.needs(group.members if group else [each.name])
        if self.spec.transfer and each.kind.name == "image":
            return choices.backbone_branch(needs)
        return choices.branch(each, owner, needs, self.spec.branching)

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

    def owner(self, each: Input) -> str:
        """Under what name the layers of an input's branch are said."""
        group = self.spec.group_of(each.name)
        return group.name if group else each.name

    def read(self, items: list[Any], place: str) -> Stack:
        """The planner's own layers."""
        return Reader(GROUPS, self.problems).stack(items, place)

    def encoded(self, group: Group) -> dict[str, Tensor]:
        """The members of a group after their one encoder.

        An encoder of a single layer is that layer, called on each; a longer one is a model of its own. The backbone
        stands before it: other branches go through it too, and there is one.
        """
        members = [self.spec.input(name) for name in group.members]
        starts = {each.name: self.builder.graph.inputs[each.name] for each in members}
        pretrained = self.spec.transfer is not None and members[0].kind.name == "image"
        if pretrained:
            for each in members:
                with self.builder.within(f"branches.{each.name}", f"{each.name}_"):
                    starts[each.name] = self.through_backbone(each, starts[each.name])
        inner = self.inner(group, members[0], starts[members[0].name], pretrained=pretrained)
        if not inner.graph.nodes:
            if pretrained:
                return starts
            place = f"layers.branches.{group.name}"
            edit = Edit("set", place, ["dense 64"])
            self.problems.add(place, "a shared encoder has no layer", "give it one or more, as dense 64", edit)
            raise Abandoned
        encoder, end = self.encoder(group, inner), inner.graph.outputs[group.name]
        return {
            name: self.builder.graph.add(
                encoder, (start,), Tensor(end.shape, end.dtype, end.masked), f"branches.{group.name}"
            )
            for name, start in starts.items()
        }

    def inner(self, group: Group, member: Input, like: Tensor, *, pretrained: bool) -> Builder:
        """The inside of a group's encoder: what one member goes through, after the backbone if there is one."""
        inner = self.builder.inside({group.name: "its group"})
        tensor = inner.graph.inputs[group.name] = Tensor(like.shape, like.dtype, like.masked)
        with inner.within(f"branches.{group.name}", ""):
            start = tensor if pretrained else self.scaled(member, tensor, inner)
            with self.embedded_first(member, group.name, inner):
                inner.graph.outputs[group.name] = inner.stack(self.branch_stack(member, group.name), start)
        inner.check_left()
        return inner

    def encoder(self, group: Group, inner: Builder) -> Layer:
        """The layer that a group's members are called through."""
        layer: Layer
        if len(inner.graph.nodes) == 1:
            layer = inner.graph.nodes[0].layer
        else:
            inner.name_all()
            layer = SubModel("", "Functional", graph=inner.graph)
        place = self.builder.said[layer.name].place if layer.name in self.builder.said else f"sharing.{group.name}"
        self.builder.name(layer, layer.name or group.name, place)
        return layer

    def heads(self, outputs: Sequence[Output], branches: dict[str, Tensor]) -> None:
        """Merge, body and heads of the outputs that see the same inputs."""
        everything = outputs[0].sources == tuple(each.name for each in self.spec.inputs)
        prefix = "" if everything else f"{outputs[0].name}_"
        self.check_headless(outputs)
        outputs = [output for output in outputs if self.can_merge(output, branches)]
        if not self.have_axes(branches):
            return
        if not outputs or ("merge" in self.spec.broken and len(branches) > 1):
            return
        try:
            if place := self.goes_on_elsewhere(outputs):
                self.builder.left += [(tensor, place) for tensor in branches.values()]
                merged = next(iter(branches.values()))
            else:
                branches = self.pooled(branches, outputs)
                with self.builder.within("merge", prefix):
                    merged = self.merged(dict(branches), outputs)
        except Abandoned:
            return
        behind = [output for output in outputs if output.per is not Per.MERGE]
        self.distances([output for output in outputs if output.per is Per.MERGE], merged)
        bodies: dict[str, Tensor] = {}
        for output in behind if self.spec.separate_bodies else behind[:1]:
            part = f"body.{output.name}" if self.spec.separate_bodies else "body"
            prefix = f"{output.name}_body_" if self.spec.separate_bodies else prefix
            try:
                with self.builder.within(part, prefix):
                    bodies[output.name] = self.builder.stack(self.body_stack(outputs, merged), merged)
            except Abandoned:
                continue
        for output in behind:
            body = bodies.get(output.name if self.spec.separate_bodies else behind[0].name)
            if body is not None:
                self.head(output, body)

    def goes_on_elsewhere(self, outputs: Sequence[Output]) -> str:
        """Where body or heads go on from what is named, so that nothing takes a merge; empty if one is needed."""
        said, heads = self.spec.layers.body, self.spec.layers.heads
        stacks = [said] if said else [heads[each.name].stack for each in outputs if each.name in heads]
        starts = [stack[0] for stack in stacks if stack and isinstance(stack[0], Start)]
        needed = said is None or any(output.per is Per.MERGE for output in outputs)
        if needed or len(starts) < (1 if said else len(outputs)):
            return ""
        return starts[0].place

    def have_axes(self, branches: dict[str, Tensor]) -> bool:
        """Whether there is anything to merge and compute with; notes branches of one number without an axis."""
        bare = [name for name, tensor in branches.items() if len(tensor.shape) == 1]
        if len(branches) == 1 and self.spec.layers.body:
            return True
        for name in bare:
            place = f"layers.branches.{self.owner(self.spec.input(name))}"
            each = self.spec.input(name)
            layer = self.own_branch(each, name)[0] if each.kind.vocabulary else "reshape 1"
            what, mend = "it ends in one number a sample, without an axis", f"put {layer} there"
            self.problems.add(place, what, mend, Edit("append", place, layer))
        return not bare

    def pooled(self, branches: dict[str, Tensor], outputs: Sequence[Output]) -> dict[str, Tensor]:
        """What outputs of whole samples merge, where other outputs have the planner keep steps or places."""
        ranks = {len(tensor.shape) for tensor in branches.values()}
        if len(ranks) == 1 or any(output.per in mends.NOUNS for output in outputs):
            return branches
        joined = dict(branches)
        for name, tensor in branches.items():
            is_said = self.owner(self.spec.input(name)) in self.spec.layers.branches
            is_kept = any(per in mends.NOUNS for per in self.needs([name]))
            if len(tensor.shape) > 2 and (is_kept or not is_said):
                with self.builder.within(f"branches.{name}", f"{name}_"):
                    pool = LayerItem("global_average_pool", place=f"inputs.{name}")
                    joined[name] = pool.build(self.builder, tensor)
        return joined

    def can_merge(self, output: Output, branches: dict[str, Tensor]) -> bool:
        """Whether an output can be behind what these branches become together; notes what speaks against it."""
        place, ranks = f"outputs.{output.name}", {len(tensor.shape) for tensor in branches.values()}
        if output.per is Per.MERGE:
            return self.check_distance(output, branches)
        if output.per in mends.NOUNS and len(ranks) > 1:
            seen = [name for name in branches if mends.has_axes(self.spec.input(name), output.per)]
            others = [name for name in branches if name not in seen]
            if seen and others:
                noun, _ = mends.NOUNS[output.per]
                what = f"{output.task.name} says something of every {noun}, and {' and '.join(others)} has none"
                only = "+".join(seen)
                edits = mends.seen_only(self.spec, output, seen)
                mend = f"let it see {only} only, by from={only}" + ("" if len(edits) == 1 else ", and drop the rest")
                self.problems.add(place, what, mend, *edits)
                return False
        return True

    def check_headless(self, outputs: Sequence[Output]) -> None:
        """Notes heads of outputs that say how far two paths are apart."""
        for output in outputs:
            said, place = self.spec.layers.heads.get(output.name, Head()), f"layers.heads.{output.name}"
            if output.per is Per.MERGE and (said.stack or said.last):
                mend = "leave its head out, or say another task, as binary"
                self.problems.add(place, "a distance has no head of its own", mend, Edit("drop", place))

    def check_distance(self, output: Output, branches: dict[str, Tensor]) -> bool:
        """Whether an output can say how far two paths are apart."""
        place, how = f"outputs.{output.name}", self.spec.merge
        words = [word for word, merge in MERGES.items() if merge.distance]
        is_wrong = "merge" not in self.spec.broken and not MERGES[how].distance
        merge = [Edit("set", "merge", "l2_distance")] if is_wrong else []
        if len(branches) == 1:
            mend = "give it a second input, or say another task, as regression"
            what = "a distance is between two inputs, and it sees 1"
            self.problems.add(place, what, mend, Edit("set", place, "regression"))
            return False
        if len(branches) > 2:
            pairs = [group.members for group in self.spec.sharing if set(group.members) <= set(branches)]
            pair = next((members for members in pairs if len(members) == 2), [*branches][:2])
            mend = f"say which two, as from={'+'.join(pair)}, and drop what nothing else sees"
            what = f"a distance is between two inputs, and it sees {len(branches)}"
            self.problems.add(place, what, mend, *mends.seen_only(self.spec, output, pair), *merge)
            return False
        if is_wrong:
            what = f"a distance is what two merged paths are apart, and merge is {how}"
            self.problems.add(place, what, f"say merge: {' or '.join(reversed(words))}", *merge)
            self.check_near(branches, output)
        return not is_wrong

    def check_near(self, branches: dict[str, Tensor], output: Output) -> None:
        """Notes branches between which there would be no distance whatever merge says."""
        shapes = tuple(tensor.shape for tensor in branches.values())
        if len({shape[1:] for shape in shapes}) > 1 or any(len(shape) != 2 for shape in shapes):
            what = f"a distance is between branches of one axis and equal size: {', '.join(map(spell, shapes))}"
            mend = "pool or flatten them, and give them equal last sizes"
            self.problems.add("merge", what, mend, *self.joined(branches, [output], "l2_distance"))

    def check_joined(self, branches: dict[str, Tensor]) -> None:
        """Notes branches that can't be joined, whatever becomes of the others."""
        how = self.spec.merge
        shapes = tuple(tensor.shape for tensor in branches.values())
        if "merge" in self.spec.broken or MERGES[how].pairwise:
            return
        with suppress(Abandoned):
            if how in BROADCAST:
                self.check_equal(branches)
            elif how == MERGES_BY_DEFAULT:
                try:
                    self.vocabulary.rules["Concatenate"].call({}, shapes)
                except LayerError as error:
                    self.problems.add("merge", str(error), error.mend, *self.alike(branches))

    def alike(self, branches: dict[str, Tensor], how: str = "") -> list[Edit]:
        """The edits after which branches can be joined."""
        stacks = [f"layers.branches.{self.owner(self.spec.input(name))}" for name in branches]
        concatenate = Edit("set", "merge", "concatenate")
        return self.grown(alike(list(branches.values()), stacks, how or self.spec.merge, concatenate))

    def merged(self, branches: dict[str, Tensor], outputs: Sequence[Output]) -> Tensor:
        """The branches joined. With more than two, a pairwise merge joins those of one group, to which go the rest."""
        self.check_alike(branches, outputs)
        edits, also = self.joined(branches, outputs), ""
        if MERGES[self.spec.merge].flat and any(output.per in (*mends.NOUNS, Per.INPUT) for output in outputs):
            edits, also = [Edit("set", "merge", "concatenate")], ", or merge by concatenate"
            if self.measures and len(branches) > 1:
                edits, also = mends.seen_alone(self.spec, outputs)
        with self.builder.mended_by("merge", edits, also):
            return self._merged(branches)

    def check_alike(self, branches: dict[str, Tensor], outputs: Sequence[Output]) -> None:
        """Raises Abandoned for branches of different steps or places, where an output says something of each."""
        needs = [output for output in outputs if output.per in mends.NOUNS]
        axes = {name: tensor.shape[1:-1] for name, tensor in branches.items()}
        if needs and len(set(axes.values())) > 1 and len({tensor.shape[0] for tensor in branches.values()}) == 1:
            noun, _ = mends.NOUNS[needs[0].per]
            shapes = ", ".join(spell(tensor.shape) for tensor in branches.values())
            mend, edits = mends.axes_alike(self.spec, needs, axes)
            what = f"{needs[0].name} says something of every {noun}, and its branches differ in them: {shapes}"
            self.problems.add("merge", what, mend, *edits)
            raise Abandoned

    def joined(self, branches: dict[str, Tensor], outputs: Sequence[Output], how: str = "") -> list[Edit]:
        """What would mend branches that can't be joined for these outputs."""
        edits = self.alike(branches, how)
        named = [name for name, tensor in branches.items() if tensor.dtype.startswith("int")]
        if named and (how or self.spec.merge) not in OF_INTEGERS:
            owners = dict.fromkeys(self.owner(self.spec.input(name)) for name in named)
            return [Edit("drop", f"layers.branches.{owner}") for owner in owners]
        if len(branches) > 2 and MERGES[self.spec.merge].pairwise and self.measures:
            return list(mends.paired(self.spec, outputs, list(branches))) or edits
        if not self.measures:
            return edits
        width = max(tensor.shape[-1] or 1 for tensor in branches.values())
        thin = [name for name, tensor in branches.items() if tensor.shape[-1] != width]
        stacks = [f"layers.branches.{self.owner(self.spec.input(name))}" for name in thin]
        pooled = [edit for edit in edits if edit.place != "merge"]
        return pooled or self.grown(Edit("append", at, f"dense {width}") for at in dict.fromkeys(stacks))

    def _merged(self, branches: dict[str, Tensor]) -> Tensor:
        how = self.spec.merge
        pairs = [group.members for group in self.spec.sharing if set(group.members) <= set(branches)]
        if how in BROADCAST:
            self.check_equal(branches)
        if MERGES[how].pairwise and len(branches) > 2 and len(pairs) == 1 and len(pairs[0]) == 2:
            pair = self.builder.merge(how, [branches.pop(name) for name in pairs[0]], how, "merge")
            return self.builder.merge("concatenate", [pair, *branches.values()], "merge", "merge")
        return self.builder.merge(how, list(branches.values()), "merge", "merge")

    def check_equal(self, branches: dict[str, Tensor]) -> None:
        """Raises Abandoned for branches that can't be joined number by number."""
        try:
            equal_shapes(tuple(tensor.shape for tensor in branches.values()))
        except LayerError as error:
            mend = error.mend.removesuffix(", or merge by concatenate") if self.measures else error.mend
            self.problems.add("merge", str(error), mend, *self.alike(branches))
            raise Abandoned from error

    def distances(self, outputs: Sequence[Output], merged: Tensor) -> None:
        """The outputs that say how far the merged paths are apart."""
        for output in outputs:
            said = self.spec.layers.heads.get(output.name, Head())
            if not (said.stack or said.last):
                self.builder.graph.outputs[output.name] = merged
        if len(outputs) == 1 == len(self.spec.outputs) and self.builder.graph.outputs:
            self.builder.name_last(outputs[0].name)

    def body_stack(self, outputs: Sequence[Output], merged: Tensor) -> Stack:
        said = self.spec.layers.body
        if said is not None:
            return said
        needs = [output.per for output in outputs if output.per is not Per.MERGE]
        return self.read(choices.body(needs, len(merged.shape), self.spec.branching), "body")

    def head(self, output: Output, tensor: Tensor) -> None:
        """The path to one output."""
        place = f"outputs.{output.name}"
        said = self.spec.layers.heads.get(output.name)
        try:
            with self.builder.within(f"heads.{output.name}", f"{output.name}_"):
                stack = said.stack if said else self.read(choices.head(output, tensor.shape), place)
                tensor = self.builder.stack(stack, tensor)
                self.check_axes(output, tensor)
                last: Stack = (self.ending(said.last, output, tensor.shape),) if said and said.last else ()
                if said is None or said.keeps_last:
                    last = self.read(list(choices.last(output, tensor.shape)), place)
                tensor = self.builder.stack(last, tensor)
                if last:
                    self.builder.name_last(output.name)
            self.check_fit(output, tensor)
        except Abandoned:
            return
        self.builder.graph.outputs[output.name] = tensor

    @property
    def measures(self) -> bool:
        """Whether any output says how far two paths are apart: merge is a distance then, and can be nothing else."""
        return any(output.per is Per.MERGE for output in self.spec.outputs)

    def ending(self, item: Item, output: Output, shape: Shape) -> Item:
        """The last layer that the answers say for a head: its activation is the task's unless they say one."""
        entry = self.vocabulary.words.get(item.word) if isinstance(item, LayerItem) else None
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
            mend, edits = mends.axes_kept(self.spec, output)
            self.problems.add(f"outputs.{output.name}", what, mend, *edits)
            raise Abandoned

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

    def check_fit(self, output: Output, tensor: Tensor) -> None:
        """Notes an output whose shape isn't its task's."""
        axes = AXES.get(output.per)
        if axes is not None and len(tensor.shape) < axes:
            return self.check_axes(output, tensor)
        expected = self.expected(output, tensor)
        if tensor.shape[1:] != expected:
            each = "1 number" if expected == (1,) else f"{expected[0]} numbers"
            wanted = f"{each} a sample" if len(expected) == 1 else spell((None, *expected))
            what = f"{output.task.name} needs {wanted}, and its head gives {spell(tensor.shape)}"
            mend, edits = mends.shape_fits(self.spec, output, tensor.shape, expected)
            self.problems.add(f"outputs.{output.name}", what, mend, *edits)
        return None

    def models(self, graph: Graph) -> None:
        """The sub-models beside the model, each with the tensor that it ends in."""
        groups = {name: known.output for name, known in self.builder.known.items() if name in self.builder.said}
        names = groups | {node.layer.name: node.output for node in reversed(graph.nodes)}  # Keras has the first call's
        own = {
            layer.name: f"{layer.name} is a model of its own already"
            for layer in graph.layers()
            if isinstance(layer, SubModel | BackboneLayer)
        }
        own |= {
            layer.name: f"{layer.name} gives its state beside its output"
            for layer in graph.layers()
            if isinstance(layer, RuleLayer) and layer.gives_state
        }
        taken, named = {**self.builder.taken, "model": "the network"}, graph.names()
        for name, layer in self.spec.models.items():
            place = f"models.{name}"
            if name in taken:
                what = f"the name {name} is taken by {taken[name]}"
                mend, edit = (
                    f"give it a name of its own, as {name}_model",
                    Edit("rename", place, (name, f"{name}_model")),
                )
                self.problems.add(place, what, mend, edit)
            elif (end := named.get(names[layer], layer) if layer in names else layer) in own:
                self.problems.add(place, own[end], "name another layer, or leave it out", Edit("drop", place))
            elif layer in names:
                graph.models[name] = names[layer]
            elif self.complete or layer in graph.inputs:
                near = nearest(layer, names)
                what, mend = f"no layer is named {layer}", "name a layer by name=, as dense 32 name=latent"
                if (spot := self.builder.said.get(layer)) and spot.within:
                    what = f"{layer} is inside of {spot.within}, and no layer of the model itself"
                mend = f"did you mean {near}? ({mend})" if near else f"{mend}, not in a nested model; or leave it out"
                self.problems.add(place, what, mend, Edit("set", place, near) if near else Edit("drop", place))

    def check_said(self) -> None:
        """Notes what is wrong with the layers that the answers say, those too that nothing leads to yet."""
        said = self.spec.layers
        for stack in (*said.branches.values(), said.body or ()):
            self.builder.check(stack)
        for head in said.heads.values():
            self.builder.check((*head.stack, *((head.last,) if head.last else ())))

    def check_names(self, graph: Graph) -> None:
        """Notes names that operations have which Keras adds to the graph."""
        masks = any(node.output.masked for node in graph.nodes)
        named = {layer.name: f"layers of {layer.name}" for layer in graph.layers()}
        named |= {name: f"inputs.{name}" for name in graph.inputs} | {name: f"outputs.{name}" for name in graph.outputs}
        for name, place in named.items():
            base = name.rstrip("0123456789").removesuffix("_")
            spot = self.builder.said.get(name)
            if masks and (name in MASKING or (base in MASKING and base != name)):
                what = f"Keras names an operation for masks {name}"
            elif self.builder.leaves(name) and (spot is None or place.startswith(("inputs.", "outputs."))):
                what = f"Keras names an operation of the backbone's preprocessing {name}"
            else:
                continue
            edit = Edit("rename", place, (name, f"{name}_layer"))
            if spot:
                edit = Edit("argument", spot.place, ("name", f"{name}_layer"))
            self.problems.add(spot.place if spot else place, what, f"name it otherwise, as {name}_layer", edit)

    def check_reach(self, graph: Graph) -> None:
        """Notes inputs that no output sees, and outputs that see what they may not. What isn't built may see all."""
        origins = graph.origins()
        seen = {name: origins[tensor] for name, tensor in graph.outputs.items()}
        reached = frozenset().union(*seen.values())
        unbuilt = self._may_see() if self.problems.found or not self.complete else []
        for name in graph.inputs:
            if name not in reached and name not in unbuilt:
                mend, edit = mends.seen(self.spec, name)
                self.problems.add(f"inputs.{name}", "no output sees it", mend, edit)
        for output in self.spec.outputs:
            beyond = seen.get(output.name, frozenset()).difference(output.sources)
            for name in graph.inputs if beyond else ():
                if name in beyond:
                    what = f"it sees {name}, which its from= leaves out"
                    place, sources = f"outputs.{output.name}", "+".join([*output.sources, name])
                    edit = Edit("argument", place, ("from", sources))
                    self.problems.add(place, what, f"say from={sources}, or don't merge it in", edit)

    def check_lengths(self, graph: Graph) -> None:
        """Notes what can't go together once data come, where lengths vary."""
        if not any(varies(tensor.shape) for tensor in graph.inputs.values()):
            return
        found = lengths(graph)
        for node in found.clashes:
            self.note_clash(node)
        if not found.clashes:
            self.check_steps(graph, found.shapes)

    def note_clash(self, node: Node) -> None:
        """Notes a call on tensors whose lengths vary, each in its own way."""
        place = self.builder.places.get(node.layer, node.part)
        what = "it joins tensors whose lengths vary, and not by the same steps"
        mend = (
            "keep all steps on each way to it (padding=same, no strides, no pools), or pool them all; or leave it out"
        )
        edits = [Edit("drop", place.removesuffix(".merge") if place.endswith(".parallel.merge") else place)]
        if place == "merge":
            owners = dict.fromkeys(self.owner(each) for each in self.spec.inputs if varies(each.shape))
            edits = [Edit("append", f"layers.branches.{owner}", "global_average_pool") for owner in owners]
        self.problems.add(place, what, mend, *self.grown(edits))

    def check_steps(self, graph: Graph, shapes: Mapping[Tensor, Shape]) -> None:
        """Notes outputs about every step of an input whose length varies, if what they give is longer or shorter."""
        for output in self.spec.outputs:
            tensor = graph.outputs[output.name]
            steps = [each for each in output.sources if varies(self.spec.input(each).shape)]
            is_about_steps = output.per in (Per.STEP, Per.INPUT) and varies(tensor.shape) and steps
            if is_about_steps and shapes[tensor][1] != LENGTH:
                what = f"{output.task.name} is about every step of {steps[0]}, and its head has others"
                expected = (LENGTH, *self.expected(output, tensor)[1:])
                mend, edits = mends.shape_fits(self.spec, output, tensor.shape, expected)
                self.problems.add(f"outputs.{output.name}", what, mend, *edits)

    def check_values(self, graph: Graph, origins: Mapping[Tensor, Input]) -> None:
        """Notes embeddings that are smaller than the vocabulary they get, or that get fractions."""
        of = dict(origins)
        for node in graph.nodes:
            source, size = of.get(node.inputs[0]), VOCABULARIES.get(node.layer.class_name)
            if isinstance(node.layer, Composite):
                [start] = node.layer.graph.inputs.values()
                self.check_values(node.layer.graph, {start: source} if source else {})
            elif size is not None and isinstance(node.layer, RuleLayer):
                self.check_vocabulary(node, source, size)
            elif source and node.layer.class_name in MOVING:
                of[node.output] = source

    def check_vocabulary(self, node: Node, source: Input | None, argument: str) -> None:
        """Notes an embedding, or a layer like it, that is too small for what it gets, or gets fractions."""
        place, said = self.builder.places[node.layer], node.layer.arguments.get(argument)
        if source is None or not source.kind.vocabulary:
            if node.inputs[0].dtype.startswith("float") and (source is None or source.kind.standardised):
                what = f"{node.layer.class_name} looks up whole numbers, and gets fractions"
                self.builder.note(place, what, "put it on a category or text; or leave it out", Edit("drop", place))
            return
        needed = source.sizes[0] or 1
        if isinstance(said, int) and said < needed:
            what = f"{node.layer.class_name} has {argument}={said}, and {source.name} {needed} values"
            edit = Edit("argument", place, (argument, needed))
            self.builder.note(place, what, f"say {argument}={needed}, or more", edit)

    def _may_see(self) -> list[str]:
        """The inputs that outputs may see which aren't built: all of them, where one isn't even read."""
        names = [each.name for each in self.spec.inputs]
        unread = [place for place in self.spec.broken if place.partition(".")[0] in ("inputs", "outputs", "sharing")]
        if any(place.count(".") == 0 or place.startswith("outputs.") for place in unread):
            return names
        built = self.builder.graph.outputs
        waiting = [output for output in self.spec.outputs if output.name not in built]
        return [*self.late, *(name for output in waiting for name in output.sources)]

    def check_learning(self, graph: Graph) -> None:
        """Notes outputs on whose way training would move nothing."""
        learning: set[Tensor] = set()
        for node in graph.nodes:
            if not learning.isdisjoint(node.inputs) or node.layer.trainable_parameters:
                learning.update(node.gives)
        for name, tensor in graph.outputs.items():
            if tensor not in learning:
                output = next(each for each in self.spec.outputs if each.name == name)
                mend, edits = mends.can_learn(self.spec, output)
                self.problems.add(f"outputs.{name}", "no layer before it can learn", mend, *self.grown(edits))

    def check_export(self, graph: Graph) -> None:
        """Notes formats that can't hold the network."""
        wanted = self.spec.export
        fixed = [each.name for each in self.spec.inputs if each.batch is not None]
        if wanted and fixed:
            what = f"{fixed[0]} has batch=, and no format carries a state from batch to batch"
            self.problems.add("export", what, "leave export out, or batch=", Edit("set", "export", []))
            return
        refused = {
            name: layer
            for name in wanted
            for layer in graph.all_layers()
            if not UNEXPORTED.get(name, frozenset()).isdisjoint(_classes(layer))
        }
        left = [name for name in wanted if name not in refused]
        for name, layer in refused.items():
            what = f"{name} can't hold {layer.name}, a layer of class {layer.class_name}"
            mend = f"say export: [{', '.join(left)}]" if left else "leave it out"
            others = [each for each in UNEXPORTED if each not in refused] if not left else []
            mend += f", or say {' or '.join(['saved_model', *others])}" if not left else ""
            self.problems.add("export", what, mend, Edit("set", "export", left))


def _classes(layer: Layer) -> set[str]:
    """The class of a layer, and those of layers that it's given."""
    given = layer.arguments.values() if isinstance(layer, RuleLayer) else ()
    return {layer.class_name, *(value.rule.class_name for value in given if isinstance(value, Nested))}


def pretrained(backbone: Backbone, sizes: tuple[int, int, int]) -> BackboneLayer:
    """The layer that a pretrained body is, for images of these sizes. It is frozen: training starts so."""
    preprocesses = backbone.preprocesses(sizes[-1])
    remark = ""
    if not preprocesses:
        remark = "The preprocessing of its weights is for three colours: pixels are scaled to 0…1 instead."
    elif backbone.preprocessing is None:
        remark = "Its preprocessing is built in: it takes pixels from 0 to 255."
    parameters, trainable = backbone.counts(sizes[-1])
    return BackboneLayer(
        backbone.name,
        "Functional",
        weights=(
            Weight("trainable variables", (trainable,)),
            Weight("statistics", (parameters - trainable,), trainable=False),
        ),
        trainable=False,
        constructor=backbone.constructor,
        preprocessing=backbone.preprocessing if preprocesses else None,
        input_shape=sizes,
        remark=remark,
    )


def _part(place: str) -> str:
    """The part of the answers that a place is in: `layers.branches.photo`, `layers.body`."""
    return ".".join(place.split(".")[:3]).partition("[")[0]
