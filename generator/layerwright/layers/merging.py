"""The layers that join tensors."""

from __future__ import annotations

from . import values
from .rule import Argument, Arguments, LayerError, Rule, Shape, Takes, needs_all_masks, spell
from .values import int_of

_RANKS_MEND = "pool or flatten the larger ones first (global_average_pool, flatten)"


def _list(shapes: tuple[Shape, ...]) -> str:
    return ", ".join(map(spell, shapes))


def _equal_shapes(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    if len({len(shape) for shape in inputs}) > 1:
        raise LayerError(f"tensors of different rank can't be joined: {_list(inputs)}", _RANKS_MEND)
    for sizes in zip(*inputs, strict=True):
        if len(set(sizes)) > 1:
            raise LayerError(
                f"tensors of different shape can't be joined element by element: {_list(inputs)}",
                "give the branches equal last sizes, or merge by concatenate",
            )
    return inputs[0]


def _concatenated(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    rank = len(inputs[0])
    if len({len(shape) for shape in inputs}) > 1:
        raise LayerError(f"tensors of different rank can't be concatenated: {_list(inputs)}", _RANKS_MEND)
    if rank < 2:
        raise LayerError("single numbers without an axis can't be concatenated", "reshape them to 1 first")
    place = int_of(arguments["axis"])
    if not -rank <= place < rank or place % rank == 0:
        raise LayerError(f"Concatenate has axis={place} on {_list(inputs)}", "axis=-1 is the last one")
    for axis, sizes in enumerate(zip(*inputs, strict=True)):
        if axis != place % rank and len(set(sizes)) > 1:
            raise LayerError(
                f"tensors can't be concatenated along axis {place}: {_list(inputs)}",
                "all their other axes have to be equal: " + _RANKS_MEND,
            )
    along = [shape[place] for shape in inputs]
    total = None if None in along else sum(size for size in along if size is not None)
    return tuple(total if axis == place % rank else size for axis, size in enumerate(inputs[0]))


RULES = (
    Rule(
        "Concatenate",
        (Argument("axis", -1, values.axis),),
        shape=_concatenated,
        mask=needs_all_masks,
        takes=Takes.LIST,
        least=2,
        most=None,
    ),
    *(
        Rule(name, (), shape=_equal_shapes, mask=needs_all_masks, takes=Takes.LIST, least=2, most=None)
        for name in ("Add", "Average", "Maximum", "Minimum", "Multiply")
    ),
    Rule("Subtract", (), shape=_equal_shapes, mask=needs_all_masks, takes=Takes.LIST, least=2, most=2),
)
