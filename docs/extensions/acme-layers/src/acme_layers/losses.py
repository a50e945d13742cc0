"""A loss that Keras lacks. Projects get the function into their own train.py."""

from typing import Any

import keras


def pinball(truth: Any, said: Any) -> Any:
    """Returns each sample's loss: nine times dearer below the truth than above it.

    Koenker, Bassett, "Regression Quantiles" (1978), for the quantile 0.9.
    """
    short = truth - said
    return keras.ops.mean(keras.ops.maximum(0.9 * short, -0.1 * short), axis=-1)
