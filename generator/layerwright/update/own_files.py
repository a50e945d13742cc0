"""What an update has to do with an organisation's standard: answers that it puts or refuses, and files of its own.

Those files are no template's, so Copier takes them for the user's and leaves them alone. They are merged here, three
ways: what the project's standard brought, which git has kept since, the new one, and what the user has made of it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..answers import Answers, normalised
from ..faults import Damaged, StandardFiles
from ..problems import AnswersError, Problem
from ..records import dataclass
from ..scratch import own
from ..standards import DATA, RECORD, OwnFile, Record, Renewed, is_as_made, renewed, settle, violations
from .change import check_path, check_way
from .git import GitError, own_environment
from .project import Project, Stages

if TYPE_CHECKING:
    from .engine import Request

LABELS = ("before updating", "the standard before", "after updating")
"""How conflicts are marked: as Copier marks them."""

CANNOT_MERGE = 128
"""Exit codes of `git merge-file` from here on mean that it couldn't; lower ones count conflicts."""


def standing_by(project: Project, files: Mapping[str, tuple[bytes, int]], request: Request) -> Renewed:
    """The standard of a project as it is and as it's to be. One that stays at its version keeps the standard it has."""
    old = None
    if RECORD in files:
        try:
            old = Record.read(files[RECORD][0].decode())
        except UnicodeDecodeError as error:
            raise AnswersError(
                [Problem(RECORD, Damaged, "isn't UTF-8 text", "take it from an earlier commit")]
            ) from error
        except AnswersError:
            if request.standard is None:
                raise
    if request.stay:
        return Renewed(old)
    return renewed(old, request.standard, project.root, project.top)


def kept_to(
    standing: Renewed, given: Answers, recorded: Answers, *, ask: bool = False
) -> tuple[Answers, tuple[str, ...]]:
    """What to answer beside what the user says, so that the standard is kept to, and a line for each.

    Raises AnswersError for what the standard refuses; if the user is asked, only for what they have said already.
    """
    if standing.standard is None:
        return {}, standing.lines
    old = standing.old.standard if standing.old else None
    settled = settle(standing.standard, given, recorded, old)
    problems = [each for each in settled.problems if not ask or each.key in given]
    if problems:
        raise AnswersError(problems)
    return settled.answers, (*standing.lines, *settled.lines)


@dataclass(frozen=True)
class Brought:
    """What became of a standard's files: `kept` are those that left it and the user had edited.

    `stages` has those that are in conflict, with what the standard and the user have of them.
    """

    kept: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    stages: Mapping[str, Stages] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """The standard of a project that is being updated."""

    renewed: Renewed
    project: Project

    @property
    def data(self) -> dict[str, Any]:
        """What the template is told of it, so that prompts show what it bars. Its defaults are for new projects."""
        standard = self.renewed.standard
        return {DATA: {**standard.raw, "defaults": {}}} if standard else {}

    def settled(self, answers: Answers) -> Answers:
        """Those of the answers that aren't to be asked, since the standard fixes them."""
        fixed = self.renewed.standard.fixed if self.renewed.standard else {}
        return {key: value for key, value in answers.items() if key in fixed}

    def check(self, answers: Answers) -> None:
        """Raises AnswersError if the answers that came of it aren't as the standard has them."""
        if (standard := self.renewed.standard) and (found := violations(standard, normalised(answers))):
            raise AnswersError(found)

    def bring(self, copy: Path, before: Mapping[str, tuple[bytes, int]], windows: set[str]) -> Brought:
        """Brings the standard's files, and the record of it, into an updated copy of the project.

        `before` are the project's files as they were committed, `windows` those whose lines end as Windows has it, and
        which have plain ends in the copy.
        """
        if self.renewed.leaves or self.renewed.found is not None:
            return _Bringing(self, copy, before, windows).done()
        return Brought()


