"""What the training runs on: one GPU, or the CPU if there is none."""

import keras
import tensorflow as tf


def prepare() -> str:
    """Sets devices and precision up before a model is built; returns what was found."""
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        # Take memory as it is needed, not all of it at once.
        tf.config.experimental.set_memory_growth(gpu, True)
    found = "GPU" if gpus else "CPU: TensorFlow finds no GPU"
    return f"{keras.config.backend()} on {found}, {keras.config.dtype_policy().name}"
