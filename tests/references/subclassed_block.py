"""Classify small images with a residual network whose block is a layer of its own."""

from typing import Any

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="subclassed_block")
class ResidualBlock(layers.Layer):
    """Two convolutions added to their inputs, which are projected where the channels differ."""

    def __init__(self, filters: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.conv1 = layers.Conv2D(filters, 3, padding="same", activation="relu", name="conv1")
        self.norm1 = layers.BatchNormalization(name="norm1")
        self.conv2 = layers.Conv2D(filters, 3, padding="same", name="conv2")
        self.norm2 = layers.BatchNormalization(name="norm2")
        self.projection: layers.Layer | None = None

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights here, so that a loaded block has them before its first call."""
        output_shape = self.compute_output_shape(input_shape)
        self.conv1.build(input_shape)
        self.norm1.build(output_shape)
        self.conv2.build(output_shape)
        self.norm2.build(output_shape)
        if input_shape[-1] != self.filters:
            self.projection = layers.Conv2D(self.filters, 1, name="projection")
            self.projection.build(input_shape)

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """Apply the block; its two normalizations act differently in training."""
        x = self.conv1(inputs)
        x = self.norm1(x, training=training)
        x = self.conv2(x)
        x = self.norm2(x, training=training)
        shortcut = inputs if self.projection is None else self.projection(inputs)
        return keras.activations.relu(x + shortcut)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the inputs with the block's channels."""
        return (*input_shape[:-1], self.filters)

    def get_config(self) -> dict[str, Any]:
        """Return what the constructor takes, for saving."""
        return {**super().get_config(), "filters": self.filters}


def build_model() -> keras.Model:
    """Build the classifier of 32x32 images with values from 0 to 255."""
    image = keras.Input((32, 32, 3), name="image")

    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(32, 3, padding="same", activation="relu", name="stem")(x)
    x = ResidualBlock(32, name="block1")(x)
    x = ResidualBlock(64, name="block2")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.4)(x)
    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model({"image": image}, {"category": category}, name="subclassed_block")
