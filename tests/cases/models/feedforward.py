"""The network: Sequential, because there is one input (features) and one output (label)."""

import keras
from keras import layers


def build_model() -> keras.Sequential:
    """Returns the network, not yet compiled."""
    return keras.Sequential(
        [
            keras.Input((10,), name="features"),
            layers.Dense(16, activation="relu", name="dense"),
            layers.Dense(1, activation="sigmoid", name="label"),
        ],
        name="feedforward",
    )
