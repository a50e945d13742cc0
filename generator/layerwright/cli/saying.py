"""What a command prints: texts, files, what is wrong, how far it is."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import NoReturn

import click

from ..answers import KEYS
from ..faults import BadOption, NoTerminal
from ..marking import Sources, marked
from ..problems import AnswersError, Problem, plain
from .manner import manner


def say(text: str, *, err: bool = False) -> None:
    """Prints a text, which may have names and answers in it: control characters are spelled out."""
    click.echo(plain(text), err=err)


def aside(text: str) -> None:
    """Prints what nobody has asked for, as what to type next."""
    if not manner().quiet:
        say(text)


def progress(done: int, whole: int) -> None:
    """Shows a person in a terminal how far it is."""
    if sys.stderr.isatty() and not manner().quiet:
        click.echo(f"\r{done} of {whole} steps" if done < whole else "\r\033[K", err=True, nl=False)


def write(content: str | bytes, output: Path | None) -> None:
    """Writes to a file, or to the terminal what can be read there."""
    if output is None:
        if isinstance(content, bytes) and sys.stdout.isatty():
            raise AnswersError(
                [Problem("--output", NoTerminal, "a picture isn't shown in a terminal", "say --output network.svg")]
            )
        say(content) if isinstance(content, str) else click.echo(content, nl=False)
        return
    data = content if isinstance(content, bytes) else f"{content.rstrip()}\n".encode()
    try:
        output.write_bytes(data)
    except OSError as error:
        what = f"{output} can't be written: {error.strerror}"
        raise AnswersError([Problem("--output", BadOption, what, "name a file in a folder that is there")]) from error


def said(problem: Problem, sources: Sources) -> str:
    """A problem as it's printed: where it stands, and with the option that mends it, if that's one plain answer."""
    mend = problem.mend
    for edit in problem.edits if len(problem.edits) == 1 and "--data" not in mend else ():
        if edit.action == "set" and edit.place in KEYS and isinstance(edit.value, str | int):
            value = str(edit.value).lower() if isinstance(edit.value, bool) else edit.value
            mend = f"{mend} (--data {shlex.quote(f'{edit.place}={value}')})"
    return "\n".join(filter(None, [problem.head, marked(problem, sources), f"    {mend}"]))


def fail(message: str, code: int) -> NoReturn:
    """Says what is wrong, and exits."""
    say(f"layerwright: {message}", err=True)
    sys.exit(code)
