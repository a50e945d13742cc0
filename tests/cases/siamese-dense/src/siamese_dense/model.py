"""The network: Functional, because there are 2 inputs (left, right)."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    left = keras.Input((100,), name="left")
    right = keras.Input((100,), name="right")

    # Made once: all calls share its weights.
    encoder = layers.Dense(64, activation="relu", name="encoder")
    pair = layers.Concatenate(name="merge")([encoder(left), encoder(right)])

    return keras.Model({"left": left, "right": right}, {"pair": pair}, name="siamese_dense")
