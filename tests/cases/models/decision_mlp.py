"""The network: Sequential, because there is one input (features) and one output (decision)."""

import keras
from keras import layers


def build_model() -> keras.Sequential:
    """Returns the network, not yet compiled."""
    return keras.Sequential(
        [
            keras.Input((20,), name="features"),
            layers.Dense(64, activation="relu", name="dense_1"),
            layers.Dense(32, activation="relu", name="dense_2"),
            layers.Dense(1, activation="sigmoid", name="decision"),
        ],
        name="decision_mlp",
    )
