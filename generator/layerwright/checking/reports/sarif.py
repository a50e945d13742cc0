"""The report as SARIF 2.1.0, which code hosts show beside the lines."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ... import __version__
from ..findings import Finding, Result
from ..rule import Rule
from ..rules import ALL

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
INDEX = {each.identifier: index for index, each in enumerate(ALL)}


def report(results: Sequence[Result], strict: bool) -> str:
    """One run, with a result for each finding, silenced ones among them, and a notification for what was left out."""
    run = {
        "tool": {"driver": {"name": "layerwright", "version": __version__, "rules": [_rule(each) for each in ALL]}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [each for result in results for each in _left_out(result)],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(result.folder, each) for result in results for each in result.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.identifier,
        "name": type(rule).__name__,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.protects},
        "help": {"text": rule.mend},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(folder: Path, finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": INDEX[finding.rule],
        "level": finding.severity.value,
        "message": {"text": finding.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(folder / finding.place.path)},
                    "region": {"startLine": finding.place.line},
                }
            }
        ],
        # A line moves; what is said of it stays.
        "partialFingerprints": {"layerwright/v1": _fingerprint(folder, finding)},
    }
    if finding.silenced is not None:
        told["suppressions"] = [{"kind": "inSource", "justification": finding.silenced}]
    return told


def _fingerprint(folder: Path, finding: Finding) -> str:
    text = "\0".join((_uri(folder), finding.rule, finding.place.path, finding.message))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _uri(path: Path) -> str:
    """A path as SARIF has it: relative to where the check runs if it lies below, else whole."""
    here = Path.cwd()
    if path.is_relative_to(here):
        return quote(os.fsencode(path.relative_to(here).as_posix()))
    return path.as_uri()


def _left_out(result: Result) -> Iterator[dict[str, Any]]:
    for each in result.left_out:
        yield {
            "level": "note" if each.asked else "warning",
            "message": {"text": f"{result.folder}: {each.part} left out: {each.reason}"},
        }
