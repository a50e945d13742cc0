"""The network: Functional, because there are 2 inputs (first, second)."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    first = keras.Input((128,), name="first")
    first_features = layers.Dense(64, activation="relu", name="first_dense")(first)

    second = keras.Input((64,), name="second")
    second_features = layers.Dense(64, activation="relu", name="second_dense")(second)

    x = layers.Concatenate(name="merge")([first_features, second_features])

    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model(
        {"first": first, "second": second}, {"category": category}, name="two_inputs"
    )
