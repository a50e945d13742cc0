"""Scores the trained network: python -m siamese_dense.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import yaml

from . import hardware
from .config import Config, flat, from_command_line
from .data import Learned, Samples, load_data, prepare, truths
from .model import build_model
from .predict import predict, read_learned

Scores = dict[str, float | None]  # None: undefined
EXPLAINED = """`model` is the trained network, on the test part.
`linear` compares the inputs themselves, without a network.
`guess` is the network before it has learned anything."""


def embedding_scores(truth: np.ndarray, embeddings: np.ndarray) -> Scores:
    """Returns the share of samples whose nearest other has the same label."""
    squares, same = np.square(embeddings).sum(axis=-1), []
    for rows in np.array_split(np.arange(len(truth)), len(truth) // 256 + 1):
        distances = squares - 2 * embeddings[rows] @ embeddings.T
        distances[np.arange(len(rows)), rows] = np.inf
        same.extend(truth[distances.argmin(axis=-1), 0] == truth[rows, 0])
    return {"recall_at_1": float(np.mean(same))}


def features(samples: Samples, learned: Learned) -> np.ndarray:
    """Returns what a linear model sees of each sample."""
    block = prepare({name: samples[name] for name in ["left", "right"]}, learned)
    return np.concatenate([block["left"], block["right"]], axis=1)


def as_they_are(samples: Samples, learned: Learned) -> Samples:
    """Returns the numbers of the inputs themselves, without a network."""
    seen = features(samples, learned)
    return {
        "pair": seen,
    }


def warn(config: Config) -> None:
    """Says if what was trained on may be tested: the data has changed, or how it's split."""
    run, path = Path(config["run"]), config["data"]["path"]
    if path and Path(path).stat().st_mtime > (run / "model.keras").stat().st_mtime:
        print(f"{path} is newer than the network. If it has grown, what was trained on is tested")
    then = flat(yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8")))
    by = ("seed", "data.split", "data.test_fraction", "data.validation_fraction")
    now = {key: value for key, value in flat(config).items() if key.startswith(by)}
    other = [key for key, value in now.items() if then.get(key) != value]
    if path and path == then["data.path"] and other:
        print(f"{', '.join(other)} isn't as in training: what was trained on may be tested")


def evaluate(config: Config) -> dict[str, dict[str, Scores]]:
    """Scores each output on the test part, and writes it all to the run's folder."""
    hardware.prepare()
    run, (_, _, test) = Path(config["run"]), load_data(config)
    warn(config)
    learned = read_learned(run)
    test |= truths(test, learned)
    said = {"model": predict(config, test)}
    results = {}

    # Beside a network that has learned nothing: what is alike lies near without learning.
    keras.utils.set_random_seed(config["seed"])
    untrained = build_model()
    said["linear"] = as_they_are(test, learned)
    said["guess"] = predict(config, test, untrained)
    name = "pair"
    results[name] = {who: embedding_scores(test[name], each[name]) for who, each in said.items()}
    write(run, results, len(next(iter(test.values()))))
    return results


def write(run: Path, results: dict[str, dict[str, Scores]], count: int) -> None:
    """Prints the scores, and writes them to a file for programs and a page for people."""
    tables = {name: pd.DataFrame(each, dtype=float) for name, each in results.items()}
    shown = pd.concat(tables).to_string(float_format="{:.4g}".format, na_rep="undefined")
    (run / "evaluation.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    about = f"{EXPLAINED}\nSamples in the test part: {count}."
    page = f"# Evaluation of {run.name}\n\n{about}\n\n```\n{shown}\n```\n"
    (run / "evaluation.md").write_text(page, encoding="utf-8")
    print(f"{shown}\nWrote evaluation.md and evaluation.json to {run}")


if __name__ == "__main__":
    evaluate(from_command_line(trained=True))
