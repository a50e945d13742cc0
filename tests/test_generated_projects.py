"""A project of each preset does what its README says, keeps its own rules, and says what is wrong with data."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from layerwright.presets import presets

from .drawing import some
from .projects import generated, laid_out, package, run, run_module, run_pytest, shell

PRESETS = presets()

LIGHT = ("mnist-mlp", "power-plant", "siamese-dense")
"""Those that train in seconds, with their own settings."""

TYPED = "power-plant"
"""The one whose commands a shell runs, as its README has them. They are the same for all; forks run those of others."""

SHORT = ("training.epochs=1", "data.synthetic_samples=24")

REDUCED = {
    **dict.fromkeys(
        (
            *("branching-cnn", "conv-autoencoder", "image-metadata", "product-heads", "residual-cnn", "siamese-conv"),
            *("lstm", "lstm-pair", "lstm-shared", "masked-lstm", "subclassed-block"),
        ),
        SHORT,
    ),
    "resnet-transfer": (*SHORT, "training.batch_size=4", "training.backbone_weights=null"),
}
"""For those whose training takes longer, what keeps it short and offline."""

DRAWN = {*LIGHT, *some([name for name in PRESETS if name not in LIGHT], 4)}
"""Those whose training is run too. Own tests run for each."""

SCORES = {"rmse": min, "accuracy": max, "recall_at_1": max}
"""One score of each kind, and which of two values is the better one."""

VARIED: dict[str, dict[str, Any]] = {
    "table": {"inputs": "table: numeric 8, shop: category 12", "outputs": "y: regression 3, z: multilabel 4 * 0.3"},
    "bare": {"inputs": "a: vector 8", "outputs": "a_again: reconstruction a, who: embedding 4"},
    "half": {"inputs": "table: numeric 12", "outputs": "y: regression", "precision": "mixed_bfloat16"},
    "pair": {"inputs": "a: vector 16, b: vector 16", "outputs": "d: distance", "merge": "l1_distance"},
    "tagger": {"inputs": "words: text 80x?", "outputs": "tags: labels 9"},
    "steps": {
        "inputs": "q: sequence ?x6, meta: numeric 3",
        "outputs": "seq: regression per_step from=q, yes: binary from=meta",
    },
    "again": {
        "inputs": "signal: sequence 32x3",
        "outputs": "value: regression per_step, again: reconstruction signal",
        "layers": {"branches": {"signal": ["masking", "lstm 8 return_sequences=true"]}, "body": []},
    },
    "no_mask": {
        "inputs": "s: sequence ?x4",
        "outputs": "y: regression",
        "layers": {"branches": {"s": ["conv 16", "global_max_pool"]}},
    },
    "straight": {
        "inputs": "s: sequence ?x4",
        "outputs": "y: regression per_step",
        "layers": {"branches": {"s": ["conv 16"]}, "body": []},
        "straight": True,
    },
    "forecast": {"inputs": "load: sequence 96x3, day: category 7", "outputs": "next_values: forecast 24"},
    "text": {"inputs": "a: text 50x12, b: text 50x12", "outputs": "d: distance", "merge": "l2_distance"},
    "classes": {"inputs": "x: sequence 50x3", "outputs": "y: multiclass 4"},
    "sound": {
        "inputs": "wave: audio 8000, ecg: sequence 99x2",
        "outputs": "event: multilabel 5, beat: binary from=ecg",
    },
    "places": {
        "inputs": "scan: image 32x32x3, depth: image 32x32x1",
        "outputs": "mask: segmentation 3, edge: segmentation 1, height: map 1 from=scan, again: reconstruction scan",
    },
    "volume": {
        "inputs": "brain: volume 8x8x8x1",
        "outputs": "tumour: segmentation 2",
    },
    "transfer": {
        "inputs": "left: image 96x96x3, right: image 96x96x3, text: text 90x?",
        "outputs": "same: binary from=left+right, tags: labels 3 from=text",
        "sharing": "left + right",
        "backbone": "MobileNetV2",
    },
    "grey": {"inputs": "photo: image 16x16x1", "outputs": "again: reconstruction photo * 0.5"},
    "own_class": {
        "inputs": "photo: image 16x16x3",
        "outputs": "kind: multiclass 5",
        "layers": {"branches": {"photo": [{"residual": {"layers": ["conv 3"], "form": "class"}}, "flatten"]}},
    },
}
"""Answers that have every kind and task among them, and what has files of its own."""

MOST_LINES = 1_020
"""How many lines that aren't empty `src/` and `config.yaml` may have together. The aim for small answers is 500."""

