"""The network: Functional, because encoder is a model of its own, from the inputs on."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    image = keras.Input((784,), name="image")
    x = layers.Dense(256, activation="relu", name="image_dense_1")(image)
    x = layers.Dense(128, activation="relu", name="image_dense_2")(x)
    x = layers.Dense(32, activation="relu", name="latent")(x)
    x = layers.Dense(128, activation="relu", name="image_out_dense_1")(x)
    x = layers.Dense(256, activation="relu", name="image_out_dense_2")(x)
    image_out = layers.Dense(784, activation="sigmoid", name="image_out")(x)

    return keras.Model({"image": image}, {"image_out": image_out}, name="autoencoder")


def build_encoder(model: keras.Model) -> keras.Model:
    """Returns the part of the network up to latent, with the same weights."""
    return keras.Model(model.input, model.get_layer("latent").output, name="encoder")
