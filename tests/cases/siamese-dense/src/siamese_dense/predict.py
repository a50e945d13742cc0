"""Predicts: python -m siamese_dense.predict data.path=new.csv [KEY=VALUE ...].

Or of one sample, by what its inputs are: sample.NAME=VALUE ...
"""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

from . import hardware
from .config import Config, from_command_line
from .data import INPUTS, TARGETS, Batches, DataError, Learned, Samples, prepare, read


def read_learned(run: Path) -> Learned:
    """Returns what training learned of the data."""
    return json.loads((run / "learned.json").read_text(encoding="utf-8"))


def predict(config: Config, samples: Samples, network: keras.Model | None = None) -> Samples:
    """Returns what the trained network, or another, says, in the data's own units."""
    run = Path(config["run"])
    network = network or keras.models.load_model(run / "model.keras", compile=False)
    inputs = {name: samples[name] for name in INPUTS}
    learned = read_learned(run)
    inputs = prepare(inputs, learned)
    batches = Batches(inputs, config["training"]["batch_size"])
    outputs = network.predict(batches, verbose=0)
    return {name: outputs[name] for name in TARGETS}


def one_sample(arguments: list[str], run: Path, data: Config) -> Samples:
    """Returns the sample that sample.NAME=VALUE says. Or DataError."""
    given = {}
    for argument in arguments:
        name, _, text = argument.removeprefix("sample.").partition("=")
        if name not in INPUTS:
            raise DataError(f"{argument}: there is no such input; there is {', '.join(INPUTS)}")
        try:
            given[name] = np.array([read_value(text)])
        except (ValueError, OSError) as error:
            raise DataError(f"{argument} can't be read: {error}") from error
    np.savez(run / "sample.npz", **given)
    return read(str(run / "sample.npz"), data | {"columns": {}}, INPUTS)


def read_value(text: str) -> Any:
    """Returns what a file holds, a number or a list of numbers, or else the text itself."""
    if text.endswith(".npy"):
        return np.load(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def main(config: Config, sample: list[str] | None = None) -> None:
    """Writes what is predicted of a file's samples to the run's folder, or prints that of one."""
    run, data = Path(config["run"]), config["data"]
    if not sample and not data["path"]:
        raise DataError("say which samples: data.path=FILE, or sample.NAME=VALUE for each input")
    hardware.prepare()
    samples = one_sample(sample, run, data) if sample else read(data["path"], data, INPUTS)
    predictions = predict(config, samples)
    header = [
        name if values.shape[1] == 1 else f"{name}_{column}"
        for name, values in predictions.items()
        for column in range(values.shape[1])
    ]
    table = np.concatenate(list(predictions.values()), axis=1)
    if sample:
        print(
            "\n".join(f"{name}: {value:.6g}" for name, value in zip(header, table[0], strict=True))
        )
        return
    path = run / "predictions.csv"
    np.savetxt(path, table, "%.6g", ",", header=",".join(header), comments="")
    print(f"Wrote {path}")


if __name__ == "__main__":
    sample = [argument for argument in sys.argv if argument.startswith("sample.")]
    sys.argv = [argument for argument in sys.argv if argument not in sample]
    main(from_command_line(trained=True), sample)
