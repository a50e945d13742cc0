"""A graph as a few lines of text: one line a path, a new line wherever paths fork or join."""

from __future__ import annotations

import textwrap

from .graph import Graph, Tensor
from .layers import Shape

WIDTH = 76
"""Longest line, in characters: fits a docstring of 88 columns and a terminal of 80."""


def sizes(shape: Shape) -> str:
    """A shape without its batch axis, in ASCII: `224x224x3`, `?` for an unknown size."""
    return "x".join("?" if size is None else str(size) for size in shape[1:])


def diagram(graph: Graph, width: int = WIDTH) -> str:
    """The graph, one path a line: `sensors (4) -> dense_1 (64) -> dense_2 (32)`."""
    consumers = graph.consumers()
    labels = _labels(graph)
    paths: list[tuple[list[str], Tensor]] = []
    for node in graph.nodes:
        item = f"{node.layer.name} ({sizes(node.output.shape)})"
        [source, *others] = node.inputs
        continued = next((path for path in paths if path[1] is source), None)
        if continued and not others and len(consumers[source]) == 1:
            paths.remove(continued)
            paths.append(([*continued[0], item], node.output))
        else:
            paths.append(([" + ".join(labels[tensor] for tensor in node.inputs), item], node.output))
    return "\n".join(_wrapped(path, width) for path, _ in paths)


def _labels(graph: Graph) -> dict[Tensor, str]:
    """What a path that starts at a tensor says first. A layer that is called twice says on what."""
    names = {tensor: name for name, tensor in graph.inputs.items()}
    for node in graph.nodes:
        again = len(graph.calls(node.layer)) > 1
        called = f"({', '.join(names[tensor] for tensor in node.inputs)})" if again else ""
        names[node.output] = node.layer.name + called
    return names | {tensor: f"{name} ({sizes(tensor.shape)})" for name, tensor in graph.inputs.items()}


def _wrapped(path: list[str], width: int) -> str:
    return textwrap.fill(" -> ".join(path), width, subsequent_indent="    ", break_long_words=False)
