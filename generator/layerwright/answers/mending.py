"""Carries out the edits that problems hold, on a copy of the answers.

A place leads through the answers as they are written: `inputs.photo` is an entry of a one-line answer,
`layers.body[2]` an item of a list or of one comma-separated line, `layers.body[2].residual` the group itself.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any, TypeAlias

from ..blocks import WRAPPERS, written_value
from ..blocks.layer import read_value, split
from ..blocks.reading import CONTENT
from ..blocks.sequences import TCN_VALUES
from ..layers import ACTIVATIONS, Vocabulary, builtin
from ..problems import Edit
from .keys import Answers
from .lines import ENTRIES
from .renaming import edit_lines, rename_key

Step: TypeAlias = "str | int"
Path: TypeAlias = "tuple[Any, ...]"

INNER = ("layers", "paths", "layer", "cell", "with")
"""Keys of a group under which its content stands, where that isn't the whole of it."""

PATHS = ("paths", "parallel")
"""Under what lists of stacks stand, where others hold items."""

OUTPUT = "output"
"""The item that ends a head: it isn't a group, but says what comes instead of the task's last layer."""


def mended(answers: Answers, edits: Sequence[Edit], vocabulary: Vocabulary | None = None) -> Answers:
    """The answers with the edits carried out.

    Places mean the answers as they were. A part of `layers` that isn't said, and to which something is appended, holds
    nothing else then.
    """
    answers = copy.deepcopy(dict(answers))
    once = [edit for index, edit in enumerate(edits) if edit not in edits[:index]]
    tree = _Tree(answers, vocabulary or builtin())
    for stage in _stages([edit for edit in once if _key(edit.place) not in ENTRIES]):
        placed = [(tree.path(edit.place), edit) for edit in stage]
        for path, edit in sorted(placed, key=_later_first):
            tree.carry_out(path, edit)
    in_lines = [edit for edit in once if _key(edit.place) in ENTRIES]
    edit_lines(answers, sorted(in_lines, key=lambda edit: ORDER.index(edit.action)))
    return answers


