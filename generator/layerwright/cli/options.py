"""The options and arguments that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from . import completing
from .manner import manner

NO_TERMINAL = "--ask needs a terminal, and no --defaults"

F = TypeVar("F", bound=Callable[..., Any])


def remembered(context: click.Context, parameter: click.Parameter, form: str | None) -> str | None:
    """Keeps the form that a command prints in: what is wrong comes in it too."""
    manner().form = form
    return form


FORMAT = click.option(
    "--format",
    "form",
    callback=remembered,
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For whom to write.",
)


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

FORM = click.option(
    "--format",
    "form",
    callback=remembered,
    type=click.Choice(["text", "json", *PICTURES]),
    help="For whom, or for what, to write.  [default: by the name of --output, else text]",
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
