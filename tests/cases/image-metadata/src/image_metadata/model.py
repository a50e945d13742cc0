"""The network: Functional, because there are 2 inputs (image, metadata)."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    image = keras.Input((224, 224, 3), name="image")
    x = layers.Rescaling(1 / 255, name="image_rescaling")(image)
    x = layers.Conv2D(32, 3, activation="relu", name="image_conv")(x)
    x = layers.GlobalAveragePooling2D(name="image_global_average_pool")(x)
    image_features = layers.Dense(64, activation="relu", name="image_dense")(x)

    metadata = keras.Input((12,), name="metadata")
    metadata_features = layers.Dense(16, activation="relu", name="metadata_dense")(metadata)

    x = layers.Concatenate(name="merge")([image_features, metadata_features])
    x = layers.Dense(64, activation="relu", name="dense")(x)

    category = layers.Dense(5, activation="softmax", name="category")(x)

    return keras.Model(
        {"image": image, "metadata": metadata}, {"category": category}, name="image_metadata"
    )
