"""Predicts: python -m siamese_dense.predict data.path=FILE, or sample.NAME=VALUE ..."""

import json
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from . import hardware
from .config import Config, from_command_line
from .data import INPUTS, ROW, TARGETS, Batches, DataError, Learned, Samples, prepare, read


def read_learned(run: Path) -> Learned:
    """Returns what training learned of the data."""
    return json.loads((run / "learned.json").read_text(encoding="utf-8"))


def predict(config: Config, samples: Samples, network: keras.Model | None = None) -> Samples:
    """Returns what the trained network, or another, says of samples."""
    run = Path(config["run"])
    network = network or keras.models.load_model(run / "model.keras", compile=False)
    learned = read_learned(run)
    inputs = prepare({name: samples[name] for name in INPUTS}, learned)
    outputs = network.predict(Batches(inputs, config["training"]["batch_size"]), verbose=0)
    return {name: outputs[name] for name in TARGETS}


def number_columns(name: str, values: np.ndarray) -> Samples:
    """Returns a column for each number."""
    return {f"{name}_{each}": column for each, column in enumerate(values.T)}


def one_sample(arguments: list[str], run: Path, data: Config) -> Samples:
    """Returns the sample that sample.NAME=VALUE says. Or DataError."""
    given = {}
    for argument in arguments:
        name, _, text = argument.removeprefix("sample.").partition("=")
        try:
            values = np.array([np.load(text) if text.endswith(".npy") else json.loads(text)])
            # JSON's null says that something is missing.
            given[name] = values.astype(float) if values.dtype == object else values
        except Exception as error:
            raise DataError(f"{argument} can't be read: {error}") from error
    if given.keys() != INPUTS.keys():
        expected = " ".join(f"sample.{name}=VALUE" for name in INPUTS)
        raise DataError(f"found {' '.join(arguments)}, expected {expected}")
    np.savez(run / "sample.npz", **given)
    return read(str(run / "sample.npz"), data | {"columns": {}}, INPUTS)


def main(config: Config, sample: list[str] | None = None) -> None:
    """Writes what is predicted of a file's samples, or of one, to the run's folder."""
    hardware.prepare()
    run, data, to = Path(config["run"]), config["data"], "prediction" if sample else "predictions"
    if not (sample or data["path"]):
        raise DataError("say which samples: data.path=FILE, or sample.NAME=VALUE for each input")
    samples = one_sample(sample, run, data) if sample else read(data["path"], data, INPUTS)
    said = predict(config, samples)
    table = pd.DataFrame(number_columns("pair", said["pair"]))
    table.index = pd.Index(samples[ROW], name="row")
    table.to_csv(run / f"{to}.csv")
    print(f"{table.head().T}\nWrote {run / to}.csv")


if __name__ == "__main__":
    sample = [argument for argument in sys.argv if argument.startswith("sample.")]
    sys.argv = [argument for argument in sys.argv if argument not in sample]
    main(from_command_line(trained=True), sample)
