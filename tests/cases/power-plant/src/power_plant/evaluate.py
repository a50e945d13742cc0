"""Scores the trained network: python -m power_plant.evaluate [KEY=VALUE ...]."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from matplotlib.figure import Figure

from . import hardware
from .config import Config, flat, from_command_line
from .data import ROW, TARGETS, load_data, prepare
from .predict import predict, read_learned

Scores = dict[str, float | None]  # None: undefined
EXPLAINED = """`model` is the trained network, on the test part.
`linear` is a weighted sum of the inputs (least squares).
`guess` says the training part's mean, whatever comes in."""


def regression_scores(truth: np.ndarray, said: np.ndarray) -> Scores:
    """Returns the errors in the target's unit, and the share of variance explained."""
    mse, mae = float(np.square(truth - said).mean()), float(np.abs(truth - said).mean())
    r2 = 1 - mse / float(truth.var(axis=0).mean()) if np.ptp(truth, axis=0).any() else None
    return {"rmse": mse**0.5, "mae": mae, "r2": r2}


def plot_numbers(figure: Figure, truth: np.ndarray, said: np.ndarray) -> None:
    """Draws what is predicted against what is true, of some thousand samples at most."""
    axes, step = figure.subplots(), -(-truth.size // 4000)
    axes.plot(truth.flat[::step], said.flat[::step], ".", alpha=0.4)
    axes.axline([np.nanmean(truth)] * 2, slope=1, color="black", linewidth=1)
    axes.set(xlabel="true", ylabel="predicted")


SCORING = dict.fromkeys(TARGETS, (regression_scores, plot_numbers))  # scores and a picture


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
    seen, unseen = (prepare(part, learned)["sensors"] for part in (train, test))
    where = test.get(ROW, np.arange(len(test["sensors"])) + 1)
    results, sections = {}, ""
    for name, (score, plot) in SCORING.items():
        truth, mean = test[name], train[name].mean(axis=0)
        values = {
            "model": said[name],
            "linear": mean + unseen @ np.linalg.lstsq(seen, train[name] - mean, rcond=None)[0],
            "guess": np.broadcast_to(mean, said[name].shape),
        }
        results[name] = {who: score(truth, each) for who, each in values.items()}
        figure = Figure(figsize=(5, 4.5), layout="constrained")
        plot(figure, truth, values["model"])
        figure.savefig(run / f"evaluation_{name}.png", dpi=120)
        off = np.abs(test[name] - said[name]).max(axis=-1)
        sections += section(name, where, test[name], said[name], off)
    write(run, results, len(next(iter(test.values()))), sections)
    return results


def section(
    name: str, where: np.ndarray, truth: np.ndarray, said: np.ndarray, off: np.ndarray
) -> str:
    """Returns what the page says of an output: its picture, and where it is farthest off."""
    rows = (-off).argsort()[:10]
    worst = pd.DataFrame({"row": where[rows], "off by": [f"{each:.4g}" for each in off[rows]]})
    worst["true"], worst["predicted"] = truth[rows, 0], said[rows, 0]
    shown = worst.to_string(index=False, float_format="{:.9g}".format)
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
