"""Normalisation over the batch, the features, or to unit length."""

from __future__ import annotations

from . import values
from .rule import Argument, Arguments, LayerError, Rule, Shape, Weight, known, spell
from .values import int_of

_EPSILON = Argument("epsilon", 0.001, values.number)


def _along_axis(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The input's shape. The axis can't be the batch's: samples would become each other's neighbours."""
    place, rank = int_of(arguments["axis"]), len(inputs[0])
    if not -rank <= place < rank or place % rank == 0:
        raise LayerError(f"axis={place} isn't an axis of {spell(inputs[0])}", "axis=-1 is the last one")
    return inputs[0]


def _along_last(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The input's shape. On PyTorch, Keras 3.15 normalises the last axis whatever `axis` says, or fails on data."""
    shape, place = _along_axis(arguments, inputs), int_of(arguments["axis"])
    if place not in (-1, len(shape) - 1):
        raise LayerError(
            f"LayerNormalization has axis={place} on {spell(shape)}", "leave axis out: the last one counts"
        )
    return shape


def _batch_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    size = (known(inputs[0][int_of(arguments["axis"])], "BatchNormalization"),)
    return (
        *((Weight("gamma", size),) if arguments["scale"] else ()),
        *((Weight("beta", size),) if arguments["center"] else ()),
        Weight("moving_mean", size, trainable=False),
        Weight("moving_variance", size, trainable=False),
    )


def _layer_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    if not (arguments["scale"] or arguments["center"]):
        return ()
    size = (known(inputs[0][int_of(arguments["axis"])], "LayerNormalization"),)
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
        shape=_along_axis,
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
        shape=_along_last,
        weights=_layer_weights,
    ),
    Rule("UnitNormalization", (Argument("axis", -1, values.axis),), shape=_along_axis),
)
