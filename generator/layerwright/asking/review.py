"""The page before a project is written: the network, what it takes, the files, and the command that gives the same."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ..diagram import diagram
from ..explain import COLUMNS, models_beside, table, totals
from ..plan import Plan
from .preview import costs

DROPPED = ("from", "class")
"""Columns that are left out, in this order, where a terminal is too narrow for all."""


def page(plan: Plan, files: Sequence[str], destination: Path, command: str, width: int) -> str:
    """The page, in lines of so many columns; a command isn't broken, since it's to be copied."""
    beside = _wrapped(models_beside(plan), width) if plan.graph.models else []
    parts = [
        [
            line
            for each in (f"{plan.decision}.", *(f"Note: {note}." for note in plan.notes))
            for line in _wrapped(each, width)
        ],
        [diagram(plan.graph, width)],
        list(_table(plan, width)),
        [*_wrapped(totals(plan), width), *beside, *_wrapped(costs(plan), width)],
        [*_wrapped(f"{len(files)} files in {destination}:", width), *_grouped(files, width)],
        ["The same without questions:", f"  {command}"],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts)


def _wrapped(text: str, width: int, indent: str = "", more: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        max(width, 20),
        initial_indent=indent,
        subsequent_indent=more,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _table(plan: Plan, width: int) -> Iterator[str]:
    """Layers, shapes and parameters, with as many columns as there's room for."""
    rows = [dict(zip(COLUMNS, COLUMNS, strict=True)), *table(plan)]
    widths = {column: max(len(row[column]) for row in rows) for column in COLUMNS}
    kept = list(COLUMNS)
    for column in DROPPED:
        if sum(widths[each] + 2 for each in kept) - 2 > width:
            kept.remove(column)
    if sum(widths[each] + 2 for each in kept) - 2 > width:
        for row in rows[1:]:
            parameters = f", {row['parameters']} parameters" if row["parameters"] else ""
            yield from _wrapped(f"{row['layer'].strip()} ({row['shape']}){parameters}", width, more="    ")
        return
    for row in rows:
        cells = [
            row[each].rjust(widths[each]) if each == "parameters" else row[each].ljust(widths[each]) for each in kept
        ]
        yield "  ".join(cells).rstrip()


def _grouped(files: Iterable[str], width: int) -> Iterator[str]:
    """The files of each folder, a paragraph each."""
    folders: dict[str, list[str]] = {}
    for file in files:
        folder, _, name = file.rpartition("/")
        folders.setdefault(folder, []).append(name)
    for folder, names in sorted(folders.items()):
        yield from _wrapped(f"{folder}/ {'  '.join(names)}" if folder else "  ".join(names), width, "  ", "    ")
