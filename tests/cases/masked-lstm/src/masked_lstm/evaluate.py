"""Scores the trained network: python -m masked_lstm.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import keras
import numpy as np

from . import hardware
from .config import Config, from_command_line
from .data import load_data
from .predict import predict

Scores = dict[str, float | None]  # None: undefined


def binary_scores(truth: np.ndarray, probabilities: np.ndarray) -> Scores:
    """Returns the share right at a threshold of one half, and the area under the ROC."""
    right = (probabilities > 0.5) == (truth > 0.5)
    varied = np.ptp(truth, axis=0) > 0  # a label that is always the same has no ROC
    area = keras.metrics.AUC(multi_label=True)
    area.update_state(truth[:, varied], probabilities[:, varied])
    auc = float(area.result()) if varied.any() else None
    return {"accuracy": float(right.mean()), "auc": auc}


def mean_guess(train: np.ndarray, count: int) -> np.ndarray:
    """Returns the mean of the training part's targets for every sample."""
    return np.broadcast_to(train.mean(axis=0), (count, *train.shape[1:]))


# For each output: how it is scored, and what a model that sees no input would say.
SCORING = {"label": (binary_scores, mean_guess)}


def evaluate(config: Config) -> dict[str, dict[str, Scores]]:
    """Returns the scores of each output on the test part, beside those of a guess."""
    train, _, test = load_data(config)
    predictions = predict(config, test)
    results = {}
    for name, (score, guess) in SCORING.items():
        said = {"model": predictions[name], "guess": guess(train[name], len(test[name]))}
        results[name] = {who: score(test[name], values) for who, values in said.items()}
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
