"""The network: Functional, because there are 2 outputs (energy_output, vacuum_output)."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    sensors = keras.Input((4,), name="sensors")
    x = layers.Dense(64, activation="relu", name="dense_1")(sensors)
    x = layers.Dense(32, activation="relu", name="dense_2")(x)

    energy_output = layers.Dense(1, name="energy_output")(x)
    vacuum_output = layers.Dense(1, name="vacuum_output")(x)

    return keras.Model(
        {"sensors": sensors},
        {"energy_output": energy_output, "vacuum_output": vacuum_output},
        name="power_plant",
    )
