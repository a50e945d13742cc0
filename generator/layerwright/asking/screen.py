"""Asks in a terminal: one question at a time, and under it what would come of the answer, as it's chosen or typed."""

from __future__ import annotations

import shlex
import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from prompt_toolkit import print_formatted_text
from prompt_toolkit.application import Application, get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples, to_formatted_text
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import BufferControl, Dimension, FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.layout.processors import AfterInput, BeforeInput
from prompt_toolkit.output import create_output
from prompt_toolkit.styles import Style

from ..records import dataclass
from .asker import Asked, Back, Check, Line, Option, Preview, heading

STYLE = Style.from_dict(
    {
        "question": "bold",
        "answer": "bold ansicyan",
        "here": "bold ansicyan",
        "about": "ansibrightblack",
        "refused": "ansibrightblack",
        "wrong": "ansired",
        "good": "ansigreen",
        "rule": "ansibrightblack",
    }
)

ESCAPE = 0.05
"""How long a lone escape waits for more, in seconds: the keys of a terminal come together."""

PREVIEW = 9
"""How many lines of the preview are shown at least, where a list of choices is longer than the screen."""

FEWEST = 3
"""How many lines of a list are shown at least."""

MANY = 9
"""Of more options than that, it's said that typing finds one."""


def _wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    return textwrap.wrap(text, max(width, 10), subsequent_indent=" " * indent, break_on_hyphens=False) or [""]


@dataclass
class Screen:
    """A terminal that can place a cursor."""

    output: Any = None
    input: Any = None
    pointer: str = "»"

    def __post_init__(self) -> None:
        self.output = self.output or create_output(sys.stdout)
        if not (self.output.encoding() or "").lower().startswith("utf"):
            self.pointer = ">"

    @property
    def width(self) -> int:
        """How many columns there are."""
        return int(self.output.get_size().columns)

    def tell(self, text: str, style: str = "") -> None:
        """Shows a text, that stays."""
        print_formatted_text(
            to_formatted_text(text, f"class:{style}" if style else ""), style=STYLE, output=self.output
        )

    def choose(self, asked: Asked, options: Sequence[Option], at: Any, preview: Preview | None = None) -> Any:
        """The value of one option."""
        chosen = _Menu(self, asked, options, at, preview).run()
        option = next(each for each in options if each.value == chosen)
        if option.is_answer:
            self._record(asked, option.name)
        return chosen

    def mark(self, asked: Asked, options: Sequence[Option], marked: Sequence[Any], preview: Preview) -> list[Any]:
        """The values of any number of options."""
        chosen: list[Any] = _Menu(self, asked, options, None, preview, set(marked)).run()
        self._record(asked, ", ".join(each.name for each in options if each.value in chosen) or "none")
        return chosen

    def write(self, asked: Asked, text: str, check: Check, preview: Preview | None = None, *, default: str = "") -> str:
        """A line of text."""
        written: str = _Field(self, asked, text, check, preview, default).run()
        self._record(asked, written or "nothing")
        return written

    def record(self, question: str, answer: str) -> None:
        """What stays of a question: it, and its answer."""
        parts: StyleAndTextTuples = [("class:question", f"? {question} "), ("class:answer", answer)]
        print_formatted_text(to_formatted_text(parts), style=STYLE, output=self.output)

    def _record(self, asked: Asked, answer: str) -> None:
        if not asked.is_step:
            self.record(heading(asked.question), answer)


