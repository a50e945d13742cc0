"""Predicts: python -m siamese_conv.predict data.path=FILE, or sample.NAME=VALUE ..."""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from . import hardware, model  # noqa: F401 - loading needs its layer classes
from .config import Config, from_command_line
from .data import INPUTS, ROW, TARGETS, Batches, DataError, Samples, read
from .files import READERS


def predict(config: Config, samples: Samples, network: keras.Model | None = None) -> Samples:
    """Returns what the trained network, or another, says of samples."""
    run = Path(config["run"])
    network = network or keras.models.load_model(run / "model.keras", compile=False)
    inputs = {name: samples[name] for name in INPUTS}
    outputs = network.predict(Batches(inputs, config["training"]["batch_size"]), verbose=0)
    return {name: outputs[name] for name in TARGETS}


def distance_columns(name: str, distances: np.ndarray, run: Path) -> Samples:
    """Returns the distances, and after an evaluation whether they are those of the same (1)."""
    file = run / "evaluation.json"
    if not file.exists():
        return {name: distances[:, 0]}
    threshold = json.loads(file.read_text(encoding="utf-8"))[name]["model"]["threshold"]
    return {name: distances[:, 0], f"{name}_same": (distances[:, 0] <= threshold).astype(int)}


def one_sample(arguments: list[str], run: Path, data: Config) -> Samples:
    """Returns the sample that sample.NAME=VALUE says. Or DataError."""
    given = {}
    for argument in arguments:
        name, _, text = argument.removeprefix("sample.").partition("=")
        try:
            values = np.array([read_value(name, text)])
            # JSON's null says that something is missing.
            given[name] = values.astype(float) if values.dtype == object else values
        except Exception as error:
            raise DataError(f"{argument} can't be read: {error}") from error
    if given.keys() != INPUTS.keys():
        expected = " ".join(f"sample.{name}=VALUE" for name in INPUTS)
        raise DataError(f"found {' '.join(arguments)}, expected {expected}")
    np.savez(run / "sample.npz", **given)
    return read(str(run / "sample.npz"), data | {"columns": {}}, INPUTS)


def read_value(name: str, text: str) -> Any:
    """Returns what a file holds, a number or a list of numbers."""
    if text.endswith(".npy"):
        return np.load(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        if (field := INPUTS.get(name)) and field.holds in READERS:
            return READERS[field.holds](Path(text), field.shape)  # as a table's files are read
        raise


def main(config: Config, sample: list[str] | None = None) -> None:
    """Writes what is predicted of a file's samples, or of one, to the run's folder."""
    hardware.prepare()
    run, data, to = Path(config["run"]), config["data"], "prediction" if sample else "predictions"
    if not (sample or data["path"]):
        raise DataError("say which samples: data.path=FILE, or sample.NAME=VALUE for each input")
    samples = one_sample(sample, run, data) if sample else read(data["path"], data, INPUTS)
    said = predict(config, samples)
    table = pd.DataFrame(distance_columns("distance", said["distance"], run))
    table.index = pd.Index(samples[ROW], name="row")
    table.to_csv(run / f"{to}.csv")
    print(f"{table.head().T}\nWrote {run / to}.csv")


if __name__ == "__main__":
    sample = [argument for argument in sys.argv if argument.startswith("sample.")]
    sys.argv = [argument for argument in sys.argv if argument not in sample]
    main(from_command_line(trained=True), sample)
