"""The layers that make numbers out of raw ones: scaled, standardised, put into bins, encoded, hashed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ..faults import ArgumentMisfit, MissingArgument, WrongAxes, WrongNumbers
from . import values
from .rule import (
    REQUIRED,
    Argument,
    Arguments,
    LayerError,
    Rule,
    Shape,
    Takes,
    TensorLike,
    Value,
    drops_mask,
    known,
    plain,
    spell,
)
from .values import int_of, places

_NOT_SPARSE = Argument("sparse", False, values.only(False, "the layers after it take no sparse tensors"))
_COUNTED = ("one_hot", "multi_hot", "count")


def _numbers(value: Value) -> str | None:
    """A number, or one for each channel."""
    each = value if isinstance(value, tuple) else (value,)
    right = each and not any(map(values.number, each))
    return None if right else "a number, or one for each channel, as (0.5,0.5,0.5)"


def _ratio(value: Value) -> Value:
    """A text as `1/255` as the number that it says."""
    if isinstance(value, str) and (said := re.fullmatch(r"(\d{1,9})/(\d{1,9})", value, re.ASCII)) and int(said[2]):
        return int(said[1]) / int(said[2])
    return plain(value)


def _rescaled_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The input's shape. Numbers for each channel have to be as many: Keras would stretch the tensor to them."""
    for name in ("scale", "offset"):
        value = arguments[name]
        if isinstance(value, tuple) and (len(inputs[0]) < 2 or len(value) != inputs[0][-1]):
            raise LayerError(
                ArgumentMisfit,
                f"{name} of Rescaling has {len(value)} numbers, and {spell(inputs[0])} other channels",
                "say one number, or one for each channel",
                ("argument", (name, 1)),
            )
    return inputs[0]


def _array(value: Value) -> tuple[int, ...] | None:
    """The shape of numbers in tuples in tuples, or None if they have none: rows of different length, say."""
    if not isinstance(value, tuple):
        return () if values.number(value) is None else None
    inner = {_array(each) for each in value}
    shape = inner.pop() if len(inner) == 1 else None
    return None if shape is None else (len(value), *shape)


def _given(value: Value) -> str | None:
    right = value is None or _array(value) is not None
    return None if right else "a number, or numbers as (0.5,1.5)"


def _not_negative(value: Value) -> str | None:
    expected = _given(value)
    return expected or (None if _lowest(value) >= 0 else "a number, or numbers as (0.5,1.5), 0 or more each")


def _lowest(value: Value) -> float:
    if isinstance(value, tuple):
        return min(map(_lowest, value))
    return value if isinstance(value, int | float) else 0


def _no_axis_or_axes(value: Value) -> str | None:
    return None if value is None else values.axis_or_axes(value)


def _standardised_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The input's shape. Mean and variance, of one shape, are stretched over the sizes of the axes."""
    mean, variance = arguments["mean"], arguments["variance"]
    if mean is None or variance is None:
        raise LayerError(
            MissingArgument,
            "Normalization has no mean and variance: nothing would adapt it to the data",
            "say both, or leave it out: of an input of kind numeric the data pipeline standardises the values",
            ("drop", None),
        )
    axes = () if arguments["axis"] is None else places(arguments["axis"], inputs[0], "Normalization")
    sizes = tuple(known(inputs[0][axis], "Normalization") for axis in axes)
    shape = _array(mean) or ()
    aligned = zip(reversed(shape), reversed(sizes), strict=False)
    if shape != _array(variance) or len(shape) > len(sizes) or any(one not in (1, size) for one, size in aligned):
        raise LayerError(
            ArgumentMisfit,
            f"mean and variance of Normalization don't fit {spell(inputs[0])}",
            f"each is one number, or has {' of '.join(map(str, reversed(sizes))) or 'no'} numbers".replace(
                "has no numbers", "nothing else without an axis"
            ),
        )
    return inputs[0]


def _encoded(layer: str, mode: str, depth: int, shape: Shape) -> Shape:
    """The shape of numbers as columns: of each by itself (`one_hot`), or of a sample's last axis together.

    Keras 3.15 announces another shape than data have for a single number a sample, of which it would mix the batch,
    and for more than one axis.
    """
    if mode == "one_hot":
        return (*shape[:-1], depth) if shape[-1] == 1 and len(shape) > 1 else (*shape, depth)
    if len(shape) != 2:
        raise LayerError(
            WrongAxes,
            f"{layer} with output_mode={mode} takes one axis of numbers and gets {spell(shape)}",
            "say output_mode=one_hot" if len(shape) == 1 else "say output_mode=one_hot, or flatten it first",
            ("argument", ("output_mode", "one_hot")),
        )
    return (shape[0], depth)


def _category_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    if arguments["num_tokens"] is None:
        mend = "say how many values there are, as num_tokens=10"
        raise LayerError(MissingArgument, "CategoryEncoding needs num_tokens", mend, ("argument", ("num_tokens", 10)))
    return _encoded("CategoryEncoding", str(arguments["output_mode"]), int_of(arguments["num_tokens"]), inputs[0])