class _Prompt:
    """One question on the screen. It leaves nothing there."""

    def __init__(self, screen: Screen, asked: Asked, preview: Preview | None) -> None:
        self.screen, self.asked, self.preview = screen, asked, preview
        self._shown: tuple[Any, list[Line]] = (self, [])

    @property
    def keys_told(self) -> str:
        """What the keys do."""
        return f"Enter: go on; {self.way_out}"

    @property
    def way_out(self) -> str:
        """What leads away from the question."""
        return "Ctrl-C: stop" if self.asked.is_first else "Esc: back"

    @property
    def value(self) -> Any:
        """The answer, as it would be now."""
        raise NotImplementedError

    def middle(self) -> Window:
        """What the answer is given in."""
        raise NotImplementedError

    def run(self) -> Any:
        """Asks. Raises Back or KeyboardInterrupt."""
        middle = self.middle()
        body = HSplit(
            [
                Window(FormattedTextControl(self._header), height=lambda: self._exactly(len(self._header_lines()))),
                middle,
                Window(FormattedTextControl(self._footer), height=lambda: self._exactly(self.footer_rows())),
            ]
        )
        app: Application[Any] = Application(
            Layout(body, focused_element=middle),
            key_bindings=self.bindings(),
            style=STYLE,
            erase_when_done=True,
            output=self.screen.output,
            input=self.screen.input,
        )
        app.ttimeoutlen = ESCAPE
        return app.run()

    def bindings(self) -> KeyBindings:
        """The keys that every question has."""
        keys = KeyBindings()

        @keys.add("c-c", eager=True)
        @keys.add("c-d", eager=True)
        @keys.add(Keys.SIGINT)
        def stop(event: KeyPressEvent) -> None:
            event.app.exit(exception=KeyboardInterrupt())

        @keys.add("escape", eager=True)
        def back(event: KeyPressEvent) -> None:
            event.app.exit(exception=Back())

        return keys

    @staticmethod
    def _exactly(rows: int) -> Dimension:
        return Dimension.exact(rows)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns to fill."""
        size = get_app().output.get_size()
        return max(size.rows - 1, 8), max(size.columns - 1, 20)

    def _header_lines(self) -> list[Line]:
        _, columns = self.size
        told = self.keys_told + (f"; next time: {self._option()}" if self.asked.option else "")
        lines = [("class:question", line) for line in _wrapped(f"? {self.asked.question}", columns, 2)]
        lines += [("", f"  {line}") for each in self.asked.details for line in _wrapped(each, columns - 2, 2)]
        return [*lines, *(("class:about", f"  {line}") for line in _wrapped(told, columns - 2))]

    def _option(self) -> str:
        """The option that gives the answer as it is now, where that's one word."""
        is_word = isinstance(self.value, str) and self.value and shlex.quote(self.value) == self.value
        return self.asked.option.replace("…", self.value) if is_word and not self.asked.is_step else self.asked.option

    def _header(self) -> StyleAndTextTuples:
        return _joined(self._header_lines())

    def preview_lines(self) -> list[Line]:
        """The preview of the answer as it is now."""
        now = (self.value, self.size[1])
        if self.preview is not None and self._shown[0] != now:
            self._shown = (now, self.preview(*now))
        return self._shown[1]

    def footer_rows(self) -> int:
        """How many rows the preview has."""
        raise NotImplementedError

    def _footer(self) -> StyleAndTextTuples:
        lines, rows = self.preview_lines(), self.footer_rows() - 1
        if not lines or rows < 1:
            return []
        if len(lines) > rows:
            left = len(lines) - rows + 1
            lines = [*lines[: rows - 1], ("class:about", f"({left} more lines)")]
        return _joined([("class:rule", "-" * self.size[1]), *lines])


def _joined(lines: Sequence[Line]) -> StyleAndTextTuples:
    joined: StyleAndTextTuples = []
    for style, text in lines:
        joined += [(style, text), ("", "\n")]
    return joined[:-1]


