"""What the function for a group is called, and what its docstring says: by the layers that tell it from others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ..forms import CHAIN, SHORTCUT, Tree, is_projection
from ..graph import Layer, Node
from ..layers.words import WORDS
from .frames import numbered
from .source import variable

REPEATED = "block"
"""The kind of a group that is only a repetition."""

NAMED_AFTER_LAYERS = (REPEATED, CHAIN, "residual", "parallel")
"""The kinds whose name says little; others, as the transformer, are known by it."""

PROJECTED = "projected"
"""What tells a residual whose shortcut has layers of its own from one whose input is added as it is."""

_WORDS = {name: word.name for word in WORDS for name in word.classes.values()} | {"MultiHeadAttention": "attention"}
"""The short word for each class that has one."""

_NOUNS = {
    "activation": "activation",
    "attention": "attention layer",
    "average_pool": "average pooling",
    "batch_norm": "batch normalisation",
    "conv": "convolution",
    "conv_transpose": "transposed convolution",
    "dense": "dense layer",
    "depthwise_conv": "depthwise convolution",
    "dropout": "dropout",
    "embedding": "embedding",
    "group_norm": "group normalisation",
    "layer_norm": "layer normalisation",
    "max_pool": "max pooling",
    "permute": "permutation",
    "separable_conv": "separable convolution",
    "simple_rnn": "simple RNN",
}
"""What a docstring calls a layer, if it doesn't say its class."""

_NUMBERS = ("no", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_VOWELS = ("a", "e", "i", "o", "LSTM", "RNN")

MOST_LAYERS = len(_NUMBERS) - 1
"""How many layers a docstring counts."""

MOST_NOUNS = 4
"""How many kinds of layers a docstring names."""

LONGEST = 88
"""The longest docstring, in columns."""


def about(tree: Tree, name: str, verb: str = "Adds") -> str:
    """What the function of this name does for a group, in a sentence that says what is in it.

    `verb` is that of a repetition.
    """
    block = tree.block
    assert block is not None
    inside, shortcut = _layers(tree, name), _shortcut(tree)
    without = [layer for layer in inside if not _is_normalization(layer)]
    for layers, way in ((inside, shortcut), (without, [layer for layer in shortcut if not _is_normalization(layer)])):
        can_be_told = 0 < len(layers) <= MOST_LAYERS >= len(way) and len(set(map(_noun, layers))) <= MOST_NOUNS
        sentence = _sentence(tree, layers, way, verb) if can_be_told else ""
        if sentence and len(sentence) <= LONGEST:
            return sentence
    return block.about or f"{verb} the layers that are repeated."


def _sentence(tree: Tree, inside: Sequence[Layer], shortcut: Sequence[Layer], verb: str) -> str:
    listed = _listed(inside)
    if tree.kind == "residual":
        way = f", through {_listed(shortcut)}," if shortcut else ""
        return f"Adds its input{way} to what {listed} {'makes' if len(inside) == 1 else 'make'} of it."
    if tree.kind == "parallel":
        ways = len(tree.last.inputs)
        number = _NUMBERS[ways] if 1 < ways < len(_NUMBERS) else "several"
        return f"Goes {number} ways, through {listed}, and joins what comes of them."
    if tree.kind in (REPEATED, CHAIN):
        return f"{verb} {listed}{', and joins what comes of them' if len(tree.last.inputs) > 1 else ''}."
    return ""


def _listed(layers: Iterable[Layer]) -> str:
    """Layers as a person would say them: `two convolutions and a dense layer`."""
    counts = Counter(map(_noun, layers))
    *before, last = [_counted(noun, count) for noun, count in counts.items()]
    return f"{', '.join(before)} and {last}" if before else last


def _counted(noun: str, count: int) -> str:
    if count == 1:
        return f"an {noun}" if noun.startswith(_VOWELS) else f"a {noun}"
    return f"{_NUMBERS[count]} {noun}s"


def _noun(layer: Layer) -> str:
    return _NOUNS.get(_word(layer), layer.class_name)


def _word(layer: Layer) -> str:
    """The short word for a layer, or its class as one."""
    name = layer.class_name
    return _WORDS.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", re.sub(r"\dD$", "", name)).lower()


def _is_normalization(layer: Layer) -> bool:
    return layer.class_name.endswith("Normalization")


def _layers(tree: Tree, name: str) -> list[Layer]:
    """The layers that make a group what it is, its shortcut's aside: those with weights, and what it's named after."""
    nodes = (node.layer for node in _way(tree))
    return [layer for layer in nodes if layer.weights or tree.kind == CHAIN or name.startswith(f"{_word(layer)}_")]


def _way(tree: Tree) -> Iterator[Node]:
    for child in tree.children:
        if child.kind != SHORTCUT and not (child.node and is_projection(child.node, tree)):
            yield from child.nodes


def _shortcut(tree: Tree) -> list[Layer]:
    """The layers of its own that a shortcut goes through."""
    inside = (node for child in tree.children if child.kind == SHORTCUT for node in child.nodes)
    return [node.layer for node in inside if node.layer.weights]


def function_names(groups: Sequence[Sequence[Tree]], taken: set[str]) -> list[str]:
    """A name for the function of each of some kinds of groups, other than those taken; adds them to `taken`."""
    names = [_given(uses) for uses in groups]
    places: dict[str, list[int]] = {}
    for place, uses in enumerate(groups):
        if not names[place]:
            places.setdefault(uses[0].kind or REPEATED, []).append(place)
    for kind, unnamed in places.items():
        words = [_words(groups[place][0]) for place in unnamed]
        for place, word in zip(unnamed, _distinctive(words, kind), strict=True):
            names[place] = _named(kind, word)
    return [_new(name, taken) for name in names]


def _named(kind: str, word: str) -> str:
    if kind in (REPEATED, CHAIN):
        return f"{word}_block" if word else "block"
    return f"{word}_{kind}" if word else f"{kind}_block"


def _given(uses: Sequence[Tree]) -> str:
    """The name that the answers give to all uses, with numbers; empty if they give none."""
    names = [numbered(tree.name) for tree in uses]
    base, kind = names[0][0], uses[0].kind or REPEATED
    is_given = all(each == base and number >= 0 for each, number in names) and not base.endswith(kind)
    return f"{variable(base)}_block" if is_given and kind != CHAIN else ""


def _words(tree: Tree) -> list[str]:
    """What may tell a group from others of its kind, the most telling first."""
    nodes = [node.layer for node in _way(tree) if len(node.inputs) == 1 or node.layer.weights]
    telling = [layer for layer in nodes if not _is_normalization(layer) and layer.class_name != "Activation"]
    telling.sort(key=lambda layer: not layer.weights)
    return list(dict.fromkeys([PROJECTED] * bool(_shortcut(tree)) + [_word(layer) for layer in telling]))


def _distinctive(words: Sequence[Sequence[str]], kind: str) -> list[str]:
    """The first word of each that no other has; for a single one left the first of its own; empty for the others."""
    if kind not in NAMED_AFTER_LAYERS:
        return [""] * len(words)
    if len(words) == 1:
        return [words[0][0] if kind in (REPEATED, CHAIN) and words[0] else ""]
    counts = Counter(word for each in words for word in each)
    found = [next((word for word in each if counts[word] == 1), "") for each in words]
    if found.count("") == 1:
        place = found.index("")
        found[place] = next(iter(words[place]), "")
    return found


def _new(name: str, taken: set[str]) -> str:
    number, base = 1, name
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
