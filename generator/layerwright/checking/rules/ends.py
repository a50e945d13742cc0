"""Rules about what goes into the network and what comes out of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from ..building import Fault
from ..findings import Finding, Place, Severity
from ..network import Sizes
from ..rule import Part, Rule, Subject
from ..sources import called, keyword, text_of


class SourceBroken(Rule):
    """The files that build and train the network can't be read as Python, or lack what they are there for.

    Nothing else of them can be checked then.
    """

    identifier = "LW200"
    severity = Severity.ERROR
    part = Part.SOURCE
    mend = "Take the file back from version control, or mend it at that line."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """Files that aren't there, lines that aren't Python, functions that are gone: those less grave."""
        for source, functions in (
            (subject.project.model, ("build_model",)),
            (subject.project.train, ("compile_model", "train")),
        ):
            if subject.project.text(source.path) is None:
                yield self.found(Place(source.path), "it isn't there, or isn't text")
            elif isinstance(error := source.parsed, SyntaxError):
                yield self.found(Place(source.path, error.lineno or 1), f"it isn't Python: {error.msg}")
            else:
                for name in functions:
                    if name not in source.functions:
                        what = f"there is no function {name}: what it does can't be checked"
                        yield self.found(Place(source.path), what, Severity.WARNING)


class Unbuildable(Rule):
    """The project's network can't be built.

    Nothing else of it can be checked then, nor trained.
    """

    identifier = "LW201"
    severity = Severity.ERROR
    part = Part.MODEL
    mend = "Run the project's tests: they stop at the same line."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """What Python or Keras say of it."""
        if subject.building and isinstance(fault := subject.building.network, Fault):
            yield self.found(fault.place or subject.project.model.of_function("build_model"), fault.what)


class InputRemoved(Rule):
    """An input of the answers is gone from the network.

    Data, tests and documents of the project still have it, and an update brings it back.
    """

    identifier = "LW202"
    severity = Severity.ERROR
    part = Part.SOURCE
    mend = "Put it back, or change the answers by an update, which changes all that hangs on it."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The inputs that are neither made nor among the model's."""
        source = subject.project.model
        for name in _missing(subject, 0):
            if source.of_input(name) is None:
                yield self.found(source.of_model(), f"the input {name} is gone")


class InputUnlisted(Rule):
    """An input is made, but isn't among those of the model.

    What hangs on it isn't connected, or is left out without a word: its data changes nothing.
    """

    identifier = "LW203"
    severity = Severity.ERROR
    part = Part.SOURCE
    mend = "Name it in the first dict of `keras.Model`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The inputs that are made and aren't listed."""
        source = subject.project.model
        for name in _missing(subject, 0):
            if (made := source.of_input(name)) is not None:
                yield self.found(source.at(made), f"the input {name} isn't among the model's inputs")


class OutputRemoved(Rule):
    """An output of the answers is gone from the network.

    Whoever uses the model's outputs by their names doesn't find it; loss, tests and scores still have it.
    """

    identifier = "LW204"
    severity = Severity.ERROR
    part = Part.SOURCE
    mend = "Put it back, or change the answers by an update, which changes all that hangs on it."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The outputs that aren't among the model's."""
        source = subject.project.model
        for name in _missing(subject, 1):
            yield self.found(source.of_layer(name) or source.of_model(), f"the output {name} isn't among the model's")


class InputUnused(Rule):
    """An output doesn't depend on an input that it should.

    The model takes the input's data, and nothing comes of it: it trains, and is worse than it could be.
    """

    identifier = "LW205"
    severity = Severity.ERROR
    part = Part.MODEL
    mend = "Connect it, or change the answers: `outputs` may say by `from=` what each of them sees."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The inputs that an output of the answers depends on, and one of the network doesn't."""
        expected, actual, source = subject.expected, subject.actual, subject.project.model
        for name in (name for name in expected.outputs if name in actual.outputs) if expected and actual else ():
            assert expected is not None
            assert actual is not None
            for each in sorted((expected.seen[name] & frozenset(actual.inputs)) - actual.seen[name]):
                made = source.of_input(each)
                place = source.at(made) if made is not None else source.of_model()
                yield self.found(place, f"the output {name} doesn't depend on the input {each}")


class EndAdded(Rule):
    """The network has an input or output that the answers don't have.

    The project's data, losses, tests and scores don't know it, and the next update doesn't either.
    """

    identifier = "LW206"
    severity = Severity.WARNING
    part = Part.MODEL
    mend = "Add it to the answers by an update, which adds it everywhere."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The ends that are more than the answers'."""
        for end in _ends(subject):
            if end.planned is None:
                yield self.found(end.place, f"the {end.noun} {end.name} isn't in the answers")


class EndShape(Rule):
    """An input or output has another shape than the answers say.

    The contract in data.py is made of the answers: data that fits it doesn't fit the network.
    """

    identifier = "LW207"
    severity = Severity.WARNING
    part = Part.MODEL
    mend = "Change the answers by an update, or the shape back."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The ends whose shapes differ."""
        for end in _ends(subject):
            if end.planned is not None and end.shape != end.planned:
                yield self.found(
                    end.place, f"the {end.noun} {end.name} is {end.shape}, and {end.planned} by the answers"
                )


RULES = (
    *(SourceBroken(), Unbuildable(), InputRemoved(), InputUnlisted(), OutputRemoved(), InputUnused()),
    *(EndAdded(), EndShape()),
)


class _End(NamedTuple):
    """An input or output of the built network, and the shape that the answers give it, None if they don't have it."""

    noun: str
    name: str
    place: Place
    shape: Sizes
    planned: Sizes | None


def _ends(subject: Subject) -> Iterator[_End]:
    """The inputs, then the outputs, of a network that can be compared."""
    expected, actual, source = subject.expected, subject.actual, subject.project.model
    if expected is None or actual is None:
        return
    for noun, mine, planned in (
        ("input", actual.inputs, expected.inputs),
        ("output", actual.outputs, expected.outputs),
    ):
        for name, shape in mine.items():
            yield _End(noun, name, source.of_layer(name) or source.of_model(), shape, planned.get(name))


def _missing(subject: Subject, end: int) -> list[str]:
    """The inputs (`end` 0) or outputs (1) of the answers that the network doesn't have, as far as can be told."""
    plan = subject.project.plan
    assert plan is not None
    listed = _listed(subject, end)
    return (
        [] if listed is None else [name for name in (plan.graph.inputs, plan.graph.outputs)[end] if name not in listed]
    )


def _listed(subject: Subject, end: int) -> set[str] | None:
    """The names that the source gives to a model's inputs or outputs; those of the built network if it doesn't say."""
    builder = subject.project.model.functions.get("build_model")
    models = [each for each in subject.project.model.calls(builder) if called(each) == "Model"] if builder else []
    argument = _argument(models[-1], end) if models else None
    if isinstance(argument, ast.Dict):
        names = [text_of(each) for each in argument.keys]
        if None not in names:
            return {name for name in names if name is not None}
    if (actual := subject.actual) is not None:
        return set((actual.inputs, actual.outputs)[end])
    return None


def _argument(call: ast.Call, end: int) -> ast.expr | None:
    return call.args[end] if len(call.args) > end else keyword(call, ("inputs", "outputs")[end])
