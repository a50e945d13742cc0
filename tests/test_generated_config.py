"""Protects users of a generated project from its config.yaml: what is wrong is named, and there is no traceback."""

from __future__ import annotations

import difflib
import importlib.util
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwright.answers.keys import TRAINING_DEFAULTS
from layerwright.answers.training import unfit
from layerwright.presets import presets

from .projects import generated, laid_out, run_module

PRESETS = presets()

with_preset = pytest.mark.parametrize("preset", PRESETS)


pytestmark = pytest.mark.usefixtures("yaml_as_it_is")


@cache
def project(preset: str) -> Path:
    """Returns a folder with the files of a preset's project."""
    folder = Path(tempfile.mkdtemp(prefix="layerwright-")) / preset
    laid_out(folder, PRESETS[preset].answers())
    return folder


@cache
def config_module(preset: str) -> ModuleType:
    """Returns a project's `config.py`, which needs no other module of it."""
    return loaded(project(preset))


def loaded(folder: Path) -> ModuleType:
    """Returns the `config.py` of the project in a folder."""
    path = next(folder.glob("src/*/config.py"))
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_config", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(preset: str) -> str:
    """Returns a project's config.yaml."""
    return (project(preset) / "config.yaml").read_text(encoding="utf-8")


def leaves(config: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yields each key of a configuration, as one says it on the command line, and its value."""
    for key, value in config.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def around(text: str, key: str) -> tuple[str, str, str]:
    """Returns what stands before the line that says a key, that line, and what stands after it."""
    lines, sections = text.splitlines(keepends=True), []
    for number, line in enumerate(lines):
        name = line.partition(":")[0]
        if re.fullmatch(r" *\w+", name):
            depth = (len(name) - len(name.lstrip())) // 2
            sections = [*sections[:depth], name.strip()]
            if sections == key.split("."):
                return "".join(lines[:number]), line, "".join(lines[number + 1 :])
    raise AssertionError(key)


Configured = Callable[..., dict[str, Any]]


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Configured:
    """Returns the configuration that a project's programs get, key by key, for arguments or another config.yaml."""
    monkeypatch.chdir(tmp_path)

    def configuration(preset: str, *arguments: str, text: str | bytes | None = None) -> dict[str, Any]:
        content = written(preset) if text is None else text
        Path("config.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
        monkeypatch.setattr(sys, "argv", ["train", *arguments])
        return dict(leaves(config_module(preset).from_command_line()))

    return configuration


@with_preset
def test_every_key_can_be_set_on_the_command_line(preset: str, configured: Configured) -> None:
    as_written = configured(preset)
    assert as_written == dict(leaves(yaml.safe_load(written(preset))))
    assert {"run", "seed", "data.path", "training.epochs"} <= as_written.keys()
    del as_written["data.test_columns"]  # a mapping, or nothing
    for key, value in as_written.items():
        text, meant = {int: ("7", 7), float: ("0.25", 0.25)}.get(type(value), ("a/file.npz", "a/file.npz"))
        changed = {"data.test_columns": None} | as_written | {key: meant}
        assert configured(preset, f"{key}={text}") == changed, key
    assert configured(preset, "data.test_columns={x: 3}")["data.test_columns.x"] == 3


@pytest.mark.parametrize("text", ["1e-4", "1E-4", "10e-5", "1.0e-4", "0.1e-3", "1.e-4", "0.0001"])
def test_a_power_of_ten_is_a_number_however_it_is_written(text: str, configured: Configured) -> None:
    assert configured("mlp", f"training.learning_rate={text}")["training.learning_rate"] == pytest.approx(1e-4)
    assert configured("mlp", f"run={text}x")["run"] == f"{text}x"
    assert yaml.safe_load("1e-4") == "1e-4", "a project leaves PyYAML as it is"


@pytest.mark.parametrize("name", [key for key, each in TRAINING_DEFAULTS.items() if type(each) in (int, float)])
def test_what_answers_may_say_of_the_training_a_project_takes(name: str, tmp_path: Path) -> None:
    tried = [0, 1e-5, 1, 9.9, 10, 11, 100.5, 10**4, 2**24, 2**24 + 1, 10**9, 10**9 + 1]
    taken = [value for value in tried if unfit(name, value) is None]
    assert taken
    for value in {taken[0], taken[-1]}:
        training = {"schedule": "cosine", "clip_norm": 1.0, name: value}
        laid_out(tmp_path / str(value), PRESETS["mlp"].answers() | {"training": training})
        config = loaded(tmp_path / str(value))
        with mock.patch.object(sys, "argv", ["train"]), chdir(tmp_path / str(value)):
            assert dict(leaves(config.from_command_line())).get(f"training.{name}", 0) == value


@with_preset
def test_a_number_that_is_none_is_refused_for_every_key(preset: str, configured: Configured) -> None:
    for key, value in configured(preset).items():
        if isinstance(value, int | float):
            for wrong in ("many", "null", "true", "-1", ".inf", ".nan", "[1]", "{a: 1}"):
                with pytest.raises(SystemExit, match=re.escape(key)):
                    configured(preset, f"{key}={wrong}")


@with_preset
def test_every_key_that_is_missing_or_misspelled_is_named(preset: str, configured: Configured) -> None:
    known = list(leaves(yaml.safe_load(written(preset))))
    for key, _ in known:
        name = key.split(".")[-1]
        before, line, after = around(written(preset), key)
        # Without its only key, a section is a key without a value.
        only = sum(each.rpartition(".")[0] == key.rpartition(".")[0] for each, _ in known) == 1
        missing = rf"{key.rpartition('.')[0]}; in its place there is " if only else rf"{key}$"
        with pytest.raises(SystemExit, match=rf"^config.yaml: there is no {missing}"):
            configured(preset, text=before + after)
        wrong = f"{key}s" if len(name) < 3 else key[:-1]
        misspelled = f"{before}{line[: len(line) - len(line.lstrip())]}{wrong.split('.')[-1]}: 1\n{after}"
        [near] = difflib.get_close_matches(wrong, dict(known), n=1)
        with pytest.raises(SystemExit, match=re.escape(f"there is no {wrong}; in its place there is {near}")):
            configured(preset, text=misspelled)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("training.epoch=3", "there is no training.epoch; in its place there is training.epochs\n"),
        ("trainin.epochs=3", "there is no trainin.epochs; in its place there is training.epochs\n"),
        ("epochs=3", "there is no epochs; in its place there is training.epochs\n"),
        ("training=3", "there is no training; in its place there is training.epochs\n"),
        ("training.epochs.more=3", "training.epochs.more"),
        ("--help", "--help: expected KEY=VALUE, as seed=1"),
        ("training.epochs", "training.epochs: expected KEY=VALUE, as seed=1"),
        ("training.epochs=many", "training.epochs is 'many', expected int from 1 to"),
        ("training.epochs=2.5", "training.epochs is 2.5, expected int"),
        ("data.test_fraction=[1", "data.test_fraction"),
        ("data.path={", "data.path"),
        ("data.path=2024-13-45", "data.path"),
        ("run=7", "run is 7, expected str"),
        ("seed=2147483649", "seed is 2147483649, expected int from 0 to 2147483648"),
        ("data.test_fraction=0", "data.split or a fraction leaves a part of the data without samples"),
        ("data.validation_fraction=1e9", "is 1000000000.0, expected int or float from 0 to 1"),
    ],
)
def test_a_wrong_argument_stops_the_program_with_its_name(argument: str, message: str, tmp_path: Path) -> None:
    code, output = run_module(generated("power-plant"), "train", f"run={tmp_path / 'run'}", argument)
    assert code not in {0, None}
    assert message in output
    assert "Traceback" not in output


