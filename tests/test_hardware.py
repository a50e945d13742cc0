"""Projects train on what was planned: one device, several of them, several processes; their launch files train too.

Devices are two parts of a CPU, and machines two processes of this one. A project that shares its batches has to come
to the losses and weights of one process.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layerwright.presets import presets

from .projects import LIMIT, Outcome, environment, generated, laid_out, package, run_module, run_pytest
from .test_generated_data import data_module

SHORT = (
    *("training.epochs=2", "training.batch_size=8", "data.synthetic_samples=64"),
    *("data.validation_fraction=0.25", "data.test_fraction=0.25"),
)
"""A short training, whose parts can all be shared by two."""

TWO_CPUS = """
import runpy, sys, tensorflow
cpu = tensorflow.config.list_physical_devices("CPU")[0]
parts = [tensorflow.config.LogicalDeviceConfiguration()] * 2
tensorflow.config.set_logical_device_configuration(cpu, parts)
runpy.run_module("plant.train", run_name="__main__", alter_sys=True)
"""
"""Has TensorFlow see two devices, and trains."""

STAND_INS = {
    "scontrol": """#!/bin/bash
[ "$*" = "show hostnames $SLURM_JOB_NODELIST" ] && printf 'localhost\\nlocalhost\\n'
""",
    "srun": """#!/bin/bash
for ((number = 0; number < SLURM_JOB_NUM_NODES; number++)); do
  SLURM_PROCID=$number "$@" &
  started+=($!)
done
for each in "${started[@]}"; do
  wait "$each" || exit 1
