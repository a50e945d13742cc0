"""What an update is to make of a project's answers: the recorded ones, with what the user says now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..answers import Answers, combine, normalised
from ..answers.lines import read_entries
from ..answers.mending import mended
from ..faults import BadEntry, FixedAnswer, NameTaken, UnknownName
from ..problems import AnswersError, Edit, Problem, unknown
from ..records import dataclass

FIXED = ("package",)
"""Answers that stay as they are for a project's life: files lie where they say."""


@dataclass(frozen=True)
class Wish:
    """The answers as they were and as they are to be; `data` are those that Copier has to be told."""

    before: Answers
    after: Answers

    @property
    def data(self) -> Answers:
        """What is to be another answer than before."""
        return {key: value for key, value in self.after.items() if key not in self.before or self.before[key] != value}

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """The answers that change, each as it was and as it is to be."""
        return {key: (self.before.get(key), value) for key, value in self.data.items()}


def wish(recorded: Answers, given: Answers) -> Wish:
    """The recorded answers with the given ones over them. Raises AnswersError for one that can't change."""
    after = normalised(combine(recorded, given))
    for key in FIXED:
        if key in given and recorded.get(key) != after.get(key):
            what = f"it is {recorded.get(key)} for the project's life: its files lie there"
            raise AnswersError(
                [Problem(key, FixedAnswer, what, "leave it out; or start a new project, and move your work there")]
            )
    return Wish(normalised(recorded), after)


def added(recorded: Answers, key: str, entry: str) -> Answers:
    """The answers with one more entry of `inputs` or `outputs`. Raises AnswersError for one that is there."""
    entries = read_entries(entry)
    if len(entries) != 1 or not entries[0].named or not entries[0].words:
        form = (
            "NAME: KIND SIZE, as 'meta: numeric 12'" if key == "inputs" else "NAME: TASK SIZE, as 'price: regression'"
        )
        raise AnswersError([Problem(key, BadEntry, "one entry is added at a time", f"write {form}")])
    if any(each.name == entries[0].name for each in read_entries(recorded.get(key))):
        mend = f"give it another name; to change it: layerwright update --data '{key}=…'"
        raise AnswersError([Problem(key, NameTaken, f"{entries[0].name} is there", mend)])
    return _changed(recorded, mended(recorded, [Edit("append", key, entry.strip())]))


def removed(recorded: Answers, key: str, name: str) -> Answers:
    """The answers without an entry of `inputs` or `outputs`, and without what says something of it."""
    known = [each.name for each in read_entries(recorded.get(key))]
    if name not in known:
        raise AnswersError([Problem(key, UnknownName, *unknown(key.removesuffix("s"), name, known))])
    return _changed(recorded, mended(recorded, [Edit("drop", f"{key}.{name}")]))


def _changed(before: Mapping[str, Any], after: Answers) -> Answers:
    return {key: value for key, value in after.items() if key not in before or before[key] != value}
