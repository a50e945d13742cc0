"""What is done with projects that are there: `update`, `undo`, `add`, `remove`, `check`, `weights`."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..faults import BadOption, NoEnvironment
from ..problems import AnswersError, Problem
from . import completing
from .giving import gather
from .options import DRY, END, FORMAT, FROM, PATH, STANDARD, check_asking, counted, form
from .saying import progress, say, steps_shown

if TYPE_CHECKING:
    from ..update import Request


@click.command("update")
@PATH
@click.option(
    "--data",
    "pairs",
    metavar="KEY=VALUE",
    multiple=True,
    help="Another answer; may be given again.",
    shell_complete=completing.answers,
)
@click.option("--answers", "file", metavar="FILE.yml", type=click.Path(path_type=Path), help="A file with answers.")
@click.option("--to", metavar="VERSION", help="The version to update to; the newest, if it isn't said.")
@click.option("--ask", is_flag=True, help="Ask all questions again, in a terminal.")
@click.option("--defaults", is_flag=True, help="Ask nothing. It's so anyway, unless --ask says otherwise.")
@DRY
@FROM
@STANDARD
@FORMAT
def update_project(
    path: Path,
    pairs: tuple[str, ...],
    file: Path | None,
    to: str | None,
    ask: bool,
    defaults: bool,
    dry_run: bool,
    source: str | None,
    standard: str | None,
    form: str,
) -> None:
    """Brings the project in PATH to the newest version, or to other answers, with your edits kept.

    Its tree has to be clean. Where you and the update changed the same lines, the file holds both: exit code 1.

    \b
    layerwright update
    layerwright update --data branching=residual --dry-run
    """  # noqa: D301
    from .. import update

    if ask:
        check_asking(defaults=defaults)
    given = gather(None, file, pairs)
    request = update.Request(given=lambda _: given, to=to, source=source, standard=standard, ask=ask, dry=dry_run)
    updated(path, request, form)


@click.command()
@END
@click.argument("entry", metavar="'NAME: KIND …'")
@PATH
@DRY
@FROM
@FORMAT
def add(end: str, entry: str, path: Path, dry_run: bool, source: str | None, form: str) -> None:
    """Gives the project in PATH one more input or output, at the version that it has.

    \b
    layerwright add input 'meta: numeric 12'
    layerwright add output 'price: regression * 0.5'
    """  # noqa: D301
    from .. import update

    given = partial(update.added, key=f"{end}s", entry=entry)
    updated(path, update.Request(given=given, stay=True, source=source, dry=dry_run), form)


@click.command()
@END
@click.argument("name")
@PATH
@DRY
@FROM
@FORMAT
def remove(end: str, name: str, path: Path, dry_run: bool, source: str | None, form: str) -> None:
    """Takes an input or output from the project in PATH, and what the answers say of it, at the version that it has.

    \b
    layerwright remove input facts --dry-run
    layerwright remove output sold
    """  # noqa: D301
    from .. import update

    given = partial(update.removed, key=f"{end}s", name=name)
    updated(path, update.Request(given=given, stay=True, source=source, dry=dry_run), form)


@click.command()
@PATH
@click.option("--force", is_flag=True, help="Even if files were edited since: a patch of them is kept.")
@FORMAT
def undo(path: Path, force: bool, form: str) -> None:
    """Takes the last update of the project in PATH back, until the next commit.

    \b
    layerwright undo
    layerwright undo houses --force --format json
    """  # noqa: D301
    from .. import update

    undone = update.undo(path, force=force)
    say(json.dumps(update.as_data(undone), indent=2) if form == "json" else update.as_text(undone))


def updated(path: Path, request: Request, form: str) -> None:
    """Updates, says what came of it, and exits with 1 if there are conflicts."""
    from .. import update

    with nullcontext() if request.ask else steps_shown():  # questions have the terminal to themselves
        outcome = update.update(path, request)
    say(json.dumps(update.as_data(outcome), indent=2) if form == "json" else update.as_text(outcome))
    if outcome.conflicts:
        sys.exit(1)


@click.command(name="check")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@form("sarif", "junit", says="For whom, or for what, to write.")
@click.option("--jobs", metavar="N", callback=counted, help="How many at once.  [default: the processors]")
@click.option("--no-model", is_flag=True, help="Build no network: run none of the projects' code.")
@click.option("--python", type=click.Path(path_type=Path), help="The interpreter that has Keras; else PROJECT/.venv.")
@click.option("--select", metavar="RULE", multiple=True, help="Only these rules: LW301, or LW3 for all that begin so.")
@click.option("--ignore", metavar="RULE", multiple=True, help="Not these rules.")
@click.option("--strict", is_flag=True, help="Count warnings as errors, and what could not be looked at.")
@STANDARD
def check_projects(
    paths: tuple[Path, ...],
    form: str,
    jobs: int | None,
    no_model: bool,
    python: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    standard: str | None,
) -> None:
    """Compares projects with their answers: version, files, and the network that they build.

    PATH is a project, something in one, or a folder with projects. Building a network runs the project's code, in its
    own environment; --no-model leaves that out. Exit code 1: something was found. Rules: docs/rules.md.

    \b
    layerwright check .
    layerwright check projects/ --no-model --format sarif > layerwright.sarif
    """  # noqa: D301
    from .. import checking
    from ..standards import find

    folders = list(dict.fromkeys(each for path in paths for each in checking.located(path)))
    wrong = [*checking.unplaced(paths), *checking.unmeant((*select, *ignore))]
    if python is not None and not python.exists():
        wrong.append(
            Problem(
                "--python", NoEnvironment, f"{python} isn't there", "name the interpreter of an environment with Keras"
            )
        )
    if wrong:
        raise AnswersError(wrong)
    put_right(*folders)
    measure = find(standard, installed=False)
    options = checking.Options(select, ignore, not no_model, python, jobs or checking.processors(), measure)
    results = checking.check(folders, options, progress)
    say(checking.FORMATS[form](results, strict))
    sys.exit(checking.exit_code(results, strict=strict))


@click.command()
@click.argument("old", metavar="OLD.keras", type=click.Path(path_type=Path))
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--to", metavar="NEW.keras", type=click.Path(path_type=Path), help="[default: PROJECT/carried.keras]")
@click.option("--rename", "pairs", metavar="OLD=NEW", multiple=True, help="A layer's new name; may be given again.")
@click.option("--python", type=click.Path(path_type=Path), help="The interpreter that has Keras; else PROJECT/.venv.")
@FORMAT
def weights(old: Path, project: Path, to: Path | None, pairs: tuple[str, ...], python: Path | None, form: str) -> None:
    """Carries what a saved network has learned over into the network that PROJECT has now.

    A layer keeps its weights if its name, its class and all shapes are the same, in nested models and in shared layers
    too. It says what was kept, what is new, what was dropped, and how training begins with the file.

    \b
    layerwright weights runs/first/model.keras .
    """  # noqa: D301
    from ..weights import carry, report

    put_right(project)
    renamed = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len({*renamed.values()}) < len(pairs):
        raise AnswersError([Problem("--rename", BadOption, "one has no =, or is there twice", "write OLD=NEW")])
    with steps_shown():
        carried = carry(old, project, to, renamed, python)
    say(report.as_json(carried) if form == "json" else report.as_text(carried))


def put_right(*folders: Path) -> None:
    """Takes back updates that were cut off, and says so: what they left is no project to look at."""
    from ..update import recover

    for folder in folders:
        for line in recover(folder):
            say(f"{folder}: {line}", err=True)
