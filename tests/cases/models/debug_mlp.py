"""The network: Sequential, because there is one input (pixels) and one output (digit)."""

import keras
from keras import layers


def build_model() -> keras.Sequential:
    """Returns the network, not yet compiled."""
    return keras.Sequential(
        [
            keras.Input((784,), name="pixels"),
            layers.Dense(64, activation="relu", name="dense"),
            layers.Dense(10, activation="softmax", name="digit"),
        ],
        name="debug_mlp",
    )
