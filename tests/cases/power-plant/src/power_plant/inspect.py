"""Looks inside: python -m power_plant.inspect [row=N]."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from . import hardware
from .config import Config, from_command_line
from .data import TARGETS, Batches, learn, load_data, prepare, take
from .model import build_model
from .predict import read_learned
from .train import compile_model


def inside(model: keras.Model) -> Iterator[keras.Layer]:
    """Yields the layers of a network, and those of the networks in it."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from inside(layer)


def activations(model: keras.Model, inputs: Any) -> list[tuple[str, np.ndarray]]:
    """Returns what each call of a layer gives: a shared layer has several."""
    found = []

    def watched(layer: keras.Layer, call: Any) -> Any:
        def watch(*args: Any, **kwargs: Any) -> Any:
            given = call(*args, **kwargs)
            for tensor in keras.tree.flatten(given):
                found.append((layer.name, keras.ops.convert_to_numpy(tensor)))
            return given

        return watch

    calls = {layer: layer.call for layer in inside(model)}
    for layer, call in calls.items():
        layer.call = watched(layer, call)
    model(inputs, training=False)
    for layer, call in calls.items():
        layer.call = call
    return found


def gradient_norms(model: keras.Model, batch: tuple[Any, ...]) -> dict[str, float]:
    """Returns how strongly each output's loss pulls at the weights: SGD moves them by that."""
    compile_model(model, learning_rate=0.0)
    losses, before, norms = model.loss, model.get_weights(), {}
    learning = model.trainable_variables
    for name in TARGETS:
        shares = {each: float(each == name) for each in TARGETS}
        model.compile(keras.optimizers.SGD(1.0), losses, loss_weights=shares)
        start = [np.array(keras.ops.convert_to_numpy(each)) for each in learning]
        model.train_on_batch(*batch)
        moves = [a - keras.ops.convert_to_numpy(b) for a, b in zip(start, learning, strict=True)]
        norms[name] = float(np.sqrt(sum(np.square(each).sum() for each in moves)))
        model.set_weights(before)
    return norms


def main(config: Config, row: int | None = None) -> None:
    """Prints a line for each call of a layer, and one for each output."""
    hardware.prepare()
    run = Path(config["run"])
    trained = (run / "model.keras").exists()
    samples, *_ = load_data(config)
    learned = read_learned(run) if trained else learn(samples)
    samples = prepare(samples, learned)
    count, size = len(next(iter(samples.values()))), config["training"]["batch_size"]
    first, size = (0, min(size, count)) if row is None else (row, 1)
    if first + size > count:
        raise SystemExit(
            f"row={row}: expected a row of the training part, from 0 to {count - size}"
        )
    batches = Batches(take(samples, np.arange(first, first + size)), size)
    batch = batches[0]
    keras.utils.set_random_seed(config["seed"])
    if trained:
        model = keras.models.load_model(run / "model.keras", compile=False)
    else:
        model = build_model()

    print(f"{run if trained else 'not trained'}, rows {first} to {first + size - 1}")
    print(f"{'layer':<32}{'shape':<20}{'min':>10}{'mean':>10}{'max':>10}{'zeros':>8}{'NaN':>6}")
    for name, values in activations(model, batch[0]):
        numbers = [np.nanmin(values), np.nanmean(values), np.nanmax(values)]
        said = "".join(f"{number:>10.3g}" for number in numbers)
        shape, nan = "x".join(map(str, values.shape)), np.isnan(values).sum()
        print(f"{name:<32}{shape:<20}{said}{100 * np.mean(values == 0):>7.1f}%{nan:>6}")
    print("\ngradient of each output's loss")
    for name, norm in gradient_norms(model, batch).items():
        print(f"{name:<32}{norm:.3g}")


if __name__ == "__main__":
    chosen = [each.removeprefix("row=") for each in sys.argv[1:] if each.startswith("row=")]
    sys.argv = [each for each in sys.argv if not each.startswith("row=")]
    if not all(map(str.isdecimal, chosen)):
        raise SystemExit(f"row={chosen[0]}: expected a row's number, from 0")
    config = from_command_line()
    config = from_command_line(trained=Path(config["run"], "model.keras").exists())
    main(config, *map(int, chosen[:1]))
