"""Answers from files and texts, and how those of several sources become one set."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ..faults import UnreadableAnswers, UnreadableFile
from ..problems import AnswersError, Problem, shown
from .keys import KEYS, UNNAMED_GROUP, Answers, named_now

MERGED: Mapping[str, int] = {"layers": 2, "training": 1}
"""Keys of which a later source says parts, and an earlier one the rest; each with how deep parts lie in parts."""

LISTS = ("branching", "export", "extras")
"""Keys that answer with a list of words, which may be written as a text with commas too."""

DEEPEST = 100
"""How far lists and mappings may be nested in YAML: beyond what any reader of answers takes."""

MOST_PIECES = 50_000
"""How many values, keys, ends of lists and of mappings YAML may have. Ten thousand layers are said with fewer."""

MOST_DIGITS = 18
"""Longest whole number in YAML, in digits."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's safe loader, made stricter: a key stands once, and numbers are such as people write."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if (key.tag, key.value) in seen:
                raise yaml.MarkedYAMLError(None, None, f"{shown(key.value)} is there twice", key.start_mark)
            seen.add((key.tag, key.value))
        return super().construct_mapping(node, deep)

    def construct_yaml_int(self, node: Any) -> Any:
        if len(node.value) > MOST_DIGITS:
            raise yaml.MarkedYAMLError(None, None, f"a number has more than {MOST_DIGITS} digits", node.start_mark)
        return super().construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


NAMES = ("project_name", "package")
"""Keys that have no empty answer: nothing said means the default."""


def load_yaml(text: str, place: str) -> Any:
    """The value of a YAML text. Raises AnswersError that names the place if it isn't YAML."""
    try:
        _check_events(text)
        return yaml.load(text, _Loader)  # noqa: S506 (it is the safe loader, made stricter)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{place}, line {mark.line + 1}" if mark else place
        what = getattr(error, "problem", None) or str(error).partition("\n")[0]
        colon = 'a value with a colon in it is quoted, as inputs: "photo: image 224x224x3"'
        mend = colon if "mapping values" in what else "answers are key: value, with texts, numbers, lists, mappings"
        raise AnswersError([Problem(where, UnreadableAnswers, f"can't be read as YAML: {what}", mend)]) from error
    except (ValueError, OverflowError) as error:  # a date, say, that isn't one
        raise AnswersError(
            [Problem(place, UnreadableAnswers, f"can't be read as YAML: {error}", "write it as a text, in quotes")]
        ) from error


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """The line of each key of nested mappings in a YAML text that `load_yaml` can read."""
    found: dict[tuple[str, ...], int] = {}

    def walk(node: Any, path: tuple[str, ...]) -> None:
        for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
            here = (*path, str(key.value))
            found[here] = key.start_mark.line + 1
            walk(value, here)

    walk(yaml.compose(text, _Loader), ())
    return found


