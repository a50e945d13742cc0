"""How Copier is told that the answers are refused. Only what runs under it imports this: Copier takes half a second."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from copier.errors import UserMessageError

from .problems import AnswersError, Problem, as_data


class RefusedAnswers(UserMessageError):
    """The answers can't become a project. `problems` has a dict for each: code, place, what, mend."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = [as_data(each) for each in problems]


def told(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of templates that tells Copier what is wrong."""

    @wraps(function)
    def telling(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except AnswersError as error:
            raise RefusedAnswers(error.problems) from error

    return telling
