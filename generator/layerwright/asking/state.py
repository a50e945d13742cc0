"""What is answered so far: what of it holds, which question is open, and what an answer leads to.

What was answered stays, whatever the user changes; what doesn't hold any more is let go of, and asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from typing import Any

from .. import questions as asked_of
from ..answers import KEYS, Answers
from ..problems import Problem, key_of
from ..questions import ADVANCED, PRESET, Question, UnansweredError, effective, found, objections, questions
from ..records import dataclass
from ..standards import means_something, settle
from .standard import Standard


@dataclass
class State:
    """The answers. `given` are those of options and files, `said` the user's.

    `drafts` has answers that no longer hold, and `unseen` those that another answer brought with it: they are still
    to be asked. `keep` takes all that is said each time that it has changed.
    """

    folder: str
    given: Answers
    standard: Standard = field(default_factory=Standard)
    said: Answers = field(default_factory=dict)
    drafts: Answers = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)
    keep: Callable[[Answers], None] = lambda said: None

    @property
    def fixed(self) -> Answers:
        """The answers that aren't the user's. What is fixed is none where it means nothing: no image, no backbone."""
        fixed = {**self.given, **{key: each.value for key, each in self.standard.fixed.items()}}
        meant = self.meant({**self.said, **fixed})
        return {key: value for key, value in fixed.items() if key in meant}

    def meant(self, said: Answers) -> Answers:
        """Answers without those that are fixed and mean nothing beside the others."""
        fixed = self.standard.fixed
        return {key: value for key, value in said.items() if key not in fixed or means_something(said, key)}

    @property
    def all(self) -> Answers:
        """All answers so far."""
        return {**self.said, **self.fixed}

    def effective(self, said: Answers) -> Answers:
        """Answers with what is under them: a preset's, and the standard's defaults."""
        return effective(said, self.standard.kept)

    def under(self, key: str) -> Any:
        """What is under the answer to a question."""
        return self.effective({PRESET: self.all.get(PRESET)}).get(key)

    def whole(self) -> Answers:
        """All answers. What doesn't mean anything any more, as the sharing of one input, is as if it had no preset."""
        answers = {**self.all}
        for question in questions():
            if not question.is_asked(self.context(question)):
                answers.pop(question.key, None)
                if self.effective(answers).get(question.key, KEYS[question.key].default) != KEYS[question.key].default:
                    answers[question.key] = KEYS[question.key].default
        kept = self.standard.kept
        return {**answers, **(settle(kept, answers, self.effective(answers)).answers if kept else {})}

    # Which question

    def open(self) -> Question | None:
        """The first question that is open; then those whose answer, a preset's say, doesn't hold."""
        answered = {*self.all} - self.unseen
        waiting = (each for each in questions() if each.key not in answered and self.is_wanted(each))
        if (first := next(waiting, None)) is not None:
            return first
        problems = found(self.whole(), self.folder, self.standard.kept)
        mends = {key_of(edit.place) for each in problems for edit in each.edits} - {*self.said}
        wrong = (mends or {each.key for each in problems}) | self._refused()
        return next((each for each in questions() if each.key in wrong and each.key not in self.fixed), None)

    def _refused(self) -> set[str]:
        """The questions whose answer, a default say, the standard refuses."""
        limited = [(each, self.context(each)) for each in questions() if each.key in self.standard.limited]
        asked = [(each, context) for each, context in limited if each.is_asked(context)]
        values = {each.key: self.all.get(each.key, self.default(each, context)) for each, context in asked}
        return {key for key, value in values.items() if self.standard.broken(key, value)}

    def is_wanted(self, question: Question) -> bool:
        """Whether a question is to be asked."""
        if question.key in self.fixed or (question.is_advanced and not self.all.get(ADVANCED)):
            return False
        return question.is_wanted(self.context(question))

    def is_first(self, question: Question) -> bool:
        """Whether no question comes before it."""
        return next((each for each in questions() if self.is_wanted(each)), question) == question

    def context(self, question: Question) -> dict[str, Any]:
        """What a question's texts are rendered with: the answers before it, and those that are given."""
        context: dict[str, Any] = {
            "_folder_name": self.folder,
            "_copier_conf": {"defaults": False},
            ADVANCED: False,
            **self.standard.data,
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
                context[each.key] = self.effective(self.all).get(each.key, "")
        return context

    @staticmethod
    def default(question: Question, context: Mapping[str, Any]) -> Any:
        """A question's default, an empty text if it has none."""
        try:
            return question.value(context)
        except UnansweredError:
            return ""

    # What stands against an answer

    def problems(self, question: Question, value: Any, context: Mapping[str, Any]) -> list[Problem]:
        """What stands against an answer, beside the answers before it and those that are given."""
        said = self.meant({**asked_of.said_in(context), question.key: value})
        settled = {*asked_of.before(question.key), *self.fixed}
        return self.objections(said, question.key, settled)

    def objections(self, said: Answers, key: str, settled: Collection[str]) -> list[Problem]:
        """What stands against the answer to one question, beside those that are settled."""
        return objections(said, key, settled, self.folder, self.standard.kept)

    def against(self, question: Question, value: Any, context: Mapping[str, Any]) -> str:
        """What stands against an answer, in a sentence, or nothing."""
        return next((each.what for each in self.problems(question, value, context)), "")

    def wrong(self, question: Question, value: Any, context: Mapping[str, Any]) -> str:
        """What is wrong with an answer, with what would be right, or nothing."""
        return self.standard.broken(question.key, value) or told(self.problems(question, value, context))

    # What an answer leads to

    def settle(self, key: str, value: Any) -> list[tuple[str, Problem]]:
        """Takes an answer, and lets go of those that don't hold with it: which, and why."""
        if key == PRESET and self.said.get(PRESET) not in (None, value):
            self._let_defaults_go()
        self.said[key] = value
        self.drafts.pop(key, None)
        self.unseen.discard(key)
        gone = self._let_go(key)
        self.keep(self.said)
        return gone

    def note(self, key: str, value: Any) -> None:
        """Takes what an answer is so far: it's kept, and asked again if the user goes back before it's done."""
        self.drafts[key] = value
        self.unseen.update({key} & self.said.keys())
        self.keep({**self.said, key: value})

    def take(self, said: Answers) -> None:
        """Takes answers of an earlier run, as far as they hold."""
        for key in (each.key for each in questions() if each.key in said):
            if self.objections({**self.all, key: said[key]}, key, self.all):
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
        while later and (problems := self.objections(self.all, key, self.all)):
            named = [each for each in later if each in {problem.key for problem in problems}]
            out = (named or [*reversed(later)])[0]
            gone.append((out, next((each for each in problems if each.key == out), problems[0])))
            later.remove(out)
            self.drafts[out] = self.said.pop(out)
        return gone


def told(found_: list[Problem]) -> str:
    """The first of the problems, with its mend, or nothing."""
    return next((f"{each.what}\n  {each.mend}" for each in found_), "")
