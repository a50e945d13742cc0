"""What the generated tests get: the plan's numbers as source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ..blocks.builder import InnerModel
from ..emit import literal
from ..graph import BackboneLayer, Composite, CustomLayer, Graph, Layer, RuleLayer, SubModel, Tensor
from ..layers.rule import OWN, REQUIRED, Nested, Rule, Value
from ..lengths import varies
from ..padding import STEPWISE, keeps_padding_out, sees_no_later
from ..plan import Plan
from ..spec import Spec
from ..tasks import Per
from .data import input_values
from .scores import is_stateful, scores


def checks(plan: Plan) -> dict[str, Any]:
    """The plan's numbers, as source, for the generated tests to compare with the built model."""
    spec, graph = plan.spec, plan.graph
    calls = Counter(node.layer for node in graph.nodes)
    origins = graph.origins()
    seen = {name: origins[tensor] for name, tensor in graph.outputs.items()}
    pairs = [(source, name) for name in graph.outputs for source in graph.inputs]
    return {
        "shapes": literal(dict(_shapes(graph))),
        "settings": dict(_settings(graph)),
        "reads": literal(_reads(graph)) if plan.decision.template != "sequential" else "",
        "inside": {path: literal(reads) for path, each in _composites(graph) if (reads := _reads(each.graph))},
        "outputs": literal({name: tensor.shape[1:] for name, tensor in graph.outputs.items()}),
        "parameters": literal({layer.name: layer.parameters for layer in graph.layers() if layer.parameters}),
        "total": f"{graph.parameters:_}",
        "trainable": f"{graph.trainable_parameters:_}",
        "seen": literal([(source, name) for source, name in pairs if source in seen[name]]),
        "unseen": _pairs((source, name) for source, name in pairs if source not in seen[name]),
        "heads": literal([(name, _nearest_weights(graph, tensor)) for name, tensor in graph.outputs.items()]),
        "shared": [_shared(layer, graph) for layer in calls if calls[layer] > 1 and layer.trainable_parameters],
        "delicate": [layer.name for layer in graph.layers() if isinstance(layer, RuleLayer) and layer.rule.delicate],
        "own": {name: RECKONED[name] for name in _own(graph)},
        "draws": any(map(_draws, graph.all_layers())),
        "drawing": [
            path
            for path, each in _composites(graph)
            if isinstance(each, CustomLayer) and any(map(_draws, each.graph.all_layers()))
        ],
        "regularised": any(map(_regularises, graph.all_layers())),
        "inner": any(isinstance(layer, SubModel) for layer in graph.layers()),
        "nested": any(isinstance(layer, Composite) for layer in graph.layers()),
        "wrapped": any(_holds_layers(layer) for layer in graph.all_layers()),
        "models": {name: _parameters_before(tensor, graph) for name, tensor in graph.models.items()},
        "builders": ", ".join(sorted({*_own(graph), *_builders(plan)}, key=_order)),
        "imports": _imports(plan),
        "floors": _floors(spec),
        "restored": dict(_restored(spec)),
        "fitted": _fitted(plan),
        "causal": _pairs(_causal(plan)),
        "keeps_padding_out": keeps_padding_out(graph),
        "padded": literal(_padded(plan)),
        "preprocessing": _preprocessing(graph),
        "preprocessed": _preprocessed(graph),
        "wrong_values": f"[{', '.join(_wrong_values(spec))}]",
        "numeric": next((each.name for each in spec.inputs if each.kind.name == "numeric" and each.sizes != (1,)), ""),
    }


def _shapes(graph: Graph, path: str = "") -> Iterator[tuple[str, tuple[int | None, ...]]]:
    """The shapes of layers that are called once, those of nested models by their paths."""
    calls = graph.calls()
    for layer, nodes in calls.items():
        if len(nodes) == 1 and nodes[0].state is None:
            yield f"{path}{layer.name}", nodes[0].output.shape
        if isinstance(layer, SubModel):
            yield from _shapes(layer.graph, f"{path}{layer.name}/")


def _settings(graph: Graph, path: str = "") -> Iterator[tuple[str, str]]:
    """The classes of layers, and their arguments where they aren't Keras's own, as source."""
    for layer in graph.layers():
        if isinstance(layer, RuleLayer):
            if not any(isinstance(value, InnerModel) for value in layer.arguments.values()):
                state = {"return_state": True} if layer.gives_state else {}
                yield f"{path}{layer.name}", _said(layer.rule, {**layer.arguments, **state})
        elif isinstance(layer, Composite):
            yield from _settings(layer.graph, f"{path}{layer.name}/")


