"""Where paths join: the merge before the body, and what keeps branches from being merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from .. import mends
from ..blocks import MERGES, Abandoned, LayerItem
from ..blocks.merges import EQUAL, alike
from ..faults import DistanceInputs, OutputShape, ShapesDiffer, WrongAxes
from ..graph import Tensor
from ..layers import LayerError, spell
from ..layers.merging import equal_shapes
from ..problems import Edit
from ..records import dataclass
from ..spec import Output
from ..tasks import Per
from .network import Network

BROADCAST = frozenset({"add", "average", "maximum", "minimum", "multiply", "subtract"})
"""Merges whose layers would stretch one tensor to another's shape, which no one asks for between inputs."""

OF_INTEGERS = frozenset({"concatenate", "add", "maximum", "minimum", "multiply", "subtract"})
"""Merges that take whole numbers."""

POOL = "global_average_pool"
"""What is put after branches that keep their steps or places, before they're merged for an output of whole samples."""


@dataclass
class Joins:
    """The merges of a network."""

    net: Network

    def names(self, sources: Iterable[str]) -> list[str]:
        """Those inputs that are merged before the body; all of them if every one would join late."""
        joined = self.net.late | self._begun_with()
        return [name for name in sources if name not in joined] or list(sources)

    def _begun_with(self) -> set[str]:
        """Those inputs whose last state something else begins with."""
        stateful = [node for node in self.net.graph.nodes if node.state]
        consumers = self.net.graph.consumers() if stateful else {}
        states = {node.output for node in stateful if node.state and consumers[node.state]}
        return {name for name, tensor in self.net.ends.items() if tensor in states} if states else set()

    def have_axes(self, branches: dict[str, Tensor]) -> bool:
        """Whether there is anything to merge and compute with; notes branches of one number without an axis."""
        bare = [name for name, tensor in branches.items() if len(tensor.shape) == 1]
        if len(branches) == 1 and self.net.spec.layers.body:
            return True
        for name in bare:
            place = f"layers.branches.{self.net.owner(self.net.spec.input(name))}"
            each = self.net.spec.input(name)
            layer = self.net.own_branch(each, name)[0] if each.kind.vocabulary else "reshape 1"
            what, mend = "it ends in one number a sample, without an axis", f"put {layer} there"
            self.net.problems.add(place, WrongAxes, what, mend, Edit("append", place, layer))
        return not bare

    def pooled(self, branches: dict[str, Tensor], outputs: Sequence[Output]) -> dict[str, Tensor]:
        """What outputs of whole samples merge: pooled, where other outputs have the planner keep steps or places.

        And as wide as each other, where the merge goes number by number.
        """
        if len(branches) == 1 or any(output.per in mends.NOUNS for output in outputs):
            return branches
        ranks = {len(tensor.shape) for tensor in branches.values()}
        deep = branches if len(ranks) > 1 or MERGES[self.net.spec.merge].flat else {}
        pooled = [name for name, tensor in deep.items() if len(tensor.shape) > 2 and self._may_pool(name)]
        return self._alike(branches | {name: self._after(name, branches[name], POOL) for name in pooled})

    def _may_pool(self, name: str) -> bool:
        """Whether an input's branch is the planner's own, or keeps steps or places for some output."""
        return not self._is_said(name) or any(per in mends.NOUNS for per in self.net.needs([name]))

    def _is_said(self, name: str) -> bool:
        """Whether the answers say the layers of an input's branch."""
        return self.net.owner(self.net.spec.input(name)) in self.net.spec.layers.branches

    def _after(self, name: str, tensor: Tensor, word: str, *values: int) -> Tensor:
        """What a layer makes of the end of an input's branch."""
        with self.net.builder.within(f"branches.{name}", f"{name}_"):
            return LayerItem(word, values, place=f"inputs.{name}").build(self.net.builder, tensor)

    def _alike(self, branches: dict[str, Tensor]) -> dict[str, Tensor]:
        """The branches, of which the planner's own are as wide as the others, where they have to be.

        One of an encoder that is shared stays as it is: after layers of their own, two of them couldn't be compared.
        """
        merge = MERGES[self.net.spec.merge]
        are_features = all(len(each.shape) == 2 and each.dtype.startswith("float") for each in branches.values())
        if merge.name in EQUAL or (merge.pairwise and len(branches) > 2) or not are_features:
            return branches
        widths = {name: tensor.shape[-1] or 1 for name, tensor in branches.items()}
        own = [name for name in branches if self._may_widen(name)]
        others = {width for name, width in widths.items() if name not in own} or {max(widths.values())}
        if len(others) > 1:
            return branches
        [width] = others
        thin = [name for name in own if widths[name] != width]
        return branches | {name: self._after(name, branches[name], "dense", width) for name in thin}

    def _may_widen(self, name: str) -> bool:
        """Whether an input's branch is the planner's own, and this input's alone."""
        return not (self._is_said(name) or self.net.spec.group_of(name))

    def can_merge(self, output: Output, branches: dict[str, Tensor]) -> bool:
        """Whether an output can be behind what these branches become together; notes what speaks against it."""
        place, ranks = f"outputs.{output.name}", {len(tensor.shape) for tensor in branches.values()}
        if output.per is Per.MERGE:
            return self.check_distance(output, branches)
        if output.per in mends.NOUNS and len(ranks) > 1:
            seen = [name for name in branches if mends.has_axes(self.net.spec.input(name), output.per)]
            others = [name for name in branches if name not in seen]
            if seen and others:
                noun, _ = mends.NOUNS[output.per]
                what = f"{output.task.name} says something of every {noun}, and {' and '.join(others)} has none"
                only = "+".join(seen)
                edits = mends.seen_only(self.net.spec, output, seen)
                mend = f"let it see {only} only, by from={only}" + ("" if len(edits) == 1 else ", and drop the rest")
                self.net.problems.add(place, OutputShape, what, mend, *edits)
                return False
        return True

    def check_distance(self, output: Output, branches: dict[str, Tensor]) -> bool:
        """Whether an output can say how far two paths are apart."""
        place, how = f"outputs.{output.name}", self.net.spec.merge
        words = [word for word, merge in MERGES.items() if merge.distance]
        is_wrong = "merge" not in self.net.spec.broken and not MERGES[how].distance
        merge = [Edit("set", "merge", "l2_distance")] if is_wrong else []
        if len(branches) == 1:
            mend = "give it a second input, or say another task, as regression"
            what = "a distance is between two inputs, and it sees 1"
            self.net.problems.add(place, DistanceInputs, what, mend, Edit("set", place, "regression"))
            return False
        if len(branches) > 2:
            pairs = [group.members for group in self.net.spec.sharing if set(group.members) <= set(branches)]
            pair = next((members for members in pairs if len(members) == 2), [*branches][:2])
            mend = f"say which two, as from={'+'.join(pair)}, and drop what nothing else sees"
            what = f"a distance is between two inputs, and it sees {len(branches)}"
            self.net.problems.add(
                place, DistanceInputs, what, mend, *mends.seen_only(self.net.spec, output, pair), *merge
            )
            return False
        if is_wrong:
            what = f"a distance is how far two merged paths are apart, and merge is {how}"
            self.net.problems.add(place, DistanceInputs, what, f"say merge: {' or '.join(reversed(words))}", *merge)
            self.check_near(branches, output)
        return not is_wrong

    def check_near(self, branches: dict[str, Tensor], output: Output) -> None:
        """Notes branches between which there would be no distance whatever merge says."""
        shapes = tuple(tensor.shape for tensor in branches.values())
        if len({shape[1:] for shape in shapes}) > 1 or any(len(shape) != 2 for shape in shapes):
            what = f"a distance is between branches of one axis and equal size: {', '.join(map(spell, shapes))}"
            mend = "pool or flatten them, and give them equal last sizes"
            self.net.problems.add("merge", DistanceInputs, what, mend, *self.joined(branches, [output], "l2_distance"))

    def check_joined(self, branches: dict[str, Tensor]) -> None:
        """Notes branches that can't be joined, whatever becomes of the others."""
        how = self.net.spec.merge
        shapes = tuple(tensor.shape for tensor in branches.values())
        if "merge" in self.net.spec.broken or MERGES[how].pairwise:
            return
        with suppress(Abandoned):
            if how in BROADCAST:
                self.check_equal(branches)
            elif how == "concatenate":
                try:
                    self.net.catalogue.layers.rules["Concatenate"].call({}, shapes)
                except LayerError as error:
                    self.net.problems.add("merge", error.fault, str(error), error.mend, *self.alike(branches))

    def alike(self, branches: dict[str, Tensor], how: str = "") -> list[Edit]:
        """The edits after which branches can be joined."""
        stacks = [f"layers.branches.{self.net.owner(self.net.spec.input(name))}" for name in branches]
        concatenate = Edit("set", "merge", "concatenate")
        return self.net.grown(alike(list(branches.values()), stacks, how or self.net.spec.merge, concatenate))

    def merged(self, branches: dict[str, Tensor], outputs: Sequence[Output]) -> Tensor:
        """The branches joined. With more than two, a pairwise merge joins those of one group, to which go the rest."""
        self.check_alike(branches, outputs)
        edits, also = self.joined(branches, outputs), self._or_paired(branches)
        if MERGES[self.net.spec.merge].flat and any(output.per in (*mends.NOUNS, Per.INPUT) for output in outputs):
            edits, otherwise = [Edit("set", "merge", "concatenate")], ", or merge by concatenate"
            if self.net.measures and len(branches) > 1:
                edits, otherwise = mends.seen_alone(self.net.spec, outputs)
            also += otherwise
        with self.net.builder.mended_by("merge", edits, also):
            return self._merged(branches)

    def check_alike(self, branches: dict[str, Tensor], outputs: Sequence[Output]) -> None:
        """Raises Abandoned for branches of different steps or places, where an output says something of each."""
        needs = [output for output in outputs if output.per in mends.NOUNS]
        axes = {name: tensor.shape[1:-1] for name, tensor in branches.items()}
        if needs and len(set(axes.values())) > 1 and len({tensor.shape[0] for tensor in branches.values()}) == 1:
            noun, _ = mends.NOUNS[needs[0].per]
            shapes = ", ".join(spell(tensor.shape) for tensor in branches.values())
            mend, edits = mends.axes_alike(self.net.spec, needs, axes)
            what = f"{needs[0].name} says something of every {noun}, and its branches differ in them: {shapes}"
            self.net.problems.add("merge", ShapesDiffer, what, mend, *edits)
            raise Abandoned

    def joined(self, branches: dict[str, Tensor], outputs: Sequence[Output], how: str = "") -> list[Edit]:
        """What would mend branches that can't be joined for these outputs."""
        edits = self.alike(branches, how)
        named = [name for name, tensor in branches.items() if tensor.dtype.startswith("int")]
        if named and (how or self.net.spec.merge) not in OF_INTEGERS:
            owners = dict.fromkeys(self.net.owner(self.net.spec.input(name)) for name in named)
            return [Edit("drop", f"layers.branches.{owner}") for owner in owners]
        if len(branches) > 2 and MERGES[self.net.spec.merge].pairwise and self.net.measures:
            return list(mends.paired(self.net.spec, outputs, list(branches))) or edits
        if not self.net.measures:
            return edits
        width = max(tensor.shape[-1] or 1 for tensor in branches.values())
        thin = [name for name, tensor in branches.items() if tensor.shape[-1] != width]
        stacks = [f"layers.branches.{self.net.owner(self.net.spec.input(name))}" for name in thin]
        pooled = [edit for edit in edits if edit.place != "merge"]
        return pooled or self.net.grown(Edit("append", at, f"dense {width}") for at in dict.fromkeys(stacks))

    def _groups(self, branches: Iterable[str]) -> list[tuple[str, ...]]:
        """The members of each group that is among the branches."""
        return [group.members for group in self.net.spec.sharing if set(group.members) <= set(branches)]

    def _pair(self, branches: Iterable[str]) -> tuple[str, ...]:
        """The two of more branches that a pairwise merge joins: the one group, of two, that is among them."""
        groups = self._groups(branches)
        return groups[0] if len(groups) == 1 and len(groups[0]) == 2 else ()

    def _or_paired(self, branches: Iterable[str]) -> str:
        """How sharing makes a pairwise merge join two of more branches."""
        if not MERGES[self.net.spec.merge].pairwise or len([*branches]) < 3 or self._pair(branches):
            return ""
        if self._groups(branches):
            return ", or have one group only among them, of two inputs (sharing)"
        return ", or share one encoder between two of them (sharing)"

    def _merged(self, branches: dict[str, Tensor]) -> Tensor:
        how, names = self.net.spec.merge, self._pair(branches)
        if how in BROADCAST and not (MERGES[how].pairwise and len(branches) > 2):
            self.check_equal(branches)
        if MERGES[how].pairwise and len(branches) > 2 and names:
            pair = self.net.builder.merge(how, [branches.pop(name) for name in names], how, "merge")
            return self.net.builder.merge("concatenate", [pair, *branches.values()], "merge", "merge")
        return self.net.builder.merge(how, list(branches.values()), "merge", "merge")

    def check_equal(self, branches: dict[str, Tensor]) -> None:
        """Raises Abandoned for branches that can't be joined number by number."""
        try:
            equal_shapes(tuple(tensor.shape for tensor in branches.values()))
        except LayerError as error:
            mend = error.mend.removesuffix(", or merge by concatenate") if self.net.measures else error.mend
            self.net.problems.add("merge", error.fault, str(error), mend, *self.alike(branches))
            raise Abandoned from error
