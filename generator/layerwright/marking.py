"""Shows a problem in the user's own line: where it stands in a file or on the command line, with a mark under it.

houses.yml, line 3
    inputs: "photo: imge 64x64x3"
                    ^^^^
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import field
from functools import lru_cache
from unicodedata import east_asian_width

import yaml

from .answers import KEYS, MERGED
from .faults import IncompleteCommand, NoProject, UnreadableFile
from .problems import Problem
from .records import dataclass

WIDEST = 100
"""How much of a line is shown at most, in characters: of a longer one what is around the mark."""

NARROWEST = 20
"""How much is shown in the narrowest terminal."""

INDENT = "    "

LONGEST = 100_000
"""Longest text, in characters, in which places are looked for: answers are shorter, and it has to be quick."""

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DEEPEST = 200
"""How deep a place may lie: deeper than any answer that is read."""


@dataclass(frozen=True)
class Source:
    """A text in which answers stand: a file's content, or what follows one `--data`. `offset` is where YAML begins.

    One with a key is a part of the command line, behind a word that is its name.
    """

    name: str
    text: str
    key: str = ""
    offset: int = 0


@dataclass
class Sources:
    """All texts that the answers of a command come from, those that win over others last."""

    found: list[Source] = field(default_factory=list)
    words: tuple[str, ...] = ()
    """The command line, behind the program's name."""
    columns: int = 0
    """How many the terminal has in which it's shown; none, if it's no terminal."""

    def add_file(self, name: str, text: str) -> None:
        """A file with answers: its name, and what it holds."""
        self.found.insert(0, Source(name, text))

    @property
    def file(self) -> Source | None:
        """The file with answers, if there is one."""
        return next((each for each in self.found if not each.key), None)

    def add_pair(self, pair: str) -> None:
        """What follows a `--data`."""
        key = pair.partition("=")[0]
        self.found.append(Source("--data", pair, key, len(key) + 1))


@dataclass(frozen=True)
class Span:
    """A part of a text, from a character to before another."""

    start: int
    end: int

    def narrowed(self, text: str, words: Sequence[str]) -> Span | None:
        """The first of the words that stands in it as a word of its own."""
        for word in words:
            for found in re.finditer(re.escape(word), text[self.start : self.end]):
                start, end = self.start + found.start(), self.start + found.end()
                joined = (word[0], text[:start][-1:]), (word[-1], text[end:][:1])
                if not any(_joins(inner) and _joins(outer) for inner, outer in joined):
                    return Span(start, end)
        return None


def _joins(character: str) -> bool:
    return character.isalnum() or character == "_"


def marked(problem: Problem, sources: Sources) -> str:
    """The line that a problem is in, with a mark under the place; empty if the user has said nothing there."""
    key, *path = _parts(problem.place)
    saying = [source for source in reversed(sources.found) if source.key in ("", key)]
    for source in sorted(saying, key=lambda each: _lacked(each, str(key), path)):
        spans = _said(source, [key, *path])
        if spans:
            narrow = (span.narrowed(source.text, _quoted(problem)) for span in spans)
            return _drawn(source, next(filter(None, narrow), spans[-1]), sources.columns)
    return _typed(problem, sources.words, sources.columns)


def _typed(problem: Problem, words: Sequence[str], columns: int) -> str:
    """The command line with a mark under what a problem is of: an option, a word that it quotes, or where one lacks."""
    line = Source("layerwright", shlex.join(words), "layerwright")
    if problem.fault is IncompleteCommand:
        end = len(line.text) + bool(words)
        return _drawn(line, Span(end, end + 1), columns) if words else ""
    span = _option(problem, line.text, words) or _word(problem, line.text)
    return _drawn(line, span, columns) if span else ""


def _option(problem: Problem, line: str, words: Sequence[str]) -> Span | None:
    """Where the option stands that is a problem's place, or the value of it that the problem names."""
    names = problem.place.split(", ") if problem.place.startswith("-") else []
    at = [index for index, word in enumerate(words) if word.partition("=")[0] in names]
    if not at:
        return None
    start = len(shlex.join([*words[: at[-1]], ""])) - 2 if at[-1] else 0
    option, joined, value = words[at[-1]].partition("=")
    if not joined:
        value = next(iter(words[at[-1] + 1 :]), "")
    rest = Span(start + len(option), len(line))
    named = [value] if value in problem.what and not value.startswith("-") and value else []
    narrow = rest.narrowed(line, _quoted(problem)) or rest.narrowed(line, named)
    return narrow or Span(start, start + len(option))


def _word(problem: Problem, line: str) -> Span | None:
    """Where the last of the words stands that a problem quotes; or what isn't there, or isn't what it has to be."""
    said = [*_quoted(problem), *([problem.place] if problem.fault in (NoProject, UnreadableFile) else [])]
    written = {form for word in said for form in (word, shlex.quote(word))}
    found = [each for form in written for each in re.finditer(rf"(?<!\S){re.escape(form)}(?!\S)", line)]
    return Span(found[-1].start(), found[-1].end()) if found else None