def _check_events(text: str) -> None:
    """Raises YAMLError for what answers have no use for and harm can be done with.

    An alias lets a short text grow without bound; a tag makes something else than texts, numbers, lists and
    mappings; what is nested too deep can't be walked through.
    """
    depth = 0
    for count, event in enumerate(yaml.parse(text, _Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            what = f"*{event.anchor} is an alias"
        elif tag := getattr(event, "tag", None):
            what = f"{tag} is a tag"
        elif depth > DEEPEST:
            what = f"it is nested more than {DEEPEST} deep"
        elif count > MOST_PIECES:
            what = f"it has more than {MOST_PIECES} keys and values"
        else:
            continue
        raise yaml.MarkedYAMLError(None, None, what, event.start_mark)  # type: ignore[arg-type]


def load_file(path: Path) -> Answers:
    """The answers in a YAML file. Raises AnswersError if it can't be read or holds no mapping."""
    return load_text(read_text(path), path.name)


def read_text(path: Path) -> str:
    """What a file with answers holds. Raises AnswersError if it can't be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8 text"
        mend = "name a YAML file with answers"
        raise AnswersError([Problem(str(path), UnreadableFile, f"can't be read: {reason}", mend)]) from error


def load_text(text: str, name: str) -> Answers:
    """The answers in the YAML of a file of that name. Raises AnswersError if it holds no mapping."""
    answers = load_yaml(text, name)
    if answers is None:
        return {}
    if not isinstance(answers, dict):
        raise AnswersError([Problem(name, UnreadableAnswers, "holds no answers", "write key: value, one to a line")])
    said = {key: value for key, value in answers.items() if not str(key).startswith("_") and value is not None}
    return named_now(said)


def load_pairs(pairs: Sequence[str]) -> Answers:
    """The answers in `KEY=VALUE` texts, a later one over an earlier. Raises AnswersError for a text without `=`."""
    answers: Answers = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not (name and equals):
            what = f"{shown(pair)} {'names no key' if equals else 'has no ='}"
            raise AnswersError([Problem("--data", UnreadableAnswers, what, "write KEY=VALUE, as backend=jax")])
        is_yaml = name in KEYS and KEYS[name].type == "yaml"
        value = load_yaml(text, name) if is_yaml else text
        if value is None:
            mend = f"write a value, as {name}={flow(KEYS[name].default)}, or leave it out"
            raise AnswersError([Problem(name, UnreadableAnswers, f"{shown(pair)} says no value", mend)])
        answers = _over(answers, {name: value})
    return answers


def combine(*sources: Answers) -> Answers:
    """The answers of all sources, a later one over an earlier.

    `layers` is merged part by part and `training` key by key. A part that an earlier source gave for an input or
    output that a later source took away goes with it.
    """
    combined: Answers = {}
    for source in sources:
        if combined and ("inputs" in source or "outputs" in source or "sharing" in source):
            combined = _without_orphans(combined, combined | source)
        combined = _over(combined, source)
    return combined


def _over(earlier: Answers, later: Answers) -> Answers:
    return earlier | {key: _merged(earlier.get(key), value, MERGED.get(key, 0)) for key, value in later.items()}


def _merged(earlier: Any, later: Any, depth: int) -> Any:
    """What a later source says over what an earlier one does; of mappings the parts, as deep as it's said."""
    if not (depth and isinstance(earlier, Mapping) and isinstance(later, Mapping)):
        return later
    return {**earlier, **{part: _merged(earlier.get(part), each, depth - 1) for part, each in later.items()}}


def _without_orphans(earlier: Answers, combined: Answers) -> Answers:
    """`earlier` without the parts of `layers` whose input or output isn't among the combined answers."""
    layers = earlier.get("layers")
    if not isinstance(layers, Mapping):
        return earlier
    kept = dict(layers)
    for part, names in (("branches", _names(combined, "inputs", "sharing")), ("heads", _names(combined, "outputs"))):
        if isinstance(layers.get(part), Mapping):
            kept[part] = {name: stack for name, stack in layers[part].items() if name in names}
    return earlier | {"layers": kept}


def _names(answers: Answers, *keys: str) -> set[str]:
    entries = [entry for key in keys for entry in str(answers.get(key, "")).split(",")]
    named = {entry.partition(":")[0].strip() for entry in entries}
    return named | ({UNNAMED_GROUP} if any("+" in entry and ":" not in entry for entry in entries) else set())


def normalised(answers: Answers) -> Answers:
    """The answers with those that may be written in several ways written in one: lists as lists."""
    answers = {key: value for key, value in answers.items() if value != "" or key not in NAMES}
    texts = {key: answers[key] for key in LISTS if isinstance(answers.get(key), str)}
    return answers | {key: [_bare(word) for word in _WORDS.findall(text.strip("[] "))] for key, text in texts.items()}


_WORDS = re.compile(r"[^,\s]+")


def _bare(word: str) -> str:
    """A word without the quotes around it."""
    return word[1:-1] if len(word) > 2 and word[0] == word[-1] and word[0] in "\"'" else word


def flow(value: Any, *, sort: bool = True) -> str:
    """A value as one line of YAML, quoted only where it has to be; mappings by their keys, or as they are."""
    dumped = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=sort)
    return str(dumped).strip().removesuffix("...").strip()
