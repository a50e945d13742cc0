"""Writes groups of calls that are alike: what is equal in all of them as it is, what differs as a parameter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import field, replace
from typing import Any, TypeVar

from ..forms import ABSENT, CHAIN, Tree, has_prefix, is_projection, relative, within
from ..graph import Node, RuleLayer
from ..records import dataclass
from .source import call, class_path, literal, stated

USUAL = 0.6
"""How large a part of the uses has a value for it to be a parameter's default."""

ALWAYS_PASSED = frozenset({"filters", "units", "kernel_size", "output_shape", "target_shape"})
"""Arguments that a reader wants to see in every call."""

PLAIN = {"strides": "1", "dilation_rate": "1"}
"""Arguments that a reader misses unless they're as plain as this."""

T = TypeVar("T")

WIDTHS = ("filters", "units")
"""Arguments that say how wide a layer's output is: one parameter may stand for both."""

COUNTERS = ("number", "part")
"""The variables of a loop, and of one in it."""

LARGEST_FACTOR = 8
"""Up to which a parameter that is always so many times another one is written as a product."""


@dataclass(frozen=True)
class Parameter:
    """A value in which trees of one form differ: what it's called, and what it is in each of them.

    `hint` is the argument that it was first needed for.
    """

    name: str
    values: tuple[Any, ...]
    hint: str


