"""Edits one-line answers. What an edit takes away or calls otherwise is so everywhere else in the answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

from ..blocks.layer import split
from ..problems import Edit
from .keys import Answers
from .lines import WEIGHT, Entry, read_entries, spelled


def rename_key(mapping: MutableMapping[Any, Any], old: Any, new: Any) -> None:
    """Calls a key otherwise, in its place."""
    items = [(new if key == old else key, value) for key, value in mapping.items()]
    mapping.clear()
    mapping.update(items)


def edit_lines(answers: Answers, edits: Sequence[Edit]) -> None:
    """Edits inputs, outputs and sharing, in this order of edits."""
    for edit in edits:
        key, _, name = edit.place.partition(".")
        if "." not in edit.place:
            _edit_line(answers, key, edit)
            continue
        entries = read_entries(answers.get(key), key)
        found = next((entry for entry in reversed(entries) if entry.name == name), None)
        if found is None:
            continue
        before = found.name
        if edit.action == "drop":
            entries.remove(found)
        else:
            _edit_entry(found, edit)
            if edit.action == "set":  # what is no argument goes with the words that were there
                for option in ("", WEIGHT) if key == "inputs" else ("",):
                    found.options.pop(option, None)
        answers[key] = spelled(entries)
        after = None if edit.action == "drop" else found.name
        if after != before and all(entry.name != before for entry in entries):
            REFERENCES[key](answers, before, after)


def _edit_line(answers: Answers, key: str, edit: Edit) -> None:
    if edit.action == "drop":
        answers.pop(key, None)
    elif edit.action == "append":
        answers[key] = ", ".join(filter(None, [str(answers.get(key) or "").strip(", "), edit.value]))
    else:
        answers[key] = edit.value


def _edit_entry(entry: Entry, edit: Edit) -> None:
    if edit.action == "rename":
        entry.name, entry.named = edit.value[1], True
    elif edit.action == "argument":
        key, value = edit.value
        entry.options.pop(key, None)
        if value is not None:
            entry.options[key] = str(value)
    else:
        [said] = read_entries(edit.value if ":" in edit.value else f"{entry.name}: {edit.value}")
        entry.name, entry.words, entry.named = said.name, said.words, True
        entry.options |= said.options


def _input_is(answers: Answers, old: str, new: str | None) -> None:
    """What refers to an input refers to another name, or isn't there any more."""
    _rename_part(answers, "branches", old, new)
    outputs = read_entries(answers.get("outputs"))
    for output in outputs:
        sources = [new if name.strip() == old else name.strip() for name in output.options.get("from", "").split("+")]
        if left := "+".join(filter(None, sources)):
            output.options["from"] = left
        else:
            output.options.pop("from", None)
    of = ["reconstruction", old]
    for output in [output for output in outputs if output.words == of]:
        if new is None:
            outputs.remove(output)
            _output_is(answers, output.name, None)
        else:
            output.words = ["reconstruction", new]
    if outputs:
        answers["outputs"] = spelled(outputs)
    groups = read_entries(answers.get("sharing"), "sharing")
    for group in list(groups):
        members = [new if name.strip() == old else name.strip() for name in " ".join(group.words).split("+")]
        kept = [member for member in members if member]
        group.words = [" + ".join(kept)]
        if len(kept) < 2:
            groups.remove(group)
            _rename_part(answers, "branches", group.name, kept[0] if kept else None)
    if answers.get("sharing"):
        answers["sharing"] = spelled(groups)
    if isinstance(answers.get("layers"), Mapping):
        answers["layers"] = _merged_otherwise(answers["layers"], old, new)


def _output_is(answers: Answers, old: str, new: str | None) -> None:
    """What refers to an output refers to another name, or isn't there any more."""
    _rename_part(answers, "heads", old, new)
    _end_otherwise(answers, old, new)


def _group_is(answers: Answers, old: str, new: str | None) -> None:
    """What refers to a sharing group refers to another name, or isn't there any more."""
    _rename_part(answers, "branches", old, new)
    _end_otherwise(answers, old, new)


REFERENCES: Mapping[str, Callable[[Answers, str, str | None], None]] = {
    "inputs": _input_is,
    "outputs": _output_is,
    "sharing": _group_is,
}


def _end_otherwise(answers: Answers, old: str, new: str | None) -> None:
    models = answers.get("models")
    if isinstance(models, MutableMapping) and new is not None:
        models.update({name: new for name, layer in models.items() if layer == old})


def _rename_part(answers: Answers, part: str, old: str, new: str | None) -> None:
    layers = answers.get("layers")
    stacks = layers.get(part) if isinstance(layers, Mapping) else None
    if isinstance(stacks, MutableMapping) and old in stacks:
        if new is None or new in stacks:
            del stacks[old]
        else:
            rename_key(stacks, old, new)


REFERRING = ("merge", "from")
"""Words behind which an input may be named."""

GONE = object()
"""Stands for an item of which nothing is left."""


def _merged_otherwise(node: Any, old: str, new: str | None) -> Any:
    """Layers in which another name is merged in, or none: for None."""
    if isinstance(node, str):
        items = [_referring_otherwise(item, old, new) for item in split(node)]
        if items == split(node):
            return node
        left = [item for item in items if item is not GONE]
        return left if len(items) > 1 else items[0]
    if isinstance(node, list):
        walked = (_merged_otherwise(each, old, new) for each in node)
        return [each for each in walked if each is not GONE]
    if not isinstance(node, Mapping):
        return node
    [word, *others] = [*node, None]
    if word in REFERRING and others == [None]:
        merge = node[word]
        is_spelled = isinstance(merge, Mapping) and "with" in merge
        said = _names_otherwise(merge["with"] if is_spelled else merge, old, new)
        return GONE if said is GONE else {word: {**merge, "with": said} if is_spelled else said}
    inside = {key: _merged_otherwise(value, old, new) for key, value in node.items()}
    return {key: [] if value is GONE else value for key, value in inside.items()}


def _referring_otherwise(item: str, old: str, new: str | None) -> Any:
    """An item in a line, as `merge photo`."""
    word, _, rest = item.partition(" ")
    if word.removesuffix(":") not in REFERRING:
        return item
    said = _names_otherwise(rest.strip(), old, new)
    return GONE if said is GONE else {word.removesuffix(":"): said} if isinstance(said, list) else f"{word} {said}"


def _names_otherwise(said: Any, old: str, new: str | None) -> Any:
    """One name or several, of which one is another."""
    names = said if isinstance(said, list) else re.split(r"[+,\s]+", str(said))
    if old not in names:
        return said
    left = [new if name == old else name for name in names if name != old or new is not None]
    return left[0] if len(left) == 1 else left or GONE
