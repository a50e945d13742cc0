"""The network: Functional, because reader is shared: it is called on signal twice."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    signal = keras.Input((10, 1), name="signal")
    # Made once: all calls share its weights.
    reader = layers.LSTM(64, name="reader")
    x = layers.Concatenate(name="signal_joined")([reader(signal), reader(signal)])
    value = layers.Dense(1, name="value")(x)

    return keras.Model({"signal": signal}, {"value": value}, name="lstm_shared")
