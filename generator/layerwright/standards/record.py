"""What a project keeps of its standard: a copy, where that came from, and which files it brought.

So whoever has the project has its standard, with or without the package or the folder that it came from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from ..answers.sources import load_yaml
from ..faults import Damaged
from ..places import LARGEST
from ..problems import AnswersError, Problem
from ..records import dataclass
from .files import RECORD, wrong_path
from .reading import read
from .standard import Standard

HEAD = """\
# The standard that this project keeps to, as it was when it came: `layerwright update` brings a newer one.
# Don't edit it by hand: it belongs to whoever keeps the standard.
"""

MEND = "take it from an earlier commit, or say which standard it is: layerwright update --standard …"

PARTS = ("from", "files", "standard")
ORIGIN = ("package", "entry", "path")
"""Where a standard may come from: an entry point of a package, or a folder in the same repository."""


@dataclass(frozen=True)
class Record:
    """The standard of a project, where it came from, and the names that git has for the files that it brought."""

    standard: Standard
    origin: Mapping[str, str]
    files: Mapping[str, str]

    @classmethod
    def read(cls, text: str, place: str = RECORD) -> Record:
        """What a project keeps. Raises AnswersError if it isn't what layerwright wrote: anybody may have edited it."""
        if len(text) > LARGEST:
            raise AnswersError([Problem(place, Damaged, "is too large", MEND)])
        raw = load_yaml(text, place)
        if not isinstance(raw, Mapping) or set(raw) != set(PARTS):
            raise AnswersError([Problem(place, Damaged, f"doesn't have {', '.join(PARTS)}", MEND)])
        origin, files = raw["from"], raw["files"]
        if not _is_texts(origin) or not set(origin) <= set(ORIGIN):
            raise AnswersError([Problem(f"{place}: from", Damaged, "doesn't say where a standard comes from", MEND)])
        if not _is_texts(files) or not all(re.fullmatch(r"[0-9a-f]{40}", each) for each in files.values()):
            raise AnswersError(
                [Problem(f"{place}: files", Damaged, "doesn't say files and the names that git has for them", MEND)]
            )
        for path in files:
            if _leads_away(path):
                raise AnswersError([Problem(f"{place}: files", Damaged, "one isn't a file of the project's", MEND)])
        return cls(read(raw["standard"], f"{place}: standard"), origin, files)

    def text(self) -> str:
        """What the file holds."""
        raw: dict[str, Any] = {"from": dict(self.origin), "files": dict(self.files), "standard": self.standard.raw}
        return HEAD + yaml.safe_dump(raw, allow_unicode=True, sort_keys=False, width=120)


def _is_texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(each, str) for pair in value.items() for each in pair)


def _leads_away(path: str) -> bool:
    """Whether no standard's file could have this path. What the template has now, it may not have had then."""
    wrong = wrong_path(path)
    return wrong is not None and not wrong[0].startswith("the template")
