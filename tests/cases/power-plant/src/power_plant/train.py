"""Trains the network: python -m power_plant.train [KEY=VALUE ...]."""

import json
from pathlib import Path

import keras
import numpy as np
import yaml
from matplotlib.figure import Figure

from . import hardware
from .config import Config, from_command_line
from .data import Batches, learn, load_data, prepare
from .model import build_model


def compile_model(model: keras.Model, learning_rate: float, weight_decay: float = 0) -> None:
    """Sets optimizer, losses and metrics; needed again when `trainable` has changed."""
    optimizer = keras.optimizers.AdamW(learning_rate, weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    model.compile(
        optimizer=optimizer,
        loss={"energy_output": "mse", "vacuum_output": "mse"},
        loss_weights={"energy_output": 0.7, "vacuum_output": 0.3},
        metrics={"energy_output": ["mae"], "vacuum_output": ["mae"]},
    )


def train(config: Config) -> dict[str, list[float]]:
    """Trains anew, and writes what came out to the run's folder. Returns the losses."""
    print(hardware.prepare())
    keras.utils.set_random_seed(config["seed"])
    settings = config["training"]
    rate, decay = settings["learning_rate"], settings["weight_decay"]

    train_part, validation_part, _ = load_data(config)
    # Learned on the training part alone: the others have to stay unseen.
    learned = learn(train_part)
    train_part, validation_part = prepare(train_part, learned), prepare(validation_part, learned)
    run = Path(config["run"])
    if (run / "model.keras").exists():
        print(f"{run} holds a run already: this one takes its place")
    run.mkdir(parents=True, exist_ok=True)
    batches = Batches(train_part, settings["batch_size"], seed=config["seed"])
    validation = Batches(validation_part, settings["batch_size"])

    model = build_model()
    compile_model(model, rate, decay)
    history = fit(model, batches, validation, settings)

    model.save(run / "model.keras")
    (run / "learned.json").write_text(json.dumps(learned), encoding="utf-8")
    (run / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    write_history(history, run)
    print(f"Wrote model.keras, history.csv and learning_curve.png to {run}")
    return history


def fit(
    model: keras.Model, batches: Batches, validation: Batches, settings: Config
) -> dict[str, list[float]]:
    """Trains while the validation loss falls, and leaves the weights of its lowest."""
    patience = settings["patience"]
    callbacks = [
        keras.callbacks.LambdaCallback(on_epoch_end=print_losses),
        keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=patience // 2),
        keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True),
    ]
    return model.fit(
        batches,
        validation_data=validation,
        epochs=settings["epochs"],
        callbacks=callbacks,
        shuffle=False,  # the batches have an order of their own in each epoch
        verbose=0,
    ).history


def print_losses(epoch: int, logs: dict[str, float]) -> None:
    """Prints a line for each epoch."""
    print(f"epoch {epoch + 1:>3}: loss {logs['loss']:.4g}, validation {logs['val_loss']:.4g}")


def write_history(history: dict[str, list[float]], run: Path) -> None:
    """Writes the figures of every epoch to a table, and the losses to a picture."""
    epochs = range(1, len(history["loss"]) + 1)
    header = ",".join(["epoch", *history])
    table = np.column_stack([epochs, *history.values()])
    np.savetxt(run / "history.csv", table, "%.6g", ",", header=header, comments="")

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(epochs, history["loss"], label="training")
    axes.plot(epochs, history["val_loss"], label="validation")
    axes.set(xlabel="epoch", ylabel="loss", yscale="log")
    axes.legend()
    figure.savefig(run / "learning_curve.png", dpi=150)


if __name__ == "__main__":
    train(from_command_line())
