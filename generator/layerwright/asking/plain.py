"""Asks line by line: for terminals that can't place a cursor, and for readers of screens."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from ..records import dataclass
from .asker import Asked, Back, Check, Line, Option, Preview

BACK = "<"
"""What is typed to go back."""


@dataclass
class Plain:
    """Numbered choices, and lines of text. A preview is shown when it has changed."""

    shown: list[Line] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return shutil.get_terminal_size().columns

    def tell(self, text: str, style: str = "") -> None:
        """Shows a text."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def record(self, question: str, answer: str) -> None:
        """Shows an answer; the question stands above."""
        self.tell(f"{question} {answer}")

    def choose(self, asked: Asked, options: Sequence[Option], at: Any, preview: Preview | None = None) -> Any:
        """The value of the option whose number, or name, is typed."""
        self._ask(asked)
        self._list(options)
        free = [each for each in options if not each.reason]
        proposed = next((each for each in free if each.value == at), free[0] if free else None)
        while True:
            said = self._read(f"1 to {len(options)}", proposed.name if proposed else "") or (
                proposed.name if proposed else ""
            )
            found = self._found(options, said)
            if found is not None and not found.reason:
                self._show(preview, found.value)
                return found.value
            self.tell(f"{found.name} can't be chosen: {found.reason}" if found else f"{said!r} is none of them")

    def mark(self, asked: Asked, options: Sequence[Option], marked: Sequence[Any], preview: Preview) -> list[Any]:
        """The values of the options whose numbers, or names, are typed."""
        self._ask(asked)
        self._list(options)
        proposed = ", ".join(each.name for each in options if each.value in marked) or "none"
        while True:
            said = self._read("any of them, with commas; none", proposed) or proposed
            words = [word.strip() for word in said.split(",") if word.strip() not in ("", "none")]
            found = [self._found(options, word) for word in words]
            wrong = [word for word, each in zip(words, found, strict=True) if each is None or each.reason]
            if not wrong:
                values = [each.value for each in options if each in found]
                self._show(preview, values)
                return values
            self.tell(f"{wrong[0]!r} can't be chosen")

    def write(self, asked: Asked, text: str, check: Check, preview: Preview | None = None, *, default: str = "") -> str:
        """A line of text."""
        self._ask(asked)
        while True:
            said = self._read("", text or default) or text or default
            if not (wrong := check(said)):
                self._show(preview, said)
                return said
            self.tell(wrong)

    def _ask(self, asked: Asked) -> None:
        self.tell(f"\n{asked.question}")
        for line in asked.details:
            self.tell(f"  {line}")
        if asked.option:
            self.tell(f"  (next time: {asked.option})")

    def _list(self, options: Sequence[Option]) -> None:
        for number, each in enumerate(options, 1):
            mark = "-" if each.reason else f"{number}."
            self.tell(textwrap.fill(f"{mark:>4} {each.text}", max(self.width, 20), subsequent_indent=" " * 7))

    def _found(self, options: Sequence[Option], said: str) -> Option | None:
        if said.isdecimal() and 0 < int(said) <= len(options):
            return options[int(said) - 1]
        return next((each for each in options if each.name.lower() == said.lower()), None)

    def _read(self, what: str, proposed: str) -> str:
        hints = [each for each in (what, f"Enter: {proposed}" if proposed else "", f"{BACK} goes back") if each]
        sys.stdout.write(f"[{'; '.join(hints)}] ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            raise KeyboardInterrupt
        if line.strip() == BACK:
            raise Back
        return line.strip()

    def _show(self, preview: Preview | None, value: Any) -> None:
        lines = preview(value, self.width - 2) if preview else []
        if lines != self.shown:
            for _, text in lines:
                self.tell(f"  {text}")
        self.shown = lines
