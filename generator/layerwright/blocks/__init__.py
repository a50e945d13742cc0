"""What stands in a stack: layers, and groups of layers.

A new group is one module with a frozen dataclass that has `build`, a function that reads it, and an entry of
GROUPS.
"""

from __future__ import annotations

from .builder import MERGES, PAIRWISE, Abandoned, Builder, Item, Stack
from .layer import LayerItem, is_name, read_value
from .parallel import read_parallel
from .reading import GroupReader, Reader
from .residual import read_residual

GROUPS: dict[str, GroupReader] = {"residual": read_residual, "parallel": read_parallel}

__all__ = [
    "GROUPS",
    "MERGES",
    "PAIRWISE",
    "Abandoned",
    "Builder",
    "Item",
    "LayerItem",
    "Reader",
    "Stack",
    "is_name",
    "read_value",
]
