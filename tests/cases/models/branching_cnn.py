"""The network: Functional, because paths part and meet again in image."""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Rescaling(1 / 255, name="image_rescaling")(image)
    image_conv_1 = layers.Conv2D(32, 3, padding="same", activation="relu", name="image_conv_1")(x)
    x = layers.Conv2D(64, 3, padding="same", activation="relu", name="image_conv_2")(image_conv_1)
    image_global_average_pool = layers.GlobalAveragePooling2D(name="image_global_average_pool")(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="image_conv_3")(image_conv_1)
    x = layers.MaxPooling2D(name="image_max_pool")(x)
    x = layers.Flatten(name="image_flatten")(x)
    x = layers.Concatenate(name="image_joined")([image_global_average_pool, x])
    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model({"image": image}, {"category": category}, name="branching_cnn")
