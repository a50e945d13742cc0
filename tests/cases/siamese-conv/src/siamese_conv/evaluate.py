"""Scores the trained network: python -m siamese_conv.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import yaml
from matplotlib.figure import Figure

from . import hardware
from .config import Config, flat, from_command_line
from .data import ROW, Samples, load_data, take
from .model import build_model
from .predict import predict

Scores = dict[str, float | None]  # None: undefined
EXPLAINED = """`model` is the trained network, on the test part.
`linear` compares the inputs themselves, without a network.
`guess` is the network before it has learned anything."""


def best_threshold(same: np.ndarray, distances: np.ndarray) -> float:
    """Returns the largest distance of pairs to call the same, for the most right answers."""
    order = np.argsort(distances[:, 0])
    right = np.cumsum([0, *np.where(same[order, 0] > 0.5, 1, -1)])  # from none the same to all
    edges = np.array([0, *distances[order, 0], distances.max()])
    apart = edges[:-1] < edges[1:]  # no threshold lies between two that are equal
    apart[-1] = True
    best = np.where(apart, right, -len(right)).argmax()
    return float(edges[best : best + 2].mean())  # midway to the next one


def distance_scores(same: np.ndarray, distances: np.ndarray, threshold: float) -> Scores:
    """Returns the share of pairs on the right side of a threshold."""
    right = (distances <= threshold) == (same > 0.5)
    return {"accuracy": float(right.mean()), "threshold": threshold}


def features(samples: Samples) -> Samples:
    """Returns what a linear model sees of each sample, by input."""
    inputs, blocks = {name: samples[name] for name in ["anchor", "positive"]}, []
    for rows in in_blocks(samples):
        block = take(inputs, rows)
        blocks.append(
            {
                "anchor": shrunk(block["anchor"], 18),
                "positive": shrunk(block["positive"], 18),
            }
        )
    return {name: np.concatenate([block[name] for block in blocks]) for name in inputs}


def in_blocks(samples: Samples, size: int = 256) -> list[np.ndarray]:
    """Returns the numbers of all samples in parts: what is read of one fits in memory."""
    count = len(next(iter(samples.values())))
    return np.split(np.arange(count), range(size, count, size))


def shrunk(values: np.ndarray, most: int) -> np.ndarray:
    """Returns what has axes of space or time as at most so many means along each, in a row."""
    values = np.asarray(values, dtype="float64")
    for axis in range(1, values.ndim - 1):
        size = values.shape[axis]
        starts = np.arange(0, size, -(-size // most))
        widths = np.diff(starts, append=size).reshape(-1, *[1] * (values.ndim - 1 - axis))
        values = np.add.reduceat(values, starts, axis) / widths
    return values.reshape(len(values), -1)


def as_they_are(samples: Samples) -> Samples:
    """Returns distances of the inputs themselves, without a network."""
    seen = features(samples)
    return {
        "distance": np.linalg.norm(seen["anchor"] - seen["positive"], axis=1, keepdims=True),
    }


def margins_missed(same: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Returns how far pairs are from where they belong: 0 if they are the same, else 1 apart."""
    return np.where(same > 0.5, distances, 1 - distances).clip(0)


def plot_distances(figure: Figure, truth: np.ndarray, said: np.ndarray) -> None:
    """Draws how many pairs lie at each distance."""
    axes, edges = figure.subplots(), np.linspace(0, said.max(), 41)
    axes.hist(said[truth > 0.5], edges, alpha=0.6, label="the same")
    axes.hist(said[truth <= 0.5], edges, alpha=0.6, label="others")
    axes.set(xlabel="distance", ylabel="pairs")
    axes.legend()


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
    run, (_, validation, test) = Path(config["run"]), load_data(config)
    warn(config)
    said = {"model": predict(config, test)}
    where = test.get(ROW, np.arange(len(test["anchor"])) + 1)
    results, sections = {}, ""

    # Beside a network that has learned nothing: what is alike lies near without learning.
    keras.utils.set_random_seed(config["seed"])
    untrained = build_model()
    said["linear"] = as_they_are(test)
    said["guess"] = predict(config, test, untrained)
    learned_by = {
        "model": predict(config, validation),
        "linear": as_they_are(validation),
        "guess": predict(config, validation, untrained),
    }
    name = "distance"
    results[name] = {
        who: distance_scores(
            test[name], each[name], best_threshold(validation[name], learned_by[who][name])
        )
        for who, each in said.items()
    }
    distances = said["model"][name]
    figure = Figure(figsize=(5, 4.5), layout="constrained")
    plot_distances(figure, test[name], distances)
    figure.savefig(run / f"evaluation_{name}.png", dpi=120)
    off = margins_missed(test[name], distances)[:, 0]
    sections += section(name, where, test[name], distances, off)
    write(run, results, len(next(iter(test.values()))), sections)
    return results


def section(
    name: str, where: np.ndarray, truth: np.ndarray, said: np.ndarray, off: np.ndarray
) -> str:
    """Returns what the page says of an output: its picture, and where it is farthest off."""
    rows = (-off).argsort()[:10]
    worst = pd.DataFrame({"row": where[rows], "off by": [f"{each:.4g}" for each in off[rows]]})
    worst["true"], worst["predicted"] = truth[rows, 0], said[rows, 0]
    shown = worst.to_string(index=False, float_format="{:.9g}".format)
    picture = f"## {name}\n\n![{name}](evaluation_{name}.png)"
    return f"\n{picture}\n\nThe worst rows of the test part:\n\n```\n{shown}\n```\n"


def write(run: Path, results: dict[str, dict[str, Scores]], count: int, sections: str) -> None:
    """Prints the scores, and writes them to a file for programs and a page for people."""
    tables = {name: pd.DataFrame(each, dtype=float) for name, each in results.items()}
    shown = pd.concat(tables).to_string(float_format="{:.4g}".format, na_rep="undefined")
    (run / "evaluation.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    about = f"{EXPLAINED}\nSamples in the test part: {count}."
    page = f"# Evaluation of {run.name}\n\n{about}\n\n```\n{shown}\n```\n{sections}"
    (run / "evaluation.md").write_text(page, encoding="utf-8")
    print(f"{shown}\nWrote evaluation.md and evaluation.json to {run}")


if __name__ == "__main__":
    evaluate(from_command_line(trained=True))
