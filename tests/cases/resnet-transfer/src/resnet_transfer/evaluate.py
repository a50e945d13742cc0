"""Scores the trained network: python -m resnet_transfer.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import numpy as np

from . import hardware
from .config import Config, from_command_line
from .data import load_data
from .predict import predict

Scores = dict[str, float | None]  # None: undefined


def class_scores(truth: np.ndarray, probabilities: np.ndarray) -> Scores:
    """Returns the share of samples whose most probable class is the true one."""
    right = probabilities.argmax(axis=-1) == truth[..., 0]
    return {"accuracy": float(right.mean())}


def share_guess(train: np.ndarray, count: int) -> np.ndarray:
    """Returns each class's share of the training part, for every sample."""
    shares = np.bincount(train.astype(int).ravel()) / train.size
    return np.broadcast_to(shares, (count, *train.shape[1:-1], len(shares)))


# For each output: how it is scored, and what a model that sees no input would say.
SCORING = {"category": (class_scores, share_guess)}


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
