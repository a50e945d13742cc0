"""Trains the network: python -m siamese_dense.train [KEY=VALUE ...]."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import keras
from matplotlib.figure import Figure

from . import hardware
from .checkpoint import Checkpoint, begin, finish
from .config import Config, from_command_line
from .data import Batches, learn, load_data, prepare
from .model import build_model


def batch_hard_triplet(labels: Any, embeddings: Any) -> Any:
    """Returns each sample's loss: small if its kin are near and strangers far.

    Soft margin between the farthest sample of the same label and the nearest of another
    in the batch: Hermans, Beyer, Leibe, "In Defense of the Triplet Loss" (2017). It is the
    ratio of the distances that counts: their difference falls if all shrink to a point.
    """
    squares = keras.ops.sum(keras.ops.square(embeddings), axis=-1, keepdims=True)
    products = keras.ops.matmul(embeddings, keras.ops.transpose(embeddings))
    squared = squares - 2 * products + keras.ops.transpose(squares)
    # A square root has an infinite gradient at zero.
    distances = keras.ops.sqrt(keras.ops.maximum(squared, 1e-12))
    labels = keras.ops.reshape(labels, (-1, 1))
    kin = keras.ops.cast(labels == keras.ops.transpose(labels), distances.dtype)
    farthest_kin = keras.ops.max(distances * kin, axis=-1)
    nearest_stranger = keras.ops.min(distances + 1e6 * kin, axis=-1)
    return keras.ops.log1p(farthest_kin / nearest_stranger)


def compile_model(model: keras.Model, learning_rate: float, weight_decay: float = 0) -> None:
    """Sets optimizer, losses and metrics; needed again when `trainable` has changed."""
    optimizer = keras.optimizers.AdamW(learning_rate, weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer=optimizer,
        loss={"pair": batch_hard_triplet},
    )
    model.optimizer.build(model.trainable_variables)


def train(config: Config) -> dict[str, list[float]]:
    """Trains, or goes on where the run was when it ended. Returns what it came to, by epoch."""
    print(hardware.prepare())
    keras.utils.set_random_seed(config["seed"])
    settings = config["training"]
    rate, decay = settings["learning_rate"], settings["weight_decay"]

    run = begin(config)
    train_part, validation_part, _ = load_data(config)
    # Learned on the training part alone: the others have to stay unseen.
    learned = learn(train_part)
    train_part, validation_part = prepare(train_part, learned), prepare(validation_part, learned)
    batches = Batches(train_part, settings["batch_size"], seed=config["seed"])
    validation = Batches(validation_part, settings["batch_size"])

    model = build_model()
    compile_model(model, rate, decay)
    history = fit(model, batches, validation, config, run / "checkpoint.npz")

    (run / "learned.json").write_text(json.dumps(learned), encoding="utf-8")
    draw_losses(history, run / "learning_curve.png")
    finish(model, run)
    print(f"Wrote model.keras, history.csv and learning_curve.png to {run}")
    return history


def fit(
    model: keras.Model,
    batches: Batches,
    validation: Batches,
    config: Config,
    path: Path,
) -> dict[str, list[float]]:
    """Trains while the validation loss falls, and leaves the weights of its lowest.

    Goes on from the checkpoint at `path`, if there is one.
    """
    settings, patience = config["training"], config["training"]["patience"]
    slower = keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=patience // 2)
    stop = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    checkpoint = Checkpoint(path, config["seed"], [slower, stop])
    batches.epoch = checkpoint.done - 1
    batches.on_epoch_end()
    model.fit(
        batches,
        validation_data=validation,
        initial_epoch=settings["epochs"] if checkpoint.stopped else checkpoint.done,
        epochs=settings["epochs"],
        callbacks=[Progress(), slower, stop, checkpoint],
        shuffle=False,  # the batches have an order of their own in each epoch
        verbose=0,
    )
    return checkpoint.history


class Progress(keras.callbacks.Callback):
    """Prints a line for each epoch: losses, scores on the validation part, time left."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras."""
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Called by Keras."""
        left = (self.params["epochs"] - epoch - 1) * (time.perf_counter() - self.began)
        names = [name for name in logs if name.startswith("val_") and not name.endswith("loss")]
        said = [f"{name.removeprefix('val_')} {logs[name]:.4g}" for name in names]
        losses = f"loss {logs['loss']:.4g}, validation {logs['val_loss']:.4g}"
        line = f"epoch {epoch + 1:>3} of {self.params['epochs']}: {', '.join([losses, *said])}"
        print(f"{line}; at most {timedelta(seconds=round(left))} to go", flush=True)


def draw_losses(history: dict[str, list[float]], path: Path) -> None:
    """Draws the losses of every epoch."""
    epochs = range(1, len(history["loss"]) + 1)
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(epochs, history["loss"], label="training")
    axes.plot(epochs, history["val_loss"], label="validation")
    axes.set(xlabel="epoch", ylabel="loss", yscale="log")
    axes.legend()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    train(from_command_line())
