"""Protects what a reader learns of a trained network: the page of its scores, and what it says of one sample."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from layerwright.context import context
from layerwright.plan import design

from .projects import generated, run_module
from .test_generated_data import data_module

SHORT = ("training.epochs=2", "data.synthetic_samples=200")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the power plant, trained and evaluated."""
    folder = tmp_path_factory.mktemp("run")
    for program in ("train", "evaluate"):
        arguments = SHORT if program == "train" else ()
        code, output = run_module(generated("power-plant"), program, f"run={folder}", *arguments)
        assert code == 0, output
    return folder


def test_the_page_has_scores_pictures_and_the_worst_rows(run: Path) -> None:
    page = (run / "evaluation.md").read_text(encoding="utf-8")
    scores = json.loads((run / "evaluation.json").read_text(encoding="utf-8"))
    for name, each in scores.items():
        assert list(each) == ["model", "linear", "guess"]
        assert f"## {name}\n\n![{name}](evaluation_{name}.png)" in page
        assert (run / f"evaluation_{name}.png").stat().st_size > 5000
        assert f"{each['linear']['rmse']:.4g}" in page
    for section in page.split("## ")[1:]:
        rows = [line.split() for line in section.splitlines() if line.strip()[:1].isdigit()]
        off = [float(cells[1]) for cells in rows]
        assert len(off) == 10
        assert off == sorted(off, reverse=True)


def test_a_linear_model_finds_a_line_and_not_what_is_made_up(run: Path, tmp_path: Path) -> None:
    scores = json.loads((run / "evaluation.json").read_text(encoding="utf-8"))
    assert all(0.5 < each["linear"]["r2"] < 0.97 for each in scores.values())
    project = generated("power-plant")
    samples = data_module(project).synthesise(200, 0)
    line = samples["sensors"] @ [[1.0], [-2.0], [0.5], [3.0]] + 7
    np.savez(tmp_path / "line.npz", **samples | dict.fromkeys(scores, line))
    copied = shutil.copytree(run, tmp_path / "run")
    given = (f"run={copied}", f"data.path={tmp_path / 'line.npz'}")
    code, output = run_module(project, "evaluate", *given)
    assert code == 0, output
    assert "line.npz is newer than the network" in output
    os.utime(tmp_path / "line.npz", (0, 0))
    assert "newer" not in run_module(project, "evaluate", *given).output
    for each in json.loads((copied / "evaluation.json").read_text(encoding="utf-8")).values():
        assert each["linear"]["r2"] == pytest.approx(1, abs=1e-6)
        assert each["guess"]["r2"] == pytest.approx(0, abs=0.2)


def test_one_sample_is_said_on_the_command_line(run: Path) -> None:
    project = generated("power-plant")
    code, output = run_module(project, "predict", f"run={run}", "sample.sensors=[50, 60, 1e1, 40]")
    assert code == 0, output
    assert all(f"{name}_output " in output for name in ("energy", "vacuum"))
    said = (run / "prediction.csv").read_text(encoding="utf-8")
    assert not (run / "predictions.csv").exists(), "that is of a file's samples"
    np.savez(run / "one.npz", sensors=[[50, 60, 10, 40]])
    code, output = run_module(project, "predict", f"run={run}", f"data.path={run / 'one.npz'}")
    assert code == 0, output
    assert said == (run / "predictions.csv").read_text(encoding="utf-8")
    assert said.startswith("row,energy_output,vacuum_output\n1,")


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("sample.sensor=[1, 2, 3, 4]", "found sample.sensor=[1, 2, 3, 4], expected sample.sensors=VALUE"),
        ("sample.sensors=[1, 2]", "found shape (2,), expected (4,)"),
        ("sample.sensors=missing.npy", "can't be read"),
        ("sample.sensors=[[1], [2, 3]]", "can't be read"),
    ],
)
def test_a_sample_that_cannot_be_is_refused_without_a_traceback(run: Path, argument: str, message: str) -> None:
    code, output = run_module(generated("power-plant"), "predict", f"run={run}", argument)
    assert code == 1
    assert message in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("inputs", "outputs", "columns"),
    [
        ("x: numeric 4", "y: binary", ["model", "linear", "guess"]),
        ("x: vector 4", "again: reconstruction x", ["model", "guess"]),
        ("photo: image 16x16x3", "mask: segmentation 2 32x32", ["model", "guess"]),
        ("photo: image 16x16x3", "mask: segmentation 2", ["model", "linear", "guess"]),
        ("x: vector 4", "e: embedding 3", ["model", "linear", "guess"]),
    ],
)
def test_a_linear_model_is_there_where_it_means_something(inputs: str, outputs: str, columns: list[str]) -> None:
    layers = {"heads": {"mask": ["upsample"]}} if "32x32" in outputs else {}
    planned = design({"inputs": inputs, "outputs": outputs, "layers": layers})
    assert context(planned)["scoring"]["columns"] == columns


@pytest.mark.parametrize(("read", "written"), [("50x10", "40x8"), ("50x?", "40x?"), ("50x8", "40x8")])
def test_steps_are_those_of_the_input_that_the_output_goes_on_with(read: str, written: str) -> None:
    branches = {
        "read": ["embedding 50 8 mask_zero=true", "lstm 16 name=enc"],
        "written": ["embedding 40 8 mask_zero=true", "lstm 16 return_sequences=true initial_state=enc"],
    }
    inputs = f"read: text {read}, written: text {written}"
    planned = design({"inputs": inputs, "outputs": "y: labels 40", "layers": {"branches": branches}})
    scoring = context(planned)["scoring"]
    assert scoring["steps"] == "{'y': 'written'}"
    assert scoring["local"] == {"y": "written"}


def test_a_linear_model_at_each_step_is_told_of_all_inputs_that_have_it() -> None:
    outputs = "y: labels 3, z: labels 3 from=a"
    scoring = context(design({"inputs": "a: sequence 20x4, b: sequence 20x4", "outputs": outputs}))["scoring"]
    assert scoring["local"] == {"y": ["a", "b"], "z": ["a"]}