def _reads(graph: Graph) -> dict[str, list[list[str]]]:
    """For each call of each layer, what it reads: an input, or what a layer gives, by their names.

    Not of a backbone that gets prepared pixels: operations stand before it, which no plan has.
    """
    names = graph.names()
    return {
        layer.name: [[names[tensor] for tensor in node.inputs] for node in nodes]
        for layer, nodes in graph.calls().items()
        if not (isinstance(layer, BackboneLayer) and layer.preprocessing)
    }


def _composites(graph: Graph, path: str = "") -> Iterator[tuple[str, Composite]]:
    """The nested models and the layers of the project's own, by their paths."""
    for layer in graph.layers():
        if isinstance(layer, Composite):
            yield f"{path}{layer.name}", layer
            yield from _composites(layer.graph, f"{path}{layer.name}/")


def _said(rule: Rule, arguments: Mapping[str, Value]) -> str:
    """A class and what is said of it, as source: `("Dense", {"units": 64})`."""
    defaults = rule.defaults()
    said = [
        f"{each.name!r}: {_value(arguments[each.name])}"
        for each in rule.arguments
        if each.name in arguments and repr(arguments[each.name]) != repr(defaults.get(each.name, REQUIRED))
    ]
    return f"({rule.class_name!r}, {{{', '.join(said)}}})"


def _value(value: Value) -> str:
    """An argument as source; a layer as its class and what is said of it."""
    return _said(value.rule, value.arguments) if isinstance(value, Nested) else literal(value)


def _pairs(pairs: Iterator[tuple[str, str]]) -> str:
    """A list of pairs as source, empty if there are none."""
    listed = list(pairs)
    return literal(listed) if listed else ""


RECKONED = {
    "AbsoluteDifference": ("[[1, 5]], [[4, 1]]", "[[3, 4]]"),
    "L1Distance": ("[[1, 5]], [[4, 1]]", "[[7]]"),
    "L2Distance": ("[[1, 5]], [[4, 1]]", "[[5]]"),
    "Gate": ("[[0.25, 1]], [[4, 8]], [[8, 2]]", "[[7, 8]]"),
    "WeightedSum": ("[[0.5, 2]], [[2, 4]], [[1, 3]]", "[[3, 8]]"),
}
"""What our own layers get and give, as source: reckoned by hand."""


def _own(graph: Graph) -> list[str]:
    """The classes of our own layers in a network."""
    layers = [layer for layer in graph.all_layers() if isinstance(layer, RuleLayer)]
    given = [value.rule for layer in layers for value in layer.arguments.values() if isinstance(value, Nested)]
    found = dict.fromkeys(rule.name for rule in (*(layer.rule for layer in layers), *given) if rule.module == OWN)
    return [name for name in found if name in RECKONED]


def _draws(layer: Layer) -> bool:
    """Whether a layer draws by chance in training."""
    strength = "stddev" if layer.class_name == "GaussianNoise" else "rate" if "Dropout" in layer.class_name else ""
    return bool(layer.arguments.get(strength))


def _nearest_weights(graph: Graph, tensor: Tensor) -> str:
    """The name of the last layer on the way to a tensor that training moves."""
    reached = {tensor}
    for node in reversed(graph.nodes):
        if not reached.isdisjoint(node.gives):
            if node.layer.trainable_parameters:
                return node.layer.name
            reached.update(node.inputs)
    return ""


def _shared(layer: Layer, graph: Graph) -> dict[str, Any]:
    """A layer that is called several times, and which calls each teach it something by themselves.

    Where calls follow each other, only the last one does.
    """
    calls = graph.calls()[layer]
    follow = _follow_each_other(layer, graph)
    alone = [len(calls) - 1] if follow else list(range(len(calls)))
    told = {"name": layer.name, "function": layer.name.lower(), "calls": len(calls)}
    return told | {"alone": literal(alone), "first": alone[0]}


def _follow_each_other(layer: Layer, graph: Graph) -> bool:
    """Whether a call of a layer depends on another call of it."""
    behind: set[Tensor] = set()
    for node in graph.nodes:
        depends = not behind.isdisjoint(node.inputs)
        if depends and node.layer is layer:
            return True
        if depends or node.layer is layer:
            behind.update(node.gives)
    return False


def _regularises(layer: Layer | Nested) -> bool:
    """Whether a layer, or one that it's given, adds to the loss by itself."""
    if not isinstance(layer, RuleLayer | Nested):
        return False
    said = {key for key, value in layer.arguments.items() if value is not None}
    is_said = any(key.endswith("_regularizer") for key in said) or layer.rule.class_name == "ActivityRegularization"
    return is_said or any(_regularises(value) for value in layer.arguments.values() if isinstance(value, Nested))


def _holds_layers(layer: Layer) -> bool:
    """Whether an argument of a layer is a layer."""
    return any(isinstance(value, Nested) for value in layer.arguments.values())


