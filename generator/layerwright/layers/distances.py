"""Layers of our own, without weights, that generated projects define in `model.py`: their rules, and their source."""

from __future__ import annotations

from functools import partial

from ..faults import ShapesDiffer
from .merging import equal_shapes
from .rule import OWN, Arguments, LayerError, Rule, Shape, Takes, drops_mask, needs_all_masks, spell

_MASK_OF_BRANCHES = '''
    def compute_mask(
        self, inputs: list[keras.KerasTensor], mask: list[keras.KerasTensor | None] | None = None
    ) -> keras.KerasTensor | None:
        """A step is padding where every branch has padding."""
        masks = mask[1:] if mask else [None]
        if any(each is None for each in masks):
            return None
        return functools.reduce(keras.ops.logical_or, masks)
'''

_ABSOLUTE_DIFFERENCE = '''
class AbsoluteDifference(layers.Subtract):
    """How far apart two tensors are, number by number."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the differences without their signs."""
        return keras.ops.absolute(super().call(inputs))
'''

_L1_DISTANCE = '''
class L1Distance(layers.Layer):
    """The sum of the differences of two vectors: (batch, n) twice to (batch, 1)."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the distance of each pair."""
        first, second = inputs
        return keras.ops.sum(keras.ops.absolute(first - second), axis=-1, keepdims=True)
'''

_L2_DISTANCE = '''
class L2Distance(layers.Layer):
    """The Euclidean distance of two vectors: (batch, n) twice to (batch, 1)."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the distance of each pair."""
        first, second = inputs
        squares = keras.ops.sum(keras.ops.square(first - second), axis=-1, keepdims=True)
        # A square root is infinitely steep at zero: two equal vectors would make all weights NaN.
        return keras.ops.sqrt(keras.ops.maximum(squares, 1e-12))
'''

_GATE = '''
class Gate(layers.Layer):
    """A mix of two tensors: gate * first + (1 - gate) * second."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the mix."""
        gate, first, second = inputs
        return gate * first + (1 - gate) * second
'''

_WEIGHTED_SUM = '''
class WeightedSum(layers.Layer):
    """The sum of n branches (..., width), weighed by n numbers on the last axis of the weights."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the sum."""
        weights, *branches = inputs
        return sum(weights[..., i : i + 1] * branch for i, branch in enumerate(branches))
'''


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
            ShapesDiffer,
            f"{len(branches)} branches of {spell(branches[0])} get weights of {spell(weights)}",
            "the weights need one number for each branch, and as many steps",
        )
    return branches[0]


def _masks_of_branches(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """A mask goes on if every branch has one; that of the first input, the gate or the weights, doesn't count."""
    return all(inputs[1:])


_own = partial(Rule, arguments=(), takes=Takes.LIST, module=OWN, integers=False, delicate=True)
_weighing = partial(
    _own, mask=_masks_of_branches, mask_source=_MASK_OF_BRANCHES, imports=("import functools",), least=3
)

RULES = (
    _own("AbsoluteDifference", shape=_each, mask=needs_all_masks, least=2, most=2, source=_ABSOLUTE_DIFFERENCE),
    _own("L1Distance", shape=_distance, mask=drops_mask, rank=2, least=2, most=2, source=_L1_DISTANCE),
    _own("L2Distance", shape=_distance, mask=drops_mask, rank=2, least=2, most=2, source=_L2_DISTANCE),
    _weighing("Gate", shape=_each, most=3, source=_GATE),
    _weighing("WeightedSum", shape=_weighted, most=None, source=_WEIGHTED_SUM),
)
