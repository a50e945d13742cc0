"""Protects `layerwright check`: each drift is found at its line, and a project as it was made has none."""

from __future__ import annotations

import functools
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from layerwright import checking
from layerwright.checking import Finding, Options, Result, Severity

from .projects import generated, package

SMALL = {
    "image-metadata": {"inputs": "image: image 32x32x3, metadata: numeric 12"},
    "resnet-transfer": {"inputs": "image: image 32x32x3"},
}
"""What differs from a preset: the same network on images that take a fiftieth of the time."""

HERE = Path(sys.executable)
"""An interpreter that has Keras."""


@dataclass(frozen=True)
class Drift:
    """One change by hand of a preset's project: places, each exactly once in its file, and what they become.

    `rules` are those that have something grave to say; the first says it of the line with the text `at` in `file`, where
    the first change is.
    """

    name: str
    preset: str
    file: str
    before: str
    after: str
    rules: tuple[str, ...]
    at: str
    at_file: str = ""
    others: tuple[tuple[str, str], ...] = ()
    note: bool = False
    """Whether the first rule's finding is a note alone."""

    def made(self, folder: Path) -> Path:
        """A project with the change."""
        project = folder / self.name.replace(" ", "-")
        shutil.copytree(generated(self.preset, **SMALL.get(self.preset, {})), project)
        path = located(project, self.file)
        text = path.read_text(encoding="utf-8")
        for before, after in ((self.before, self.after), *self.others):
            assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {path}"
            text = text.replace(before, after)
        path.write_text(text, encoding="utf-8")
        return project


def located(project: Path, file: str) -> Path:
    """A file of a project; those of the package by their names alone."""
    return project / file if (project / file).exists() else project / "src" / package(project) / file


def model(name: str, preset: str, before: str, after: str, *rules: str, at: str, **more: Any) -> Drift:
    """A change of the network."""
    return Drift(name, preset, "model.py", before, after, rules, at, **more)


def train(name: str, preset: str, before: str, after: str, *rules: str, at: str, **more: Any) -> Drift:
    """A change of the training."""
    return Drift(name, preset, "train.py", before, after, rules, at, **more)


SECOND = """\
    second = keras.Input((64,), name="second")
    second_features = layers.Dense(64, activation="relu", name="second_dense")(second)

"""
UNFREEZE = 'unfreeze_top(model, settings["fine_tune"])'
COMPILE_AGAIN = '    compile_model(model, rate, settings["weight_decay"])\n'
PHASE_ONE = "    # Phase one: the new layers learn, the backbone stays as it is.\n"
COMPILE_FIRST = '    compile_model(model, settings["learning_rate"], settings["weight_decay"])\n    history'

