"""Scores the trained network: python -m autoencoder.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from . import hardware
from .config import Config, from_command_line
from .data import load_data, reconstructions, take
from .predict import predict

Scores = dict[str, float | None]  # None: undefined
EXPLAINED = """`model` is the trained network, on the test part.
`guess` says the training part's mean, whatever comes in."""


def regression_scores(truth: np.ndarray, predicted: np.ndarray) -> Scores:
    """Returns the errors in the target's unit, and the share of variance explained."""
    error, variance = truth - predicted, truth.var(axis=0).mean()
    mse, mae = float(np.square(error).mean()), float(np.abs(error).mean())
    varies = np.ptp(truth, axis=0).any()  # else there is nothing to explain
    return {"rmse": mse**0.5, "mae": mae, "r2": 1 - mse / float(variance) if varies else None}


def mean_guess(train: np.ndarray, count: int) -> np.ndarray:
    """Returns the mean of the training part's targets for every sample."""
    return np.broadcast_to(train.mean(axis=0), (count, *train.shape[1:]))


def differences(truth: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Returns how far off each number is."""
    return np.abs(truth - said)


def plot_numbers(figure: Figure, truth: np.ndarray, said: np.ndarray) -> None:
    """Draws what is predicted against what is true, of some thousand samples at most."""
    axes, step = figure.subplots(), -(-truth.size // 4000)
    axes.plot(truth.ravel()[::step], said.ravel()[::step], ".", alpha=0.4)
    ends = [np.nanmin(truth), np.nanmax(truth)]
    axes.plot(ends, ends, color="black", linewidth=1)
    axes.set(xlabel="true", ylabel="predicted")


# For each output: how it is scored, what a model that sees no input would say, how far off
# a prediction is, and what is drawn.
SCORING = {"image_out": (regression_scores, mean_guess, differences, plot_numbers)}


def evaluate(config: Config) -> dict[str, dict[str, Scores]]:
    """Scores each output on the test part, and writes it all to the run's folder."""
    run = Path(config["run"])
    train, _, test = load_data(config)
    # For a guess and for linear models, so many samples are enough.
    rows = np.random.default_rng(0).permutation(len(next(iter(train.values()))))
    train = take(train, np.sort(rows[:10000]))
    train, test = train | reconstructions(train), test | reconstructions(test)
    said = {"model": predict(config, test)}
    results, sections = {}, []
    for name, (score, guess, misses, plot) in SCORING.items():
        truth = test[name]
        values = {who: each[name] for who, each in said.items() if name in each}
        values["guess"] = guess(train[name], len(truth))
        results[name] = {who: score(truth, each) for who, each in values.items()}
        figure = Figure(figsize=(5, 4.5), layout="constrained")
        plot(figure, truth, values["model"])
        figure.savefig(run / f"evaluation_{name}.png", dpi=120)
        off = misses(test[name], said["model"][name])
        sections += section(name, test[name], said["model"][name], off)
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
    models = ["model", "guess"]
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
