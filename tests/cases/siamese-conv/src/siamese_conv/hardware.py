"""What the training runs on: one GPU, or the CPU if there is none."""

import keras
import tensorflow as tf


def prepare() -> str:
    """Sets devices and precision up before a model is built; returns a table of them."""
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        # Take memory as it is needed, not all of it at once.
        tf.config.experimental.set_memory_growth(gpu, True)
    cpu = "CPU: TensorFlow finds no GPU. If nvidia-smi does: pip install 'tensorflow[and-cuda]'"
    return f"""\
backend      {keras.config.backend()}
device       {"GPU, memory as it is needed" if gpus else cpu}
precision    float32
XLA          {"on" if gpus else "off on a CPU"}
determinism  the seed decides; sums in parallel may differ in their last digits"""
