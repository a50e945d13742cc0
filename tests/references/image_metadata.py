"""Classify an image together with the metadata that came with it."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the classifier: each input has a branch of its own, and both are joined late.

    The image has values from 0 to 255.
    """
    image = keras.Input((224, 224, 3), name="image")
    metadata = keras.Input((12,), name="metadata")

    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    image_features = layers.Dense(64, activation="relu", name="image_features")(x)

    metadata_features = layers.Dense(16, activation="relu", name="metadata_features")(metadata)

    x = layers.Concatenate(name="joined")([image_features, metadata_features])
    x = layers.Dense(64, activation="relu")(x)
    category = layers.Dense(5, activation="softmax", name="category")(x)

    return keras.Model(
        {"image": image, "metadata": metadata}, {"category": category}, name="image_metadata"
    )
