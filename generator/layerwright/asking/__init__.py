"""Asks a user in a terminal for what isn't answered, with what would come of it before their eyes.

The questions are those of `templates/questions`, which plain Copier asks too.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..answers import Answers
from . import unfinished
from .again import words
from .asker import Asked, Asker, Back, Option
from .conversation import Conversation, Stopped
from .standard import Fixed, Standard, shown

__all__ = ["Asker", "Fixed", "Standard", "Stopped", "answered", "asker", "forget", "kept", "shown", "words"]

forget, kept = unfinished.forget, unfinished.kept


def asker() -> Asker:
    """What asks in this terminal."""
    if os.environ.get("TERM", "").lower() in ("dumb", "unknown"):
        from .plain import Plain

        return Plain()
    from .screen import Screen

    return Screen()


def answered(
    destination: Path, typed: str, given: Answers, standard: Standard | None = None, by: Asker | None = None
) -> Answers:
    """The answers that a new project needs, `preset` among them: those given, and those that the user says.

    `typed` is the destination as the user wrote it. What they say is kept until `forget`. Raises Stopped or
    KeyboardInterrupt if they stop.
    """
    by = by or asker()
    conversation = Conversation(
        by,
        destination,
        typed,
        given,
        standard or Standard(),
        keep=lambda said: unfinished.keep(destination, said),
    )
    _go_on(conversation, unfinished.kept(destination))
    return conversation.run()


def _go_on(conversation: Conversation, kept: Answers | None) -> None:
    """Offers to go on where the user stopped, if they did."""
    by = conversation.asker
    if kept is None:
        by.tell("What you answered last time can't be read: it starts anew.")
    if not kept:
        return
    said = {key: value for key, value in kept.items() if key not in conversation.state.fixed}
    options = [
        Option(True, "go on", f"with {', '.join(key.replace('_', ' ') for key in said)}"),
        Option(False, "start anew", "and forget them"),
    ]
    asked = Asked("You stopped before the end last time. Go on with those answers?", is_first=True)
    if said and _chosen(by, asked, options):
        conversation.state.take(said)
    else:
        unfinished.forget(conversation.destination)


def _chosen(by: Asker, asked: Asked, options: Sequence[Option]) -> Any:
    """What is chosen where there is no question before, to go back to."""
    while True:
        with suppress(Back):
            return by.choose(asked, options, True)
