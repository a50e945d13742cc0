"""Writes a project: Copier does, or `direct`, which makes the same. The project appears whole, or not at all.

It's made in a hidden folder beside the destination (or in it, if it's there and empty), on the same file system,
under the destination's own name, since its questions use that. Only when it's done does the result move to its place.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import scratch
from .answers import Answers
from .faults import AnswerNotTaken, DestinationTaken
from .places import ANSWERS_FILE, is_checkout, template_root
from .problems import AnswersError, Problem, from_data
from .stopping import come_too_late, held

if TYPE_CHECKING:
    from .plan import Plan

LOG = logging.getLogger(__name__)

LONGEST_NAME = 255
"""Longest name that file systems take, in bytes."""


def check_destination(destination: Path) -> None:
    """Raises AnswersError if something is in the way of a new project. What one that was killed has left isn't."""
    try:
        obstacle = _in_its_name(destination) or _in_the_way(destination)
    except OSError as error:
        obstacle = f"{destination} can't be made: {error.strerror}"
    if obstacle:
        raise AnswersError(
            [Problem("destination", DestinationTaken, obstacle, "name a folder that isn't there yet, or is empty")]
        )


def _in_its_name(destination: Path) -> str | None:
    if destination.name in ("", ".."):
        return f"{destination} is no folder that can be made"
    if any(len(os.fsencode(part)) > LONGEST_NAME for part in destination.parts):
        return f"the name of a folder has more than {LONGEST_NAME} bytes"
    if any(part.lower() == ".git" for part in destination.parts):
        return f"{destination} lies in git's own folder, where files are commands"
    return None


def _in_the_way(destination: Path) -> str | None:
    for each in (destination, *destination.parents):
        if each.is_symlink() and not each.exists():
            return f"{each} is a link to nothing"
        if each.exists() and not each.is_dir():
            return f"{each} is there, and isn't a folder"
    for place in (_nearest(destination), _nearest(destination.parent), Path(tempfile.gettempdir())):
        scratch.sweep(place)
    if destination.is_dir() and any(destination.iterdir()):
        return f"{destination} is there, and isn't empty"
    return None


def create(destination: Path, answers: Answers, *, finish: Callable[[Path], None] = lambda project: None) -> None:
    """Writes a new project. `finish` may add to it before it comes to its place.

    `answers` are as Copier takes them, `preset` among them; what isn't there has its default.
    Raises AnswersError for a destination in use or for answers that can't become a project, OSError if the
    project can't be written, and KeyboardInterrupt if the user stops; none of them leaves anything behind.
    """
    check_destination(destination)
    into_folder = destination.is_dir()
    LOG.info("rendering %s", destination.name)
    LOG.debug("the project is made beside %s, and moved there when it's whole", destination)
    with _staging(destination) as staged:
        _make(staged, answers)
        finish(staged)
        with held():
            if into_folder:
                ready = staged.parent.with_name(scratch.READY)
                os.replace(staged.parent, ready)
                _move_content(ready / staged.name, destination)
            else:
                check_destination(destination)
                destination.parent.mkdir(parents=True, exist_ok=True)
                os.replace(staged, destination)
            come_too_late()


def _make(project: Path, answers: Answers) -> None:
    """Writes a project to a folder that isn't there yet.

    Of a checkout, Copier knows which state of it that is, and what of it isn't committed. Of an installed package there
    is nothing to know, and the same is written without Copier, whose import alone takes longer than all else.
    """
    if is_checkout():
        with _scratch():
            _copy(project, answers)
        return
    from .direct import write
    from .store import kept

    LOG.info("%s is rendered into %s", template_root(), project)
    with kept() as store:
        write(project, answers, store)


@contextmanager
def _staging(destination: Path) -> Iterator[Path]:
    """A place for the project while it's made, on the destination's file system. Removed in the end."""
    ancestor = _nearest(destination)
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch.own(ancestor, hidden=True))
        except OSError as error:
            what = f"{ancestor} can't be written to: {error.strerror}"
            raise AnswersError(
                [Problem("destination", DestinationTaken, what, "name a folder in a place that can")]
            ) from error
        (folder / "made").mkdir()
        yield folder / "made" / destination.name


def _nearest(destination: Path) -> Path:
    """The folder that is there, of a destination and those that it lies in."""
    return next(each for each in (destination, *destination.parents) if each.exists())


@contextmanager
def _scratch() -> Iterator[None]:
    """A place of its own for temporary files: where Copier is stopped, it leaves its clone of the template behind."""
    before = tempfile.tempdir
    with scratch.own() as folder:
        tempfile.tempdir = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = before


def _move_content(source: Path, target: Path) -> None:
    """Moves all that is in a folder into an empty one, which stays the folder that it is: a shell may stand in it."""
    moved: list[str] = []
    try:
        for each in list(source.iterdir()):
            if (target / each.name).exists():
                raise FileExistsError(errno.EEXIST, "it has come to be there meanwhile", str(target / each.name))
            moved.append(each.name)
            os.replace(each, target / each.name)
    except BaseException:
        for name in moved:
            if not (source / name).exists():
                os.replace(target / name, source / name)
        raise


def listed(plan: Plan) -> list[str]:
    """The files that a new project of a plan has, as Copier would write them, without writing them."""
    from jinja2 import Environment

    from .context import context

    folder, environment = template_root() / "templates" / "project", Environment()  # noqa: S701 (paths, no HTML)
    known = {
        "project": context(plan),
        "package": plan.spec.package,
        "_copier_conf": {"answers_file": ANSWERS_FILE},
    }
    paths = (path.relative_to(folder) for path in sorted(folder.rglob("*.jinja")))
    parts = (
        [environment.from_string(part.removesuffix(".jinja")).render(known) for part in path.parts] for path in paths
    )
    return sorted("/".join(each) for each in parts if all(each))


def render(destination: Path, answers: Answers, source: str, ref: str) -> None:
    """Writes the project as a release of the template at `source` makes it, which is trusted: into a scratch folder.

    Whatever Copier can't do raises: an address that isn't reached, a release that isn't there.
    """
    with _scratch():
        _copy(destination, answers, source=source, ref=ref)


def _copy(destination: Path, answers: Answers, *, source: str = "", ref: str = "") -> None:
    import copier  # takes half a second: only what needs it pays for it

    root = source or str(template_root())
    LOG.debug("Copier renders %s%s into %s", root, f", {ref}" if ref else "", destination)
    try:
        with warnings.catch_warnings():
            # In a checkout, changes that aren't committed are part of the template. That is what its developer wants.
            warnings.simplefilter("ignore")
            copier.run_copy(
                root,
                destination,
                data=answers,
                defaults=True,
                vcs_ref=ref or ("HEAD" if is_checkout() else None),
                settings=copier.Settings(trust=[root]),
                quiet=True,
            )
    except (copier.errors.UserMessageError, ValueError) as error:
        if (found := refusal(error)) is None:
            raise
        raise found from error


def refusal(error: Exception) -> AnswersError | None:
    """What a template that Copier renders says against the answers, None if the error is another one."""
    import copier

    if isinstance(error, copier.errors.UserMessageError):
        # The template's own generator refuses: another module than this one, so its problems come as plain dicts.
        problems = getattr(error, "problems", None)
        return None if problems is None else AnswersError(map(from_data, problems))
    # A default that doesn't fit what was typed, as a preset's layers for another input.
    if (found := re.fullmatch(r"Validation error for question '(\w+)': (.+)", str(error))) is None:
        return None
    return AnswersError(
        [Problem(found[1], AnswerNotTaken, found[2], f"start again, and say it too, with --data '{found[1]}=…'")]
    )
