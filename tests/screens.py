"""What `new` shows, key by key, and the screens of docs/asking.md: `make regenerate` writes them there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from layerwright.asking import screen
from layerwright.asking.conversation import Conversation

PAGE = Path(__file__).parent.parent / "docs" / "asking.md"

ENTER, ESCAPE, UP, DOWN, HOME, END, STOP = "\r", "\x1b", "\x1b[A", "\x1b[B", "\x1b[H", "\x1b[F", "\x03"
CLEAR, BACKSPACE = "\x15", "\x7f"


class Sized(DummyOutput):
    """An output of so many rows and columns, that shows nothing."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows

    def get_size(self) -> Size:
        return Size(rows=self.rows, columns=self.columns)

    def encoding(self) -> str:
        return "utf-8"


@dataclass
class Drawn(screen.Screen):
    """A screen that keeps what it has drawn: a frame before each key, and what it told."""

    frames: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def tell(self, text: str, style: str = "") -> None:
        self.told.append(text)

    def record(self, question: str, answer: str) -> None:
        self.told.append(f"? {question} {answer}")


def drawn(*keys: str, columns: int = 80, rows: int = 24, given: dict[str, Any] | None = None) -> Drawn:
    """What is drawn while these keys are typed, one after the other; then the user stops."""
    left = [*keys, STOP]
    with create_pipe_input() as pipe:
        screen_ = Drawn(Sized(columns, rows), pipe)

        class Watched(Application[Any]):
            def __init__(self, *arguments: Any, **keywords: Any) -> None:
                super().__init__(*arguments, **keywords)
                self.after_render += self.look

            def look(self, _: Any) -> None:
                if self.renderer.last_rendered_screen is None or self.is_done:
                    return
                screen_.frames.append(_text(self.renderer.last_rendered_screen, columns))
                if left:
                    pipe.send_text(left.pop(0))

        before = screen.Application
        screen.Application = Watched  # type: ignore[misc]
        try:
            Conversation(screen_, Path("/home/ada/houses"), "houses", given or {}).run()
        except KeyboardInterrupt:
            pass
        finally:
            screen.Application = before  # type: ignore[misc]
    assert not left, f"it ended before {left}"
    return screen_


def _text(drawn_screen: Any, columns: int) -> str:
    rows = [
        "".join(drawn_screen.data_buffer[row][column].char for column in range(columns)).rstrip()
        for row in range(drawn_screen.height)
    ]
    return "\n".join(rows).rstrip()


START = (ENTER, ENTER)
PHOTO = (ENTER, "64", ENTER, ENTER, "photo", ENTER)
FACTS = (DOWN, ENTER, "n", ENTER, "12", ENTER, "facts", ENTER)
PRICE = (ENTER, ENTER, "price", ENTER, ENTER, ENTER)


def kinds() -> str:
    """The first input is chosen."""
    return drawn(*START, DOWN, UP).frames[-1]


def entries() -> str:
    """Two inputs are said."""
    return drawn(*START, *PHOTO, *FACTS).frames[-1]


def merges() -> str:
    """How they join."""
    facts = (*FACTS[:-2], "facts", ENTER, DOWN, ENTER, "t", ENTER, "5000", ENTER, "?", ENTER, ENTER)
    return drawn(*START, *PHOTO, *facts, ENTER, *PRICE, ENTER, END, UP, UP).frames[-1]


def review() -> str:
    """The page at the end."""
    screen_ = drawn(*START, *PHOTO, *FACTS, ENTER, *PRICE, *[ENTER] * 6)
    return next(each for each in screen_.told if "files in" in each).strip() + "\n\n" + screen_.frames[-1]


def written(page: str) -> str:
    """The page with its screens as they have to be."""
    for make in (kinds, entries, merges, review):
        block = re.compile(rf"(<!-- {make.__name__} -->\n```text\n).*?(\n```\n)", re.DOTALL)
        shown = make()
        assert block.search(page), make.__name__
        page = block.sub(lambda found, shown=shown: found[1] + shown + found[2], page)  # type: ignore[misc]
    return page
