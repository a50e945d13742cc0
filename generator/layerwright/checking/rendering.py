"""A project as its own version of the template makes it of its answers: what its files are compared with."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ..answers import Answers
from ..places import ANSWERS_FILE, PUBLIC_URL, bundle, is_checkout, template_root
from ..problems import AnswersError
from ..records import dataclass
from ..template import render
from .findings import CannotCheckError
from .project import Project, newest


def direct(answers: Answers, folder: str) -> dict[str, str]:
    """The texts of the project that this tool's own version makes of answers, by path. Nothing is written."""
    from ..direct import texts  # it brings Jinja, Black and Copier

    return {path: _without_origin(path, text) for path, text in texts(answers, folder).items()}


def rendered(project: Project, folder: Path) -> Path:
    """Writes the project anew into a folder, as the release that made it does, and returns where.

    It's taken from the template's own address, or from the checkout that this tool runs from; nothing else that an
    answers file names is ever run. Raises CannotCheckError with the reason if the release can't be had.
    """
    target = folder / project.folder.name
    with _reasons(project):
        try:
            render(target, dict(project.answers), *_release(project))
        finally:
            _forget_generators()
    return target


def rendered_here(project: Project) -> dict[str, str]:
    """The texts of a project that this very version made. Raises CannotCheckError with the reason if it can't."""
    with _reasons(project):
        return direct(project.answers, project.folder.name)


@contextmanager
def _reasons(project: Project) -> Iterator[None]:
    """Makes whatever a template raises the reason why its files can't be looked at."""
    try:
        yield
    except AnswersError as error:
        raise CannotCheckError(f"its answers give no project: {error}") from error
    except CannotCheckError:
        raise
    except Exception as error:
        what = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CannotCheckError(f"version {project.version} can't be rendered: {what}") from error


def made_by_this(project: Project) -> bool:
    """Whether this very version made a project; of a checkout also any state that isn't a release."""
    if project.from_checkout:
        return project.release is None or project.commit == _described(template_root())
    return not is_checkout() and project.source == PUBLIC_URL and project.release == newest()


def _forget_generators() -> None:
    """Forgets the generators of templates that were cloned for one rendering: a hundred of them are too many."""
    generators = {name: each for name, each in sys.modules.items() if re.fullmatch(r"layerwright_[0-9a-f]{16}", name)}
    gone = {name for name, each in generators.items() if not Path(str(each.__file__)).exists()}
    for name in [each for each in sys.modules if each.partition(".")[0] in gone]:
        del sys.modules[name]


def _release(project: Project) -> tuple[str, str]:
    """The source and the tag to render a project from. An installed package brings all of its releases."""
    if not project.ours:
        raise CannotCheckError(f"it was made from {project.source or 'an unknown source'}, not from this template")
    if project.release is None:
        raise CannotCheckError(f"{project.version} isn't a release")
    brought = bundle() if project.source == PUBLIC_URL else None
    return str(brought or project.source), project.commit


def _described(checkout: Path) -> str:
    """What Copier records as the version of a checkout as it stands, nothing if there is no git."""
    with suppress(OSError, subprocess.SubprocessError):
        command = ["git", "-C", str(checkout), "describe", "--tags", "--always", "--dirty"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
        return done.stdout.strip()
    return ""


@dataclass(frozen=True)
class Rendering:
    """The files of a project as they were made: their texts by path, the answers file among them."""

    files: Mapping[str, str]


def texts(folder: Path) -> dict[str, str]:
    """The texts of the files in a folder, by path."""
    files = {each.relative_to(folder).as_posix(): each for each in sorted(folder.rglob("*")) if each.is_file()}
    return {path: _without_origin(path, each.read_text(encoding="utf-8")) for path, each in files.items()}


def _without_origin(path: str, text: str) -> str:
    """A file's text; that of the answers without what made it, which no two ways of rendering have in common."""
    if path != ANSWERS_FILE:
        return text
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith(("_commit:", "_src_path:"))]
    return "".join(kept)
