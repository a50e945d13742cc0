"""What `--verbose` prints. Only that imports it: logging isn't there for nothing."""

from __future__ import annotations

import logging

from .saying import say


class _Steps(logging.Handler):
    """Prints what is being done."""

    def emit(self, record: logging.LogRecord) -> None:
        """Prints one step."""
        say(f"- {record.getMessage()}", err=True)


def show_steps() -> None:
    """Has every step printed from now on."""
    logger = logging.getLogger(__name__.partition(".")[0])
    logger.handlers = [_Steps()]
    logger.setLevel(logging.INFO)
