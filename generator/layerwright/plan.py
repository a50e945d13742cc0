"""From spec to plan: which layers there are, what feeds what, and what each one gives.

    inputs → branches (or a shared encoder) → merge → body → heads → outputs

Heads that see the same inputs share one merge and, unless bodies are separate, one body.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .blocks import PAIRWISE, Abandoned, Builder, LayerItem, Stack
from .blocks.parallel import Parallel
from .blocks.reading import Reader
from .blocks.residual import Residual
from .graph import BackboneLayer, Graph, Layer, SubModel, Tensor
from .layers import Shape, Vocabulary, Weight, builtin, spell
from .problems import Problems
from .rules import Decision, decide
from .spec import Group, Head, Input, Output, Spec

PREPROCESSING = ("add", "get_item", "get_item_1", "get_item_2", "stack", "subtract", "true_divide")
"""Names that Keras gives to the operations of `preprocess_input`: a layer of the same name can't stand beside them."""

MERGES_BY_DEFAULT = "concatenate"

BODY: Stack = (LayerItem("dense", (64,), place="body"),)
"""The planner's own body."""


@dataclass(frozen=True)
class Plan:
    """A spec's graph, whether it becomes a Functional model or a Sequential, and what a user may not expect."""

    spec: Spec
    graph: Graph
    decision: Decision
    notes: tuple[str, ...] = ()


def plan(spec: Spec, vocabulary: Vocabulary | None = None) -> Plan:
    """The network that a spec asks for.

    Raises AnswersError with every shape that doesn't fit, every name that clashes, and every input that
    reaches no output.
    """
    problems = Problems()
    graph = _Planning(spec, problems, vocabulary or builtin()).graph()
    problems.raise_if_any()
    return Plan(spec, graph, decide(spec, graph), tuple(_notes(spec)))


def _notes(spec: Spec) -> Iterator[str]:
    chosen = [each for each in spec.inputs if _has_own_stack(each, spec)]
    if spec.branching and spec.layers.body is not None and not chosen:
        yield f"branching ({', '.join(spec.branching)}) changes nothing: every branch and the body are said otherwise"
    if spec.merge != MERGES_BY_DEFAULT and all(len(output.sources) == 1 for output in spec.outputs):
        yield f"merge ({spec.merge}) changes nothing: no output sees more than one input"


def _numbers(count: int) -> str:
    return "1 number" if count == 1 else f"{count} numbers"


def _has_own_stack(each: Input, spec: Spec) -> bool:
    """Whether an input goes through the planner's own stack: the answers say none, and there's no backbone for it."""
    group = spec.group_of(each.name)
    pretrained = spec.transfer is not None and each.kind.name == "image"
    return not pretrained and (group.name if group else each.name) not in spec.layers.branches


