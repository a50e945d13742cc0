"""`new`: a project from answers; `presets`: those to start from."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..answers import Answers, normalised
from ..explain import explanation
from ..faults import NoTerminal
from ..plan import Plan, design
from ..presets import all_presets
from ..problems import AnswersError, Problem
from .giving import check, effective, gather
from .manner import manner
from .options import FORMAT, STANDARD, check_asking, has_terminal, sources
from .saying import aside, say, steps_shown

if TYPE_CHECKING:
    from ..standards import Keeping

REQUIRED = {"inputs": "photo: image 64x64x3", "outputs": "price: regression"}
"""Answers that have no default, each with one that it may be."""


@click.command()
@click.argument("destination", type=click.Path(path_type=Path))
@sources
@click.option("--ask", is_flag=True, help="Ask in a terminal, even if inputs and outputs are answered.")
@STANDARD
@FORMAT
def new(
    destination: Path,
    preset: str | None,
    file: Path | None,
    pairs: tuple[str, ...],
    defaults: bool,
    ask: bool,
    standard: str | None,
    form: str,
) -> None:
    """Writes a project to the folder DESTINATION, which isn't there yet, or is empty.

    In a terminal it asks for what isn't answered, unless inputs and outputs are.

    \b
    layerwright new plant --preset power-plant
    layerwright new plant --preset power-plant --ask
    layerwright new houses --data 'inputs=photo: image 64x64x3' --data 'outputs=price: regression'
    """  # noqa: D301 (click takes the character \b, alone on a line, for: leave these lines as they are)
    from ..standards import Keeping, find
    from ..template import check_destination, create

    typed, destination = str(destination), Path(os.path.abspath(destination))
    check_destination(destination)
    keeping = Keeping(find(standard))
    given = gather(preset, file, pairs)
    answers = keeping.over_defaults(effective(given))
    if ask:
        check_asking(defaults=defaults)
    terminal = has_terminal()
    ask = ask or (terminal and not defaults and not REQUIRED.keys() <= answers.keys())
    settled = keeping.settled(given, answers, manner().sources.file, asking=ask)
    try:
        check(answers | settled.answers, destination.name, asking=ask)
    except AnswersError as error:
        raise AnswersError([*error.problems, *unasked(typed, answers, terminal or defaults)]) from error
    lines = keeping.lines(settled)[: 1 if ask else None]  # what is fixed, prompts say by themselves
    for line in lines if form == "text" else ():
        aside(line)
    again = ""
    if ask:
        # Of the training only parts are settled: the rest of it is still to be asked.
        known = {key: value for key, value in settled.answers.items() if key != "training" or key in given}
        given, again = asked(destination, typed, given | known, keeping, standard or "")
    else:
        given |= settled.answers
    with steps_shown():
        create(destination, normalised(given) | keeping.data, finish=keeping.finish(destination))
    if ask:
        from .. import asking

        asking.forget(destination)
    if form == "json":
        plan = design(keeping.over_defaults(effective(given)), destination.name)
        say(json.dumps(as_data(destination, plan, lines), indent=2))
        return
    aside("\n  ".join([f"Wrote {destination}\n\n{again}Next:", *following(destination)]))


def following(project: Path) -> list[str]:
    """What to type next, in the shell that the system has. On Windows it may be one that knows neither && nor '."""
    if os.name == "nt":
        install = ["python -m venv .venv", r".venv\Scripts\activate", 'pip install -e ".[test]"', "python -m pytest"]
        return [f'cd "{project}"', *install]
    return [
        f"cd {shlex.quote(str(project))}",
        "python -m venv .venv && . .venv/bin/activate",
        "pip install -e '.[test]' && python -m pytest",
    ]


def as_data(project: Path, plan: Plan, lines: Sequence[str]) -> dict[str, Any]:
    """What has been made, as plain data; `lines` are what an organisation's standard has to do with it."""
    return {
        "project": str(project),
        "package": plan.spec.package,
        **{key: value for key, value in explanation(plan).items() if key in ("template", "reasons", "parameters")},
        "files": sorted(each.relative_to(project).as_posix() for each in project.rglob("*") if each.is_file()),
        "standard": list(lines),
    }


def unasked(typed: str, answers: Answers, is_meant: bool) -> list[Problem]:
    """Says where it isn't meant that nobody is asked: what would be asked in a terminal, and how it's given without."""
    missing = [key for key in REQUIRED if key not in answers]
    if is_meant or not missing:
        return []
    pairs = " ".join(f"--data {shlex.quote(f'{key}={REQUIRED[key]}')}" for key in missing)
    mend = f"run it in one; or say the answers, as layerwright new {shlex.quote(typed)} {pairs}"
    return [Problem("new", NoTerminal, "there is no terminal to ask in", mend)]


def asked(destination: Path, typed: str, given: Answers, keeping: Keeping, named: str) -> tuple[Answers, str]:
    """What a user answers in this terminal, and the command that gives the same answers, to be printed."""
    from .. import asking

    standard = asking.Standard(named=named)
    if keeping.found:
        standard = asking.shown(keeping.found.standard, keeping.data, named, tuple(keeping.files))
    try:
        answers = asking.answered(destination, typed, normalised(given), standard)
    except (asking.Stopped, KeyboardInterrupt) as stopped:
        more = ["your answers are kept: the same command goes on with them"] if asking.kept(destination) else []
        raise KeyboardInterrupt(*more) from stopped
    again = shlex.join(asking.words(typed, answers, standard))
    answers |= keeping.settled(answers, keeping.over_defaults(effective(answers)), None, asking=False).answers
    return answers, f"The same without questions:\n  {again}\n\n"


@click.command()
@FORMAT
def presets(form: str) -> None:
    """Lists the presets, each with what it shows.

    \b
    layerwright presets
    layerwright presets --format json
    """  # noqa: D301
    rows = [{"name": name, "about": each.about} for name, each in all_presets().items()]
    if form == "json":
        say(json.dumps(rows, indent=2))
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        say(f"{row['name']:<{width}}  {row['about']}")
