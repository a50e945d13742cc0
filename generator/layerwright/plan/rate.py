"""The learning rate that a network's widest layer bears, where the answers say none."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from ..blocks.builder import models_in
from ..graph import Graph, Layer, RuleLayer
from ..layers.einsum import summed
from ..layers.rule import Arguments, Nested
from ..layers.values import ints_of
from ..spec import Training

FARTHEST = 10.0
"""How far one step may move what a layer gives, if its inputs are one or so: Adam moves each weight by the rate."""

Kernels = Sequence[tuple[int, ...]]
"""The shapes of a layer's kernels."""


def borne(training: Training, graph: Graph) -> Training:
    """The training with a rate at which no step throws a layer that sums up very many numbers far off.

    A flattened image of 128x128x32 is half a million numbers: at 0.001, the first step would move what comes out by
    hundreds, and nothing that is learned after that brings it back.
    """
    widest = max(map(_summed, _layers(graph)), default=1)
    if training.is_rate_said or training.learning_rate * widest <= FARTHEST:
        return training
    return replace(training, learning_rate=float(f"{FARTHEST / widest:.0e}"))


def _layers(graph: Graph) -> Iterator[Layer]:
    """Every layer; in place of one that calls a model, those of the model."""
    for layer in graph.all_layers():
        models = list(models_in(layer))
        if not models:
            yield layer
        for model in models:
            yield from _layers(model.graph)


def _of_transposed(arguments: Arguments, kernels: Kernels) -> int:
    """Kernels that lie a stride apart, so that not all of their places meet."""
    [(*places, _, channels)] = kernels
    strides = ints_of(arguments.get("strides", 1), len(places))
    return channels * math.prod(math.ceil(size / stride) for size, stride in zip(places, strides, strict=True))


def _of_heads(arguments: Arguments, kernels: Kernels) -> int:
    """Features become heads of some width, and all of those become features again."""
    *projections, last = kernels
    return max(math.prod(last[:2]), *(kernel[0] for kernel in projections))


SUMMED: Mapping[str, Callable[[Arguments, Kernels], int]] = {
    **{f"DepthwiseConv{axes}D": lambda arguments, kernels: math.prod(kernels[0][:-2]) for axes in (1, 2)},
    **{f"Conv{axes}DTranspose": _of_transposed for axes in (1, 2, 3)},
    **dict.fromkeys(("MultiHeadAttention", "GroupQueryAttention"), _of_heads),
    "EinsumDense": lambda arguments, kernels: summed(arguments, kernels[0]),
}
"""The layers that don't just sum over all axes of a kernel but its last."""


def _summed(layer: Layer) -> int:
    """How many numbers go into one that a layer gives."""
    kernels = [each.shape for each in layer.weights if each.name == "kernel"]
    if not kernels:
        return 1
    name, arguments = _called(layer)
    if name in SUMMED:
        return SUMMED[name](arguments, kernels)
    return max(math.prod(kernel[:-1]) for kernel in kernels)


def _called(layer: Layer) -> tuple[str, Arguments]:
    """The class and arguments of a layer, or of what it wraps."""
    inner = layer.arguments.get("layer")
    if not isinstance(inner, Nested):
        return layer.rule.name if isinstance(layer, RuleLayer) else layer.class_name, layer.arguments
    while isinstance(deeper := inner.arguments.get("layer"), Nested):
        inner = deeper
    return inner.rule.name, inner.arguments
