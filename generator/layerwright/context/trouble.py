"""What may go wrong in a project of this kind, for its page on that."""

from __future__ import annotations

from typing import Any

from ..emit import literal
from ..graph import Graph
from ..lengths import varies
from ..padding import keeps_padding_out
from ..plan import Plan

KERNELS = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose"})
"""Classes with weights of that name."""

LABELLED = frozenset({"multiclass", "binary", "multilabel", "labels", "segmentation"})
"""The tasks of which most samples may have one and the same label."""


def trouble(plan: Plan) -> dict[str, Any]:
    """Facts that decide which symptoms a project can have, and the names and numbers to show."""
    spec, graph = plan.spec, plan.graph
    classes = {layer.class_name for layer in graph.all_layers()}
    names = [each.name for each in spec.inputs]
    varying = [name for name, tensor in graph.inputs.items() if varies(tensor.shape)]
    return {
        "input": names[-1],
        "others": names[:-1],
        "names": sorted(names),
        "shape": literal(tuple(graph.inputs[names[-1]].shape)),
        "output": spec.outputs[0].name,
        "moved": next(iter(_moves(graph)), ""),
        "layer": _weighty(graph),
        "joins": "Concatenate" in classes,
        "adds": "Add" in classes,
        "convolves": any(name.startswith(("Conv", "Depthwise", "Separable")) for name in classes),
        "labelled": any(each.task.name in LABELLED for each in spec.outputs),
        "embeds": any(each.task.score == "embedding" for each in spec.outputs),
        "compares": any(each.task.score == "distance" for each in spec.outputs),
        "images": any(each.kind.places for each in spec.inputs),
        "varying": varying,
        "masks": bool(varying) and keeps_padding_out(graph),
        "slower": f"{plan.spec.training.learning_rate / 10:g}",
        "faster": f"{plan.spec.training.learning_rate * 10:g}",
        "smaller": max(1, plan.spec.training.batch_size // 2),
        "batch": next((each.batch for each in spec.inputs if each.batch), None),
    }


def _moves(graph: Graph) -> list[str]:
    """The inputs and outputs of which the one moves the other, as a test's parameters have them."""
    origins = graph.origins()
    pairs = ((source, name) for name in graph.outputs for source in graph.inputs)
    return [f"{source}-{name}" for source, name in pairs if source in origins[graph.outputs[name]]]


def _weighty(graph: Graph) -> str:
    """The name of the first layer that has a kernel."""
    return next((layer.name for layer in graph.layers() if layer.class_name in KERNELS), "")
