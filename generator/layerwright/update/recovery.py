"""One run at a time in a project, and what a run that was killed has left is put right before anything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

from ..faults import Busy
from ..problems import AnswersError, Problem
from ..scratch import sweep
from .journal import STAGING, cut_off, take_back, tidy
from .project import Project


@contextmanager
def alone(project: Project) -> Iterator[list[str]]:
    """Keeps other runs out of a project, and gives what had to be put right first. Raises AnswersError if one is in."""
    from filelock import FileLock, Timeout

    project.state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(project.state / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        what = "another layerwright is at work in this project"
        raise AnswersError([Problem(str(project.root), Busy, what, "wait until it's done, and start again")]) from error
    try:
        yield _put_right(project)
    finally:
        lock.release()


def recover(folder: Path) -> list[str]:
    """Takes back an update of the project in a folder that was cut off, if there is one, and says so.

    For every command that looks at a project. Where there is no project, or none under git, there is nothing to do.
    Raises AnswersError if another layerwright is at work there.
    """
    try:
        project = Project.at(folder)
    except AnswersError:
        return []
    return put_right(project)


def put_right(project: Project) -> list[str]:
    """The same, for a project that was found."""
    if not cut_off(project).exists() and not any(each.is_dir() for each in project.root.glob(f"{STAGING}*")):
        return []
    with alone(project) as said:
        return said


def _put_right(project: Project) -> list[str]:
    for place in (project.root, Path(gettempdir())):
        sweep(place)
    if not cut_off(project).exists():
        tidy(project)  # one that was done may have been cut off in this
        return []
    edited = take_back(project)
    said = ["An update that had been cut off was taken back: the project is as it was before it."]
    if edited:
        said.append(f"Edited since, and so left as they are: {', '.join(edited)}.")
    return said
