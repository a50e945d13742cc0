"""Predicts: python -m image_metadata.predict data.path=new.npz [KEY=VALUE ...].

Or of one sample, by what its inputs are: sample.NAME=VALUE ...
"""

import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from PIL import Image

from . import hardware
from .config import Config, from_command_line
from .data import INPUTS, TARGETS, Batches, DataError, Learned, Samples, prepare, read

Table = dict[str, Iterable[Any]]  # columns by their names


def read_learned(run: Path) -> Learned:
    """Returns what training learned of the data."""
    return json.loads((run / "learned.json").read_text(encoding="utf-8"))


def predict(config: Config, samples: Samples) -> Samples:
    """Returns what the trained network says of samples, in the data's own units."""
    run = Path(config["run"])
    network = keras.models.load_model(run / "model.keras", compile=False)
    inputs = {name: samples[name] for name in INPUTS}
    learned = read_learned(run)
    inputs = prepare(inputs, learned)
    batches = Batches(inputs, config["training"]["batch_size"])
    outputs = network.predict(batches, verbose=0)
    return {name: outputs[name] for name in TARGETS}


def class_names(config: Config, name: str, count: int) -> list[str]:
    """Returns what the data calls an output's classes, or their numbers."""
    found = read_learned(Path(config["run"])).get(name, {}).get("classes")
    return found or [str(each) for each in range(count)]


def class_columns(config: Config, name: str, probabilities: np.ndarray) -> Table:
    """Returns the most probable class, its probability, and those of all."""
    names = class_names(config, name, probabilities.shape[1])
    said = [names[each] for each in probabilities.argmax(axis=1)]
    each = {
        f"{name}_p_{label}": column for label, column in zip(names, probabilities.T, strict=True)
    }
    return {name: said, f"{name}_probability": probabilities.max(axis=1)} | each


TABLES = {"category": class_columns}


def shown(value: Any) -> str:
    """Returns a text as it is, a number with six digits."""
    return value if isinstance(value, str) else f"{value:.6g}"


def write_table(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Writes a CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for row in rows:
            writer.writerow([shown(each) for each in row])
    print(f"Wrote {path}")


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
    if text.lower().endswith((".png", ".jpg", ".jpeg")):
        return np.asarray(Image.open(text))
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
    table: Table = {}
    for name, columns in TABLES.items():
        table |= columns(config, name, predictions[name])
    rows = zip(*table.values(), strict=True)
    if sample:
        print(
            "\n".join(
                f"{name}: {shown(each)}" for name, each in zip(table, next(rows), strict=True)
            )
        )
    else:
        write_table(run / "predictions.csv", table, rows)


if __name__ == "__main__":
    sample = [argument for argument in sys.argv if argument.startswith("sample.")]
    sys.argv = [argument for argument in sys.argv if argument not in sample]
    main(from_command_line(trained=True), sample)
