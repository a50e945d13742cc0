"""Writes groups: as the body of a function, as a call of one, as a loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ..forms import ABSENT, CHAIN, SHORTCUT, Tree, is_projection
from ..graph import Node, Tensor
from .frames import WIDTHS, Frame, Parameter, aligned, numbered, same_values
from .library import Family, Library
from .lines import Line, X, remark, statements
from .runs import MOST_LOOP_VARIABLES, runs
from .source import call_arguments, literal, variable

LEAST_IN_LOOP = 3
"""How many calls of one line each make a loop."""

LEAST_IN_LOOP_OF_VALUES = 4
"""How many of them do if a value differs."""

MOST_BY_POSITION = 2
"""How many arguments can be told apart by their order."""

SIZES = ("kernel_size", "pool_size")
"""Arguments that are known for a tuple too: `(1, 7)` after the filters is a convolution's size."""

NAMED = ("strides", "dilation_rate", "padding", "groups")
"""Arguments that are said by name: after others they'd be taken for sizes."""

FLAGS = ("True", "False")
"""Arguments that are said by name: by itself, such a word says nothing."""


def call_line(frame: Frame, trees: Sequence[Tree], model: Tree, family: Family, library: Library) -> Line:
    """The call of a function that builds these trees, one in each of the frame's; `model` stands for them."""
    define(family, library)
    said = arguments(family, trees, frame)
    named, taken = frame.naming(model), (model.start, *model.context)

    def write(variables: Mapping[Tensor, str]) -> list[str]:
        given = ", ".join([*(variables[each] for each in taken), *said, *named])
        return [f"{variables[model.end]} = {family.name}({given})"]

    return Line(taken, model.end, write, frame.short_name(output_name(model)))


def output_name(tree: Tree) -> str:
    """What is called after a tree: its output, if it needs a name."""
    return tree.last.layer.name if tree.kind == CHAIN else tree.name


def arguments(family: Family, trees: Sequence[Tree], frame: Frame) -> list[str]:
    """What these trees give for the parameters of their function, in the frame of the call."""
    places = [family.places[tree] for tree in trees]
    defaults = family.frame.defaults()
    said: list[tuple[str, str]] = []
    unusual: list[tuple[str, str]] = []
    for hint, several in family.frame.packed().items():
        columns = [[there(each)[place] for place in places] for each in several]
        if hint in defaults and {literal(value) for value in columns[0]} == {defaults[hint]}:
            continue
        sources = [frame.value(hint, column) for column in columns]
        source = sources[0] if len(sources) == 1 else f"({', '.join(sources)})"
        (unusual if hint in defaults else said).append((hint, source))
    return positional(said) + [f"{hint}={source}" for hint, source in unusual]


def positional(said: Sequence[tuple[str, str]]) -> list[str]:
    """Arguments by position, and after them by name those that say nothing without it: all, if one is a tuple."""
    if len(said) > MOST_BY_POSITION or any(value[0] == "(" and name not in SIZES for name, value in said):
        return [f"{name}={value}" for name, value in said]
    named = [(name, value) for name, value in said if value in FLAGS or name in NAMED]
    return [each[1] for each in said if each not in named] + [f"{name}={value}" for name, value in named]


def define(family: Family, library: Library) -> None:
    """Writes the body of a family's function, and finds its parameters."""
    if family.body:
        return
    model = family.frame.model
    family.frame, lines = family.frame.settled(lambda frame: _inner(frame, list(family.trees), model, library))
    uses = [index for index, line in enumerate(lines) if model.start in line.inputs]
    family.parameter = X if uses[-1] == 0 else "inputs"
    variables = family.context | {model.start: family.parameter}
    written = statements(lines, variables, {model.end}, family.frame.names | library.names)
    family.body = [*family.frame.unpacking(), *_returned(written)]


def _returned(written: list[str]) -> list[str]:
    """Statements whose last gives what it made instead of calling it `x`."""
    *before, last = written
    if not last.startswith(f"{X} = "):
        return [*written, f"return {X}"]
    return [*before, f"return {last.removeprefix(f'{X} = ')}"]


