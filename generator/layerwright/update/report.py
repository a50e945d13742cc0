"""What came of an update or of an undo: for people, and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..problems import shown
from .engine import Outcome
from .undoing import Undone

MARKS = {"changed": "~", "added": "+", "removed": "-"}


def as_data(outcome: Outcome | Undone) -> dict[str, Any]:
    """As plain data."""
    data: dict[str, Any] = {
        "project": str(outcome.root),
        "from": outcome.versions[0],
        "to": outcome.versions[1],
        **{kind: outcome.files.get(kind, []) for kind in MARKS},
    }
    if isinstance(outcome, Undone):
        return data | {"patch": str(outcome.patch) if outcome.patch else None, "recovered": list(outcome.said)}
    data |= {
        "kept": list(outcome.kept),
        "deleted": list(outcome.missed),
        "conflicts": [{"path": path, "lines": lines} for path, lines in outcome.conflicts.items()],
        "answers": {key: {"before": before, "after": after} for key, (before, after) in outcome.answers.items()},
        "recovered": list(outcome.said),
        "standard": list(outcome.lines),
        "dry_run": outcome.dry,
    }
    if outcome.dry:
        data |= {"diff": outcome.diff, "graphs": dict(zip(("before", "after"), outcome.graphs, strict=True))}
    return data


def as_text(outcome: Outcome | Undone) -> str:
    """As lines of text."""
    lines = _undone(outcome) if isinstance(outcome, Undone) else _updated(outcome)
    return "\n".join([*outcome.said, *lines])


def _undone(undone: Undone) -> Iterator[str]:
    old, new = undone.versions
    yield f"Taken back: {undone.root} is as it was before the update{f' from {old} to {new}' if old != new else ''}."
    if undone.patch:
        yield f"What was edited since is in {undone.patch}"
        yield "  with the update it was made on: `git apply` brings both back."


def _updated(outcome: Outcome) -> Iterator[str]:
    old, new = outcome.versions
    yield from outcome.lines
    if outcome.is_nothing:
        yield f"Nothing to do: {outcome.root} is as {new} and its answers make it."
        return
    if outcome.dry:
        yield from _preview(outcome)
    way = f"from {old} to {new}" if old != new else f"at {new}"
    yield f"{'Would update' if outcome.dry else 'Updated'} {outcome.root} {way}."
    for key, (before, after) in outcome.answers.items():
        yield f"  {key}: {'nothing' if before is None else shown(before, 100)} → {shown(after, 100)}"
    for kind, mark in MARKS.items():
        yield from (f"  {mark} {path}" for path in outcome.files.get(kind, []))
    for path in outcome.kept:
        yield f"  = {path}  kept: the project doesn't have it any more, but it was edited; remove it if it's of no use"
    for path in outcome.missed:
        yield f"  x {path}  deleted by you, changed in the template: it stays away; git has it as it was"
    if outcome.conflicts:
        yield from _conflicts(outcome)
    elif not outcome.dry:
        yield "Next: run its tests, and commit. `layerwright undo` takes it back until then."


def _preview(outcome: Outcome) -> Iterator[str]:
    before, after = outcome.graphs
    yield outcome.diff
    if before == after and after:
        yield f"The network stays as it is:\n\n{after}\n"
        return
    for when, graph in (("before", before), ("after", after)):
        if graph:
            yield f"The network {when}:\n\n{graph}\n"


def _conflicts(outcome: Outcome) -> Iterator[str]:
    tense = "there would be conflicts" if outcome.dry else "there are conflicts"
    yield f"\n{tense.capitalize()}: both you and the update changed the same lines."
    for path, lines in outcome.conflicts.items():
        where = f", line {', '.join(map(str, lines))}" if lines else ""
        yield f"  ! {path}{where}"
    if not outcome.dry:
        yield "In each, between <<<<<<< and ======= are your lines, from there to >>>>>>> those of the update. Leave"
        yield "what is right, take the marks out, run the tests, `git add` them, and commit. Or: layerwright undo."