def _parts(place: str) -> list[str | int]:
    """The steps of a place: `layers.body[2]` is layers, body, 2."""
    found = re.findall(r"\[(\d+)\]|([^.\[\]]+)", place)[:DEEPEST]
    return [int(index) if index else name for index, name in found] or [place]


def _quoted(problem: Problem) -> list[str]:
    """The words that a problem quotes, as they may stand in the line."""
    return [word for word in re.findall(r"'([^']+)'", problem.what) if word]


def _said(source: Source, steps: list[str | int]) -> list[Span]:
    """Where a text says something of a place: all of that, and at last what to mark if no word of it is the fault.

    Empty if it says nothing of it. A step that leads nowhere ends the way: then it's where the way ends.
    """
    node = _composed(source)
    if not source.key:
        return _walked(source, node, steps) if node is not None and _child(node, steps[0]) else []
    value = Span(source.offset, len(source.text))
    if len(steps) == 1:
        return [value, Span(0, len(source.text)), value]
    return [_entry(source, value, steps[1]) or value] if node is None else _walked(source, node, steps[1:])


def _lacked(source: Source, key: str, path: list[str | int]) -> int:
    """How many steps a text lacks of the way to a part beside which another text may say the rest; 0, if of none."""
    steps = [*([] if source.key else [key]), *path[: MERGED[key]]] if key in MERGED else []
    node, count = _composed(source), len(steps)
    for step in steps:
        if node is None or not (found := _child(node, step)):
            break
        count, node = count - 1, found[1]
    return count


@lru_cache(maxsize=8)
def _composed(source: Source) -> yaml.Node | None:
    """A text as YAML; None if it's no YAML, or one that is taken as it is."""
    if source.key and (source.key not in KEYS or KEYS[source.key].type != "yaml"):
        return None
    text = source.text[source.offset :]
    try:
        return yaml.compose(text, LOADER) if len(text) <= LONGEST else None
    except (yaml.YAMLError, RecursionError, UnicodeError):  # what it is that it isn't, its own problem says
        return None


def _walked(source: Source, node: yaml.Node, steps: list[str | int]) -> list[Span]:
    """Where the steps lead from a node."""
    name: yaml.Node | None = None
    for step in steps:
        if isinstance(node, yaml.ScalarNode):
            line = _of(node, source)
            return [_entry(source, line, step) or line]
        if not (found := _child(node, step)):
            break
        name, node = found
    spans = [_of(node, source)]
    return [*spans, _of(name, source)] if name is not None and not isinstance(node, yaml.ScalarNode) else spans


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    """What a step leads to: the key, if there's one, and the value."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return None, node.value[step]
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == str(step)), None)
    return None


def _of(node: yaml.Node, source: Source) -> Span:
    return Span(node.start_mark.index + source.offset, node.end_mark.index + source.offset)


def _entry(source: Source, line: Span, name: str | int) -> Span | None:
    """An entry of a line: `inputs.photo` is from `photo:` to before the next comma."""
    found = re.search(rf"(?<![\w]){re.escape(str(name))}(?![\w])[^,\"'\n]*", source.text[line.start : line.end])
    return Span(line.start + found.start(), line.start + found.end()) if found else None


def _drawn(source: Source, span: Span, columns: int) -> str:
    """The line with the mark, as wide as the terminal at most. What is on several lines is marked on the first."""
    prefix = f"{INDENT}{source.name} " if source.key else INDENT
    widest = min(WIDEST, max(NARROWEST, columns - len(prefix) - 3)) if columns else WIDEST
    span = span if span.start < span.end else Span(0, len(source.text))
    start = source.text.rfind("\n", 0, span.start) + 1
    end = source.text.find("\n", start)
    line = source.text[start : end if end >= 0 else None].rstrip()
    left, right = span.start - start, max(span.start - start + 1, min(span.end - start, len(line)))
    cut = max(0, min(left - widest // 3, len(line) - widest))
    shown = "".join(_printable(line[cut : cut + widest]))
    mark = " " * _width(shown[: left - cut]) + "^" * max(1, _width(shown[left - cut : right - cut]))
    number = f", line {source.text.count(chr(10), 0, start) + 1}" if not source.key else ""
    head = [f"  {source.name}{number}"] if not source.key else []
    before, after = "…" if cut else "", "…" if cut + widest < len(line) else ""
    return "\n".join([*head, f"{prefix}{before}{shown}{after}", f"{' ' * len(prefix + before)}{mark}"])


def _printable(text: str) -> Iterator[str]:
    """A character for each of the text, none of which a terminal takes for more than that."""
    yield from (each if each.isprintable() else " " if each == "\t" else "·" for each in text)


def _width(text: str) -> int:
    """How many columns a text takes in a terminal."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
