"""The command line: `new`, `explain`, `diff`, `presets`; and what is done with projects, from `update` to `weights`.

Exit codes: 0 done; 2 the answers, the arguments or the project's state are wrong; 1 anything else, conflicts and what
`check` finds too.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from . import __version__
from .answers import KEYS, Answers, combine, load_file, load_pairs, normalised
from .explain import explanation, text
from .marking import Sources, marked
from .places import ANSWERS_FILE
from .plan import Plan, design
from .presets import BLANK, all_presets, preset_answers
from .problems import AnswersError, Problem, plain

if TYPE_CHECKING:
    from .standards import Keeping
    from .update import Request

REQUIRED = {"inputs": "photo: image 64x64x3", "outputs": "price: regression"}
"""Answers that have no default, each with one that it may be."""

NO_TERMINAL = "--ask needs a terminal, and no --defaults"

PATIENCE = 5.0
"""Seconds in which a git that's going on may end, when the command is stopped."""

F = TypeVar("F", bound=Callable[..., Any])

FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For whom to write.",
)


def sources(command: F) -> F:
    """The options that say where answers come from. Later ones win over earlier: preset, file, data."""
    for option in (
        click.option("--defaults", is_flag=True, help="Ask nothing: take the default for what isn't answered."),
        click.option("--data", "pairs", metavar="KEY=VALUE", multiple=True, help="One answer; may be given again."),
        click.option(
            "--answers", "file", metavar="FILE.yml", type=click.Path(path_type=Path), help="A file with answers."
        ),
        click.option("--preset", metavar="NAME", help="Start from these answers; `layerwright presets` lists them."),
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="layerwright")
def main() -> None:
    """Makes Keras 3 projects from answers about a network's inputs, outputs, branching, sharing and backbone."""


STANDARD = click.option(
    "--standard",
    metavar="STANDARD",
    help="Your organisation's standard: its file or folder, or the name of one that is installed; none for none."
    "  [default: $LAYERWRIGHT_STANDARD; else what is installed, or recorded]",
)


@main.command()
@click.argument("destination", type=click.Path(path_type=Path))
@sources
@click.option("--ask", is_flag=True, help="Ask in a terminal, even if inputs and outputs are answered.")
@STANDARD
def new(
    destination: Path,
    preset: str | None,
    file: Path | None,
    pairs: tuple[str, ...],
    defaults: bool,
    ask: bool,
    standard: str | None,
) -> None:
    """Writes a project to the folder DESTINATION, which isn't there yet, or is empty.

    In a terminal it asks for what isn't answered, unless inputs and outputs are.

    \b
    layerwright new plant --preset power-plant
    layerwright new plant --preset power-plant --ask
    layerwright new houses --data 'inputs=photo: image 64x64x3' --data 'outputs=price: regression'
    """  # noqa: D301 (click takes the character \b, alone on a line, for: leave these lines as they are)
    from .standards import Keeping, find
    from .template import check_destination, create

    typed, destination = str(destination), Path(os.path.abspath(destination))
    check_destination(destination)
    keeping = Keeping(find(standard))
    given = gather(preset, file, pairs)
    answers = effective(given, keeping.defaults)
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if ask and (defaults or not terminal):
        raise click.UsageError(NO_TERMINAL)
    ask = ask or (terminal and not defaults and not REQUIRED.keys() <= answers.keys())
    settled = keeping.settled(given, answers, file, asking=ask)
    try:
        check(answers | settled.answers, destination.name, asking=ask)
    except AnswersError as error:
        raise AnswersError([*error.problems, *unasked(typed, answers, terminal or defaults)]) from error
    for line in keeping.lines(settled)[: 1 if ask else None]:  # what is fixed, prompts say by themselves
        say(line)
    given, again = given | settled.answers, ""
    if ask:
        given, again = asked(destination, typed, given, keeping)
    create(destination, normalised(given) | keeping.data, ask=False, finish=keeping.finish(destination))
    if ask:
        from . import asking

        asking.forget(destination)
    say(
        f"Wrote {destination}\n\n{again}Next:\n  cd {shlex.quote(str(destination))}\n"
        "  python -m venv .venv && . .venv/bin/activate\n  pip install -e '.[test]' && python -m pytest"
    )


def unasked(typed: str, answers: Answers, is_meant: bool) -> list[Problem]:
    """Says where it isn't meant that nobody is asked: what would be asked in a terminal, and how it's given without."""
    missing = [key for key in REQUIRED if key not in answers]
    if is_meant or not missing:
        return []
    pairs = " ".join(f"--data {shlex.quote(f'{key}={REQUIRED[key]}')}" for key in missing)
    mend = f"run it in one; or say the answers, as layerwright new {shlex.quote(typed)} {pairs}"
    return [Problem("new", "there is no terminal to ask in", mend)]