def loop_line(run: Sequence[Tree], library: Library) -> Line | None:
    """A loop over trees of one form, None if too much differs in them."""
    if library.of(run[0]) and len(run) < LEAST_IN_LOOP:
        return None
    base, first = numbered(run[0].name)
    family = library.of(run[0])
    numbers = Frame(run, f"{base}_{{number}}")
    model = numbers.model
    frame, lines = numbers.settled(lambda frame: list(_one(frame, list(run), model, library)))
    if not fit_for_loop(frame, run, is_line=bool(family) or run[0].node is not None):
        return None
    head = header(frame.parameters, first, len(run))
    return _loop(run, model, lines, head, output_name(run[-1]), frame.names | library.names)


def _loop(run: Sequence[Tree], model: Tree, lines: Sequence[Line], head: str, name: str, names: set[str]) -> Line:
    """A loop over trees, of which the model's lines are written; `names` are those of its variables."""
    uses = [index for index, line in enumerate(lines) if model.start in line.inputs]

    def write(variables: Mapping[Tensor, str]) -> list[str]:
        start, end = variables[run[0].start], variables[run[-1].end]
        inner = {model.start: X, model.end: X} | {tensor: variables[tensor] for tensor in model.context}
        before = []
        if uses[-1] > 0:
            inner[model.start] = variable("before", set(variables.values()), "part")
            before = [f"{inner[model.start]} = {X}"]
        body = statements(lines, inner, {model.end}, {*variables.values(), *names})
        after = [f"{end} = {X}"] if end != X else []
        begin = [f"{X} = {start}"] if start != X else []
        return [*begin, "\n".join([head, *_indented([*before, *body])]), *after]

    return Line((run[0].start, *model.context), run[-1].end, write, name, held=model.context, passes=True)


def _loop_within(frame: Frame, run: Sequence[Tree], rows: Sequence[Sequence[Tree]], library: Library) -> Line | None:
    """A loop over children of a model that are equal in each of the trees, None if they aren't or it doesn't pay."""
    is_line = run[0].node is not None or library.of(run[0]) is not None
    loop = loop_within(frame, run, rows, is_line=is_line)
    if loop is None:
        return None
    counted, head = loop
    lines = list(_one(counted, list(rows[0]), run[0], library))
    return _loop(run, run[0], lines, head, frame.short_name(output_name(run[-1])), frame.names | library.names)


def loop_within(
    frame: Frame, run: Sequence[Tree], rows: Sequence[Sequence[Tree]], *, is_line: bool
) -> tuple[Frame, str] | None:
    """The frame and the first line of a loop over children of a model, None if there's none."""
    inner = frame.loop(run[0])
    if len(run) < (LEAST_IN_LOOP if is_line else 2) or inner is None:
        return None
    pairs = [pair for row in rows for pair in zip(rows[0], row, strict=True)]
    # Of other size is what has a projection, if the first has none.
    if any(first.size != other.size or not same_values(first, other) for first, other in pairs):
        return None
    counted, counter = inner
    _, first = numbered(run[0].name)
    return counted, f"for {counter} in range({first}, {first + len(run)}):"


def fit_for_loop(frame: Frame, run: Sequence[Tree], *, is_line: bool) -> bool:
    """Whether what differs in trees is little enough for a loop over it; of single lines each has to differ."""
    if not frame.parameters:
        return True
    if len(frame.parameters) > MOST_LOOP_VARIABLES:
        return False
    return not is_line or (_varies(frame) and (run[0].node is None or len(run) >= LEAST_IN_LOOP_OF_VALUES))


def _varies(frame: Frame) -> bool:
    """Whether the values of no tree are those of the one before it."""
    rows = list(zip(*(there(each) for each in frame.parameters), strict=True))
    return all(row != before for before, row in pairwise(rows))


def _indented(statements: Sequence[str]) -> list[str]:
    return ["    " + line for statement in statements for line in statement.split("\n")]


def header(differ: Sequence[Parameter], first: int, count: int) -> str:
    """The first line of a loop over trees of one form: their numbers, and the values in which they differ."""
    if not differ:
        return f"for number in range({first}, {first + count}):"
    names = ", ".join(each.name for each in differ)
    columns = [there(each) for each in differ]
    if len(differ) == 1:
        return f"for number, {names} in enumerate({literal(tuple(columns[0]))}, {first}):"
    rows = tuple(zip(*columns, strict=True))
    return f"for number, ({names}) in enumerate({literal(rows)}, {first}):"


