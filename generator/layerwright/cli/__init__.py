"""The command line: a module for each group of commands.

Exit codes: 0 done; 2 the answers, the arguments or the project's state are wrong; 1 anything else, conflicts and what
`check` finds too.
"""

from __future__ import annotations

from typing import NoReturn

import click

from .. import __version__
from . import running
from .completing import SHELLS, script
from .errors import errors
from .living import add, check_projects, remove, undo, update_project, weights
from .making import new, presets
from .manner import Manner
from .saying import say
from .showing import diff, explain

__all__ = ["main", "run"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="layerwright")
@click.option("-q", "--quiet", is_flag=True, help="Say what was asked for and what is wrong, and nothing else.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is being done, too.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def main(context: click.Context, quiet: bool, verbose: bool, debug: bool) -> None:
    """Makes Keras 3 projects from answers about a network's inputs, outputs, branching, sharing and backbone."""
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose are the opposite of each other: say one of them")
    manner = context.ensure_object(Manner)
    manner.quiet, manner.verbose, manner.debug = quiet, verbose, debug
    if verbose:
        from .steps import show_steps

        show_steps()


@main.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Prints what makes a shell complete commands, presets and answers.

    \b
    layerwright completion bash > ~/.local/share/bash-completion/completions/layerwright
    layerwright completion zsh > "${fpath[1]}/_layerwright"
    layerwright completion fish > ~/.config/fish/completions/layerwright.fish
    """  # noqa: D301 (click takes the character \b, alone on a line, for: leave these lines as they are)
    say(script(main, shell))


for command in (new, explain, diff, presets, update_project, add, remove, undo, check_projects, weights, errors):
    main.add_command(command)


def run() -> NoReturn:
    """Runs the command line, and exits with its code."""
    running.run(main)
