"""What was answered so far, kept until the project is there: for a run that is broken off.

A file for each destination, in the user's own folder for such things. It holds answers, and the destination that they
are for; anything else that it may hold isn't taken.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import platformdirs
import yaml

from ..answers import KEYS, Answers, load_file
from ..problems import AnswersError
from ..questions import ADVANCED, PRESET

DESTINATION = "destination"


def place(destination: Path) -> Path:
    """Where the answers for a destination are kept."""
    name = hashlib.sha256(os.fsencode(destination)).hexdigest()[:24]
    return Path(platformdirs.user_state_dir("layerwright", appauthor=False)) / "unfinished" / f"{name}.yml"


def keep(destination: Path, said: Answers) -> None:
    """Keeps answers, in one step. Where that can't be, they aren't kept: it's no reason to stop asking."""
    path = place(destination)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            yaml.safe_dump({DESTINATION: str(destination), **said}, file, allow_unicode=True, sort_keys=False)
        os.replace(file.name, path)
    except OSError:
        return


def kept(destination: Path) -> Answers | None:
    """The answers that were kept for a destination, none if there are none, and None if they can't be read."""
    path = place(destination)
    if not path.is_file():
        return {}
    try:
        found = load_file(path)
    except AnswersError:
        return None
    if found.pop(DESTINATION, None) != str(destination):
        return None
    known = {*KEYS, PRESET, ADVANCED}
    return {key: value for key, value in found.items() if key in known}


def forget(destination: Path) -> None:
    """Lets go of the answers for a destination."""
    try:
        place(destination).unlink(missing_ok=True)
    except OSError:
        return
