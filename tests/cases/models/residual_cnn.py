"""The network: Functional, because there is a residual shortcut in image."""

import keras
from keras import layers


def residual_block(inputs: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    """Adds its input to what two convolutions and two batch normalisations make of it."""
    shortcut = inputs
    if inputs.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, name=f"{name}_shortcut")(inputs)
    x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_conv_1")(inputs)
    x = layers.BatchNormalization(name=f"{name}_batch_norm_1")(x)
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv_2")(x)
    x = layers.BatchNormalization(name=f"{name}_batch_norm_2")(x)
    x = layers.Add(name=f"{name}_add")([x, shortcut])
    return layers.Activation("relu", name=f"{name}_relu")(x)


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    image = keras.Input((32, 32, 3), name="image")
    x = layers.Rescaling(1 / 255, name="image_rescaling")(image)
    x = layers.Conv2D(32, 3, padding="same", activation="relu", name="image_conv")(x)
    x = residual_block(x, 32, name="image_residual_1")
    x = residual_block(x, 64, name="image_residual_2")
    x = layers.GlobalAveragePooling2D(name="image_global_average_pool")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model({"image": image}, {"category": category}, name="residual_cnn")
