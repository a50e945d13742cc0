"""The network: Functional, because there is a residual shortcut in the body."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    features = keras.Input((64,), name="features")
    x = layers.Dense(64, activation="relu", name="residual_dense_1")(features)
    x = layers.Dense(64, name="residual_dense_2")(x)
    x = layers.Add(name="residual_add")([x, features])
    x = layers.Activation("relu", name="residual_relu")(x)
    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model({"features": features}, {"category": category}, name="residual_mlp")
