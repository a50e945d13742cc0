"""Scores the trained network: python -m siamese_dense.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import numpy as np

from . import hardware
from .config import Config, from_command_line
from .data import load_data
from .predict import predict


def embedding_scores(truth: np.ndarray, embeddings: np.ndarray) -> dict[str, float]:
    """Returns the share of samples whose nearest other has the same label."""
    squares = np.square(embeddings).sum(axis=-1)
    distances = squares[:, None] - 2 * embeddings @ embeddings.T + squares
    np.fill_diagonal(distances, np.inf)
    same = truth[distances.argmin(axis=-1), 0] == truth[:, 0]
    return {"recall_at_1": float(same.mean())}


def random_guess(train: np.ndarray, count: int) -> np.ndarray:
    """Returns an embedding that knows nothing of the samples."""
    return np.random.default_rng(0).normal(size=(count, 8))


# For each output: how it is scored, and what a model that sees no input would say.
SCORING = {"pair": (embedding_scores, random_guess)}


def evaluate(config: Config) -> dict[str, dict[str, dict[str, float]]]:
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
            print(f"{name:<24}{score:<14}{value:>12.4g}{scores['guess'][score]:>12.4g}")
    path = Path(config["run"]) / "evaluation.json"
    path.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"Wrote {path}")


if __name__ == "__main__":
    main(from_command_line())
