"""The network: Functional, because there are 2 outputs (amount, category)."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    features = keras.Input((10,), name="features")
    x = layers.Dense(8, activation="relu", name="dense")(features)

    amount = layers.Dense(1, name="amount")(x)
    category = layers.Dense(3, activation="softmax", name="category")(x)

    return keras.Model(
        {"features": features},
        {"amount": amount, "category": category},
        name="regression_and_class",
    )
