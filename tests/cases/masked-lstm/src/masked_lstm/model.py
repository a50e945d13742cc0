"""The network: Functional, because signal varies in length and needs a mask."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    signal = keras.Input((None, 50), name="signal")
    x = layers.Masking(name="signal_masking")(signal)
    x = layers.LSTM(32, name="signal_lstm")(x)
    label = layers.Dense(1, activation="sigmoid", name="label")(x)

    return keras.Model({"signal": signal}, {"label": label}, name="masked_lstm")
