"""The command that gives the same answers, and no more of them than it has to."""

from __future__ import annotations

import shlex
from typing import Any

from ..answers import KEYS, MERGED, Answers
from ..answers.sources import flow
from ..presets import BLANK
from ..questions import ADVANCED, PRESET, difference, effective, questions, said_parts
from .standard import Standard


def shortest(said: Answers, folder: str, standard: Standard | None = None) -> Answers:
    """The answers that have to be given: those that are others than the preset's, or than the default.

    With a standard, that is the default that it makes of it.
    """
    standard = standard or Standard()
    preset = said.get(PRESET) or BLANK
    asked = [each.key for each in questions()]
    given: Answers = {PRESET: preset} if preset != BLANK else {}
    given |= {key: value for key, value in said.items() if key in KEYS and key not in asked}
    for key in asked:
        if key in (PRESET, ADVANCED) or key not in said:
            continue
        if key in MERGED:
            whole = said_parts(effective({PRESET: preset, key: said[key]}, standard.kept)[key])
            part = difference(effective({PRESET: preset}, standard.kept).get(key) or {}, whole)
            given |= {key: part} if part else {}
        elif said[key] != _default(key, given, folder, standard):
            given[key] = said[key]
    return given


def _default(key: str, given: Answers, folder: str, standard: Standard) -> Any:
    """What an answer is if it isn't given."""
    question = next(each for each in questions() if each.key == key)
    if key in ("inputs", "outputs"):
        return effective(given).get(key, KEYS[key].default)
    named = {"_folder_name": folder, "project_name": given.get("project_name", folder)}
    return question.value({**standard.data, **given, **named})


def words(destination: str, given: Answers, standard: Standard | None = None) -> list[str]:
    """The command as words."""
    said = ["layerwright", "new", destination]
    said += ["--standard", standard.named] if standard and standard.named else []
    for key, value in given.items():
        said += ["--preset", value] if key == PRESET else ["--data", f"{key}={_text(key, value)}"]
    return said


def spelled(said: list[str]) -> str:
    """A command as it's typed in a shell."""
    return shlex.join(said)


def _text(key: str, value: Any) -> str:
    """A value as `--data` takes it."""
    if KEYS[key].type != "yaml":
        return str(value)
    return flow(value)
