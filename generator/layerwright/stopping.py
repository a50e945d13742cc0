"""Ctrl-C and SIGTERM, where a command has a moment from which what it's for is done.

Before that moment they end it, and it says that nothing was written. After it that would be untrue, and what is left to
do is short: it's done, and the signal has come too late.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = {signal.SIGINT, signal.SIGTERM}

_heeding: dict[signal.Signals, Callable[[int, FrameType | None], object]] = {}
"""What a command line has its signals handled by; nothing where this is used without one."""


def heed(stop: Callable[[int, FrameType | None], object]) -> None:
    """Has `stop` handle the signals, but those that are ignored, as a shell has it for what runs in the background."""
    for each in SIGNALS:
        if signal.getsignal(each) != signal.SIG_IGN:
            signal.signal(each, stop)
            _heeding[each] = stop


@contextmanager
def held() -> Iterator[Callable[[], bool]]:
    """Holds the signals back, and gives what says whether one has come."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield lambda: False
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield lambda: bool(signal.sigpending() & SIGNALS)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def come_too_late() -> None:
    """Lets go of a signal that is held back, and has a command line ignore those to come, in what it starts too."""
    if hasattr(signal, "pthread_sigmask"):
        while waiting := signal.sigpending() & SIGNALS:
            signal.sigwait(waiting)
    for each, stop in _heeding.items():
        if signal.getsignal(each) is stop:
            signal.signal(each, signal.SIG_IGN)
