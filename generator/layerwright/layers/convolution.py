"""Convolutions over one, two and three axes."""

from __future__ import annotations

from . import values
from .rule import REQUIRED, Argument, Arguments, LayerError, Rule, Shape, Weight, drops_mask, known, spell
from .values import int_of, ints_of


def window(size: int | None, kernel: int, stride: int, padding: str, dilation: int = 1) -> int | None:
    """How many places a window has along an axis of this size (Keras's `compute_conv_output_shape`).

    `valid` keeps the window inside; `same` and `causal` pad, so that only the stride counts.
    """
    if size is None:
        return None
    if padding == "valid":
        size -= dilation * (kernel - 1)
    return (size + stride - 1) // stride


def _conv_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes, channels = inputs[0]
    count = len(sizes)
    groups, filters = int_of(arguments["groups"]), int_of(arguments["filters"])
    if known(channels, "a convolution") % groups or filters % groups:
        raise LayerError(
            f"{groups} groups don't divide {channels} channels and {filters} filters",
            "channels and filters have to be multiples of groups",
        )
    strides, dilations = ints_of(arguments["strides"], count), ints_of(arguments["dilation_rate"], count)
    if max(strides) > 1 and max(dilations) > 1:
        raise LayerError("strides and dilation_rate are both above 1", "Keras takes one of the two")
    kernels, padding = ints_of(arguments["kernel_size"], count), str(arguments["padding"])
    places = [window(*axis[:3], padding, axis[3]) for axis in zip(sizes, kernels, strides, dilations, strict=True)]
    if any(place is not None and place < 1 for place in places):
        raise LayerError(
            f"a kernel of {'×'.join(map(str, kernels))} doesn't fit into {spell(inputs[0])}",
            "say padding=same, or a smaller kernel",
        )
    return (batch, *places, filters)


def _conv_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    channels, filters = known(inputs[0][-1], "a convolution"), int_of(arguments["filters"])
    kernels = ints_of(arguments["kernel_size"], len(inputs[0]) - 2)
    kernel = Weight("kernel", (*kernels, channels // int_of(arguments["groups"]), filters))
    return (kernel, Weight("bias", (filters,))) if arguments["use_bias"] else (kernel,)


def _conv(axes: int) -> Rule:
    paddings = ("valid", "same", "causal") if axes == 1 else ("valid", "same")
    return Rule(
        f"Conv{axes}D",
        (
            Argument("filters", REQUIRED, values.whole),
            Argument("kernel_size", REQUIRED, values.sizes(axes)),
            Argument("strides", 1, values.sizes(axes)),
            Argument("padding", "valid", values.word(*paddings)),
            values.CHANNELS_LAST,
            Argument("dilation_rate", 1, values.sizes(axes)),
            Argument("groups", 1, values.whole),
            Argument("activation", None, values.activation),
            Argument("use_bias", True, values.flag),
        ),
        shape=_conv_shape,
        weights=_conv_weights,
        mask=drops_mask,
        rank=axes + 2,
    )


RULES = tuple(_conv(axes) for axes in (1, 2, 3))
