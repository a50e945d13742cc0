"""Samples per second in training: a project's own train.py against the plainest fit, in each precision.

The plain way is one call of `fit` with whole arrays in memory, shuffled, that keeps the best weights: the same network,
batch size and samples, on one device. Each precision is a process of its own; an epoch's time is the median without the
first one, which compiles:

    python benchmarks/hardware.py [BACKEND [HARDWARE [PRESET [KEY=VALUE ...]]]]

HARDWARE is cpu, gpu or gpus; KEY=VALUE are keys of the project's config.yaml, as training.batch_size=256.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from layerwright.presets import presets
from layerwright.problems import AnswersError
from layerwright.template import create

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
SETTINGS = ("training.epochs=6", "training.patience=6", "data.synthetic_samples=2000")

RUN = """
import json, statistics, sys, time
from contextlib import nullcontext
from pathlib import Path

from {package} import hardware  # isort: skip
import keras
import {package}.train as program
from {package}.config import from_command_line
from {package}.data import Batches, load_data

class Clock(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.times = []
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()
    def on_epoch_end(self, epoch, logs=None):
        self.times.append(time.perf_counter() - self.start)

clock, fit = Clock(), keras.Model.fit

def timed(model, *arguments, callbacks, **settings):
    return fit(model, *arguments, callbacks=[clock, *callbacks, *last], **settings)

class Last(Clock):  # an epoch ends when all callbacks are done
    def on_epoch_end(self, epoch, logs=None):
        clock.times[-1] = time.perf_counter() - clock.start

last = [Last()]
keras.Model.fit = timed
config = from_command_line()
several = getattr(hardware, "shared", nullcontext)
with several(config) as shared:
    program.train(shared or config)
rows = {{"train.py": clock.times}}

train, validation, _ = load_data(config)
if hasattr(program, "learn"):
    learned = program.learn(train)
    train, validation = program.prepare(train, learned), program.prepare(validation, learned)
x, y, *_ = Batches(train, len(next(iter(train.values()))))[0]
model = program.build_model({weights})
program.compile_model(model, 0.001)
model.steps_per_execution = 1  # as it is unless one says more
model.fit(
    x,
    y,
    batch_size=config["training"]["batch_size"],
    epochs=config["training"]["epochs"],
    validation_data=Batches(validation, len(next(iter(validation.values()))))[0],
    callbacks=[keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)],
    verbose=0,
)
rows["plain"] = clock.times
count = len(next(iter(train.values())))
if not getattr(hardware, "RANK", 0):
    result = {{name: count / statistics.median(times[1:]) for name, times in rows.items()}}
    Path("result.json").write_text(json.dumps(result))
"""


def measured(folder: Path, answers: dict[str, str], settings: list[str]) -> dict[str, float]:
    """Samples per second of a new project, by way. Raises AnswersError if such a project is refused."""
    project = folder / answers["precision"]
    create(project, answers | {"package": "measured"})
    weights = "None" if "weights" in (project / "src/measured/model.py").read_text(encoding="utf-8") else ""
    (project / "run.py").write_text(RUN.format(package="measured", weights=weights), encoding="utf-8")
    launch = [sys.executable]
    if answers["hardware"] == "gpus" and answers["backend"] == "torch":
        launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "auto"]
    environment = os.environ | {"PYTHONPATH": "src", "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([*launch, "run.py", *SETTINGS, *settings], cwd=project, env=environment, check=True)
    result: dict[str, float] = json.loads((project / "result.json").read_text(encoding="utf-8"))
    return result


def main(backend: str = "torch", hardware: str = "gpu", preset: str = "residual-cnn", *settings: str) -> None:
    """Prints a row for each precision."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for precision in PRECISIONS:
            answers = {"preset": preset, "backend": backend, "hardware": hardware, "precision": precision}
            try:
                result = measured(Path(folder), answers, list(settings))
            except AnswersError as error:
                rows.append(f"{precision:<16}refused: {error.problems[0].what}")
                continue
            ours, plain = result["train.py"], result["plain"]
            rows.append(f"{precision:<16}{ours:>10.0f}{plain:>10.0f}{ours / plain:>8.2f}")
    print(f"\n{preset} on {backend}, {hardware}: samples per second in training\n")
    print(f"{'precision':<16}{'train.py':>10}{'plain':>10}{'ratio':>8}", *rows, sep="\n")


if __name__ == "__main__":
    assert len(sys.argv) < 4 or sys.argv[3] in presets(), f"one of: {', '.join(presets())}"
    main(*sys.argv[1:])
