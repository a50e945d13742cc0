"""The pages of error codes: each fault's own text, and what is said of some wrong answers and commands.

The examples are the tests' corpora. What is said of answers is said here anew, with the mark in their own lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from layerwright.answers.sources import flow
from layerwright.cli.saying import said
from layerwright.faults import TOPICS, Fault
from layerwright.marking import Source, Sources
from layerwright.plan import design
from layerwright.problems import AnswersError, Problem

MOST = 3
"""Most examples on a page: those with little else that is wrong."""

STANDS_FOR = ("NESTED", "LONG")
"""What the corpus writes for answers that would fill a page."""

HEAD = """\
# Error codes

The first line of each message ends in a code, as `[unknown-kind]`. It is one for all cases of a fault; the message
itself says the place, the case, and the mend. In a terminal, `layerwright errors CODE` shows the same text. With
`--format json`, a command prints what is wrong as JSON too, with the codes.
"""


def index() -> Iterator[str]:
    """All codes, by what they are about."""
    yield HEAD
    for topic in TOPICS:
        yield f"## {topic.title().rstrip('.')}\n\n| code | what is wrong |\n|---|---|"
        yield from (f"| [{each.code}]({each.code}.md) | {each.title()} |" for each in topic.__subclasses__())
        yield ""


def page(fault: type[Fault], tests: Path) -> Iterator[str]:
    """What a fault means, and examples. So many pages aren't listed at the side of every other: the index has them."""
    yield f"---\norphan: true\n---\n\n# {fault.code}\n"
    yield f"{fault.title()}\n\n{fault.why()}\n\n**To mend it:** {fault.mend}\n"
    examples = [*_of_answers(fault, tests), *_of_commands(fault, tests)][:MOST]
    if examples:
        yield "## Examples\n"
        yield from examples


def _of_answers(fault: type[Fault], tests: Path) -> Iterator[str]:
    found = [each for each in _answered(tests) if any(problem.fault is fault for problem in each[2])]
    for name, text, problems in sorted(found, key=lambda each: (len(each[2]), len(each[1]))):
        source = Sources([Source("answers.yml", text)])
        message = "\n\n".join(said(each, source) for each in problems if each.fault is fault)
        yield f"{_sentence(name)}\n\n```yaml\n{text}\n```\n\n```text\n{message}\n```\n"


@lru_cache
def _answered(tests: Path) -> list[tuple[str, str, tuple[Problem, ...]]]:
    """Each case of answers: its name, the answers as a file, what is wrong with them."""
    found = []
    for case in yaml.safe_load((tests / "errors.yml").read_text(encoding="utf-8")):
        text = "\n".join(f"{key}: {flow(value)}" for key, value in case["answers"].items())
        if any(word in text for word in STANDS_FOR):
            continue
        try:
            design(case["answers"])
        except AnswersError as error:
            found.append((case["case"], text, error.problems))
    return found


def _of_commands(fault: type[Fault], tests: Path) -> Iterator[str]:
    for case in _commands(tests):
        if f" [{fault.code}]\n" in case["says"]:
            files = {path: text for path, text in case.get("files", {}).items() if "/" not in path}
            shown = "".join(f"```yaml\n# {path}\n{text.strip()}\n```\n\n" for path, text in files.items())
            said_then = f"$ layerwright {case['run']}\n{case['says'].strip()}"
            yield f"{_sentence(case['case'])}\n\n{shown}```text\n{said_then}\n```\n"


@lru_cache
def _commands(tests: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((tests / "commands.yml").read_text(encoding="utf-8"))
    return found


def _sentence(name: str) -> str:
    return f"{name[0].upper()}{name[1:]}:"