def there(parameter: Parameter) -> list[Any]:
    """The values of a parameter, where there is none the first that there is: it isn't used."""
    first = next(value for value in parameter.values if value is not ABSENT)
    return [first if value is ABSENT else value for value in parameter.values]


def _inner(frame: Frame, trees: list[Tree], model: Tree, library: Library) -> list[Line]:
    """The lines of the children of trees of one form; a shortcut first, with what it projects."""
    lines: list[Line] = []
    shortcuts: list[Line] = []
    rows = dict(zip(model.children, aligned(trees, model), strict=True))
    for run in runs(model.children):
        if len(run) > 1 and (loop := _loop_within(frame, run, [full(rows[child]) for child in run], library)):
            lines.append(loop)
            continue
        for child in run:
            if child.node is not None and is_projection(child.node, model):
                shortcuts.append(_projection(frame, trees, rows[child], child.node))
            elif child.kind == SHORTCUT:
                *before, last = _one(frame, full(rows[child]), child, library)
                shortcuts += [*before, replace(last, name=SHORTCUT, always=True)]
            else:
                lines += _one(frame, full(rows[child]), child, library)
    return shortcuts + lines


def full(row: Sequence[Tree | None]) -> list[Tree]:
    """A row of trees without the gaps where some have no projection."""
    return [tree for tree in row if tree is not None]


def _one(frame: Frame, row: list[Tree], child: Tree, library: Library) -> Iterator[Line]:
    """The lines of one child, in each of the trees."""
    if child.node is not None:
        yield _leaf(frame, row, child)
    elif (family := library.of(child)) and all(library.of(each) is family for each in row):
        yield call_line(frame, row, child, family, library)
    else:
        yield from _inner(frame, row, child, library)


def _leaf(frame: Frame, row: Sequence[Tree], child: Tree) -> Line:
    """The line of one call."""
    node = child.node
    assert node is not None
    source = frame.constructor([tree.node for tree in row], model=node)

    def write(variables: Mapping[Tensor, str]) -> list[str]:
        given = call_arguments(node, [variables[tensor] for tensor in node.inputs])
        return [*remark(node), f"{variables[node.output]} = {source}({given})"]

    return Line(node.inputs, node.output, write, frame.short_name(node.layer.name))


def _projection(frame: Frame, trees: list[Tree], row: Sequence[Tree | None], node: Node) -> Line:
    """The projection of a residual, under a condition if only some of the trees have it."""
    nodes = [tree.node if tree else None for tree in row]
    source = frame.constructor(nodes, model=node)
    some = None in nodes

    def write(variables: Mapping[Tensor, str]) -> list[str]:
        start, made = variables[node.inputs[0]], variables[node.output]
        if not some:
            return [f"{made} = {source}({start})"]
        condition = _condition(frame, trees, nodes, start)
        return [f"{made} = {start}", f"if {condition}:\n    {made} = {source}({start})"]

    if some:
        _condition(frame, trees, nodes, "")  # finds its parameter, if it needs one
    return Line(node.inputs, node.output, write, SHORTCUT, always=True)


def _condition(frame: Frame, trees: Sequence[Tree], nodes: Sequence[Node | None], start: str) -> str:
    """Which of the trees have a projection: those that change the number of channels, or those that say so."""
    for argument in WIDTHS:
        widths = [node.layer.arguments.get(argument, ABSENT) if node else ABSENT for node in nodes]
        if all(width is ABSENT for width in widths):
            continue
        source = frame.value(argument, widths)
        parameter = next((each for each in frame.parameters if each.name == source), None)
        values = (
            there(parameter) if parameter else [next(width for width in widths if width is not ABSENT)] * len(nodes)
        )
        changes = [tree.start.shape[-1] != value for tree, value in zip(trees, values, strict=True)]
        if changes == [node is not None for node in nodes]:
            return f"{start}.shape[-1] != {source}"
    return frame.value("project", [node is not None for node in nodes])
