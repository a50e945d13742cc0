"""The classes of layers that a generated `model.py` defines for groups said with `form: class`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..forms import ABSENT, Tree, custom_forms
from ..graph import CustomLayer, Layer, Node, Tensor
from .frames import Frame, Parameter, aligned
from .lines import Line, X, statements
from .source import call_arguments, literal


@dataclass(frozen=True)
class Class:
    """A class of layers: its name, its parameters with their types, and the statements of its methods."""

    name: str
    about: str
    parameters: list[tuple[str, str]]
    made: list[str]
    call: list[str]


@dataclass
class Classes:
    """The classes of all custom layers in a module. Layers of one form have one class."""

    package: str
    classes: list[Class] = field(default_factory=list)
    calls: dict[Layer, str] = field(default_factory=dict)

    def call(self, layer: CustomLayer) -> str:
        """The call that makes a layer."""
        return self.calls[layer]


def classes(layers: Iterable[Layer], package: str) -> Classes:
    """The classes of these layers; and the call that makes each."""
    result = Classes(package)
    for members in custom_forms(layers).values():
        layer = members[0][0]
        name = layer.class_name
        frame = Frame([tree for _, tree in members])
        made, call = _methods(frame)
        parameters = frame.parameters
        about = layer.block.about
        result.classes.append(Class(name, about, [(each.name, typed(each)) for each in parameters], made, call))
        for place, (member, _) in enumerate(members):
            given = [literal(_there(each)[place]) for each in parameters]
            result.calls[member] = f"{name}({', '.join([*given, f'name={member.name!r}'])})"
    return result


def _there(parameter: Parameter) -> list[object]:
    first = next(value for value in parameter.values if value is not ABSENT)
    return [first if value is ABSENT else value for value in parameter.values]


def typed(parameter: Parameter) -> str:
    kinds = {type(value).__name__ if value is not None else "None" for value in _there(parameter)}
    kinds = {"tuple[int, ...]" if kind == "tuple" else kind for kind in kinds}
    return " | ".join(sorted(kinds))


def _methods(frame: Frame) -> tuple[list[str], list[str]]:
    """The statements that make a class's layers, and those that call them."""
    model = frame.model
    rows = _rows(frame.trees, model)
    made: dict[Layer, str] = {}
    flag = ""
    for node, row in rows:
        source = frame.constructor(row, model=node)
        if None in row:
            flag = frame.value("project", [each is not None for each in row])
            source = f"{source} if {flag} else None"
        made[node.layer] = f"self.{node.layer.name} = {source}"
    lines = [_line(node, optional=None in row) for node, row in rows]
    *before, last = statements(lines, {model.start: "inputs"}, {model.end})
    return list(made.values()), [*before, f"return {last.removeprefix(f'{X} = ')}"]


def _line(node: Node, *, optional: bool) -> Line:
    """The call of one of the class's layers; one that only some have lets through what others have called."""
    attribute = f"self.{node.layer.name}"

    def write(variables: Mapping[Tensor, str]) -> list[str]:
        given = call_arguments(node, [variables[tensor] for tensor in node.inputs])
        value = f"{given} if {attribute} is None else {attribute}({given})" if optional else f"{attribute}({given})"
        return [f"{variables[node.output]} = {value}"]

    return Line(node.inputs, node.output, write, node.layer.name)


def _rows(trees: Sequence[Tree], model: Tree) -> list[tuple[Node, list[Node | None]]]:
    """The calls of the trees, side by side."""
    rows: list[tuple[Node, list[Node | None]]] = []
    for child, row in zip(model.children, aligned(trees, model), strict=True):
        if child.node is not None:
            rows.append((child.node, [tree.node if tree else None for tree in row]))
        else:
            rows += _rows([tree for tree in row if tree is not None], child)
    return rows
