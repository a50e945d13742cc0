"""Reads inputs, outputs and sharing: one line each, `NAME: WORD ARGUMENTS` separated by commas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..kinds import KINDS, Kind
from ..problems import Edit, shown, unknown
from ..spec import Group, Input, Output
from ..tasks import TASKS, Per, Task
from .fields import Fields
from .keys import UNNAMED_GROUP

MAKES_AGAIN = ("image", "volume", "numeric", "vector", "sequence", "audio")
"""Kinds of inputs that a reconstruction can make: those that hold numbers."""


def inputs(fields: Fields) -> tuple[Input, ...]:
    """The inputs, as `photo: image 224x224x3, meta: numeric 12` says them."""
    inputs = []
    for name, word, arguments in fields.entries("inputs"):
        each = _input(fields, name, word, arguments)
        if each is None:
            fields.broken.add(name)
        else:
            inputs.append(each)
    return tuple(inputs)


def _input(fields: Fields, name: str, word: str, arguments: list[str]) -> Input | None:
    place, kind = f"inputs.{name}", KINDS.get(word)
    if kind is None:
        fields.problems.add(place, *unknown("kind", word, KINDS))
        return None
    batch = _batch(fields, arguments, place)
    parts = arguments[0].split("x") if len(arguments) == 1 else []
    if len(parts) != len(kind.letters):
        said = shown(" ".join(arguments)) if arguments else "nothing"
        edit = Edit("set", place, kind.example)
        fields.problems.add(place, f"{word} takes {kind.form}, not {said}", f"as {name}: {kind.example}", edit)
        return None
    sizes = _sizes(fields, kind, parts, place)
    return None if sizes is None else Input(name, kind, sizes, batch)


def _sizes(fields: Fields, kind: Kind, parts: Sequence[str], place: str) -> tuple[int | None, ...] | None:
    """The sizes of an input; `?` for those that may vary. None if one of them is none."""
    sizes: list[int | None] = []
    for letter, part in zip(kind.letters, parts, strict=True):
        if part == "?" and letter in kind.varying:
            sizes.append(None)
            continue
        size = fields.size(part, place, 2 if kind.vocabulary and letter == "V" else 1)
        if size is None:
            return None
        sizes.append(size)
    return tuple(sizes)


def _batch(fields: Fields, arguments: list[str], place: str) -> int | None:
    """Takes `batch=N` off an input's arguments."""
    for argument in [argument for argument in arguments if argument.startswith("batch=")]:
        arguments.remove(argument)
        return fields.size(argument.removeprefix("batch="), place)
    return None


def outputs(fields: Fields, inputs: Sequence[Input]) -> tuple[Output, ...]:
    """The outputs, as `category: multiclass 10 from=photo * 0.5` says them."""
    names = [each.name for each in inputs] + sorted(fields.broken)
    outputs = []
    for name, word, arguments in fields.entries("outputs"):
        place = f"outputs.{name}"
        if name.lower() in map(str.lower, names):
            edit = Edit("set", place, f"{name}_out: {' '.join([word, *arguments])}")
            fields.problems.add(place, "an input has this name", f"give it a name of its own, as {name}_out", edit)
        if word not in TASKS:
            fields.problems.add(place, *unknown("task", word, TASKS))
            output = None
        else:
            output = _output(fields, name, word, arguments, inputs)
        if output is None:
            fields.broken.add(name)
        else:
            outputs.append(output)
    return tuple(outputs)


def _output(fields: Fields, name: str, word: str, arguments: list[str], inputs: Sequence[Input]) -> Output | None:
    task, place = TASKS[word], f"outputs.{name}"
    weight = _weight(fields, word, arguments, place)
    names = [each.name for each in inputs]
    sources = tuple(names)
    for argument in [argument for argument in arguments if argument.startswith("from=")]:
        arguments.remove(argument)
        sources = _members(fields, argument.removeprefix("from="), names, place)
    per_step = "per_step" in arguments and task.name == "regression"
    if per_step:
        arguments.remove("per_step")
    if task.per is Per.INPUT:
        return _reconstruction(fields, name, task, arguments, inputs, sources, weight)
    if not arguments and task.default is not None:
        return Output(name, task, task.default, sources, weight, per_step)
    if len(arguments) != 1 or not task.form:
        said = shown(" ".join(arguments)) if arguments else "nothing"
        takes = f"takes {task.form}" if task.form else "takes no size"
        edit = Edit("set", place, task.example)
        fields.problems.add(place, f"{word} {takes}, not {said}", f"as {name}: {task.example}", edit)
        return None
    size = fields.size(arguments[0], place, task.smallest)
    return Output(name, task, size, sources, weight, per_step) if size else None