NETWORK = [
    model("a syntax error", "two-inputs", "import keras\n", "import keras as\n", "LW201", at="import keras as"),
    model("a shape that fits nothing", "two-inputs", "([first_f", "(3)([first_f", "LW201", at="(3)([first_f"),
    model(
        *("an input removed", "two-inputs", SECOND, ""),
        *("LW202", "LW212"),
        at="return keras.Model(",
        others=(("[first_features, second_features]", "[first_features, first_features]"), (', "second": second', "")),
    ),
    model(
        *("an input that is not listed", "two-inputs", ', "second": second', ""),
        *("LW203", "LW201"),
        at="second = keras.Input(",
    ),
    model(
        *("an input that is not listed and not used", "two-inputs", ', "second": second', ""),
        *("LW203", "LW212"),
        at="second = keras.Input(",
        others=(("[first_features, second_features]", "[first_features, first_features]"),),
    ),
    model(
        *("an output removed", "power-plant", ', "vacuum_output": vacuum_output', ""),
        *("LW204", "LW212"),
        at="vacuum_output = layers.Dense(",
    ),
    model(
        *("an output removed with its layer", "power-plant", ', "vacuum_output": vacuum_output', ""),
        *("LW204", "LW212"),
        at="return keras.Model(",
        others=(('    vacuum_output = layers.Dense(1, name="vacuum_output")(x)\n', ""),),
    ),
    model("one input twice", "siamese-dense", "[encoder(left)", "[encoder(right)", "LW205", at="left = keras.Input("),
    model(
        *("an output more", "two-inputs", '{"category": category}', '{"category": category, "merge": x}'),
        "LW206",
        at='name="merge"',
    ),
    model("another input shape", "two-inputs", "Input((64,)", "Input((65,)", "LW207", at="Input((65,)"),
    model(
        "an encoder created twice under another name",
        "siamese-dense",
        ", encoder(right)]",
        ', layers.Dense(64, activation="relu", name="twin")(right)]',
        "LW210",
        at='name="twin"',
    ),
    model(
        "an encoder created twice under its own name",
        "siamese-dense",
        ", encoder(right)]",
        ', layers.Dense(64, activation="relu", name="encoder")(right)]',
        *("LW211", "LW201"),
        at='name="encoder")(right)',
    ),
    model(
        "a nested encoder built for each input",
        "siamese-conv",
        "[encoder(anchor), encoder(positive)]",
        "[encoder(anchor), build_encoder()(positive)]",
        *("LW211", "LW201"),
        at="build_encoder()(positive)",
    ),
    model(
        "a layer created twice",
        "two-inputs",
        'name="second_dense"',
        'name="first_dense"',
        *("LW211", "LW201"),
        at=")(second)",
    ),
    model(
        *("a layer removed", "two-inputs", ', name="second_dense")(second)', ', name="another")(second)'),
        "LW212",
        at="return keras.Model(",
    ),
    model(
        *("a layer added", "two-inputs", 'name="merge")([first', 'name="merge")([second_features, first'),
        "LW214",
        at='name="merge"',
        note=True,
    ),
    model(
        *("another width", "two-inputs", 'layers.Dense(64, activation="relu", name="first', 'layers.Dense(32, name="first'),
        "LW214",
        at="layers.Dense(32",
        note=True,
    ),
    model(
        *("a shortcut taken out", "residual-cnn", "[x, shortcut]", "[x, x]"),
        *("LW215", "LW212"),
        at='name=f"{name}_add"',
        note=True,
    ),
    model(
        *("dropout at prediction", "residual-cnn", 'name="dropout")(x)', 'name="dropout")(x, training=True)'),
        "LW216",
        at='name="dropout"',
    ),
    model(
        *("a backbone that learns", "resnet-transfer", "resnet50.trainable = False\n", "\n"),
        "LW301",
        at="resnet50 = keras.applications.ResNet50(",
    ),
    model(
        *("a head that does not learn", "power-plant", 'name="vacuum_output"', 'name="vacuum_output", trainable=False'),
        "LW302",
        at='name="vacuum_output"',
    ),
    model(
        "batch normalisations that learn in phase two",
        "resnet-transfer",
        "isinstance(layer, layers.BatchNormalization)",
        "isinstance(layer, layers.Dropout)",
        "LW305",
        at="def unfreeze_top(",
    ),
    model(
        *("early layers that learn in phase two", "resnet-transfer", "backbone.layers[:first]", "backbone.layers[:0]"),
        "LW305",
        at="def unfreeze_top(",
    ),
    model(
        *("a phase two in which nothing learns", "resnet-transfer", "backbone.trainable = True", "pass"),
        "LW305",
        at="def unfreeze_top(",
    ),
    train(
        *("freezing without compiling again", "resnet-transfer", COMPILE_AGAIN, ""),
        "LW304",
        at=UNFREEZE,
    ),
    train(
        *("unfreezing after compiling", "resnet-transfer", f"    {UNFREEZE}\n", ""),
        "LW304",
        at=UNFREEZE,
        others=((COMPILE_AGAIN, f"{COMPILE_AGAIN}    {UNFREEZE}\n"),),
    ),
    train(
        *("a layer frozen by hand after compiling", "power-plant", "    history = fit(", "    model.layers[1].trainable = False\n    history = fit("),
        "LW304",
        at="model.layers[1].trainable",
    ),
    train(
        *("a backbone that learns in phase one", "resnet-transfer", COMPILE_FIRST, f"    {UNFREEZE}\n{COMPILE_FIRST}"),
        "LW303",
        at=UNFREEZE,
    ),
    train(
        *("a loss missing", "power-plant", 'loss={"energy_output": "mse", "vacuum_output": "mse"}', 'loss={"energy_output": "mse"}'),
        "LW306",
        at="loss={",
    ),
    train(
        *("a loss of None", "power-plant", '"vacuum_output": "mse"}', '"vacuum_output": None}'),
        "LW306",
        at="loss={",
    ),
    train(
        *("a loss of an output that is not there", "power-plant", '"vacuum_output": "mse"', '"vacuum": "mse"'),
        "LW306",
        at="loss={",
    ),
]


@functools.cache
def folder() -> tempfile.TemporaryDirectory[str]:
    """Where the changed projects are."""
    return tempfile.TemporaryDirectory(prefix="layerwright-")


@functools.cache
def results() -> dict[str, Result]:
    """What is found in all changed projects, whose networks few processes build."""
    projects = [each.made(Path(folder().name)) for each in NETWORK]
    found = checking.check(projects, Options(select=("LW2", "LW3"), python=HERE, jobs=2))
    return {each.name: result for each, result in zip(NETWORK, found, strict=True)}


def grave(result: Result) -> list[Finding]:
    """The findings that count in a strict check."""
    return [each for each in result.loud if each.severity is not Severity.NOTE]


@pytest.mark.parametrize("drift", NETWORK, ids=lambda each: each.name.replace(" ", "-"))
def test_drift_of_the_network_is_found_at_its_line(drift: Drift) -> None:
    result = results()[drift.name]
    assert not result.left_out or all(each.asked for each in result.left_out)
    assert {each.rule for each in grave(result)} == set(drift.rules[drift.note :]), grave(result)
    [finding, *_] = [each for each in result.loud if each.rule == drift.rules[0]]
    assert finding.place.path == located(result.folder, drift.at_file or drift.file).relative_to(result.folder).as_posix()
    line = (result.folder / finding.place.path).read_text(encoding="utf-8").splitlines()[finding.place.line - 1]
    assert drift.at in line
