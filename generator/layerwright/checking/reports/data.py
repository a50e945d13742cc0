"""The report as JSON, for programs of one's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ... import __version__
from ..findings import Finding, Result, Severity


def report(results: Sequence[Result], strict: bool) -> str:
    """All that is known, project by project. `format` changes when the form does."""
    found = [each for result in results for each in result.loud]
    return json.dumps(
        {
            "format": 1,
            "layerwright": __version__,
            "strict": strict,
            "totals": {each.value: sum(one.severity is each for one in found) for each in Severity},
            "projects": [_project(each) for each in results],
        },
        indent=2,
    )


def _project(result: Result) -> dict[str, Any]:
    return {
        "folder": str(result.folder),
        "version": result.version,
        "findings": [_finding(each) for each in sorted(result.findings, key=lambda each: (each.place, each.rule))],
        "left_out": [{"part": each.part, "reason": each.reason, "asked": each.asked} for each in result.left_out],
        "rules": list(result.rules),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.place.path,
        "line": finding.place.line,
        "message": finding.message,
        "silenced": finding.silenced,
    }
