"""Predicts: python -m masked_lstm.predict data.path=samples.npz [KEY=VALUE ...]."""

import json
from pathlib import Path

import keras
import numpy as np

from . import hardware
from .config import Config, from_command_line
from .data import INPUTS, TARGETS, Batches, DataError, Samples, prepare, read


def predict(config: Config, samples: Samples) -> Samples:
    """Returns what the trained network says of samples, in the data's own units."""
    run = Path(config["run"])
    network = keras.models.load_model(run / "model.keras", compile=False)
    inputs = {name: samples[name] for name in INPUTS}
    learned = json.loads((run / "learned.json").read_text(encoding="utf-8"))
    inputs = prepare(inputs, learned)
    batches = Batches(inputs, config["training"]["batch_size"])
    outputs = network.predict(batches, verbose=0)
    return {name: outputs[name] for name in TARGETS}


def main(config: Config) -> None:
    """Writes what is predicted for each sample of a file to the run's folder."""
    if not config["data"]["path"]:
        raise DataError("say which samples: data.path=FILE")
    hardware.prepare()
    samples = read(config["data"]["path"], config["data"]["columns"], INPUTS)
    predictions = predict(config, samples)
    header = [
        name if values.shape[1] == 1 else f"{name}_{column}"
        for name, values in predictions.items()
        for column in range(values.shape[1])
    ]
    table = np.concatenate(list(predictions.values()), axis=1)
    path = Path(config["run"]) / "predictions.csv"
    np.savetxt(path, table, "%.6g", ",", header=",".join(header), comments="")
    print(f"Wrote {path}")


if __name__ == "__main__":
    main(from_command_line(trained=True))
