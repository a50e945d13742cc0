"""Convolutions over one, two and three axes: plain, transposed, depthwise and separable."""

from __future__ import annotations

from collections.abc import Iterable

from ..faults import ArgumentMisfit, ArgumentsClash, KerasCannot, NothingLeft
from . import values
from .rule import REQUIRED, Argument, Arguments, LayerError, Rule, Shape, Weight, drops_mask, known, spell
from .values import int_of, ints_of

_FILTERS = Argument("filters", REQUIRED, values.whole)
_MULTIPLIER = Argument("depth_multiplier", 1, values.whole)
_ACTIVATION = Argument("activation", None, values.activation)


def window(size: int | None, kernel: int, stride: int, padding: str, dilation: int = 1) -> int | None:
    """How many places a window has along an axis of this size (Keras's `compute_conv_output_shape`).

    `valid` keeps the window inside; `same` and `causal` pad, so that only the stride counts.
    """
    if size is None:
        return None
    if padding == "valid":
        size -= dilation * (kernel - 1)
    return (size + stride - 1) // stride


def spread(
    size: int | None, kernel: int, stride: int, padding: str, dilation: int = 1, extra: int | None = None
) -> int | None:
    """How long an axis of this size becomes transposed (Keras's `compute_conv_transpose_output_shape`).

    `extra` is the output_padding; left out, it fills the stride.
    """
    if size is None:
        return None
    reach = (kernel - 1) * dilation + 1
    if padding == "valid":
        return (size - 1) * stride + (max(reach, stride) if extra is None else reach + extra)
    return size * stride if extra is None else (size - 1) * stride + reach % 2 + extra


