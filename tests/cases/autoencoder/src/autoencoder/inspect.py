"""Looks inside a trained network: python -m autoencoder.inspect [row=N]."""

import sys
from pathlib import Path
from unittest.mock import patch

import keras
import numpy as np

from . import hardware
from .config import Config, from_command_line
from .data import TARGETS, Batches, Samples, load_data, take
from .train import compile_model


def activations(model: keras.Model, inputs: Samples) -> list[tuple[str, np.ndarray]]:
    """Returns what each call of a layer gives: a shared layer has several."""
    found, layers, call = [], model.layers, keras.Layer.__call__

    def watched(layer: keras.Layer, *args: object, **kwargs: object) -> object:
        given = call(layer, *args, **kwargs)
        for tensor in keras.tree.flatten(given) if layer in layers else ():
            found.append((layer.name, keras.ops.convert_to_numpy(tensor)))
        return given

    with patch.object(keras.Layer, "__call__", watched):
        model(inputs, training=False)
    return found


def gradient_norms(model: keras.Model, batch: tuple[Samples, ...]) -> dict[str, float]:
    """Returns how strongly each output's loss pulls at the weights: SGD moves them by that."""
    compile_model(model, learning_rate=0.0)
    losses, before, norms = model.loss, model.get_weights(), {}
    for name in TARGETS:
        shares = {each: float(each == name) for each in TARGETS}
        model.compile(keras.optimizers.SGD(1.0), losses, loss_weights=shares)
        model.train_on_batch(*batch)
        moves = zip(model.weights, before, model.get_weights(), strict=True)
        norms[name] = np.sqrt(sum(np.square(a - b).sum() for each, a, b in moves if each.trainable))
        model.set_weights(before)
    return norms


def main(config: Config, row: str = "") -> None:
    """Prints a line for each call of a layer and one for each output."""
    hardware.prepare()
    run, (samples, *_) = Path(config["run"]), load_data(config)
    count, size = len(next(iter(samples.values()))), config["training"]["batch_size"]
    chosen = row.removeprefix("row=") or "1"
    if not (chosen.isdecimal() and 1 <= int(chosen) <= count):
        raise SystemExit(f"{row}: expected a row of the training part, from 1 to {count}")
    rows = np.arange(count)[int(chosen) - 1 :][: 1 if row else size]
    batch = Batches(take(samples, rows), size)[0]
    model = keras.models.load_model(run / "model.keras", compile=False)
    print(f"{'layer':<32}{'shape':<20}{'min':>10}{'mean':>10}{'max':>10}{'zeros':>10}{'NaN':>10}")
    for name, given in activations(model, batch[0]):
        said = given.min(), given.mean(), given.max(), (given == 0).mean(), np.isnan(given).mean()
        print(f"{name:<32}{given.shape!s:<20}" + "".join(f"{each:>10.3g}" for each in said))
    for name, norm in gradient_norms(model, batch).items():
        print(f"{name:<32}{'gradient of its loss':<20}{norm:>10.3g}")


if __name__ == "__main__":
    chosen = [argument for argument in sys.argv if argument.startswith("row=")]
    sys.argv = [argument for argument in sys.argv if argument not in chosen]
    main(from_command_line(trained=True), *chosen)
