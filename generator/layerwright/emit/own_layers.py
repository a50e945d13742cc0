"""The source of the layer classes that generated projects define themselves, because Keras has none like them.

Their rules stand in `layers/distances.py`. The classes are registered, so that a saved model loads in safe mode.
"""

from __future__ import annotations

_PACKAGE = "<package>"

_REGISTERED = f'@keras.saving.register_keras_serializable(package="{_PACKAGE}")\n'

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

OWN_LAYERS = {
    "AbsoluteDifference": '''
class AbsoluteDifference(keras.layers.Subtract):
    """How far apart two tensors are, number by number."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the differences without their signs."""
        return keras.ops.absolute(super().call(inputs))
''',
    "L1Distance": '''
class L1Distance(keras.layers.Layer):
    """The sum of the differences of two vectors: (batch, n) twice to (batch, 1)."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the distance of each pair."""
        first, second = inputs
        return keras.ops.sum(keras.ops.absolute(first - second), axis=-1, keepdims=True)
''',
    "L2Distance": '''
class L2Distance(keras.layers.Layer):
    """The Euclidean distance of two vectors: (batch, n) twice to (batch, 1)."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the distance of each pair."""
        first, second = inputs
        squares = keras.ops.sum(keras.ops.square(first - second), axis=-1, keepdims=True)
        # A square root is infinitely steep at zero: two equal vectors would make all weights NaN.
        return keras.ops.sqrt(keras.ops.maximum(squares, 1e-12))
''',
    "Gate": '''
class Gate(keras.layers.Layer):
    """A mix of two tensors: gate * first + (1 - gate) * second."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the mix."""
        gate, first, second = inputs
        return gate * first + (1 - gate) * second
''',
    "WeightedSum": '''
class WeightedSum(keras.layers.Layer):
    """The sum of n branches (..., width), weighed by n numbers on the last axis of the weights."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the sum."""
        weights, *branches = inputs
        return sum(weights[..., i : i + 1] * branch for i, branch in enumerate(branches))
''',
}
"""Each class by its name, as source. It needs `import keras`."""

WITH_BRANCHES = frozenset({"Gate", "WeightedSum"})
"""Those whose first tensor weighs the others: their mask is that of the others, which needs `import functools`."""


def own_layer(name: str, package: str, *, masked: bool = True) -> str:
    """The source of a class, registered under the project's package; `masked`: it sees to masks."""
    mask = _MASK_OF_BRANCHES if masked and name in WITH_BRANCHES else ""
    return (_REGISTERED + OWN_LAYERS[name].lstrip("\n") + mask).replace(_PACKAGE, package)
