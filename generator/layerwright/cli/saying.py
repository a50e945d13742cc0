"""What a command prints: texts, files, what is wrong, how far it is."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    passing("")
    click.echo(plain(text), err=err)


def aside(text: str) -> None:
    """Prints what nobody has asked for, as what to type next."""
    if not manner().quiet:
        say(text)


def progress(done: int, whole: int) -> None:
    """Shows a person in a terminal how far it is."""
    passing(f"{done} of {whole} steps" if done < whole else "")


def columns() -> int:
    """How many columns the terminal has in which is said what is wrong; none, if that goes elsewhere."""
    if not sys.stderr.isatty():
        return 0
    return os.get_terminal_size(sys.stderr.fileno()).columns or 80  # some terminals don't know


def passing(line: str) -> None:
    """Shows a line in the terminal until there is another one, or something to say; none takes it away."""
    now = manner()
    if (line and is_watched()) or now.passing:
        room = (columns() or 80) - 1
        click.echo(f"\r{plain(line)[:room]}\033[K", err=True, nl=False)
        now.passing = bool(line)


def is_watched() -> bool:
    """Whether a person sees what passes: in a terminal that can take a line back, and who hasn't asked for quiet."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not manner().quiet


@contextmanager
def steps_shown() -> Iterator[None]:
    """Shows a person in a terminal what is being done, for as long as this lasts: for what takes a second or more."""
    if manner().verbose or not is_watched():
        yield
        return
    from .steps import passing_steps

    try:
        with passing_steps():
            yield
    finally:
        passing("")


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
            value = str(edit.value).lower() if isinstance(edit.value, bool) else str(edit.value)
            if value.isprintable():  # a tab that is typed asks the shell for completions
                mend = f"{mend} (--data {shlex.quote(f'{edit.place}={value}')})"
    return "\n".join(filter(None, [problem.head, marked(problem, sources), f"    {mend}"]))


def fail(message: str, code: int) -> NoReturn:
    """Says what is wrong, and exits."""
    say(f"layerwright: {message}", err=True)
    sys.exit(code)
