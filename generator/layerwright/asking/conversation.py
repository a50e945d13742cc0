"""The conversation: which question comes next, what an answer leads to, and the way back.

What was answered stays, whatever the user goes back to and changes; what doesn't hold any more is named, let go of, and
asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from .. import questions as asked_of
from ..answers import KEYS, MERGED, Answers
from ..answers.lines import read_entries
from ..blocks import name_like
from ..plan import design
from ..presets import BLANK, preset_answers
from ..problems import AnswersError, Problem
from ..questions import (
    ADVANCED,
    PRESET,
    Question,
    UnansweredError,
    difference,
    effective,
    found,
    objections,
    questions,
    root,
    said_parts,
)
from ..template import listed
from . import again, preview, review
from .asker import Asked, Asker, Back, Line, Option
from .entries import Inputs, Outputs
from .standard import Standard

WRITE, CHANGE, STOP = "write", "change", "stop"
BACK = object()
ONE_LINE = object()

NONE_FITS = "None of these goes with the answers before: go back to them."

NAMES = {
    "project_name": "name",
    PRESET: "start",
    ADVANCED: "the rest",
}
"""What some answers are called in the list of those that can be changed."""


class Stopped(Exception):
    """The user stops."""


@dataclass
class Conversation:
    """Asks a user. `given` is answered already, by flags or a file; `said` is what they answer.

    `drafts` has answers that no longer hold, and `unseen` those that another answer brought with it: they are still
    to be asked.
    """

    asker: Asker
    destination: Path
    typed: str
    given: Answers
    standard: Standard = field(default_factory=Standard)
    said: Answers = field(default_factory=dict)
    keep: Callable[[Answers], None] = lambda said: None
    drafts: Answers = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)

    @property
    def folder(self) -> str:
        """The name of the project's folder."""
        return self.destination.name

    @property
    def fixed(self) -> Answers:
        """The answers that aren't the user's."""
        return {**self.given, **{key: each.value for key, each in self.standard.fixed.items()}}

    @property
    def all(self) -> Answers:
        """All answers so far."""
        return {**self.said, **self.fixed}

    def run(self) -> Answers:
        """Asks all there is to ask. Returns the answers that have to be given. Raises Stopped."""
        for key, each in self.standard.fixed.items():
            self.asker.tell(f"{_called(key)}: {each}")
        while True:
            question = self.next()
            if question is not None:
                self.ask_from(question)
            elif self.review():
                return again.shortest(self.whole(), self.folder)

    # Which question

    def next(self) -> Question | None:
        """The first question that is open; then those whose answer, a preset's say, doesn't hold."""
        answered = {*self.all} - self.unseen
        waiting = (each for each in questions() if each.key not in answered and self.is_wanted(each))
        if (first := next(waiting, None)) is not None:
            return first
        problems = found(self.whole(), self.folder)
        mends = {root(edit.place) for each in problems for edit in each.edits} - {*self.said}
        wrong = (mends or {root(each.place) for each in problems}) | self._refused()
        return next((each for each in questions() if each.key in wrong and each.key not in self.fixed), None)

    def _refused(self) -> set[str]:
        """The questions whose answer, a default say, the standard refuses."""
        asked = [each for each in questions() if each.key in self.standard.refused]
        values = {each.key: self.all.get(each.key, self.default(each, self.context(each))) for each in asked}
        return {key for key, value in values.items() if self.standard.reason(key, value)}

    def is_wanted(self, question: Question) -> bool:
        """Whether a question is to be asked."""
        if question.key in self.fixed or (question.is_advanced and not self.all.get(ADVANCED)):
            return False
        return question.is_wanted(self.context(question))

    def ask_from(self, question: Question) -> None:
        """Asks a question, and those before it as long as the user goes back."""
        while True:
            try:
                return self.settle(question.key, self.ask(question))
            except Back:
                keys = [each for each in questions() if self.is_wanted(each) or each.key == question.key]
                question = keys[max(0, keys.index(question) - 1)]

    def context(self, question: Question) -> dict[str, Any]:
        """What a question's texts are rendered with: the answers before it, and those that are given."""
        context: dict[str, Any] = {
            "_folder_name": self.folder,
            "_copier_conf": {"defaults": False},
            ADVANCED: False,
            **self.fixed,
        }
        for each in questions():
            if each.key == question.key:
                break
            if each.key in self.all:
                context[each.key] = self.all[each.key]
            elif each.key not in ("inputs", "outputs"):
                context[each.key] = self.default(each, context)
            else:
                context[each.key] = effective(self.all).get(each.key, "")
        return context

    @staticmethod
    def default(question: Question, context: Mapping[str, Any]) -> Any:
        """A question's default, an empty text if it has none."""
        try:
            return question.value(context)
        except UnansweredError:
            return ""

    # Asking

    def ask(self, question: Question) -> Any:
        """The answer to one question. Raises Back."""
        context = self.context(question)
        first, *details = question.lines(context)
        _, option = question.text(context)
        asked = Asked(first, tuple(details), option if len(option) > len("--data ") else f"--data {question.key}=…")
        at = self.all.get(question.key, self.drafts.get(question.key, self.default(question, context)))
        if question.key in ("inputs", "outputs"):
            return self.build(question, asked, at or effective(self.all).get(question.key, ""))
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
            reason = self.standard.reason(question.key, choice.value) or self.against(question, choice.value, context)
            options.append(Option(choice.value, name, about, reason))
        return options

    def against(self, question: Question, value: Any, context: Mapping[str, Any]) -> str:
        """What stands against an answer, in a sentence, or nothing."""
        return next((each.what for each in self.problems(question, value, context)), "")

    def problems(self, question: Question, value: Any, context: Mapping[str, Any]) -> list[Problem]:
        """What stands against an answer, beside the answers before it and those that are given."""
        said = {**asked_of.said_in(context), question.key: value}
        settled = {*asked_of.before(question.key), *self.fixed}
        return objections(said, question.key, settled, self.folder)

    def choose(self, question: Question, asked: Asked, options: Sequence[Option], at: Any) -> Any:
        """One of several."""
        back = [] if self.is_first(question) else [Option(BACK, "back", "to the question before")]
        chosen = self.asker.choose(asked, [*options, *back], at, self.shown(question))
        if chosen is BACK:
            raise Back
        return chosen

    def is_first(self, question: Question) -> bool:
        """Whether no question comes before it."""
        return next((each for each in questions() if self.is_wanted(each)), question) == question

    def mark(self, question: Question, asked: Asked, at: Any, context: Mapping[str, Any]) -> Any:
        """Any number of several."""
        options, marked = self.options(question, context), list(at or [])
        while True:
            marked = self.asker.mark(asked, options, marked, self.shown(question))
            if not (wrong := self.wrong(question, marked, context)):
                return marked
            self.asker.tell(f"  {wrong}", "wrong")

    def write(self, question: Question, asked: Asked, at: Any, context: Mapping[str, Any]) -> Any:
        """A text; what isn't one is written as YAML."""
        if question.key in MERGED:
            at = said_parts(effective({**self.all, question.key: at})[question.key])
        text = at if isinstance(at, str) else _flow(at)

        def check(text: str) -> str:
            try:
                return self.wrong(question, self.read(question, text), context)
            except AnswersError as error:
                return _told(error.problems)

        def shown(text: str, width: int) -> list[Line]:
            return self.shown(question)(self.read(question, text), width)

        return self.read(question, self.asker.write(asked, text, check, shown))

    def read(self, question: Question, text: str) -> Any:
        """An answer from a text. What is merged with a preset's is what it's to be in the end: all of it was shown."""
        value = question.read(text)
        if question.key not in MERGED:
            return value
        return difference(preset_answers(self.all.get(PRESET) or BLANK).get(question.key) or {}, value or {})

    def wrong(self, question: Question, value: Any, context: Mapping[str, Any]) -> str:
        """What is wrong with an answer, with what would be right, or nothing."""
        return self.standard.reason(question.key, value) or _told(self.problems(question, value, context))

    def shown(self, question: Question) -> Callable[[Any, int], list[Line]]:
        """The preview of an answer: with the later ones if they hold with it, without them else."""

        def lines(value: Any, width: int) -> list[Line]:
            if value is BACK:
                return []
            said = {**self.all, question.key: value}
            earlier = {key: each for key, each in said.items() if key in (*asked_of.before(question.key), question.key)}
            holds = not objections(said, question.key, said, self.folder)
            return preview.network(said if holds else {**earlier, **self.given}, self.folder, width)

        return lines

    def build(self, question: Question, asked: Asked, at: Any) -> Any:
        """Inputs or outputs, which may change what else was said: an input that is called otherwise, say."""
        make = Inputs if question.key == "inputs" else Outputs
        settled = {*asked_of.before(question.key), *self.given}

        def against(said: Answers) -> list[Problem]:
            earlier = {key: each for key, each in said.items() if key in {*settled, question.key}}
            reason = self.standard.reason(question.key, said.get(question.key))
            own = [Problem(question.key, reason, "")] if reason else []
            return [*own, *objections(earlier, question.key, settled, self.folder)]

        def shown(said: Answers, width: int) -> list[Line]:
            return self.shown(question)(said[question.key], width)

        kinds = {
            each.name: reason for each in make.kinds.values() if (reason := self.standard.reason("kinds", each.name))
        }
        built = make(self.asker, asked, {**self.all, question.key: at}, against, shown, kinds).run()
        self.unseen.update(key for key in built if key not in (*self.all, question.key))
        self.said = {key: each for key, each in built.items() if key not in self.fixed}
        return built[question.key]

    def share(self, question: Question, asked: Asked, at: Any, context: Mapping[str, Any]) -> Any:
        """Which inputs share an encoder: those that are alike can, and are named; or in one line."""
        entries = read_entries(context.get("inputs"), "inputs")
        alike: dict[str, list[str]] = {}
        for each in entries:
            alike.setdefault(" ".join(each.words), []).append(each.name)
        name = name_like("encoder", [each.name for each in entries])
        groups = [(kind, names) for kind, names in alike.items() if len(names) > 1]
        lines = {
            f"{name}: {' + '.join(names)}": f"one encoder for each {kind}, its weights shared" for kind, names in groups
        }
        if at and at not in lines:
            lines[at] = "as it was"
        options = [
            Option("", "none", "a branch with weights of its own for each input"),
            *(Option(line, line, about, self.against(question, line, context)) for line, about in lines.items()),
            Option(ONE_LINE, "in one line", "type it"),
        ]
        brief = replace(asked, question=asked.question.partition("?")[0] + "?")
        chosen = self.choose(question, brief, options, at)
        return self.write(question, asked, at, context) if chosen is ONE_LINE else chosen

    # What an answer leads to

    def settle(self, key: str, value: Any) -> None:
        """Takes an answer, and lets go of those that don't hold with it."""
        if key == PRESET and self.said.get(PRESET) not in (None, value):
            self._let_defaults_go()
        self.said[key] = value
        self.drafts.pop(key, None)
        self.unseen.discard(key)
        for gone, problem in self._let_go(key):
            self.asker.tell(f"  {_called(gone)} has to be answered again: {problem.what}.", "wrong")
        self.keep(self.said)

    def take(self, said: Answers) -> None:
        """Takes answers of an earlier run, as far as they hold."""
        for key in (each.key for each in questions() if each.key in said):
            if objections({**self.all, key: said[key]}, key, self.all, self.folder):
                self.drafts[key] = said[key]
            else:
                self.said[key] = said[key]

    def _let_defaults_go(self) -> None:
        """Another start has other answers: those of the one before go, unless the user changed them."""
        for question in questions():
            key = question.key
            if key in self.said and key not in (PRESET, ADVANCED, "project_name"):
                own = self.said[key] != self.default(question, self.context(question))
                self.said = {**self.said} if own else {name: each for name, each in self.said.items() if name != key}

    def _let_go(self, key: str) -> list[tuple[str, Problem]]:
        """Takes out later answers until what is left holds; each with the reason."""
        order = [each.key for each in questions()]
        later = [each for each in order[order.index(key) + 1 :] if each in self.said and each not in (PRESET, ADVANCED)]
        gone: list[tuple[str, Problem]] = []
        while later and (problems := objections(self.all, key, self.all, self.folder)):
            named = [each for each in later if each in {root(problem.place) for problem in problems}]
            out = (named or [*reversed(later)])[0]
            gone.append((out, next((each for each in problems if root(each.place) == out), problems[0])))
            later.remove(out)
            self.drafts[out] = self.said.pop(out)
        return gone

    # The end

    def whole(self) -> Answers:
        """All answers. What doesn't mean anything any more, as the sharing of one input, is as if it had no preset."""
        answers = {**self.all}
        for question in questions():
            if not question.is_asked(self.context(question)):
                answers.pop(question.key, None)
                if effective(answers).get(question.key, KEYS[question.key].default) != KEYS[question.key].default:
                    answers[question.key] = KEYS[question.key].default
        return answers

    def review(self) -> bool:
        """Shows what is to be written, and asks if it is. Raises Stopped if it isn't."""
        whole = self.whole()
        plan = design(effective(whole), self.folder)
        words = again.words(self.typed, again.shortest(whole, self.folder))
        files = listed(plan)
        self.asker.tell(
            "\n" + review.page(plan, files, self.destination, again.spelled(words), self.asker.width - 1) + "\n"
        )
        options = [
            Option(WRITE, WRITE, f"the project, to {self.destination}"),
            Option(CHANGE, CHANGE, "an answer; the others stay"),
            Option(STOP, STOP, "write nothing; your answers are kept for the next time"),
        ]
        try:
            chosen = self.asker.choose(Asked("Is it what you want?", is_step=True), options, WRITE)
        except Back:
            chosen = CHANGE
        if chosen == STOP:
            raise Stopped
        if chosen == CHANGE:
            self.change()
        return bool(chosen == WRITE)

    def change(self) -> None:
        """Asks again for one answer."""
        whole = self.whole()
        options = [
            Option(each.key, _called(each.key), self._value(each, whole), self._reason(each))
            for each in questions()
            if each.is_asked(self.context(each)) and each.key != ADVANCED
        ]
        try:
            key = self.asker.choose(Asked("Which answer?", is_step=True), options, "inputs")
            question = next(each for each in questions() if each.key == key)
            self.settle(key, self.ask(question))
        except Back:
            return

    def _value(self, question: Question, whole: Answers) -> str:
        """An answer, as it's listed."""
        value = whole.get(question.key, effective(whole).get(question.key))
        value = self.default(question, self.context(question)) if value is None else value
        return value if isinstance(value, str) else _flow(value)

    def _reason(self, question: Question) -> str:
        """Why an answer can't be changed, if it can't."""
        if question.key in self.standard.fixed:
            return str(self.standard.fixed[question.key])
        return "given beforehand" if question.key in self.given else ""


def _called(key: str) -> str:
    return NAMES.get(key, key.replace("_", " "))


def _flow(value: Any) -> str:
    """A value in one line of YAML."""
    dumped = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=False)
    return str(dumped).strip().removesuffix("...").strip()


def _told(found: Sequence[Problem]) -> str:
    return next((f"{each.what}\n  {each.mend}" for each in found), "")
