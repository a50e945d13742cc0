"""Updates: a newer template, or changed answers, merged with what the user has made of the project.

    project → source → wish → rendering → changes → journal
    (clean)   (trust)  (data) (beside it)  (files)  (applied whole, or not at all)

Copier renders and merges, beside the project and never in it; what comes of it is then brought into the project file
by file, under a journal. `recover` is for every command that looks at a project: an update that was cut off is taken
back first.
"""

from __future__ import annotations

from .engine import Outcome, Request, update
from .project import Project
from .recovery import recover
from .report import as_data, as_text
from .undoing import Undone, undo
from .wish import added, removed

__all__ = [
    "Outcome",
    "Project",
    "Request",
    "Undone",
    "added",
    "as_data",
    "as_text",
    "recover",
    "removed",
    "undo",
    "update",
]
