"""What layerwright brings itself, by the calls that every package uses. The presets, which are files, come later."""

from __future__ import annotations

from ..blocks import GROUPS
from ..layers import builtin
from ..tasks import TASKS
from .interface import VERSION, Interface


def register(layerwright: Interface) -> None:
    """Brings all that is built in."""
    layerwright.version(VERSION)
    vocabulary = builtin()
    for rule in vocabulary.rules.values():
        layerwright.layer(rule)
    for word in vocabulary.words.values():
        layerwright.word(word)
    for name, reader in GROUPS.items():
        layerwright.group(name, reader)
    for task in TASKS.values():
        layerwright.task(task)
