"""Reads inputs, outputs and sharing: one line each, `NAME: WORD ARGUMENTS` separated by commas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..blocks import name_like
from ..faults import (
    BadEntry,
    BadNumber,
    CannotReconstruct,
    CannotShare,
    NameTaken,
    SaidTwice,
    UnknownArgument,
    UnknownKind,
    UnknownName,
    Unused,
)
from ..kinds import KINDS, Kind
from ..problems import Edit, meant, nearest, shown, unknown
from ..spec import Group, Input, Output
from ..tasks import Per, Task
from .fields import Fields
from .keys import UNNAMED_GROUP
from .lines import WEIGHT, parts_of

MAKES_AGAIN = ("image", "volume", "numeric", "vector", "sequence", "audio")
"""Kinds of inputs that a reconstruction can make: those that hold numbers."""


def inputs(fields: Fields) -> tuple[Input, ...]:
    """The inputs, as `photo: image 224x224x3, meta: numeric 12` says them."""
    inputs = []
    for name, word, arguments in fields.entries("inputs"):
        each = _input(fields, name, word, arguments)
        if each is None:
            fields.broken.add(f"inputs.{name}")
        else:
            inputs.append(each)
    return tuple(inputs)


def _input(fields: Fields, name: str, word: str, arguments: list[str]) -> Input | None:
    place = f"inputs.{name}"
    if word not in KINDS:
        near = nearest(word, KINDS)
        edits = [Edit("set", place, " ".join([near, *arguments]))] if near else []
        fields.problems.add(place, UnknownKind, *unknown("kind", word, KINDS), *edits)
        word = meant(word, KINDS) or ""
    if not word:
        return None
    kind = KINDS[word]
    _named_rightly(fields, arguments, "batch", place)
    batch = _batch(fields, arguments, place)
    parts = parts_of(arguments[0]) if len(arguments) == 1 else []
    if len(parts) != len(kind.letters):
        said = shown(" ".join(arguments)) if arguments else "nothing"
        edit = Edit("set", place, kind.example)
        fields.problems.add(
            place, BadEntry, f"{word} takes {kind.form}, not {said}", f"as {name}: {kind.example}", edit
        )
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
        size = fields.size(part, place, kind.smallest if letter == kind.letters[0] else 1, kind.example)
        if size is None:
            return None
        sizes.append(size)
    return tuple(sizes)


PLACED = {Per.STEP: (1,), Per.PLACE: (2, 3)}
"""How many sizes an output may have of its own, by what it says something of."""


def _named_rightly(fields: Fields, arguments: list[str], known: str, place: str) -> None:
    """Notes arguments `KEY=VALUE` of other keys than the known one. One that surely means it counts as said."""
    for argument in [argument for argument in arguments if argument.partition("=")[0].isidentifier()]:
        key, equals, value = argument.partition("=")
        if not equals or key == known:
            continue
        is_said = any(each.startswith(f"{known}=") for each in arguments)
        sure = None if is_said else meant(key, [known])
        edits = [Edit("argument", place, (key, None)), *([Edit("argument", place, (known, value))] if sure else [])]
        mend = f"did you mean {known}=?" if sure else f"it takes {known}=; leave {key}= out"
        fields.problems.add(place, UnknownArgument, f"unknown argument {shown(key)}", mend, *edits)
        arguments[arguments.index(argument)] = f"{known}={value}" if sure else ""
    arguments[:] = filter(None, arguments)


def _batch(fields: Fields, arguments: list[str], place: str) -> int | None:
    """Takes `batch=N` off an input's arguments."""
    for argument in [argument for argument in arguments if argument.startswith("batch=")]:
        arguments.remove(argument)
        return fields.size(argument.removeprefix("batch="), place, 1, "batch=1", Edit("argument", place, ("batch", 1)))
    return None


def outputs(fields: Fields, inputs: Sequence[Input]) -> tuple[Output, ...]:
    """The outputs, as `category: multiclass 10 from=photo * 0.5` says them."""
    names = [each.name for each in inputs] + fields.names("inputs")
    outputs: list[Output] = []
    for name, word, arguments in fields.entries("outputs"):
        place = f"outputs.{name}"
        if name.lower() in map(str.lower, names):
            better = name_like(f"{name}_out", [*names, *(each.name for each in outputs)])
            mend = f"give it a name of its own, as {better}"
            fields.problems.add(place, NameTaken, "an input has this name", mend, Edit("rename", place, (name, better)))
        output = _output(fields, name, word, arguments, inputs)
        if output is None:
            fields.broken.add(place)
        else:
            outputs.append(output)
    return tuple(outputs)


