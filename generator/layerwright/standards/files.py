"""The files of a standard's own: they go into every project, path for path and byte for byte. None is a template."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from ..faults import StandardFiles
from ..places import ANSWERS_FILE, LARGEST, template_root
from ..problems import AnswersError, Problem
from ..records import dataclass

RECORD = ".layerwright-standard.yml"
"""Where a project keeps the standard that it was made by."""

MOST_FILES = 500
LONGEST_PATH = 200

PASSED_OVER = ("__pycache__", ".DS_Store")
"""What lies in folders without anybody having put it there: pip compiles what it installs."""


@dataclass(frozen=True)
class OwnFile:
    """What a file holds, and whether it may be run."""

    content: bytes
    executable: bool = False

    @property
    def name(self) -> str:
        """What git calls its content."""
        return blob(self.content)


OwnFiles: TypeAlias = "Mapping[str, OwnFile]"


def blob(content: bytes) -> str:
    """The name that git gives to a content: by it, what was in a project once is found in its history."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def is_as_made(content: bytes, name: str) -> bool:
    """Whether a content is the one of this name, whatever its line ends."""
    plain = content.replace(b"\r\n", b"\n")
    return name in (blob(content), blob(plain), blob(plain.replace(b"\n", b"\r\n")))


def collect(folder: Path, place: str) -> dict[str, OwnFile]:
    """The files in a folder, by path. Raises AnswersError with all that no project can have."""
    problems: list[Problem] = []
    if folder.is_symlink() or not folder.is_dir():
        raise AnswersError(
            [Problem(f"{place}: files", StandardFiles, f"{folder.name} is no folder beside it", "make one, or name it")]
        )
    found: dict[str, OwnFile] = {}
    for path, file in _walked(folder):
        wrong = _wrong_kind(file) or wrong_path(path)
        if wrong:
            problems.append(Problem(f"{place}: {folder.name}/{_printable(path)}", StandardFiles, *wrong))
        elif len(found) == MOST_FILES:
            problems.append(
                Problem(f"{place}: files", StandardFiles, f"there are more than {MOST_FILES}", "keep to fewer")
            )
            break
        else:
            found[path] = OwnFile(file.read_bytes(), bool(file.stat().st_mode & 0o100))
    problems += _clashing(found, place)
    if problems:
        raise AnswersError(problems)
    return found


def _walked(folder: Path) -> Iterator[tuple[str, Path]]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in PASSED_OVER)
        links = [each for each in folders if Path(here, each).is_symlink()]
        for name in sorted([*files, *links]):
            if name not in PASSED_OVER and not name.endswith((".pyc", ".pyo")):
                yield Path(here, name).relative_to(folder).as_posix(), Path(here, name)


def _wrong_kind(file: Path) -> tuple[str, str] | None:
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode):
        return "it is a link, or no file", "put a plain file there"
    if status.st_size > LARGEST:
        return f"it has more than {LARGEST} bytes", "keep large files elsewhere"
    return None


def wrong_path(path: str) -> tuple[str, str] | None:
    """What is wrong with the path of a file of a standard's, in two texts; None if nothing."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or path.startswith("/"):
        return "it leads out of the project", "name it from the project's folder on"
    if any(part.lower().rstrip(". ") in (".git", "git~1") for part in parts):
        return "it is git's own", "no standard writes there; a project's hooks belong in .pre-commit-config.yaml"
    plain = path.isprintable() and not set(path) & set('\\:*?"<>|') and all(part == part.rstrip(". ") for part in parts)
    if not plain or len(path) > LONGEST_PATH:
        return "not all systems take this name", f"letters, digits, . - _ and at most {LONGEST_PATH} characters"
    if (other := _taken(path)) is not None:
        return f"the template has {other} in every project", "give it another name"
    return None


def _taken(path: str) -> str | None:
    """The file of every project that one of this path would replace, or be in the way of."""
    mine = path.casefold()
    for other in (ANSWERS_FILE, RECORD, *_template_paths()):
        theirs = other.casefold()
        if mine == theirs or theirs.startswith(f"{mine}/") or mine.startswith(f"{theirs}/"):
            return other
    return None


def _template_paths() -> Iterator[str]:
    """The paths of files that a project has whatever its answers are."""
    folder = template_root() / "templates" / "project"
    for file in sorted(folder.rglob("*.jinja")):
        path = file.relative_to(folder).as_posix().removesuffix(".jinja")
        if "{" not in path:
            yield path


def _clashing(found: OwnFiles, place: str) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for path in found:
        if (other := seen.setdefault(path.casefold(), path)) != path:
            yield Problem(
                f"{place}: {path}", StandardFiles, f"on some systems it's the same as {other}", "give it another name"
            )


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def lay(folder: Path, files: OwnFiles, by: str) -> None:
    """Puts a standard's own files into a new project. Raises AnswersError if the template has one of them."""
    problems = []
    for path, file in files.items():
        target = folder / path
        if os.path.lexists(target) or any(parent.is_file() for parent in target.parents):
            what = "the template has a file there, with these answers"
            problems.append(
                Problem(
                    path, StandardFiles, what, f"answer otherwise, or have it under another name in the files of {by}"
                )
            )
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
        if file.executable:
            target.chmod(target.stat().st_mode | 0o111)
    if problems:
        raise AnswersError(problems)
