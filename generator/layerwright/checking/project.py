"""A project as its answers file tells of it. What stands there is untrusted text: it's read, never followed."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.version import Version

from .. import __version__
from ..answers import Answers, load_file
from ..answers.sources import load_yaml
from ..faults import Damaged, NoProject
from ..places import ANSWERS_FILE, LARGEST, PUBLIC_URL, RELEASE, is_checkout, template_root
from ..plan import Plan, design
from ..problems import AnswersError, Problem
from ..records import dataclass
from ..standards import RECORD, Record
from .findings import Place
from .sources import Source

UNSEARCHED = frozenset({"node_modules", "__pycache__", "venv", "site-packages", "build", "dist"})
"""Folders in which no project is looked for; hidden ones aren't searched either."""


@dataclass(frozen=True)
class Project:
    """A project's folder and what its answers file says. `problems` is what is wrong with the answers."""

    folder: Path
    answers: Answers
    source: str
    commit: str
    plan: Plan | None
    problems: tuple[Problem, ...] = ()

    @property
    def package(self) -> str:
        """The name of its import package, empty if the answers give none."""
        return self.plan.spec.package if self.plan else ""

    @property
    def told(self) -> dict[str, Any]:
        """What a process in the project's own environment gets to know of it."""
        backbone = self.plan.graph.backbone if self.plan else None
        return {
            "folder": str(self.folder),
            "package": self.package,
            "backbone": backbone.name if backbone else "",
        }

    @property
    def release(self) -> Version | None:
        """The release that made it, None if what it names isn't one."""
        return Version(self.commit) if RELEASE.fullmatch(self.commit) else None

    @property
    def ours(self) -> bool:
        """Whether its source is this tool's own template."""
        return self.source == PUBLIC_URL or self.from_checkout

    @property
    def from_checkout(self) -> bool:
        """Whether its source is the checkout that this tool runs from."""
        return is_checkout() and self.source == str(template_root())

    @property
    def version(self) -> str:
        """What it says made it, for people."""
        return self.commit or "unknown"

    def text(self, path: str) -> str | None:
        """A file's text with plain line ends, None if it isn't there, isn't in the project, or isn't text."""
        file = self.folder / path
        try:
            if not file.is_file() or not file.resolve().is_relative_to(self.folder.resolve()):
                return None
            if file.stat().st_size > LARGEST:
                return None
            return file.read_bytes().decode("utf-8").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError, RuntimeError):
            return None

    def python(self, path: str) -> Source:
        """A Python file, without a statement if it isn't there."""
        return Source(path, self.text(path) or "")

    @cached_property
    def model(self) -> Source:
        """The file that builds the network."""
        return self.python(f"src/{self.package}/model.py")

    @cached_property
    def train(self) -> Source:
        """The file that trains it."""
        return self.python(f"src/{self.package}/train.py")

    def answer(self, key: str) -> Place:
        """Where the answers file says something."""
        lines = (self.text(ANSWERS_FILE) or "").splitlines()
        numbers = (number for number, line in enumerate(lines, 1) if line.startswith(f"{key}:"))
        return Place(ANSWERS_FILE, next(numbers, 1))

    @cached_property
    def record(self) -> Record | Problem | None:
        """What it keeps of an organisation's standard; what is wrong with that; None if it keeps to none."""
        if not (self.folder / RECORD).exists():
            return None
        text = self.text(RECORD)
        if text is None:
            return Problem(RECORD, Damaged, "isn't a text of the project's", "take it from an earlier commit")
        try:
            return Record.read(text)
        except AnswersError as error:
            return error.problems[0]

    @cached_property
    def settings(self) -> Mapping[str, Any] | str:
        """The table `tool.layerwright` of its pyproject.toml; what is wrong with the file if it can't be read."""
        try:
            table = tomllib.loads(self.text("pyproject.toml") or "").get("tool", {}).get("layerwright", {})
        except (tomllib.TOMLDecodeError, AttributeError, RecursionError) as error:
            return f"it can't be read as TOML: {error}"
        return table if isinstance(table, dict) else "tool.layerwright isn't a table"


def read(folder: Path) -> Project:
    """The project in a folder, whatever is wrong with its answers."""
    path = folder / ANSWERS_FILE
    try:
        answers = load_file(path)
        source, commit = _origin(path)
    except AnswersError as error:
        return Project(folder, {}, "", "", None, error.problems)
    try:
        return Project(folder, answers, source, commit, design(answers, folder.name))
    except AnswersError as error:
        return Project(folder, answers, source, commit, None, error.problems)


def _origin(path: Path) -> tuple[str, str]:
    """The source and the commit that an answers file names, as texts; `load_file` has found that it can be read."""
    said = load_yaml(path.read_text(encoding="utf-8"), path.name) or {}
    source, commit = (said.get(key) for key in ("_src_path", "_commit"))
    return (source if isinstance(source, str) else ""), (commit if isinstance(commit, str) else "")


def newest() -> Version:
    """The version of this tool, and of the template that it brings."""
    return Version(__version__)


def located(path: Path) -> Iterator[Path]:
    """The projects that a path stands for: the one that it lies in; else those in the folder, at whatever depth."""
    path = Path(os.path.abspath(path))
    for each in (path, *path.parents):
        if _is_project(each):
            yield each
            return
        if (each / ".git").exists():
            break
    yield from _below(path)


def _is_project(folder: Path) -> bool:
    """Whether a folder is a project of ours, or may be one: other templates have files of that name too."""
    path = folder / ANSWERS_FILE
    if not path.is_file():
        return False
    try:
        source, _ = _origin(path)
        return source == PUBLIC_URL or bool({"inputs", "outputs"} & load_file(path).keys())
    except (AnswersError, OSError, ValueError, AttributeError):
        return True


def unplaced(paths: Iterable[Path]) -> Iterator[Problem]:
    """What is wrong with paths that stand for no project."""
    for path in paths:
        if not path.exists():
            yield Problem(str(path), NoProject, "isn't there", "name a project's folder, or one with projects in it")
        elif not any(located(path)):
            mend = "name a folder that layerwright has made, or one with such folders in it"
            yield Problem(
                str(path), NoProject, f"holds no project: no {ANSWERS_FILE} is in it, above it, or below it", mend
            )


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder):
        if ANSWERS_FILE in files and _is_project(Path(here)):
            yield Path(here)
            folders.clear()
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each not in UNSEARCHED)