def _output(fields: Fields, name: str, word: str, arguments: list[str], inputs: Sequence[Input]) -> Output | None:
    place = f"outputs.{name}"
    weight = _weight(fields, arguments, place)
    _named_rightly(fields, arguments, "from", place)
    sources = _sources(fields, arguments, [each.name for each in inputs], place)
    tasks = fields.catalogue.tasks
    if word not in tasks:
        near = nearest(word, tasks)
        edits = [Edit("set", place, " ".join([near, *arguments]))] if near else []
        fields.problems.add(place, UnknownKind, *unknown("task", word, tasks), *edits)
        word = meant(word, tasks) or ""
    if not word:
        return None
    task = tasks[word]
    per_step = "per_step" in arguments and task.name == "regression"
    if per_step:
        arguments.remove("per_step")
    if task.per is Per.INPUT:
        return _reconstruction(fields, name, task, arguments, inputs, sources, weight)
    places = _places(fields, task, arguments, place)
    if places is None:
        return None
    if not arguments and task.default is not None:
        return Output(name, task, task.default, sources, weight, per_step, places=places)
    if len(arguments) != 1 or not task.form:
        said = shown(" ".join(arguments)) if arguments else "nothing"
        what = (
            f"{word} takes {task.form}, not {said}" if task.form else f"{word} takes no size, and {said} stands there"
        )
        edit = Edit("set", place, task.example)
        fields.problems.add(place, BadEntry, what, f"as {name}: {task.example}", edit)
        return None
    size = fields.size(arguments[0], place, task.smallest, task.example)
    return Output(name, task, size, sources, weight, per_step, places=places) if size else None


def _places(fields: Fields, task: Task, arguments: list[str], place: str) -> tuple[int, ...] | None:
    """Takes the sizes off an output's arguments that it has where they aren't its input's: `map 3 96x96`."""
    axes = PLACED.get(task.per)
    if axes is None or len(arguments) != 2:
        return ()
    parts = parts_of(arguments[1])
    if len(parts) not in axes:
        return ()
    right = f"{task.name} {arguments[0]}"
    del arguments[1]
    sizes = [fields.size(part, place, 1, right, Edit("set", place, right)) for part in parts]
    return tuple(size for size in sizes if size) if all(sizes) else None


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
    if f"inputs.{said}" in fields.broken or (said and "inputs" in fields.broken):
        return None
    of = next((each for each in inputs if each.name == said), None)
    if of is None:
        near = nearest((said or " ".join(arguments[:1])), able) or (able[0] if able else None)
        edits = [Edit("set", place, f"reconstruction {near}")] if near else []
        what = f"unknown input {shown(said)}" if said else "reconstruction names no input"
        fault = UnknownName if said else CannotReconstruct
        if len(arguments) > 1:
            what = f"a reconstruction makes one input again, and it names {len(arguments)}"
        mend = f"name the input that it makes again, as {name}: reconstruction {near or 'INPUT'}"
        fields.problems.add(place, fault, what, mend, *edits)
        return None
    if of.name not in able:
        what = f"{of.name} is {of.kind.name}: its values are names of things, not amounts"
        instead = f"{'labels' if of.kind.steps else 'multiclass'} {of.sizes[0]}"
        mend = f"reconstruct numbers or images; for these values say {instead}"
        fields.problems.add(place, CannotReconstruct, what, mend, Edit("set", place, instead))
        return None
    return Output(name, task, 1, sources, weight, of=of)


def _weight(fields: Fields, arguments: list[str], place: str) -> float:
    """Takes `* WEIGHT` off the end of an output's arguments."""
    text = " ".join(arguments)
    if "*" not in text:
        return 1.0
    rest, _, weight = (part.strip() for part in text.partition("*"))
    arguments[:] = rest.split()
    if _is_weight(weight):
        return float(weight)
    unsigned = weight.removeprefix("-").strip()
    better = unsigned if _is_weight(unsigned) else "0.5"
    edit = Edit("argument", place, (WEIGHT, better))
    fields.problems.add(
        place, BadNumber, f"{shown(weight)} is no loss weight", f"a number above 0, as * {better}", edit
    )
    return 1.0


def _is_weight(text: str) -> bool:
    is_number = re.fullmatch(r"\d{0,9}\.?\d{0,9}(e-?\d{1,2})?", text, re.ASCII)
    return bool(is_number and re.search(r"[1-9]", text.partition("e")[0]))


