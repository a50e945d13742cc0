"""Draws what a run of the suite takes of what is wide: some, by LAYERWRIGHT_SEED; all with LAYERWRIGHT_WHOLE=1."""

from __future__ import annotations

import os
import random
from collections.abc import Collection
from typing import TypeVar

Drawn = TypeVar("Drawn")

SEED = int(os.environ.get("LAYERWRIGHT_SEED", "1"))
"""conftest.py sets it too, for the processes that a test starts."""

ALL = bool(os.environ.get("LAYERWRIGHT_WHOLE"))


def some(things: Collection[Drawn], count: int) -> list[Drawn]:
    """As many of them, in their order."""
    each = list(things)
    if ALL or count >= len(each):
        return each
    return [each[place] for place in sorted(random.Random(SEED).sample(range(len(each)), count))]