class _Menu(_Prompt):
    """A list to choose from: one, or if `marked` is a set, any number. What can't be chosen can be looked at.

    What is typed leaves those whose name has it, as questionary's `use_search_filter` does.
    """

    def __init__(
        self,
        screen: Screen,
        asked: Asked,
        options: Sequence[Option],
        at: Any,
        preview: Preview | None,
        marked: set[Any] | None = None,
    ) -> None:
        super().__init__(screen, asked, preview)
        self.options, self.marked, self.typed = options, marked, ""
        free = [index for index, each in enumerate(options) if not each.reason]
        proposed = [index for index in free if options[index].value == at]
        self.index = next(iter([*proposed, *free]), 0)

    @property
    def keys_told(self) -> str:
        """What the keys do."""
        told = f"Enter: choose; {self.way_out}" if self.marked is None else f"Space: mark; {super().keys_told}"
        if self.typed:
            return f"{told}; those with {self.typed!r}, Backspace: more"
        return f"{told}; letters: find" if len(self.options) > MANY else told

    @property
    def here(self) -> Option:
        """The option that the pointer is on."""
        return self.options[self.index]

    @property
    def value(self) -> Any:
        """The answer, as it would be now."""
        if self.marked is None:
            return self.here.value
        return [each.value for each in self.options if each.value in self.marked]

    def middle(self) -> Window:
        """The list."""
        control = FormattedTextControl(self._list, focusable=True, show_cursor=False)
        return Window(control, height=lambda: self._exactly(self._list_rows()))

    def _list_rows(self) -> int:
        rows, _ = self.size
        left = rows - len(self._header_lines())
        return min(len(self._lines()), max(FEWEST, left - min(PREVIEW, len(self.preview_lines()) + 1)))

    def footer_rows(self) -> int:
        """How many rows the preview has."""
        rows, _ = self.size
        left = rows - len(self._header_lines()) - self._list_rows()
        return max(0, min(left, len(self.preview_lines()) + 1)) if self.preview_lines() else 0

    def _list(self) -> StyleAndTextTuples:
        parts: StyleAndTextTuples = []
        for style, text in self._lines():
            if style == "class:here" and text.startswith(self.screen.pointer):
                parts.append(("[SetCursorPosition]", ""))
            parts += [(style, text), ("", "\n")]
        return parts[:-1]

    def _lines(self) -> list[Line]:
        """The options, a line each; all of what is said of the one that the pointer is on."""
        _, columns = self.size
        lines: list[Line] = []
        for index in self._found(self.typed):
            each = self.options[index]
            box = "" if self.marked is None else "[x] " if each.value in self.marked else "[ ] "
            text = f"{'- ' if each.reason else box}{each.text}"
            if index == self.index:
                first, *more = _wrapped(text, columns - 2, 4)
                lines += [
                    ("class:here", f"{self.screen.pointer} {first}"),
                    *(("class:here", f"  {line}") for line in more),
                ]
            else:
                cut = text if len(text) <= columns - 2 else f"{text[: columns - 5].rstrip()}..."
                lines.append(("class:refused" if each.reason else "", f"  {cut}"))
        return lines

    def bindings(self) -> KeyBindings:
        """The keys of a list."""
        keys = super().bindings()
        moves: dict[tuple[str, ...], Callable[[int, int], int]] = {
            ("up", "c-p"): lambda at, last: at - 1 if at else last,
            ("down", "c-n", "tab"): lambda at, last: at + 1 if at < last else 0,
            ("home",): lambda at, last: 0,
            ("end",): lambda at, last: last,
            ("pageup",): lambda at, last: max(0, at - 8),
            ("pagedown",): lambda at, last: min(last, at + 8),
        }
        for names, move in moves.items():
            for name in names:
                keys.add(name, eager=True)(lambda event, move=move: self._move(move))

        @keys.add("backspace", eager=True)
        def less(event: KeyPressEvent) -> None:
            self.typed = self.typed[:-1]

        @keys.add("enter", eager=True)
        def choose(event: KeyPressEvent) -> None:
            if self.marked is not None or not self.here.reason:
                event.app.exit(result=self.value)

        @keys.add(Keys.Any)
        def other(event: KeyPressEvent) -> None:
            if event.data == " " and self.marked is not None and not self.here.reason:
                self.marked ^= {self.here.value}
            else:
                self._find(self.typed + event.data.lower())

        return keys

    def _move(self, move: Callable[[int, int], int]) -> None:
        there = self._found(self.typed)
        self.index = there[move(there.index(self.index), len(there) - 1)]

    def _found(self, typed: str) -> list[int]:
        """Where the options are whose name has this."""
        return [index for index, each in enumerate(self.options) if typed in each.name.lower()]

    def _find(self, typed: str) -> None:
        """Leaves the options whose name has this, if there are any, and goes to the one that begins with it."""
        if typed.strip() and (found := self._found(typed)):
            begins = [index for index in found if self.options[index].name.lower().startswith(typed)]
            self.typed, self.index = typed, (begins or found)[0]


class _Field(_Prompt):
    """A line to type in."""

    def __init__(
        self, screen: Screen, asked: Asked, text: str, check: Check, preview: Preview | None, default: str
    ) -> None:
        super().__init__(screen, asked, preview)
        self.check, self.default = check, default
        self.buffer = Buffer(document=Document(text), multiline=False)
        self._wrong: tuple[str, str] = (self.value, check(self.value))

    @property
    def value(self) -> str:
        """The answer, as it would be now."""
        return self.buffer.text.strip() or self.default

    @property
    def wrong(self) -> str:
        """What is wrong with it."""
        if self._wrong[0] != self.value:
            self._wrong = (self.value, self.check(self.value))
        return self._wrong[1]

    def middle(self) -> Window:
        """The line, and the default as long as it's empty."""
        ghost = AfterInput(lambda: "" if self.buffer.text else self.default, style="class:about")
        control = BufferControl(self.buffer, [BeforeInput(f"{self.screen.pointer} ", style="class:here"), ghost])
        return Window(control, wrap_lines=True, dont_extend_height=True)

    def preview_lines(self) -> list[Line]:
        """What is wrong, or the preview."""
        if self.wrong:
            columns = self.size[1]
            paragraphs = [_wrapped(each, columns, 2) for each in self.wrong.splitlines()]
            return [("class:wrong", line) for lines in paragraphs for line in lines]
        return super().preview_lines()

    def footer_rows(self) -> int:
        """How many rows the preview has."""
        rows, columns = self.size
        left = rows - len(self._header_lines()) - 1 - (len(self.buffer.text) + 2) // columns
        return max(0, min(left, len(self.preview_lines()) + 1)) if self.preview_lines() else 0

    def bindings(self) -> KeyBindings:
        """The keys of a line; those that edit it are prompt_toolkit's own."""
        keys = super().bindings()

        @keys.add("enter", eager=True)
        def go_on(event: KeyPressEvent) -> None:
            if not self.wrong:
                event.app.exit(result=self.value)

        return keys
