"""Folders that a command makes for itself and removes, and what is left of those of commands that were killed.

A process that is killed outright removes nothing. So each holds a lock in its folder as long as it lives: the system
lets go of it with the process, whatever ends that. The next command that works in the same place removes what is surely
of this kind and held by nobody. Where the system has no such locks (Windows), nothing is removed.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .stopping import held

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PREFIX = "layerwright-"
NAME = re.compile(rf"\.?{PREFIX}[a-z0-9_]{{8}}")
"""What such folders are called: hidden where a user looks, as beside a project."""

OWNER = ".layerwright-owner"
"""The file in such a folder that is locked as long as its process lives."""

MARK = b"Made by layerwright for itself; the next one removes it.\n"
"""What that file holds."""


READY = "ready"
"""In such a folder: a folder of which all that it holds is complete, and is being moved to beside the whole."""


_swept: set[Path] = set()
"""Where this process has looked already."""


@contextmanager
def own(parent: Path | None = None, *, hidden: bool = False) -> Iterator[Path]:
    """A folder of this process's own, in the system's temporary one if none is named. Removed in the end.

    What commands that were killed have left in the same place is removed first.
    """
    place = Path(tempfile.gettempdir()) if parent is None else parent
    if place not in _swept:
        sweep(place)
        _swept.add(place)
    folder, lock = Path(tempfile.mkdtemp(prefix=f"{'.' if hidden else ''}{PREFIX}", dir=place)), None
    try:
        lock = _claimed(folder)
        yield folder
    finally:
        remove(folder)
        if lock is not None:
            os.close(lock)


def _claimed(folder: Path) -> int | None:
    """Takes the lock of a new folder. The file has its name only once it's locked: nobody finds it in between."""
    if fcntl is None:
        return None
    lock = os.open(folder / f"{OWNER}.new", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with suppress(OSError):  # a file system without locks
        os.write(lock, MARK)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.replace(folder / f"{OWNER}.new", folder / OWNER)
    return lock


def sweep(place: Path) -> list[Path]:
    """Removes what processes that were killed have left in a folder, and returns what that was.

    Of one that was killed when it had only to move a project to its place, the project is brought there first.
    """
    if fcntl is None:
        return []
    try:
        entries = [Path(each.path) for each in os.scandir(place) if NAME.fullmatch(each.name)]
    except OSError:
        return []
    return [folder for folder in entries if _is_left(folder)]


def _is_left(folder: Path) -> bool:
    """Removes a folder if it's surely one that a process of this user's had, and that is gone."""
    try:
        found = folder.lstat()
        closed = stat.S_ISDIR(found.st_mode) and found.st_mode & 0o777 == 0o700  # as no clone of a repository has it
        if not closed or found.st_uid != os.geteuid():
            return False
        lock = os.open(folder / OWNER, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        if os.read(lock, len(MARK) + 1) != MARK:
            return False
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _finish(folder)
        _emptied(folder)
    except OSError:  # its process lives, or one that it has started still writes there: the next time, then
        return False
    finally:
        os.close(lock)
    return True


def _emptied(folder: Path) -> None:
    """Removes a folder, the file by which it's known last. Raises OSError if there is something in it again by then."""
    for each in folder.iterdir():
        if each.is_symlink() or not each.is_dir():
            if each.name != OWNER:
                each.unlink()
        else:
            shutil.rmtree(each)
    if [each.name for each in folder.iterdir()] != [OWNER]:
        raise OSError(f"{folder} isn't empty")
    shutil.rmtree(folder)


def _finish(folder: Path) -> None:
    """Moves the rest of what was being moved to its place, where nothing else has come to be."""
    for project in _folders(folder / READY):
        for each in _content(project):
            if not os.path.lexists(folder.parent / each.name):
                os.replace(each, folder.parent / each.name)


def _folders(folder: Path) -> list[Path]:
    return [each for each in _content(folder) if each.is_dir() and not each.is_symlink()]


def _content(folder: Path) -> list[Path]:
    """What is in a folder; nothing if it's a link: what that leads to is somebody else's."""
    return list(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def remove(folder: Path) -> None:
    """Removes a folder, and lets no Ctrl-C or SIGTERM come between."""
    if os.name == "nt":  # where what git has made can't be removed as it is
        shutil.rmtree(folder, onerror=_made_writable)
        return
    with held():
        shutil.rmtree(folder, ignore_errors=True)


def _made_writable(again: Callable[[str], object], path: str, _: object) -> None:
    """Removes a file after all that nobody may write, as all that git has stored: Windows keeps those."""
    with suppress(OSError):
        os.chmod(path, stat.S_IWRITE)
        again(path)
