"""Follows a page of docs/ as a reader would: its files are written, its commands run, and what it shows they print.

In a page, a block of

- `shell` has commands, a line each, and `cd` counts for all blocks below it; of `shell fails`, each has to fail;
- `text` is what the last command before it prints: these lines, in this order, `...` standing for any others;
- anything else is a file whose name is a comment on its first line. What a `config.yaml` has is put into the one that
  is there, as a reader does it, who leaves the rest of that file alone.

layerwright runs in this process, a project's own programs in forks of one that has imported Keras, all else in a shell.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from . import projects
from .workbench import Result

DOCS = Path(__file__).parent.parent / "docs"

INSTALLING = ("python -m venv", "pip install")
"""How lines begin that install: `make demo` and the tests of the wheel do that."""

BLOCK = re.compile(r"^```(\w+)( fails)?\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def follow(
    page: str,
    folder: Path,
    layerwright: Callable[..., Result],
    environment: Mapping[str, str],
    installing: tuple[str, ...] = INSTALLING,
) -> None:
    """Does all that a page says, in a folder that is there for it, but for lines that begin as `installing`.

    `layerwright` is called where it's to work.
    """
    printed = ""
    for language, fails, text in BLOCK.findall((DOCS / page).read_text(encoding="utf-8")):
        if language == "text":
            assert_shown(text, printed)
        elif language == "shell":
            for command in commands(text):
                if command.startswith(installing):
                    continue
                if command.startswith("cd "):
                    folder = folder / command.removeprefix("cd ")
                    continue
                done = run(command, folder, layerwright, environment)
                printed = done.out + done.err
                assert (done.code != 0) is bool(fails), f"{page}: {command}\n{printed}"
        else:
            put(folder, text)


def commands(text: str) -> Iterator[str]:
    """The commands of a block. One may go on after a backslash at a line's end."""
    yield from filter(None, text.replace("\\\n", " ").splitlines())


def run(command: str, folder: Path, layerwright: Callable[..., Result], environment: Mapping[str, str]) -> Result:
    """Runs one command where a reader stands."""
    words = shlex.split(command, comments=True)
    if words[0] == "layerwright" and not set("|>&;") & set(words):
        before = Path.cwd()
        os.chdir(folder)
        try:
            return layerwright(*words[1:])
        finally:
            os.chdir(before)
    if words[0] == "python" and (words[1] == "-m" or words[1].endswith(".py")):
        module, *arguments = words[2:] if words[1] == "-m" else [words[1].removesuffix(".py"), *words[2:]]
        return Result(*projects.run(folder, module, *arguments), err="")
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=dict(environment), capture_output=True, text=True, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


def assert_shown(text: str, printed: str) -> None:
    """Fails unless these lines were printed, one below the other where no `...` stands between them."""
    rest = f"\n{printed}\n"
    for part in re.split(r"^\.\.\.\n", text, flags=re.MULTILINE):
        _, found, after = rest.partition(f"\n{part}")
        assert found, f"{part}\nisn't shown by\n\n{printed}"
        rest = f"\n{after}"


def put(folder: Path, text: str) -> None:
    """Writes a file, or puts settings into a config.yaml."""
    name = re.match(r"# (\S+)\n", text)
    assert name, f"no name in the first line of\n{text}"
    path = folder / name[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name == "config.yaml":
        settings = merged(yaml.safe_load(path.read_text(encoding="utf-8")), yaml.safe_load(text))
        text = yaml.safe_dump(settings, sort_keys=False)
    path.write_text(text, encoding="utf-8")


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Settings, with others in their place; `columns` that are said replace all that were there."""
    both = {
        key: merged(old[key], value) if isinstance(value, dict) and isinstance(old.get(key), dict) else value
        for key, value in new.items()
    }
    assert not set(new) - set(old), f"config.yaml has no {set(new) - set(old)}"
    return old | both


def tools(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which `python` and `layerwright` are these ones, for what runs in a shell."""
    programs = folder / "bin"
    programs.mkdir()
    for name, module in (("python", ""), ("layerwright", " -m layerwright")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n')
        (programs / name).chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    python_path = os.pathsep.join(["src", environment["PYTHONPATH"]])
    return {**environment, "PATH": path, "PYTHONPATH": python_path, "KERAS_BACKEND": "torch"}
