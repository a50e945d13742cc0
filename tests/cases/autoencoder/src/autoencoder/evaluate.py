"""Scores the trained network: python -m autoencoder.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import numpy as np

from . import hardware
from .config import Config, from_command_line
from .data import load_data, reconstructions
from .predict import predict

Scores = dict[str, float | None]  # None: undefined


def regression_scores(truth: np.ndarray, predicted: np.ndarray) -> Scores:
    """Returns the errors in the target's unit, and the share of variance explained."""
    error, variance = truth - predicted, truth.var(axis=0).mean()
    mse, mae = float(np.square(error).mean()), float(np.abs(error).mean())
    varies = np.ptp(truth, axis=0).any()  # else there is nothing to explain
    return {"rmse": mse**0.5, "mae": mae, "r2": 1 - mse / float(variance) if varies else None}


def mean_guess(train: np.ndarray, count: int) -> np.ndarray:
    """Returns the mean of the training part's targets for every sample."""
    return np.broadcast_to(train.mean(axis=0), (count, *train.shape[1:]))


# For each output: how it is scored, and what a model that sees no input would say.
SCORING = {"image_out": (regression_scores, mean_guess)}


def evaluate(config: Config) -> dict[str, dict[str, Scores]]:
    """Returns the scores of each output on the test part, beside those of a guess."""
    train, _, test = load_data(config)
    predictions = predict(config, test)
    train, test = train | reconstructions(train), test | reconstructions(test)
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
