"""The parts of the generated `model.py`, as source that only has to be laid out and formatted."""

from __future__ import annotations

from dataclasses import dataclass

from ..graph import BackboneLayer, Graph, SubModel
from ..plan import Plan
from .source import builder_name, constructor, literal
from .statements import Statements


@dataclass(frozen=True)
class Function:
    """A function that builds a nested model: sections of statements, and the expression it returns."""

    name: str
    parameter: str
    sections: list[list[str]]
    returns: str


@dataclass(frozen=True)
class ModelSource:
    """What `model.py` is made of. `sections` are statements (Functional) or list items (Sequential).

    `parameter` is that of `build_model`, if it has one; `backbone` and `weights` name the backbone's layer and
    its weights.
    """

    functions: list[Function]
    parameter: str
    sections: list[list[str]]
    returns: str
    backbone: str | None
    weights: str | None


def model_source(plan: Plan) -> ModelSource:
    """The source of a plan's `build_model`, in the form that the plan's decision chose."""
    float32 = plan.spec.hardware.precision != "float32"
    ends = {node.layer for node in plan.graph.nodes if node.output in plan.graph.outputs.values()}
    models = [layer for layer in plan.graph.layers() if isinstance(layer, SubModel)]
    functions = [_function(layer, float32=float32 and layer in ends) for layer in models]
    backbone = _backbone(plan.graph)
    weights = plan.spec.transfer.weights if plan.spec.transfer else None
    if plan.decision.template == "sequential":
        sections, returns = [_sequence(plan.graph, float32)], f"name={plan.spec.package!r}"
    else:
        statements = Statements(plan.graph, float32)
        sections, returns = statements.sections(), _model(statements, plan.spec.package)
    return ModelSource(functions, _parameter(weights) if backbone else "", sections, returns, backbone, weights)


def _sequence(graph: Graph, float32: bool) -> list[str]:
    [(name, tensor)] = graph.inputs.items()
    items = [f"keras.Input({literal(tensor.shape[1:])}, name={name!r})"]
    last = graph.nodes[-1]
    return items + [constructor(node.layer, float32=float32 and node is last) for node in graph.nodes]


def _model(statements: Statements, name: str) -> str:
    inputs, outputs = (
        "{" + ", ".join(f"{key!r}: {value}" for key, value in ends.items()) + "}" for ends in statements.ends()
    )
    return f"keras.Model(inputs={inputs}, outputs={outputs}, name={name!r})"


def _function(layer: SubModel, *, float32: bool) -> Function:
    statements = Statements(layer.graph, float32)
    [source], [target] = (list(ends.values()) for ends in statements.ends())
    returns = f"keras.Model({source}, {target}, name={layer.name!r})"
    return Function(builder_name(layer), "", statements.sections(), returns)


def _parameter(weights: str | None) -> str:
    return f"weights: str | None = {weights!r}"


def _backbone(graph: Graph) -> str | None:
    """The name of the layer that is the backbone, if there is one, at the top."""
    return next((layer.name for layer in graph.layers() if isinstance(layer, BackboneLayer)), None)
