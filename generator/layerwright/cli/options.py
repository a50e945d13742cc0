"""The options and arguments that several commands have."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from ..faults import BadOption, NoTerminal, OpposedOptions, UnknownChoice
from ..problems import AnswersError, Problem, shown, unknown
from . import completing
from .manner import Manner

TOP = "command line"
"""The place of what stands before a command's name."""

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
        raise _opposed("--quiet", "--verbose")
    if option.name == "verbose":
        from .steps import say_steps

        say_steps()


def _opposed(option: str, other: str) -> AnswersError:
    return AnswersError([Problem(option, OpposedOptions, f"{other} says the opposite", "say one of them")])


def has_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def check_asking(*, defaults: bool) -> None:
    """Raises AnswersError if `--ask` is said where nobody can be asked."""
    if defaults:
        raise _opposed("--ask", "--defaults")
    if not has_terminal():
        what, mend = "there is no terminal to ask in", "run it in one, or leave it out"
        raise AnswersError([Problem("--ask", NoTerminal, what, mend)])


class OneOf(click.Choice[str]):
    """A word of some. Another one is a problem like others, with the nearest right word."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word."""
        if value not in self.choices:
            raise AnswersError([Problem(_place(param, ctx), UnknownChoice, *unknown("word", value, self.choices))])
        return value


def counted(context: click.Context, option: click.Parameter, value: str | None) -> int | None:
    """A number of things, from 1."""
    if value is None or re.fullmatch("0*[1-9][0-9]{0,3}", value):
        return value if value is None else int(value)
    place, what = _place(option, context), f"{shown(value)} is no whole number from 1 to 9999"
    raise AnswersError([Problem(place, BadOption, what, f"write one, as {place} 2")])


def _place(param: click.Parameter | None, context: click.Context | None) -> str:
    """An option; of an argument, the command."""
    return max(param.opts, key=len) if isinstance(param, click.Option) else place_of(context)


def place_of(context: click.Context | None) -> str:
    """The command that something is wrong with."""
    command = context.command if context else None
    return TOP if command is None or isinstance(command, click.Group) else command.name or TOP


def named_in(words: Sequence[str], otherwise: str) -> str:
    """The command that a command line names: its first word that is no option."""
    return next((word for word in words if not word.startswith("-")), otherwise)


def _formed(context: click.Context, _: click.Parameter, form: str | None) -> str | None:
    """Keeps the form that a command prints in: what is wrong comes in it too."""
    context.ensure_object(Manner).form = form
    return form


def form(*choices: str, default: str | None = "text", says: str = "For whom to write.") -> Callable[[F], F]:
    """The option that says in which form the result is written."""
    return click.option(
        "--format",
        "form",
        type=OneOf(["text", "json", *choices]),
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
END = click.argument("end", metavar="input|output", type=OneOf(["input", "output"]))
DRY = click.option("--dry-run", is_flag=True, help="Show what would come of it, and write nothing.")
FROM = click.option(
    "--from",
    "source",
    metavar="SOURCE",
    help="Take the template from here, and run its code. Needed where a project names another than layerwright's.",
)
