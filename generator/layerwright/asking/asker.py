"""What asks: a screen with a live preview, or plain lines. The conversation knows neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from ..records import dataclass

Line: TypeAlias = "tuple[str, str]"
"""A line of a preview: its style and its text."""

Preview: TypeAlias = "Callable[[Any, int], list[Line]]"
"""What would come of an answer, in lines of at most so many columns."""

Check: TypeAlias = "Callable[[str], str]"
"""What is wrong with a text, or nothing."""


class Back(Exception):
    """The user goes back to the question before."""


def heading(question: str) -> str:
    """A question without the rules for its answer: `What goes in?`."""
    head, mark, _ = question.partition("?")
    return head + mark


@dataclass(frozen=True)
class Asked:
    """What is asked: the question, more about it, and the option that would answer it.

    A step is no answer yet; from the first there is no way back.
    """

    question: str
    details: tuple[str, ...] = ()
    option: str = ""
    is_step: bool = False
    is_first: bool = False


@dataclass(frozen=True)
class Option:
    """One answer to choose from: its value, its name, what it is, and why it can't be chosen, if it can't.

    One that is no answer leads elsewhere, as back.
    """

    value: Any
    name: str
    about: str = ""
    reason: str = ""
    is_answer: bool = True

    @property
    def text(self) -> str:
        """Its line: the reason stands for what it is, where it can't be chosen."""
        if self.reason:
            return f"{self.name} ({self.reason})"
        return f"{self.name}: {self.about}" if self.about else self.name


class Asker(Protocol):
    """Asks a user. Each of the questions raises Back, or KeyboardInterrupt if the user stops."""

    @property
    def width(self) -> int:
        """How many columns there are."""
        ...

    def tell(self, text: str, style: str = "") -> None:
        """Shows a text, that stays."""
        ...

    def record(self, question: str, answer: str) -> None:
        """Shows a question with its answer, that stays."""
        ...

    def choose(self, asked: Asked, options: Sequence[Option], at: Any, preview: Preview | None = None) -> Any:
        """The value of one option. The one with the value `at` is proposed."""
        ...

    def mark(self, asked: Asked, options: Sequence[Option], marked: Sequence[Any], preview: Preview) -> list[Any]:
        """The values of any number of options, in the order of the options."""
        ...

    def write(self, asked: Asked, text: str, check: Check, preview: Preview | None = None, *, default: str = "") -> str:
        """A line of text, begun with `text`; the default if it's left empty."""
        ...