@dataclass
class Frame:
    """Trees of one form, written once.

    `name` is the source of what comes before the names of their layers: a parameter, as in `f"{name}_conv"`, or the
    inside of an f-string; empty for a single tree whose layers have their full names. `ambiguous` are arguments that
    several parameters are for, or whose name is taken: those are numbered. `counted` says in a loop what its model's
    layers are named after, and the source of it. `dtype` is the source of what all layers compute in, if that's to be
    said.
    """

    trees: Sequence[Tree]
    name: str = ""
    ambiguous: frozenset[str] = frozenset()
    counted: tuple[str, str] | None = None
    dtype: str = ""
    parameters: list[Parameter] = field(default_factory=list)

    @property
    def model(self) -> Tree:
        """The tree that stands for all: one with a projection, if any has one."""
        return max(self.trees, key=lambda tree: tree.size)

    def value(self, hint: str, values: Sequence[Any]) -> str:
        """The source of a value that is this in each of the trees; `hint` names it if it needs a name."""
        said = [value for value in values if value is not ABSENT]
        alike = all(_equal(value, said[0]) for value in said)
        if alike and len(said) == len(values):
            return literal(said[0], self.dtype)
        for index, parameter in enumerate(self.parameters):
            same = parameter.hint == hint or (parameter.hint in WIDTHS and hint in WIDTHS)
            if _compatible(parameter.values, values) and (len(said) == len(values) or same):
                both = tuple(b if a is ABSENT else a for a, b in zip(parameter.values, values, strict=True))
                self.parameters[index] = replace(parameter, values=both)
                return parameter.name
        if alike:
            return literal(said[0], self.dtype)
        for parameter in self.parameters:
            if factor := _factor(parameter.values, values):
                return f"{factor} * {parameter.name}"
        number = 1 + sum(parameter.hint == hint for parameter in self.parameters)
        name = f"{hint}_{number}" if hint in self.ambiguous or number > 1 else hint
        self.parameters.append(Parameter(name, tuple(values), hint))
        return name

    def packed(self) -> dict[str, list[Parameter]]:
        """The parameters by the arguments that they are for: several for one are passed as a tuple."""
        by_hint: dict[str, list[Parameter]] = {}
        for parameter in self.parameters:
            by_hint.setdefault(parameter.hint, []).append(parameter)
        return by_hint

    @property
    def names(self) -> set[str]:
        """What a function of these parameters calls them."""
        return {parameter.name for parameter in self.parameters} | self.packed().keys()

    def defaults(self) -> dict[str, str]:
        """The parameters that nearly always have one value, with that value: only what differs is passed."""
        found: dict[str, str] = {}
        for hint, several in self.packed().items():
            said = [literal(value) for value in several[0].values if value is not ABSENT]
            (usual, count), *_ = Counter(said).most_common(1)
            is_usual = len(said) > 2 and count >= USUAL * len(said) and PLAIN.get(hint, usual) == usual
            if is_usual and len(several) == 1 and hint not in ALWAYS_PASSED:
                found[hint] = usual
        return found

    def unpacking(self) -> list[str]:
        """The statements that take apart tuples of parameters."""
        return [
            f"{', '.join(each.name for each in several)} = {hint}"
            for hint, several in self.packed().items()
            if len(several) > 1
        ]

    def settled(self, write: Callable[[Frame], T]) -> tuple[Frame, T]:
        """What is written in this frame; in one with numbered names if there are several parameters for an argument."""
        written = write(self)
        repeated = frozenset(hint for hint, several in self.packed().items() if len(several) > 1)
        if not repeated:
            return self, written
        frame = replace(self, ambiguous=self.ambiguous | repeated, parameters=[])
        return frame, write(frame)

    def layer_name(self, name: str) -> str:
        """The source of the name of one of the model's layers or groups."""
        return _quoted(self._template(name))

    def naming(self, tree: Tree) -> list[str]:
        """The arguments that name a group in the model: for a chain, also the number of its layers."""
        template = self._template(tree.name)
        if tree.kind != CHAIN:
            return [f"name={_quoted(template)}"]
        before, _, number = template.rpartition("_")
        named = [f"name={_quoted(before)}"] if before else []
        return [*named, f"number={number.strip('{}')}"]

    def _template(self, name: str) -> str:
        """A name as the inside of an f-string."""
        if not self.name:
            return name
        before = f"{{{self.name}}}" if self.name.isidentifier() else self.name
        if self.model.kind == CHAIN:
            return self._in_chain(name, before)
        rest = self._counted(relative(name, self.model.name))
        return before if self.model.name in (rest, name) else f"{before}_{rest}"

    def _in_chain(self, name: str, before: str) -> str:
        if name == self.model.name:
            return before
        group, number = (before, "{number}") if self.name.isidentifier() else before.rsplit("_", 1)
        named = [group] if has_prefix(self.model) else []
        return "_".join([*named, within(name, self.model), number])

    def _counted(self, rest: str) -> str:
        """What a name is within the group, with the number of the loop that it's in."""
        group, source = self.counted or ("", "")
        return rest.replace(group, source, 1) if group and f"{rest}_".startswith(f"{group}_") else rest

    def short_name(self, name: str) -> str:
        """What something is called within what is written together: the group, or a loop in it."""
        rest = within(name, self.model) if self.name else name
        return relative(rest, self.counted[0]) if self.counted and rest != self.counted[0] else rest

    def loop(self, tree: Tree) -> tuple[Frame, str] | None:
        """The frame for a loop that begins with a tree in the model, and its variable; None if all are taken.

        The names in a chain have its number at their end, where a loop in a group can't put it.
        """
        group = relative(tree.name, self.model.name)
        base, number = numbered(group)
        used = self.name + (self.counted[1] if self.counted else "")
        counter = next((each for each in COUNTERS if f"{{{each}}}" not in used), None)
        if counter is None or number < 0 or tree.kind == CHAIN:
            return None
        return replace(self, counted=(group, f"{self._counted(base)}_{{{counter}}}")), counter

    def constructor(self, nodes: Sequence[Node | None], model: Node) -> str:
        """The call that makes the layer of one call, which is one of these in each of the trees."""
        layer = model.layer
        assert isinstance(layer, RuleLayer)
        vectors = {
            argument.name: [_argument(each, argument.name, argument.default) for each in nodes]
            for argument in layer.rule.arguments
        }
        differ = [name for name, values in vectors.items() if not _alike(values)]
        arguments: dict[str | int, str] = {
            key: self.value(name, vectors[name]) for key, name, _ in stated(layer.rule, layer.arguments, differ)
        }
        arguments |= {"dtype": self.dtype} if self.dtype else {}
        return call(class_path(layer.rule), arguments | {"name": self.layer_name(layer.name)})


