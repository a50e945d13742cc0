"""The command that gives the same answers, and no more of them than it has to."""

from __future__ import annotations

import shlex
from typing import Any

import yaml

from ..answers import KEYS, MERGED, Answers
from ..presets import BLANK, preset_answers
from ..questions import ADVANCED, PRESET, difference, effective, questions, said_parts


def shortest(said: Answers, folder: str) -> Answers:
    """The answers that have to be given: those that are others than the preset's, or than the default."""
    preset = said.get(PRESET) or BLANK
    given: Answers = {PRESET: preset} if preset != BLANK else {}
    for key in (each.key for each in questions()):
        if key in (PRESET, ADVANCED) or key not in said:
            continue
        if key in MERGED:
            whole = said_parts(effective({PRESET: preset, key: said[key]})[key])
            part = difference(preset_answers(preset).get(key) or {}, whole)
            given |= {key: part} if part else {}
        elif said[key] != _default(key, given, folder):
            given[key] = said[key]
    return given


def _default(key: str, given: Answers, folder: str) -> Any:
    """What an answer is if it isn't given."""
    question = next(each for each in questions() if each.key == key)
    if key in ("inputs", "outputs"):
        return effective(given).get(key, KEYS[key].default)
    return question.value({**given, "_folder_name": folder, "project_name": given.get("project_name", folder)})


def words(destination: str, given: Answers) -> list[str]:
    """The command as words."""
    said = ["layerwright", "new", destination]
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
    return (
        yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
        .strip()
        .removesuffix("...")
        .strip()
    )
