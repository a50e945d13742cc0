"""Activations as layers of their own."""

from __future__ import annotations

from collections.abc import Sequence

from ..faults import BadAxis, CannotMask, VaryingSize
from . import values
from .rule import (
    REQUIRED,
    Argument,
    Arguments,
    LayerError,
    Rule,
    Shape,
    TensorLike,
    Value,
    Weight,
    known,
    same_shape,
    spell,
)
from .values import ints_of


def _softmax_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    values.places(arguments["axis"], inputs[0], "Softmax")
    return inputs[0]


def _no_mask(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    """Keras lays a mask of steps over the last axes, where it doesn't fit, and fails on data."""
    if tensors[0].masked:
        raise LayerError(
            CannotMask,
            "Softmax gets a mask, and Keras fails to lay a mask of steps over features",
            "write softmax instead: the activation leaves the mask alone",
            ("rename", ("Softmax", "softmax")),
        )


def _shared(value: Value) -> str | None:
    """Axes counted from 1: the batch's is shared always."""
    each = value if isinstance(value, tuple) else (value,)
    right = each and not any(map(values.whole, each)) and len(set(each)) == len(each)
    return None if value is None or right else "the axes that share a slope, counted from 1, as 1x2, or none"


def _slopes(arguments: Arguments, shape: Shape) -> tuple[int | None, ...]:
    """The sizes of PReLU's slopes: the input's, and 1 along axes that share one."""
    shared = () if arguments["shared_axes"] is None else ints_of(arguments["shared_axes"])
    if any(axis >= len(shape) for axis in shared):
        raise LayerError(
            BadAxis,
            f"PReLU has shared_axes={'×'.join(map(str, shared))} on {spell(shape)}",
            f"its axes are 1 to {len(shape) - 1}; or leave shared_axes out",
            ("argument", ("shared_axes", None)),
        )
    return tuple(1 if axis in shared else size for axis, size in enumerate(shape[1:], 1))


def _prelu_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    if None in _slopes(arguments, inputs[0]):
        varying = "x".join(str(axis) for axis, size in enumerate(inputs[0]) if axis and size is None)
        raise LayerError(
            VaryingSize,
            f"PReLU has a slope for each place, and {spell(inputs[0])} varies",
            f"say shared_axes={varying}",
            ("argument", ("shared_axes", varying)),
        )
    return inputs[0]


def _prelu_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    return (Weight("alpha", tuple(known(size, "PReLU") for size in _slopes(arguments, inputs[0]))),)


RULES = (
    Rule("Activation", (Argument("activation", REQUIRED, values.activation),), shape=same_shape, integers=False),
    Rule(
        "ReLU",
        (
            Argument("max_value", None, values.optional(values.positive)),
            Argument("negative_slope", 0.0, values.positive),
            Argument("threshold", 0.0, values.positive),
        ),
        shape=same_shape,
        integers=False,
    ),
    Rule("LeakyReLU", (Argument("negative_slope", 0.3, values.positive),), shape=same_shape, integers=False),
    Rule(
        "PReLU",
        (
            Argument("alpha_initializer", "Zeros", values.initializer),
            Argument("alpha_regularizer", None, values.regularizer),
            Argument("alpha_constraint", None, values.constraint),
            Argument("shared_axes", None, _shared, values.as_said),
        ),
        shape=_prelu_shape,
        weights=_prelu_weights,
        integers=False,
    ),
    Rule("ELU", (Argument("alpha", 1.0, values.number),), shape=same_shape, integers=False),
    Rule(
        "Softmax",
        (Argument("axis", -1, values.axis_or_axes, values.as_said),),
        shape=_softmax_shape,
        integers=False,
        guard=_no_mask,
    ),
)
