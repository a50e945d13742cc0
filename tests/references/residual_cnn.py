"""Classify small images with a residual network."""

import keras
from keras import layers


def residual_block(inputs: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    """Apply two convolutions and add the inputs, projected where the channels differ."""
    x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_conv1")(inputs)
    x = layers.BatchNormalization(name=f"{name}_norm1")(x)
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv2")(x)
    x = layers.BatchNormalization(name=f"{name}_norm2")(x)

    shortcut = inputs
    if inputs.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, name=f"{name}_projection")(inputs)
    x = layers.Add(name=f"{name}_add")([x, shortcut])
    return layers.ReLU(name=name)(x)


def build_model() -> keras.Model:
    """Build the classifier of 32x32 images with values from 0 to 255."""
    image = keras.Input((32, 32, 3), name="image")

    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(32, 3, padding="same", activation="relu", name="stem")(x)
    x = residual_block(x, 32, name="block1")
    x = residual_block(x, 64, name="block2")
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.4)(x)
    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model({"image": image}, {"category": category}, name="residual_cnn")
