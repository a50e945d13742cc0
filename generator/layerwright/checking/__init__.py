"""Checks living projects: which version made them, how files and network have drifted from the answers.

    PATH… → projects → evidence (files as they were made, source, built network) → rules → findings → a report

What can't be looked at is left out, and said to be: it's never called a pass.
"""

from __future__ import annotations

from .documentation import page
from .findings import Finding, LeftOut, Place, Result, Severity
from .project import located, unplaced
from .reports import FORMATS
from .rule import Rule
from .rules import ALL
from .running import Options, check, exit_code, processors, unmeant

__all__ = [
    "ALL",
    "FORMATS",
    "Finding",
    "LeftOut",
    "Options",
    "Place",
    "Result",
    "Rule",
    "Severity",
    "check",
    "exit_code",
    "located",
    "page",
    "processors",
    "unmeant",
    "unplaced",
]
