"""The word `output`, which a head may end in; here, where it stands anywhere else."""

from __future__ import annotations

from typing import Any

from ..faults import MisplacedKey
from ..problems import Edit
from .builder import Item
from .reading import Reader


def read_output(value: Any, place: str, reader: Reader) -> Item | None:
    """Notes that the word can't stand here: where it can, the head's reader has taken it."""
    what = "output says the last layer of a head, and stands nowhere but at the end of one"
    is_layer = value not in (None, "none", "")
    mend = "write its layer alone" if is_layer else "leave it out"
    reader.problems.add(place, MisplacedKey, what, mend, Edit("set", place, value) if is_layer else Edit("drop", place))
    return None
