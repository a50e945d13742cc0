"""Answers from files and texts, and how those of several sources become one set."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ..problems import AnswersError, Problem, shown
from .keys import KEYS, Answers


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's safe loader, without aliases: answers have no use for them, and they can grow without bound."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "an alias (*name) has no place in answers", None)
        return super().compose_node(parent, index)


def load_yaml(text: str, place: str) -> Any:
    """The value of a YAML text. Raises AnswersError that names the place if it isn't YAML."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 (it is the safe loader, made stricter)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{place}, line {mark.line + 1}" if mark else place
        what = getattr(error, "problem", None) or str(error).partition("\n")[0]
        mend = 'a value with a colon in it is quoted, as inputs: "photo: image 224x224x3"'
        raise AnswersError([Problem(where, f"this is not YAML: {what}", mend)]) from error
    except (RecursionError, ValueError) as error:
        raise AnswersError([Problem(place, "this is not YAML that can be read", "write it more simply")]) from error


def load_file(path: Path) -> Answers:
    """The answers in a YAML file. Raises AnswersError if it can't be read or holds no mapping."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it isn't UTF-8 text"
        mend = "name a YAML file with answers"
        raise AnswersError([Problem(str(path), f"can't be read: {reason}", mend)]) from error
    answers = load_yaml(text, path.name)
    if answers is None:
        return {}
    if not isinstance(answers, dict):
        raise AnswersError([Problem(path.name, "holds no answers", "write key: value, one to a line")])
    return {key: value for key, value in answers.items() if not str(key).startswith("_")}


def load_pairs(pairs: Sequence[str]) -> Answers:
    """The answers in `KEY=VALUE` texts. Raises AnswersError for a text without `=`."""
    answers: Answers = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise AnswersError([Problem("--data", f"{shown(pair)} has no =", "write KEY=VALUE, as backend=jax")])
        key = KEYS.get(name)
        answers[name] = load_yaml(value, name) if key is None or key.type == "yaml" else value
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
        merged = dict(source)
        for key in ("layers", "training"):
            if isinstance(source.get(key), Mapping) and isinstance(combined.get(key), Mapping):
                merged[key] = _merged(combined[key], source[key], deep=key == "layers")
        combined |= merged
    return combined


def _merged(earlier: Mapping[Any, Any], later: Mapping[Any, Any], *, deep: bool) -> dict[Any, Any]:
    result = {**earlier, **later}
    for part, value in later.items():
        if deep and isinstance(value, Mapping) and isinstance(earlier.get(part), Mapping):
            result[part] = {**earlier[part], **value}
    return result


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
    return {entry.partition(":")[0].strip() for key in keys for entry in str(answers.get(key, "")).split(",")}


def normalised(answers: Answers) -> Answers:
    """The answers with those that may be written in several ways written in one: lists as lists."""
    branching = answers.get("branching")
    if not isinstance(branching, str):
        return answers
    words = [word for word in re.split(r"[,\s]+", branching.strip("[] ")) if word]
    return answers | {"branching": words}