@pytest.mark.parametrize("text", ["", "# nothing", "- seed: 0", "seed", "3", "null", "[]"])
def test_a_file_without_keys_is_refused(text: str, configured: Configured) -> None:
    with pytest.raises(SystemExit, match=r"^config.yaml: expected keys and values"):
        configured("power-plant", text=text)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  epochs: 50", "  epochs: 0", "training.epochs is 0, expected int from 1"),
        ("  epochs: 50", "\tepochs: 50", "line 21"),
        ("  epochs: 50", "   epochs: 50", "line 22"),
        ("training:", "training: null\nothers:", "there is no training; in its place there is training.epochs"),
        ("training:", "training: [1]\nothers:", "there is no training; in its place there is training.epochs"),
        ("training:", "Training:", "there is no Training.epochs; in its place there is training.epochs"),
        ("data:", "data: &data\n  more: *data", "recursion"),
        ("seed: 0", "seed: !!python/name:os.system", "python/name"),
        ("seed: 0", "seed: !!timestamp x", ""),
        ("seed: 0", "? [1]\n: 2", ""),
        ("seed: 0", "seed: " + "[" * 2000, ""),
        ("seed: 0", "seed: " + "9" * 5000, ""),
        ("seed: 0", "seed: \x00", ""),
    ],
)
def test_what_is_wrong_in_the_file_is_named(before: str, after: str, said: str, configured: Configured) -> None:
    assert before in written("power-plant")
    with pytest.raises(SystemExit) as stopped:
        configured("power-plant", text=written("power-plant").replace(before, after))
    assert str(stopped.value).startswith("config.yaml: ")
    assert said in str(stopped.value)