def _strides_and_dilations(arguments: Arguments, axes: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    strides, dilations = ints_of(arguments["strides"], axes), ints_of(arguments["dilation_rate"], axes)
    if max(strides) > 1 and max(dilations) > 1:
        what, mend = "strides and dilation_rate are both above 1", "Keras takes one of the two: leave dilation_rate out"
        raise LayerError(ArgumentsClash, what, mend, ("argument", ("dilation_rate", None)))
    return strides, dilations


def _places(arguments: Arguments, shape: Shape) -> list[int | None]:
    """How many places the kernel has along each axis."""
    sizes = shape[1:-1]
    strides, dilations = _strides_and_dilations(arguments, len(sizes))
    kernels, padding = ints_of(arguments["kernel_size"], len(sizes)), str(arguments["padding"])
    places = [window(*axis[:3], padding, axis[3]) for axis in zip(sizes, kernels, strides, dilations, strict=True)]
    if any(place is not None and place < 1 for place in places):
        raise LayerError(
            NothingLeft,
            f"a kernel of {'×'.join(map(str, kernels))} doesn't fit into {spell(shape)}",
            "say padding=same, or a smaller kernel",
            ("argument", ("padding", "same")),
        )
    return places


def _conv_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    channels = known(inputs[0][-1], "a convolution")
    groups, filters = int_of(arguments["groups"]), int_of(arguments["filters"])
    if channels % groups or filters % groups:
        raise LayerError(
            ArgumentMisfit,
            f"{groups} groups don't divide {channels} channels and {filters} filters",
            "channels and filters have to be multiples of groups: say groups=1",
            ("argument", ("groups", 1)),
        )
    return (inputs[0][0], *_places(arguments, inputs[0]), filters)


def _transposed_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    batch, *sizes, channels = inputs[0]
    known(channels, "a convolution")
    strides, dilations = _strides_and_dilations(arguments, len(sizes))
    kernels, padding = ints_of(arguments["kernel_size"], len(sizes)), str(arguments["padding"])
    extras: tuple[int | None, ...] = (None,) * len(sizes)
    if arguments["output_padding"] is not None:
        extras = ints_of(arguments["output_padding"], len(sizes))
        _check_extras(
            ints_of(extras),
            strides,
            [(size - 1) * by + 1 for size, by in zip(kernels, dilations, strict=True)],
            padding,
        )
    each = zip(sizes, kernels, strides, dilations, extras, strict=True)
    return (batch, *(spread(*axis[:3], padding, *axis[3:]) for axis in each), int_of(arguments["filters"]))


def _check_extras(extras: tuple[int, ...], strides: tuple[int, ...], reaches: Iterable[int], padding: str) -> None:
    """Refuses an output_padding that Keras refuses, or that no convolution of TensorFlow leads back from."""
    if any(extra >= stride for extra, stride in zip(extras, strides, strict=True)):
        mend = "leave output_padding out, or say larger strides"
        raise LayerError(
            ArgumentsClash, "output_padding isn't below strides", mend, ("argument", ("output_padding", None))
        )
    if padding == "same" and any(extra == 0 and reach % 2 == 0 for extra, reach in zip(extras, reaches, strict=True)):
        what, mend = "output_padding is 0 for a kernel of an even size, and padding is same", "leave output_padding out"
        raise LayerError(KerasCannot, what, mend, ("argument", ("output_padding", None)))


def _separable_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    known(inputs[0][-1], "a convolution")
    return (inputs[0][0], *_places(arguments, inputs[0]), int_of(arguments["filters"]))


def _depthwise_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    channels = known(inputs[0][-1], "a convolution")
    return (inputs[0][0], *_places(arguments, inputs[0]), channels * int_of(arguments["depth_multiplier"]))


def _with_bias(arguments: Arguments, size: int, *weights: Weight) -> tuple[Weight, ...]:
    return (*weights, Weight("bias", (size,))) if arguments["use_bias"] else weights


def _kernels(arguments: Arguments, shape: Shape) -> tuple[int, ...]:
    return ints_of(arguments["kernel_size"], len(shape) - 2)


def _conv_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    channels, filters = known(inputs[0][-1], "a convolution"), int_of(arguments["filters"])
    through = channels // int_of(arguments["groups"])
    return _with_bias(arguments, filters, Weight("kernel", (*_kernels(arguments, inputs[0]), through, filters)))


def _transposed_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    channels, filters = known(inputs[0][-1], "a convolution"), int_of(arguments["filters"])
    return _with_bias(arguments, filters, Weight("kernel", (*_kernels(arguments, inputs[0]), filters, channels)))


def _separable_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    channels, filters = known(inputs[0][-1], "a convolution"), int_of(arguments["filters"])
    multiplier, kernels = int_of(arguments["depth_multiplier"]), _kernels(arguments, inputs[0])
    return _with_bias(
        arguments,
        filters,
        Weight("depthwise_kernel", (*kernels, channels, multiplier)),
        Weight("pointwise_kernel", (*(1 for _ in kernels), channels * multiplier, filters)),
    )


def _depthwise_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    channels, multiplier = known(inputs[0][-1], "a convolution"), int_of(arguments["depth_multiplier"])
    kernel = Weight("kernel", (*_kernels(arguments, inputs[0]), channels, multiplier))
    return _with_bias(arguments, channels * multiplier, kernel)


def _kernel(axes: int, *, causal: bool = False) -> tuple[Argument, ...]:
    """The arguments of a kernel: its size, its steps, its padding."""
    paddings = ("valid", "same", "causal") if causal else ("valid", "same")
    return (
        Argument("kernel_size", REQUIRED, values.sizes(axes)),
        Argument("strides", 1, values.sizes(axes)),
        Argument("padding", "valid", values.word(*paddings)),
    )


def _dilation(axes: int) -> Argument:
    return Argument("dilation_rate", 1, values.sizes(axes))


def _weights(*of: str) -> Iterable[Argument]:
    """The last arguments of every convolution: what its weights start from, what keeps them small, what holds them."""
    yield Argument("use_bias", True, values.flag)
    for name in of:
        yield Argument(f"{name}_initializer", "zeros" if name == "bias" else "glorot_uniform", values.initializer)
    for name in (*of, "activity"):
        yield Argument(f"{name}_regularizer", None, values.regularizer)
    for name in of:
        yield Argument(f"{name}_constraint", None, values.constraint)


def _extra(axes: int) -> Argument:
    return Argument("output_padding", None, values.optional(values.sizes(axes, least=0)))


def _conv(axes: int) -> Rule:
    return Rule(
        f"Conv{axes}D",
        (
            _FILTERS,
            *_kernel(axes, causal=axes == 1),
            values.CHANNELS_LAST,
            _dilation(axes),
            Argument("groups", 1, values.whole),
            _ACTIVATION,
            *_weights("kernel", "bias"),
        ),
        shape=_conv_shape,
        weights=_conv_weights,
        mask=drops_mask,
        rank=axes + 2,
        integers=False,
    )


def _transposed(axes: int) -> Rule:
    # Keras has the two the other way round over three axes.
    between = (_extra(axes), values.CHANNELS_LAST)
    return Rule(
        f"Conv{axes}DTranspose",
        (
            _FILTERS,
            *_kernel(axes),
            *(between if axes < 3 else reversed(between)),
            _dilation(axes),
            _ACTIVATION,
            *_weights("kernel", "bias"),
        ),
        shape=_transposed_shape,
        weights=_transposed_weights,
        mask=drops_mask,
        rank=axes + 2,
        integers=False,
    )


def _separable(axes: int) -> Rule:
    return Rule(
        f"SeparableConv{axes}D",
        (
            _FILTERS,
            *_kernel(axes),
            values.CHANNELS_LAST,
            _dilation(axes),
            _MULTIPLIER,
            _ACTIVATION,
            *_weights("depthwise", "pointwise", "bias"),
        ),
        shape=_separable_shape,
        weights=_separable_weights,
        mask=drops_mask,
        rank=axes + 2,
        integers=False,
    )


def _depthwise(axes: int) -> Rule:
    return Rule(
        f"DepthwiseConv{axes}D",
        (
            *_kernel(axes),
            _MULTIPLIER,
            values.CHANNELS_LAST,
            _dilation(axes),
            _ACTIVATION,
            *_weights("depthwise", "bias"),
        ),
        shape=_depthwise_shape,
        weights=_depthwise_weights,
        mask=drops_mask,
        rank=axes + 2,
        integers=False,
    )


RULES = (
    *(make(axes) for make in (_conv, _transposed) for axes in (1, 2, 3)),
    *(make(axes) for make in (_separable, _depthwise) for axes in (1, 2)),
)
