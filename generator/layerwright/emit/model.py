"""The parts of the generated `model.py`, as source that only has to be laid out and formatted."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from ..blocks.builder import models_in
from ..diagram import sizes
from ..forms import CHAIN, has_prefix
from ..graph import Graph, Layer, RuleLayer, SubModel, Tensor
from ..layers import Rule
from ..layers.rule import OWN, Nested
from ..plan import Plan
from ..records import dataclass
from .classes import Class, Classes, classes, typed
from .library import Family, Library, library
from .listed import items
from .naming import about
from .own_layers import own_layer
from .source import arguments_of_input, builder_name
from .statements import Statements

TENSOR = "keras.KerasTensor"


@dataclass(frozen=True)
class Function:
    """A function that builds a nested model: what it is, sections of statements, and the expression it returns."""

    name: str
    about: str
    sections: list[list[str]]
    returns: str


@dataclass(frozen=True)
class GroupFunction:
    """A function that adds a group of layers, or lists them: its parameters with their types, and what it returns."""

    name: str
    about: str
    parameters: list[str]
    returns: str
    body: list[str]


@dataclass(frozen=True)
class BesideModel:
    """A model beside the model: what it's called, the layer that it ends in, and its inputs if they aren't all."""

    name: str
    layer: str
    inputs: list[str]


@dataclass(frozen=True)
class ModelSource:
    """What `model.py` is made of. `sections` are statements (Functional) or list items (Sequential).

    `own` holds the classes that Keras lacks, whole. `parameter` is that of `build_model`, if it has one; `backbone` and
    `weights` name the backbone's layer and its weights. `imports` are the statements before those for Keras.
    """

    own: list[str]
    classes: list[Class]
    groups: list[GroupFunction]
    functions: list[Function]
    parameter: str
    sections: list[list[str]]
    returns: str
    backbone: str | None
    weights: str | None
    beside: list[BesideModel]
    imports: list[str]


def model_source(plan: Plan) -> ModelSource:
    """The source of a plan's `build_model`, in the form that the plan's decision chose."""
    package = plan.spec.package
    models = list(_models(plan.graph))
    _tell_apart(models, {"build_model", *(f"build_{name}" for name in plan.graph.models)})
    graphs = [*(model.graph for model in models), plan.graph]
    float32 = set(_in_float32(graphs)) if plan.spec.hardware.precision != "float32" else set()
    is_sequence = plan.decision.template == "sequential"
    made = library(graphs[:-1] if is_sequence else graphs, alone=float32)
    listed = library(graphs[-1:] if is_sequence else (), made.names, float32)
    custom = classes(graphs, package, float32)
    functions = [_function(model, made, custom, float32) for model in models]
    backbone = plan.graph.backbone.name if plan.graph.backbone else None
    weights = plan.spec.transfer.weights if plan.spec.transfer else None
    if is_sequence:
        sections, returns = [_sequence(plan.graph, listed, custom, float32)], f"name={package!r}"
    else:
        statements = Statements(plan.graph, made, custom, float32)
        sections, returns = statements.sections(), _model(statements, package)
    own = _own(graphs)
    return ModelSource(
        [own_layer(rule, package, masked=masked) for rule, masked in own.values()],
        custom.classes,
        [_group(family) for each in (made, listed) for family in each.families.values() if family.body],
        functions,
        f"weights: str | None = {weights!r}" if backbone else "",
        sections,
        returns,
        backbone,
        weights,
        [_beside(plan.graph, name, tensor) for name, tensor in plan.graph.models.items()],
        _imports(own, custom),
    )


def _in_float32(graphs: Sequence[Graph]) -> Iterator[Layer]:
    """The layers that compute in float32 whatever the policy: the last graph's last ones, those of models too."""
    for layer in (layer for graph in graphs for layer in graph.layers()):
        # In float16, what keeps a square root off zero would be zero, and a sum of products soon infinite.
        if isinstance(layer, RuleLayer) and layer.rule.delicate:
            yield layer
    yield from _last_layers(graphs[-1])


def _last_layers(graph: Graph) -> Iterator[Layer]:
    ends = set(graph.outputs.values())
    for layer in dict.fromkeys(node.layer for node in graph.nodes if node.output in ends):
        yield layer
        for model in (layer, *models_in(layer)):
            if isinstance(model, SubModel):
                yield from _last_layers(model.graph)


