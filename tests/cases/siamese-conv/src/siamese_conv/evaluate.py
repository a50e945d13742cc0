"""Scores the trained network: python -m siamese_conv.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import keras
import numpy as np

from . import hardware
from .config import Config, from_command_line
from .data import load_data
from .model import build_model
from .predict import predict

Scores = dict[str, float | None]  # None: undefined


def best_threshold(same: np.ndarray, distances: np.ndarray) -> float:
    """Returns the largest distance of pairs to call the same, for the most right answers."""
    order = np.argsort(distances[:, 0])
    right = np.cumsum(np.where(same[order, 0] > 0.5, 1, -1))
    return float(distances[order[right.argmax()], 0])


def distance_scores(same: np.ndarray, distances: np.ndarray, threshold: float) -> Scores:
    """Returns the share of pairs on the right side of a threshold."""
    right = (distances <= threshold) == (same > 0.5)
    return {"accuracy": float(right.mean()), "threshold": threshold}


def evaluate(config: Config) -> dict[str, dict[str, Scores]]:
    """Returns the scores of each output on the test part, beside those of a guess."""
    _, validation, test = load_data(config)
    predictions = predict(config, test)
    results = {}

    # Beside a network that has learned nothing: what is alike lies near without learning.
    keras.utils.set_random_seed(config["seed"])
    untrained = build_model()
    said = {"model": predictions, "guess": predict(config, test, untrained)}
    learned = {
        "model": predict(config, validation),
        "guess": predict(config, validation, untrained),
    }
    name = "distance"
    results[name] = {
        who: distance_scores(
            test[name], values[name], best_threshold(validation[name], learned[who][name])
        )
        for who, values in said.items()
    }
    return results


def main(config: Config) -> None:
    """Prints the scores, and writes them to the run's folder."""
    hardware.prepare()
    results = evaluate(config)
    print(f"{'output':<24}{'score':<14}{'model':>12}{'guess':>12}")
    for name, scores in results.items():
        for score, value in scores["model"].items():
            both = (value, scores["guess"][score])
            said = ["undefined" if each is None else f"{each:.4g}" for each in both]
            print(f"{name:<24}{score:<14}{said[0]:>12}{said[1]:>12}")
    path = Path(config["run"]) / "evaluation.json"
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"Wrote {path}")


if __name__ == "__main__":
    main(from_command_line(trained=True))
