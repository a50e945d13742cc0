"""Layers of our own, without weights, that generated projects define in `model.py`.

What they compute stands in `emit/own_layers.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from .merging import equal_shapes
from .rule import Arguments, LayerError, Rule, Shape, Takes, drops_mask, spell

MODULE = "own"
"""Where source finds these classes: in the generated `model.py` itself."""


def _each(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The shape that all inputs have."""
    equal_shapes(inputs)
    return inputs[0]


def _distance(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """(N,) and (N,) to (1,)."""
    equal_shapes(inputs)
    if len(inputs[0]) != 2:
        raise LayerError(f"a distance is that of two tensors of one axis, not of {spell(inputs[0])}", "flatten them")
    return (inputs[0][0], 1)


def _weighted(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """Weights (…, n) and n branches (…, W) to (…, W)."""
    weights, *branches = inputs
    equal_shapes(tuple(branches))
    if weights[1:] != (*branches[0][1:-1], len(branches)):
        raise LayerError(
            f"{len(branches)} branches of {spell(branches[0])} get weights of {spell(weights)}",
            "the weights have one number for each branch",
        )
    return branches[0]


def _own(name: str, shape: Callable[[Arguments, tuple[Shape, ...]], Shape], least: int, most: int | None) -> Rule:
    return Rule(
        name,
        (),
        shape=shape,
        mask=drops_mask,
        takes=Takes.LIST,
        least=least,
        most=most,
        module=MODULE,
        integers=False,
    )


RULES = (
    _own("AbsoluteDifference", _each, 2, 2),
    _own("L1Distance", _distance, 2, 2),
    _own("L2Distance", _distance, 2, 2),
    _own("Gate", _each, 3, 3),
    _own("WeightedSum", _weighted, 3, None),
)
