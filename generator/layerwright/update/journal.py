"""Brings changes into a project whole, or not at all.

First everything that will be there, and everything that was, lies in a folder of its own on the project's file system;
a journal in git's folder says what is about to happen; then files are put in place one by one, each by one rename.
While that goes on, Ctrl-C and SIGTERM wait; an error takes back what was done. Renaming the journal is the moment from
which the update is done. Where a journal is found by a later command, the update was cut off before it, and is taken
back. What was there is kept beside it, for `undo`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Any

from ..faults import Damaged, Edited, InTheWay
from ..problems import AnswersError, Problem
from ..records import dataclass
from ..stopping import come_too_late, held
from .change import ELSE, Change, Files, Step, check_path, check_way, digest, digest_of
from .project import Project

STAGING = ".layerwright-"
"""How a staging folder begins that has to lie in the project, since git's is on another file system."""

FORMAT = 1
"""Of the journal. Another one is a later layerwright's."""


@dataclass(frozen=True)
class Journal:
    """What is about to happen, or has happened. `folder` holds `new/N` and `old/N` for the step of each number.

    `tree` is what was committed of the project then; `made` are folders that weren't there; `versions` the two that
    the update lies between, the same twice if answers changed.
    """

    kind: str
    tree: str
    versions: tuple[str, str]
    folder: str
    steps: tuple[Step, ...] = ()
    made: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, path: Path) -> Journal | None:
        """The journal in a file, None if there is none. Raises AnswersError for one that can't be understood."""
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            if raw.pop("format") != FORMAT:
                raise ValueError("it's a later layerwright's")
            steps = tuple(Step(**each) for each in raw.pop("steps"))
            journal = cls(**raw | {"steps": steps, "versions": tuple(raw["versions"]), "made": tuple(raw["made"])})
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            mend = "take the project's files from git, as by git checkout -- . in its folder, and remove that file"
            raise AnswersError(
                [Problem(str(path), Damaged, f"the journal of an update can't be read: {error}", mend)]
            ) from error
        for each in (*journal.made, *(step.path for step in journal.steps)):
            check_path(each)
        return journal

    def write(self, path: Path) -> None:
        """Writes it so that it's there whole or not at all, even if the machine stops."""
        raw = asdict(self) | {"format": FORMAT}
        _write(path.with_suffix(".new"), json.dumps(raw, indent=1).encode())
        os.replace(path.with_suffix(".new"), path)


def cut_off(project: Project) -> Path:
    """Where the journal of an update lies that isn't done yet."""
    return project.state / "journal.json"


def done(project: Project) -> Path:
    """Where the journal of the last update lies that is done."""
    return project.state / "done.json"


def apply(project: Project, changes: Sequence[Change], journal: Journal, known: Files | None = None) -> None:
    """Makes the changes, all or none, and leaves the journal of it as that of the last one.

    `journal` says what they are for, `known` which files they were made of. Raises AnswersError if something is in the
    way, or has changed meanwhile, and OSError if files can't be written; the project is as it was then.
    """
    for change in changes:
        check_way(project.root, change.path)
    _check_writable(project, changes)
    with held() as stopped:
        folder = _staging(project)
        journal = replace(journal, folder=_named(project, folder))
        try:
            journal.write(cut_off(project))
            for name in ("old", "new"):
                (folder / name).mkdir(parents=True)
            journal = _staged(project, changes, folder, journal, known)
            journal.write(cut_off(project))
            _carry_out(project, journal, folder, stopped)
            _keep_old(project, folder)
            os.replace(cut_off(project), done(project))
            come_too_late()
        except BaseException:
            take_back(project)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        tidy(project)


def _check_writable(project: Project, changes: Sequence[Change]) -> None:
    for change in changes:
        parents = [parent for parent in (project.root / change.path).parents if parent.is_dir()]
        if not os.access(parents[0], os.W_OK | os.X_OK):
            what = f"{parents[0]} can't be written to"
            raise AnswersError([Problem(change.path, InTheWay, what, "see who may write there; nothing was changed")])


def _staging(project: Project) -> Path:
    """Where a new folder may lie on the project's file system: in git's if that is on it, else in the project."""
    project.state.mkdir(parents=True, exist_ok=True)
    same = project.state.stat().st_dev == project.root.stat().st_dev
    return (project.state if same else project.root) / f"{STAGING}{secrets.token_hex(6)}"


def _named(project: Project, folder: Path) -> str:
    """A staging folder as a journal has it: by its name, with `./` before one that lies in the project."""
    return folder.name if folder.parent == project.state else f"./{folder.name}"


def folder_of(project: Project, journal: Journal) -> Path:
    """The staging folder that a journal names. Nothing else can be named by it."""
    name = journal.folder.removeprefix("./")
    if not name.startswith(STAGING) or "/" in name or os.sep in name:
        mend = "take the project's files from git, and remove that folder"
        raise AnswersError([Problem(str(project.state), Damaged, "the journal of an update is damaged", mend)])
    return (project.root if journal.folder.startswith("./") else project.state) / name