def asked(destination: Path, typed: str, given: Answers, keeping: Keeping) -> tuple[Answers, str]:
    """What a user answers in this terminal, and the command that gives the same answers, to be printed."""
    from . import asking

    standard = asking.shown(keeping.found.standard, given, keeping.data) if keeping.found else None
    try:
        answers = asking.answered(destination, typed, normalised(given), standard)
    except (asking.Stopped, KeyboardInterrupt) as stopped:
        if asking.kept(destination):
            say("Your answers are kept: the same command goes on with them.", err=True)
        raise KeyboardInterrupt from stopped
    answers |= keeping.settled(answers, effective(answers, keeping.defaults), None, asking=False).answers
    return answers, f"The same without questions:\n  {shlex.join(asking.words(typed, answers))}\n\n"


PICTURES = ("mermaid", "dot", "svg", "png", "pdf")

FORM = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", *PICTURES]),
    help="For whom, or for what, to write.  [default: by the name of --output, else text]",
)
OUTPUT = click.option("--output", "-o", metavar="FILE", type=click.Path(path_type=Path), help="Write it to a file.")


@main.command()
@click.argument("project", required=False, type=click.Path(path_type=Path))
@sources
@FORM
@OUTPUT
def explain(
    project: Path | None,
    preset: str | None,
    file: Path | None,
    pairs: tuple[str, ...],
    defaults: bool,
    form: str | None,
    output: Path | None,
) -> None:
    """Shows the network that answers make, or that PROJECT was made with: its layers, and why it is what it is.

    Pictures in svg, png and pdf need Graphviz: pip install 'layerwright[pictures]'.

    \b
    layerwright explain --preset power-plant
    layerwright explain --data 'inputs=x: numeric 8' --data 'outputs=y: binary' --format json
    layerwright explain houses --output network.svg
    """  # noqa: D301
    given = gather(preset, file, pairs)
    if project is not None:
        given = combine(load_project(project), given)
    planned: Plan = design(effective(given))
    form = form_of(form, output)
    if form in PICTURES:
        from . import pictures

        drawing = pictures.drawing(planned)
        content = pictures.mermaid(drawing) if form == "mermaid" else picture(pictures.dot(drawing), form)
    else:
        content = json.dumps(explanation(planned), indent=2) if form == "json" else text(planned)
    write(content, output)


@main.command()
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="[AFTER]", required=False)
@click.option(
    "--data", "pairs", metavar="KEY=VALUE", multiple=True, help="Another answer of AFTER; may be given again."
)
@FORM
@OUTPUT
def diff(before: str, after: str | None, pairs: tuple[str, ...], form: str | None, output: Path | None) -> None:
    """Shows what is different between two networks: layers that are new (+), gone (-) and changed (~).

    Each is a project, a file with answers, or a preset. Without AFTER it's BEFORE with the answers of --data.

    \b
    layerwright diff mlp residual-mlp
    layerwright diff houses --data branching=residual --output difference.svg
    """  # noqa: D301
    from . import differences, pictures

    if after is None and not pairs:
        raise click.UsageError("say what to compare it with: AFTER, or other answers by --data")
    old = answers_at(before)
    new = combine(old if after is None else answers_at(after), from_pairs(pairs))
    found = differences.difference(design(effective(old)), design(effective(new)))
    form = form_of(form, output)
    if form in PICTURES:
        drawings = differences.as_drawings(found)
        content = pictures.mermaids(drawings) if form == "mermaid" else picture(pictures.dots(drawings), form)
    else:
        content = json.dumps(differences.as_data(found), indent=2) if form == "json" else differences.as_text(found)
    write(content, output)


def answers_at(place: str) -> Answers:
    """The answers of a project's folder, of a file, or of the preset of that name."""
    path = Path(place)
    if path.is_dir():
        return load_project(path)
    if path.is_file() or path.suffix or os.sep in place:
        return from_file(path)
    return {"preset": place}


def load_project(folder: Path) -> Answers:
    """The answers that a project remembers. Raises AnswersError if there is none in that folder."""
    if not (folder / ANSWERS_FILE).is_file():
        what, mend = f"no project is here: {ANSWERS_FILE} isn't there", "name a folder that layerwright has made"
        raise AnswersError([Problem(str(folder), what, mend)])
    return from_file(folder / ANSWERS_FILE)


