"""The corpora of what can be wrong, with what is said of each, codes and all, as `make regenerate` writes it.

errors.yml has answers, commands.yml commands and the folders in which they are run.
"""

from __future__ import annotations

import copy
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import click
import yaml

from layerwright.answers import Answers
from layerwright.cli import main
from layerwright.cli.manner import Manner
from layerwright.cli.running import problems_of as found_by
from layerwright.cli.running import told
from layerwright.marking import Sources
from layerwright.plan import design
from layerwright.problems import AnswersError, Problem
from layerwright.update.journal import done
from layerwright.update.project import Project

ANSWERS = Path(__file__).parent / "errors.yml"
COMMANDS = Path(__file__).parent / "commands.yml"

SAYS = re.compile(r"(?<=^  says: \|\n)(?:(?:    .*)?\n)*?(?=\n- case|\n# --|\Z)", re.MULTILINE)
"""What is said of a case, as it stands in the file."""

STANDS_FOR = {"NESTED": 40, "LONG": 10_001}
"""What would fill the page: groups in groups, a long text."""


def cases() -> list[dict[str, Any]]:
    """All cases: a name, answers, what is said; `by_hand` mends where the mend that is said leaves a choice."""
    found: list[dict[str, Any]] = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))
    for each in found:
        answers = each["answers"]
        if answers.get("layers", {}) == {"body": "NESTED"}:
            answers["layers"] = {"body": _nested(STANDS_FOR["NESTED"])}
        if answers.get("description") == "LONG":
            answers["description"] = "a" * STANDS_FOR["LONG"]
    return found


def _nested(depth: int) -> list[Any]:
    return [{"residual": _nested(depth - 1)}] if depth else ["dense 4"]


def problems_of(answers: Answers) -> Sequence[Problem]:
    """What is wrong with answers, in which something has to be wrong."""
    before = copy.deepcopy(answers)
    try:
        design(answers)
    except AnswersError as error:
        assert answers == before, "what is refused is left as it is"
        return error.problems
    raise AssertionError("nothing is wrong with these answers")


def said(answers: Answers) -> str:
    """All that is said of answers."""
    return "\n".join(map(str, problems_of(answers)))


def commands() -> list[dict[str, Any]]:
    """All commands: a name, what lies in the folder, what is run there, what is said."""
    found: list[dict[str, Any]] = yaml.safe_load(COMMANDS.read_text(encoding="utf-8"))
    return found


def printed(case: Mapping[str, Any]) -> str:
    """What a command prints that can't be done, in a folder of its own: paths are said from there."""
    with tempfile.TemporaryDirectory() as name, chdir(name):
        folder = Path(name).resolve()
        _lay(folder, case)
        with _without(case.get("without", "")), mock.patch("sys.stdin", io.StringIO()):
            return _run(shlex.split(case["run"])).replace(f"{folder}/", "").replace(str(folder), ".")


def _lay(folder: Path, case: Mapping[str, Any]) -> None:
    """Makes what the command finds."""
    _write(folder, case.get("files", {}))
    for name in case.get("git", ()):
        git(folder / name, "init", "--quiet")
        git(folder / name, "add", "--all")
        git(folder / name, "commit", "--quiet", "--message", "As it was made")
        for tag in case.get("tags", {}).get(name, ()):
            git(folder / name, "tag", tag)
    for name, journal in case.get("journal", {}).items():
        place = done(Project.at(folder / name))
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(journal), encoding="utf-8")
    _write(folder, case.get("later", {}))


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def git(folder: Path, *arguments: str) -> None:
    """Runs git, as somebody."""
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@contextmanager
def _without(program: str) -> Iterator[None]:
    """Hides a program, or a module, as if it weren't installed."""
    path = {"PATH": ""} if program == "git" else {}
    module = {program: None} if program and program != "git" else {}
    with (
        mock.patch.dict(os.environ, path),
        mock.patch.dict(sys.modules, module),
        mock.patch("sys.stdin", io.StringIO()),
    ):
        yield


def _run(arguments: Sequence[str]) -> str:
    manner = Manner(Sources(words=tuple(arguments)))
    try:
        main.main(list(arguments), "layerwright", standalone_mode=False, obj=manner)
    except (AnswersError, click.UsageError) as error:
        return f"layerwright: {told(found_by(error, arguments), manner)}"
    raise AssertionError(f"nothing is wrong with {shlex.join(arguments)}")


def regenerate() -> None:
    """Writes what is said now into both."""
    _rewrite(ANSWERS, [said(each["answers"]) for each in cases()])
    _rewrite(COMMANDS, [printed(each) for each in commands()])


def _rewrite(page: Path, texts: Sequence[str]) -> None:
    blocks = iter(["".join(f"    {line}".rstrip() + "\n" for line in text.split("\n")) for text in texts])
    page.write_text(SAYS.sub(lambda _: next(blocks), page.read_text(encoding="utf-8")), encoding="utf-8")
