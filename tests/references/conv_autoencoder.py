"""Compress images to a small map of features and reconstruct them from it."""

import keras
from keras import layers


def build_encoder() -> keras.Model:
    """Build the part that maps an image with values from 0 to 255 to a code."""
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(x)
    code = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu", name="code")(x)
    return keras.Model(image, code, name="encoder")


def build_decoder(code_shape: tuple[int, ...]) -> keras.Model:
    """Build the part that maps a code to an image with values from 0 to 1."""
    code = keras.Input(code_shape, name="code")
    x = layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu")(code)
    x = layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu")(x)
    reconstruction = layers.Conv2DTranspose(
        1, 3, padding="same", activation="sigmoid", name="reconstruction"
    )(x)
    return keras.Model(code, reconstruction, name="decoder")


def build_model() -> keras.Model:
    """Build the autoencoder; its target is the image divided by 255.

    Its parts are the models that `get_layer("encoder")` and `get_layer("decoder")` return.
    """
    image = keras.Input((28, 28, 1), name="image")
    encoder = build_encoder()
    decoder = build_decoder(encoder.output_shape[1:])
    reconstruction = decoder(encoder(image))
    return keras.Model(
        {"image": image}, {"reconstruction": reconstruction}, name="conv_autoencoder"
    )
