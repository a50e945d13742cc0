"""The options and arguments that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from . import completing
from .manner import Manner

NO_TERMINAL = "--ask needs a terminal, and no --defaults"

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=click.Command)

HOW = {
    ("-q", "--quiet"): "Say what was asked for and what is wrong, and nothing else.",
    ("-v", "--verbose"): "Say what is being done, too.",
    ("--debug",): "Show the traceback of an error.",
}
"""What may be said of how much is said: before the command's name, and after."""


def in_a_manner(command: C) -> C:
    """Gives a command the options of HOW."""
    for names, says in HOW.items():
        click.option(*names, is_flag=True, expose_value=False, callback=_said, help=says)(command)
    return command


def _said(context: click.Context, option: click.Parameter, given: bool) -> None:
    if not given:  # it may have been said before the command's name
        return
    manner = context.ensure_object(Manner)
    setattr(manner, str(option.name), True)
    if manner.quiet and manner.verbose:
        raise click.UsageError("--quiet and --verbose are the opposite of each other: say one of them")
    if option.name == "verbose":
        from .steps import say_steps

        say_steps()


def _formed(context: click.Context, _: click.Parameter, form: str | None) -> str | None:
    """Keeps the form that a command prints in: what is wrong comes in it too."""
    context.ensure_object(Manner).form = form
    return form


def form(*choices: str, default: str | None = "text", says: str = "For whom to write.") -> Callable[[F], F]:
    """The option that says in which form the result is written."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", *choices]),
        default=default,
        show_default=default is not None,
        callback=_formed,
        help=says,
    )


FORMAT = form()


def sources(command: F) -> F:
    """The options that say where answers come from. Later ones win over earlier: preset, file, data."""
    for option in (
        click.option("--defaults", is_flag=True, help="Ask nothing: take the default for what isn't answered."),
        click.option(
            "--data",
            "pairs",
            metavar="KEY=VALUE",
            multiple=True,
            help="One answer; may be given again.",
            shell_complete=completing.answers,
        ),
        click.option(
            "--answers", "file", metavar="FILE.yml", type=click.Path(path_type=Path), help="A file with answers."
        ),
        click.option(
            "--preset",
            metavar="NAME",
            help="Start from these answers; `layerwright presets` lists them.",
            shell_complete=completing.presets,
        ),
    ):
        command = option(command)
    return command


STANDARD = click.option(
    "--standard",
    metavar="STANDARD",
    help="Your organisation's standard: its file or folder, or the name of one that is installed; none for none."
    "  [default: $LAYERWRIGHT_STANDARD; else what is installed, or recorded]",
)


PICTURES = ("mermaid", "dot", "svg", "png", "pdf")

FORM = form(
    *PICTURES, default=None, says="For whom, or for what, to write.  [default: by the name of --output, else text]"
)
OUTPUT = click.option("--output", "-o", metavar="FILE", type=click.Path(path_type=Path), help="Write it to a file.")


PATH = click.argument("path", type=click.Path(path_type=Path), default=".")
END = click.argument("end", metavar="input|output", type=click.Choice(["input", "output"]))
DRY = click.option("--dry-run", is_flag=True, help="Show what would come of it, and write nothing.")
FROM = click.option(
    "--from",
    "source",
    metavar="SOURCE",
    help="Take the template from here, and run its code. Needed where a project names another than layerwright's.",
)
