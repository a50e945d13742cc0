"""Scores the trained network: python -m resnet_transfer.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from . import hardware
from .config import Config, from_command_line
from .data import Learned, Samples, load_data, prepare, take, truths
from .predict import class_names, predict, read_learned

Scores = dict[str, float | None]  # None: undefined
EXPLAINED = """`model` is the trained network, on the test part.
`linear` is a weighted sum of the inputs (ridge regression; large inputs made smaller).
`guess` says the training part's shares of classes, whatever comes in."""


def confusion(truth: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Returns how often each class (a row) was taken for each (a column)."""
    size = max(probabilities.shape[-1], int(truth.max()) + 1)
    pairs = truth[..., 0].astype(int) * size + probabilities.argmax(axis=-1)
    return np.bincount(pairs.ravel(), minlength=size**2).reshape(size, size)


def class_scores(truth: np.ndarray, probabilities: np.ndarray) -> Scores:
    """Returns the share of most probable classes that are right, and the mean F1 of classes."""
    counts = confusion(truth, probabilities)
    right, sizes = counts.diagonal(), counts.sum(axis=0) + counts.sum(axis=1)
    f1 = 2 * right[sizes > 0] / sizes[sizes > 0]
    return {"accuracy": float(right.sum() / counts.sum()), "macro_f1": float(f1.mean())}


def share_guess(train: np.ndarray, count: int) -> np.ndarray:
    """Returns each class's share of the training part, for every sample."""
    shares = np.bincount(train.astype(int).ravel()) / train.size
    return np.broadcast_to(shares, (count, *train.shape[1:-1], len(shares)))


def least_squares(seen: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns weights and constants of a linear model, held back (ridge) as far as needed."""
    centre, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-6
    x, y = (seen - centre) / spread, targets - targets.mean(axis=0)
    squares, axes = np.linalg.eigh(x.T @ x)
    squares, moments = squares.clip(1e-9), axes.T @ (x.T @ y)

    def error(ridge: float) -> float:  # generalised cross-validation: Golub, Heath, Wahba (1979)
        kept = squares / (squares + ridge)
        rest = np.square(y).sum() - (kept * (2 - kept) / squares @ np.square(moments)).sum()
        return max(rest, 0) / max(len(x) - 1 - kept.sum(), 1e-9) ** 2

    ridge = min(len(x) * 10.0 ** np.arange(-5, 4), key=error)
    weights = axes @ (moments / (squares + ridge)[:, None]) / spread[:, None]
    return weights, targets.mean(axis=0) - centre @ weights


def features(samples: Samples, learned: Learned) -> np.ndarray:
    """Returns what a linear model sees of each sample."""
    inputs, blocks = {name: samples[name] for name in ["image"]}, []
    for rows in in_blocks(samples):
        block = prepare(take(inputs, rows), learned)
        blocks.append(shrunk(block["image"], 18))
    return np.concatenate(blocks)


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


def linear(train: Samples, test: Samples, learned: Learned) -> Samples:
    """Returns what linear models of the inputs say of the test part."""
    seen, unseen, said = features(train, learned), features(test, learned), {}
    for name in ["category"]:
        weights, constants = least_squares(seen, one_hot(train[name], name))
        said[name] = unseen @ weights + constants
    return said


def one_hot(targets: np.ndarray, name: str) -> np.ndarray:
    """Returns a column for each class, which is 1 where it's the true one."""
    return np.eye(CLASSES[name])[targets[..., 0].astype(int)]


def doubts(truth: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Returns what is missing to a probability of one for the true class."""
    return 1 - np.take_along_axis(probabilities, truth.astype(int), axis=-1)


def plot_counts(figure: Figure, counts: np.ndarray, names: list[str]) -> None:
    """Draws how often each class was taken for each; colours are shares of what is true."""
    axes, shares = figure.subplots(), counts / counts.sum(axis=1, keepdims=True).clip(1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(counts) <= 12:
        for (row, column), count in np.ndenumerate(counts):
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, count, ha="center", va="center", color=colour)
    ticks = range(0, len(counts), -(-len(counts) // 40))
    axes.set_xticks(ticks, [names[each][:20] for each in ticks], rotation=90)
    axes.set_yticks(ticks, [names[each][:20] for each in ticks])
    axes.set(xlabel="predicted", ylabel="true")


def plot_confusion(figure: Figure, truth: np.ndarray, said: np.ndarray, names: list[str]) -> None:
    """Draws how often each class was taken for each."""
    plot_counts(figure, confusion(truth, said), names)


CLASSES = {"category": 10}  # how many each output tells apart
# For each output: how it is scored, what a model that sees no input would say, how far off
# a prediction is, and what is drawn.
SCORING = {"category": (class_scores, share_guess, doubts, plot_confusion)}


def evaluate(config: Config) -> dict[str, dict[str, Scores]]:
    """Scores each output on the test part, and writes it all to the run's folder."""
    run = Path(config["run"])
    train, _, test = load_data(config)
    learned = read_learned(run)
    # For a guess and for linear models, so many samples are enough.
    rows = np.random.default_rng(0).permutation(len(next(iter(train.values()))))
    train = take(train, np.sort(rows[:891]))
    train, test = train | truths(train, learned), test | truths(test, learned)
    said = {"model": predict(config, test), "linear": linear(train, test, learned)}
    results, sections = {}, []
    for name, (score, guess, misses, plot) in SCORING.items():
        truth = test[name]
        values = {who: each[name] for who, each in said.items()}
        values["guess"] = guess(train[name], len(truth))
        results[name] = {who: score(truth, each) for who, each in values.items()}
        names = class_names(config, name, CLASSES[name])
        figure = Figure(figsize=(5, 4.5), layout="constrained")
        plot(figure, truth, values["model"], names)
        figure.savefig(run / f"evaluation_{name}.png", dpi=120)
        off = misses(test[name], said["model"][name])
        sections += section(name, test[name], said["model"][name], off, names)
    write(run, results, sections)
    return results


def section(
    name: str, truth: np.ndarray, said: np.ndarray, off: np.ndarray, names: list[str]
) -> list[str]:
    """Returns what the page says of an output: its picture, and where it is farthest off."""
    off = off.reshape(len(off), -1).mean(axis=1)
    lines = ["| row | off by | true | predicted |", "|---:|---:|---|---|"]
    for row in off.argsort()[::-1][:10]:
        cells = [
            str(row + 1),
            f"{off[row]:.4g}",
            in_words(truth[row], names),
            in_words(said[row], names),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    picture = f"![{name}](evaluation_{name}.png)"
    return [f"\n## {name}\n", picture, "\nThe worst rows of the test part:\n", *lines]


def in_words(values: np.ndarray, names: list[str]) -> str:
    """Returns a class, or its name and probability; or some numbers."""
    if names:
        each = int(values[0]) if len(values) == 1 else values.argmax()
        said = f" ({values[each]:.2f})" if len(values) > 1 else ""
        return names[each].replace("|", "\\|") + said
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
