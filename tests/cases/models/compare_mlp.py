"""The network: Sequential, because there is one input (pixels) and one output (digit)."""

import keras
from keras import layers


def build_model() -> keras.Sequential:
    """Returns the network, not yet compiled."""
    return keras.Sequential(
        [
            keras.Input((784,), name="pixels"),
            layers.Dense(64, activation="relu", name="dense_1"),
            layers.Dense(64, activation="relu", name="dense_2"),
            layers.Dense(10, activation="softmax", name="digit"),
        ],
        name="compare_mlp",
    )
