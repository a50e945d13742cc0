"""Scores the trained network: python -m siamese_dense.evaluate [KEY=VALUE ...]."""

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


def embedding_scores(truth: np.ndarray, embeddings: np.ndarray) -> Scores:
    """Returns the share of samples whose nearest other has the same label."""
    squares = np.square(embeddings).sum(axis=-1)
    distances = squares[:, None] - 2 * embeddings @ embeddings.T + squares
    np.fill_diagonal(distances, np.inf)
    same = truth[distances.argmin(axis=-1), 0] == truth[:, 0]
    return {"recall_at_1": float(same.mean())}


def evaluate(config: Config) -> dict[str, dict[str, Scores]]:
    """Returns the scores of each output on the test part, beside those of a guess."""
    _, _, test = load_data(config)
    predictions = predict(config, test)
    results = {}

    # Beside a network that has learned nothing: what is alike lies near without learning.
    keras.utils.set_random_seed(config["seed"])
    untrained = build_model()
    said = {"model": predictions, "guess": predict(config, test, untrained)}
    name = "pair"
    results[name] = {
        who: embedding_scores(test[name], values[name]) for who, values in said.items()
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
