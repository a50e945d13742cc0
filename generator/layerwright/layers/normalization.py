"""Normalisation over the batch, the features, or to unit length."""

from __future__ import annotations

from . import values
from .core import int_of
from .rule import Argument, Arguments, LayerError, Rule, Shape, Weight, known, same_shape

_EPSILON = Argument("epsilon", 0.001, values.number)


def _axis_size(arguments: Arguments, inputs: tuple[Shape, ...], layer: str) -> int:
    place = int_of(arguments["axis"])
    if not -len(inputs[0]) <= place < len(inputs[0]):
        raise LayerError(f"{layer} has axis={place} on {len(inputs[0])} axes", "axis=-1 is the last one")
    return known(inputs[0][place], layer)


def _batch_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    size = (_axis_size(arguments, inputs, "BatchNormalization"),)
    return (
        *((Weight("gamma", size),) if arguments["scale"] else ()),
        *((Weight("beta", size),) if arguments["center"] else ()),
        Weight("moving_mean", size, trainable=False),
        Weight("moving_variance", size, trainable=False),
    )


def _layer_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    size = (_axis_size(arguments, inputs, "LayerNormalization"),)
    return (
        *((Weight("gamma", size),) if arguments["scale"] else ()),
        *((Weight("beta", size),) if arguments["center"] else ()),
    )


RULES = (
    Rule(
        "BatchNormalization",
        (
            Argument("axis", -1, values.axis),
            Argument("momentum", 0.99, values.rate),
            _EPSILON,
            Argument("center", True, values.flag),
            Argument("scale", True, values.flag),
        ),
        shape=same_shape,
        weights=_batch_weights,
    ),
    Rule(
        "LayerNormalization",
        (
            Argument("axis", -1, values.axis),
            _EPSILON,
            Argument("center", True, values.flag),
            Argument("scale", True, values.flag),
        ),
        shape=same_shape,
        weights=_layer_weights,
    ),
    Rule("UnitNormalization", (Argument("axis", -1, values.axis),), shape=same_shape),
)
