"""The report for people."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..findings import Finding, Result, Severity
from ..rules import ALL

MENDS = {each.identifier: each.mend for each in ALL}


def report(results: Sequence[Result], strict: bool) -> str:
    """A line for each finding, where a click on it leads there; what was left out; the sums."""
    lines = [line for each in results for line in _of_project(each)]
    return "\n".join([*lines, _sums(results)])


def _of_project(result: Result) -> Iterator[str]:
    here = Path.cwd()
    folder = str(result.folder.relative_to(here) if result.folder.is_relative_to(here) else result.folder)
    for finding in result.loud:
        yield _line(folder, finding)
    for each in result.left_out:
        if not each.asked:
            yield f"{folder}: left out: {each.part}: {each.reason}"


def _line(folder: str, finding: Finding) -> str:
    where = os.path.normpath(os.path.join(folder, finding.place.path))
    head = f"{where}:{finding.place.line}: {finding.severity.value} {finding.rule}: {finding.message}"
    return head if finding.severity is Severity.NOTE else f"{head}\n    {MENDS[finding.rule]}"


def _sums(results: Sequence[Result]) -> str:
    found = Counter(each.severity for result in results for each in result.loud)
    counts = [_counted(found[each], each.value) for each in Severity if found[each]]
    silenced = sum(each.silenced is not None for result in results for each in result.findings)
    counts += [f"{silenced} silenced"] if silenced else []
    said = f"{_counted(len(results), 'project')}: {', '.join(counts) or 'nothing found'}"
    parts = {each.part: None for result in results for each in result.left_out}
    return f"{said}; not checked everywhere: {', '.join(parts)}" if parts else said


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" + "s" * (count != 1)
