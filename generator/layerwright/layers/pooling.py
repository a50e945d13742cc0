"""Pooling over windows, over all places, and to a given size."""

from __future__ import annotations

from ..faults import KerasCannot, NothingLeft, VaryingSize
from . import values
from .convolution import window
from .rule import REQUIRED, Argument, Arguments, LayerError, Rule, Shape, drops_mask, floats, same_dtype, spell
from .values import ints_of


def _pool_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes, channels = inputs[0]
    pools = ints_of(arguments["pool_size"], len(sizes))
    strides = pools if arguments["strides"] is None else ints_of(arguments["strides"], len(sizes))
    padding = str(arguments["padding"])
    places = [window(*axis, padding) for axis in zip(sizes, pools, strides, strict=True)]
    if any(place is not None and place < 1 for place in places):
        raise LayerError(
            NothingLeft,
            f"a pool of {'×'.join(map(str, pools))} is larger than its image, {spell(inputs[0])}",
            "pool less often, say padding=same, or start from a larger image",
            ("argument", ("padding", "same")),
        )
    return (batch, *places, channels)


def _global_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes, channels = inputs[0]
    return (batch, *(1 for _ in sizes), channels) if arguments["keepdims"] else (batch, channels)


def _adaptive_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """As many places as are asked for.

    TensorFlow computes its windows from sizes that it has to know before, and tries one that is larger by 1 than
    they need: where no such window fits, it fails, or ends the process.
    """
    batch, *sizes, channels = inputs[0]
    if None in sizes:
        raise LayerError(
            VaryingSize,
            f"an adaptive pool needs fixed sizes and gets {spell(inputs[0])}",
            "fix the size, or pool globally, as by global_average_pool",
            ("set", "global_average_pool"),
        )
    wanted = ints_of(arguments["output_size"], len(sizes))
    if any(size == 1 or count == 1 for size, count in zip(sizes, wanted, strict=True)):
        raise LayerError(
            KerasCannot,
            f"an adaptive pool can't make {'×'.join(map(str, wanted))} of {spell(inputs[0])}: TensorFlow fails on 1",
            "pool globally, as by global_average_pool with keepdims=true, or ask for 2 or more places",
            ("set", "global_average_pool"),
        )
    return (batch, *wanted, channels)


def _pool(kind: str, axes: int) -> Rule:
    return Rule(
        f"{kind}Pooling{axes}D",
        (
            # Keras has a default for the largest, and none for the average.
            Argument("pool_size", 2 if kind == "Max" else REQUIRED, values.sizes(axes)),
            Argument("strides", None, values.optional(values.sizes(axes))),
            Argument("padding", "valid", values.word("valid", "same")),
            values.CHANNELS_LAST,
        ),
        shape=_pool_shape,
        mask=drops_mask,
        rank=axes + 2,
        integers=False,
    )


def _global_pool(kind: str, axes: int) -> Rule:
    return Rule(
        f"Global{kind}Pooling{axes}D",
        (values.CHANNELS_LAST, Argument("keepdims", False, values.flag)),
        shape=_global_shape,
        dtype=same_dtype if kind == "Max" else floats,
        mask=drops_mask,
        rank=axes + 2,
    )


def _adaptive_pool(kind: str, axes: int) -> Rule:
    return Rule(
        f"Adaptive{kind}Pooling{axes}D",
        (Argument("output_size", REQUIRED, values.sizes(axes)), values.CHANNELS_LAST),
        shape=_adaptive_shape,
        mask=drops_mask,
        rank=axes + 2,
        integers=False,
    )


RULES = tuple(
    make(kind, axes)
    for make in (_pool, _global_pool, _adaptive_pool)
    for kind in ("Max", "Average")
    for axes in (1, 2, 3)
)
