"""The layers that join tensors."""

from __future__ import annotations

from . import values
from .core import int_of
from .rule import Argument, Arguments, LayerError, Rule, Shape, spell

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


def _pair(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    if len(inputs) != 2:
        raise LayerError(
            f"Subtract joins exactly two tensors, not {len(inputs)}",
            "share one encoder between two of them (sharing), or merge by another word",
        )
    return _equal_shapes(arguments, inputs)


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
    Rule("Concatenate", (Argument("axis", -1, values.axis),), shape=_concatenated, merges=True),
    *(
        Rule(name, (), shape=_equal_shapes, merges=True)
        for name in ("Add", "Average", "Maximum", "Minimum", "Multiply")
    ),
    Rule("Subtract", (), shape=_pair, merges=True),
)
