"""The network: Functional, because there are 2 outputs (first, second)."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    features = keras.Input((10,), name="features")
    x = layers.Dense(32, activation="relu", name="dense")(features)

    first = layers.Dense(1, activation="sigmoid", name="first")(x)
    second = layers.Dense(1, activation="sigmoid", name="second")(x)

    return keras.Model({"features": features}, {"first": first, "second": second}, name="two_heads")
