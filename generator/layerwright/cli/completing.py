"""What a shell proposes while a command is typed: presets, keys, and the words that a key chooses from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click
from click.shell_completion import CompletionItem, get_completion_class

from ..answers import KEYS
from ..answers.keys import BACKENDS, BODIES, BRANCHINGS, DEVICES, EXTRAS, FORMATS, PRECISIONS, TRACKERS
from ..faults import FAULTS
from ..presets import all_presets

SHELLS = ("bash", "zsh", "fish")

VARIABLE = "_LAYERWRIGHT_COMPLETE"
"""Set by the scripts, for the command to propose instead of doing."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "backend": BACKENDS,
    "body": BODIES,
    "branching": BRANCHINGS,
    "export": FORMATS,
    "extras": EXTRAS,
    "hardware": DEVICES,
    "precision": PRECISIONS,
    "straight": ("true", "false"),
    "tracking": TRACKERS,
}
"""The keys that choose from a few words."""

LISTS = frozenset({"branching", "export", "extras"})
"""Those that may have several: their value is a list."""


def script(program: click.Command, shell: str) -> str:
    """What has a shell propose, to be read in by it."""
    made = get_completion_class(shell)
    assert made is not None, "click has all of SHELLS"
    return made(program, {}, "layerwright", VARIABLE).source()


def presets(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The presets, each with what it shows."""
    found = all_presets().items()
    return [CompletionItem(name, help=preset.about) for name, preset in found if name.startswith(begun)]


def codes(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The codes of errors, each with what is wrong."""
    return [CompletionItem(code, help=fault.title()) for code, fault in FAULTS.items() if code.startswith(begun)]


def answers(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """`KEY=`, and what may follow it."""
    return [CompletionItem(each) for each in _answers() if each.startswith(begun) and (each[-1] == "=" or "=" in begun)]


def _answers() -> Iterator[str]:
    yield from (f"{key}=" for key in KEYS)
    for key, words in WORDS.items():
        yield from (f"{key}=[{word}]" if key in LISTS else f"{key}={word}" for word in words)
