"""Says what is being done. Only what needs it imports this: logging isn't there for nothing.

What a person would call a step is logged as `info`, each call of git as `debug`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .saying import passing, say

LOGGER = logging.getLogger(__name__.partition(".")[0])


class _Steps(logging.Handler):
    """Hands on each step."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Hands on one step."""
        self.tell(record.getMessage())


def say_steps() -> None:
    """Has every step printed from now on, small ones too."""
    LOGGER.handlers = [_Steps(lambda step: say(f"- {step}", err=True))]
    LOGGER.setLevel(logging.DEBUG)


@contextmanager
def passing_steps() -> Iterator[None]:
    """Has each of the larger steps stand in the terminal until the next one is taken."""
    handler, level = _Steps(lambda step: passing(f"{step} ...")), LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(level)
