"""An organisation's standard: what its projects answer alike, and the files that all of them have.

    a file, a folder, a package → finding → reading → a standard → answers (new, update), findings (check)
                                           (strict)               → files of its own, and a record in the project

A standard is data. Nothing of it is run, and nothing of it is a template.
"""

from __future__ import annotations

from .files import RECORD, OwnFile, is_as_made, lay
from .finding import NONE, Found, Renewed, find, later, renewed
from .keeping import Keeping
from .questions import means_something
from .reading import read
from .record import Record
from .standard import DATA, Demand, Settled, Standard, of_allowed, of_fixed, of_required, settle, violations

__all__ = [
    "DATA",
    "NONE",
    "RECORD",
    "Demand",
    "Found",
    "Keeping",
    "OwnFile",
    "Record",
    "Renewed",
    "Settled",
    "Standard",
    "find",
    "is_as_made",
    "later",
    "lay",
    "means_something",
    "of_allowed",
    "of_fixed",
    "of_required",
    "read",
    "renewed",
    "settle",
    "violations",
]
