"""Rules about the layers between: which there are, which are shared, what feeds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..findings import Finding, Place, Severity
from ..network import BuiltLayer
from ..rule import Part, Rule, Subject
from ..sources import MODELS, Source, called, keyword, text_of

Pairs = Iterator[tuple[str, BuiltLayer, BuiltLayer]]


class Unshared(Rule):
    """A shared layer isn't shared any more.

    What is compared has to be seen in the same way: with weights of its own, each path learns something else, and the
    distance between them says nothing.
    """

    identifier = "LW210"
    severity = Severity.ERROR
    part = Part.MODEL
    mend = "Make the layer once, and call it for each path."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The layers that are called less often than the answers say, with those that seem to stand in."""
        expected, actual = _layers(subject)
        for path, planned in expected.items():
            calls = len(actual[path].calls) if path in actual else 0
            if len(planned.calls) > 1 and calls < len(planned.calls):
                others = [name for name, each in actual.items() if name not in expected and _alike(each, planned)]
                message = f"{path} is called {_times(calls)}, by the answers {_times(len(planned.calls))}"
                if others:
                    message += f"; {' and '.join(others)} {'is' if len(others) == 1 else 'are'} like it, not shared"
                yield self.found(_place(subject, others[0] if others else path), message)


class NameTwice(Rule):
    """Two layers are made with the same name.

    Keras refuses them in one model. Where one of them was meant to be shared, it is made twice instead.
    """

    identifier = "LW211"
    severity = Severity.ERROR
    part = Part.SOURCE
    mend = "Make the layer once and call it twice, to share its weights; or give each a name of its own."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The second places, in each function of model.py."""
        source = subject.project.model
        for function in source.functions.values():
            seen: dict[str, ast.Call] = {}
            for call in source.calls(function):
                for name in _names(source, call):
                    if name in seen and not _apart(function, seen[name], call):
                        line = seen[name].lineno
                        yield self.found(source.at(call), f"a layer named {name} is made in line {line} already")
                    seen.setdefault(name, call)


class LayerMissing(Rule):
    """A layer of the answers isn't in the network.

    Taken out on purpose, it's yours to say so; otherwise what it did isn't done.
    """

    identifier = "LW212"
    severity = Severity.WARNING
    part = Part.MODEL
    mend = "Say the layers in the answers (`layers`) by an update, so that tests and documents fit."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The layers that are missing; a shared one is another rule's."""
        expected, actual = _layers(subject)
        for path, planned in expected.items():
            if path not in actual and len(planned.calls) == 1 and path.rpartition("/")[0] in {"", *actual}:
                what = f"the {planned.class_name} {path} of the answers isn't in the network"
                yield self.found(subject.project.model.of_model(), what)


class LayerAdded(Rule):
    """The network has a layer that the answers don't have.

    People add layers on purpose. An update keeps it; the tests of the plan's numbers don't know it.
    """

    identifier = "LW213"
    severity = Severity.NOTE
    part = Part.MODEL
    mend = "Nothing, if it is meant; said in the answers (`layers`), the tests know it too."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The layers that are more than the answers'."""
        expected, actual = _layers(subject)
        for path, layer in actual.items():
            if path not in expected and path.rpartition("/")[0] in {"", *expected}:
                what = f"the {layer.class_name} {path} isn't in the answers"
                yield self.found(_place(subject, path), what)


