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
def environment(tmp_path: Path) -> dict[str, str]:
    """The one in which these tests run stands for the project's own. Git knows nobody there."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("python", "layerwright"):
        module = "" if name == "python" else " -m layerwright"
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n')
        (programs / name).chmod(0o755)
    found = os.pathsep.join(["src", *filter(None, [os.environ.get("PYTHONPATH")])])
    people = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return os.environ | people | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": found}


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
