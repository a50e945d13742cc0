"""What an update does to one file, and which files it may do that to."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from ..faults import InTheWay, UnsafePath
from ..problems import AnswersError, Problem, shown
from ..records import dataclass

ELSE = "else"
"""The digest of what is neither a file nor nothing: a link, a folder."""


Files = Mapping[str, tuple[bytes, int]]
"""What files hold, by their paths, and their permission bits."""


@dataclass(frozen=True)
class Change:
    """One file: `content` is what it will hold, None if it goes; `mode` its permission bits."""

    path: str
    content: bytes | None
    mode: int = 0o644


@dataclass(frozen=True)
class Step:
    """A change as the journal has it: the digest of the file before and after, None where there is no file."""

    path: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        """What becomes of the file, in a word."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def check_path(path: str) -> str:
    """The path of a file in a project, which names nothing outside of it, and nothing of git's.

    Raises AnswersError for another. The path may come from a template, or from a file that somebody has changed.
    """
    parts = path.split("/")
    foreign = "\\" in path or ":" in path if os.name == "nt" else False
    git = any(part.lower().rstrip(". ") in (".git", "git~1") for part in parts)
    if foreign or git or "\0" in path or any(part in ("", ".", "..") for part in parts):
        what = f"{shown(path)} isn't a file of the project's"
        raise AnswersError([Problem("update", UnsafePath, what, "nothing was changed; tell whoever made this version")])
    return path


def check_way(root: Path, path: str) -> None:
    """Raises AnswersError if a link leads away from the project on the way to one of its files, or is in its place."""
    way = root
    for part in check_path(path).split("/"):
        way /= part
        if way.is_symlink():
            what = f"{way.relative_to(root)} is a link, and an update follows none"
            raise AnswersError([Problem(path, InTheWay, what, "put what it points to in its place, and commit that")])
        if way != root / path and way.exists() and not way.is_dir():
            what = f"{way.relative_to(root)} is no folder"
            raise AnswersError(
                [Problem(path, InTheWay, what, "move it away, and commit that: an update needs a folder there")]
            )


def digest_of(content: bytes, mode: int) -> str:
    """What tells one content of a file from another, its being executable included."""
    return f"{hashlib.sha256(content).hexdigest()}{'+x' if mode & 0o100 else ''}"


def digest(path: Path) -> str | None:
    """The digest of what lies at a path, None if nothing does."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return ELSE
    return digest_of(path.read_bytes(), found.st_mode)
