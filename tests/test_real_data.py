"""Generated projects learn from real data, which lies outside: LAYERWRIGHT_TEST_DATA says where.

The numbers to beat are those of the data sets' own descriptions. `docs/scores.md` has what three seeds reach.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layerwright.template import create

from .projects import run_module

DATA = os.environ.get("LAYERWRIGHT_TEST_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="LAYERWRIGHT_TEST_DATA isn't set: nothing was learned from real data")

LINEAR_ENERGY_RMSE = 4.76
"""Root mean squared error of a linear model from AT, AP, RH to PE, in MW, on the test part below."""

LINEAR_VACUUM_R2 = 0.746
"""The same model's share of explained variance of V."""


@pytest.fixture(scope="module")
def power_plant(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Training and test part of the power plant's data: the split that the baselines were measured on."""
    assert DATA is not None
    folder = tmp_path_factory.mktemp("ccpp")
    table = pd.read_csv(Path(DATA, "ccpp", "ccpp.csv"))
    # scikit-learn's train_test_split(test_size=0.2, random_state=42)
    order = np.random.RandomState(42).permutation(len(table))
    cut = int(np.ceil(0.2 * len(table)))
    table.iloc[order[cut:]].to_csv(folder / "train.csv", index=False)
    table.iloc[order[:cut]].to_csv(folder / "test.csv", index=False)
    return str(folder / "train.csv"), str(folder / "test.csv")


def scores(project: Path, *arguments: str) -> dict[str, dict[str, dict[str, float]]]:
    """Trains and evaluates a project, and returns what it wrote."""
    for program in ("train", "evaluate"):
        code, output = run_module(project, program, *arguments)
        assert code == 0, output
    return json.loads((project / "runs" / "first" / "evaluation.json").read_text())  # type: ignore[no-any-return]


def test_power_plant_from_three_sensors_beats_the_linear_model(tmp_path: Path, power_plant: tuple[str, str]) -> None:
    project = tmp_path / "plant"
    answers = {
        "preset": "power-plant",
        "inputs": "sensors: numeric 3",
        "outputs": "PE: regression * 0.7, V: regression * 0.3",
        "backend": "torch",
    }
    create(project, answers, ask=False)
    train, test = power_plant
    files = (f"data.path={train}", f"data.test_path={test}", "data.columns.sensors=[AT, AP, RH]")
    result = scores(project, *files, "training.epochs=20")
    assert result["PE"]["model"]["rmse"] < LINEAR_ENERGY_RMSE
    assert result["V"]["model"]["r2"] > LINEAR_VACUUM_R2


def test_the_digits_are_read(tmp_path: Path) -> None:
    assert DATA is not None
    project = tmp_path / "digits"
    create(project, {"preset": "mnist-mlp", "backend": "torch"}, ask=False)
    with np.load(Path(DATA, "mnist_10k", "mnist10k.npz")) as digits:
        for part in ("train", "test"):
            pixels = digits[f"x_{part}"].reshape(-1, 784).astype("float32") / 255
            np.savez(tmp_path / f"{part}.npz", pixels=pixels, digit=digits[f"y_{part}"])
    files = (f"data.path={tmp_path / 'train.npz'}", f"data.test_path={tmp_path / 'test.npz'}")
    result = scores(project, *files, "training.epochs=20")
    assert result["digit"]["model"]["accuracy"] >= 0.95
