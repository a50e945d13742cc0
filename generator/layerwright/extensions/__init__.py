"""Layers, blocks, tasks and presets that other packages bring, and the one interface through which ours come in too.

    entry points → extensions (each an offer, or a fault) → catalogue → planning

Answers that need nothing but ours are planned without a look at what is installed. A project records which extensions
its words come from, with their versions: with others than those it's refused.
"""

from __future__ import annotations

from .catalogue import Catalogue, ours
from .choosing import KEY, broken, chosen, enough, installed, usable, used
from .interface import OURS, VERSION, Interface, Offer

__all__ = [
    "KEY",
    "OURS",
    "VERSION",
    "Catalogue",
    "Interface",
    "Offer",
    "broken",
    "chosen",
    "enough",
    "installed",
    "ours",
    "usable",
    "used",
]
