"""What click finds wrong with a command line, as a problem like all others.

Only what goes wrong imports this.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from ..faults import BadOption, ExtraArgument, IncompleteCommand, UnknownOption
from ..problems import Problem, shown, unknown
from .options import TOP, named_in, place_of


def problem(error: click.UsageError, words: Sequence[str]) -> Problem:
    """What is wrong with the words of a command line."""
    if isinstance(error, click.NoSuchOption):
        return _unknown_option(error, words)
    if isinstance(error, click.MissingParameter) and isinstance(error.param, click.Argument) and error.ctx:
        name = error.param.make_metavar(error.ctx)
        return Problem(place_of(error.ctx), IncompleteCommand, f"{name} isn't said", f"say it, as {_example(error)}")
    if isinstance(error, click.BadOptionUsage):
        return _misused(error, words)
    if isinstance(error, click.BadParameter):
        mend = f"{_path(error)} --help shows the form"
        return Problem(place_of(error.ctx), BadOption, error.format_message(), mend)
    if isinstance(_command(error), click.Group):
        return Problem(TOP, IncompleteCommand, "no command is named", f"name one, as {_example(error)}")
    return _extra(error, words)


def _unknown_option(error: click.NoSuchOption, words: Sequence[str]) -> Problem:
    """An option that there isn't: at all, or before the command's name."""
    command, name = _command(error), error.option_name
    if len(name) == 2:  # of -preset, click takes the first letter for an option
        name = next((each for each in words if each.startswith(name)), name)
    what, mend = unknown("option", name, _options(command))
    if isinstance(command, click.Group):
        homes = [each for each in command.commands.values() if name.partition("=")[0] in _options(each)]
        typed = next((each for each in homes if each.name in words), next(iter(homes), None))
        mend = f"write it after the command's name: layerwright {typed.name} {name}" if typed else mend
    return Problem(place_of(error.ctx), UnknownOption, what, mend)


def _options(command: click.Command | None) -> list[str]:
    """The long names of a command's options."""
    names = [name for each in command.params for name in each.opts] if command else []
    return ["--help", *(name for name in names if name.startswith("--"))]


def _misused(error: click.BadOptionUsage, words: Sequence[str]) -> Problem:
    """An option with a value though it takes none, or without the one that it takes: click doesn't say whose it is."""
    name = error.option_name
    if any(word.startswith(f"{name}=") for word in words):
        return Problem(name, ExtraArgument, "it takes no value", f"write {name} alone")
    command = named_in(words, "COMMAND")
    mend = f"say it after {name}: layerwright {command} --help shows the form"
    return Problem(name, IncompleteCommand, "its value isn't said", mend)


def _extra(error: click.UsageError, words: Sequence[str]) -> Problem:
    """More than a command takes: what is left over, or a value with spaces that isn't quoted."""
    found = re.search(r"\((.*)\)", error.format_message(), re.DOTALL)
    left = found[1] if found else ""
    usage = " ".join(error.ctx.command.collect_usage_pieces(error.ctx)) if error.ctx else ""
    mend = f"leave it out; the form is {_path(error)} {usage}"
    if torn := _torn(words, left.split()):
        mend = f"quote what belongs together: {torn}"
    return Problem(place_of(error.ctx), ExtraArgument, f"{shown(left)} is more than it takes", mend)


def _torn(words: Sequence[str], left: Sequence[str]) -> str:
    """How a value begins that the shell has torn at its spaces; empty if what is left over is no part of one."""
    at = words.index(left[0]) if left and left[0] in words else 0
    begins = [index for index in range(1, at) if words[index].endswith(":") or words[index - 1] == "--data"]
    if not begins:
        return ""
    option = "--data " if words[begins[-1] - 1] == "--data" else ""
    return f"{option}'{words[begins[-1]]} …'"


def _command(error: click.UsageError) -> click.Command | None:
    return error.ctx.command if error.ctx else None


def _path(error: click.UsageError) -> str:
    command = _command(error)
    return "layerwright" if command is None or isinstance(command, click.Group) else f"layerwright {command.name}"


def _example(error: click.UsageError) -> str:
    """The first command that the help shows."""
    command = _command(error)
    found = re.search(r"^ *(layerwright .+)$", (command and command.help) or "", re.MULTILINE)
    return found[1] if found else f"{_path(error)} --help shows it"
