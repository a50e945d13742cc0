"""Has Copier write a project. The project appears whole, or not at all.

Copier works in a hidden folder beside the destination, on the same file system, under the destination's own name,
since its questions use that. Only when it's done does the result move to its place, in one step.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .answers import Answers
from .places import is_checkout, template_root
from .problems import AnswersError, Problem


def check_destination(destination: Path) -> None:
    """Raises AnswersError if something is there that a new project would overwrite."""
    if not destination.name:
        problem = Problem("destination", f"{destination} is no folder that can be made", "give the folder a name")
        raise AnswersError([problem])
    if destination.is_symlink() or (destination.exists() and not destination.is_dir()):
        problem = Problem(
            "destination", f"{destination} is there, and isn't a folder", "name a folder that isn't there yet"
        )
        raise AnswersError([problem])
    if destination.is_dir() and any(destination.iterdir()):
        problem = Problem(
            "destination", f"{destination} is there, and isn't empty", "name a folder that isn't there yet"
        )
        raise AnswersError([problem])


def create(destination: Path, answers: Answers, *, ask: bool) -> None:
    """Writes a new project.

    `answers` are as Copier takes them, `preset` among them; what isn't there is asked if `ask`, and has its default
    else. Raises AnswersError for a destination in use or for answers that can't become a project, OSError if the
    project can't be written, and KeyboardInterrupt if the user stops; none of them leaves anything behind.
    """
    check_destination(destination)
    with _staging(destination) as staged:
        _copy(staged, answers, ask=ask)
        destination.parent.mkdir(parents=True, exist_ok=True)
        if destination.is_dir():
            destination.rmdir()
        os.replace(staged, destination)


@contextmanager
def _staging(destination: Path) -> Iterator[Path]:
    """A place for the project while it's made, on the destination's file system. Removed in the end."""
    ancestor = next(parent for parent in destination.parents if parent.exists())
    folder = Path(tempfile.mkdtemp(prefix=".layerwright-", dir=ancestor))
    try:
        yield folder / destination.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(destination: Path, answers: Answers, *, ask: bool) -> None:
    import copier  # takes half a second: only what writes a project pays for it

    root = str(template_root())
    try:
        with warnings.catch_warnings():
            # In a checkout, changes that aren't committed are part of the template. That is what its developer wants.
            warnings.simplefilter("ignore")
            copier.run_copy(
                root,
                destination,
                data=answers,
                defaults=not ask,
                vcs_ref="HEAD" if is_checkout() else None,
                settings=copier.Settings(trust=[root]),
                quiet=True,
            )
    except copier.errors.UserMessageError as error:
        # The template's own generator refuses: another module than this one, so its problems come as plain dicts.
        if (found := getattr(error, "problems", None)) is None:
            raise
        raise AnswersError([Problem(**each) for each in found]) from error
