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
    paths: dict[Tensor, list[str]] = {}  # under the tensor that each ends in
    for node in graph.nodes:
        item = f"{node.layer.name} ({sizes(node.output.shape)})"
        [source, *others] = dict.fromkeys(node.inputs)
        if source in paths and not others and len(consumers[source]) == 1:
            path = paths.pop(source)
            path.append(item)
            paths[node.output] = path
        else:
            paths[node.output] = [" + ".join(labels[tensor] for tensor in (source, *others)), item]
    return "\n".join(_wrapped(path, width) for path in paths.values())


def _labels(graph: Graph) -> dict[Tensor, str]:
    """What a path that starts at a tensor says first. A layer that is called twice says on what."""
    names = {tensor: name for name, tensor in graph.inputs.items()}
    calls = graph.calls()
    for node in graph.nodes:
        again = len(calls[node.layer]) > 1
        called = f"({', '.join(names[tensor] for tensor in node.inputs)})" if again else ""
        names |= dict.fromkeys(node.gives, node.layer.name + called)
    return names | {tensor: f"{name} ({sizes(tensor.shape)})" for name, tensor in graph.inputs.items()}


def _wrapped(path: list[str], width: int) -> str:
    return textwrap.fill(" -> ".join(path), width, subsequent_indent="    ", break_long_words=False)
