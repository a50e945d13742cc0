"""Takes the last update back, until the next commit."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from ..faults import Edited, NothingToUndo
from ..problems import AnswersError, Problem
from ..records import dataclass
from .change import digest
from .git import names
from .journal import Journal, apply, details, done, reversed_changes
from .project import MOST_NAMED, Project
from .recovery import alone

NOTHING = "there is no update to take back"


@dataclass(frozen=True)
class Undone:
    """What was taken back; `patch` holds what would have been lost, None if nothing."""

    root: Path
    versions: tuple[str, str]
    files: dict[str, list[str]]
    said: tuple[str, ...]
    patch: Path | None = None


def undo(folder: Path, *, force: bool = False) -> Undone:
    """Takes the last update of a project back: its files are byte for byte as they were.

    Raises AnswersError if there is none, if it's committed already, or, unless `force`, if files were edited since.
    """
    project = Project.at(folder)
    with alone(project) as said:
        journal = Journal.read(done(project))
        if journal is None or journal.kind != "update":
            mend = said[0] if said else "an update can be taken back until the next commit"
            raise AnswersError([Problem(str(project.root), NothingToUndo, NOTHING, mend)])
        if journal.tree != project.tree:
            what = f"{NOTHING}: it was committed"
            raise AnswersError(
                [Problem(str(project.root), NothingToUndo, what, "git revert, with that commit, takes it back")]
            )
        if all(_is_so(project, step.path, journal) for step in journal.steps):
            what = f"{NOTHING}: its files are as they were before it"
            raise AnswersError([Problem(str(project.root), NothingToUndo, what, "there is nothing to do")])
        edited = [step.path for step in journal.steps if digest(project.root / step.path) != step.after]
        if edited and not force:
            named = ", ".join(edited[:MOST_NAMED]) + (" and more" if len(edited) > MOST_NAMED else "")
            what = f"edited since the update, and would be lost: {named}"
            mend = "layerwright undo --force keeps a patch of it first; or commit, and git revert later"
            raise AnswersError([Problem(str(project.root), Edited, what, mend)])
        patch = _patch(project, journal) if edited else None
        changes = [change for change in reversed_changes(project, journal) if not _is_so(project, change.path, journal)]
        apply(project, changes, Journal("undo", journal.tree, journal.versions, ""))
        for made in reversed(journal.made):  # empty, where the user has removed what was in it
            with suppress(OSError):
                (project.root / made).rmdir()
        _unstage(project, [step.path for step in journal.steps])
        return Undone(project.root, journal.versions, details(journal), tuple(said), patch)


def _is_so(project: Project, path: str, journal: Journal) -> bool:
    """Whether a file is already as it was before the update."""
    [step] = [step for step in journal.steps if step.path == path]
    return digest(project.root / path) == step.before


def _patch(project: Project, journal: Journal) -> Path:
    """Keeps a patch that makes the files of an update, with the edits since, of what is committed."""
    paths = [step.path for step in journal.steps]
    there = [path for path in paths if digest(project.root / path) is not None]
    options = ["--binary", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames"]
    options += ["--src-prefix=a/", "--dst-prefix=b/", "--no-relative"]  # whatever the user's own settings are
    with tempfile.TemporaryDirectory(dir=project.state) as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        project.git("read-tree", "HEAD", more=index)
        if there:
            project.git("add", "--force", "--intent-to-add", "--", *there, more=index)
        content = project.git("diff", *options, "HEAD", "--", *paths, more=index)
    number = next(each for each in range(1, 10_000) if not (project.state / f"undone-{each}.patch").exists())
    path = project.state / f"undone-{number}.patch"
    path.write_bytes(content)
    return path


def _unstage(project: Project, paths: list[str]) -> None:
    """Takes the update out of git's index too, if it was put there."""
    staged = names(project.git("diff", "--cached", "--name-only", "--no-renames", "-z", "--", *paths))
    if staged:
        project.git("reset", "--quiet", "--", *paths)
