"""How long an epoch of a generated project takes, against the plainest `fit` on arrays in memory.

The same network, batch size, shuffling and keeping of weights, in turn in one process, so that a machine that slows
down slows both. Prints medians and their ratio:

    KERAS_BACKEND=torch python benchmarks/training.py [PRESET ...]
"""

from __future__ import annotations

import importlib
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import yaml

from layerwright.presets import presets
from layerwright.template import create

SAMPLES = {"power-plant": 100_000, "mnist-mlp": 40_000, "image-metadata": 400, "masked-lstm": 5_000}
"""So many that an epoch takes about a second or more on each backend."""

RUNS = 3
EPOCHS = 3
"""Of each run; the first one, in which all is set up, isn't counted."""


class Clock(keras.callbacks.Callback):
    """Notes when epochs begin: what an epoch takes is all until the next one begins."""

    def __init__(self) -> None:
        super().__init__()
        self.moments: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras."""
        self.moments.append(time.perf_counter())

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Called by Keras: prints a line, as a project does."""
        print(f"epoch {epoch + 1}: {logs}", file=sys.stderr)

    def seconds(self) -> list[float]:
        """What each epoch took but the first, and the last, which no other follows."""
        return np.diff(self.moments)[1:].tolist()


def whole(data: Any, samples: dict[str, Any]) -> tuple[Any, ...]:
    """All samples as arrays in memory, as one batch holds them."""
    return data.Batches(samples, len(next(iter(samples.values()))))[0]


def compare(preset: str, folder: Path) -> tuple[float, float]:
    """Median seconds of an epoch, in a project and in the plain way."""
    name = preset.replace("-", "_")
    project = folder / preset
    create(project, {"preset": preset, "backend": keras.backend.backend()})
    sys.path.insert(0, str(project / "src"))
    data, training, model = (importlib.import_module(f"{name}.{each}") for each in ("data", "train", "model"))
    config = yaml.safe_load((project / "config.yaml").read_text(encoding="utf-8"))
    config["data"]["synthetic_samples"] = SAMPLES.get(preset, 2_000)
    config["training"] |= {"epochs": EPOCHS + 2, "patience": 1_000}
    part, validation, _ = data.load_data(config)
    if hasattr(data, "learn"):
        learned = data.learn(part)
        part, validation = data.prepare(part, learned), data.prepare(validation, learned)
    size = config["training"]["batch_size"]
    arrays = dict(zip(("x", "y", "sample_weight"), whole(data, part), strict=False))
    unseen = whole(data, validation)

    networks = [model.build_model(), model.build_model()]
    fit = networks[0].fit
    ours, plain = [], []
    for _ in range(RUNS):
        for network in networks:
            training.compile_model(network, 0.001)
        networks[1].steps_per_execution = 1  # as it is unless one says more
        clock, path = Clock(), folder / f"{preset}.npz"
        path.unlink(missing_ok=True)
        networks[0].fit = lambda *given, callbacks, clock=clock, **more: fit(
            *given, callbacks=[clock, *callbacks], **more
        )
        training.fit(networks[0], data.Batches(part, size, seed=0), data.Batches(validation, size), config, path)
        ours += clock.seconds()

        clock = Clock()
        keeps = keras.callbacks.ModelCheckpoint(folder / f"{preset}.keras")
        networks[1].fit(
            **arrays,
            batch_size=size,
            epochs=EPOCHS + 2,
            validation_data=unseen,
            validation_batch_size=size,
            callbacks=[clock, keeps],
            verbose=0,
        )
        plain += clock.seconds()
    sys.path.remove(str(project / "src"))
    return statistics.median(ours), statistics.median(plain)


def main(names: list[str]) -> None:
    """Prints a row for each preset."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    folder = Path(tempfile.mkdtemp())
    print(f"{keras.backend.backend()}: medians of {RUNS} runs in turn, seconds an epoch\n")
    print(f"{'preset':<18}{'project':>9}{'plain':>9}{'project / plain':>18}")
    for name in names:
        ours, plain = compare(name, folder)
        print(f"{name:<18}{ours:>9.3f}{plain:>9.3f}{ours / plain:>18.3f}", flush=True)


if __name__ == "__main__":
    chosen = sys.argv[1:] or list(SAMPLES)
    unknown = set(chosen) - set(presets())
    if unknown:
        raise SystemExit(f"no such preset: {', '.join(sorted(unknown))}")
    main(chosen)