@dataclass
class _Bringing:
    """One standard's files on their way into one copy."""

    standing: Standing
    copy: Path
    before: Mapping[str, tuple[bytes, int]]
    windows: set[str]
    kept: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    stages: dict[str, Stages] = field(default_factory=dict)

    def done(self) -> Brought:
        """What became of them, when all are where they belong."""
        found, old = self.standing.renewed.found, self.standing.renewed.old
        had, new = (old.files if old else {}), (found.files if found else {})
        for path in sorted({*had, *new}):
            check_way(self.copy, check_path(path))
            if path in new:
                self._comes(path, new[path], had.get(path))
            else:
                self._leaves(path, had[path])
        self._record()
        return Brought(tuple(self.kept), tuple(self.lines), self.stages)

    def _leaves(self, path: str, name: str) -> None:
        """A file that the standard has no more goes, unless it was edited."""
        target = self.copy / path
        if not target.is_file():
            return
        if is_as_made(target.read_bytes(), name):
            target.unlink()
        else:
            self.kept.append(path)

    def _comes(self, path: str, file: OwnFile, name: str | None) -> None:
        """A file of the standard's: `name` is git's for what it was before, None if it's new."""
        target = self.copy / path
        if not target.is_file():
            if name is None:
                self._write(path, file)
            elif name != file.name:
                self.lines.append(f"{path}: deleted by you, changed in the standard: it stays away.")
            return
        if path not in self.before:
            by = self.standing.renewed.standard
            what = f"both the template and the standard of {by} have a file there"
            raise AnswersError(
                [Problem(path, StandardFiles, what, "answer otherwise, or have whoever keeps the standard rename it")]
            )
        content = target.read_bytes()
        if is_as_made(content, file.name) or name == file.name:
            return
        if name is not None and is_as_made(content, name):
            self._write(path, file)
        else:
            self._merge(path, content, file, name)

    def _write(self, path: str, file: OwnFile) -> None:
        target = self.copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self._plain(path, file.content))
        target.chmod(0o755 if file.executable else 0o644)

    def _plain(self, path: str, content: bytes) -> bytes:
        return content.replace(b"\r\n", b"\n") if path in self.windows else content

    def _merge(self, path: str, content: bytes, file: OwnFile, name: str | None) -> None:
        base = b"" if name is None else self._base(name)
        theirs = self._plain(path, file.content)
        merged = None if base is None else merge(content, self._plain(path, base), theirs)
        if base is not None and merged is not None:
            text, is_conflict = merged
            (self.copy / path).write_bytes(text)
            if is_conflict:
                self.stages[path] = self._stages(path, None if name is None else base, content, file)
            return
        why = "it can't be merged" if base is not None else "git has lost what it was before"
        self.lines.append(f"{path}: kept as you have edited it, though the standard has another now, since {why}.")

    def _stages(self, path: str, base: bytes | None, mine: bytes, file: OwnFile) -> Stages:
        """The versions of a file in conflict, with the ends of lines that it has in the project."""
        modes = ["100755" if each else "100644" for each in (self.before[path][1] & 0o100, file.executable)]
        versions = {1: (modes[0], base), 2: (modes[0], mine), 3: (modes[1], file.content)}
        known = {stage: (mode, self._plain(path, each)) for stage, (mode, each) in versions.items() if each is not None}
        ends = b"\r\n" if path in self.windows else b"\n"
        return {stage: (mode, each.replace(b"\n", ends)) for stage, (mode, each) in known.items()}

    def _base(self, name: str) -> bytes | None:
        """What a file was when the standard brought it: the project's own history has it."""
        with suppress(GitError):
            return self.standing.project.git("cat-file", "blob", name)
        return None

    def _record(self) -> None:
        renewed, target = self.standing.renewed, self.copy / RECORD
        if renewed.found is None:
            target.unlink(missing_ok=True)
            return
        had = target.read_text(encoding="utf-8") if target.is_file() else ""
        if renewed.old is not None and had != renewed.old.text():
            self.lines.append(f"{RECORD}: it had been edited by hand; it says again what the standard says.")
        target.write_text(renewed.found.record(self.standing.project.root).text(), encoding="utf-8", newline="\n")


def merge(mine: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool] | None:
    """Two versions of a text, merged, and whether both changed the same lines; None if that can't be done.

    Such lines have marks around them.
    """
    with own() as folder:
        files = [folder / name for name in ("mine", "base", "theirs")]
        for path, content in zip(files, (mine, base, theirs), strict=True):
            path.write_bytes(content)
        labels = [part for label in LABELS for part in ("-L", label)]
        done = subprocess.run(  # noqa: S603 (a list, no shell)
            ["git", "merge-file", "-p", *labels, *map(str, files)],  # noqa: S607 (the git that the user has)
            cwd=folder,
            env=own_environment({}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    return (done.stdout, done.returncode > 0) if 0 <= done.returncode < CANNOT_MERGE else None