def _parameters_before(tensor: Tensor, graph: Graph) -> str:
    """How many parameters the layers have that a tensor depends on, as source."""
    return f"{sum(layer.parameters for layer in {node.layer for node in graph.before(tensor)}):_}"


def _builders(plan: Plan) -> Iterator[str]:
    """The functions of `model.py` that tests of the network call."""
    yield from (f"build_{name}" for name in plan.graph.models)
    if plan.spec.transfer is None:
        yield "build_model"
        return
    if _preprocessed(plan.graph) or plan.spec.hardware.precision != "float32":
        yield "build_model"
    if plan.spec.transfer.fine_tune:
        yield "unfreeze_top"


def _imports(plan: Plan) -> dict[str, str]:
    """What the tests of the network and of training take from `train.py`."""
    network = ["compile_model", *_own_losses(plan.spec)]
    pretrained = ["build_pretrained"] if plan.spec.transfer else []
    return {
        "model": ", ".join(sorted([*network, *(["reset_states"] if is_stateful(plan) else [])])),
        "training": ", ".join(sorted([*network, *pretrained, *_asked(plan.spec), "fit", "train"], key=_order)),
    }


def _order(name: str) -> tuple[bool, bool, str]:
    """What ruff sorts imported names by: constants, classes, functions."""
    return not name.isupper(), name[0].islower(), name


def _asked(spec: Spec) -> list[str]:
    """What `train.py` has only if the answers say so, and tests take from it."""
    training = spec.training
    weighs = training.class_weights and any(each.task.has_classes(each.size) for each in spec.outputs)
    return ["CLASSES", "Balanced", "class_weights"] * weighs


def _own_losses(spec: Spec) -> list[str]:
    """The losses that the project defines itself."""
    losses = {each.task.compiled(each.size, of_places=False)[0] for each in spec.outputs}
    return sorted(loss for loss in losses if loss.isidentifier())


def _floors(spec: Spec) -> str:
    """The outputs whose loss doesn't end at zero, with their weights, as source: images made again."""
    weights = {each.name: each.weight for each in spec.outputs if each.of and each.of.kind.places}
    return literal(weights) if weights else ""


def _restored(spec: Spec) -> Iterator[tuple[str, str]]:
    """The outputs that are said in units of the data, each with the name whose mean and deviation it has."""
    for each in spec.outputs:
        if each.of.kind.standardised if each.of else each.task.standardised:
            yield each.name, each.of.name if each.of else each.name


def _fitted(plan: Plan) -> list[str]:
    """The outputs for which a linear model is fitted to targets that files hold."""
    how = scores(plan, learns=False)
    return [each.name for each in plan.spec.outputs if each.of is None and each.name in how["linear"] | how["local"]]


def _padded(plan: Plan) -> list[str]:
    """The inputs that are as long as the longest sample."""
    return [name for name, tensor in plan.graph.inputs.items() if varies(tensor.shape)]


def _preprocessing(graph: Graph) -> str:
    """The function under keras.applications that images go through before the backbone, if there is one."""
    return (graph.backbone and graph.backbone.preprocessing) or ""


def _preprocessed(graph: Graph) -> list[str]:
    """The inputs that go through it."""
    calls = [node for node in graph.nodes if isinstance(node.layer, BackboneLayer) and node.layer.preprocessing]
    taken = {tensor for node in calls for tensor in node.inputs}
    return [name for name, tensor in graph.inputs.items() if tensor in taken]


def _causal(plan: Plan) -> Iterator[tuple[str, str]]:
    """The inputs and outputs of steps of which no step of the output sees a later one of the input."""
    for output in plan.spec.outputs if not is_stateful(plan) else ():
        way = plan.graph.before(plan.graph.outputs[output.name])
        carries = [node for node in way if node.layer.class_name not in STEPWISE]
        if output.per is Per.STEP and carries and all(map(sees_no_later, way)):
            yield from ((name, output.name) for name in output.sources if plan.spec.input(name).kind.steps)


def _wrong_values(spec: Spec) -> Iterator[str]:
    """For each end, the values that break its contract, as source."""
    fields = [(each.name, input_values(each)) for each in spec.inputs]
    fields += [(each.name, each.task.target_values(each.size)) for each in spec.outputs if each.of is None]
    for name, values in fields:
        wrong = [values.low - 1] if values.low is not None else []
        wrong += [values.high + 1] if values.high is not None else []
        wrong += [0.5] if values.whole else []
        yield from (f"({name!r}, {value})" for value in wrong)
        if not values.unknown:
            yield f"({name!r}, float({'inf' if values.missing else 'nan'!r}))"
