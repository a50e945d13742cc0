"""Layers of our own, without weights, that generated projects define in `model.py`.

What they compute stands in `emit/own_layers.py`.
"""

from __future__ import annotations

from functools import partial

from .merging import equal_shapes
from .rule import Arguments, LayerError, Rule, Shape, Takes, drops_mask, needs_all_masks, spell

MODULE = "own"
"""Where source finds these classes: in the generated `model.py` itself."""


def _each(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The shape that all inputs have."""
    equal_shapes(inputs)
    return inputs[0]


def _distance(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """(N,) and (N,) to (1,)."""
    equal_shapes(inputs)
    return (inputs[0][0], 1)


def _weighted(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """Weights (…, n) and n branches (…, W) to (…, W)."""
    weights, *branches = inputs
    equal_shapes(tuple(branches))
    if len(branches[0]) < 2 or weights != (*branches[0][:-1], len(branches)):
        raise LayerError(
            f"{len(branches)} branches of {spell(branches[0])} get weights of {spell(weights)}",
            "the weights need one number for each branch, and as many steps",
        )
    return branches[0]


def _masks_of_branches(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """A mask goes on if every branch has one; that of the first input, the gate or the weights, doesn't count."""
    return all(inputs[1:])


_own = partial(Rule, arguments=(), takes=Takes.LIST, module=MODULE, integers=False)

RULES = (
    _own("AbsoluteDifference", shape=_each, mask=needs_all_masks, least=2, most=2),
    _own("L1Distance", shape=_distance, mask=drops_mask, rank=2, least=2, most=2),
    _own("L2Distance", shape=_distance, mask=drops_mask, rank=2, least=2, most=2),
    _own("Gate", shape=_each, mask=_masks_of_branches, least=3, most=3),
    _own("WeightedSum", shape=_weighted, mask=_masks_of_branches, least=3, most=None),
)
