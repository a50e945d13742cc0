"""What `--help` shows is true: every command has examples, and every example works as it stands there."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import shutil
import sys
from pathlib import Path

import click
import pytest

from layerwright import cli

from .projects import shell
from .test_versions import saved
from .workbench import Checkout, Command

pytest_plugins = ["tests.workbench"]

COMMANDS = {"": cli.main} | cli.main.commands


def examples(command: click.Command) -> list[str]:
    """The lines of its help that are commands."""
    return re.findall(r"^ +(layerwright .+)$", command.help or "", re.MULTILINE)


EXAMPLES = list(dict.fromkeys(line for command in COMMANDS.values() for line in examples(command)))

SAVE = "import keras; from houses.model import build_model; build_model().save('runs/first/model.keras')"


@pytest.fixture(scope="module")
def made(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as the examples have it, under version control."""
    folder = tmp_path_factory.mktemp("made")
    inputs, outputs = "photo: image 8x8x1, facts: numeric 3", "cost: regression, sold: binary"
    answers = ("--data", f"inputs={inputs}", "--data", f"outputs={outputs}", "--data", "backend=torch")
    assert checkout.layerwright("new", "houses", *answers, cwd=folder).code == 0
    checkout.git("init", "--quiet", cwd=folder / "houses")
    saved(checkout, folder / "houses", "As it was made")
    return folder / "houses"


@pytest.fixture
def place(made: Path, at_checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that has the project, as it was made, and a folder with projects."""
    for key, value in at_checkout.environment().items():
        monkeypatch.setenv(key, value)
    shutil.copytree(made, tmp_path / "houses")
    shutil.copytree(made, tmp_path / "projects" / "houses")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    return tmp_path


INSIDE = {"add", "remove", "undo", "update", "weights"}
"""The commands whose examples stand in a project, if they name none."""

COSTLY = [line for line in EXAMPLES if re.match(r"layerwright (add|remove|undo|update .|weights|check \.)", line)]
"""Those that have Copier render two versions, or Keras build networks: other tests do that often enough."""

SEED = int(os.environ.get("LAYERWRIGHT_SEED", "0"))
DRAWN = COSTLY if os.environ.get("LAYERWRIGHT_WHOLE") else random.Random(SEED).sample(COSTLY, 2)
"""Those of them that are run, drawn by LAYERWRIGHT_SEED; all with LAYERWRIGHT_WHOLE=1."""

RUN = [line for line in EXAMPLES if "--ask" not in line and (line in DRAWN or line not in COSTLY)]
"""What asks is tested by test_asking.py, in terminals."""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_examples_of_itself(name: str) -> None:
    assert any(line.startswith(f"layerwright {name}") for line in examples(COMMANDS[name]))


@pytest.mark.parametrize("line", RUN)
def test_every_example_works(
    line: str, place: Path, command: Command, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, _, file = line.partition(" > ")  # what is left is the shell's
    _, name, *words = shlex.split(said)
    project = place / "houses"
    if name == "new":
        shutil.rmtree(project)
    is_inside = (name in INSIDE and "houses" not in words) or "." in words
    monkeypatch.chdir(project if is_inside else place)
    if name == "undo":
        assert command("add", "input", "age: numeric 1", project).code == 0
    if name == "weights":
        (project / "runs" / "first").mkdir(parents=True)
        assert shell(project, [sys.executable, "-c", SAVE]).code == 0
    done = command(name, *words)
    assert done.code == 0, done.out + done.err
    assert done.out or "--output" in words
    if "json" in f"{words} {file}" or "sarif" in words:
        json.loads(done.out)
