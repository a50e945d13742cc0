"""A right model passes a stated score within its first training run, nothing edited; one that can't learn doesn't.

The samples are the made-up ones, so this is about them as much as about training: what they hold can be learned by the
network that was asked for, and not without all that it needs. Faults that learning doesn't show, such as heads that
change places, are seen by the projects' own tests: `test_mutations.py`.
"""

from __future__ import annotations

import json
import operator
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from layerwright.plan import design
from layerwright.presets import preset_answers

from .drawing import ALL, some
from .projects import generated, package, run_module
from .test_mutations import TARGETS_BESIDE, TARGETS_OF

THRESHOLDS: dict[str, dict[str, tuple[str, str, float]]] = {
    "feedforward": {"label": ("auc", ">", 0.95)},
    "power-plant": {"energy_output": ("r2", ">", 0.95), "vacuum_output": ("r2", ">", 0.95)},
    "two-heads": {"first": ("auc", ">", 0.95), "second": ("auc", ">", 0.95)},
    "two-inputs": {"category": ("accuracy", ">", 0.7)},
    "regression-and-class": {"amount": ("r2", ">", 0.95), "category": ("accuracy", ">", 0.85)},
    "mnist-mlp": {"digit": ("accuracy", ">", 0.7)},
    "autoencoder": {"image_out": ("r2", ">", 0.8)},
    "siamese-dense": {"pair": ("recall_at_1", ">", 0.54)},
    "branching-cnn": {"category": ("accuracy", ">", 0.8)},
    "compare-mlp": {"digit": ("accuracy", ">", 0.7)},
    "conv-autoencoder": {"image_out": ("r2", ">", 0.8)},
    "debug-mlp": {"digit": ("accuracy", ">", 0.7)},
    "decision-mlp": {"decision": ("auc", ">", 0.95)},
    "image-metadata": {"category": ("accuracy", ">", 0.6)},
    "lstm": {"value": ("r2", ">", 0.8)},
    "lstm-pair": {"value": ("r2", ">", 0.9)},
    "lstm-shared": {"value": ("r2", ">", 0.9)},
    "masked-lstm": {"label": ("auc", ">", 0.95)},
    "mlp": {"category": ("accuracy", ">", 0.8)},
    "residual-cnn": {"category": ("accuracy", ">", 0.8)},
    "residual-mlp": {"category": ("accuracy", ">", 0.8)},
    "siamese-conv": {"distance": ("accuracy", ">", 0.7)},
    "subclassed-block": {"category": ("accuracy", ">", 0.8)},
}
"""For a preset's outputs, the score that its first run passes on the test part. They lie between what a guess says and
what right networks come to. Two presets have none: the weights of resnet-transfer would have to be downloaded, and the
heads of product-heads sum up half a million pixels beside a hundred numbers, for which no one learning rate is good."""

QUICK = list(THRESHOLDS)[:8]
SLOW = ["branching-cnn", "conv-autoencoder", "residual-cnn", "siamese-conv", "subclassed-block"]
"""Convolutions, that take minutes on a CPU."""

OTHERS = [name for name in THRESHOLDS if name not in {*QUICK, *SLOW}]
DRAWN = list(THRESHOLDS) if ALL else [*QUICK, *some(OTHERS, 2)]

UNLABELLED = {"autoencoder", "conv-autoencoder"}
LABELLED = [
    name for name in DRAWN if name not in UNLABELLED and design(preset_answers(name)).decision.template == "functional"
]
"""Those that learn from labels, which stand beside their samples by name: not in a straight line."""

DROPPED = {"two-inputs": ("second", r"\)\(second\)", ")(second * 0)")}
"""Where an input can be dropped: its name, and the place of `model.py` where its branch begins."""


def learns(project: Path, preset: str) -> dict[str, bool]:
    """Trains and evaluates a project as it is; returns which outputs pass their thresholds."""
    for module in ("train", "evaluate"):
        code, output = run_module(project, module)
        assert code == 0, output
    scores = json.loads((project / "runs" / "first" / "evaluation.json").read_text(encoding="utf-8"))
    print(preset, scores)  # pytest shows it where a test fails
    compare: dict[str, Callable[[float, float], bool]] = {">": operator.gt, "<": operator.lt}
    return {
        name: compare[sign](scores[name]["model"][score], bound)
        for name, (score, sign, bound) in THRESHOLDS[preset].items()
    }


def copied(preset: str, folder: Path) -> Path:
    """Returns a project that a test may break and train in."""
    return Path(shutil.copytree(generated(preset), folder / preset))


@pytest.mark.parametrize("preset", DRAWN)
def test_the_first_run_passes(preset: str, tmp_path: Path) -> None:
    assert all(learns(copied(preset, tmp_path), preset).values())


@pytest.mark.parametrize("preset", LABELLED)
def test_labels_of_other_samples_do_not_pass(preset: str, tmp_path: Path) -> None:
    project = copied(preset, tmp_path)
    source = project / "src" / package(project) / "data.py"
    text = source.read_text(encoding="utf-8")
    assert text.count(TARGETS_OF) == 1
    source.write_text(text.replace(TARGETS_OF, TARGETS_BESIDE), encoding="utf-8")
    assert not any(learns(project, preset).values())


@pytest.mark.parametrize("preset", DROPPED)
def test_without_an_input_it_does_not_pass(preset: str, tmp_path: Path) -> None:
    _, before, after = DROPPED[preset]
    project = copied(preset, tmp_path)
    source = project / "src" / package(project) / "model.py"
    text, count = re.subn(before, after, source.read_text(encoding="utf-8"))
    assert count == 1
    source.write_text(text, encoding="utf-8")
    assert not any(learns(project, preset).values())
