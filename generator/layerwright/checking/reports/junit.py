"""The report as JUnit XML, which CI servers show among the tests: a suite for each project, a case for each rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from xml.etree import ElementTree

from ..findings import Finding, Result, Severity, grave
from ..rules import ALL

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML can't hold."""


def report(results: Sequence[Result], strict: bool) -> str:
    """Errors are failures, warnings too if they count; what else was found stands in a case's output."""
    failing = grave(strict=strict)
    root = ElementTree.Element("testsuites", name="layerwright check")
    for result in results:
        _suite(root, result, failing)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _suite(root: ElementTree.Element, result: Result, failing: Collection[Severity]) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=_text(str(result.folder)))
    failures = sum(_case(suite, result, identifier, failing) for identifier in result.rules)
    for each in result.left_out:
        case = ElementTree.SubElement(suite, "testcase", classname=_text(str(result.folder)), name=each.part)
        ElementTree.SubElement(case, "skipped", message=_text(each.reason))
    counts = {"tests": len(suite), "failures": failures, "errors": 0, "skipped": len(result.left_out)}
    for name, count in counts.items():
        suite.set(name, str(count))


def _case(suite: ElementTree.Element, result: Result, identifier: str, failing: Collection[Severity]) -> bool:
    """Adds the case of a rule, and says whether it fails."""
    rule = next(each for each in ALL if each.identifier == identifier)
    name = f"{identifier} {rule.name}"
    case = ElementTree.SubElement(suite, "testcase", classname=_text(str(result.folder)), name=name)
    found = [each for each in result.loud if each.rule == identifier]
    failures = [each for each in found if each.severity in failing]
    if failures:
        failure = ElementTree.SubElement(case, "failure", type=identifier, message=_text(failures[0].message))
        failure.text = _text("\n".join(map(_line, failures)))
    if rest := [each for each in found if each.severity not in failing]:
        ElementTree.SubElement(case, "system-out").text = _text("\n".join(map(_line, rest)))
    return bool(failures)


def _line(finding: Finding) -> str:
    return f"{finding.place}: {finding.severity.value} {finding.rule}: {finding.message}"


def _text(text: str) -> str:
    return UNWRITABLE.sub("\ufffd", text)