def _reconstruction(
    fields: Fields,
    name: str,
    task: Task,
    arguments: Sequence[str],
    inputs: Sequence[Input],
    sources: tuple[str, ...],
    weight: float,
) -> Output | None:
    """An output that makes an input again."""
    place, able = f"outputs.{name}", [each.name for each in inputs if each.kind.name in MAKES_AGAIN]
    said = arguments[0] if len(arguments) == 1 else ""
    if said in fields.broken:
        return None
    of = next((each for each in inputs if each.name == said), None)
    if of is None:
        mend = f"name the input that it makes again, as {name}: reconstruction {able[0] if able else 'INPUT'}"
        edits = [Edit("set", place, f"reconstruction {able[0]}")] if able else []
        what, near = unknown("input", said, able) if said else ("reconstruction names no input", "")
        fields.problems.add(place, what, f"{near + '; ' if near else ''}{mend}", *edits)
        return None
    if of.name not in able:
        what = f"{of.name} is {of.kind.name}: its values are names of things, not amounts"
        mend = "reconstruct numbers or images; for tokens say labels V"
        fields.problems.add(place, what, mend)
        return None
    return Output(name, task, 1, sources, weight, of=of)


def _weight(fields: Fields, word: str, arguments: list[str], place: str) -> float:
    """Takes `* WEIGHT` off the end of an output's arguments."""
    text = " ".join(arguments)
    if "*" not in text:
        return 1.0
    rest, _, weight = (part.strip() for part in text.partition("*"))
    arguments[:] = rest.split()
    if re.fullmatch(r"\d{0,9}\.?\d{0,9}(e-?\d{1,2})?", weight, re.ASCII) and re.search(r"[1-9]", weight):
        return float(weight)
    edit = Edit("set", place, f"{word} {rest}".strip())
    fields.problems.add(place, f"{shown(weight)} is no loss weight", "a number above 0, as * 0.5", edit)
    return 1.0


def _members(fields: Fields, text: str, inputs: Sequence[str], place: str) -> tuple[str, ...]:
    """Names of inputs, joined by `+`, in the order of the inputs. Those that are broken are left in."""
    names = [name.strip() for name in text.split("+")]
    for name in names:
        if name not in inputs and name not in fields.broken:
            fields.problems.add(place, *unknown("input", name, inputs))
    return tuple(name for name in [*inputs, *sorted(fields.broken)] if name in names)


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
        if any(member in fields.broken for member in group.members):
            fields.broken.add(name)
            fields.broken.update(group.members)
        elif len(group.members) < 2:
            fields.broken.add(name)
            edit = Edit("drop", place)
            fields.problems.add(place, "fewer than two inputs share it", "name two inputs or more, joined by +", edit)
        elif _fits(fields, group, by_name, groups):
            groups.append(group)
        else:
            fields.broken.update([name, *group.members])
    return tuple(groups)


def _fits(fields: Fields, group: Group, inputs: Mapping[str, Input], before: Sequence[Group]) -> bool:
    """Whether the members of a group can go through one encoder, and no other one; notes what can't."""
    first, *others = (inputs[name] for name in group.members)
    place, right = f"sharing.{group.name}", True
    for other in others:
        if (other.kind, other.sizes, other.batch) != (first.kind, first.sizes, first.batch):
            right = False
            fields.problems.add(
                place,
                f"{first.name} ({first.said}) and {other.name} ({other.said}) have different kinds or sizes",
                "one encoder takes inputs of one kind and size: make them equal, or don't share",
                Edit("set", f"inputs.{other.name}", first.said),
            )
    for name in group.members:
        if any(name in earlier.members for earlier in before):
            right = False
            fields.problems.add(place, f"{name} is in two groups", "an input is in one group", Edit("drop", place))
    return right
