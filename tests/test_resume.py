"""A training that is killed at any moment and started again ends as one that ran through, bit by bit."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from layerwright.presets import presets

from .drawing import SEED, some
from .projects import LIMIT, environment, laid_out, package, run_module

PROJECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "dropout": ("mnist-mlp", {}),
    "batch-norm": ("residual-cnn", {"inputs": "image: image 16x16x3"}),
    "two-phases": ("resnet-transfer", {"inputs": "image: image 32x32x3"}),
    "half-precision": ("power-plant", {"precision": "mixed_float16"}),
    "stateful": ("lstm", {}),
}
"""What training has to remember: seeds, statistics, phases, a loss scale, memories."""

EVERYWHERE = [
    (name, backend)
    for name in PROJECTS
    for backend in ("torch", "jax", "tensorflow")
    if name != "stateful" or backend == "tensorflow"  # the others carry no state from batch to batch
]
RUNS = some(EVERYWHERE, 3)


def started(project: Path, backend: str, *arguments: str) -> subprocess.Popen[str]:
    """Starts training; what it prints can be read line by line."""
    return subprocess.Popen(
        [sys.executable, "-m", f"{package(project)}.train", *arguments],
        cwd=project,
        env=environment(project, backend),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> str:
    """Waits for a training to end well, and returns what it printed."""
    output, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, output
    return output


def killed(process: subprocess.Popen[str], epochs: int, pause: float) -> list[str]:
    """Kills a training some time after it has said so many epochs; returns its lines, of which none says an error."""
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        epochs -= line.startswith("epoch")
        if not epochs:
            time.sleep(pause)
            process.kill()
            break
    process.communicate(timeout=LIMIT)
    return lines


def outcome(run: Path) -> dict[str, Any]:
    """Everything that a run leaves: the weights of the best and of the last epoch, and the table."""
    found: dict[str, Any] = {"history": (run / "history.csv").read_text(encoding="utf-8")}
    with np.load(run / "last.npz") as last:
        found |= {f"last/{name}": last[name] for name in last.files}
    archive = zipfile.ZipFile(run / "model.keras").read("model.weights.h5")
    with h5py.File(BytesIO(archive)) as best:

        def add(name: str, node: Any) -> None:
            if isinstance(node, h5py.Dataset):
                found[f"best/{name}"] = node[()]

        best.visititems(add)
    return found


@pytest.mark.parametrize(("name", "backend"), RUNS)
def test_a_killed_run_ends_as_one_that_ran_through(name: str, backend: str, tmp_path: Path) -> None:
    preset, answers = PROJECTS[name]
    project = tmp_path / "project"
    laid_out(project, presets()[preset].answers() | {"backend": backend} | answers)
    settings = ["training.epochs=8", "data.synthetic_samples=200"]
    if name == "two-phases":
        settings[:] = ["training.epochs=2", "data.synthetic_samples=80", "training.backbone_weights=null"]
    finished(started(project, backend, "run=whole", *settings))

    chance = random.Random(f"{SEED} {name} {backend}")
    # The first time when something is kept, the second time perhaps before anything more is.
    moments = [(2, chance.random() * 0.1), (chance.randint(1, 2), chance.random() * 0.1)]
    print(f"LAYERWRIGHT_SEED={SEED}, killed {moments}")
    for epochs, pause in moments:
        lines = killed(started(project, backend, "run=parts", *settings), epochs, pause)
        assert "Traceback" not in "".join(lines)
    output = finished(started(project, backend, "run=parts", *settings))
    assert "goes on after epoch" in output or "takes its place" in output, output

    whole, parts = outcome(project / "whole"), outcome(project / "parts")
    assert whole.keys() == parts.keys()
    for key, value in whole.items():
        np.testing.assert_array_equal(parts[key], value, err_msg=key)


# A run that can't go on says so, and leaves what was there


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A small project, with a run that isn't finished."""
    project = tmp_path / "plant"
    laid_out(project, presets()["power-plant"].answers() | {"backend": "torch", "training": {"schedule": "cosine"}})
    code, _ = run_module(project, "train", *SMALL, "training.epochs=2")
    assert code == 0
    (project / "run" / "last.npz").replace(project / "run" / "checkpoint.npz")
    return project


SMALL = ("run=run", "data.synthetic_samples=100")


@pytest.mark.parametrize("content", [b"", b"nothing of this kind"])
def test_a_checkpoint_that_cannot_be_read_is_named(content: bytes, plant: Path) -> None:
    (plant / "run" / "checkpoint.npz").write_bytes(content)
    code, output = run_module(plant, "train", *SMALL, "training.epochs=2")
    assert code == 1
    assert "run/checkpoint.npz can't be read, delete it to begin anew" in output
    assert "Traceback" not in output


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(plant: Path) -> None:
    kept = plant / "run" / "checkpoint.npz"
    with np.load(kept) as found:
        arrays = dict(found)
    asked, history, *others = json.loads(arrays["state"].item())
    one_epoch = {name: values[:1] for name, values in history.items()}
    np.savez(kept, **arrays | {"state": json.dumps([asked, one_epoch, *others])})
    before = kept.read_bytes()
    (plant / "run" / "checkpoint.new.npz").mkdir()  # as on a full disk: nothing can be written there
    code, output = run_module(plant, "train", *SMALL, "training.epochs=2")
    assert code == 1
    assert "can't be written, the epoch before is kept" in output
    assert kept.read_bytes() == before


def test_a_cosine_goes_on_for_as_many_epochs_as_it_began(plant: Path) -> None:
    code, output = run_module(plant, "train", *SMALL, "training.epochs=9")
    assert code == 1
    assert "isn't finished and has {'training.epochs': '2'}, not {'training.epochs': '9'}" in output


def test_what_an_older_version_did_not_ask_for_is_no_change(plant: Path) -> None:
    kept = plant / "run" / "checkpoint.npz"
    with np.load(kept) as found:
        arrays = dict(found)
    asked, *others = json.loads(arrays["state"].item())
    del asked["training.epochs"]
    np.savez(kept, **arrays | {"state": json.dumps([asked, *others])})
    code, output = run_module(plant, "train", *SMALL, "training.epochs=2")
    assert code == 0, output


def test_a_loss_of_nan_ends_the_run_and_leaves_the_model_before(plant: Path) -> None:
    kept = (plant / "run" / "model.keras").read_bytes()
    source = plant / "src" / package(plant) / "train.py"
    text = source.read_text(encoding="utf-8")
    assert '"mse"' in text
    source.write_text(text.replace('"mse"', 'lambda true, said: said * float("nan")'), encoding="utf-8")
    (plant / "run" / "checkpoint.npz").unlink()
    code, output = run_module(plant, "train", *SMALL, "training.epochs=2")
    assert code == 1
    assert "The loss is nan: docs/when-it-goes-wrong.md says what to look for" in output
    assert (plant / "run" / "model.keras").read_bytes() == kept
