"""Carries the weights of a saved network over into the network that a project has now.

What a layer has learned is known by its name: the weights go where the name, the class and all shapes are the same. A
layer that was renamed can't be known by itself; where just one new layer would fit, that is said.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..checking.project import Project, read
from ..environments import NoEnvironmentError, Processes, python_of
from ..faults import BadOption, NoEnvironment, NoProject, NotCarried, UnknownName, UnreadableFile
from ..places import ANSWERS_FILE
from ..problems import AnswersError, Problem
from ..records import dataclass
from ..scratch import own
from ..stopping import come_too_late, held

LOG = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_name("carry.py")

PATIENCE = 1800
"""Longest that it may take, in seconds: pretrained weights may have to be downloaded."""


@dataclass(frozen=True)
class Part:
    """A layer that has weights, and why they weren't kept, if that isn't plain."""

    layer: str
    class_name: str
    parameters: int
    why: str = ""


@dataclass(frozen=True)
class Carried:
    """What became of the weights. `likely` has pairs of a dropped and a new layer that may be one, renamed."""

    to: Path
    kept: tuple[Part, ...]
    new: tuple[Part, ...]
    dropped: tuple[Part, ...]
    likely: tuple[tuple[str, str], ...]
    trouble: str
    start: str
    """How training begins with them."""


def carry(old: Path, folder: Path, to: Path | None, renamed: Mapping[str, str], python: Path | None) -> Carried:
    """Writes a `.keras` file with the project's network, in it what the old one had learned.

    `renamed` gives the new names of layers. Raises AnswersError for what can't be; nothing is written then.
    """
    old, folder = Path(os.path.abspath(old)), Path(os.path.abspath(folder))
    to = Path(os.path.abspath(to)) if to else folder / "carried.keras"
    project = _project(folder)
    if problems := list(_obstacles(old, to)):
        raise AnswersError(problems)
    try:
        interpreter = python_of(folder, python)
        LOG.info("building the network of %s, and loading %s into it", folder.name, old.name)
        with own(to.parent, hidden=True) as folder_of_ours:
            made = folder_of_ours / "model.keras"
            said = _run(interpreter, project, old, made, renamed)
            carried = _read(said, project, to)
            with held():
                os.replace(made, to)
                come_too_late()
            return carried
    except NoEnvironmentError as error:
        raise AnswersError(
            [Problem("--python", NoEnvironment, str(error), "it needs Keras and the project's backend")]
        ) from error
    except OSError as error:
        what = f"{to} can't be written: {error.strerror}"
        raise AnswersError([Problem("--to", BadOption, what, "name another place")]) from error


def _project(folder: Path) -> Project:
    if not (folder / ANSWERS_FILE).is_file():
        mend = "name the folder of a project that layerwright has made"
        raise AnswersError([Problem(str(folder), NoProject, f"holds no {ANSWERS_FILE}", mend)])
    project = read(folder)
    if project.problems:
        raise AnswersError(project.problems)
    return project


def _obstacles(old: Path, to: Path) -> Iterator[Problem]:
    if old.suffix != ".keras" or not old.is_file():
        what = "isn't a .keras file" if old.exists() else "isn't there"
        yield Problem(str(old), UnreadableFile, what, "name the saved network, as runs/first/model.keras")
    if to.suffix != ".keras":
        yield Problem("--to", BadOption, f"{to.name} doesn't end in .keras", "name a file as carried.keras")
    elif to.exists():
        yield Problem("--to", BadOption, f"{to} is there already", "name another file, or take that one away")
    elif not to.parent.is_dir():
        yield Problem("--to", BadOption, f"{to.parent} isn't a folder", "name a file in a folder that is there")


def _run(python: Path, project: Project, old: Path, made: Path, renamed: Mapping[str, str]) -> dict[str, object]:
    """What the script says that it has done."""
    assert project.plan is not None
    request, result = made.with_name("request.json"), made.with_name("result.json")
    request.write_text(json.dumps({**project.told, "old": str(old), "to": str(made), "renamed": dict(renamed)}))
    backend = project.plan.spec.hardware.backend
    try:
        code, said = Processes().run(python, SCRIPT, request, result, backend=backend, patience=PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise AnswersError([Problem(str(old), NotCarried, "carrying over took too long", "try again")]) from error
    if not result.is_file():
        last = "".join(said.strip().splitlines()[-1:]) or f"exit code {code}"
        mend = f"is {python} the environment of the project?"
        raise AnswersError([Problem(str(project.folder), NotCarried, f"its environment ended early: {last}", mend)])
    loaded: dict[str, object] = json.loads(result.read_text(encoding="utf-8"))
    return loaded


def _read(said: dict[str, object], project: Project, to: Path) -> Carried:
    """What came of it. Raises AnswersError for what didn't."""
    if "error" in said:
        mend = "a saved network needs the layer classes that it was made with; a project has to pass its own tests"
        raise AnswersError([Problem(str(said["stage"]), NotCarried, str(said["error"]), mend)])
    if unknown := _words(said["unknown"]):
        what = f"there is no layer {', '.join(unknown)}"
        raise AnswersError(
            [Problem("--rename", UnknownName, what, "write OLD=NEW, layers of nested models as encoder/conv")]
        )
    start = f'model.load_weights("{os.path.relpath(to, project.folder)}")'
    likely = tuple((before, now) for before, now in _pairs(said["likely"]))
    parts = (_parts(said[name]) for name in ("kept", "new", "dropped"))
    kept, new, dropped = parts
    return Carried(to, kept, new, dropped, likely, str(said["trouble"]), start)


def _words(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    for each in value if isinstance(value, list) else ():
        yield str(each[0]), str(each[1])


def _parts(value: object) -> tuple[Part, ...]:
    rows = value if isinstance(value, list) else []
    return tuple(
        Part(str(each["layer"]), str(each["class"]), int(each["parameters"]), str(each["why"])) for each in rows
    )
