"""Answers: plain texts, lists and mappings from presets, files, flags and prompts; put together, then checked.

`combine` puts sources together, later over earlier; `read` makes a spec of the result, or raises every problem.
"""

from __future__ import annotations

from .keys import KEYS, Answers, named_now
from .reading import complete, examine, package_name, read
from .sources import MERGED, combine, load_file, load_pairs, normalised

__all__ = [
    "KEYS",
    "MERGED",
    "Answers",
    "combine",
    "complete",
    "examine",
    "load_file",
    "load_pairs",
    "named_now",
    "normalised",
    "package_name",
    "read",
]
