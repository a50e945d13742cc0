"""Scores the trained network: python -m siamese_dense.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import keras
import numpy as np

from . import hardware
from .config import Config, from_command_line
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


def evaluate(config: Config) -> dict[str, dict[str, Scores]]:
    """Scores each output on the test part, and writes it all to the run's folder."""
    run = Path(config["run"])
    train, _, test = load_data(config)
    learned = read_learned(run)
    train, test = train | truths(train, learned), test | truths(test, learned)
    said = {"model": predict(config, test)}
    results, sections = {}, []

    # Beside a network that has learned nothing: what is alike lies near without learning.
    keras.utils.set_random_seed(config["seed"])
    untrained = build_model()
    said["linear"] = as_they_are(test, learned)
    said["guess"] = predict(config, test, untrained)
    name = "pair"
    results[name] = {who: embedding_scores(test[name], each[name]) for who, each in said.items()}
    write(run, results, sections)
    return results


def section(name: str, truth: np.ndarray, said: np.ndarray, off: np.ndarray) -> list[str]:
    """Returns what the page says of an output: its picture, and where it is farthest off."""
    off = off.reshape(len(off), -1).mean(axis=1)
    lines = ["| row | off by | true | predicted |", "|---:|---:|---|---|"]
    for row in off.argsort()[::-1][:10]:
        cells = [str(row + 1), f"{off[row]:.4g}", in_words(truth[row]), in_words(said[row])]
        lines.append(f"| {' | '.join(cells)} |")
    picture = f"![{name}](evaluation_{name}.png)"
    return [f"\n## {name}\n", picture, "\nThe worst rows of the test part:\n", *lines]


def in_words(values: np.ndarray) -> str:
    """Returns some of the numbers."""
    return ", ".join(f"{each:.4g}" for each in values[:4]) + ", …" * (len(values) > 4)


def write(run: Path, results: dict[str, dict[str, Scores]], sections: list[str]) -> None:
    """Prints the scores, and writes them to a file for programs and a page for people."""
    models = ["model", "linear", "guess"]
    width = max(map(len, results))
    lines = [f"| {'output':<{width}} | score       |" + "".join(f"{who:>11} |" for who in models)]
    lines.append(f"|{'-' * width}--|-------------|" + "-----------:|" * len(models))
    for name, scores in results.items():
        for score in scores["model"]:
            found = [scores.get(who, {}).get(score, "") for who in models]
            cells = ["undefined" if each is None else each and f"{each:.4g}" for each in found]
            lines.append(
                f"| {name:<{width}} | {score:<11} |" + "".join(f"{each:>11} |" for each in cells)
            )
    print("\n".join(lines))
    (run / "evaluation.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    page = [f"# Evaluation of {run.name}\n", EXPLAINED, "", *lines, *sections]
    (run / "evaluation.md").write_text("\n".join(page) + "\n", encoding="utf-8")
    print(f"Wrote evaluation.md and evaluation.json to {run}")


def main(config: Config) -> None:
    """Scores the run."""
    hardware.prepare()
    evaluate(config)


if __name__ == "__main__":
    main(from_command_line(trained=True))
