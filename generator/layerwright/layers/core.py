"""Dense, activations, dropout, and the layers that only rearrange or rescale."""

from __future__ import annotations

import math

from . import values
from .rule import REQUIRED, Argument, Arguments, LayerError, Rule, Shape, Weight, drops_mask, known, same_shape, spell
from .values import int_of, ints_of


def _dense_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    if len(inputs[0]) < 2:
        raise LayerError("Dense gets one number a sample, without an axis", "give it a tensor of one axis or more")
    known(inputs[0][-1], "Dense")
    return (*inputs[0][:-1], int_of(arguments["units"]))


def _dense_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    units = int_of(arguments["units"])
    kernel = Weight("kernel", (known(inputs[0][-1], "Dense"), units))
    return (kernel, Weight("bias", (units,))) if arguments["use_bias"] else (kernel,)


def _flatten_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes = inputs[0]
    if None in sizes:
        raise LayerError(
            f"Flatten gets {spell(inputs[0])}, whose size varies", "pool over the varying axis, or fix the length"
        )
    return (batch, math.prod(size for size in sizes if size is not None))


def _reshape_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes = inputs[0]
    wanted = ints_of(arguments["target_shape"])
    total = math.prod(size for size in sizes if size is not None)
    fixed = math.prod(size for size in wanted if size != -1)
    if None in sizes:
        if -1 not in wanted or total % fixed:
            raise LayerError(
                f"Reshape gets {spell(inputs[0])}, whose size varies",
                f"fix the length, or write -1 for the axis that varies, and sizes beside it that divide {total}",
            )
        return (batch, *(None if size == -1 else size for size in wanted))
    if (total % fixed if -1 in wanted else total != fixed) != 0:
        raise LayerError(
            f"Reshape can't make {'×'.join(map(str, wanted))} of {spell(inputs[0])}",
            f"the sizes' product has to be {total}",
        )
    return (batch, *(total // fixed if size == -1 else size for size in wanted))


RULES = (
    Rule(
        "Dense",
        (
            Argument("units", REQUIRED, values.whole),
            Argument("activation", None, values.activation),
            Argument("use_bias", True, values.flag),
        ),
        shape=_dense_shape,
        weights=_dense_weights,
    ),
    Rule("Activation", (Argument("activation", REQUIRED, values.activation),), shape=same_shape),
    Rule("Dropout", (Argument("rate", REQUIRED, values.rate),), shape=same_shape),
    Rule("SpatialDropout1D", (Argument("rate", REQUIRED, values.rate),), shape=same_shape, rank=3),
    Rule("SpatialDropout2D", (Argument("rate", REQUIRED, values.rate),), shape=same_shape, rank=4),
    Rule("SpatialDropout3D", (Argument("rate", REQUIRED, values.rate),), shape=same_shape, rank=5),
    Rule("Flatten", (values.CHANNELS_LAST,), shape=_flatten_shape, mask=drops_mask),
    Rule(
        "Reshape",
        (Argument("target_shape", REQUIRED, values.axes, values.listed),),
        shape=_reshape_shape,
        mask=drops_mask,
    ),
    Rule(
        "Rescaling",
        (Argument("scale", REQUIRED, values.number), Argument("offset", 0.0, values.number)),
        shape=same_shape,
    ),
)
