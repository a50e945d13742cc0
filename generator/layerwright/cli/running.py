"""Runs the command line: signals, errors, exit codes."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import NoReturn

import click

from ..faults import Stopped, SystemRefused, Unforeseen
from ..marking import Sources
from ..problems import AnswersError, Problem, as_data
from ..stopping import come_too_late, heed
from .manner import Manner
from .options import TOP, named_in
from .saying import columns, fail, said, say

STOPPED = "stopped: nothing was written"

PATIENCE = 5.0
"""Seconds in which a git that's going on may end, when the command is stopped."""


def _stop(number: int) -> NoReturn:
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


def run(program: click.Command) -> NoReturn:
    """Runs a program, and exits with its code."""
    came: list[int] = []

    def stop(number: int, _: object) -> NoReturn:
        came.append(number)
        _stop(number)

    if isinstance(sys.stdout, io.TextIOWrapper):  # Windows has few letters in a file or a pipe: others are spelled out
        sys.stdout.reconfigure(errors="backslashreplace")
    words = tuple(sys.argv[1:])
    manner = Manner(Sources(words=words, columns=columns()), form=_form_of(words))
    try:
        heed(stop)
        program(standalone_mode=False, obj=manner)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message(), err=True)
        sys.exit(2)
    except (AnswersError, click.UsageError) as error:
        _trace(manner)
        _end(problems_of(error, words), manner, 2)
    except (click.Abort, KeyboardInterrupt) as error:
        _end([_stopped(error, words)], manner, 1)
    except Exception as error:  # noqa: BLE001 (a user gets one line, and a traceback on request)
        _trace(manner)
        if came:  # it's of the stop: a git that was stopped too, say, whose end Copier takes for a failure
            _end([_stopped(error, words)], manner, 1) if came[0] == signal.SIGINT else sys.exit(128 + came[0])
        _end([_failed(error, words)], manner, 1)
    sys.exit(0)


def _form_of(words: Sequence[str]) -> str | None:
    """The form that a command line asks for, if the rest of it is wrong, and nobody comes to read that."""
    split = [part for word in words for part in (word.split("=", 1) if word.startswith("--format=") else [word])]
    said = [after for word, after in pairwise(split) if word == "--format"]
    return said[-1] if said else None


def problems_of(error: AnswersError | click.UsageError, words: Sequence[str]) -> Sequence[Problem]:
    """What is wrong, by an error that says so of answers or of the command line."""
    if isinstance(error, AnswersError):
        return error.problems
    from . import usage

    return [usage.problem(error, words)]


def _stopped(error: BaseException, words: Sequence[str]) -> Problem:
    """What is said to one who has stopped a command. What interrupts it may say how to go on; click wraps that."""
    interruption = error.__cause__ if isinstance(error, click.Abort) else error
    more = interruption.args if isinstance(interruption, KeyboardInterrupt) else ()
    return Problem(named_in(words, TOP), Stopped, STOPPED, more[0] if more else "the same command begins anew")


def _failed(error: Exception, words: Sequence[str]) -> Problem:
    """What is said of what neither the answers nor the command line are to blame for."""
    if isinstance(error, OSError):
        place, what = str(error.filename or named_in(words, TOP)), error.strerror or str(error)
        return Problem(place, SystemRefused, what, "see to that, and run the command again")
    mend = "layerwright --debug COMMAND shows where; tell those who keep layerwright"
    return Problem(named_in(words, TOP), Unforeseen, f"{type(error).__name__}: {error}".rstrip(": "), mend)


def _end(problems: Sequence[Problem], manner: Manner, code: int) -> NoReturn:
    """Says what is wrong, as a program wants it too if one has asked, and exits."""
    come_too_late()  # for a second Ctrl-C
    if manner.form == "json":
        say(json.dumps({"problems": [as_data(each) for each in problems]}, indent=2))
    fail(told(problems, manner), code)


def told(problems: Sequence[Problem], manner: Manner) -> str:
    """All that is wrong, as it's printed."""
    return "\n\n".join(said(problem, manner.sources) for problem in problems)


def _trace(manner: Manner) -> None:
    """Prints the traceback of the error at hand, for those who ask for it."""
    if manner.debug:
        import traceback

        say(traceback.format_exc(), err=True)