def _models(graph: Graph) -> Iterator[SubModel]:
    """The nested models, those inside of others first."""
    for layer in graph.layers():
        for model in _nested(layer):
            yield from _models(model.graph)
            yield model


def _tell_apart(models: Iterable[SubModel], taken: set[str]) -> None:
    """Gives models an alias whose function would have the name of another one."""
    for model in models:
        number = 1
        while builder_name(model) in taken:
            number += 1
            model.alias = f"{model.name}_{number}"
        taken.add(builder_name(model))


def _nested(layer: Layer) -> Iterator[SubModel]:
    """The models that a layer is or holds. One in a wrapper is named after it."""
    if isinstance(layer, SubModel):
        yield layer
    for model in models_in(layer):
        if isinstance(model, SubModel):
            model.name = model.name or f"{layer.name}_model"
            yield model


def _own(graphs: Iterable[Graph]) -> dict[str, tuple[Rule, bool]]:
    """The classes of layers that Keras lacks, of which there is a layer, and whether any of them has a mask."""
    found: dict[str, tuple[Rule, bool]] = {}
    for node in (node for graph in graphs for node in graph.nodes):
        for rule in _rules(node.layer):
            masked = found.get(rule.name, (rule, False))[1] or node.output.masked
            found[rule.name] = rule, masked
    return found


def _rules(layer: Layer) -> Iterator[Rule]:
    """The rules of the project's own classes that a layer is of, or is given a layer of."""
    if isinstance(layer, RuleLayer):
        given = (value.rule for value in layer.arguments.values() if isinstance(value, Nested))
        yield from (rule for rule in (layer.rule, *given) if rule.module == OWN)


def _imports(own: Mapping[str, tuple[Rule, bool]], custom: Classes) -> list[str]:
    """What the classes need of Python's own library."""
    needed = {each for rule, masked in own.values() if masked or not rule.mask_source for each in rule.imports}
    needed |= {"from typing import Any"} if custom.classes else set()
    return sorted(needed, key=lambda each: (each.startswith("from"), each))


def _sequence(graph: Graph, made: Library, custom: Classes, float32: Container[Layer]) -> list[str]:
    """The items of a Sequential: an input, then the layers."""
    [(name, tensor)] = graph.inputs.items()
    return [
        f"keras.Input({arguments_of_input(tensor, name)})",
        *items(made.roots[id(graph)], made, custom, float32),
    ]


def _model(statements: Statements, name: str) -> str:
    inputs, outputs = (_dict(ends) for ends in statements.variables_of_ends())
    return f"keras.Model({inputs}, {outputs}, name={name!r})"


def _dict(ends: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in ends.items()) + "}"


def _function(layer: SubModel, made: Library, custom: Classes, float32: Container[Layer]) -> Function:
    statements = Statements(layer.graph, made, custom, float32)
    [source], [target] = (list(ends.values()) for ends in statements.variables_of_ends())
    returns = f"keras.Model({source}, {target}, name={layer.name!r})"
    [start], [end] = layer.graph.inputs.values(), layer.graph.outputs.values()
    takes = sizes(start.shape) or "one number"
    said = f"Returns {layer.name}, a model of its own: {takes} becomes {sizes(end.shape)}."
    return Function(builder_name(layer), said, statements.sections(), returns)


def _group(family: Family) -> GroupFunction:
    model = family.frame.model
    types = {hint: typed(*several) for hint, several in family.frame.packed().items()}
    types |= {"name": "str"} if model.kind != CHAIN or has_prefix(model) else {}
    types |= {"number": "int"} if model.kind == CHAIN else {}
    defaults = family.frame.defaults()
    parameters = [f"{name}: {of}" for name, of in types.items() if name not in defaults]
    parameters += [f"{name}: {types[name]} = {value}" for name, value in defaults.items()]
    if not family.parameter:
        sentence = about(model, family.name, "Returns")
        return GroupFunction(family.name, sentence, parameters, "list[layers.Layer]", family.body)
    tensors = [f"{name}: {TENSOR}" for name in (family.parameter, *family.context.values())]
    return GroupFunction(family.name, about(model, family.name), [*tensors, *parameters], TENSOR, family.body)


def _beside(graph: Graph, name: str, tensor: Tensor) -> BesideModel:
    sources = graph.sources(tensor)
    return BesideModel(name, graph.names()[tensor], sources if len(sources) < len(graph.inputs) else [])
