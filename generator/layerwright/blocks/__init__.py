"""What stands in a stack: layers, groups of layers, references.

A new group is one module with a frozen dataclass that has `build`, a function that reads it, and an entry of
GROUPS.
"""

from __future__ import annotations

from .builder import Abandoned, Builder, Item, Stack, Unread
from .ending import read_output
from .joining import Join, read_join
from .layer import LayerItem, is_name, name_like, read_value
from .merges import MERGES
from .modelling import read_model
from .parallel import read_parallel
from .reading import GroupReader, Reader
from .repeating import read_repeat
from .residual import read_residual
from .reusing import read_use
from .sequences import READERS
from .starting import read_start
from .wrapping import WRAPPERS, wrapper_reader
from .writing import written_value

GROUPS: dict[str, GroupReader] = {
    "residual": read_residual,
    "parallel": read_parallel,
    "repeat": read_repeat,
    "model": read_model,
    "merge": read_join,
    "use": read_use,
    "from": read_start,
    "output": read_output,
    **READERS,
    **{word: wrapper_reader(word) for word in WRAPPERS},
}

__all__ = [
    "GROUPS",
    "MERGES",
    "WRAPPERS",
    "Abandoned",
    "Builder",
    "Item",
    "Join",
    "LayerItem",
    "Reader",
    "Stack",
    "Unread",
    "is_name",
    "name_like",
    "read_value",
    "written_value",
]
