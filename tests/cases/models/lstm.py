"""The network: Sequential, because there is one input (signal) and one output (value)."""

import keras
from keras import layers


def build_model() -> keras.Sequential:
    """Returns the network, not yet compiled."""
    return keras.Sequential(
        [
            keras.Input((10, 1), batch_size=1, name="signal"),
            layers.LSTM(64, return_sequences=True, stateful=True, name="signal_lstm"),
            layers.Dense(1, name="value"),
        ],
        name="lstm",
    )
