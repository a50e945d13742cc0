"""The rules: LW0 answers and version, LW1 files, LW2 network, LW3 training, LW4 a standard, LW9 silences."""

from __future__ import annotations

from ..rule import Rule
from . import answers, ends, files, layers, learning, silences, standards

ALL: tuple[Rule, ...] = (
    *answers.RULES,
    *files.RULES,
    *ends.RULES,
    *layers.RULES,
    *learning.RULES,
    *standards.RULES,
    *silences.RULES,
)
