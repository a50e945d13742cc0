"""Makes Linux as poor and as strict as Windows, as far as that goes, for a Python whose PYTHONPATH has this folder.

- Our own modules see an `os` and a `signal` without what Windows lacks; `os.name` is `nt` there; there's no `fcntl`.
- A file that is open can't be removed, renamed or replaced; one that nobody may write can't be removed; a folder never
  takes the place of another one.
- No file is made whose name Windows doesn't take, or whose path is too long for it.
- Text is written with CR and LF, and where no encoding is named, it's the code page of western Europe.

Nothing but tests imports it. What only Windows has, as drives and backslashes in paths, can't be shown so.
"""

from __future__ import annotations

import asyncio  # noqa: F401 (what is imported here has taken from os and signal what it needs)
import builtins
import errno
import io
import os
import re
import shutil
import stat
import subprocess  # noqa: F401
import sys
import tempfile
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

LACKS = {
    "os": {"fork", "killpg", "getpgrp", "getuid", "geteuid", "setpgid", "WNOHANG", "O_NOFOLLOW", "O_CLOEXEC"},
    "signal": {"pthread_sigmask", "sigpending", "sigwait", "SIGKILL", "SIGHUP"},
}

RESERVED = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)', re.IGNORECASE)

ROOT = os.environ.get("AS_ON_WINDOWS", tempfile.gettempdir())
"""The folder that stands for the system's temporary one."""

LONGEST = 260 - len(r"C:\Users\someone.with.a.name\AppData\Local\Temp") + len(ROOT)
"""What a path may have here."""

_import, _open = builtins.__import__, io.open


class Poorer(ModuleType):
    """A module of the standard library, without what Windows lacks."""

    def __init__(self, real: ModuleType) -> None:
        super().__init__(real.__name__)
        self.__dict__["_real"] = real

    def __getattr__(self, name: str) -> Any:
        if name in LACKS[self._real.__name__]:
            raise AttributeError(f"Windows has no {self._real.__name__}.{name}")
        return "nt" if name == "name" else getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._real, name, value)


POORER = {name: Poorer(sys.modules[name]) for name in LACKS}


def _imported(name: str, scope: Any = None, names: Any = None, fromlist: Any = (), level: int = 0) -> ModuleType:
    if not level and name == "fcntl":
        raise ImportError("Windows has no fcntl")
    return POORER[name] if not level and name in POORER else _import(name, scope, names, fromlist, level)


class Ours(SourceFileLoader):
    """Loads a module of the tool's, which imports what Windows has."""

    def exec_module(self, module: ModuleType) -> None:
        """Gives it an `import` of its own first."""
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": _imported}
        super().exec_module(module)


class Finder(MetaPathFinder):
    """Finds them, also where a template brings its own under another name."""

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        """As Python does."""
        spec = PathFinder.find_spec(name, path, target) if name.startswith("layerwright") else None
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Ours(spec.loader.name, spec.loader.path)
        return spec


def _opened(
    file: Any,
    mode: str = "r",
    buffering: int = -1,
    encoding: Any = None,
    errors: Any = None,
    newline: Any = None,
    *rest: Any,
    **more: Any,
) -> Any:
    if "b" not in mode:
        encoding = encoding if encoding not in (None, "locale") else "cp1252"
        if newline is None and set(mode) & set("wax+"):
            newline = "\r\n"
    return _open(file, mode, buffering, encoding, errors, newline, *rest, **more)


def _is_open(path: str) -> bool:
    """Whether this process has a file, or one in a folder, open."""
    full = os.path.realpath(path)
    for handle in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{handle}")
        except OSError:
            continue
        if target == full or target.startswith(f"{full}/"):
            return True
    return False


def _refuse(what: str, path: str, number: int = errno.EACCES) -> None:
    raise OSError(number, f"Windows: {what}", path)


def _check_name(path: str) -> None:
    inside = os.path.relpath(path or ".", ROOT)
    if inside.startswith(".."):
        return
    for part in inside.split("/"):
        if part not in (".", "..") and RESERVED.search(part):
            _refuse(f"no name: {part}", path, errno.EINVAL)
    if len(os.path.abspath(path)) >= LONGEST:
        _refuse("the path is too long", path, errno.ENOENT)


def _text(path: Any) -> str:
    return os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""


def _removed(path: str, folder: int) -> None:
    if folder == -1 and os.path.lexists(path):
        if _is_open(path):
            _refuse("it's open", path)
        if not os.lstat(path).st_mode & stat.S_IWUSR:
            _refuse("it's read-only", path)


def _makes(path: Any, mode: object, flags: int) -> bool:
    return not isinstance(path, int) and bool(flags & os.O_CREAT)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "os.remove":
        _removed(_text(arguments[0]), arguments[1])
    elif event == "os.rename":
        source, target = map(_text, arguments[:2])
        _check_name(target)
        if _is_open(source):
            _refuse("it's open", source)
        if os.path.isdir(target):
            _refuse("there is a folder", target)
        if os.path.lexists(target):
            _removed(target, -1)
    elif event == "os.mkdir" or (event == "open" and _makes(*arguments)):
        _check_name(_text(arguments[0]))


sys.meta_path.insert(0, Finder())
builtins.open = io.open = _opened  # type: ignore[assignment]
shutil._use_fd_functions = False  # type: ignore[attr-defined]
sys.addaudithook(_watch)
for _stream in (sys.stdout, sys.stderr):
    if isinstance(_stream, io.TextIOWrapper):
        _stream.reconfigure(newline="\r\n")