def _quoted(template: str) -> str:
    """The source of a text that may hold variables in braces; a variable alone is that."""
    if "{" not in template:
        return repr(template)
    alone = template.removeprefix("{").removesuffix("}")
    return alone if alone.isidentifier() else f'f"{template}"'


def _argument(node: Node | None, name: str, default: Any) -> Any:
    return ABSENT if node is None else node.layer.arguments.get(name, default)


def parameters(trees: Sequence[Tree]) -> list[Parameter]:
    """The values in which trees of one form differ."""
    frame = Frame(trees, "name")
    for node, row in rows(trees, frame.model):
        frame.constructor(row, model=node)
    return frame.parameters


def same_values(one: Tree, other: Tree) -> bool:
    """Whether the layers of two trees of one form have the same arguments; a projection is left to its shapes."""
    return all(
        _equal(_argument(a, argument.name, argument.default), _argument(b, argument.name, argument.default))
        for a, b in zip(_unprojected(one), _unprojected(other), strict=True)
        for argument in (a.layer.rule.arguments if isinstance(a.layer, RuleLayer) else ())
    )


def values(tree: Tree, without: Container[str] = ()) -> tuple[str, ...]:
    """The arguments of a tree's layers, as source: what is equal for equal trees. Some can be left out."""
    return tuple(
        literal(_argument(node, argument.name, argument.default))
        for node in _unprojected(tree)
        for argument in (node.layer.rule.arguments if isinstance(node.layer, RuleLayer) else ())
        if argument.name not in without
    )


def _unprojected(tree: Tree) -> list[Node]:
    return [node for node in tree.nodes if not is_projection(node, tree)]


def _equal(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and bool(one == other))


def _alike(values: Sequence[Any]) -> bool:
    said = [value for value in values if value is not ABSENT]
    return all(_equal(value, said[0]) for value in said)


def _compatible(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two values are the same wherever both are there."""
    return all(a is ABSENT or b is ABSENT or _equal(a, b) for a, b in zip(one, other, strict=True))


def _factor(one: Sequence[Any], other: Sequence[Any]) -> int:
    """The whole number by which a value is always larger than another, 0 if there is none."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not ABSENT and b is not ABSENT]
    if not all(type(a) is int and type(b) is int and a > 0 and b % a == 0 for a, b in pairs):
        return 0
    factors = {b // a for a, b in pairs}
    factor = factors.pop()
    return factor if not factors and 1 < factor <= LARGEST_FACTOR else 0


def aligned(trees: Sequence[Tree], model: Tree) -> list[list[Tree | None]]:
    """The children of trees of one form, side by side. None where one has no projection."""
    columns = [iter([child for child in tree.children if not _projects(child, tree)]) for tree in trees]
    projections = [next((child for child in tree.children if _projects(child, tree)), None) for tree in trees]
    return [
        projections if _projects(child, model) else [next(column) for column in columns] for child in model.children
    ]


def _projects(child: Tree, tree: Tree) -> bool:
    return child.node is not None and is_projection(child.node, tree)


def rows(trees: Sequence[Tree], model: Tree) -> list[tuple[Node, list[Node | None]]]:
    """The calls of trees of one form, side by side."""
    found: list[tuple[Node, list[Node | None]]] = []
    for child, row in zip(model.children, aligned(trees, model), strict=True):
        if child.node is not None:
            found.append((child.node, [tree.node if tree else None for tree in row]))
        else:
            found += rows([tree for tree in row if tree is not None], child)
    return found


def numbered(name: str) -> tuple[str, int]:
    """A name without the number at its end, and that number: -1 if it has none."""
    base, _, number = name.rpartition("_")
    return (
        (base, int(number))
        if (base or name[:1] == "_") and number.isdecimal() and str(int(number)) == number
        else (name, -1)
    )