def form_of(form: str | None, output: Path | None) -> str:
    """What to write: as it was said, or as the file's name ends."""
    suffix = output.suffix.lstrip(".").lower() if output else ""
    return form or {"json": "json", "mmd": "mermaid", "gv": "dot"}.get(suffix, suffix if suffix in PICTURES else "text")


def picture(drawn: str, form: str) -> str | bytes:
    """The picture of a text in DOT."""
    from .pictures import rendered

    return drawn if form == "dot" else rendered(drawn, form)


def write(content: str | bytes, output: Path | None) -> None:
    """Writes to a file, or to the terminal what can be read there."""
    if output is None:
        if isinstance(content, bytes) and sys.stdout.isatty():
            raise AnswersError([Problem("--output", "a picture isn't shown in a terminal", "say --output network.svg")])
        say(content) if isinstance(content, str) else click.echo(content, nl=False)
        return
    data = content if isinstance(content, bytes) else f"{content.rstrip()}\n".encode()
    try:
        output.write_bytes(data)
    except OSError as error:
        what = f"{output} can't be written: {error.strerror}"
        raise AnswersError([Problem("--output", what, "name a file in a folder that is there")]) from error


@main.command()
@FORMAT
def presets(form: str) -> None:
    """Lists the presets, each with what it shows."""
    rows = [{"name": name, "about": each.about} for name, each in all_presets().items()]
    if form == "json":
        say(json.dumps(rows, indent=2))
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        say(f"{row['name']:<{width}}  {row['about']}")


PATH = click.argument("path", type=click.Path(path_type=Path), default=".")
END = click.argument("end", metavar="input|output", type=click.Choice(["input", "output"]))
DRY = click.option("--dry-run", is_flag=True, help="Show what would come of it, and write nothing.")
FROM = click.option(
    "--from",
    "source",
    metavar="SOURCE",
    help="Take the template from here, and run its code. Needed where a project names another than layerwright's.",
)


@main.command("update")
@PATH
@click.option("--data", "pairs", metavar="KEY=VALUE", multiple=True, help="Another answer; may be given again.")
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
    from . import update

    if ask and (defaults or not (sys.stdin.isatty() and sys.stdout.isatty())):
        raise click.UsageError(NO_TERMINAL)
    given = gather(None, file, pairs)
    request = update.Request(given=lambda _: given, to=to, source=source, standard=standard, ask=ask, dry=dry_run)
    updated(path, request, form)


@main.command()
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
    from . import update

    given = partial(update.added, key=f"{end}s", entry=entry)
    updated(path, update.Request(given=given, stay=True, source=source, dry=dry_run), form)


@main.command()
@END
@click.argument("name")
@PATH
@DRY
@FROM
@FORMAT
def remove(end: str, name: str, path: Path, dry_run: bool, source: str | None, form: str) -> None:
    """Takes an input or output from the project in PATH, and what the answers say of it, at the version that it has."""
    from . import update

    given = partial(update.removed, key=f"{end}s", name=name)
    updated(path, update.Request(given=given, stay=True, source=source, dry=dry_run), form)


@main.command()
@PATH
@click.option("--force", is_flag=True, help="Even if files were edited since: a patch of them is kept.")
@FORMAT
def undo(path: Path, force: bool, form: str) -> None:
    """Takes the last update of the project in PATH back, until the next commit."""
    from . import update

    undone = update.undo(path, force=force)
    say(json.dumps(update.as_data(undone), indent=2) if form == "json" else update.as_text(undone))


def updated(path: Path, request: Request, form: str) -> None:
    """Updates, says what came of it, and exits with 1 if there are conflicts."""
    from . import update

    outcome = update.update(path, request)
    say(json.dumps(update.as_data(outcome), indent=2) if form == "json" else update.as_text(outcome))
    if outcome.conflicts:
        sys.exit(1)


@main.command(name="check")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "junit"]),
    default="text",
    show_default=True,
    help="For whom, or for what, to write.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="How many at once.  [default: the processors]")
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
    from . import checking
    from .standards import find

    folders = list(dict.fromkeys(each for path in paths for each in checking.located(path)))
    wrong = [*checking.unplaced(paths), *checking.unmeant((*select, *ignore))]
    if python is not None and not python.exists():
        wrong.append(Problem("--python", f"{python} isn't there", "name the interpreter of an environment with Keras"))
    if wrong:
        raise AnswersError(wrong)
    put_right(*folders)
    measure = find(standard, installed=False)
    options = checking.Options(select, ignore, not no_model, python, jobs or checking.processors(), measure)
    results = checking.check(folders, options, _progress)
    say(checking.FORMATS[form](results, strict))
    sys.exit(checking.exit_code(results, strict=strict))


