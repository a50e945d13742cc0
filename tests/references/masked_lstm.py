"""Classify sequences of different lengths."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the binary classifier; shorter sequences are padded with steps of zeros."""
    sequence = keras.Input((None, 50), name="sequence")

    x = layers.Masking(mask_value=0.0)(sequence)
    x = layers.LSTM(32)(x)
    label = layers.Dense(1, activation="sigmoid", name="label")(x)

    return keras.Model({"sequence": sequence}, {"label": label}, name="masked_lstm")
