"""What a project says that it has on purpose: comments in its files, and a table in its pyproject.toml."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from ..places import ANSWERS_FILE
from ..records import dataclass
from .findings import Place
from .project import Project

COMMENT = re.compile(r"#\s*layerwright:\s*ignore\[([^\]]*)\]\s*(.*)")
PLAIN = (ANSWERS_FILE, "config.yaml", "pyproject.toml", ".gitignore")
"""Files whose comments begin with a hash too."""


@dataclass(frozen=True)
class Silence:
    """A rule that the project doesn't want to hear of: at a line, or (`line` 0) anywhere. `reason` may be missing."""

    rule: str
    reason: str
    place: Place
    everywhere: bool = False
    alone: bool = False
    """Whether the comment has its line for itself: it speaks of the next one then."""

    def covers(self, rule: str, place: Place) -> bool:
        """Whether it speaks of a finding."""
        if not self.reason or self.rule != rule:
            return False
        if self.everywhere:
            return True
        lines = (self.place.line, self.place.line + self.alone)
        return place.path == self.place.path and place.line in lines


def silences(project: Project) -> Iterator[Silence]:
    """All that a project silences, rightly or not."""
    yield from _table(project)
    for path in (*PLAIN, *_python(project)):
        yield from _comments(path, project.text(path) or "")


def _python(project: Project) -> Iterator[str]:
    for folder in ("src", "tests"):
        for path in sorted((project.folder / folder).rglob("*.py")):
            yield path.relative_to(project.folder).as_posix()


def _table(project: Project) -> Iterator[Silence]:
    ignored = project.settings.get("ignore", {}) if not isinstance(project.settings, str) else {}
    for rule, reason in ignored.items() if isinstance(ignored, dict) else ():
        lines = (project.text("pyproject.toml") or "").splitlines()
        line = next((number for number, text in enumerate(lines, 1) if rule in text), 1)
        said = reason.strip() if isinstance(reason, str) else ""
        yield Silence(rule, said, Place("pyproject.toml", line), everywhere=True)


def _comments(path: str, text: str) -> Iterator[Silence]:
    for line, before, comment in _in_python(text) if path.endswith(".py") else _in_lines(text):
        if found := COMMENT.match(comment):
            for rule in found[1].split(","):
                yield Silence(rule.strip(), found[2].strip(), Place(path, line), alone=not before.strip())


def _in_python(text: str) -> Iterator[tuple[int, str, str]]:
    """Comments with their lines and what stands before them; not what looks like one in a text."""
    if "layerwright:" not in text:
        return
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.line[: token.start[1]], token.string
    except (tokenize.TokenError, SyntaxError):
        return


def _in_lines(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        before, hash_, comment = line.partition("#")
        if hash_:
            yield number, before, hash_ + comment
