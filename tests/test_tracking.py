"""What shows the figures of runs gets those of every epoch, once."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from .projects import generated, run_module

RECORDER = """
import json, types
from pathlib import Path


def note(*entry):
    with open("noted.jsonl", "a") as file:
        file.write(json.dumps(entry, default=str) + "\\n")


class Run:
    info = types.SimpleNamespace(run_id="one")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        note("end")


def start_run(run_id=None, run_name=None):
    note("start", run_id, run_name)
    return Run()


set_experiment = lambda name: note("experiment", name)
log_params = lambda params: note("params", params)
log_metrics = lambda metrics, step: note("metrics", step, metrics)
log_artifact = lambda path: note("artifact", Path(path).name, Path(path).exists())
end_run = lambda: note("end")
"""
"""Stands in for MLflow, which is large: writes down what it is told."""


def trained(tracking: str, folder: Path) -> Path:
    """Returns a copy of a project with a run of two epochs."""
    project = folder / "project"
    shutil.copytree(generated("power-plant", tracking=tracking), project)
    (project / "src" / "mlflow.py").write_text(RECORDER, encoding="utf-8")
    code, output = run_module(project, "train", "training.epochs=2", "data.synthetic_samples=100")
    assert code == 0, output
    return project


def test_tensorboard_shows_each_epoch_of_the_last_run_alone(tmp_path: Path) -> None:
    events = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    project = trained("tensorboard", tmp_path)
    run = project / "runs" / "first"
    for epochs in (2, 1):
        rows = list(csv.DictReader((run / "history.csv").open(encoding="utf-8")))
        assert len(rows) == epochs
        for part, column in {"training": "loss", "validation": "val_loss"}.items():
            found = events.EventAccumulator(str(run / "tensorboard" / part))
            found.Reload()
            told = [(each.step, each.tensor_proto.float_val[0]) for each in found.Tensors("loss")]
            assert told == [(int(row["epoch"]), pytest.approx(float(row[column]), rel=1e-4)) for row in rows]
        if epochs == 2:
            code, output = run_module(project, "train", "training.epochs=1", "data.synthetic_samples=100")
            assert code == 0, output


def test_mlflow_is_told_each_epoch_and_the_files(tmp_path: Path) -> None:
    lines = (trained("mlflow", tmp_path) / "noted.jsonl").read_text(encoding="utf-8").splitlines()
    noted = [json.loads(line) for line in lines]
    assert [each[1] for each in noted if each[0] == "metrics"] == [1, 2]
    assert next(each[1] for each in noted if each[0] == "params")["training.epochs"] == 2
    assert all(each[2] for each in noted if each[0] == "artifact")
    assert {each[1] for each in noted if each[0] == "artifact"} >= {"model.keras", "history.csv", "config.yaml"}
    starts = [each[1:] for each in noted if each[0] == "start"]
    assert starts == [[None, "first"], ["one", None]], "the files go to the same run"


def test_what_mlflow_keeps_beside_the_project_is_none_of_it() -> None:
    ignored = (generated("power-plant", tracking="mlflow") / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/mlflow.db", "/mlruns/"} <= {*ignored}, "where MLflow 3.17 writes if nothing says otherwise"
    assert "mlflow" not in (generated("power-plant") / ".gitignore").read_text(encoding="utf-8")
