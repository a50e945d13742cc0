"""Runs the command line: signals, errors, exit codes."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
from contextlib import suppress
from typing import NoReturn

import click

from ..problems import AnswersError, as_data
from .manner import Manner
from .saying import fail, said, say

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


def _heed(came: list[int]) -> None:
    """Has a signal that is to end the command end it, and be noted."""

    def stop(number: int, _: object) -> NoReturn:
        came.append(number)
        _stop(number)

    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) != signal.SIG_IGN:  # as a shell has it for what runs in the background
            signal.signal(each, stop)


def run(program: click.Command) -> NoReturn:
    """Runs a program, and exits with its code."""
    came: list[int] = []
    _heed(came)
    if isinstance(sys.stdout, io.TextIOWrapper):  # Windows has few letters in a file or a pipe: others are spelled out
        sys.stdout.reconfigure(errors="backslashreplace")
    manner = Manner()
    try:
        program(standalone_mode=False, obj=manner)
    except AnswersError as error:
        _trace(manner)
        if manner.form == "json":
            say(json.dumps({"problems": [as_data(each) for each in error.problems]}, indent=2))
        fail(told(error, manner), 2)
    except click.UsageError as error:
        error.show(usage := io.StringIO())
        say(usage.getvalue().rstrip(), err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        fail(STOPPED, 1)
    except Exception as error:  # noqa: BLE001 (a user gets one line, and a traceback on request)
        _trace(manner)
        if came:  # it's of the stop: a git that was stopped too, say, whose end Copier takes for a failure
            fail(STOPPED, 1) if came[0] == signal.SIGINT else sys.exit(128 + came[0])
        hint = "" if manner.debug or isinstance(error, OSError) else "\n    layerwright --debug COMMAND shows where"
        fail(f"{type(error).__name__}: {error}{hint}", 1)
    sys.exit(0)


def told(error: AnswersError, manner: Manner) -> str:
    """All that is wrong, as it's printed."""
    return "\n\n".join(said(problem, manner.sources) for problem in error.problems)


def _trace(manner: Manner) -> None:
    """Prints the traceback of the error at hand, for those who ask for it."""
    if manner.debug:
        import traceback

        say(traceback.format_exc(), err=True)