with_preset = pytest.mark.parametrize("preset", PRESETS)


def copied(preset: str, folder: Path) -> Path:
    """Returns a project of a preset that a test may change."""
    return Path(shutil.copytree(generated(preset), folder / preset))


def readme_commands(project: Path) -> Iterator[str]:
    """Yields what the README says to run once all is installed, a line each."""
    block = re.search(r"```shell\n(.*?)```", (project / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block
    yield from re.findall(r"^python -m (?!venv ).*$", block[1], re.MULTILINE)


@with_preset
def test_the_commands_of_the_readme_work(preset: str, tmp_path: Path) -> None:
    project = copied(preset, tmp_path)
    commands = list(readme_commands(project))
    programs = ["pytest", f"{package(project)}.train", f"{package(project)}.evaluate"]
    assert [command.split()[2] for command in commands] == programs
    if preset not in DRAWN:
        code, output = run(project, "pytest")
        assert code == 0, output
        return
    for command, program in zip(commands, programs, strict=True):
        if preset == TYPED:
            code, output = shell(project, ["bash", "-c", command])
        else:
            arguments = () if program == "pytest" else REDUCED.get(preset, ())
            code, output = run(project, program, *arguments)
        assert code == 0, f"{command}\n{output}"

    outputs = json.loads((project / "runs" / "first" / "evaluation.json").read_text(encoding="utf-8"))
    for scores in outputs.values():
        told = [score for each in (scores["model"], scores["guess"]) for score in each.values() if score is not None]
        assert all(np.isfinite(told))
        assert told or preset in REDUCED, "few samples may leave a score undefined"
        for score, better in SCORES.items():
            if preset in LIGHT and score in scores["model"]:
                model, guess = scores["model"][score], scores["guess"][score]
                assert model != guess
                assert better(model, guess) == model


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
@pytest.mark.parametrize("preset", LIGHT)
def test_its_own_tests_pass_on_the_other_backends(preset: str, backend: str) -> None:
    code, output = run_pytest(generated(preset), "-q", backend=backend)
    assert code == 0, output


def test_a_grey_picture_made_again_passes_its_own_tests(tmp_path: Path) -> None:
    # Sequential: it gives arrays without names. On one sample PyTorch fails to train its last layer, of one filter.
    laid_out(tmp_path / "grey", {"backend": "torch"} | VARIED["grey"])
    code, output = run_pytest(tmp_path / "grey", "-q", backend="torch")
    assert code == 0, output


def test_ruff_and_black_are_content(tmp_path: Path) -> None:
    for name, preset in PRESETS.items():
        laid_out(tmp_path / name, preset.answers())
    for name, answers in VARIED.items():
        for backend in ("tensorflow", "torch"):
            laid_out(tmp_path / f"{name}_{backend}", {"straight": False, "backend": backend} | answers)
    for folder, command in (
        (tmp_path, ["ruff", "check", "--no-cache", "."]),
        # Black laid all of them out: that a project's own settings are the same shows in any.
        (tmp_path / "steps_torch", ["black", "--check", "."]),
    ):
        code, output = shell(folder, [sys.executable, "-m", *command])
        assert code == 0, output


@with_preset
def test_its_files_are_clean(preset: str) -> None:
    for path, text in texts(preset):
        assert path.name == ".copier-answers.yml" or "layerwright" not in text.lower(), path
        # A merge is a hexagon in Mermaid, and that is written {{"add"}}.
        read = re.sub(r"^```mermaid$.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"\{\{|\{%|\{#|%\}", read), f"Jinja was left in {path}"
        assert not re.search(r"[ \t]$", text, re.MULTILINE), f"spaces end a line of {path}"
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert "\t" not in text, path
        if path.suffix == ".toml":
            assert tomllib.loads(text)["project"]["name"] == preset
        if path.suffix in {".yml", ".yaml"}:
            assert isinstance(yaml.safe_load(text), dict)


@with_preset
def test_it_is_small(preset: str) -> None:
    counted = [text for path, text in texts(preset) if path.name == "config.yaml" or path.parts[0] == "src"]
    assert sum(bool(line.strip()) for text in counted for line in text.splitlines()) <= MOST_LINES


def texts(preset: str) -> Iterator[tuple[Path, str]]:
    """Yields each file of a project, by its path in it, and what it says."""
    project = generated(preset)
    for path in sorted(project.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            yield path.relative_to(project), path.read_text(encoding="utf-8")


def table(folder: Path, **columns: Any) -> str:
    """Writes a CSV with a right sample of the power plant in each row, but for these columns; returns its path."""
    right = {name: np.linspace(1, 9, 40) for name in ("AT", "V", "AP", "RH", "PE", "VAC")}
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in (right | columns).items()})
    frame.dropna(axis="columns", how="all").to_csv(folder / "data.csv", index=False)
    return str(folder / "data.csv")


COLUMNS = (
    "data.columns.sensors=[AT, V, AP, RH]",
    "data.columns.energy_output=PE",
    "data.columns.vacuum_output=VAC",
)
"""What the columns of that CSV are, for the power plant."""


def wrong(values: int = 40, **cells: Any) -> list[Any]:
    """Returns a column with other cells in some rows: row3="text"."""
    column: list[Any] = list(range(1, values + 1))
    for row, value in cells.items():
        column[int(row.removeprefix("row")) - 1] = value
    return column


@pytest.mark.parametrize(
    ("columns", "arguments", "said"),
    [
        ({"AT": wrong(row3="warm")}, (), ["AT, row 3", "found warm", "expected a number"]),
        ({"PE": wrong(row4=None)}, (), ["PE, row 4", "nan", "expected a number"]),
        ({"AP": wrong(row5="inf")}, (), ["AP, row 5", "inf", "expected a number"]),
        ({"PE": wrong(row6=1e300)}, (), ["PE, row 6", "1e+300", "expected a number"]),
        ({"VAC": [None] * 40}, (), ["no 'VAC' in ['AT', 'V'"]),
        ({}, ("data.columns.sensors=[AT, V, AP]",), ["AT, V, AP", "(3,)", "expected", "(4,)"]),
        ({}, ("data.columns.sensors=AT",), ["AT, row 1", "expected", "(4,)"]),
        ({}, ("data.columns.vacuum_output=[AT, V]",), ["AT, V, row 1", "(2,)", "expected", "(1,)"]),
    ],
)
def test_a_wrong_table_stops_training_with_its_place(
    columns: dict[str, Any], arguments: tuple[str, ...], said: list[str], tmp_path: Path
) -> None:
    path = table(tmp_path, **columns)
    stops_with(tmp_path, "power-plant", [f"data.path={path}", *COLUMNS, *arguments], [path, *said])


def test_a_right_table_is_learned_from(tmp_path: Path) -> None:
    path = table(tmp_path, AT=wrong(row3=None))
    arguments = [f"data.path={path}", *COLUMNS, f"run={tmp_path / 'run'}", "training.epochs=1"]
    code, output = run_module(generated("power-plant"), "train", *arguments)
    assert code == 0, output


IMAGES = np.full((40, 224, 224, 3), 9, dtype="uint8")


@pytest.mark.parametrize(
    ("preset", "arrays", "said"),
    [
        (
            "mnist-mlp",
            {"pixels": np.zeros((40, 784)), "digit": np.array(wrong(row1=3, row7=12)) % 13},
            ["digit", "row 7", "found 12", "expected a whole number from 0 to 9"],
        ),
        (
            "mnist-mlp",
            {"pixels": np.zeros((40, 784)), "digit": np.where(np.arange(40) == 7, 0.5, 1)},
            ["digit", "row 8", "found 0.5", "expected a whole number from 0 to 9"],
        ),
        (
            "mnist-mlp",
            {"pixels": np.zeros((40, 28, 28)), "digit": np.zeros(40)},
            ["pixels", "found", "(28, 28)", "expected", "(784,)"],
        ),
        ("mnist-mlp", {"pixels": np.zeros((40, 784))}, ["no 'digit' in ['pixels']"]),
        (
            "mnist-mlp",
            {"pixels": np.zeros((40, 784)), "digit": np.zeros(39)},
            ["as many samples", "'pixels': 40", "'digit': 39"],
        ),
        (
            "siamese-dense",
            {"left": np.zeros((40, 100)), "right": np.zeros((40, 100)), "pair": np.arange(40) - 1},
            ["pair", "row 1", "found -1", "expected a whole number from 0"],
        ),
        (
            "image-metadata",
            {"image": IMAGES[:, :96], "metadata": np.zeros((40, 12)), "category": np.zeros(40)},
            ["image", "found", "(96, 224, 3)", "expected", "(224, 224, 3)"],
        ),
        (
            "resnet-transfer",
            {"image": IMAGES, "category": np.full(40, "cat")},
            ["category", "expected 2 to 10 classes", "found ['cat']"],
        ),
        ("mnist-mlp", {"pixels": np.zeros((40, 784)), "digit": np.array(3)}, ["'digit': 1", "expected"]),
        (
            "mnist-mlp",
            {"pixels": np.zeros((40, 784)), "digit": np.full(40, None)},
            ["can't be read", "Object arrays"],
        ),
        (
            "power-plant",
            {"sensors": np.full((40, 4), 1e39), "energy_output": np.zeros(40), "vacuum_output": np.zeros(40)},
            ["sensors", "row 1", "expected"],
        ),
    ],
)
def test_wrong_arrays_stop_training_with_their_place(
    preset: str, arrays: dict[str, Any], said: list[str], tmp_path: Path
) -> None:
    path = str(tmp_path / "data.npz")
    np.savez(path, **arrays)
    # Which classes there are shows in the training part, from whatever files that is.
    place = [] if "expected 2 to 10 classes" in said else [path]
    stops_with(tmp_path, preset, [f"data.path={path}"], [*place, *said])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.csv", b"\x00\x01 neither"),
        ("data.xlsx", b"\x00\x01 neither"),
        ("data.csv", b""),
        ("data.csv", b"AT,V\n1,2\n1,2,3\n"),
        ("data.npz", b""),
        ("data.npz", b"\x00\x01 neither"),
        ("data.npz", b"PK\x03\x04 neither"),
    ],
)
def test_a_broken_file_stops_training_with_its_name(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    stops_with(tmp_path, "power-plant", [f"data.path={tmp_path / name}", *COLUMNS], [str(tmp_path / name)])


def stops_with(folder: Path, preset: str, arguments: list[str], said: list[str]) -> None:
    """Fails unless training stops with a message in which all of this is said."""
    code, output = run_module(generated(preset), "train", *arguments, f"run={folder / 'run'}")
    assert code not in {0, None}
    assert "Traceback" not in output, output
    for text in said:
        assert text in output
    assert not list(folder.glob("run/*.keras"))


def test_the_programs_say_what_comes_first(tmp_path: Path) -> None:
    project = copied("power-plant", tmp_path)
    assert run_module(project, "evaluate") == (1, "runs/first/config.yaml isn't here: train first\n")
    assert run_module(project, "predict") == (1, "runs/first/config.yaml isn't here: train first\n")
    assert run(tmp_path, "power_plant.train").code != 0
