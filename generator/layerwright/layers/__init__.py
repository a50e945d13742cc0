"""What is known of keras.layers, without importing Keras: a rule for each class, and the short words for them.

A new layer is one `Rule` in the module of its kind and, if it has a short word, one `Word` in `words.py`.
Built-in rules enter a vocabulary through `Vocabulary.add`, as those of any other package do.
"""

from __future__ import annotations

from dataclasses import field

from ..records import dataclass
from . import (
    activation,
    attention,
    audio,
    convolution,
    core,
    distances,
    einsum,
    embedding,
    image,
    merging,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
    wrapping,
)
from .names import ALIASES, GONE, REFUSED
from .rule import LayerError, Rule, Shape, Weight, spell
from .values import ACTIVATIONS, SILENT
from .words import ACTIVATION_LAYERS, WORDS, Word

__all__ = [
    "ACTIVATIONS",
    "ACTIVATION_LAYERS",
    "SILENT",
    "LayerError",
    "Rule",
    "Shape",
    "Vocabulary",
    "Weight",
    "Word",
    "builtin",
    "spell",
]


@dataclass
class Vocabulary:
    """The layers that answers may name: rules by class name, and short words."""

    rules: dict[str, Rule] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)

    def add(self, *entries: Rule | Word) -> None:
        """Adds rules and words. Raises ValueError for a name that is there already."""
        for entry in entries:
            table: dict[str, Rule] | dict[str, Word] = self.rules if isinstance(entry, Rule) else self.words
            if entry.name in self.rules or entry.name in self.words:
                raise ValueError(f"the vocabulary has {entry.name} already")
            table[entry.name] = entry  # type: ignore[assignment]

    def word(self, name: str) -> Word | None:
        """The word of this name. A class's own name is a word too, with Keras's positions and defaults."""
        name = ALIASES.get(name, name)
        if rule := self.rules.get(name):
            return Word(name, {None: name}, tuple(argument.name for argument in rule.arguments))
        return self.words.get(name)

    def refusal(self, name: str) -> tuple[str, str] | None:
        """Why a class of keras.layers can't stand in answers, and what to say instead, or None for any other name."""
        if name in GONE:
            return f"Keras 3 has no {name}", GONE[name][1]
        if name not in REFUSED:
            return None
        reason, mend = REFUSED[name]
        return f"{name} can't stand in answers: {reason}", mend

    def instead(self, name: str) -> str | None:
        """The class that stands for one that Keras has no more, None for any other name."""
        return GONE[name][0] if name in GONE else None

    def names(self) -> list[str]:
        """Every word and class name that may stand in answers."""
        alone = (name for name, rule in self.rules.items() if not rule.merges and rule.within is None)
        return [*self.words, *alone]


def builtin() -> Vocabulary:
    """A new vocabulary with all layers that layerwright brings."""
    vocabulary = Vocabulary()
    for module in (
        *(core, activation, regularization, reshaping, convolution, pooling, normalization, embedding, recurrent),
        *(wrapping, einsum, attention, merging, distances, preprocessing, audio, image),
    ):
        vocabulary.add(*module.RULES)
    vocabulary.add(*WORDS)
    return vocabulary
