"""The conversation: question after question, the way back, and the review at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from pathlib import Path

from ..answers import Answers
from ..answers.sources import flow
from ..plan import design
from ..questions import ADVANCED, PRESET, Question, questions
from ..records import dataclass
from ..template import listed
from . import again, review
from .asker import Asked, Asker, Back, Option
from .standard import Standard
from .state import State
from .turn import Turn

WRITE, CHANGE, STOP = "write", "change", "stop"

NAMES = {"project_name": "name", PRESET: "start", ADVANCED: "the rest"}
"""What some answers are called in the list of those that can be changed."""


class Stopped(Exception):
    """The user stops."""


@dataclass
class Conversation:
    """Asks a user. `typed` is the destination as they wrote it; `given` is answered already, by options or a file."""

    asker: Asker
    destination: Path
    typed: str
    given: Answers
    standard: Standard = field(default_factory=Standard)
    keep: Callable[[Answers], None] = lambda said: None

    def __post_init__(self) -> None:
        self.state = State(self.destination.name, self.given, self.standard, keep=self.keep)
        self.turn = Turn(self.asker, self.state)

    def run(self) -> Answers:
        """Asks all there is to ask. Returns the answers that have to be given. Raises Stopped."""
        for key, each in {**self.standard.fixed, **self.standard.parts}.items():
            self.asker.tell(f"{_called(key)}: {each}")
        while True:
            question = self.state.open()
            if question is not None:
                self.ask_from(question)
            elif self.review():
                return again.shortest(self.state.whole(), self.state.folder, self.standard)

    def ask_from(self, question: Question) -> None:
        """Asks a question, and those before it as long as the user goes back."""
        while True:
            try:
                return self.settle(question)
            except Back:
                asked = [each for each in questions() if self.state.is_wanted(each) or each.key == question.key]
                question = asked[max(0, asked.index(question) - 1)]

    def settle(self, question: Question) -> None:
        """Asks a question, takes the answer, and names those that don't hold with it."""
        answer = self.turn.ask(question)
        for key, problem in self.state.settle(question.key, answer):
            self.asker.tell(f"  {_called(key)} has to be answered again: {problem.what}.", "wrong")

    def review(self) -> bool:
        """Shows what is to be written, and asks if it is. Raises Stopped if it isn't."""
        whole = self.state.whole()
        plan = design(self.state.effective(whole), self.state.folder)
        words = again.words(self.typed, again.shortest(whole, self.state.folder, self.standard), self.standard)
        files = sorted([*listed(plan), *self.standard.files])
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
        whole = self.state.whole()
        options = [
            Option(each.key, _called(each.key), self._value(each, whole), self._reason(each))
            for each in questions()
            if each.is_asked(self.state.context(each)) and each.key != ADVANCED
        ]
        try:
            key = self.asker.choose(Asked("Which answer?", is_step=True), options, "inputs")
            self.settle(next(each for each in questions() if each.key == key))
        except Back:
            return

    def _value(self, question: Question, whole: Answers) -> str:
        """An answer, as it's listed."""
        value = whole.get(question.key, self.state.effective(whole).get(question.key))
        value = self.state.default(question, self.state.context(question)) if value is None else value
        return value if isinstance(value, str) else flow(value, sort=False)

    def _reason(self, question: Question) -> str:
        """Why an answer can't be changed, if it can't."""
        if question.key in self.standard.fixed:
            return str(self.standard.fixed[question.key])
        return "given beforehand" if question.key in self.given else ""


def _called(key: str) -> str:
    return NAMES.get(key, key.replace("_", " "))
