"""How a command is run: what its answers come from, how much it says."""

from __future__ import annotations

from dataclasses import field

import click

from ..marking import Sources
from ..records import dataclass


@dataclass
class Manner:
    """One run of the command line."""

    sources: Sources = field(default_factory=Sources)
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    form: str | None = None
    """What is printed, as `json`: what is wrong is printed so too."""
    passing: bool = False
    """A line is shown in the terminal that the next one replaces."""


def manner() -> Manner:
    """That of the command that is running; one of its own, if none is."""
    running = click.get_current_context(silent=True)
    return (running and running.find_object(Manner)) or Manner()