def _boundaries(value: Value) -> str | None:
    each = value if isinstance(value, tuple) else (value,)
    right = not any(map(values.number, each)) and all(low < high for low, high in pairwise(map(_lowest, each)))
    return None if value is None or (each and right) else "ascending numbers, as (0,0.5,1)"


def _one_in_a_row(value: Value) -> Value:
    """A single number as a row of one: Keras counts boundaries."""
    return value if isinstance(value, tuple) or value is None else (value,)


def _binned_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    boundaries, mode = arguments["bin_boundaries"], str(arguments["output_mode"])
    if not isinstance(boundaries, tuple):
        raise LayerError(
            MissingArgument,
            "Discretization has no bin_boundaries: nothing would adapt it to the data",
            "say them, as bin_boundaries=(0,0.5,1)",
            ("argument", ("bin_boundaries", (0, 0.5, 1))),
        )
    return inputs[0] if mode == "int" else _encoded("Discretization", mode, len(boundaries) + 1, inputs[0])


def _binned_dtype(arguments: Arguments, inputs: tuple[str, ...]) -> str:
    return "int32" if arguments["output_mode"] == "int" else "float32"


def _hashed_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """As it was, or a column for each bin. Keras 3.15 announces another shape for one_hot of several numbers."""
    shape, mode = inputs[0], str(arguments["output_mode"])
    if mode == "int":
        return shape
    if mode == "one_hot" and (len(shape) < 2 or shape[-1] != 1):
        raise LayerError(
            WrongAxes,
            f"Hashing with output_mode=one_hot takes a last axis of one number and gets {spell(shape)}",
            "reshape it to 1 first" if len(shape) == 1 else "say output_mode=int, and CategoryEncoding after it",
        )
    return _encoded("Hashing", mode, int_of(arguments["num_bins"]), shape)


def _hashed_dtype(arguments: Arguments, inputs: tuple[str, ...]) -> str:
    return "int64" if arguments["output_mode"] == "int" else "float32"


def _salt(value: Value) -> str | None:
    each = value if isinstance(value, tuple) else (value,) * 2
    right = len(each) == 2 and not any(map(values.count, each))
    return None if value is None or right else "a whole number, two of them as 1x2, or none"


def _whole_numbers(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    if not all(tensor.dtype.startswith("int") for tensor in tensors):
        raise LayerError(WrongNumbers, "HashedCrossing takes whole numbers", "give it inputs of kind category")


def _crossed_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    shape = inputs[0]
    if any(each != shape for each in inputs) or shape[1:] not in ((), (1,)):
        raise LayerError(
            WrongAxes,
            f"HashedCrossing takes one number a sample of each tensor and gets {', '.join(map(spell, inputs))}",
            "give it inputs of kind category",
        )
    return shape if arguments["output_mode"] == "int" else (shape[0], int_of(arguments["num_bins"]))


RULES = (
    Rule(
        "Rescaling",
        (Argument("scale", REQUIRED, _numbers, _ratio), Argument("offset", 0.0, _numbers, _ratio)),
        shape=_rescaled_shape,
    ),
    Rule(
        "Normalization",
        (
            Argument("axis", -1, _no_axis_or_axes, values.as_said),
            Argument("mean", None, _given, values.as_said),
            Argument("variance", None, _not_negative, values.as_said),
            Argument("invert", False, values.flag),
        ),
        shape=_standardised_shape,
    ),
    Rule(
        "CategoryEncoding",
        (
            Argument("num_tokens", None, values.optional(values.whole)),
            Argument("output_mode", "multi_hot", values.word(*_COUNTED)),
            _NOT_SPARSE,
        ),
        shape=_category_shape,
        mask=drops_mask,
    ),
    Rule(
        "Discretization",
        (
            Argument("bin_boundaries", None, _boundaries, _one_in_a_row),
            Argument("num_bins", None, values.only(None, "nothing would adapt the bins to the data")),
            Argument("epsilon", 0.01, values.number),
            Argument("output_mode", "int", values.word("int", *_COUNTED)),
            _NOT_SPARSE,
        ),
        shape=_binned_shape,
        dtype=_binned_dtype,
        mask=drops_mask,
    ),
    Rule(
        "Hashing",
        (
            Argument("num_bins", REQUIRED, values.whole),
            Argument("mask_value", None, values.optional(values.axis)),
            Argument("salt", None, _salt, values.as_said),
            Argument("output_mode", "int", values.word("int", *_COUNTED)),
            _NOT_SPARSE,
        ),
        shape=_hashed_shape,
        dtype=_hashed_dtype,
        mask=drops_mask,
        backends=("tensorflow",),
    ),
    Rule(
        "HashedCrossing",
        (
            Argument("num_bins", REQUIRED, values.whole),
            Argument("output_mode", "int", values.word("int", "one_hot")),
            _NOT_SPARSE,
        ),
        shape=_crossed_shape,
        dtype=_hashed_dtype,
        mask=drops_mask,
        takes=Takes.LIST,
        least=2,
        most=2,
        backends=("tensorflow",),
        guard=_whole_numbers,
    ),
)
