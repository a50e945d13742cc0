"""What became of the weights, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from . import Carried, Part


def as_json(carried: Carried) -> str:
    """All that is known, as JSON."""
    return json.dumps(asdict(carried) | {"to": str(carried.to)}, indent=2)


def as_text(carried: Carried) -> str:
    """A line for each layer, and how to go on."""
    return "\n".join(_lines(carried))


def _lines(carried: Carried) -> Iterator[str]:
    yield from _listed("Kept", carried.kept)
    yield from _listed("New, as chance or its own pretrained weights have made it", carried.new)
    yield from _listed("Dropped", carried.dropped)
    for before, now in carried.likely:
        yield f"{now} may be {before}, renamed: names alone can't tell. If it is, say --rename {before}={now}"
    if carried.trouble:
        yield f"Beware: {carried.trouble}. They are random in the file."
    yield f"Wrote {carried.to}"
    yield "\nTo begin training with it, add a line to train.py, below the one that builds the model:"
    yield f"    {carried.start}"


def _listed(title: str, parts: tuple[Part, ...]) -> Iterator[str]:
    total = sum(each.parameters for each in parts)
    yield f"{title}: {len(parts)} layer{'s' * (len(parts) != 1)}, {total:,} parameters"
    for each in parts:
        yield f"  {each.layer}  {each.class_name}  {each.parameters:,}" + (f"  ({each.why})" if each.why else "")
