"""The page on rules, made of the rules themselves."""

from __future__ import annotations

from .rule import Rule
from .rules import ALL

HEAD = """\
# The rules of `layerwright check`

Made of the rules' own source by `make regenerate`. [Checking projects](checking.md) says how to run them, and how to
silence one.
"""


def page() -> str:
    """The page: a table of all rules, then each with what it protects and what to do."""
    rows = ["| rule | finds | severity | looks at |", "|---|---|---|---|"]
    rows += [
        f"| [{each.identifier}](#{_anchor(each)}) | {each.title} | {each.severity.value} | {each.part.value} |"
        for each in ALL
    ]
    return "\n".join([HEAD, *rows, "", *(_section(each) for each in ALL)]).rstrip() + "\n"


def _anchor(rule: Rule) -> str:
    return f"{rule.identifier}-{rule.name}".lower()


def _section(rule: Rule) -> str:
    return f"## {rule.identifier} {rule.name}\n\n{rule.title}\n\n{rule.protects}\n\n**To mend it:** {rule.mend}\n"
