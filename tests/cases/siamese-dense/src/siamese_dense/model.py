"""The network.

Functional, because there are 2 inputs (left, right) and encoder is shared: it is called on left and
right.
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled.

    left (100) -> encoder (64)
    right (100) -> encoder (64)
    encoder(left) + encoder(right) -> merge (128)
    """
    left = keras.Input((100,), name="left")
    right = keras.Input((100,), name="right")

    # Made once and called on each: the calls share one set of weights.
    encoder = layers.Dense(64, activation="relu", name="encoder")

    pair = layers.Concatenate(name="merge")([encoder(left), encoder(right)])

    return keras.Model(
        inputs={"left": left, "right": right}, outputs={"pair": pair}, name="siamese_dense"
    )
