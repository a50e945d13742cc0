"""Asks one question, in the form that suits it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from .. import questions as asked_of
from ..answers import MERGED, Answers
from ..answers.keys import TRAINING_DEFAULTS
from ..answers.lines import Entry, read_entries
from ..answers.sources import flow
from ..blocks import name_like
from ..faults import AgainstStandard
from ..problems import AnswersError, Problem
from ..questions import Question, difference, said_parts
from ..records import dataclass
from . import preview
from .asker import Asked, Asker, Back, Line, Option, heading
from .entries import Inputs, Outputs
from .state import State, told

BACK = object()
ONE_LINE = object()

TRAINING = "training"
"""The one whose parts always have an answer: what isn't said any more is the default."""

NONE_FITS = "None of these goes with the answers before: go back to them."


@dataclass
class Turn:
    """A question's turn. Going back raises Back."""

    asker: Asker
    state: State

    def ask(self, question: Question) -> Any:
        """The answer to one question. Raises Back."""
        context = self.state.context(question)
        first, *details = question.lines(context)
        details = [*details, *self.state.standard.told(question.key)]
        option, is_first = question.option(context), self.state.is_first(question)
        asked = Asked(first, tuple(details), option, is_first=is_first)
        before = {**self.state.all, **self.state.drafts}
        at = before[question.key] if question.key in before else self.state.default(question, context)
        if question.key in ("inputs", "outputs"):
            return self.build(question, asked, at or self.state.effective(self.state.all).get(question.key, ""))
        if question.key == "sharing":
            return self.share(question, asked, at, context)
        if question.type == "bool":
            options = [Option(True, "yes"), Option(False, "no")]
            return self.choose(question, asked, options, at)
        if question.multiselect:
            return self.mark(question, asked, at, context)
        if question.choices:
            options = self.options(question, context)
            if all(each.reason for each in options):
                asked = replace(asked, details=(*asked.details, NONE_FITS))
            return self.choose(question, asked, options, at)
        return self.write(question, asked, at, context)

    def options(self, question: Question, context: Mapping[str, Any]) -> list[Option]:
        """What there is to choose from, each with what stands against it."""
        options = []
        for choice in question.options(context):
            name, _, about = choice.text.partition(": ")
            options.append(Option(choice.value, name, about, self.reason(question, choice.value, context)))
        return options

    def reason(self, question: Question, value: Any, context: Mapping[str, Any]) -> str:
        """Why an answer can't be given, if it can't: by an organisation's standard, or by the answers before."""
        return self.state.standard.reason(question.key, value) or self.state.against(question, value, context)

    def choose(self, question: Question, asked: Asked, options: Sequence[Option], at: Any) -> Any:
        """One of several."""
        back = [] if asked.is_first else [Option(BACK, "back", "to the question before", is_answer=False)]
        chosen = self.asker.choose(asked, [*options, *back], at, self.shown(question))
        if chosen is BACK:
            raise Back
        return chosen

    def mark(self, question: Question, asked: Asked, at: Any, context: Mapping[str, Any]) -> Any:
        """Any number of several."""
        options, marked = self.options(question, context), list(at or [])
        while True:
            marked = self.asker.mark(asked, options, marked, self.shown(question))
            if not (wrong := self.state.wrong(question, marked, context)):
                return marked
            self.asker.tell(f"  {wrong}", "wrong")

    def write(self, question: Question, asked: Asked, at: Any, context: Mapping[str, Any]) -> Any:
        """A text; what isn't one is written as YAML."""
        if question.key in MERGED:
            at = said_parts(self.state.effective({**self.state.all, question.key: at})[question.key])
        text = at if isinstance(at, str) else flow(at, sort=False)

        def check(text: str) -> str:
            try:
                return self.state.wrong(question, self.read(question, text), context)
            except AnswersError as error:
                return told(list(error.problems))

        def shown(text: str, width: int) -> list[Line]:
            return self.shown(question)(self.read(question, text), width)

        return self.read(question, self.asker.write(asked, text, check, shown))

    def read(self, question: Question, text: str) -> Any:
        """An answer from a text. What is merged with a preset's is what it's to be in the end: all of it was shown."""
        value = question.read(text)
        if question.key not in MERGED:
            return value
        said = difference(self.state.under(question.key) or {}, value or {})
        if question.key != TRAINING or not isinstance(said, Mapping):
            return said
        return {key: TRAINING_DEFAULTS.get(key) if each is None else each for key, each in said.items()}

    def shown(self, question: Question) -> Callable[[Any, int], list[Line]]:
        """The preview of an answer: with the later ones if they hold with it, without them else."""

        def lines(value: Any, width: int) -> list[Line]:
            if value is BACK:
                return []
            said = self.state.meant({**self.state.all, question.key: value})
            earlier = {key: each for key, each in said.items() if key in (*asked_of.before(question.key), question.key)}
            holds = not self.state.objections(said, question.key, said)
            instead = self.state.meant({**earlier, **self.state.given})
            return preview.network(said if holds else instead, self.state.folder, width, self.state.standard.kept)

        return lines

    def build(self, question: Question, asked: Asked, at: Any) -> Any:
        """Inputs or outputs, which may change what else was said: an input that is called otherwise, say."""
        make = Inputs if question.key == "inputs" else Outputs
        settled = {*asked_of.before(question.key), *self.state.given}

        def against(said: Answers) -> list[Problem]:
            earlier = {key: each for key, each in self.state.meant(said).items() if key in {*settled, question.key}}
            reason = self.state.standard.reason(question.key, said.get(question.key))
            own = [Problem(question.key, AgainstStandard, reason, "")] if reason else []
            return [*own, *self.state.objections(earlier, question.key, settled)]

        def shown(said: Answers, width: int) -> list[Line]:
            return self.shown(question)(said[question.key], width)

        kinds = {name: self.state.standard.reason("kinds", name) for name in make.known()}
        note = partial(self.state.note, question.key)
        built = make(self.asker, asked, {**self.state.all, question.key: at}, against, shown, note, kinds).run()
        self.state.unseen.update(key for key in built if key not in (*self.state.all, question.key))
        self.state.said = {key: each for key, each in built.items() if key not in self.state.fixed}
        return built[question.key]

    def share(self, question: Question, asked: Asked, at: Any, context: Mapping[str, Any]) -> Any:
        """Which inputs share an encoder: those that are alike can, and are named; or in one line, which begins so."""
        lines = shareable(read_entries(context.get("inputs"), "inputs"))
        abouts = dict.fromkeys(lines, "called on each of them, with the same weights")
        abouts |= {at: "as it was"} if at and at not in abouts else {}
        options = [
            Option("", "none", "a branch with weights of its own for each input"),
            *(Option(line, line, about, self.reason(question, line, context)) for line, about in abouts.items()),
            Option(ONE_LINE, "in one line", "type it", is_answer=False),
        ]
        brief = replace(asked, question=heading(asked.question))
        while True:
            chosen = self.choose(question, brief, options, at)
            if chosen is not ONE_LINE:
                return chosen
            with suppress(Back):
                return self.write(question, asked, at or next(iter(lines), ""), context)


def shareable(entries: Sequence[Entry]) -> list[str]:
    """What inputs can share: an encoder for all that are alike; where several groups are, all of them first."""
    alike: dict[str, list[str]] = {}
    for each in entries:
        alike.setdefault(" ".join(each.words), []).append(each.name)
    groups = [" + ".join(names) for names in alike.values() if len(names) > 1]
    taken, every = [each.name for each in entries], list[str]()
    single = [f"{name_like('encoder', taken)}: {group}" for group in groups]
    for group in groups:
        taken.append(name_like("encoder", taken))
        every.append(f"{taken[-1]}: {group}")
    return [", ".join(every), *single] if len(groups) > 1 else single
