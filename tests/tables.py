"""The tables of docs/answers.md, made from the code that they describe: `make regenerate` writes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from layerwright.blocks import MERGES
from layerwright.kinds import KINDS
from layerwright.layers import builtin
from layerwright.tasks import TASKS

PAGE = Path(__file__).parent.parent / "docs" / "answers.md"


def written(page: str) -> str:
    """The page with its tables as they have to be."""
    tables = {"kinds": _kinds, "tasks": _tasks, "merges": _merges, "words": _words}
    for name, rows in tables.items():
        before, start, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        page = before + start + "\n".join(rows()) + "\n" + end + after
    return page


def _table(*columns: str) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)


def _kinds() -> Iterator[str]:
    yield from _table("kind", "what it is", "as")
    yield from (f"| `{each.name} {each.form}` | {each.about} | `{each.example}` |" for each in KINDS.values())


def _tasks() -> Iterator[str]:
    yield from _table("task", "what it says", "as")
    yield from (
        f"| `{f'{each.name} {each.form}'.strip()}` | {each.about} | `{each.example}` |" for each in TASKS.values()
    )


def _merges() -> Iterator[str]:
    yield from _table("merge", "of", "gives")
    yield from (
        f"| `{each.name}` | {'two branches' if each.pairwise else 'any number'} | {each.about} |"
        for each in MERGES.values()
    )


def _words() -> Iterator[str]:
    yield from _table("word", "values", "class", "our defaults")
    for word in builtin().words.values():
        defaults = " ".join(f"{key}={value}" for key, value in word.defaults.items())
        classes = ", ".join(word.classes.values())
        yield f"| `{word.name}` | {', '.join(word.positions)} | {classes} | {defaults} |"
