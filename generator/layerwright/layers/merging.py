"""The layers that join tensors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from ..faults import BadAxis, BatchMismatch, CannotMask, ShapesDiffer, WrongAxes
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
    needs_all_masks,
    needs_any_mask,
    spell,
)
from .values import int_of, ints_of

_RANKS_MEND = "pool or flatten the larger ones first (global_average_pool, flatten)"


def _list(shapes: tuple[Shape, ...]) -> str:
    return ", ".join(map(spell, shapes))


def equal_shapes(inputs: tuple[Shape, ...]) -> None:
    """Raises LayerError unless all shapes are equal: for merges where no tensor may be stretched unasked."""
    if len({shape[0] for shape in inputs}) > 1:
        raise LayerError(
            BatchMismatch,
            f"batches of different sizes can't be joined: {_list(inputs)}",
            "say the same batch after all inputs",
        )
    if len({len(shape) for shape in inputs}) > 1:
        raise LayerError(ShapesDiffer, f"tensors of different rank can't be joined: {_list(inputs)}", _RANKS_MEND)
    for sizes in zip(*(shape[1:] for shape in inputs), strict=True):
        if len(set(sizes)) > 1:
            raise LayerError(
                ShapesDiffer,
                f"tensors of different shape can't be joined element by element: {_list(inputs)}",
                "give the branches equal last sizes, or merge by concatenate",
            )


def _batch(inputs: tuple[Shape, ...]) -> int | None:
    """The batch size, if one of the shapes says it."""
    said = {shape[0] for shape in inputs} - {None}
    if len(said) > 1:
        raise LayerError(
            BatchMismatch,
            f"batches of different sizes can't be joined: {_list(inputs)}",
            "say the same batch after all inputs",
        )
    return said.pop() if said else None


def _broadcast(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The shape that holds all, sizes of 1 stretched and axes put in after the batch (Keras's `Merge`)."""
    return (_batch(inputs), *reduce(_stretched, (shape[1:] for shape in inputs)))


def _stretched(one: Shape, other: Shape) -> Shape:
    axes = max(len(one), len(other))
    pairs = zip(*((1,) * (axes - len(shape)) + shape for shape in (one, other)), strict=True)
    sizes: list[int | None] = []
    for size, against in pairs:
        if size != against and 1 not in (size, against):
            raise LayerError(
                ShapesDiffer,
                f"tensors of {spell((None, *one))} and {spell((None, *other))} can't be joined element by element",
                "every axis needs equal sizes, or 1 in one of them",
            )
        sizes.append(against if size == 1 else size)
    return tuple(sizes)


def _masks_of_one_rank(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    """Keras joins masks without putting axes in first: those of tensors of different rank don't fit."""
    if all(tensor.masked for tensor in tensors) and len({len(tensor.shape) for tensor in tensors}) > 1:
        raise LayerError(
            CannotMask,
            "tensors of different rank can't be joined with the masks that they carry",
            "leave out what makes one of the masks (masking, mask_zero=true)",
        )


def _concatenated(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    rank = len(inputs[0])
    _batch(inputs)
    if len({len(shape) for shape in inputs}) > 1:
        raise LayerError(ShapesDiffer, f"tensors of different rank can't be concatenated: {_list(inputs)}", _RANKS_MEND)
    if rank < 2:
        raise LayerError(WrongAxes, "single numbers without an axis can't be concatenated", "reshape them to 1 first")
    place = int_of(arguments["axis"])
    if not -rank <= place < rank or place % rank == 0:
        raise LayerError(BadAxis, f"Concatenate has axis={place} on {_list(inputs)}", "axis=-1 is the last one")
    for axis, sizes in enumerate(zip(*inputs, strict=True)):
        if axis not in (0, place % rank) and len(set(sizes)) > 1:
            raise LayerError(
                ShapesDiffer,
                f"tensors can't be concatenated along axis {place}: {_list(inputs)}",
                "all their other axes have to be equal: " + _RANKS_MEND,
            )
    along = [shape[place] for shape in inputs]
    total = None if None in along else sum(size for size in along if size is not None)
    return tuple(total if axis == place % rank else size for axis, size in enumerate(inputs[0]))


def _joined_dtype(arguments: Arguments, inputs: tuple[str, ...]) -> str:
    """Whole numbers stay so among themselves. Keras says float32 of them, and data are whole all the same."""
    return inputs[0] if len(set(inputs)) == 1 else "float32"


def _pair(value: Value) -> str | None:
    """One axis for both tensors, or one for each."""
    each = value if isinstance(value, tuple) else (value, value)
    right = len(each) == 2 and not any(map(values.axis, each))
    return None if right else "an axis, as -1 for the last one, or one for each tensor, as 1x2"


def _dot(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """Both shapes less the axis that is summed over; one number a sample has an axis of its own."""
    _batch(inputs)
    places = []
    for shape, axis in zip(inputs, ints_of(arguments["axes"], 2), strict=True):
        if not -len(shape) <= axis < len(shape) or axis % len(shape) == 0:
            raise LayerError(BadAxis, f"Dot has axis {axis} on {spell(shape)}", "axes=-1 is the last one of both")
        places.append(axis % len(shape))
    first, second = inputs
    if first[places[0]] != second[places[1]]:
        raise LayerError(
            ShapesDiffer,
            f"Dot sums over {first[places[0]]} numbers of {spell(first)} and {second[places[1]]} of {spell(second)}",
            "choose axes of the same size",
        )
    rest = [size for axis, size in enumerate(first) if axis != places[0]]
    rest += [size for axis, size in enumerate(second) if axis not in (0, places[1])]
    return tuple(rest) if len(rest) > 1 else (*rest, 1)


def _element_by_element(name: str, *, most: int | None = None, integers: bool = True) -> Rule:
    return Rule(
        name,
        (),
        shape=_broadcast,
        dtype=_joined_dtype,
        mask=needs_all_masks,
        takes=Takes.LIST,
        least=2,
        most=most,
        integers=integers,
        guard=_masks_of_one_rank,
    )


RULES = (
    Rule(
        "Concatenate",
        (Argument("axis", -1, values.axis),),
        shape=_concatenated,
        dtype=_joined_dtype,
        mask=needs_any_mask,
        takes=Takes.LIST,
        least=2,
        most=None,
    ),
    *map(_element_by_element, ("Add", "Maximum", "Minimum", "Multiply")),
    # Of whole numbers, it makes other fractions on TensorFlow than elsewhere.
    _element_by_element("Average", integers=False),
    _element_by_element("Subtract", most=2),
    Rule(
        "Dot",
        (Argument("axes", REQUIRED, _pair), Argument("normalize", False, values.flag)),
        shape=_dot,
        mask=drops_mask,
        takes=Takes.LIST,
        least=2,
        most=2,
        integers=False,
        delicate=True,
    ),
)