def test_the_configuration_of_a_run_is_checked_too(configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
    configured("power-plant")
    Path("runs/first").mkdir(parents=True)
    old = Path("runs/first/config.yaml")
    for text, said in (
        (written("power-plant").replace("epochs: 50", "epochs: many"), "training.epochs is 'many'"),
        (written("power-plant").replace("  patience:", "  endurance:"), "there is no training.endurance"),
    ):
        old.write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit, match=f"^{old}: {said}"):
            config_module("power-plant").from_command_line(trained=True)
    old.write_text(written("power-plant").replace("epochs: 50", "epochs: 9"), encoding="utf-8")
    assert config_module("power-plant").from_command_line(trained=True)["training"]["epochs"] == 9


LINES = written("power-plant").splitlines()

PIECES = st.sampled_from(
    [
        *LINES,
        "training:",
        "data:",
        "  epochs: 5",
        "\tseed: 1",
        "- a",
        "*x",
        "&x",
        "? a",
        "!!set {a}",
        "<<: {}",
        "%",
        "...",
    ]
) | st.text(max_size=12)


def survives(preset: str, text: bytes) -> None:
    """Passes if a config.yaml is taken or refused: SystemExit is the only way to refuse."""
    path = project(preset) / "fuzzed.yaml"
    path.write_bytes(text)
    with suppress(SystemExit), mock.patch.object(sys, "argv", ["train"]):
        config_module(preset).read(path, "")


@settings(max_examples=200)
@given(lines=st.permutations(LINES) | st.lists(PIECES, max_size=12))
def test_no_lines_make_a_traceback(lines: list[str]) -> None:
    survives("power-plant", "\n".join(lines).encode(errors="replace"))


@settings(max_examples=200)
@given(place=st.integers(0, len(LINES) - 1), piece=PIECES, cut=st.integers(0, 40))
def test_no_edit_of_a_line_makes_a_traceback(place: int, piece: str, cut: int) -> None:
    edited = [*LINES[:place], LINES[place][:cut] + piece, *LINES[place + 1 :]]
    survives("power-plant", "\n".join(edited).encode(errors="replace"))


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_no_bytes_make_a_traceback(content: bytes) -> None:
    survives("power-plant", content)
