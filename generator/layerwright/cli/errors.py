"""`errors`: what the codes behind messages mean."""

from __future__ import annotations

import json
import textwrap

import click

from ..faults import FAULTS, TOPICS, Fault, UnknownChoice
from ..problems import AnswersError, Problem, unknown
from . import completing
from .options import FORMAT
from .saying import say

WIDTH = 80
"""Of a page, in columns."""


@click.command()
@click.argument("code", required=False, shell_complete=completing.codes)
@FORMAT
def errors(code: str | None, form: str) -> None:
    """Says what the CODE in brackets behind a message means; without one, lists all.

    \b
    layerwright errors
    layerwright errors shapes-differ
    """  # noqa: D301 (click takes the character \b, alone on a line, for: leave these lines as they are)
    if code is not None and code.strip("[]") not in FAULTS:
        raise AnswersError([Problem("errors", UnknownChoice, *unknown("code", code, FAULTS))])
    chosen = list(FAULTS.values()) if code is None else [FAULTS[code.strip("[]")]]
    if form == "json":
        say(json.dumps([_data(each) for each in chosen], indent=2))
    else:
        say(_list() if code is None else _page(*chosen))


def _data(fault: type[Fault]) -> dict[str, str]:
    return {"code": fault.code, "title": fault.title(), "why": fault.why(), "mend": fault.mend}


def _list() -> str:
    """All codes by topic, each with what is wrong."""
    width = max(map(len, FAULTS))
    parts = []
    for topic in TOPICS:
        rows = "\n".join(f"  {each.code:<{width}}  {each.title()}" for each in topic.__subclasses__())
        parts.append(f"{topic.title().rstrip('.')}\n{rows}")
    return "\n\n".join(parts)


def _page(fault: type[Fault]) -> str:
    """What a user reads of a fault."""
    parts = [f"{fault.code}: {fault.title()}", *fault.why().split("\n\n"), f"To mend it: {fault.mend}"]
    return "\n\n".join(textwrap.fill(part, WIDTH, break_long_words=False, break_on_hyphens=False) for part in parts)
