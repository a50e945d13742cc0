"""From inputs to where paths join: branches, shared encoders, the backbone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field

from ..backbones import Backbone
from ..blocks import Abandoned, Builder, LayerItem, Stack
from ..blocks.builder import Spot
from ..blocks.references import names_in, references
from ..faults import BadGroup, NameTaken
from ..graph import BackboneLayer, Layer, SubModel, Tensor
from ..layers import Weight
from ..problems import Edit
from ..records import dataclass
from ..spec import Group, Input
from .network import Network


@dataclass
class Branches:
    """The paths of the inputs, each built when it's first needed: a branch may merge another one in.

    `open` has the inputs whose branches are being built, the innermost last. `owners` says for each name in a branch
    whose it is.
    """

    net: Network
    backbone: BackboneLayer | None = None
    tried: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        builder = self.net.builder
        builder.elsewhere, builder.fault, builder.said = self.end, self.fault, dict(self._said())
        self.tried = {each.name for each in self.net.spec.inputs if f"inputs.{each.name}" in self.net.spec.broken}

    def build(self) -> None:
        """Builds those that can be built."""
        for each in self.net.spec.inputs:
            self.end(each.name)

    def _said(self) -> Iterator[tuple[str, Spot]]:
        """The names of layers and groups in the answers, with where they are."""
        said = self.net.spec.layers
        for owner, stack in said.branches.items():
            place, group = f"layers.branches.{owner}", next((g for g in self.net.spec.sharing if g.name == owner), None)
            found = dict(names_in(stack, f"the shared encoder {owner}", place) if group else names_in(stack))
            self.owners |= dict.fromkeys(found, group.members[0] if group else owner)
            yield from found.items()
        yield from names_in(said.body or ())
        for head in said.heads.values():
            yield from names_in((*head.stack, *((head.last,) if head.last else ())))

    def fault(self, name: str, place: str) -> str | None:
        """Why a name stands for nothing at a place: nothing if that's among the problems, None if not known."""
        if f"inputs.{name}" in self.net.spec.broken or (name in self.net.graph.inputs and name not in self.open):
            return ""
        if name in self.open:
            is_own = self.open[-1] == name
            if is_own:
                return f"{name} can't be merged into its own branch"
            return f"{name} waits for this branch, and this for {name}"
        owner = self.owners.get(name)
        if owner in self.open[:-1]:
            return f"{name} waits for this branch, and this for {name}"
        if owner is not None and owner not in self.net.ends and owner not in self.open:
            return ""
        spot = self.net.builder.said.get(name)
        part = _part(spot.place) if spot else _part(place)
        is_broken = any(_part(problem.place) == part for problem in self.net.problems.found)
        return "" if is_broken and part != _part(place) else None

    def end(self, name: str) -> Tensor | None:
        """What an input has become where paths join, None if there's no such input or its branch can't be built."""
        if name in self.tried or name not in self.net.graph.inputs:
            return self.net.ends.get(name)
        self.tried.add(name)
        each, group = self.net.spec.input(name), self.net.spec.group_of(name)
        self.open.append(name)
        for needed in references(self.net.spec.layers.branches.get(group.name if group else name, ()), calls=True):
            self.end(self.owners.get(needed, needed))
        try:
            if group is None:
                self.net.ends[name] = self.branch(each)
            else:
                self.tried.update(group.members)
                self.net.ends |= self.encoded(group)
        except Abandoned:
            pass
        finally:
            self.open.remove(name)
        return self.net.ends.get(name)

    def branch(self, each: Input) -> Tensor:
        """The path of one input of its own."""
        with self.net.builder.within(f"branches.{each.name}", f"{each.name}_"):
            start = self.start(each, self.net.graph.inputs[each.name])
            with self.embedded_first(each, each.name, self.net.builder):
                return self.net.builder.stack(self.branch_stack(each, each.name), start)

    def embedded_first(self, each: Input, owner: str, builder: Builder) -> AbstractContextManager[None]:
        """Where the first layer of a branch doesn't take names of things, an embedding before it does."""
        first = next(iter(self.net.spec.layers.branches.get(owner, ())), None)
        if not each.kind.vocabulary or not isinstance(first, LayerItem):
            return nullcontext()
        embedding = self.net.own_branch(each, owner)[0]
        edits = [Edit("before", first.place, embedding)]
        return builder.mended_by(first.place, edits, f"; or put {embedding} before it")

    def start(self, each: Input, tensor: Tensor) -> Tensor:
        """What comes before a branch's own layers: the scaling of its values, or the backbone."""
        if self.net.spec.transfer and each.kind.name == "image":
            return self.through_backbone(each, tensor)
        return self.scaled(each, tensor, self.net.builder)

    def scaled(self, each: Input, tensor: Tensor, builder: Builder) -> Tensor:
        """An input's values in the range that its layers expect."""
        if each.kind.scale is None:
            return tensor
        return LayerItem("Rescaling", (each.kind.scale,), place=f"inputs.{each.name}").build(builder, tensor)

    def through_backbone(self, each: Input, tensor: Tensor) -> Tensor:
        """Calls the one backbone, which is made at its first call."""
        assert self.net.spec.transfer is not None
        backbone = self.net.spec.transfer.backbone
        height, width, channels = (size or 1 for size in each.sizes)
        if not backbone.preprocesses(channels):
            tensor = self.scaled(each, tensor, self.net.builder)
        if self.backbone is None:
            self.backbone = pretrained(backbone, (height, width, channels))
            self.check_backbone_name(self.backbone)
        features = Tensor((tensor.shape[0], *backbone.features(height, width)))
        return self.net.graph.add(self.backbone, (tensor,), features, self.net.builder.part)

    def check_backbone_name(self, layer: BackboneLayer) -> None:
        """Notes an input or output that has the one name that the backbone can have."""
        for key, ends in (("inputs", self.net.spec.inputs), ("outputs", self.net.spec.outputs)):
            if layer.name in {each.name for each in ends}:
                what, mend = "the backbone has this name", f"name it otherwise, as {layer.name}_{key[:-1]}"
                edit = Edit("rename", f"{key}.{layer.name}", (layer.name, f"{layer.name}_{key[:-1]}"))
                self.net.problems.add(f"{key}.{layer.name}", NameTaken, what, mend, edit)

    def branch_stack(self, each: Input, owner: str) -> Stack:
        """The layers of a branch: those that the answers say, or the planner's own."""
        said = self.net.spec.layers.branches.get(owner)
        return self.net.read(self.net.own_branch(each, owner), f"inputs.{each.name}") if said is None else said

    def encoded(self, group: Group) -> dict[str, Tensor]:
        """The members of a group after their one encoder.

        An encoder of a single layer is that layer, called on each; a longer one is a model of its own. The backbone
        stands before it: other branches go through it too, and there is one.
        """
        members = [self.net.spec.input(name) for name in group.members]
        starts = {each.name: self.net.graph.inputs[each.name] for each in members}
        pretrained = self.net.spec.transfer is not None and members[0].kind.name == "image"
        if pretrained:
            for each in members:
                with self.net.builder.within(f"branches.{each.name}", f"{each.name}_"):
                    starts[each.name] = self.through_backbone(each, starts[each.name])
        inner = self.inner(group, members[0], starts[members[0].name], pretrained=pretrained)
        if not inner.graph.nodes:
            if pretrained:
                return starts
            place = f"layers.branches.{group.name}"
            edit = Edit("set", place, ["dense 64"])
            self.net.problems.add(
                place, BadGroup, "a shared encoder has no layer", "give it one or more, as dense 64", edit
            )
            raise Abandoned
        encoder, end = self.encoder(group, inner), inner.graph.outputs[group.name]
        return {
            name: self.net.graph.add(
                encoder, (start,), Tensor(end.shape, end.dtype, end.masked), f"branches.{group.name}"
            )
            for name, start in starts.items()
        }

    def inner(self, group: Group, member: Input, like: Tensor, *, pretrained: bool) -> Builder:
        """The inside of a group's encoder: what one member goes through, after the backbone if there is one."""
        inner = self.net.builder.inside({group.name: "its group"})
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
        place = (
            self.net.builder.said[layer.name].place if layer.name in self.net.builder.said else f"sharing.{group.name}"
        )
        self.net.builder.name(layer, layer.name or group.name, place)
        return layer


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
