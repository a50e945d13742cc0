"""Scores the trained network: python -m image_metadata.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from matplotlib.figure import Figure

from . import hardware
from .config import Config, flat, from_command_line
from .data import ROW, Learned, Samples, load_data, prepare, take, truths
from .predict import class_names, predict, read_learned

Scores = dict[str, float | None]  # None: undefined
EXPLAINED = """`model` is the trained network, on the test part.
`linear` is a weighted sum of the inputs (ridge regression; large inputs made smaller).
`guess` says the training part's shares of classes, whatever comes in."""


def confusion(truth: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Returns how often each class (a row) was taken for each (a column)."""
    size = probabilities.shape[-1]
    pairs = truth[..., 0].astype(int) * size + probabilities.argmax(axis=-1)
    return np.bincount(pairs.ravel(), minlength=size**2).reshape(size, size)


def class_scores(truth: np.ndarray, probabilities: np.ndarray) -> Scores:
    """Returns the share of most probable classes that are right, and the mean F1 of classes."""
    counts = confusion(truth, probabilities)
    right, sizes = counts.diagonal(), counts.sum(axis=0) + counts.sum(axis=1)
    f1 = 2 * right[sizes > 0] / sizes[sizes > 0]
    return {"accuracy": float(right.sum() / counts.sum()), "macro_f1": float(f1.mean())}


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
    inputs, blocks = {name: samples[name] for name in ["image", "metadata"]}, []
    for rows in in_blocks(samples):
        block = prepare(take(inputs, rows), learned)
        blocks.append(np.concatenate([shrunk(block["image"], 18), block["metadata"]], axis=1))
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


CLASSES = {"category": 5}  # how many each output tells apart


def one_hot(targets: np.ndarray, name: str) -> np.ndarray:
    """Returns a column for each class, 1 where it's the true one."""
    return np.eye(CLASSES[name])[targets[..., 0].astype(int)]


def plot_confusion(figure: Figure, truth: np.ndarray, said: np.ndarray, names: list[str]) -> None:
    """Draws how often each class was taken for each; colours are shares of what is true."""
    axes, counts = figure.subplots(), confusion(truth, said)
    axes.imshow(counts / counts.sum(axis=1, keepdims=True).clip(1), cmap="Blues", vmin=0, vmax=2)
    for (row, column), count in np.ndenumerate(counts):
        axes.text(column, row, count, ha="center", va="center")
    axes.set_xticks(range(len(counts)), names, rotation=90)
    axes.set_yticks(range(len(counts)), names)
    axes.set(xlabel="predicted", ylabel="true")


SCORING = {"category": (class_scores, plot_confusion)}  # scores and a picture


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
    run, (train, _, test) = Path(config["run"]), load_data(config)
    warn(config)
    learned, said = read_learned(run), predict(config, test)
    rows = np.random.default_rng(0).permutation(len(train["image"]))
    train = take(train, rows[:445])  # enough for a guess and linear models
    train, test = train | truths(train, learned), test | truths(test, learned)
    seen, unseen = features(train, learned), features(test, learned)
    where = test.get(ROW, np.arange(len(test["image"])) + 1)
    results, sections = {}, ""
    for name, (score, plot) in SCORING.items():
        known, truth = one_hot(train[name], name), test[name]
        weights, constants = least_squares(seen, known)
        values = {
            "model": said[name],
            "linear": unseen @ weights + constants,
            "guess": np.broadcast_to(known.mean(axis=0), said[name].shape),
        }
        results[name] = {who: score(truth, each) for who, each in values.items()}
        names = class_names(learned, name, CLASSES[name])
        figure = Figure(figsize=(5, 4.5), layout="constrained")
        plot(figure, truth, values["model"], names)
        figure.savefig(run / f"evaluation_{name}.png", dpi=120)
        off = 1 - np.take_along_axis(said[name], test[name].astype(int), axis=-1)[..., 0]
        sections += section(name, where, test[name], said[name], off, names)
    write(run, results, len(next(iter(test.values()))), sections)
    return results


def section(
    name: str,
    where: np.ndarray,
    truth: np.ndarray,
    said: np.ndarray,
    off: np.ndarray,
    names: list[str],
) -> str:
    """Returns what the page says of an output: its picture, and where it is farthest off."""
    rows = (-off).argsort()[:10]
    worst = pd.DataFrame({"row": where[rows], "off by": [f"{each:.4g}" for each in off[rows]]})
    worst["true"] = [names[int(each)] for each in truth[rows, 0]]
    worst["predicted"] = [f"{names[each.argmax()]} ({each.max():.2f})" for each in said[rows]]
    shown = worst.to_string(index=False)
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
