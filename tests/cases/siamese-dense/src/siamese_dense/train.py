"""Trains the network: python -m siamese_dense.train [KEY=VALUE ...]."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import yaml
from matplotlib.figure import Figure

from . import hardware
from .checkpoint import Checkpoint
from .config import Config, from_command_line
from .data import INPUTS, Batches, learn, load_data, prepare, take, together
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
        # A call from Python takes longer than a small step; only TensorFlow takes several at once.
        steps_per_execution=8 if keras.config.backend() == "tensorflow" else 1,
    )
    model.optimizer.build(model.trainable_variables)


def train(config: Config) -> dict[str, list[float]]:
    """Trains, or goes on where the run was when it ended. Returns what it came to, by epoch."""
    print(hardware.prepare())
    keras.utils.set_random_seed(config["seed"])
    settings, run = config["training"], Path(config["run"])

    train_part, validation_part, test_part = load_data(config)
    learned = learn(train_part)  # on the training part alone: the others have to stay unseen
    train_part, validation_part = prepare(train_part, learned), prepare(validation_part, learned)
    # A class that only the test part has is named now, not after training.
    prepare({name: values for name, values in test_part.items() if name not in INPUTS}, learned)
    # In a file's order, a batch may be all of one class.
    order = together(validation_part["pair"], np.random.default_rng(0))
    validation_part = take(validation_part, order)
    batches = Batches(train_part, settings["batch_size"], seed=config["seed"])
    validation = Batches(validation_part, settings["batch_size"])

    model = build_model()
    compile_model(model, settings["learning_rate"], settings["weight_decay"])
    history = fit(model, batches, validation, config, run / "checkpoint.npz")

    model.save(run / "new.keras")  # beside the last one, which may be in use
    # A run is used if it has this: what one holds isn't mixed with what the one before it held.
    (run / "config.yaml").unlink(missing_ok=True)
    (run / "learned.json").write_text(json.dumps(learned), encoding="utf-8")
    for old in [*run.glob("evaluation*"), *run.glob("prediction*")]:
        old.unlink()  # they're another network's
    (run / "new.keras").replace(run / "model.keras")
    (run / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    losses = pd.read_csv(run / "history.csv", index_col="epoch")[["loss", "val_loss"]]
    axes = losses.plot(ax=Figure(layout="constrained").subplots(), ylabel="loss", logy=True)
    axes.figure.savefig(run / "learning_curve.png", dpi=150)
    (run / "checkpoint.npz").replace(run / "last.npz")  # it's finished
    print(f"Wrote model.keras, history.csv and learning_curve.png to {run}")
    return history


def fit(
    model: keras.Model, batches: Batches, validation: Batches, config: Config, path: Path
) -> dict[str, list[float]]:
    """Trains on from the checkpoint at `path`; leaves the weights of the lowest validation loss."""
    epochs, patience = config["training"]["epochs"], config["training"]["patience"]
    slower = keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=patience // 2)
    stop = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    checkpoint = Checkpoint(path, config, [slower, stop])
    done = len(checkpoint.history.get("loss", []))
    batches.epoch = done - 1
    batches.on_epoch_end()
    model.fit(
        batches,
        validation_data=validation,
        initial_epoch=epochs if checkpoint.stopped else done,
        epochs=epochs,
        callbacks=[slower, stop, checkpoint],
        shuffle=False,  # the batches have an order of their own in each epoch
        verbose=0,
    )
    return checkpoint.history


if __name__ == "__main__":
    train(from_command_line())
