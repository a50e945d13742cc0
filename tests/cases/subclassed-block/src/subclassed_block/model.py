"""The network: Functional, because you said that it won't stay a straight line."""

from typing import Any

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="subclassed_block")
class ResidualBlock(layers.Layer):
    """Adds its input to what two convolutions and two batch normalisations make of it."""

    def __init__(self, filters: int, project: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.project = project
        self.conv_1 = layers.Conv2D(filters, 3, padding="same", activation="relu", name="conv_1")
        self.batch_norm_1 = layers.BatchNormalization(name="batch_norm_1")
        self.conv_2 = layers.Conv2D(filters, 3, padding="same", name="conv_2")
        self.batch_norm_2 = layers.BatchNormalization(name="batch_norm_2")
        self.add = layers.Add(name="add")
        self.relu = layers.Activation("relu", name="relu")
        self.shortcut = layers.Conv2D(filters, 1, name="shortcut") if project else None

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights: a loaded layer needs them before its first call."""
        self.call(keras.KerasTensor(input_shape))

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns what the layer makes of its inputs."""
        shortcut = inputs if self.shortcut is None else self.shortcut(inputs)
        x = self.conv_1(inputs)
        x = self.batch_norm_1(x)
        x = self.conv_2(x)
        x = self.batch_norm_2(x)
        x = self.add([x, shortcut])
        return self.relu(x)

    def get_config(self) -> dict[str, Any]:
        """Returns what the constructor takes, for saving."""
        return {**super().get_config(), "filters": self.filters, "project": self.project}


def build_model() -> keras.Model:
    """Returns the network, not yet compiled."""
    image = keras.Input((32, 32, 3), name="image")
    x = layers.Rescaling(1 / 255, name="image_rescaling")(image)
    x = layers.Conv2D(32, 3, padding="same", activation="relu", name="image_conv")(x)
    x = ResidualBlock(32, project=False, name="image_residual_1")(x)
    x = ResidualBlock(64, project=True, name="image_residual_2")(x)
    x = layers.GlobalAveragePooling2D(name="image_global_average_pool")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    category = layers.Dense(10, activation="softmax", name="category")(x)

    return keras.Model({"image": image}, {"category": category}, name="subclassed_block")
