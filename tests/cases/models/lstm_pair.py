"""The network: Functional, because paths part and meet again in signal."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    signal = keras.Input((10, 1), name="signal")
    signal_lstm_1 = layers.LSTM(64, name="signal_lstm_1")(signal)
    x = layers.LSTM(64, name="signal_lstm_2")(signal)
    x = layers.Concatenate(name="signal_joined")([signal_lstm_1, x])
    value = layers.Dense(1, name="value")(x)

    return keras.Model({"signal": signal}, {"value": value}, name="lstm_pair")
