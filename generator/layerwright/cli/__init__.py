"""The command line: a module for each group of commands.

What exit codes mean stands in the help of `main`. A signal other than Ctrl-C's ends it with 128 and its number.
"""

from __future__ import annotations

from typing import NoReturn

import click

from .. import __version__
from ..faults import UnknownCommand
from ..problems import AnswersError, Problem, unknown
from . import running
from .completing import SHELLS, script
from .errors import errors
from .living import add, check_projects, remove, undo, update_project, weights
from .making import new, presets
from .options import TOP, OneOf, in_a_manner
from .saying import say
from .showing import diff, explain

__all__ = ["main", "run"]


class Commands(click.Group):
    """The commands. A name that none has is a problem like others, with the nearest right word."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named, and what follows its name."""
        if self.get_command(ctx, args[0]) is None and not (ctx.resilient_parsing or args[0].startswith("-")):
            raise AnswersError([Problem(TOP, UnknownCommand, *unknown("command", args[0], self.commands))])
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="layerwright")
def main() -> None:
    """Makes Keras 3 projects from answers about a network's inputs, outputs, branching, sharing and backbone.

    \b
    layerwright explain --preset power-plant
    layerwright new plant --preset power-plant

    \b
    Exit codes:
      0  done, or nothing to do
      1  an update has conflicts; check has found something; it was stopped, or couldn't be done
      2  the arguments, the answers or the project's state are wrong: nothing was written

    With --format json, one document goes to the standard output: what was done, or {"problems": [...]}.
    """  # noqa: D301 (click takes the character \b, alone on a line, for: leave these lines as they are)


@click.command()
@click.argument("shell", metavar="|".join(SHELLS), type=OneOf(SHELLS))
def completion(shell: str) -> None:
    """Prints what makes a shell complete commands, presets and answers.

    \b
    layerwright completion bash > ~/.local/share/bash-completion/completions/layerwright
    layerwright completion zsh > "${fpath[1]}/_layerwright"
    layerwright completion fish > ~/.config/fish/completions/layerwright.fish
    """  # noqa: D301
    say(script(main, shell))


in_a_manner(main)
for command in (
    *(new, explain, diff, presets, update_project, add, remove, undo, check_projects, weights),
    *(errors, completion),
):
    main.add_command(in_a_manner(command))


def run() -> NoReturn:
    """Runs the command line, and exits with its code."""
    running.run(main)
