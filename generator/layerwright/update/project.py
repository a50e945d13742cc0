"""A project as an update finds it: a folder under version control, what is committed there, and what it remembers."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..answers import KEYS, Answers, named_now
from ..answers.sources import load_yaml
from ..faults import Damaged, NoProject, NotCommitted, UnknownVersion
from ..places import ANSWERS_FILE, LARGEST, RELEASE
from ..problems import AnswersError, Problem, shown
from ..records import dataclass
from .git import GitError, git, names, users_environment

Stages = Mapping[int, tuple[str, bytes]]
"""A file in conflict, as git's index has it: by stage (1 the old version, 2 yours, 3 the new one), mode and content."""

MOST_NAMED = 5
"""How many files a message names."""


@dataclass(frozen=True)
class Project:
    """A project: its folder, that of the repository that it lies in, and the way from the one to the other."""

    root: Path
    top: Path
    prefix: str = field(default="")

    @classmethod
    def at(cls, folder: Path) -> Project:
        """The project in a folder. Raises AnswersError if there is none, or none under version control."""
        root = folder.resolve()
        if not (root / ANSWERS_FILE).is_file():
            what = f"no project is here: {ANSWERS_FILE} isn't there"
            raise AnswersError(
                [Problem(str(folder), NoProject, what, "name the folder of a project that layerwright made")]
            )
        try:
            said = git("rev-parse", "--show-toplevel", "--show-prefix", cwd=root, env=users_environment())
        except GitError as error:
            what = "isn't under version control, and an update merges by it"
            mend = "in that folder: git init && git add --all && git commit -m 'As it was made'"
            if "dubious ownership" in str(error):
                what, mend = str(error), "see `git help config`, safe.directory"
            raise AnswersError([Problem(str(folder), NotCommitted, what, mend)]) from error
        top, prefix = said.decode(errors="surrogateescape").split("\n")[:2]
        return cls(root, Path(top), prefix.rstrip("/"))

    def git(self, *arguments: str | Path, more: Mapping[str, str] | None = None, told: bytes | None = None) -> bytes:
        """Runs git in the project's folder."""
        return git(*arguments, cwd=self.root, env={**users_environment(), **(more or {})}, told=told)

    @cached_property
    def state(self) -> Path:
        """The folder of this project's own in git's, where journals lie."""
        said = self.git("rev-parse", "--git-path", "layerwright").decode(errors="surrogateescape").rstrip("\n")
        key = hashlib.sha256(self.prefix.encode(errors="surrogateescape")).hexdigest()[:16]
        return Path(self.root, said).resolve() / key

    @property
    def tree(self) -> str:
        """What git has of the project in its last commit: the same name, the same content."""
        try:
            return self.git("rev-parse", "--verify", "--quiet", f"HEAD:{self.prefix}").decode().strip()
        except GitError as error:
            what = "nothing of it is committed, and an update merges with what is"
            mend = "in that folder: git add --all && git commit -m 'As it was made'"
            raise AnswersError([Problem(str(self.root), NotCommitted, what, mend)]) from error

    def check_clean(self) -> None:
        """Raises AnswersError if anything in the project's folder isn't committed."""
        options = ("--porcelain=v1", "-z", "--untracked-files=normal", "--no-renames", "--ignore-submodules=all")
        found = [entry[3:] for entry in names(self.git("status", *options, "--", "."))]
        if found:
            named = ", ".join(found[:MOST_NAMED]) + (" and more" if len(found) > MOST_NAMED else "")
            mend = f"first commit it (git add --all{self._dot} && git commit), or put it aside (git stash -u)"
            raise AnswersError([Problem(str(self.root), NotCommitted, f"the tree isn't clean: {named}", mend)])

    @property
    def _dot(self) -> str:
        return " ." if self.prefix else ""

    def committed(self) -> dict[str, tuple[bytes, int]]:
        """The project's files that are committed, each with what it holds in the work tree and its permission bits.

        Links are left out, since none is followed, and so are files too large to be a template's.
        """
        found = {}
        for entry in names(self.git("ls-files", "-z", "--stage", "--", ".")):
            mode, _, path = entry.partition("\t")
            full = self.root / path
            if not mode.startswith("100") or not full.exists():
                continue
            status = full.lstat()
            if stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST and not self.is_behind_link(path):
                found[path] = (full.read_bytes(), stat.S_IMODE(status.st_mode))
        if ANSWERS_FILE not in found:
            what = f"{ANSWERS_FILE} isn't committed, or is a link"
            raise AnswersError(
                [Problem(str(self.root), NotCommitted, what, f"git add --force {ANSWERS_FILE} && git commit")]
            )
        return found

    def is_tracked(self, path: str) -> bool:
        """Whether git has a file, too large to be a template's or not."""
        return bool(self.git("ls-files", "--", f":(literal){path}"))

    def deleted(self) -> list[str]:
        """The files that commits have deleted and that aren't there, as far back as git's history goes."""
        options = ("--format=", "--name-only", "--diff-filter=D", "--no-renames", "--relative", "-z")
        gone = {path.lstrip("\n") for path in names(self.git("log", *options, "--", "."))}
        return sorted(path for path in gone if not (self.root / path).exists())

    def mark_unmerged(self, stages: Mapping[str, Stages]) -> None:
        """Has git know of conflicts, as after a merge: it names them, and commits nothing until they are resolved.

        Where git's index is in use just now, it stays as it is: the files say it themselves.
        """
        lines: list[str] = []
        with suppress(GitError):
            for path, versions in stages.items():
                full = f"{self.prefix}/{path}".lstrip("/")
                blobs = {stage: (mode, self._stored(content)) for stage, (mode, content) in versions.items()}
                lines.append(f"0 {'0' * len(next(iter(blobs.values()))[1])}\t{full}")
                lines += [f"{mode} {blob} {stage}\t{full}" for stage, (mode, blob) in blobs.items()]
            if lines:
                told = b"".join(os.fsencode(line) + b"\0" for line in lines)
                self.git("update-index", "-z", "--index-info", told=told)

    def _stored(self, content: bytes) -> str:
        """The name under which git keeps a content."""
        return self.git("hash-object", "-w", "--no-filters", "--stdin", told=content).decode().strip()

    def is_behind_link(self, path: str) -> bool:
        """Whether a folder on the way to a file is a link."""
        return any((self.root / parent).is_symlink() for parent in Path(path).parents)


