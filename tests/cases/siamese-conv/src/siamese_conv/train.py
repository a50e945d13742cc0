"""Trains the network: python -m siamese_conv.train [KEY=VALUE ...]."""

from pathlib import Path
from typing import Any

import keras
import pandas as pd
import yaml
from matplotlib.figure import Figure

from . import hardware
from .checkpoint import Checkpoint
from .config import Config, from_command_line
from .data import Batches, load_data
from .model import build_model


def contrastive(same: Any, distances: Any) -> Any:
    """Returns each pair's loss: small if those that are the same are near, others 1 apart.

    Hadsell, Chopra, LeCun, "Dimensionality Reduction by Learning an Invariant Mapping" (2006).
    """
    too_far = keras.ops.square(distances)
    too_near = keras.ops.square(keras.ops.maximum(1 - distances, 0))
    return keras.ops.mean(same * too_far + (1 - same) * too_near, axis=-1)


def compile_model(model: keras.Model, learning_rate: float, weight_decay: float = 0) -> None:
    """Sets optimizer, losses and metrics; needed again when `trainable` has changed."""
    optimizer = keras.optimizers.AdamW(learning_rate, weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer=optimizer,
        loss={"distance": contrastive},
        # A call from Python takes longer than a small step; only TensorFlow takes several at once.
        steps_per_execution=8 if keras.config.backend() == "tensorflow" else 1,
    )
    model.optimizer.build(model.trainable_variables)


def train(config: Config) -> dict[str, list[float]]:
    """Trains, or goes on where the run was when it ended. Returns what it came to, by epoch."""
    print(hardware.prepare())
    keras.utils.set_random_seed(config["seed"])
    settings, run = config["training"], Path(config["run"])

    train_part, validation_part, _ = load_data(config)
    batches = Batches(train_part, settings["batch_size"], seed=config["seed"])
    validation = Batches(validation_part, settings["batch_size"])

    model = build_model()
    compile_model(model, settings["learning_rate"], settings["weight_decay"])
    history = fit(model, batches, validation, config, run / "checkpoint.npz")

    model.save(run / "new.keras")  # beside the last one, which may be in use
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
