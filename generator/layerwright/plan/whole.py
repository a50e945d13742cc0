"""What can be wrong only with a network that is built as far as it can be."""

from __future__ import annotations

import keyword
from collections.abc import Mapping

from .. import mends
from ..answers.keys import FORMATS
from ..faults import (
    CannotUse,
    ExportCannot,
    Fault,
    FixedBatch,
    LengthsDiffer,
    NameTaken,
    NothingLearns,
    OutOfReach,
    PrecisionCannot,
    SeesMore,
    SmallVocabulary,
    UnknownName,
    Unused,
    WrongNumbers,
)
from ..graph import BackboneLayer, Composite, Graph, Layer, Node, RuleLayer, SubModel, Tensor
from ..layers import Shape
from ..layers.rule import Nested
from ..lengths import LENGTH, lengths, varies
from ..problems import Edit, nearest
from ..records import dataclass
from ..spec import Input
from ..tasks import Per
from .network import Network

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
    # tf2onnx has no complex numbers, nor what TensorFlow makes these activations of: Erfc and Expm1.
    "onnx": frozenset({"MelSpectrogram", "STFTSpectrogram", "gelu", "celu"}),
}
"""Layers and activations that can't be exported, by format."""

BY_ARGUMENTS = frozenset({"saved_model", "litert"})
"""Formats for which TensorFlow makes a function that has the inputs as its arguments, `self` before them."""

UNSTEADY = frozenset({"UnitNormalization"})
"""Layers that give no numbers for zeros in float16: what keeps them from dividing by zero is too small for it."""

MOVING = frozenset({"Flatten", "Identity", "Masking", "Permute", "RepeatVector", "Reshape"})
"""Layers that leave whole numbers as they are."""

MASKING = frozenset(
    {"any", "concatenate", "expand_dims", "logical_or", "not_equal", "ones_like", "zeros_like", "convert_to_tensor"}
)
"""Names that Keras gives, numbered, to the operations that make masks."""


