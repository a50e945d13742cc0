"""Where a standard comes from: what the user names, what is installed, what a project has recorded.

A package names its standard by an entry point, whose value is the name of the (sub)package in which the file lies. That
package is found, and never imported: of a standard nothing is run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import field
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..faults import NoStandard, OtherStandard, StandardFiles
from ..places import LARGEST
from ..problems import AnswersError, Problem, shown, unknown
from ..records import dataclass
from .files import OwnFile, collect
from .reading import read_text
from .record import Record
from .standard import Standard

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

FILE = "layerwright-standard.yml"
GROUP = "layerwright.standards"
VARIABLE = "LAYERWRIGHT_STANDARD"

NONE = "none"
"""What a user says who wants no standard."""


@dataclass(frozen=True)
class Found:
    """A standard with its own files: `package` and `entry` say whose entry point it is, `folder` where it lies."""

    standard: Standard
    files: Mapping[str, OwnFile]
    folder: Path
    package: str = ""
    entry: str = ""

    def record(self, project: Path) -> Record:
        """What a project in this folder keeps of it: no place that means nothing on another machine."""
        origin = {"package": self.package, "entry": self.entry} if self.package else _relative(self.folder, project)
        return Record(self.standard, origin, {path: each.name for path, each in self.files.items()})


@dataclass(frozen=True)
class Renewed:
    """The standard of a project as it was and as it is to be; `found` is None if nothing newer could be had.

    `lines` say what there is to say of that.
    """

    old: Record | None = None
    found: Found | None = None
    leaves: bool = False
    lines: tuple[str, ...] = field(default=())

    @property
    def standard(self) -> Standard | None:
        """The standard that the answers are to keep to."""
        if self.leaves:
            return None
        return self.found.standard if self.found else self.old.standard if self.old else None

    def is_news(self, project: Path) -> bool:
        """Whether the project in this folder keeps another standard than it is to keep."""
        if self.found is None:
            return self.leaves
        return self.old is None or self.found.record(project).text() != self.old.text()


def find(said: str | None, *, installed: bool = True) -> Found | None:
    """The standard that is named, in an option or the environment, or, for a new project, is installed alone."""
    named = said or os.environ.get(VARIABLE)
    if named == NONE:
        return None
    if named:
        return _named(named, "--standard" if said else VARIABLE)
    there = _installed() if installed else {}
    if len(there) > 1:
        what = f"several are installed: {', '.join(sorted(there))}"
        raise AnswersError(
            [Problem("--standard", NoStandard, what, f"say which one: --standard {min(there)}; or {NONE}")]
        )
    return next((_of_package(each) for each in there.values()), None)


def renewed(old: Record | None, said: str | None, project: Path, top: Path) -> Renewed:
    """The standard for a project that is updated: what is named, else where its own came from.

    A project that keeps to none begins to only if one is named. Raises AnswersError for an older one.
    """
    if said == NONE:
        lines = (f"Leaves the standard of {old.standard}.",) if old else ()
        return Renewed(old, leaves=old is not None, lines=lines)
    named = said or os.environ.get(VARIABLE)
    if not said and named == NONE:
        named = None
    if named:
        found = _named(named, "--standard" if said else VARIABLE)
        _check_follows(old, found, said)
        return Renewed(old, found, lines=(_by(found, old),))
    if old is None:
        return Renewed()
    later, why = _recorded(old, project, top)
    if later is None:
        what = f"{old.standard}: kept to as the project has it, since {why}."
        return Renewed(old, lines=(what,))
    _check_follows(old, later, None)
    return Renewed(old, later, lines=(_by(later, old),))


def _by(new: Found, old: Record | None) -> str:
    before = f" (before: {old.standard})" if old and str(old.standard) != str(new.standard) else ""
    return f"By the standard of {new.standard}{before}."


def _check_follows(old: Record | None, new: Found, said: str | None) -> None:
    if old is None:
        return
    same = old.standard.name == new.standard.name
    if not same and said is None:
        what = f"the project keeps to {old.standard.name}, and this is {new.standard.name}"
        raise AnswersError([Problem("standard", OtherStandard, what, "say what is meant: --standard …")])
    if same and new.standard.version < old.standard.version:
        what = f"the project keeps to version {old.standard.version}, and this is version {new.standard.version}"
        raise AnswersError(
            [Problem(f"standard {new.standard.name}", OtherStandard, what, "get the newer one, as from its repository")]
        )


def _named(word: str, place: str) -> Found:
    """The standard of this path, or of this entry point."""
    path = Path(word)
    try:
        if path.is_dir():
            return read_at(path / FILE, str(path / FILE))
        if path.exists():
            return read_at(path, word)
    except (OSError, ValueError) as error:
        raise AnswersError([Problem(place, NoStandard, f"{shown(word)} can't be read: {error}", _mend())]) from error
    installed = _installed()
    if word not in installed:
        what = f"{shown(word)} isn't there" if not installed else unknown("standard", word, installed)[0]
        raise AnswersError([Problem(place, NoStandard, what, _mend(installed))])
    return _of_package(installed[word])


def _mend(installed: Mapping[str, EntryPoint] | None = None) -> str:
    names = f", or one that is installed: {', '.join(sorted(installed))}" if installed else ""
    return f"name a {FILE}, the folder that it lies in{names}; or {NONE}"


def read_at(path: Path, place: str) -> Found:
    """The standard in a file, with the files beside it. Raises AnswersError if it can't be read, or isn't one."""
    try:
        if path.exists() and not (path.is_file() and path.stat().st_size <= LARGEST):
            raise AnswersError([Problem(place, NoStandard, "is no file that could be a standard", _mend())])
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8 text"
        raise AnswersError([Problem(place, NoStandard, f"can't be read: {reason}", _mend())]) from error
    standard = read_text(text, place)
    folder = standard.raw.get("files")
    if folder and not (path.parent / folder).resolve().is_relative_to(path.parent.resolve()):
        raise AnswersError(
            [Problem(f"{place}: files", StandardFiles, f"{folder} is a link to elsewhere", "put a folder there")]
        )
    files = collect(path.parent / folder, place) if folder else {}
    return Found(standard, files, path.parent.resolve())


def _installed() -> dict[str, EntryPoint]:
    if not _may_be_installed():
        return {}
    from importlib.metadata import entry_points

    return {each.name: each for each in entry_points(group=GROUP)}


def _may_be_installed() -> bool:
    """Whether something on the path names one. That is quickly seen, and to import what reads it takes longer."""
    for place in map(Path, sys.path):
        if place.is_file():
            return True  # an archive, say: who knows what's in it
        if any(GROUP in each.read_text("utf-8", "replace") for each in place.glob("*-info/entry_points.txt")):
            return True
    return False


def _of_package(entry: EntryPoint) -> Found:
    owner = entry.dist.name if entry.dist else entry.module
    place = f"{entry.name} of {owner}"
    folder = _folder_of(entry.value)
    if folder is None:
        mend = f'its entry point has to name a package with {FILE} in it, as {entry.name} = "acme_standards"'
        raise AnswersError([Problem(place, NoStandard, f"{shown(entry.value)} is no installed package", mend)])
    found = read_at(folder / FILE, f"{place}: {FILE}")
    return Found(found.standard, found.files, found.folder, owner, entry.name)


def _folder_of(module: str) -> Path | None:
    """The folder of an installed package, which isn't imported for it."""
    first, *rest = module.partition(":")[0].strip().split(".")
    try:
        spec = find_spec(first) if first else None
        for name in rest:
            spec = PathFinder.find_spec(name, spec.submodule_search_locations or []) if spec else None
    except (ImportError, ValueError):
        return None
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return Path(folders[0]) if folders else None


