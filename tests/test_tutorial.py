"""The tutorial is true: each of its commands is run, one after the other, and what it shows is what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .workbench import Checkout

pytest_plugins = ["tests.workbench"]

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial.md"

INSTALLING = ("python -m venv", "pip install")
"""How lines begin that install: `make demo` does that."""

BLOCK = re.compile(r"```(shell fails|shell|text|python)\n(.*?)```", re.DOTALL)


def steps() -> Iterator[tuple[str, str]]:
    """The tutorial's blocks in order: their language, their text."""
    yield from BLOCK.findall(TUTORIAL.read_text(encoding="utf-8"))


@pytest.fixture
def environment(checkout: Checkout, tmp_path: Path) -> dict[str, str]:
    """The one in which these tests run stands for the project's own; `layerwright` is a release."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, module in (("python", ""), ("layerwright", " -m layerwright")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n')
        (programs / name).chmod(0o755)
    found = checkout.environment()
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    return found | {"PATH": path, "PYTHONPATH": os.pathsep.join(["src", found["PYTHONPATH"]]), "KERAS_BACKEND": "torch"}


def test_every_step_works_and_prints_what_is_shown(tmp_path: Path, environment: dict[str, str]) -> None:
    folder, printed = tmp_path / "work", ""
    folder.mkdir()
    for language, text in steps():
        if language == "text":
            assert text.rstrip("\n") in printed
        elif language == "python":
            name = re.match(r"# (\S+)\n", text)
            assert name
            (folder / name[1]).write_text(text, encoding="utf-8")
        else:
            for command in text.splitlines():
                if command.startswith("cd "):
                    folder = folder / command.removeprefix("cd ")
                elif not command.startswith(INSTALLING):
                    printed = said(command, folder, environment, fails=language == "shell fails")


def said(command: str, folder: Path, environment: dict[str, str], *, fails: bool) -> str:
    """What a command prints, that ends as it should."""
    done = subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode != 0) is fails, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