done
""",
}
"""What a job finds on a cluster, for machines that are all this one."""

PAGE = (Path(__file__).parent.parent / "docs" / "hardware.md").read_text(encoding="utf-8")

DETERMINISM = "the seed decides; sums in parallel may differ in their last digits"


def made(folder: Path, hardware: str, backend: str, **answers: Any) -> Path:
    """Returns a project, of a small network without anything drawn in its training unless answers say another one."""
    project = folder / "plant"
    start = {} if "inputs" in answers else presets()["power-plant"].answers()
    laid_out(project, {**start, "hardware": hardware, "backend": backend, **answers})
    return project


def alone(project: Path, backend: str) -> None:
    """Trains in one process on one device."""
    code, output = run_module(project, "train", *SHORT, "run=runs/alone", backend=backend)
    assert code == 0, output


def started(project: Path, backend: str, command: list[str], **variables: str) -> Outcome:
    """Runs a command in a project, with environment variables."""
    done = subprocess.run(
        [*command, *SHORT, "run=runs/shared"],
        cwd=project,
        env=environment(project, backend) | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Outcome(done.returncode, done.stdout)


def check_same(project: Path) -> None:
    """Checks that what was shared came to what came of it in one process."""
    import keras

    runs = [project / "runs" / name for name in ("alone", "shared")]
    assert {path.name for path in runs[0].iterdir()} == {path.name for path in runs[1].iterdir()}
    tables = [np.genfromtxt(run / "history.csv", delimiter=",", names=True) for run in runs]
    assert len(tables[0]) == 2
    for name in ("loss", "val_loss", "val_energy_output_mae"):
        np.testing.assert_allclose(tables[1][name], tables[0][name], rtol=1e-4)
    one, other = (keras.models.load_model(run / "model.keras", compile=False).get_weights() for run in runs)
    for left, right in zip(one, other, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-5)


def table(output: str) -> dict[str, str]:
    """Returns the table that a program prints first: what stands behind each name."""
    lines = [line.split(None, 1) for line in output.splitlines() if line.strip()]  # processes may print at once
    names = [name for name, *_ in lines]
    begin, end = names.index("backend"), names.index("determinism")
    assert names.count("backend") == 1, "the first process alone prints"
    return {name: about[0].strip() for name, *about in lines[begin : end + 1]}


# One device


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_one_device_is_told_of_in_one_table(precision: str, tmp_path: Path) -> None:
    project = made(tmp_path, "gpu", "torch", precision=precision)
    code, output = run_module(project, "train", *SHORT)
    assert code == 0, output
    assert table(output) == {
        "backend": "torch",
        "device": "CPU: PyTorch finds no GPU. If nvidia-smi does: install torch for CUDA, see pytorch.org",
        "precision": "float32" if precision == "float32" else "mixed_bfloat16, last layers float32",
        "XLA": "off, as Keras has it on PyTorch",
        "determinism": DETERMINISM,
    }
    if precision != "float32":
        [shown] = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
        assert table(shown) == table(output), "as the page has it"


def test_the_table_says_that_determinism_was_asked_for(tmp_path: Path) -> None:
    project = made(tmp_path, "cpu", "torch", training={"deterministic": True})
    code, output = run_module(project, "train", *SHORT)
    assert code == 0, output
    assert table(output)["determinism"] == "the seed decides, bit by bit"


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
@pytest.mark.parametrize("device", ["cpu", "gpu"])
def test_one_device_leaves_no_trace_of_several(device: str, backend: str, tmp_path: Path) -> None:
    project = made(tmp_path, device, backend)
    files = {path.name: path.read_text(encoding="utf-8") for path in project.rglob("*") if path.is_file()}
    assert "test_hardware.py" not in files
    assert not [name for name, text in files.items() if "hardware.shared" in text or "devices()" in text]
    lines = [line for line in files["hardware.py"].splitlines() if line.strip()]
    assert len(lines) <= (12 if device == "cpu" else 20)


# Several devices, in one process


RATES = pytest.mark.parametrize("training", [{}, {"schedule": "cosine", "warmup_epochs": 1}], ids=["plateau", "cosine"])


@RATES
def test_two_devices_of_tensorflow_come_to_what_one_comes_to(training: dict[str, Any], tmp_path: Path) -> None:
    project = made(tmp_path, "gpus", "tensorflow", training=training)
    alone(project, "tensorflow")
    said = table(started(project, "tensorflow", [sys.executable, "-c", TWO_CPUS]).output)
    assert said["batches"] == "shared by 2, by MirroredStrategy"
    check_same(project)


@RATES
def test_two_devices_of_jax_come_to_what_one_comes_to(training: dict[str, Any], tmp_path: Path) -> None:
    project = made(tmp_path, "gpus", "jax", training=training)
    alone(project, "jax")
    flags = "--xla_force_host_platform_device_count=2"
    said = table(started(project, "jax", [sys.executable, "-m", "plant.train"], XLA_FLAGS=flags).output)
    assert said["batches"] == "shared by 2, by keras.distribution"
    check_same(project)


# Several processes, by launch files


def cluster(folder: Path, **variables: str) -> dict[str, str]:
    """Returns the environment of a job on two machines, with stand-ins for what it finds there."""
    folder.mkdir()
    for name, text in STAND_INS.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    path = os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ["PATH"]])
    job = {"JOB_ID": str(port - 20000), "JOB_NODELIST": "node[1-2]", "JOB_NUM_NODES": "2", "GPUS_ON_NODE": "1"}
    return {"PATH": path} | {f"SLURM_{name}": value for name, value in (job | variables).items()}


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_a_job_on_two_machines_comes_to_what_one_process_comes_to(backend: str, tmp_path: Path) -> None:
    project = made(tmp_path, "machines", backend, extras=["slurm"])
    alone(project, backend)
    variables = cluster(tmp_path / "bin")
    said = table(started(project, backend, ["bash", "launch/train.slurm"], **variables).output)
    assert said["processes"].startswith("2, one per ")
    check_same(project)


def test_a_job_on_one_machine_starts_a_process_for_each_gpu(tmp_path: Path) -> None:
    project = made(tmp_path, "gpus", "torch", extras=["slurm"])
    variables = cluster(tmp_path / "bin", GPUS_ON_NODE="2", JOB_NUM_NODES="1")
    said = table(started(project, "torch", ["bash", "launch/train.slurm"], **variables).output)
    assert said["processes"] == "2, one per GPU"


def test_torchrun_comes_to_what_one_process_comes_to(tmp_path: Path) -> None:
    project = made(tmp_path, "gpus", "torch", extras=["torchrun"])
    alone(project, "torch")
    said = table(started(project, "torch", ["bash", "launch/torchrun.sh"], PROCESSES="2").output)
    assert said["processes"] == "2, one per GPU"
    check_same(project)


LAUNCHED: list[dict[str, Any]] = [
    {"hardware": "cpu", "backend": "tensorflow", "extras": ["slurm"]},
    {"hardware": "gpu", "backend": "jax", "extras": ["slurm"]},
    {"hardware": "gpus", "backend": "jax", "extras": ["slurm"]},
    {"hardware": "gpus", "backend": "torch", "extras": ["slurm", "torchrun"]},
    {"hardware": "machines", "backend": "torch", "extras": ["slurm", "torchrun"]},
    {"hardware": "machines", "backend": "jax", "extras": ["slurm"]},
]


@pytest.mark.parametrize("answers", LAUNCHED, ids=[f"{each['hardware']} {each['backend']}" for each in LAUNCHED])
def test_launch_files_are_right_for_bash(answers: Mapping[str, Any], tmp_path: Path) -> None:
    project = made(tmp_path, **answers)
    files = sorted((project / "launch").iterdir())
    names = {"slurm": "train.slurm", "torchrun": "torchrun.sh"}
    assert {file.name for file in files} == {names[each] for each in answers["extras"]}
    checker = shutil.which("shellcheck")
    for file in files:
        for command in [["bash", "-n"], *([[checker]] if checker else [])]:
            done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr


def test_samples_that_devices_cannot_share_are_others_in_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    project = generated("power-plant", project_name="left_over", hardware="gpus", backend="torch")
    data, hardware = (data_module(project, name) for name in ("data", "hardware"))
    monkeypatch.setattr(hardware, "devices", lambda: 8)
    batches, seen = data.Batches(data.synthesise(15, 0), 8, seed=0), set()
    for _ in range(20):
        assert len({*batches.order}) == 8
        seen |= {*batches.order.tolist()}
        batches.on_epoch_end()
    assert seen == {*range(15)}


def test_jax_is_told_to_be_deterministic_before_it_looks_for_devices() -> None:
    project = generated("power-plant", hardware="machines", backend="jax", training="{deterministic: true}")
    source = (project / "src" / package(project) / "train.py").read_text(encoding="utf-8")
    started = source.partition("__main__")[2]
    assert 0 < started.index("be_deterministic()") < started.index("hardware.shared(")


def test_the_page_starts_files_and_names_variables_that_there_are() -> None:
    """Their arguments are train.py's; what starts them needs a cluster, for which other tests have stand-ins."""
    lines = [line for block in re.findall(r"```shell\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    assert set(re.findall(r"launch/(\S+)", "\n".join(lines))) == {"train.slurm", "torchrun.sh"}
    [keras] = find_spec("keras").submodule_search_locations or ()
    source = Path(keras, "src", "distribution", "distribution_lib.py").read_text(encoding="utf-8")
    for name in set(re.findall(r"(KERAS_\w+)=", "\n".join(lines))):
        assert f'"{name}"' in source


def test_without_launch_files_there_is_no_folder_for_them(tmp_path: Path) -> None:
    assert not (made(tmp_path, "machines", "torch") / "launch").exists()


# Their own tests


VARIED: dict[str, dict[str, Any]] = {
    "drawn": {
        "inputs": "words: text 30x?, photo: image 16x16x3",
        "outputs": "tags: labels 4 from=words, kind: multiclass 3 from=photo",
        "layers": {"branches": {"photo": ["conv 8", "batch_norm", "flatten"]}, "body": ["dense 16", "dropout 0.2"]},
        "precision": "mixed_bfloat16",
    },
    "transfer": {
        "inputs": "photo: image 32x32x3",
        "outputs": "kind: multiclass 3",
        "backbone": "MobileNetV2",
        "fine_tune": 4,
    },
}
"""Where shares of a batch don't come to what the whole comes to: it has to train, at least."""


@pytest.mark.parametrize(("hardware", "backend"), [("gpus", "tensorflow"), ("gpus", "jax"), ("machines", "torch")])
def test_their_own_tests_pass(hardware: str, backend: str, tmp_path: Path) -> None:
    project = made(tmp_path, hardware, backend)
    code, output = run_pytest(project, "-q", backend=backend)
    assert code == 0, output


@pytest.mark.parametrize(
    ("hardware", "backend", "layer", "equal"),
    [
        ("gpus", "torch", "global_max_pool", False),
        ("gpus", "torch", "lstm 4", True),
        ("gpus", "jax", "global_max_pool", True),
        ("machines", "jax", "global_max_pool", True),
    ],
)
def test_processes_that_pad_by_themselves_learn_the_same_if_masks_say_so(
    hardware: str, backend: str, layer: str, equal: bool, tmp_path: Path
) -> None:
    layers = {"branches": {"x": ["masking", layer]}, "body": []}
    ends = {"inputs": "x: sequence ?x3", "outputs": "y: regression"}
    project = made(tmp_path, hardware, backend, **ends, layers=layers)
    said = (project / "tests" / "test_hardware.py").read_text(encoding="utf-8")
    assert ("_what_one_learns" in said) == equal


@pytest.mark.parametrize("name", VARIED)
def test_what_is_drawn_and_what_is_pretrained_is_shared_too(name: str, tmp_path: Path) -> None:
    project = made(tmp_path, "gpus", "torch", **VARIED[name])
    code, output = run_pytest(project, "-q", "tests/test_hardware.py", backend="torch")
    assert code == 0, output