@dataclass
class _Planning:
    """One run of the planner."""

    spec: Spec
    problems: Problems
    vocabulary: Vocabulary
    builder: Builder = field(init=False)
    backbone: BackboneLayer | None = None

    def __post_init__(self) -> None:
        taken = {each.name: f"the input {each.name}" for each in self.spec.inputs}
        taken |= {each.name: f"the output {each.name}" for each in self.spec.outputs}
        if self.spec.transfer:
            taken |= dict.fromkeys(PREPROCESSING, "an operation of the preprocessing")
        self.builder = Builder(self.vocabulary, self.problems, taken)

    def graph(self) -> Graph:
        graph = self.builder.graph
        for each in self.spec.inputs:
            graph.inputs[each.name] = Tensor(each.shape)
        branches = self.branches()
        for sources in dict.fromkeys(output.sources for output in self.spec.outputs):
            heads = [output for output in self.spec.outputs if output.sources == sources]
            if all(name in branches for name in sources):
                self.heads(heads, [branches[name] for name in sources])
        self.builder.name_all()
        if self.problems.found:
            self.check_said()
        else:
            self.check_reach(graph)
            self.check_learning(graph)
        return graph

    def branches(self) -> dict[str, Tensor]:
        """What each input has become where paths join; an input whose branch can't be built is left out."""
        result: dict[str, Tensor] = {}
        for each in self.spec.inputs:
            group = self.spec.group_of(each.name)
            try:
                if group is None:
                    result[each.name] = self.branch(each)
                elif each.name == group.members[0]:
                    result |= self.encoded(group)
            except Abandoned:
                continue
        return {each.name: result[each.name] for each in self.spec.inputs if each.name in result}

    def branch(self, each: Input) -> Tensor:
        """The path of one input of its own."""
        with self.builder.within(f"branches.{each.name}", f"{each.name}_"):
            start = self.start(each, self.builder.graph.inputs[each.name])
            return self.builder.stack(self.branch_stack(each, each.name), start)

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
        if self.backbone is None:
            frozen = (
                Weight("trainable variables", (backbone.trainable,)),
                Weight("statistics", (backbone.parameters - backbone.trainable,), trainable=False),
            )
            self.backbone = BackboneLayer(
                "",
                "Functional",
                weights=frozen,
                trainable=False,
                constructor=backbone.constructor,
                preprocessing=backbone.preprocessing,
                input_shape=each.sizes,
            )
            self.builder.name(self.backbone, backbone.constructor.lower(), "backbone")
        features = Tensor((None, *backbone.features(*each.sizes[:2])))
        return self.builder.graph.add(self.backbone, (tensor,), features, self.builder.part)

    def branch_stack(self, each: Input, owner: str) -> Stack:
        """The layers of a branch: those that the answers say, or the planner's own."""
        said = self.spec.layers.branches.get(owner)
        if said is not None:
            return said
        if self.spec.transfer and each.kind.name == "image":
            return (LayerItem("global_average_pool", place=f"inputs.{each.name}"),)
        stack = Reader({}, self.problems).stack(list(each.kind.stack), f"inputs.{each.name}")
        return branched(stack, self.spec.branching)

    def encoded(self, group: Group) -> dict[str, Tensor]:
        """The members of a group after their one encoder.

        An encoder of a single layer is that layer, called on each; a longer one is a model of its own. The backbone
        stands before it: other branches go through it too, and there is one.
        """
        members = [each for each in self.spec.inputs if each.name in group.members]
        starts = {each.name: self.builder.graph.inputs[each.name] for each in members}
        pretrained = self.spec.transfer is not None and members[0].kind.name == "image"
        if pretrained:
            for each in members:
                with self.builder.within(f"branches.{each.name}", ""):
                    starts[each.name] = self.through_backbone(each, starts[each.name])
        inner = self.inner(group, members[0], starts[members[0].name].shape, pretrained=pretrained)
        if not inner.graph.nodes:
            if pretrained:
                return starts
            self.problems.add(f"layers.branches.{group.name}", "a shared encoder has no layer", "give it one or more")
            raise Abandoned
        encoder, shape = self.encoder(group, inner), inner.graph.outputs[group.name].shape
        return {
            name: self.builder.graph.add(encoder, (start,), Tensor(shape), f"branches.{group.name}")
            for name, start in starts.items()
        }

    def inner(self, group: Group, member: Input, shape: Shape, *, pretrained: bool) -> Builder:
        """The inside of a group's encoder: what one member goes through, after the backbone if there is one."""
        inner = Builder(self.vocabulary, self.problems, {group.name: "its group"})
        tensor = inner.graph.inputs[group.name] = Tensor(shape)
        with inner.within(f"branches.{group.name}", ""):
            start = tensor if pretrained else self.scaled(member, tensor, inner)
            inner.graph.outputs[group.name] = inner.stack(self.branch_stack(member, group.name), start)
        return inner

    def encoder(self, group: Group, inner: Builder) -> Layer:
        """The layer that a group's members are called through."""
        layer: Layer
        if len(inner.graph.nodes) == 1:
            layer = inner.graph.nodes[0].layer
        else:
            inner.name_all()
            layer = SubModel("", "Functional", graph=inner.graph)
        self.builder.name(layer, layer.name or group.name, f"sharing.{group.name}")
        return layer

    def heads(self, outputs: Sequence[Output], branches: Sequence[Tensor]) -> None:
        """Merge, body and heads of the outputs that see the same inputs."""
        first = outputs[0].sources == tuple(each.name for each in self.spec.inputs)
        prefix = "" if first else f"{outputs[0].name}_"
        try:
            with self.builder.within("merge", prefix):
                merged = self.merged(dict(zip(outputs[0].sources, branches, strict=True)))
            bodies = {}
            for output in outputs if self.spec.separate_bodies else outputs[:1]:
                part = f"body.{output.name}" if self.spec.separate_bodies else "body"
                prefix = f"{output.name}_body_" if self.spec.separate_bodies else prefix
                with self.builder.within(part, prefix):
                    bodies[output.name] = self.builder.stack(self.body_stack(), merged)
        except Abandoned:
            return
        for output in outputs:
            try:
                self.head(output, bodies.get(output.name, bodies[outputs[0].name]))
            except Abandoned:
                continue

    def merged(self, branches: dict[str, Tensor]) -> Tensor:
        """The branches joined. With more than two, a pairwise merge joins those of one group, to which go the rest."""
        how = self.spec.merge
        pairs = [group.members for group in self.spec.sharing if set(group.members) <= set(branches)]
        if how in PAIRWISE and len(branches) > 2 and len(pairs) == 1 and len(pairs[0]) == 2:
            pair = self.builder.merge(how, [branches.pop(name) for name in pairs[0]], how, "merge")
            return self.builder.merge("concatenate", [pair, *branches.values()], "merge", "merge")
        return self.builder.merge(how, list(branches.values()), "merge", "merge")

    def body_stack(self) -> Stack:
        said = self.spec.layers.body
        return branched(BODY, self.spec.branching) if said is None else said

    def head(self, output: Output, tensor: Tensor) -> None:
        """The path to one output."""
        said = self.spec.layers.heads.get(output.name, Head())
        place = f"outputs.{output.name}"
        with self.builder.within(f"heads.{output.name}", f"{output.name}_"):
            tensor = self.builder.stack(said.stack, tensor)
            texts = [text.format(size=output.size) for text in output.task.last]
            last = (
                Reader({}, self.problems).stack(texts, place) if said.keeps_last else (said.last,) if said.last else ()
            )
            tensor = self.builder.stack(last, tensor)
            if last:
                self.builder.name_last(output.name)
        self.check_fit(output, tensor)
        self.builder.graph.outputs[output.name] = tensor

    def check_fit(self, output: Output, tensor: Tensor) -> None:
        """Notes an output whose shape isn't its task's."""
        if tensor.shape != (None, output.size):
            self.problems.add(
                f"outputs.{output.name}",
                f"{output.task.name} needs {_numbers(output.size)} a sample, and its head gives {spell(tensor.shape)}",
                "pool or flatten before it, or give its last layer that many units",
            )

    def check_said(self) -> None:
        """Notes what is wrong with the layers that the answers say, those too that nothing leads to yet."""
        said = self.spec.layers
        for stack in (*said.branches.values(), said.body or ()):
            self.builder.check(stack)
        for head in said.heads.values():
            self.builder.check((*head.stack, *((head.last,) if head.last else ())))

    def check_reach(self, graph: Graph) -> None:
        """Notes inputs that no output sees."""
        seen = set().union(*(graph.sources(tensor) for tensor in graph.outputs.values()))
        for name in graph.inputs:
            if name not in seen:
                self.problems.add(f"inputs.{name}", "no output sees it", "drop it, or name it in an output's from=")

    def check_learning(self, graph: Graph) -> None:
        """Notes outputs on whose way training would move nothing."""
        for name, tensor in graph.outputs.items():
            if not any(node.layer.trainable_parameters for node in graph.before(tensor)):
                self.problems.add(
                    f"outputs.{name}", "no layer before it can learn", "give its branch, body or head one, as dense 64"
                )


def branched(stack: Stack, branching: Sequence[str]) -> Stack:
    """The planner's own stack with the branching that was asked for.

    `residual` puts a shortcut round a layer of the same width; `parallel` gives the tensor a second path.
    """
    width = next((item.values[0] for item in reversed(stack) if isinstance(item, LayerItem) and item.values), None)
    last = [item for item in stack if isinstance(item, LayerItem) and item.word in ("dense", "conv")][-1]
    at = list(stack).index(last) + 1
    extra: list[Residual | Parallel] = []
    again = LayerItem(last.word, (width,), place=last.place)
    if "residual" in branching:
        extra.append(
            Residual(
                (again, LayerItem(last.word, (width,), {"activation": "linear"}, place=last.place)), "relu", last.place
            )
        )
    if "parallel" in branching:
        extra.append(Parallel(((again,), (again, again)), place=last.place))
    return (*stack[:at], *extra, *stack[at:])
