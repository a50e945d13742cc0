"""Classify images by what is in them and by where it is."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the classifier of 28x28 grey images with values from 0 to 255."""
    image = keras.Input((28, 28, 1), name="image")

    x = layers.Rescaling(1 / 255)(image)
    features = layers.Conv2D(32, 3, padding="same", activation="relu", name="features")(x)

    # What is in the image, wherever it is.
    x = layers.Conv2D(64, 3, padding="same", activation="relu")(features)
    summary = layers.GlobalAveragePooling2D(name="summary")(x)

    # Where it is: fewer channels, but positions are kept.
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(features)
    x = layers.MaxPooling2D()(x)
    positions = layers.Flatten(name="positions")(x)

    x = layers.Concatenate(name="joined")([summary, positions])
    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model({"image": image}, {"category": category}, name="branching_cnn")
