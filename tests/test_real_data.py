"""Generated projects learn from real data, which lies outside: LAYERWRIGHT_TEST_DATA says where.

The numbers to beat are those of the data sets' own descriptions. `docs/scores.md` has what three seeds reach.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from layerwright.template import create

from .projects import laid_out, run_module
from .test_generated_data import data_module

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
    create(project, answers)
    train, test = power_plant
    files = (f"data.path={train}", f"data.test_path={test}", "data.columns.sensors=[AT, AP, RH]")
    result = scores(project, *files, "training.epochs=20")
    assert result["PE"]["model"]["rmse"] < LINEAR_ENERGY_RMSE
    assert result["V"]["model"]["r2"] > LINEAR_VACUUM_R2


def test_the_digits_are_read(tmp_path: Path) -> None:
    assert DATA is not None
    project = tmp_path / "digits"
    create(project, {"preset": "mnist-mlp", "backend": "torch"})
    with np.load(Path(DATA, "mnist_10k", "mnist10k.npz")) as digits:
        for part in ("train", "test"):
            pixels = digits[f"x_{part}"].reshape(-1, 784).astype("float32") / 255
            np.savez(tmp_path / f"{part}.npz", pixels=pixels, digit=digits[f"y_{part}"])
    files = (f"data.path={tmp_path / 'train.npz'}", f"data.test_path={tmp_path / 'test.npz'}")
    result = scores(project, *files, "training.epochs=20")
    assert result["digit"]["model"]["accuracy"] >= 0.95


def read(folder: Path, name: str, inputs: str, outputs: str, **data: Any) -> tuple[list[Any], dict[str, Any]]:
    """Returns the parts of a data set as a new project reads them, as the network takes them, and what was learned.

    Nothing but the data section of its config.yaml says how.
    """
    assert DATA is not None
    pair = {"merge": "l2_distance", "sharing": "left + right"} if "distance" in outputs else {}
    laid_out(folder / name, {"inputs": inputs, "outputs": outputs, "backend": "torch", **pair})
    config = yaml.safe_load((folder / name / "config.yaml").read_text())
    assert data.keys() <= config["data"].keys()
    paths = {key: str(Path(DATA, data[key])) for key in ("path", "test_path") if key in data}
    columns = {"columns": config["data"]["columns"] | data.get("columns", {})}
    config["data"] |= data | paths | columns
    module = data_module(folder / name)
    parts = module.load_data(config)
    learned = module.learn(parts[0]) if hasattr(module, "learn") else {}
    return [module.prepare(part, learned) if learned else part for part in parts], learned


def counts(parts: list[Any]) -> list[int]:
    """Returns how many samples each part has."""
    return [len(next(iter(part.values()))) for part in parts]


def test_the_lesions_are_read(tmp_path: Path) -> None:
    columns = {"photo": "images/{image}", "age": "age_approx", "malignant": "benign_malignant"}
    inputs = "photo: image 64x64x3, age: numeric 1, sex: category 3"
    file = "isic_uda1/metadata.csv"
    parts, learned = read(tmp_path, "read_lesions", inputs, "malignant: binary", path=file, columns=columns)
    assert sum(counts(parts)) == 550
    assert learned["malignant"] == {"classes": ["benign", "malignant"]}
    assert set(learned["sex"]["values"]) == {"female", "male"}
    assert sum(part["malignant"].sum() for part in parts) == 153
    assert sum((part["sex"] == 0).sum() for part in parts) == 252
    assert sum((part["age"] == 0).sum() for part in parts) >= 265, "missing ones are the mean"
    assert all(part["photo"].dtype == np.uint8 and part["photo"].std() > 10 for part in parts)


def test_the_vowels_are_read_from_rows_of_steps(tmp_path: Path) -> None:
    features = [f"lpc{number}" for number in range(1, 13)]
    data = {
        "path": "japanese_vowels/train.csv",
        "test_path": "japanese_vowels/test.csv",
        "columns": {"vowel": features},
        "series": "series",
        "time": "t",
    }
    parts, learned = read(tmp_path, "read_vowels", "vowel: sequence ?x12", "speaker: multiclass 9", **data)
    assert counts(parts) == [230, 40, 370]
    assert sum(np.any(part["vowel"], axis=-1).sum() for part in parts) == 4274 + 5687
    assert np.bincount(parts[2]["speaker"][:, 0].astype(int)).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    assert len(learned["vowel"]["mean"]) == 12


def test_the_messages_are_read(tmp_path: Path) -> None:
    data = {"path": "sms_spam/sms_spam.csv", "columns": {"message": "text", "spam": "label"}}
    parts, learned = read(tmp_path, "read_messages", "message: text 5000x60", "spam: binary", **data)
    assert sum(counts(parts)) == 5574
    assert learned["spam"] == {"classes": ["ham", "spam"]}
    assert sum(part["spam"].sum() for part in parts) == 747
    assert {"free", "you", "!"} < set(learned["message"]["words"])
    assert all(0 < (part["message"] == 1).mean() < 0.1 for part in parts), "some words are unknown"


def test_the_nuclei_are_read_with_their_masks(tmp_path: Path) -> None:
    data = {
        "path": "nuclei_bbbc038/index.csv",
        "columns": {"photo": "images/{id}.png", "nuclei": "masks/{id}.png"},
        "split": {"column": "split", "group": None, "time": None},
    }
    inputs, outputs = "photo: image 128x128x1", "nuclei: segmentation 1"
    parts, _ = read(tmp_path, "read_nuclei", inputs, outputs, **data)
    assert counts(parts) == [170, 30, 50]
    assert all(set(np.unique(part["nuclei"])) == {0, 1} for part in parts)
    assert 0.03 < parts[0]["nuclei"].mean() < 0.2


def test_the_pairs_of_characters_are_read(tmp_path: Path) -> None:
    data = {
        "path": "omniglot_small1/pairs_train.csv",
        "test_path": "omniglot_small1/pairs_test.csv",
        "columns": {"left": "image_a", "right": "image_b"},
    }
    inputs = "left: image 35x35x1, right: image 35x35x1"
    parts, _ = read(tmp_path, "read_pairs", inputs, "same: distance", **data)
    assert counts(parts) == [6800, 1200, 2000]
    assert parts[2]["same"].mean() == 0.5
    assert not np.array_equal(parts[0]["left"], parts[0]["right"])


def test_the_digits_are_read_from_one_file_and_from_folders(tmp_path: Path) -> None:
    ends = ("picture: image 28x28x1", "digit: multiclass 10")
    file = "mnist_10k/mnist10k.npz"
    data = {
        "path": file,
        "test_path": file,
        "columns": {"picture": "x_train", "digit": "y_train"},
        "test_columns": {"picture": "x_test", "digit": "y_test"},
    }
    parts, _ = read(tmp_path, "read_digits", *ends, **data)
    assert counts(parts) == [6800, 1200, 2000]
    parts, learned = read(tmp_path, "read_folders", *ends, path="mnist_10k/png_1000")
    assert sum(counts(parts)) == 1000
    assert np.concatenate([part["digit"] for part in parts]).tolist().count([3.0]) == 100
    assert not learned or learned["digit"] == {"classes": [str(digit) for digit in range(10)]}


def test_the_penguins_are_read_with_what_is_missing(tmp_path: Path) -> None:
    measures = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
    data = {
        "path": "penguins/penguins.csv",
        "columns": {"measures": measures},
        "split": {"column": None, "group": None, "time": "year"},
    }
    inputs = "measures: numeric 4, island: category 4, sex: category 3"
    parts, learned = read(tmp_path, "read_penguins", inputs, "species: multiclass 3", **data)
    assert sum(counts(parts)) == 344
    assert learned["species"]["classes"] == ["Adelie", "Chinstrap", "Gentoo"]
    assert sum((part["sex"] == 0).sum() for part in parts) == 11
    assert sum((part["measures"] == 0).all(axis=1).sum() for part in parts) == 2


def test_the_power_plant_is_read(tmp_path: Path) -> None:
    data = {"path": "ccpp/ccpp.csv", "columns": {"sensors": ["AT", "V", "AP", "RH"]}}
    parts, learned = read(tmp_path, "read_plant", "sensors: numeric 4", "PE: regression", **data)
    assert sum(counts(parts)) == 9568
    assert learned["PE"]["mean"][0] == pytest.approx(454.4, abs=0.5)