@dataclass
class Whole:
    """The checks of a whole network."""

    net: Network

    def check(self) -> None:
        """Notes what is wrong."""
        graph = self.net.graph
        self.models(graph)
        self.check_names(graph)
        if self.net.problems.found:
            self.check_said()
        self.check_reach(graph)
        self.check_learning(graph)
        if not self.net.problems.found:
            self.check_values(graph, {tensor: self.net.spec.input(name) for name, tensor in graph.inputs.items()})
            self.check_lengths(graph)
            self.check_export(graph)
            self.check_precision(graph)

    def models(self, graph: Graph) -> None:
        """The sub-models beside the model, each with the tensor that it ends in."""
        groups = {name: known.output for name, known in self.net.builder.known.items() if name in self.net.builder.said}
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
        taken, named = {**self.net.builder.taken, "model": "the network"}, graph.names()
        for name, layer in self.net.spec.models.items():
            place = f"models.{name}"
            if name in taken:
                what = f"the name {name} is taken by {taken[name]}"
                mend, edit = (
                    f"give it a name of its own, as {name}_model",
                    Edit("rename", place, (name, f"{name}_model")),
                )
                self.net.problems.add(place, NameTaken, what, mend, edit)
            elif (end := named.get(names[layer], layer) if layer in names else layer) in own:
                self.net.problems.add(
                    place, CannotUse, own[end], "name another layer, or leave it out", Edit("drop", place)
                )
            elif layer in names:
                graph.models[name] = names[layer]
            elif self.net.complete or layer in graph.inputs:
                near = nearest(layer, names)
                fault: type[Fault] = UnknownName
                what, mend = f"no layer is named {layer}", "name a layer by name=, as dense 32 name=latent"
                if (spot := self.net.builder.said.get(layer)) and spot.within:
                    fault, what = OutOfReach, f"{layer} is inside of {spot.within}, and no layer of the model itself"
                mend = f"did you mean {near}? ({mend})" if near else f"{mend}, not in a nested model; or leave it out"
                edit = Edit("set", place, near) if near else Edit("drop", place)
                self.net.problems.add(place, fault, what, mend, edit)

    def check_said(self) -> None:
        """Notes what is wrong with the layers that the answers say, those too that nothing leads to yet."""
        said = self.net.spec.layers
        for stack in (*said.branches.values(), said.body or ()):
            self.net.builder.check(stack)
        for head in said.heads.values():
            self.net.builder.check((*head.stack, *((head.last,) if head.last else ())))

    def check_names(self, graph: Graph) -> None:
        """Notes names that operations have which Keras adds to the graph."""
        masks = any(node.output.masked for node in graph.nodes)
        named = {layer.name: f"layers of {layer.name}" for layer in graph.layers()}
        named |= {name: f"inputs.{name}" for name in graph.inputs} | {name: f"outputs.{name}" for name in graph.outputs}
        for name, place in named.items():
            base = name.rstrip("0123456789").removesuffix("_")
            spot = self.net.builder.said.get(name)
            if masks and (name in MASKING or (base in MASKING and base != name)):
                what = f"Keras names an operation for masks {name}"
            elif self.net.builder.leaves(name) and (spot is None or place.startswith(("inputs.", "outputs."))):
                what = f"Keras names an operation of the backbone's preprocessing {name}"
            else:
                continue
            edit = Edit("rename", place, (name, f"{name}_layer"))
            if spot:
                edit = Edit("argument", spot.place, ("name", f"{name}_layer"))
            self.net.problems.add(
                spot.place if spot else place, NameTaken, what, f"name it otherwise, as {name}_layer", edit
            )

    def check_reach(self, graph: Graph) -> None:
        """Notes inputs that no output sees, and outputs that see what they may not. What isn't built may see all."""
        origins = graph.origins()
        seen = {name: origins[tensor] for name, tensor in graph.outputs.items()}
        reached = frozenset().union(*seen.values())
        unbuilt = self._may_see() if self.net.problems.found or not self.net.complete else []
        for name in graph.inputs:
            if name not in reached and name not in unbuilt:
                mend, edit = mends.seen(self.net.spec, name)
                self.net.problems.add(f"inputs.{name}", Unused, "no output sees it", mend, edit)
        for output in self.net.spec.outputs:
            beyond = seen.get(output.name, frozenset()).difference(output.sources)
            for name in graph.inputs if beyond else ():
                if name in beyond:
                    what = f"it sees {name}, which its from= leaves out"
                    place, sources = f"outputs.{output.name}", "+".join([*output.sources, name])
                    edit = Edit("argument", place, ("from", sources))
                    self.net.problems.add(place, SeesMore, what, f"say from={sources}, or don't merge it in", edit)

    def _may_see(self) -> list[str]:
        """The inputs that outputs may see which aren't built: all of them, where one isn't even read."""
        names = [each.name for each in self.net.spec.inputs]
        unread = [
            place for place in self.net.spec.broken if place.partition(".")[0] in ("inputs", "outputs", "sharing")
        ]
        if any(place.count(".") == 0 or place.startswith("outputs.") for place in unread):
            return names
        built = self.net.graph.outputs
        waiting = [output for output in self.net.spec.outputs if output.name not in built]
        return [*self.net.late, *(name for output in waiting for name in output.sources)]

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
        place = self.net.builder.places.get(node.layer, node.part)
        what = "it joins tensors whose lengths vary, and not by the same steps"
        mend = (
            "keep all steps on each way to it (padding=same, no strides, no pools), or pool them all; or leave it out"
        )
        edits = [Edit("drop", place.removesuffix(".merge") if place.endswith(".parallel.merge") else place)]
        if place == "merge":
            owners = dict.fromkeys(self.net.owner(each) for each in self.net.spec.inputs if varies(each.shape))
            edits = [Edit("append", f"layers.branches.{owner}", "global_average_pool") for owner in owners]
        self.net.problems.add(place, LengthsDiffer, what, mend, *self.net.grown(edits))

    def check_steps(self, graph: Graph, shapes: Mapping[Tensor, Shape]) -> None:
        """Notes outputs about every step of an input whose length varies, if what they give is longer or shorter."""
        for output in self.net.spec.outputs:
            tensor = graph.outputs[output.name]
            steps = [each for each in output.sources if varies(self.net.spec.input(each).shape)]
            is_about_steps = output.per in (Per.STEP, Per.INPUT) and varies(tensor.shape) and steps
            if is_about_steps and shapes[tensor][1] != LENGTH:
                what = f"{output.task.name} is about every step of {steps[0]}, and its head has others"
                expected = (LENGTH, *self.net.expected(output, tensor)[1:])
                mend, edits = mends.shape_fits(self.net.spec, output, tensor.shape, expected)
                self.net.problems.add(f"outputs.{output.name}", LengthsDiffer, what, mend, *edits)

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
        place, said = self.net.builder.places[node.layer], node.layer.arguments.get(argument)
        if source is None or not source.kind.vocabulary:
            if node.inputs[0].dtype.startswith("float") and (source is None or source.kind.standardised):
                what = f"{node.layer.class_name} looks up whole numbers, and gets fractions"
                self.net.builder.note(
                    place, WrongNumbers, what, "put it on a category or text; or leave it out", Edit("drop", place)
                )
            return
        needed = source.sizes[0] or 1
        if isinstance(said, int) and said < needed:
            what = f"{node.layer.class_name} has {argument}={said}, and {source.name} {needed} values"
            edit = Edit("argument", place, (argument, needed))
            self.net.builder.note(place, SmallVocabulary, what, f"say {argument}={needed}, or more", edit)

    def check_learning(self, graph: Graph) -> None:
        """Notes outputs on whose way training would move nothing."""
        learning: set[Tensor] = set()
        for node in graph.nodes:
            if not learning.isdisjoint(node.inputs) or node.layer.trainable_parameters:
                learning.update(node.gives)
        for name, tensor in graph.outputs.items():
            if tensor not in learning:
                output = next(each for each in self.net.spec.outputs if each.name == name)
                mend, edits = mends.can_learn(self.net.spec, output)
                self.net.problems.add(
                    f"outputs.{name}", NothingLearns, "no layer before it can learn", mend, *self.net.grown(edits)
                )

    def check_export(self, graph: Graph) -> None:
        """Notes formats that can't hold the network."""
        wanted = self.net.spec.export
        fixed = [each.name for each in self.net.spec.inputs if each.batch is not None]
        if wanted and fixed:
            what = f"{fixed[0]} has batch=, and no format carries a state from batch to batch"
            self.net.problems.add("export", FixedBatch, what, "leave export out, or batch=", Edit("set", "export", []))
            return
        refused = {name: why for name in wanted if (why := self._unexported(name, graph))}
        left = [name for name in wanted if name not in refused]
        others = [name for name in FORMATS if not self._unexported(name, graph)] if not left else []
        mend = f"say export: [{', '.join(left)}]" if left else "leave it out"
        mend += f", or say {' or '.join(others)}" if others else ""
        for name, why in refused.items():
            self.net.problems.add("export", ExportCannot, f"{name} can't hold {why}", mend, Edit("set", "export", left))

    def _unexported(self, name: str, graph: Graph) -> str:
        """What a format can't hold of the network, or nothing."""
        for each in self.net.spec.inputs if name in BY_ARGUMENTS else ():
            if keyword.iskeyword(each.name) or each.name == "self":
                return f"an input of the name {each.name}, which no argument of a function may have"
        for layer in graph.all_layers():
            if found := UNEXPORTED.get(name, frozenset()) & _made_of(layer):
                inside = found & _activations(layer)
                return f"{layer.name}, " + (f"which has {min(inside)}" if inside else f"a layer of class {min(found)}")
        return ""

    def check_precision(self, graph: Graph) -> None:
        """Notes a layer that fails in float16; the last ones compute in float32."""
        if self.net.spec.hardware.precision != "mixed_float16":
            return
        last = {node.layer for node in graph.nodes if node.output in graph.outputs.values()}
        for layer in graph.all_layers():
            if layer.class_name in UNSTEADY and layer not in last:
                what = f"{layer.name}, a layer of class {layer.class_name}, gives NaN for zeros in float16"
                mend = "say precision: mixed_bfloat16, or layer_norm"
                edit = Edit("set", "precision", "mixed_bfloat16")
                self.net.problems.add("precision", PrecisionCannot, what, mend, edit)
                return


def _made_of(layer: Layer) -> set[str]:
    """The class of a layer, those of layers that it's given, and the activations of all of them."""
    given = layer.arguments.values() if isinstance(layer, RuleLayer) else ()
    nested = {value.rule.class_name for value in given if isinstance(value, Nested)}
    return {layer.class_name, *nested, *_activations(layer)}


def _activations(layer: Layer) -> set[str]:
    """The activations that a layer has, and layers that it's given."""
    if isinstance(layer, BackboneLayer):
        return {"gelu"} if "ConvNeXt" in layer.constructor else set()
    if not isinstance(layer, RuleLayer):
        return set()
    nested = [value.arguments for value in layer.arguments.values() if isinstance(value, Nested)]
    return {
        value
        for arguments in (layer.arguments, *nested)
        for name, value in arguments.items()
        if str(name).endswith("activation") and isinstance(value, str)
    }
