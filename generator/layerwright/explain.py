"""What a plan is, for people and for programs: the decision, the layers, the totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .diagram import diagram, sizes
from .graph import BackboneLayer, Graph, Node, SubModel, Tensor
from .memory import memory, spelled
from .operations import of_graph, uncounted
from .plan import Plan


def explanation(plan: Plan) -> dict[str, Any]:
    """The plan as plain data. Shapes have the batch axis first, and None for what isn't known before data comes."""
    graph = plan.graph
    return {
        "template": plan.decision.template,
        "reasons": list(plan.decision.reasons),
        "notes": list(plan.notes),
        "extensions": list(plan.extensions),
        "parameters": {"total": graph.parameters, "trainable": graph.trainable_parameters},
        "memory": asdict(memory(plan)),
        "multiply_adds": of_graph(graph),
        "inputs": [
            {"name": name, "shape": _shape(tensor), "dtype": tensor.dtype} for name, tensor in graph.inputs.items()
        ],
        "outputs": [
            {
                "name": output.name,
                "shape": _shape(graph.outputs[output.name]),
                "task": output.task.name,
                "loss_weight": output.weight,
            }
            for output in plan.spec.outputs
        ],
        "models": [_model(graph, name, tensor) for name, tensor in graph.models.items()],
        "layers": rows(graph),
    }


def _model(graph: Graph, name: str, tensor: Tensor) -> dict[str, Any]:
    """A model beside the model: where it begins and ends, and the parameters that it shares with it."""
    layers = dict.fromkeys(node.layer for node in graph.before(tensor))
    return {
        "name": name,
        "inputs": graph.sources(tensor),
        "output": graph.names()[tensor],
        "shape": _shape(tensor),
        "parameters": sum(layer.parameters for layer in layers),
    }


def _shape(tensor: Tensor) -> list[int | None]:
    """A shape as JSON has it: None for the batch, whatever its size, and for what isn't known before data comes."""
    return [None, *tensor.shape[1:]]


def rows(graph: Graph) -> list[dict[str, Any]]:
    """A row for each call, in topological order. A nested model's row has `layers` of its own."""
    names = graph.names()
    return [_row(node, [names[tensor] for tensor in node.inputs]) for node in graph.nodes]


def _row(node: Node, inputs: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": node.layer.name,
        "class": node.layer.class_name,
        "shape": _shape(node.output),
        "parameters": node.layer.parameters,
        "inputs": inputs,
    }
    if isinstance(node.layer, BackboneLayer):
        row |= {"constructor": node.layer.constructor, "preprocessing": node.layer.preprocessing}
    if isinstance(node.layer, SubModel):
        row["layers"] = rows(node.layer.graph)
    return row


def text(plan: Plan) -> str:
    """The plan as a page of text."""
    notes = [f"Note: {note}." for note in plan.notes]
    beside = [models_beside(plan)] if plan.graph.models else []
    return "\n".join(
        [
            f"{plan.decision}.",
            *notes,
            "",
            diagram(plan.graph),
            "",
            *_aligned(plan),
            "",
            totals(plan),
            *beside,
            costs(plan),
        ]
    )


def costs(plan: Plan) -> str:
    """What the network takes, in a sentence or two: memory, and multiplications for each sample."""
    taken, counted = memory(plan), uncounted(plan.graph)
    without = f" and those of {', '.join(counted)}" if counted else ""
    assumed = f" ({'; '.join(taken.assumed)})" if taken.assumed else ""
    return (
        f"{of_graph(plan.graph):,} multiply-adds a sample{without}. Memory: {spelled(taken.weights)} for the weights, "
        f"about {spelled(taken.training)} to train{assumed}."
    )


def models_beside(plan: Plan) -> str:
    """The models beside the model, a sentence each, as `encoder (image to latent): 237,984 of these parameters`."""
    models = [_model(plan.graph, name, tensor) for name, tensor in plan.graph.models.items()]
    ways = [f"{each['name']} ({' + '.join(each['inputs'])} to {each['output']})" for each in models]
    counts = [f"{each['parameters']:,} of these parameters." for each in models]
    return " ".join(f"{way}: {count}" for way, count in zip(ways, counts, strict=True))


def totals(plan: Plan) -> str:
    """The parameters in a sentence: `2,466 parameters, all trainable`."""
    total, trainable = plan.graph.parameters, plan.graph.trainable_parameters
    rest = "all trainable" if total == trainable else f"{trainable:,} trainable"
    if plan.spec.transfer:
        rest += " in phase one, while the backbone is frozen"
    return f"{total:,} parameters, {rest}."


COLUMNS = ("layer", "class", "shape", "parameters", "from")


def table(plan: Plan) -> list[dict[str, str]]:
    """A row of texts for each input and call; the layers of a nested model follow it, indented."""
    inputs = [
        (each.name, "Input", sizes(plan.graph.inputs[each.name].shape), "", each.kind.name) for each in plan.spec.inputs
    ]
    return [dict(zip(COLUMNS, cells, strict=True)) for cells in [*inputs, *_cells(plan.graph, "")]]


def _aligned(plan: Plan) -> Iterator[str]:
    lines = [dict(zip(COLUMNS, COLUMNS, strict=True)), *table(plan)]
    widths = {column: max(len(line[column]) for line in lines) for column in COLUMNS}
    for line in lines:
        cells = [
            line[column].rjust(width) if column == "parameters" else line[column].ljust(width)
            for column, width in widths.items()
        ]
        yield "  ".join(cells).rstrip()


def _cells(graph: Graph, indent: str) -> Iterator[tuple[str, ...]]:
    names = graph.names()
    seen: set[str] = set()
    for node in graph.nodes:
        layer, again = node.layer, node.layer.name in seen
        seen.add(layer.name)
        parameters = "shared" if again else f"{layer.parameters:,}"
        sources = ", ".join(names[tensor] for tensor in node.inputs)
        yield (indent + layer.name, layer.class_name, sizes(node.output.shape), parameters, sources)
        if isinstance(layer, SubModel) and not again:
            yield from _cells(layer.graph, indent + "  ")
