"""The learning rate that a network's widest layer bears, where the answers say none."""

from __future__ import annotations

import math
from dataclasses import replace

from ..graph import Graph, Layer
from ..spec import Training

FARTHEST = 10.0
"""How far one step may move what a layer gives, if its inputs are one or so: Adam moves each weight by the rate."""


def borne(training: Training, graph: Graph) -> Training:
    """The training with a rate at which no step throws a layer that sums up very many numbers far off.

    A flattened image of 128x128x32 is half a million numbers: at 0.001, the first step would move what comes out by
    hundreds, and nothing that is learned after that brings it back.
    """
    widest = max((_summed(layer) for layer in graph.all_layers()), default=1)
    if training.is_rate_said or training.learning_rate * widest <= FARTHEST:
        return training
    return replace(training, learning_rate=float(f"{FARTHEST / widest:.0e}"))


def _summed(layer: Layer) -> int:
    """How many numbers go into one that a layer gives."""
    return max((math.prod(each.shape[:-1]) for each in layer.weights if each.name == "kernel"), default=1)
