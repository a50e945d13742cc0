"""How long an epoch over images in files takes: a generated project's train.py against Keras's own loader.

The plain way is `keras.utils.image_dataset_from_directory` and `fit`: the same files, network, batch size and keeping
of weights, in turn in one process. Prints medians without the first epoch, with images that fit in memory and with
those that are read again in each epoch:

    KERAS_BACKEND=torch python benchmarks/images.py [COUNT]
"""

from __future__ import annotations

import importlib
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import yaml
from PIL import Image
from training import Clock  # type: ignore[import-not-found]

from layerwright.template import create

EPOCHS, RUNS, SIZE, CLASSES = 4, 2, 64, 4
ANSWERS = {"inputs": f"photo: image {SIZE}x{SIZE}x3", "outputs": f"kind: multiclass {CLASSES}"}


def draw(folder: Path, count: int) -> None:
    """Writes JPEGs of a camera's noise, 256 by 256, to a folder for each class."""
    random = np.random.default_rng(0)
    for number in range(count):
        path = folder / f"class_{number % CLASSES}" / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = random.integers(0, 256, (32, 32, 3), dtype="uint8")
        Image.fromarray(coarse).resize((256, 256)).save(path)


def project(folder: Path) -> tuple[Any, Any, Any, dict[str, Any]]:
    """A new project's modules for data, training and the model, and its configuration."""
    create(folder / "measured", ANSWERS | {"backend": keras.backend.backend()})
    sys.path.insert(0, str(folder / "measured" / "src"))
    data, train, model = (importlib.import_module(f"measured.{name}") for name in ("data", "train", "model"))
    return data, train, model, yaml.safe_load((folder / "measured" / "config.yaml").read_text(encoding="utf-8"))


def ours(modules: Any, config: dict[str, Any], path: Path) -> list[float]:
    """Seconds of the project's epochs."""
    data, train, model = modules
    part, validation, _ = data.load_data(config)
    learned = data.learn(part)
    part, validation = data.prepare(part, learned), data.prepare(validation, learned)
    network, clock, size = model.build_model(), Clock(), config["training"]["batch_size"]
    train.compile_model(network, 0.001)
    fit = network.fit
    network.fit = lambda *given, callbacks, **more: fit(*given, callbacks=[clock, *callbacks], **more)
    path.unlink(missing_ok=True)
    train.fit(network, data.Batches(part, size, seed=0), data.Batches(validation, size), config, path)
    return clock.seconds()


def plain(modules: Any, config: dict[str, Any], files: Path, path: Path) -> list[float]:
    """Seconds of the epochs of Keras's own way."""
    _, train, model = modules
    size = config["training"]["batch_size"]
    part, validation = keras.utils.image_dataset_from_directory(
        files, batch_size=size, image_size=(SIZE, SIZE), seed=0, validation_split=0.15, subset="both", verbose=False
    )
    network, clock = model.build_model(), Clock()
    train.compile_model(network, 0.001)
    network.steps_per_execution = 1  # as it is unless one says more
    keeps = keras.callbacks.ModelCheckpoint(path)
    network.fit(part, validation_data=validation, epochs=EPOCHS, callbacks=[clock, keeps], verbose=0)
    return clock.seconds()


def main(count: int) -> None:
    """Prints a row for each way of reading."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder / "files", count)
        *modules, config = project(folder)
        config["data"] |= {"path": str(folder / "files"), "test_fraction": 0.01}
        config["training"] |= {"epochs": EPOCHS, "patience": 1_000}
        rows: dict[str, list[float]] = {"in memory": [], "read again": [], "plain": []}
        for _ in range(RUNS):
            for row, room in (("in memory", 2.0), ("read again", 0.0)):
                config["data"]["cache_gb"] = room
                rows[row] += ours(modules, config, folder / "checkpoint.npz")
            rows["plain"] += plain(modules, config, folder / "files", folder / "plain.keras")
    whole = statistics.median(rows["plain"])
    print(f"\n{keras.backend.backend()}: {count} JPEGs, medians of {RUNS} runs in turn\n")
    print(f"{'':<14}{'s an epoch':>12}{'project / plain':>18}")
    for row, seconds in rows.items():
        print(f"{row:<14}{statistics.median(seconds):>12.3f}{statistics.median(seconds) / whole:>18.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