class LayerOtherwise(Rule):
    """A layer is another than the answers say: its class, its shape, or how many parameters it has.

    Sizes are the first thing that people change. It's good to know where they did.
    """

    identifier = "LW214"
    severity = Severity.NOTE
    part = Part.MODEL
    mend = "Nothing, if it is meant; said in the answers (`layers`), tests and documents fit."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The layers that differ, each with what differs."""
        for path, planned, layer in _pairs(subject):
            said = [
                f"{noun} {mine}, by the answers {other}"
                for noun, mine, other in (
                    ("class", layer.class_name, planned.class_name),
                    ("parameters", f"{layer.parameters:,}", f"{planned.parameters:,}"),
                    ("shape", layer.calls[0].shape, planned.calls[0].shape),
                )
                if mine != other and not (noun == "class" and planned.model)
            ]
            if said:
                yield self.found(_place(subject, path), f"{path}: {'; '.join(said)}")


class FedOtherwise(Rule):
    """A layer is fed by others than the answers say.

    A shortcut that was taken out, a branch that goes another way: the layers are all there, and compute something else.
    """

    identifier = "LW215"
    severity = Severity.NOTE
    part = Part.MODEL
    mend = "Nothing, if it is meant; otherwise connect it as docs/architecture.md shows."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The layers that are fed by others, of those that are there."""
        _, actual = _layers(subject)
        there = {path.rpartition("/")[2] for path in actual} | set(subject.actual.inputs if subject.actual else ())
        for path, planned, layer in _pairs(subject):
            mine, other = ({each.inputs for each in one.calls} for one in (layer, planned))
            known = all(name in there for each in other for name in each)
            if mine != other and known and len(layer.calls) == len(planned.calls):
                what = f"{path} is fed by {_listed(mine)}, by the answers by {_listed(other)}"
                yield self.found(_place(subject, path), what)


class TrainingFixed(Rule):
    """A layer is called with `training` fixed.

    With True, dropout and the statistics of batch normalisation go on while the model is used; with False they never
    work. `fit` and `predict` say by themselves which it is.
    """

    identifier = "LW216"
    severity = Severity.WARNING
    part = Part.MODEL
    mend = "Call it without `training`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The layers that are called so."""
        actual = dict(subject.actual.walk()) if subject.actual else {}
        for path, layer in actual.items():
            for value in {each.training for each in layer.calls} - {None}:
                yield self.found(_place(subject, path), f"{path} is called with training={value}")


RULES = (
    *(Unshared(), NameTwice(), LayerMissing(), LayerAdded(), LayerOtherwise(), FedOtherwise()),
    TrainingFixed(),
)


def _layers(subject: Subject) -> tuple[dict[str, BuiltLayer], dict[str, BuiltLayer]]:
    """The layers by path, those of the answers and those of the network; none if either isn't known."""
    if subject.expected is None or subject.actual is None:
        return {}, {}
    expected = dict(subject.expected.walk())
    closed = {path for path, layer in expected.items() if layer.model is None}  # a backbone's layers are its own affair
    actual = {path: layer for path, layer in subject.actual.walk() if path.rpartition("/")[0] not in closed}
    return expected, actual


def _pairs(subject: Subject) -> Pairs:
    expected, actual = _layers(subject)
    yield from ((path, expected[path], layer) for path, layer in actual.items() if path in expected)


def _place(subject: Subject, path: str) -> Place:
    """Where a layer is made, or the model if that isn't found."""
    source: Source = subject.project.model
    return source.of_layer(path) or source.of_model()


def _alike(layer: BuiltLayer, other: BuiltLayer) -> bool:
    return (layer.class_name, layer.parameters) == (other.class_name, other.parameters)


def _times(count: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _listed(feeds: set[frozenset[str]]) -> str:
    return " and ".join("+".join(sorted(each)) or "nothing" for each in sorted(feeds, key=sorted))


def _names(source: Source, call: ast.Call) -> list[str]:
    """The names of the layers that a call makes: one, or those of a function of the file, a nested model's alone."""
    if isinstance(call.func, ast.Name) and (function := source.functions.get(call.func.id)):
        calls = list(source.calls(function))
        models = [each for each in calls if called(each) in MODELS]
        said = [text_of(keyword(each, "name")) for each in models or calls]
    else:
        said = [None if called(call) in MODELS else text_of(keyword(call, "name"))]
    return [each for each in said if each is not None]


def _apart(function: ast.AST, first: ast.Call, second: ast.Call) -> bool:
    """Whether two calls stand in the two branches of one `if`, or inside and outside of a function in the function."""
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.IfExp):
            body, otherwise = (_inside(each) for each in (node.body, node.orelse))
            if (first in body and second in otherwise) or (first in otherwise and second in body):
                return True
        elif node is not function and isinstance(node, ast.FunctionDef | ast.Lambda):
            inside = _inside(node)
            if (first in inside) != (second in inside):
                return True
    return False


def _inside(part: ast.AST | list[ast.stmt]) -> set[ast.AST]:
    nodes = part if isinstance(part, list) else [part]
    return {each for node in nodes for each in ast.walk(node)}
