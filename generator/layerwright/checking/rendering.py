"""A project as its own version of the template makes it of its answers: what its files are compared with."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..places import ANSWERS_FILE, PUBLIC_URL, bundle, is_checkout, template_root
from ..problems import AnswersError
from ..template import create, render
from .findings import CannotCheckError
from .project import Project, newest


def rendered(project: Project, folder: Path) -> Path:
    """Writes the project anew into a folder, as the version that made it does, and returns where.

    This tool's own version renders what it made itself. Another release is taken from the template's own address, or
    from the checkout that this tool runs from; nothing else that an answers file names is ever run. Raises
    CannotCheckError with the reason if the version can't be had.
    """
    target = folder / project.folder.name
    try:
        if made_by_this(project):
            create(target, dict(project.answers), ask=False)
        else:
            render(target, dict(project.answers), *_release(project))
    except AnswersError as error:
        raise CannotCheckError(f"its answers give no project: {error}") from error
    except CannotCheckError:
        raise
    except Exception as error:
        what = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CannotCheckError(f"version {project.version} can't be rendered: {what}") from error
    finally:
        _forget_generators()
    return target


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
    return {each.relative_to(folder).as_posix(): _text(each) for each in sorted(_files(folder))}


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _text(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.name != ANSWERS_FILE:
        return text
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith(("_commit:", "_src_path:"))]
    return "".join(kept)
