"""What was made before and would be made again just so: compiled templates, formatted source.

It's a cache: an entry is found by all that it was made of, and one that isn't there is made. `kept` has one in the
user's own folder for such things, for each set of the packages that make what is in it. Where it can't be read or
written, all is made anew.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import field
from importlib.util import find_spec
from pathlib import Path

from . import __version__
from .records import dataclass

LARGEST = 8_000_000
"""Most bytes that are kept. When there are more, it begins anew."""

MAKERS = ("black", "jinja2")
"""The packages that what is kept is made by."""

DAYS = 30
"""How long one that isn't used is kept."""


@dataclass(eq=False)
class Store:
    """Texts and code by what they were made of."""

    entries: dict[bytes, bytes | str] = field(default_factory=dict)
    size: int = 0
    changed: bool = False

    def made(self, kind: str, source: str, make: Callable[[], str]) -> str:
        """What `make` makes of a source, if it isn't there yet. What it depends on beside the source is in `kind`."""
        key = self.key(kind, source)
        found = self.entries.get(key)
        if not isinstance(found, str):
            found = make()
            self.put(key, found)
        return found

    def put(self, key: bytes, value: bytes | str) -> None:
        """Adds an entry."""
        if self.size + len(value) > LARGEST:
            self.entries.clear()
            self.size = 0
        self.entries[key] = value
        self.size += len(value)
        self.changed = True

    @staticmethod
    def key(kind: str, source: str) -> bytes:
        """What an entry is found by."""
        return hashlib.blake2b(f"{kind}\0{source}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


@contextmanager
def kept() -> Iterator[Store]:
    """The store of this user, which is written back in the end if something was added, whatever else went wrong."""
    path = _place()
    store = _read(path)
    try:
        yield store
    finally:
        if store.changed:
            with suppress(OSError):
                _write(path, store)


def _place() -> Path:
    import platformdirs

    made_by = repr((__version__, sys.version, *map(_stamp, MAKERS)))
    name = hashlib.blake2b(made_by.encode(), digest_size=8).hexdigest()
    return Path(platformdirs.user_cache_dir("layerwright", appauthor=False)) / f"{name}.made"


def _stamp(package: str) -> tuple[object, ...]:
    """What changes when a package is installed anew. To ask for its version would take as long as to import it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return (package,)
    found = os.stat(spec.origin)
    return (spec.origin, found.st_size, found.st_mtime_ns)


def _read(path: Path) -> Store:
    """What is kept; nothing if it can't be read, or if another user may have written it: there is code in it."""
    try:
        found = path.stat()
        if os.name != "nt" and (found.st_uid != os.geteuid() or found.st_mode & 0o022):
            return Store()
        entries = marshal.loads(path.read_bytes())  # noqa: S302 (the user's own, as are the .pyc files beside modules)
        if time.time() - found.st_mtime > DAYS * 86400 / 2:
            os.utime(path)
        return Store(dict(entries), sum(map(len, entries.values())))
    except (OSError, ValueError, EOFError, TypeError, AttributeError):
        return Store()


def _write(path: Path, store: Store) -> None:
    """Writes it in one step, and removes what has long not been used."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(marshal.dumps(store.entries))
    os.replace(file.name, path)
    for each in path.parent.iterdir():
        if each.is_file() and time.time() - each.stat().st_mtime > DAYS * 86400:
            each.unlink()
