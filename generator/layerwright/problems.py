"""What is wrong with a set of answers, where, and what would be right.

Errors are values: a stage collects every problem that it can find and only then raises, so that one run
tells a user everything. Nothing here knows about answers, graphs or terminals.
"""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from .faults import FAULTS, Fault, OtherVersion, UnreadableAnswers
from .records import dataclass

SHORT = 50
"""Longest message, in characters, that a prompt shows whole beside its question."""

MOST_CHOICES = 26
"""Most words that a message lists; of more, it names the nearest."""

MOST_PROBLEMS = 50
"""Most that are said of one set of answers. Nobody reads more, and a file that is none at all has thousands."""

LONGEST_PLACE = 1000
"""Longest place that a message names, in characters."""

LONGEST_WORD = 100
"""How much of a word, in characters, is looked at for one that is like it."""

_BRIEF = reprlib.Repr()
"""Spells a value however large or deep it is; the ends of long texts are left to `shown`."""
_BRIEF.maxlevel, _BRIEF.maxstring, _BRIEF.maxother, _BRIEF.maxlong = 3, 1000, 1000, 1000
_BRIEF.maxlist = _BRIEF.maxtuple = _BRIEF.maxdict = 10


Action: TypeAlias = Literal["set", "drop", "before", "after", "append", "argument", "rename"]


@dataclass(frozen=True)
class Edit:
    """One change of a set of answers.

    `place` is a key, dotted down to the part, as a problem's. `set` puts the value there, `drop` takes out what is
    there, `before` and `after` put the value next to an item of a list, `append` at the end of a list. `argument` sets
    one argument of a layer, a group, or an entry of a line: its value is a pair of key and value, None for none.
    `rename` puts one word for another: its value is a pair of the old and the new, None for none; a key, a name, the
    word of a layer.
    """

    action: Action
    place: str
    value: Any = None


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    `place` is the answer's key, dotted down to the part (`layers.body[2]`); `fault` says of what sort it is, and has
    the code that users see; `what` says what is wrong; `mend` says what would be right, and `edits` say it as data:
    carried out on the answers, they mend it.
    """

    place: str
    fault: type[Fault]
    what: str
    mend: str
    edits: tuple[Edit, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.head}\n    {self.mend}"

    @property
    def head(self) -> str:
        """Its first line: where, what, and the code."""
        return f"{self.place}: {self.what} [{self.fault.code}]"

    @property
    def key(self) -> str:
        """The key of the answers that its place is under."""
        return key_of(self.place)

    @property
    def short(self) -> str:
        """`what`, cut to what a prompt can show."""
        return self.what if len(self.what) <= SHORT else self.what[: SHORT - 1] + "…"


def as_data(problem: Problem) -> dict[str, str]:
    """A problem as texts, for other programs, and for another version of this package."""
    return {"code": problem.fault.code, "place": problem.place, "what": problem.what, "mend": problem.mend}


def from_data(data: Mapping[str, str]) -> Problem:
    """The problem that `as_data` of this version, or of another one, has made texts of."""
    fault = FAULTS.get(data.get("code", ""), OtherVersion)
    return Problem(data["place"], fault, data["what"], data["mend"])


def key_of(place: str) -> str:
    """The key of the answers that a place is under: layers, of `layers.body[2]`."""
    return place.partition(".")[0].partition("[")[0]


def is_in(place: str, outer: str) -> bool:
    """Whether a place is another one or lies in it, as `body[1].residual[0]` in `body[1]`, and `body[11]` doesn't."""
    return place == outer or place.startswith((f"{outer}.", f"{outer}["))


class AnswersError(Exception):
    """The answers can't become a project. Holds every problem found, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass
class Problems:
    """Collects problems while a stage goes on, and raises them together."""

    found: list[Problem] = field(default_factory=list)

    def add(self, place: str, fault: type[Fault], what: str, mend: str, *edits: Edit) -> None:
        """Notes one problem, once. The place may be of the user's making: a key in YAML can be any text.

        Raises AnswersError if there are too many.
        """
        problem = Problem(_brief(plain(place)), fault, what, mend, edits)
        if problem not in self.found:
            if len(self.found) == MOST_PROBLEMS:
                what = f"there is more that is wrong than these {MOST_PROBLEMS}"
                last = Problem("answers", UnreadableAnswers, what, "mend these first, and ask again")
                raise AnswersError([*self.found, last])
            self.found.append(problem)

    def drop_with(self, place: str) -> None:
        """Has what leaves out all that is in a group leave the group out too: one with nothing in it is wrong again."""
        for index, problem in enumerate(self.found):
            inside = is_in(problem.place, place) and problem.place != place
            if inside and all(edit.action == "drop" for edit in problem.edits):
                self.found[index] = replace(problem, edits=(*problem.edits, Edit("drop", place)))

    def raise_if_any(self) -> None:
        """Raises AnswersError if anything was noted."""
        if self.found:
            raise AnswersError(self.found)


def plain(text: str) -> str:
    """A text with what isn't to be seen spelled out, line ends and tabs aside: no terminal obeys it, nor a log."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(each if each.isprintable() or each in "\n\t" else ascii(each)[1:-1] for each in text)


def _brief(place: str) -> str:
    """A place that can be told from what follows it, on one line, and isn't longer than one."""
    if not place or place != place.strip() or not place.isprintable():
        return shown(place, LONGEST_PLACE)
    return place if len(place) <= LONGEST_PLACE else place[: LONGEST_PLACE - 1] + "…"


def unknown(noun: str, word: object, known: Iterable[str]) -> tuple[str, str]:
    """The two texts of a problem with a word that isn't one of `known`: what is wrong, and the mend."""
    choices = sorted(known)
    near = nearest(word, choices)
    if len(choices) > MOST_CHOICES:
        listed = f"near it are {', '.join(_like(word, choices, 5, 0))}"
    else:
        listed = "one of: " + ", ".join(choices) if choices else "there are none"
    mend = f"did you mean {near}? ({listed})" if near else listed
    return f"unknown {noun} {shown(word)}", mend


def nearest(word: object, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """The one of the known words that somebody may have meant by this one, None if it's like none."""
    return next(iter(_like(word, sorted(known), 1, cutoff)), None)


def meant(word: object, known: Iterable[str]) -> str | None:
    """The one of the known words that somebody surely meant: what is wrong beside it can be said too."""
    return nearest(word, known, 0.75)


def _like(word: object, choices: Sequence[str], most: int, cutoff: float) -> list[str]:
    lower = {choice.lower(): choice for choice in choices}
    text = word.lower()[:LONGEST_WORD] if isinstance(word, str) else ""
    return [lower[each] for each in _close(text, tuple(lower), most, cutoff)]


@lru_cache(maxsize=64)
def _close(text: str, words: tuple[str, ...], most: int, cutoff: float) -> list[str]:
    """The words like a text, the closest first: kept, since what is repeated a thousand times is wrong as often."""
    return difflib.get_close_matches(text, words, n=most, cutoff=cutoff)


def shown(value: object, limit: int = 60) -> str:
    """A value, whatever it is, as it is quoted in a message: on one line, and not longer than `limit` characters."""
    try:
        text = _BRIEF.repr(value)
    except ValueError:  # Python spells no number of more than some thousand digits
        text = "a very large number"
    return text if len(text) <= limit else text[: limit - 1] + "…"
