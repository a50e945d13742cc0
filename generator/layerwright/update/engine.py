"""An update, from a project and a wish to files that are in place."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from .. import __version__, direct
from ..answers import Answers
from ..explain import text
from ..extensions import KEY, chosen
from ..faults import InTheWay, NotCommitted
from ..places import ANSWERS_FILE
from ..plan import design
from ..problems import AnswersError, Problem
from ..records import dataclass
from ..standards import Renewed
from . import source as sources
from .change import ELSE, Change, Files, digest
from .journal import Journal, apply, details, done
from .own_files import Standing, kept_to, standing_by
from .project import Project, Recorded
from .recovery import alone, put_right
from .rendering import Rendering, render, scratch
from .wish import Wish, wish

Given = Callable[[Answers], Answers]
"""What the user says now, which may depend on what is recorded."""


@dataclass(frozen=True)
class Request:
    """What is wanted: other answers, a version (None: the newest), a template and a standard that the user names."""

    given: Given = field(default=lambda _: {})
    to: str | None = None
    stay: bool = False
    source: str | None = None
    standard: str | None = None
    ask: bool = False
    dry: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of it. `said` is what had to be put right first, `graphs` the network before and after.

    `lines` are what an organisation's standard has to do with it.
    """

    root: Path
    versions: tuple[str, str]
    files: dict[str, list[str]]
    kept: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    conflicts: dict[str, list[int]] = field(default_factory=dict)
    answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    diff: str = ""
    graphs: tuple[str, str] = ("", "")
    dry: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether nothing had to be done."""
        return not any(self.files.values()) and not self.kept


def update(folder: Path, request: Request) -> Outcome:
    """Updates a project, whole or not at all; with `dry`, only says what would come of it.

    Raises AnswersError if the project, the template or the answers don't allow it, OSError if files can't be written,
    KeyboardInterrupt if the user stops. The project is as it was then.
    """
    project = Project.at(folder)
    with _entered(project, dry=request.dry) as said, scratch() as place:
        project.check_clean()
        files = project.committed()
        recorded = Recorded.read(files[ANSWERS_FILE][0])
        _check_seen(project, files, recorded)
        chosen(recorded.answers.get(KEY))  # raises if what made the project isn't there in just that version
        source = sources.find(recorded, request.source, place)
        versions = source.versions(place)
        version = sources.target(versions, recorded, recorded.version if request.stay else request.to)
        given = request.given(recorded.answers)
        standing = standing_by(project, files, request)
        added, lines = kept_to(standing, given, recorded.answers, ask=request.ask)
        wished = wish(recorded.answers, given | added)
        graphs = _graphs(
            wished, project.root.name, strict=version in (versions[-1], f"v{__version__}") and not request.ask
        )
        outcome = Outcome(
            project.root,
            (recorded.version, version),
            files={},
            answers=wished.differences,
            said=tuple(said),
            lines=lines,
            graphs=graphs if request.dry else ("", ""),
            dry=request.dry,
        )
        is_new = version != recorded.version or source.url != recorded.source or bool(wished.data)
        if not (is_new or request.ask or standing.is_news(project.root)):
            return outcome
        return _made(project, files, recorded, source, wished, outcome, standing, ask=request.ask, place=place)


def _made(
    project: Project,
    files: Files,
    recorded: Recorded,
    source: sources.Source,
    wished: Wish,
    outcome: Outcome,
    standing: Renewed,
    *,
    ask: bool,
    place: Path,
) -> Outcome:
    version, kept = outcome.versions[1], Standing(standing, project)
    rendering = render(
        place,
        project.root.name,
        files,
        recorded=recorded,
        source=source,
        version=version,
        data=wished.data | (kept.settled(wished.after) if ask else {}),
        deleted=project.deleted(),
        ask=ask,
        standing=kept,
    )
    _check_free(project, files, rendering.changes)
    by_kind = _by_kind(files, rendering)
    if rendering.changes and not outcome.dry:
        apply(project, rendering.changes, Journal("update", project.tree, outcome.versions, ""), files)
        if (journal := Journal.read(done(project))) is not None:
            by_kind = details(journal)
        project.mark_unmerged(rendering.stages)
    differences = outcome.answers
    if ask:
        differences = Wish(recorded.answers, rendering.answers).differences
    return replace(
        outcome,
        files=by_kind,
        kept=rendering.kept,
        missed=rendering.missed,
        lines=(*outcome.lines, *rendering.lines),
        conflicts=rendering.conflicts,
        answers=differences,
        diff=rendering.diff if outcome.dry else "",
    )


def _entered(project: Project, *, dry: bool) -> AbstractContextManager[list[str]]:
    """The project to itself; a dry run writes nothing, and so needs no lock."""
    return nullcontext(put_right(project)) if dry else alone(project)


def _graphs(wished: Wish, folder: str, *, strict: bool) -> tuple[str, str]:
    """The network before and after, as `explain` shows it. Raises AnswersError if the new answers make none.

    This package's own planner knows what its own version takes, and the newest; another one has its own say.
    """
    try:
        before = text(design(wished.before, folder))
    except AnswersError:
        before = ""
    try:
        return before, text(design(wished.after, folder))
    except AnswersError:
        if strict:
            raise
        return before, ""


def _check_seen(project: Project, files: Files, recorded: Recorded) -> None:
    """Raises AnswersError if git ignores files of the template's: an update would leave them as they are, unsaid."""
    try:
        made = direct.paths(recorded.answers, project.root.name)
    except Exception:  # noqa: BLE001 (the answers of another version may be anything to this one's template)
        return
    there = (path for path in made if path not in files and digest(project.root / path) not in (None, ELSE))
    unseen = sorted(path for path in there if not (project.is_behind_link(path) or project.is_tracked(path)))
    if unseen:
        what = f"git ignores {', '.join(unseen)}, which an update would have to change"
        mend = f"git add --force -- {' '.join(map(shlex.quote, unseen))} && git commit"
        raise AnswersError([Problem(str(project.root), NotCommitted, what, mend)])


def _check_free(project: Project, files: Files, changes: tuple[Change, ...]) -> None:
    """Raises AnswersError if a new file would come to lie where something lies that isn't committed, or is a link."""
    problems = [
        Problem(
            change.path,
            InTheWay,
            "the new version has a file there, and something else is in its place",
            "move it away",
        )
        for change in changes
        if change.path not in files and digest(project.root / change.path) is not None
    ]
    if problems:
        raise AnswersError(problems)


def _by_kind(files: Files, rendering: Rendering) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {"changed": [], "added": [], "removed": []}
    for change in rendering.changes:
        kind = "removed" if change.content is None else "changed" if change.path in files else "added"
        kinds[kind].append(change.path)
    return kinds
