"""Tell how far apart two images are, with one encoder for both."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable(package="siamese_conv")
class EuclideanDistance(layers.Layer):
    """The Euclidean distance between two batches of vectors."""

    def call(self, left: keras.KerasTensor, right: keras.KerasTensor) -> keras.KerasTensor:
        """Return one distance for each pair of vectors."""
        squared = ops.sum(ops.square(left - right), axis=-1, keepdims=True)
        # The gradient of a square root is infinite at zero.
        return ops.sqrt(ops.maximum(squared, 1e-12))


def build_encoder() -> keras.Model:
    """Build the part that maps an image with values from 0 to 255 to a vector."""
    image = keras.Input((64, 64, 3), name="image")
    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    embedding = layers.Dense(128, activation="relu", name="embedding")(x)
    return keras.Model(image, embedding, name="encoder")


def build_model() -> keras.Model:
    """Build the model of the distance between an anchor and a positive."""
    anchor = keras.Input((64, 64, 3), name="anchor")
    positive = keras.Input((64, 64, 3), name="positive")

    encoder = build_encoder()
    distance = EuclideanDistance(name="distance")(encoder(anchor), encoder(positive))

    return keras.Model(
        {"anchor": anchor, "positive": positive}, {"distance": distance}, name="siamese_conv"
    )
