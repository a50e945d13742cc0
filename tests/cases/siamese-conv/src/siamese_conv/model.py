"""The network: Functional, because there are 2 inputs (anchor, positive)."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="siamese_conv")
class L2Distance(layers.Layer):
    """The Euclidean distance of two vectors: (batch, n) twice to (batch, 1)."""

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        """Returns the distance of each pair."""
        first, second = inputs
        squares = keras.ops.sum(keras.ops.square(first - second), axis=-1, keepdims=True)
        # A square root is infinitely steep at zero: two equal vectors would make all weights NaN.
        return keras.ops.sqrt(keras.ops.maximum(squares, 1e-12))


def build_encoder() -> keras.Model:
    """Returns encoder, a model of its own: 64x64x3 becomes 128."""
    encoder = keras.Input((64, 64, 3), name="encoder")
    x = layers.Rescaling(1 / 255, name="rescaling")(encoder)
    x = layers.Conv2D(32, 3, activation="relu", name="conv")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(128, activation="relu", name="dense")(x)
    return keras.Model(encoder, x, name="encoder")


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    anchor = keras.Input((64, 64, 3), name="anchor")
    positive = keras.Input((64, 64, 3), name="positive")

    # Made once: all calls share its weights.
    encoder = build_encoder()
    distance = L2Distance(name="distance")([encoder(anchor), encoder(positive)])

    return keras.Model(
        {"anchor": anchor, "positive": positive}, {"distance": distance}, name="siamese_conv"
    )
