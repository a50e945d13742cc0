"""Reads inputs, outputs and sharing: one line each, `NAME: WORD ARGUMENTS` separated by commas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..kinds import KINDS
from ..problems import shown, unknown
from ..spec import Group, Input, Output
from ..tasks import TASKS
from .fields import Fields
from .keys import UNNAMED_GROUP


def inputs(fields: Fields) -> tuple[Input, ...]:
    """The inputs, as `photo: image 224x224x3, meta: numeric 12` says them."""
    inputs = []
    for name, word, arguments in fields.entries("inputs"):
        place = f"inputs.{name}"
        kind = KINDS.get(word)
        if kind is None:
            fields.problems.add(place, *unknown("kind", word, KINDS))
            continue
        parts = arguments[0].split("x") if len(arguments) == 1 else []
        if len(parts) != kind.axes:
            said = shown(" ".join(arguments)) if arguments else "nothing"
            fields.problems.add(place, f"{word} takes {kind.form}, not {said}", f"as {name}: {kind.example}")
            continue
        sizes = [fields.size(part, place) for part in parts]
        if None not in sizes:
            inputs.append(Input(name, kind, tuple(size for size in sizes if size is not None)))
    return tuple(inputs)


def outputs(fields: Fields, inputs: Sequence[Input]) -> tuple[Output, ...]:
    """The outputs, as `category: multiclass 10 from=photo * 0.5` says them."""
    names = [each.name for each in inputs]
    outputs = []
    for name, word, arguments in fields.entries("outputs"):
        place = f"outputs.{name}"
        if name.lower() in map(str.lower, names):
            fields.problems.add(place, "an input has this name", "give each a name of its own")
        if word not in TASKS:
            fields.problems.add(place, *unknown("task", word, TASKS))
        elif output := _output(fields, name, word, arguments, names):
            outputs.append(output)
    return tuple(outputs)


def _output(fields: Fields, name: str, word: str, arguments: list[str], inputs: Sequence[str]) -> Output | None:
    task, place = TASKS[word], f"outputs.{name}"
    weight = _weight(fields, arguments, place)
    sources = tuple(inputs)
    for argument in [argument for argument in arguments if argument.startswith("from=")]:
        arguments.remove(argument)
        sources = _members(fields, argument.removeprefix("from="), inputs, place)
    if not arguments and task.default is not None:
        return Output(name, task, task.default, sources, weight)
    if len(arguments) != 1 or not task.form:
        said = shown(" ".join(arguments)) if arguments else "nothing"
        takes = f"takes {task.form}" if task.form else "takes no size"
        fields.problems.add(place, f"{word} {takes}, not {said}", f"as {name}: {task.example}")
        return None
    size = fields.size(arguments[0], place, task.smallest)
    return Output(name, task, size, sources, weight) if size else None


def _weight(fields: Fields, arguments: list[str], place: str) -> float:
    """Takes `* WEIGHT` off the end of an output's arguments."""
    text = " ".join(arguments)
    if "*" not in text:
        return 1.0
    rest, _, weight = (part.strip() for part in text.partition("*"))
    arguments[:] = rest.split()
    if re.fullmatch(r"\d{0,9}\.?\d{0,9}(e-?\d{1,2})?", weight, re.ASCII) and re.search(r"[1-9]", weight):
        return float(weight)
    fields.problems.add(place, f"{shown(weight)} is no loss weight", "a number above 0, as * 0.5")
    return 1.0


def _members(fields: Fields, text: str, inputs: Sequence[str], place: str) -> tuple[str, ...]:
    """Names of inputs, joined by `+`, in the order of the inputs."""
    names = [name.strip() for name in text.split("+")]
    for name in names:
        if name not in inputs:
            fields.problems.add(place, *unknown("input", name, inputs))
    return tuple(name for name in inputs if name in names)


def sharing(fields: Fields, inputs: Sequence[Input]) -> tuple[Group, ...]:
    """The groups of inputs with one encoder, as `encoder: left + right` says them."""
    groups: list[Group] = []
    by_name = {each.name: each for each in inputs}
    for entry in filter(str.strip, fields.line("sharing").split(",")):
        name, colon, members = (part.strip() for part in entry.partition(":"))
        name, members = (name, members) if colon else (UNNAMED_GROUP, name)
        place = f"sharing.{name}"
        if not fields.is_new_name(name, "sharing", [*by_name, *(group.name for group in groups)]):
            continue
        group = Group(name, _members(fields, members, list(by_name), place))
        if len(group.members) < 2:
            fields.problems.add(place, "fewer than two inputs share it", "name two inputs or more, joined by +")
            continue
        _check_group(fields, group, by_name, groups)
        groups.append(group)
    return tuple(groups)


def _check_group(fields: Fields, group: Group, inputs: Mapping[str, Input], before: Sequence[Group]) -> None:
    """Notes members that can't go through one encoder."""
    first, *others = (inputs[name] for name in group.members)
    for other in others:
        if (other.kind, other.sizes) != (first.kind, first.sizes):
            fields.problems.add(
                f"sharing.{group.name}",
                f"{first.name} and {other.name} have different kinds or sizes",
                "one encoder takes inputs of one kind and size: make them equal, or don't share",
            )
    for name in group.members:
        if any(name in earlier.members for earlier in before):
            fields.problems.add(f"sharing.{group.name}", f"{name} is in two groups", "an input is in one group")