def _stages(edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Keys that are called otherwise come first: other places mean them as they should be called."""
    keys = [edit for edit in edits if edit.action == "rename" and edit.place.endswith(f".{edit.value[0]}")]
    keys += [edit for edit in edits if edit.action == "rename" and edit.place == edit.value[0]]
    yield keys
    yield [edit for edit in edits if edit not in keys]


def _key(place: str) -> str:
    return place.partition(".")[0]


ORDER = ("set", "rename", "argument", "append", "drop", "after", "before")
"""In which order edits of one place are carried out."""


def _later_first(placed: tuple[Path, Edit]) -> Any:
    """Sorts edits so that none moves the place of one after it."""
    path, edit = placed
    steps = [(0, -step, "") if isinstance(step, int) else (1, 0, str(step)) for step in path]
    return ([*steps, (2, 0, "")], ORDER.index(edit.action))


class _Tree:
    """The answers as what places lead through. Lists that are written as one line become lists where a place does."""

    def __init__(self, answers: Answers, vocabulary: Vocabulary) -> None:
        self.answers = answers
        self.vocabulary = vocabulary

    def path(self, place: str) -> Path:
        """The keys and indices that lead to a place. Its last one may not be there yet."""
        path: Path = () if place else ("",)
        while place:
            if index := re.match(r"\[(\d+)\]", place):
                path = (*self._as_list(path), int(index[1]))
                place = place[index.end() :]
            else:
                key = self._step(self._as_group(path, place.removeprefix(".")), place.removeprefix("."))
                path = (*path, key)
                place = place.removeprefix(".")[len(str(key)) :]
        return path

    def _step(self, path: Path, place: str) -> Any:
        """The key that a place goes on with: the longest that is there, since keys may hold anything."""
        node = self.at(path)
        keys = [key for key in node if re.match(re.escape(str(key)) + r"(?=[.\[]|$)", place)] if _is_map(node) else []
        return max(keys, key=lambda key: len(str(key))) if keys else re.split(r"[.\[]", place, maxsplit=1)[0]

    def at(self, path: Path) -> Any:
        """What stands at a path, None if nothing does."""
        node: Any = self.answers
        for step in path:
            is_there = step < len(node) if isinstance(node, list) and isinstance(step, int) else _is_map(node)
            node = (node.get(step) if _is_map(node) else node[step]) if is_there else None
        return node

    def put(self, path: Path, value: Any) -> None:
        """Puts a value at a path; mappings on the way are made."""
        *way, last = path
        parent = self.at(tuple(way))
        if parent is None and not isinstance(last, int):
            parent = {}
            self.put(tuple(way), parent)
        if _is_map(parent) or _has(parent, last):
            parent[last] = value

    def _as_group(self, path: Path, place: str) -> Path:
        """The same path; an item that is a line, as `output: dense 3`, becomes a group where a place leads into it."""
        node = self.at(path)
        if isinstance(node, str) and path and isinstance(path[-1], int):
            word, _, rest = node.strip().partition(" ")
            if re.match(re.escape(word.removesuffix(":")) + r"([.\[]|$)", place):
                self.put(path, {word.removesuffix(":"): rest.strip()})
        return path

    def _as_list(self, path: Path) -> Path:
        """Where the list is that a place means, made a list if it's written otherwise."""
        node = self.at(path)
        is_item = bool(path) and isinstance(path[-1], int) and path[-2] not in PATHS
        if isinstance(node, str) and is_item:  # a group in a line, as residual dense 4
            word, _, rest = node.strip().partition(" ")
            self.put(path, {word.rstrip(":"): split(rest)})
            return (*path, word.rstrip(":"))
        if isinstance(node, str):
            self.put(path, split(node) if node.strip() else [])
        elif isinstance(node, int | float):
            self.put(path, [node])
        elif _is_map(node):
            for key in INNER:
                if key in node:
                    return self._as_list((*path, key))
            self.put(path, [node])
        return path

    def carry_out(self, path: Path, edit: Edit) -> None:
        """Makes one edit."""
        getattr(self, f"_{edit.action}")(path, edit.value)

    def _item(self, path: Path) -> Path:
        """The item of a list that a place means, which may go on with the word of the item's one key."""
        while len(path) > 1 and isinstance(path[-1], str) and _is_map(self.at(path[:-1])):
            owner = self.at(path[:-1])
            if len(owner) > 1 or path[-1] not in owner or not (isinstance(path[-2], int) or path[-2] == OUTPUT):
                break
            path = path[:-1]
        return path

    def _set(self, path: Path, value: Any) -> None:
        content = self.at(path)
        stays = path[-1] == OUTPUT and value != content and not isinstance(value, list)
        path = path if stays else self._item(path)
        parent = self.at(path[:-1])
        if _has(parent, path[-1]) and isinstance(value, list) and path[-2] not in PATHS:
            parent[path[-1] : path[-1] + 1] = value
        else:
            self.put(path, value)

    def _drop(self, path: Path, value: Any) -> None:
        path = self._item(path)
        parent = self.at(path[:-1])
        if _has(parent, path[-1]):
            del parent[path[-1]]
        elif _is_map(parent):
            parent.pop(path[-1], None)

    def _before(self, path: Path, value: Any) -> None:
        self._insert(self._item(path), value)

    def _after(self, path: Path, value: Any) -> None:
        self._insert(self._item(path), value, 1)

    def _insert(self, path: Path, value: Any, behind: int = 0) -> None:
        parent = self.at(path[:-1])
        if _has(parent, path[-1]):
            parent.insert(path[-1] + behind, value)

    def _append(self, path: Path, value: Any) -> None:
        if self.at(path) is None:
            self.put(path, [])
        stack = self.at(self._as_list(path))
        if not isinstance(stack, list):
            return
        ends = bool(stack) and _is_map(stack[-1]) and OUTPUT in stack[-1]
        stack.insert(len(stack) - ends, value)

    def _rename(self, path: Path, words: tuple[Any, Any]) -> None:
        """Puts one word for another: a key, or a part of a text. None takes it out."""
        old, new = words
        owner = self.at(path[:-1])
        if _is_map(owner) and str(path[-1]) == str(old) and path[-1] in owner:
            rename_key(owner, path[-1], new)
        else:
            self.put(path, _with_word(self.at(path), old, new))

    def _argument(self, path: Path, argument: tuple[str, Any]) -> None:
        key, value = argument
        node = self.at(path)
        if _is_map(node) and len(node) == 1 and (isinstance(path[-1], int) or path[-1] == OUTPUT):
            path = (*path, *node)
            node = self.at(path)
        if _is_map(node):
            key = next((each for each in node if str(each) == key), key)
            if value is None:
                node.pop(key, None)
            else:
                node[key] = value
        elif isinstance(path[-1], int) or path[-1] in (OUTPUT, "how"):
            self.put(path, self._text_with(str(node), key, value))
        elif path[-1] in CONTENT:
            self.put(path, {CONTENT[path[-1]]: node, key: value})
        elif len(path) > 1:
            text = self._text_with(f"{path[-1]} {'' if node is None else _line(node)}", key, value)
            self.put(path[:-1], text)

    def _text_with(self, text: str, key: str, value: Any) -> str:
        """A layer's text with one argument set; None takes it out."""
        tokens = text.split()
        start = next((index for index, token in enumerate(tokens) if token not in WRAPPERS), 0) + 1
        word, said = tokens[start - 1], tokens[start:]
        entry = self.vocabulary.word(word)
        positions = list(entry.positions if entry else TCN_VALUES if word == "tcn" else ())
        bare = [token for token in said if _is_bare(token)]
        named = dict(zip(positions, bare, strict=False)) if key in positions else {}
        new = f"{key}={written_value(value)}"
        kept = [token for token in said if not _says(token, key)]
        if len(kept) < len(said) or key not in named:
            return " ".join([*tokens[:start], *kept, *([new] if value is not None else [])])
        if value is None:  # those after it lose their positions
            rest = positions[positions.index(key) + 1 :]
            later = [f"{name}={named[name]}" for name in rest if name in named]
            first = bare[: positions.index(key)]
            others = [token for token in said if not _is_bare(token)]
            return " ".join([*tokens[:start], *first, *later, *others])
        kept[kept.index(named[key])] = str(written_value(value))
        return " ".join([*tokens[:start], *kept])


def _is_map(node: Any) -> bool:
    return isinstance(node, MutableMapping)


def _has(node: Any, step: Any) -> bool:
    """Whether something is a list with an item at an index. An edit may have left another thing there."""
    return isinstance(node, list) and isinstance(step, int) and step < len(node)


def _is_bare(token: str) -> bool:
    key, equals, _ = token.partition("=")
    return token not in ACTIVATIONS and (not equals or "(" in key)


def _says(token: str, key: str) -> bool:
    return token.partition("=")[0] == key or (key == "activation" and token in ACTIVATIONS)


def _line(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, list) else str(value)


def _with_word(node: Any, old: Any, new: Any) -> Any:
    """What stands somewhere with one word for another, not in the layers of a group."""
    if isinstance(node, str):
        tokens = [new if _is_word(token, old) else token for token in node.split()]
        return " ".join(str(token) for token in tokens if token is not None)
    if not _is_map(node) and _line(node) == written_value(old):
        return new
    if isinstance(node, list):
        return [_with_word(each, old, new) for each in node]
    if _is_map(node):
        return {
            new if key == old else key: value if key in ("layers", "paths") else _with_word(value, old, new)
            for key, value in node.items()
            if key != old or new is not None
        }
    return node


def _is_word(token: str, old: Any) -> bool:
    """Whether a token is a word, or says the value."""
    return token == old or token.rstrip(":") == old or (not isinstance(old, str) and read_value(token) == old)