@dataclass(frozen=True)
class Recorded:
    """What a project remembers: its answers, and which version of which template made it."""

    answers: Answers
    source: str
    version: str
    raw: dict[str, Any]

    @classmethod
    def read(cls, content: bytes) -> Recorded:
        """What an answers file holds. Raises AnswersError if it isn't one, or names no release."""
        try:
            raw = load_yaml(content.decode(), ANSWERS_FILE)
        except UnicodeDecodeError as error:
            raise AnswersError(
                [Problem(ANSWERS_FILE, Damaged, "isn't UTF-8 text", "take it from an earlier commit")]
            ) from error
        if not isinstance(raw, dict) or not isinstance(raw.get("_src_path"), str):
            mend = "take it from an earlier commit: without it, no update can be made"
            raise AnswersError([Problem(ANSWERS_FILE, Damaged, "doesn't say which template made the project", mend)])
        version = raw.get("_commit")
        if not isinstance(version, str) or not RELEASE.fullmatch(version):
            raise AnswersError([Problem(f"{ANSWERS_FILE}._commit", UnknownVersion, *no_release(version))])
        answers = {key: value for key, value in named_now(raw).items() if key in KEYS and value is not None}
        return cls(answers, raw["_src_path"], version, raw)


def no_release(version: object) -> tuple[str, str]:
    """The two texts of a problem with a version that is none."""
    near = re.match(r"v\d+(\.\d+)*", version) if isinstance(version, str) else None
    nearest = f"the release before it, {near[0]}" if near else "the release nearest to it, as v0.1.0"
    return (
        f"{shown(version)} isn't a release, and only releases are run",
        f"to go on all the same, write {nearest}, there and commit: what lies between shows as edits of yours",
    )
