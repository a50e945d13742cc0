"""Predict a number from a sequence with one LSTM that is called twice."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model; both calls of the LSTM have the same weights."""
    sequence = keras.Input((10, 1), name="sequence")

    lstm = layers.LSTM(64, name="lstm")
    first = lstm(sequence)
    second = lstm(sequence)

    x = layers.Concatenate(name="joined")([first, second])
    value = layers.Dense(1, name="value")(x)

    return keras.Model({"sequence": sequence}, {"value": value}, name="lstm_shared")
