"""The answers of a command: from options, files, projects and presets."""

from __future__ import annotations

import os
from pathlib import Path

from ..answers import Answers, combine, load_pairs
from ..answers.sources import load_text, read_text
from ..faults import NoProject
from ..places import ANSWERS_FILE
from ..plan import design
from ..presets import BLANK, all_presets, preset_answers
from ..problems import AnswersError, Problem
from .manner import manner


def gather(preset: str | None, file: Path | None, pairs: tuple[str, ...]) -> Answers:
    """The answers of file and pairs, `preset` among them if the option or they name one."""
    given = combine(from_file(file) if file else {}, from_pairs(pairs))
    return given if preset is None else given | {"preset": preset}


def from_file(path: Path) -> Answers:
    """The answers of a file. What is wrong with them is shown in its lines."""
    text = read_text(path)  # once: a pipe gives it once
    manner().sources.add_file(path.name, text)
    return load_text(text, path.name)


def from_pairs(pairs: tuple[str, ...]) -> Answers:
    """The answers of KEY=VALUE texts. What is wrong with them is shown there."""
    for pair in pairs:
        manner().sources.add_pair(pair)
    return load_pairs(pairs)


def effective(given: Answers) -> Answers:
    """The answers with the preset's under them."""
    said = {key: value for key, value in given.items() if key != "preset"}
    return combine(preset_answers(given.get("preset", BLANK)), said)


def check(answers: Answers, folder: str, *, asking: bool) -> None:
    """Raises AnswersError for answers that can't become a project; if `asking`, only for what is answered already."""
    try:
        design(answers, folder)
    except AnswersError as error:
        if found := [each for each in error.problems if not asking or each.key in answers]:
            raise AnswersError(found) from error


def answers_at(place: str) -> Answers:
    """The answers of a project's folder, of a file, or of the preset of that name."""
    path = Path(place)
    if path.is_dir() and (_is_project(path) or place not in all_presets()):
        return load_project(path)
    if path.is_file() or path.suffix or os.sep in place:
        return from_file(path)
    return {"preset": place}


def _is_project(folder: Path) -> bool:
    return (folder / ANSWERS_FILE).is_file()


def load_project(folder: Path) -> Answers:
    """The answers that a project remembers. Raises AnswersError if there is none in that folder."""
    if not _is_project(folder):
        what, mend = f"no project is here: {ANSWERS_FILE} isn't there", "name a folder that layerwright has made"
        if str(folder) in all_presets():
            mend = f"for the preset of that name: --preset {folder}"
        raise AnswersError([Problem(str(folder), NoProject, what, mend)])
    return from_file(folder / ANSWERS_FILE)
