"""A block that stands for several layers: a function says them, as answers would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..faults import (
    ExtensionBroken,
    ExtensionRefuses,
    Fault,
    MissingArgument,
    SaidTwice,
    TooManyValues,
    UnknownArgument,
)
from ..graph import Tensor
from ..problems import Edit, Problem, Problems, is_in, meant, shown
from ..records import dataclass
from .builder import Builder, Item, Stack
from .layer import Said
from .reading import GroupReader, Reader

if TYPE_CHECKING:
    import inspect

Expand = Callable[..., list[Any]]


@dataclass(frozen=True)
class Expanded:
    """`bottleneck 64`: what its function made of the values, as items."""

    word: str
    about: str
    layers: Stack
    name: str | None = None
    place: str = ""

    def build(self, builder: Builder, tensor: Tensor) -> Tensor:
        """Adds the calls of its layers, in a group of its own."""
        before = len(builder.graph.nodes)
        told = _as_one(builder.problems, self.word, self.place)
        with told, builder.group(self.word, self.about, self.name, self.place):
            result = builder.stack(self.layers, tensor)
        if self.name:
            builder.remember(self.name, result, tensor, len(builder.graph.nodes) - before)
        return result

    def check(self, builder: Builder) -> None:
        """Notes what is wrong with its layers."""
        with _as_one(builder.problems, self.word, self.place):
            builder.check(self.layers)


@contextmanager
def _as_one(problems: Problems, word: str, place: str) -> Iterator[None]:
    """What is noted inside is noted of the word: its layers are nowhere in the answers."""
    before = len(problems.found)
    try:
        yield
    finally:
        inside = problems.found[before:]
        del problems.found[before:]
        mend = f"say other values of {word}, or leave it out"
        for each in inside:
            here = is_in(each.place, place)
            told = Problem(place, each.fault, f"in {word}: {each.what}", mend, (Edit("drop", place),)) if here else each
            if told not in problems.found:
                problems.found.append(told)


def expander(word: str, expand: Expand, about: str, owner: str) -> GroupReader:
    """What reads a block's word: what is said behind it goes to the function."""
    import inspect  # it takes a while, and is for other packages only

    parameters = inspect.signature(expand).parameters

    def read(value: Any, place: str, reader: Reader) -> Item | None:
        said = reader.said(value, place)
        if said is None or not _fits(said, parameters, word, place, reader):
            return None
        what, items = "", None
        fault: type[Fault] = ExtensionBroken
        try:
            items = expand(*said.values, **said.keywords)
        except ValueError as error:  # how the function says that values don't go together
            fault, what = ExtensionRefuses, f"{word}: {error}"
        except Exception as error:  # noqa: BLE001 (a user gets a line, never another package's traceback)
            what = f"{word}, from {owner}, fails: {type(error).__name__}: {error}"
        if not what and not (isinstance(items, list) and items):
            what = f"{word}, from {owner}, gives {shown(items)}, and no layers"
        if what:
            reader.problems.add(place, fault, what, "say other values, or leave it out", Edit("drop", place))
            return None
        # Without the word itself: a block that stands for itself would never end.
        groups = {name: each for name, each in reader.groups.items() if name != word}
        with _as_one(reader.problems, word, place):
            layers = Reader(groups, reader.problems, reader.depth).stack(items, place)
        return Expanded(word, about, layers, said.name, place)

    return read


def _fits(said: Said, parameters: Mapping[str, inspect.Parameter], word: str, place: str, reader: Reader) -> bool:
    """Whether what is said goes with what the function takes. Notes what doesn't."""
    names = list(parameters)
    takes = ", ".join(
        name if each.default is each.empty else f"{name}={each.default}" for name, each in parameters.items()
    )
    takes = f"it takes {takes}" if takes else "it takes no values"
    if len(said.values) > len(names):
        more = [Edit("rename", place, (value, None)) for value in said.values[len(names) :]]
        reader.problems.add(
            place, TooManyValues, f"{word} has {len(said.values)} values", f"{takes}; leave the others out", *more
        )
        return False
    given = {*names[: len(said.values)], *said.keywords}
    for key in said.keywords:
        if key not in names or key in names[: len(said.values)]:
            near = meant(key, [name for name in names if name not in given])
            edit = Edit("argument", place, (key, None))
            what = f"{word} has no argument {shown(key)}" if key not in names else f"{key} of {word} is said twice"
            fault = UnknownArgument if key not in names else SaidTwice
            reader.problems.add(
                place, fault, what, f"{takes}; {f'did you mean {near}?' if near else f'leave {key} out'}", edit
            )
            return False
    if missing := [name for name, each in parameters.items() if name not in given and each.default is each.empty]:
        mend = f"{takes}; say it, or leave {word} out"
        reader.problems.add(place, MissingArgument, f"{word} needs {missing[0]}", mend, Edit("drop", place))
        return False
    return True
