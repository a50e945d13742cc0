"""The network: Sequential, because there is one input (features) and one output (category)."""

import keras
from keras import layers


def build_model() -> keras.Sequential:
    """Returns the network, not yet compiled."""
    return keras.Sequential(
        [
            keras.Input((10,), name="features"),
            layers.Dense(64, activation="relu", name="dense"),
            layers.Dense(10, activation="softmax", name="category"),
        ],
        name="mlp",
    )