def _sources(fields: Fields, arguments: list[str], inputs: Sequence[str], place: str) -> tuple[str, ...]:
    """Takes `from=` off an output's arguments. Inputs that aren't said rightly are left in: it isn't built then."""
    names = list(dict.fromkeys([*inputs, *fields.names("inputs")]))
    said = [argument for argument in arguments if argument.startswith("from=")]
    arguments[:] = [argument for argument in arguments if argument not in said]
    if not said:
        if "inputs" in fields.broken:
            fields.broken.add(place)
        return tuple(names)
    chosen = [name.strip() for each in said for name in each.removeprefix("from=").split("+")]
    wrong = [name for name in chosen if name not in names]
    better = [name if name in names else nearest(name, names) for name in chosen]
    joined = "+".join(dict.fromkeys(filter(None, better)))
    edit = Edit("argument", place, ("from", joined or None))
    if len(said) > 1 and joined:
        fields.problems.add(place, SaidTwice, "from= is said twice", f"write from={joined}", edit)
    for name in wrong if "inputs" not in fields.broken else ():
        what, mend = unknown("input", name, names)
        if not name:
            what, mend = "from= names no input, and none reaches it", "name one or more, joined by +"
        fault = UnknownName if name else Unused
        fields.problems.add(place, fault, what, mend if nearest(name, names) else f"{mend}; or leave it out", edit)
    sure = [name if name in names else meant(name, names) for name in chosen]
    if None in sure:
        fields.broken.add(place)
    return tuple(name for name in names if name in sure)


def sharing(fields: Fields, inputs: Sequence[Input]) -> tuple[tuple[Group, ...], tuple[Input, ...]]:
    """The groups of inputs with one encoder, as `encoder: left + right` says them, and the inputs as groups need them.

    A member of another size counts as if it were mended, so that what is wrong behind it is said too.
    """
    groups: list[Group] = []
    by_name = {each.name: each for each in inputs}
    for entry in filter(str.strip, fields.line("sharing").split(",")):
        name, colon, members = (part.strip() for part in entry.partition(":"))
        name, members = (name, members) if colon else (UNNAMED_GROUP, name)
        place = f"sharing.{name}"
        taken = [*by_name, *fields.names("inputs"), *(group.name for group in groups)]
        is_new = fields.is_new_name(name, "sharing", taken)
        group = _group(fields, name, members, list(by_name))
        if is_new and group is not None and _fits(fields, group, by_name, groups):
            groups.append(group)
        else:
            said = {member.strip() for member in members.split("+")} & {*by_name}
            fields.broken.update([place, *(f"inputs.{member}" for member in said)])
    return tuple(groups), tuple(by_name.values())


def _group(fields: Fields, name: str, text: str, inputs: Sequence[str]) -> Group | None:
    """The group of inputs that a text names, joined by `+`; None if one of them isn't right, or there are too few."""
    place, names = f"sharing.{name}", list(dict.fromkeys([*inputs, *fields.names("inputs")]))
    said = list(dict.fromkeys(member.strip() for member in text.split("+")))
    wrong = [member for member in said if member not in names]
    words = [word for member in said for word in (member.split() if {*member.split()} <= {*names} else [member])]
    better = list(dict.fromkeys(member if member in names else nearest(member, names) for member in words))
    kept = [member for member in better if member]
    edit = Edit("set", place, " + ".join(kept)) if len(kept) > 1 else Edit("drop", place)
    for member in wrong if "inputs" not in fields.broken else ():
        what, mend = unknown("input", member, names)
        mend = mend if nearest(member, names) else f"{mend}; or leave it out"
        mend = f"join them by +, as {' + '.join(kept)}" if words != said else mend
        fields.problems.add(place, UnknownName, what, mend, edit)
    if not wrong and len(said) < 2:
        mend = "name two inputs or more, joined by +, or leave it out"
        fields.problems.add(place, CannotShare, "fewer than two inputs share it", mend, edit)
    sure = {member if member in names else meant(member, names) for member in said}
    is_right = len(sure) > 1 and sure <= {*inputs}
    return Group(name, tuple(each for each in inputs if each in sure)) if is_right else None


def _fits(fields: Fields, group: Group, inputs: dict[str, Input], before: Sequence[Group]) -> bool:
    """Whether the members of a group can go through one encoder, and no other one; notes what can't."""
    first, *others = (inputs[name] for name in group.members)
    place, right = f"sharing.{group.name}", True
    for other in others:
        if (other.kind, other.sizes, other.batch) != (first.kind, first.sizes, first.batch):
            right = right and other.kind is first.kind
            inputs[other.name] = replace(first, name=other.name)
            fields.problems.add(
                place,
                CannotShare,
                f"{first.name} ({first.said}) and {other.name} ({other.said}) have different kinds or sizes",
                f"one encoder takes inputs of one kind and size: say {other.name}: {first.said}, or don't share",
                Edit("set", f"inputs.{other.name}", first.said),
                Edit("argument", f"inputs.{other.name}", ("batch", first.batch)),
            )
    for name in group.members:
        if any(name in earlier.members for earlier in before):
            right = False
            mend = "an input is in one group: leave it out of the other"
            left = [member for member in group.members if member != name]
            edit = Edit("set", place, " + ".join(left)) if len(left) > 1 else Edit("drop", place)
            fields.problems.add(place, CannotShare, f"{name} is in two groups", mend, edit)
    return right
