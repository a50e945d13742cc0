"""Reports: for people, and in the forms that programs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..findings import Result
from . import data, junit, sarif, text

Report = Callable[[Sequence[Result], bool], str]
"""Takes results, and whether warnings count as errors."""

FORMATS: Mapping[str, Report] = {
    "text": text.report,
    "json": data.report,
    "sarif": sarif.report,
    "junit": junit.report,
}
