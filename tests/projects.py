"""Makes projects, each set of answers once in a process, and runs programs in them.

A program runs in a fork of a process that has imported Keras before, which saves some five seconds each time; where
there are no forks, in an interpreter of its own.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from layerwright.presets import presets

from .warm import Warm

LIMIT = 600
"""Longest that one program may run, in seconds."""

PROJECT = "templates/project/"
"""Where the files of a project are laid out."""


class Outcome(NamedTuple):
    """What a program came to: its exit code, and what it printed."""

    code: int
    output: str


@functools.cache
def generated(preset: str, **answers: str) -> Path:
    """Returns a project of a preset, other answers changed, as an installed package makes it: without Copier.

    That these are the files that Copier makes, to the byte, is in `test_copier.py` and `test_without_copier.py`.
    Shared: copy it to change it or to train in it.
    """
    from layerwright.direct import HERE, write

    project = Path(tempfile.mkdtemp(dir=_folder().name)) / preset
    write(project, _answers(preset, answers), HERE)
    return project


@functools.cache
def generated_by_copier(preset: str, **answers: str) -> Path:
    """The same, as the checkout makes it, which is recorded in it."""
    from layerwright.template import create

    project = Path(tempfile.mkdtemp(dir=_folder().name)) / preset
    create(project, _answers(preset, answers))
    return project


def _answers(preset: str, answers: Mapping[str, str]) -> dict[str, Any]:
    # Batches of a fixed size are for TensorFlow alone.
    inputs = answers.get("inputs") or presets()[preset].answers()["inputs"]
    backend = "tensorflow" if "batch=" in inputs else "torch"
    return {"preset": preset, "backend": backend, **answers}


def backend_of(project: Path) -> str:
    """Returns the backend that a project was made for; that of most, if it doesn't say."""
    answers = project / ".copier-answers.yml"
    said = yaml.safe_load(answers.read_text(encoding="utf-8")) if answers.exists() else {}
    return str(said.get("backend", "torch"))


@functools.cache
def _environment() -> Any:
    """The environment of templates, as `copier.yml` sets it up."""
    import jinja2

    from layerwright.jinja import install
    from layerwright.places import template_root

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_root()),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    install(environment)
    return environment


def laid_out(folder: Path, answers: Mapping[str, Any]) -> None:
    """Writes the files of a project, but for its answers, without Copier, which takes seconds."""
    from layerwright.context import context
    from layerwright.plan import design

    project = json.loads(json.dumps(context(design(answers, folder.name))))
    environment = _environment()
    for name in environment.list_templates(filter_func=lambda name: name.startswith(PROJECT)):
        if "_copier_conf" not in name and name.endswith(".jinja"):
            given = {"project": project, "package": project["package"]}
            path = environment.from_string(name.removeprefix(PROJECT).removesuffix(".jinja")).render(given)
            if not all(path.split("/")):
                continue  # a file that isn't asked for has no name
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            text = environment.get_template(name).render(given)
            (folder / path).write_text(text, encoding="utf-8")


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Where this process's projects are, until it ends."""
    return tempfile.TemporaryDirectory(prefix="layerwright-")


def package(project: Path) -> str:
    """Returns what a project's import package is called."""
    return next(path.parent.name for path in project.glob("src/*/__init__.py"))


def run_pytest(project: Path, *arguments: str, backend: str = "") -> Outcome:
    """Runs a project's own tests, or some of them."""
    settings = ["-p", "no:cacheprovider", "-p", "no:warnings"]
    with tempfile.TemporaryDirectory() as folder:
        return run(project, "pytest", *settings, f"--basetemp={folder}/kept", *arguments, backend=backend)


def run_module(project: Path, module: str, *arguments: str, backend: str = "") -> Outcome:
    """Runs one of a project's programs, as `train`, with KEY=VALUE arguments."""
    return run(project, f"{package(project)}.{module}", *arguments, backend=backend)


def run_code(project: Path, code: str, *arguments: str) -> Outcome:
    """Runs a program of a test's, for which a project is installed, on the project's backend."""
    with tempfile.TemporaryDirectory() as folder:
        begin = f"import sys\nsys.path.insert(0, {str(project / 'src')!r})\n"
        Path(folder, "program_of_a_test.py").write_text(begin + code, encoding="utf-8")
        return run(Path(folder), "program_of_a_test", *arguments, backend=backend_of(project))


def run(project: Path, module: str, *arguments: str, backend: str = "") -> Outcome:
    """Does what `python -m MODULE ARGUMENTS` does in a project's folder, by default on the project's backend."""
    backend = backend or backend_of(project)
    if hasattr(os, "fork"):
        came = _warm(backend).run(project, module, *arguments)
        return Outcome(came.code, came.output)
    return shell(project, [sys.executable, "-m", module, *arguments], backend)


def shell(project: Path, command: list[str], backend: str | None = None) -> Outcome:
    """Runs a command in a project's folder, where `python` is this interpreter; by default on the project's backend."""
    done = subprocess.run(
        command,
        cwd=project,
        env=environment(project, backend),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    return Outcome(done.returncode, done.stdout)


def environment(project: Path, backend: str | None) -> dict[str, str]:
    """Returns this process's environment, and in it what a project needs instead of being installed."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV_", "KERAS_"))}
    chosen = {"KERAS_BACKEND": backend} if backend else {}
    return (
        kept
        | chosen
        | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(project / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            # Threads that wait for each other make small networks ten times slower where cores are busy.
            "OMP_NUM_THREADS": "1",
        }
    )


@functools.cache
def _warm(backend: str) -> Warm:
    """The process that runs programs on a backend. It gets its environment now, and so does whatever it forks."""
    return Warm(environment(Path(), backend), LIMIT)
