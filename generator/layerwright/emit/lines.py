"""Statements that build a chain of tensors: which of them is called what.

A tensor is called `x` where the next lines use it up; one that is needed later has a name of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap

from ..graph import BackboneLayer, Node, Tensor
from ..records import dataclass
from .source import variable

X = "x"

SAID = ("shortcut",)
"""Reserved names that a line may ask for: a function's own."""

COMMENT = 90
"""Longest text of a line of a comment, in columns."""

Write = Callable[[Mapping[Tensor, str]], list[str]]
"""Writes a statement, or the few that belong together, from the variables of all tensors."""


@dataclass(frozen=True, eq=False)
class Line:
    """A statement to be: the tensors that it takes and gives, and what writes it.

    `also` is what it gives beside its output. `name` is what its output is called if it needs a name; `always` that it
    does. `held` are tensors that it takes again after an `x` of its own, so that they can't be called `x`. `passes`: it
    has such an `x` whatever its output is called.
    """

    inputs: tuple[Tensor, ...]
    output: Tensor
    write: Write
    name: str
    always: bool = False
    held: tuple[Tensor, ...] = ()
    also: tuple[Tensor, ...] = ()
    passes: bool = False


def comment(text: str) -> list[str]:
    """A text as the lines of a comment, none for an empty one."""
    return [f"# {line}" for line in wrap(text, COMMENT)]


def remark(node: Node) -> list[str]:
    """What stands before a call, if there is something to say. A backbone's stands where it's made."""
    return [] if isinstance(node.layer, BackboneLayer) else comment(node.layer.remark)


def kept(lines: Sequence[Line], ends: Iterable[Tensor]) -> list[Line]:
    """The lines whose output must not be called `x`: it outlives the next `x`."""
    ends = set(ends)
    last_use: dict[Tensor, int] = {}
    for index, line in enumerate(lines):
        for tensor in line.inputs:
            last_use[tensor] = index
    held = {tensor for line in lines for tensor in line.held}
    passing = [(index, line) for index, line in enumerate(lines) if line.passes or line.output not in ends]
    result = []
    for (_, line), following in zip_longest(passing, passing[1:]):
        outlived = following is not None and following[0] < last_use.get(line.output, 0)
        if line.output not in ends and (outlived or line.always or line.output in held):
            result.append(line)
    return result


def statements(
    lines: Sequence[Line], variables: dict[Tensor, str], ends: set[Tensor], outside: Iterable[str] = ()
) -> list[str]:
    """The text of lines, with variables for what they make, other than those outside."""
    taken = {*variables.values(), *outside}
    for line in kept(lines, ends):
        is_free = line.name in SAID and line.name not in taken
        variables[line.output] = line.name if is_free else variable(line.name, taken)
        taken.add(variables[line.output])
    for line in lines:
        variables.setdefault(line.output, X)
    return [statement for line in lines for statement in line.write(variables)]
