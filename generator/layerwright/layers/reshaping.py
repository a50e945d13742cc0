"""The layers that move values about: another shape, another order, more of them, fewer of them."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..faults import ArgumentMisfit, BadAxis, NothingLeft, VaryingSize
from . import values
from .rule import REQUIRED, Argument, Arguments, LayerError, Rule, Shape, Value, drops_mask, plain, same_dtype, spell
from .values import int_of, ints_of, margins_of


def _flatten_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes = inputs[0]
    if None in sizes:
        raise LayerError(
            VaryingSize,
            f"Flatten gets {spell(inputs[0])}, whose size varies",
            "pool over the varying axis, by global_average_pool, or fix the length",
            ("set", "global_average_pool"),
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
                VaryingSize,
                f"Reshape gets {spell(inputs[0])}, whose size varies",
                f"fix the length, or write -1 for the axis that varies, and sizes beside it that divide {total}; "
                "or leave it out",
                ("drop", None),
            )
        return (batch, *(None if size == -1 else size for size in wanted))
    if (total % fixed if -1 in wanted else total != fixed) != 0:
        raise LayerError(
            ArgumentMisfit,
            f"Reshape can't make {'×'.join(map(str, wanted))} of {spell(inputs[0])}",
            f"the sizes' product has to be {total}, as in reshape -1, which finds it",
            ("set", "reshape -1"),
        )
    return (batch, *(total // fixed if size == -1 else size for size in wanted))


def _permuted_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes = inputs[0]
    order = ints_of(arguments["dims"])
    if sorted(order) != list(range(1, len(sizes) + 1)):
        raise LayerError(
            BadAxis,
            f"Permute has dims={'×'.join(map(str, order))} on {spell(inputs[0])}",
            f"dims names each of its axes once, as {'x'.join(map(str, range(len(sizes), 0, -1)))}",
            ("argument", ("dims", tuple(range(len(sizes), 0, -1)))),
        )
    return (batch, *(sizes[place - 1] for place in order))


def _repeated_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    return (inputs[0][0], int_of(arguments["n"]), inputs[0][1])


def _cropped_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """Less at both ends of each axis. What remains has to be something, also of an axis that varies."""
    batch, *sizes, channels = inputs[0]
    margins = [sum(margin) for margin in margins_of(arguments["cropping"], len(sizes))]
    places = [None if size is None else size - margin for size, margin in zip(sizes, margins, strict=True)]
    if any(place is not None and place < 1 for place in places):
        raise LayerError(
            NothingLeft, f"cropping leaves nothing of {spell(inputs[0])}", "crop less, or leave it out", ("drop", None)
        )
    return (batch, *places, channels)


def _padded_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes, channels = inputs[0]
    margins = [sum(margin) for margin in margins_of(arguments["padding"], len(sizes))]
    return (batch, *(size and size + margin for size, margin in zip(sizes, margins, strict=True)), channels)


def _upsampled_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes, channels = inputs[0]
    times = ints_of(arguments["size"], len(sizes))
    return (batch, *(size and size * by for size, by in zip(sizes, times, strict=True)), channels)


def _order(value: Value) -> str | None:
    """Axes in another order, counted from 1: the batch's stays."""
    each = value if isinstance(value, tuple) else ()
    right = not any(map(values.whole, each)) and sorted(map(int_of, each)) == list(range(1, len(each) + 1))
    return None if each and right else "each axis once, counted from 1, as 2x1"


def _ends(value: Value) -> Value:
    """Margins as short as they mean the same: `1` for `((1,1),(1,1))`. `(1,0)` isn't `((1,0),(1,0))`."""
    if not isinstance(value, tuple):
        return value
    each = tuple(map(plain, value))
    return each[0] if isinstance(each[0], int) and all(one == each[0] for one in each) else each


def _moves(name: str, axes: int, shape: Callable[[Arguments, tuple[Shape, ...]], Shape], *arguments: Argument) -> Rule:
    """A layer over all places of an image, or of one with fewer axes or more."""
    return Rule(name, arguments, shape=shape, dtype=same_dtype, mask=drops_mask, rank=axes + 2)


def _cropping(axes: int) -> Rule:
    # Keras crops one place at each end by default, and of an image nothing.
    cropping = Argument("cropping", 0 if axes == 2 else 1, values.margins(axes), _ends)
    return _moves(f"Cropping{axes}D", axes, _cropped_shape, cropping, *((values.CHANNELS_LAST,) if axes > 1 else ()))


def _zero_padding(axes: int) -> Rule:
    padding = Argument("padding", 1, values.margins(axes), _ends)
    return _moves(f"ZeroPadding{axes}D", axes, _padded_shape, padding, values.CHANNELS_LAST)


def _upsampling(axes: int) -> Rule:
    interpolation = Argument("interpolation", "nearest", values.word(*values.INTERPOLATIONS))
    return _moves(
        f"UpSampling{axes}D",
        axes,
        _upsampled_shape,
        Argument("size", 2, values.sizes(axes)),
        *((values.CHANNELS_LAST,) if axes > 1 else ()),
        *((interpolation,) if axes == 2 else ()),
    )


RULES = (
    Rule("Flatten", (values.CHANNELS_LAST,), shape=_flatten_shape, dtype=same_dtype, mask=drops_mask),
    Rule(
        "Reshape",
        (Argument("target_shape", REQUIRED, values.axes, values.listed),),
        shape=_reshape_shape,
        dtype=same_dtype,
        mask=drops_mask,
    ),
    Rule(
        "Permute",
        (Argument("dims", REQUIRED, _order, values.listed),),
        shape=_permuted_shape,
        dtype=same_dtype,
        mask=drops_mask,
    ),
    Rule(
        "RepeatVector",
        (Argument("n", REQUIRED, values.whole),),
        shape=_repeated_shape,
        dtype=same_dtype,
        mask=drops_mask,
        rank=2,
    ),
    *(make(axes) for make in (_cropping, _zero_padding, _upsampling) for axes in (1, 2, 3)),
)
