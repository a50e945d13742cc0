"""The network: Functional, because encoder is a model of its own."""

import keras
from keras import layers


def build_encoder() -> keras.Model:
    """Returns encoder, a model of its own: 28x28x1 becomes 7x7x64."""
    inputs = keras.Input((28, 28, 1), name="inputs")
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu", name="conv_1")(inputs)
    outputs = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu", name="conv_2")(x)
    return keras.Model(inputs, outputs, name="encoder")


def build_decoder() -> keras.Model:
    """Returns decoder, a model of its own: 7x7x64 becomes 28x28x1."""
    inputs = keras.Input((7, 7, 64), name="inputs")
    x = layers.Conv2DTranspose(
        64, 3, strides=2, padding="same", activation="relu", name="conv_transpose_1"
    )(inputs)
    x = layers.Conv2DTranspose(
        32, 3, strides=2, padding="same", activation="relu", name="conv_transpose_2"
    )(x)
    outputs = layers.Conv2DTranspose(
        1, 3, padding="same", activation="sigmoid", name="conv_transpose_3"
    )(x)
    return keras.Model(inputs, outputs, name="decoder")


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Rescaling(1 / 255, name="image_rescaling")(image)
    x = build_encoder()(x)
    image_out = build_decoder()(x)

    return keras.Model({"image": image}, {"image_out": image_out}, name="conv_autoencoder")