def _recorded(old: Record, project: Path, top: Path) -> tuple[Found | None, str]:
    """The standard where a project's own came from; None, and why, if it can't be had."""
    if package := old.origin.get("package"):
        from packaging.utils import canonicalize_name

        entry = _installed().get(old.origin.get("entry", ""))
        if entry is None or (entry.dist and canonicalize_name(entry.dist.name) != canonicalize_name(package)):
            return None, f"{package} isn't installed beside layerwright"
        return _of_package(entry), ""
    if path := old.origin.get("path"):
        folder = (project / path).resolve()
        if not folder.is_relative_to(top.resolve()):
            return None, f"{shown(path)} isn't in its repository"
        if not (folder / FILE).is_file():
            return None, f"{shown(path)} isn't there"
        return read_at(folder / FILE, f"{path}/{FILE}"), ""
    return None, "it came from elsewhere (--standard says where a newer one is)"


def later(old: Record, project: Path) -> tuple[Found | None, str]:
    """The standard where a project's own came from, as it is there now; None, and why, if it can't be had."""
    try:
        return _recorded(old, project, _top(project) or project)
    except (AnswersError, OSError) as error:
        return None, str(error)


def _relative(folder: Path, project: Path) -> dict[str, str]:
    """The way from a project to a standard in the same repository, nothing for one elsewhere."""
    top = _top(folder)
    if top is None or top != _top(project) or not (folder / FILE).is_file():
        return {}
    return {"path": Path(os.path.relpath(folder, project.resolve())).as_posix()}


def _top(folder: Path) -> Path | None:
    return next((each for each in (folder.resolve(), *folder.resolve().parents) if (each / ".git").exists()), None)