def _staged(
    project: Project, changes: Sequence[Change], folder: Path, journal: Journal, known: Files | None
) -> Journal:
    """Lays out what will be there and what was, and says so in the journal."""
    steps = []
    for number, change in enumerate(changes):
        target = project.root / change.path
        before, after = digest(target), None
        if before == ELSE:
            raise AnswersError(
                [Problem(change.path, InTheWay, "something is in the way that isn't a file", "move it away")]
            )
        if known is not None and before != (digest_of(*known[change.path]) if change.path in known else None):
            raise _edited(change.path)
        if before is not None:
            shutil.copy2(target, folder / "old" / str(number))
        if change.content is not None:
            mode = _mode(target if before is not None else None, change.mode)
            _write(folder / "new" / str(number), change.content)
            (folder / "new" / str(number)).chmod(mode)
            after = digest_of(change.content, mode)
        steps.append(Step(change.path, before, after))
    made = {
        parent
        for change in changes
        if change.content is not None
        for parent in Path(change.path).parents
        if not (project.root / parent).exists()
    }
    deepest_last = sorted((each.as_posix() for each in made), key=lambda path: path.count("/"))
    return replace(journal, steps=tuple(steps), made=tuple(deepest_last))


def _mode(target: Path | None, wanted: int) -> int:
    """The permission bits of a file: those that it has, or that a new one gets, executable or not as it is to be."""
    if target is None:
        mask = os.umask(0)
        os.umask(mask)
        return (0o777 if wanted & 0o100 else 0o666) & ~mask
    has = target.stat().st_mode & 0o777
    return has | ((has & 0o444) >> 2) if wanted & 0o100 else has & ~0o111


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _carry_out(project: Project, journal: Journal, folder: Path, stopped: Callable[[], bool]) -> None:
    for each in journal.made:
        (project.root / each).mkdir(exist_ok=True)
    for number, step in enumerate(journal.steps):
        if stopped():
            raise KeyboardInterrupt
        target = project.root / step.path
        check_way(project.root, step.path)
        if digest(target) != step.before:
            raise _edited(step.path)
        if step.after is None:
            target.unlink()
            _drop_empty(project.root, target.parent)
        else:
            os.replace(folder / "new" / str(number), target)


def _edited(path: str) -> AnswersError:
    what, mend = "it was edited while the update was being made", "nothing was changed: start the update again"
    return AnswersError([Problem(path, Edited, what, mend)])


def _drop_empty(root: Path, folder: Path) -> None:
    """Removes folders that hold nothing any more, as git does."""
    with suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent


def _keep_old(project: Project, folder: Path) -> None:
    """What was there has to lie in git's folder, for later, even if the staging folder doesn't."""
    if folder.parent != project.state:
        shutil.copytree(folder / "old", project.state / folder.name / "old")


def take_back(project: Project) -> list[str]:
    """Puts everything back as it was before an update that isn't done, and says which files it left alone.

    Those have been edited since: they are neither what was there nor what was to be there.
    """
    path = cut_off(project)
    journal = Journal.read(path)
    if journal is None:
        return []
    edited = []
    with held():
        folder = folder_of(project, journal)
        for number, step in reversed(list(enumerate(journal.steps))):
            target = project.root / step.path
            now = digest(target)
            if now == step.before:
                continue
            if now not in (step.after, None):
                edited.append(step.path)
            elif step.before is None:
                target.unlink(missing_ok=True)
            else:
                check_way(project.root, step.path)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(folder / "old" / str(number), target)
        for each in reversed(journal.made):
            with suppress(OSError):
                (project.root / each).rmdir()
        shutil.rmtree(folder, ignore_errors=True)
        path.unlink()
    tidy(project)
    return sorted(edited)


def tidy(project: Project) -> None:
    """Removes what no journal needs any more."""
    last = Journal.read(done(project))
    needed = Path(last.folder).name if last is not None else ""
    for each in project.state.glob(f"{STAGING}*"):
        shutil.rmtree(each / "new" if each.name == needed else each, ignore_errors=True)
    if last is not None and last.folder.startswith("./"):
        shutil.rmtree(folder_of(project, last), ignore_errors=True)


def reversed_changes(project: Project, journal: Journal) -> list[Change]:
    """The changes that take back what a journal says was done."""
    folder = project.state / Path(journal.folder).name / "old"
    changes = []
    for number, step in enumerate(journal.steps):
        kept = folder / str(number)
        if step.before is not None and digest(kept) != step.before:
            mend = "take it from git: git checkout HEAD -- ."
            raise AnswersError([Problem(step.path, Damaged, "what was there isn't kept any more", mend)])
        content = kept.read_bytes() if step.before is not None else None
        mode = kept.stat().st_mode & 0o777 if step.before is not None else 0
        changes.append(Change(step.path, content, mode))
    return changes


def details(journal: Journal) -> dict[str, Any]:
    """A journal's steps by what became of each file."""
    return {
        kind: [step.path for step in journal.steps if step.kind == kind] for kind in ("changed", "added", "removed")
    }