@main.command()
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
    from .weights import carry, report

    put_right(project)
    renamed = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(renamed) < len(pairs):
        raise AnswersError([Problem("--rename", "one has no =, or is there twice", "write OLD=NEW")])
    carried = carry(old, project, to, renamed, python)
    say(report.as_json(carried) if form == "json" else report.as_text(carried))


def put_right(*folders: Path) -> None:
    """Takes back updates that were cut off, and says so: what they left is no project to look at."""
    from .update import recover

    for folder in folders:
        for line in recover(folder):
            say(f"{folder}: {line}", err=True)


def say(text: str, *, err: bool = False) -> None:
    """Prints a text, which may have names and answers in it: control characters are spelled out."""
    click.echo(plain(text), err=err)


def _progress(done: int, whole: int) -> None:
    """Shows a person in a terminal how far it is."""
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {whole} steps" if done < whole else "\r\033[K", err=True, nl=False)


def gather(preset: str | None, file: Path | None, pairs: tuple[str, ...]) -> Answers:
    """The answers of file and pairs, `preset` among them if the option or they name one."""
    given = combine(from_file(file) if file else {}, from_pairs(pairs))
    return given if preset is None else given | {"preset": preset}


def from_file(path: Path) -> Answers:
    """The answers of a file. What is wrong with them is shown in its lines."""
    _sources().add_file(path)
    return load_file(path)


def from_pairs(pairs: tuple[str, ...]) -> Answers:
    """The answers of KEY=VALUE texts. What is wrong with them is shown there."""
    for pair in pairs:
        _sources().add_pair(pair)
    return load_pairs(pairs)


def _sources() -> Sources:
    """What this command has been given; nobody's, if no command is running."""
    running = click.get_current_context(silent=True)
    return (running and running.find_object(Sources)) or Sources()


def effective(given: Answers, under: Answers | None = None) -> Answers:
    """The answers with the preset's under them, and under those what may be given."""
    said = {key: value for key, value in given.items() if key != "preset"}
    return combine(under or {}, preset_answers(given.get("preset", BLANK)), said)


def check(answers: Answers, folder: str, *, asking: bool) -> None:
    """Raises AnswersError for answers that can't become a project; if `asking`, only for what is answered already."""
    try:
        design(answers, folder)
    except AnswersError as error:
        if found := [each for each in error.problems if not asking or each.place.split(".")[0] in answers]:
            raise AnswersError(found) from error


def _stop(number: int, _: object) -> NoReturn:
    """Ends the command on a signal by an exception, so that what is half-written is cleared away.

    A git that Copier has started goes on for a moment, and would write into what is being removed: it's waited for.
    """
    until = time.monotonic() + PATIENCE
    with suppress(ChildProcessError, AttributeError):  # no child is left; or Windows, which has no WNOHANG
        while time.monotonic() < until:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def run() -> NoReturn:
    """Runs the command line, and exits with its code."""
    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) != signal.SIG_IGN:  # as a shell has it for what runs in the background
            signal.signal(each, _stop)
    sources = Sources()
    try:
        main(standalone_mode=False, obj=sources)
    except AnswersError as error:
        fail("\n\n".join(said(problem, sources) for problem in error.problems), 2)
    except click.UsageError as error:
        error.show(usage := io.StringIO())
        say(usage.getvalue().rstrip(), err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        fail("stopped: nothing was written", 1)
    except Exception as error:  # noqa: BLE001 (a user gets one line, never a traceback)
        fail(f"{type(error).__name__}: {error}", 1)
    sys.exit(0)


def said(problem: Problem, sources: Sources) -> str:
    """A problem as it's printed: where it stands, and with the option that mends it, if that's one plain answer."""
    mend = problem.mend
    for edit in problem.edits if len(problem.edits) == 1 and "--data" not in mend else ():
        if edit.action == "set" and edit.place in KEYS and isinstance(edit.value, str | int):
            value = str(edit.value).lower() if isinstance(edit.value, bool) else edit.value
            mend = f"{mend} (--data {shlex.quote(f'{edit.place}={value}')})"
    return "\n".join(filter(None, [f"{problem.place}: {problem.what}", marked(problem, sources), f"    {mend}"]))


def fail(message: str, code: int) -> NoReturn:
    """Says what is wrong, and exits."""
    say(f"layerwright: {message}", err=True)
    sys.exit(code)
