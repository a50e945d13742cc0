"""A layer that Keras lacks. Projects get the class into their own model.py: they never import this package."""

from typing import Any

import keras
from keras import layers


class GatedDense(layers.Layer):
    """A dense layer, each number of which is let through as far as a gate says: (..., n) to (..., units)."""

    def __init__(self, units: int, gate: str = "sigmoid", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.gate = units, gate
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the weights."""
        matrix, vector = (input_shape[-1], self.units), (self.units,)
        self.kernel = self.add_weight(name="kernel", shape=matrix)
        self.bias = self.add_weight(name="bias", shape=vector, initializer="zeros")
        self.gate_kernel = self.add_weight(name="gate_kernel", shape=matrix)
        self.gate_bias = self.add_weight(name="gate_bias", shape=vector, initializer="zeros")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Returns the numbers, as far as they are let through."""
        gate = keras.ops.matmul(inputs, self.gate_kernel) + self.gate_bias
        numbers = keras.ops.matmul(inputs, self.kernel) + self.bias
        return numbers * keras.activations.get(self.gate)(gate)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Returns the shape, for wrappers that ask before anything is called."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Returns what the constructor takes, for saving."""
        return {**super().get_config(), "units": self.units, "gate": self.gate}
