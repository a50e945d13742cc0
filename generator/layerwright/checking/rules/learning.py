"""Rules about training: what learns when, and by which losses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..building import Fault, PhaseTwo
from ..events import Doing, Event, events
from ..findings import Finding, Place, Severity
from ..rule import Part, Rule, Subject
from ..sources import called, keyword, text_of
from .layers import _pairs, _place


class BackboneLearns(Rule):
    """The backbone isn't frozen when training begins.

    The new layers are random at first: their large gradients spoil what the pretrained ones know before it has been of
    any use.
    """

    identifier = "LW301"
    severity = Severity.ERROR
    part = Part.MODEL
    mend = "Set `trainable = False` of the backbone in `build_model`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """What the answers have frozen, and the network hasn't."""
        for path, planned, layer in _pairs(subject):
            if planned.parameters and not planned.learning and layer.learning:
                what = f"{path} should be frozen, and {layer.learning:,} of its parameters learn"
                yield self.found(_place(subject, path), what)


class LayerFrozen(Rule):
    """A layer is frozen that should learn.

    It stays as chance has made it.
    """

    identifier = "LW302"
    severity = Severity.WARNING
    part = Part.MODEL
    mend = "Take out what sets its `trainable`, or say why it's frozen."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The layers of which nothing learns."""
        for path, planned, layer in _pairs(subject):
            if planned.learning and layer.parameters and not layer.learning:
                yield self.found(_place(subject, path), f"{path} should learn, and is frozen")


class UnfrozenEarly(Rule):
    """Layers of the backbone are let learn before phase one.

    Phase one is there for the new layers to learn while the backbone stays as it is.
    """

    identifier = "LW303"
    severity = Severity.ERROR
    part = Part.SOURCE
    mend = "Call `unfreeze_top` after the first `fit`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """What is set to learn before anything was trained."""
        plan = subject.project.plan
        for event in _trained(subject) if plan and plan.spec.transfer else ():
            if event.doing is Doing.FIT:
                return
            if event.doing is Doing.TRAINABLE and event.learns and not _builds(event):
                what = f"{event.through[0] if event.through else 'trainable = True'} comes before phase one"
                yield self.found(event.place, what)


class NotCompiledAgain(Rule):
    """What learns was changed, and the model not compiled again before it's trained.

    Keras looks at `trainable` when a model is compiled: until then, what was frozen goes on to learn, and what was let
    learn stays as it is, without a word.
    """

    identifier = "LW304"
    severity = Severity.ERROR
    part = Part.SOURCE
    mend = "Call `compile_model` between the change of `trainable` and `fit`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The last change before each training that no compilation follows."""
        changed: Event | None = None
        for event in _trained(subject):
            if event.doing is Doing.TRAINABLE:
                changed = event
            elif event.doing is Doing.COMPILE:
                changed = None
            elif changed is not None:
                what = f"{changed.through[0] if changed.through else 'trainable'} changes what learns"
                yield self.found(changed.place, f"{what}, and line {event.place.line} trains without compiling again")
                changed = None


class PhaseTwoOtherwise(Rule):
    """Phase two trains other layers of the backbone than it should.

    Small batches ruin the statistics that batch normalisations have learned of millions of images; and early layers
    know what all images have in common.
    """

    identifier = "LW305"
    severity = Severity.ERROR
    part = Part.MODEL
    mend = "Have `unfreeze_top` let the last layers learn, without batch normalisations."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """What `unfreeze_top` lets learn, and shouldn't."""
        told = subject.building.phase_two if subject.building else None
        place = subject.project.model.of_function("unfreeze_top")
        if isinstance(told, Fault):
            yield self.found(told.place or place, f"phase two can't begin: {told.what}")
        elif isinstance(told, PhaseTwo):
            for what in _wrong(told):
                yield self.found(place, what)


class LossMissing(Rule):
    """An output has no loss.

    Nothing teaches it: its head stays as chance has made it, and the other outputs' losses look as good as ever.
    """

    identifier = "LW306"
    severity = Severity.ERROR
    part = Part.SOURCE
    mend = "Give it a loss in `compile_model`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The outputs of the answers that have none."""
        plan = subject.project.plan
        assert plan is not None
        losses = _losses(subject)
        for name in plan.graph.outputs if losses is not None else ():
            if losses is not None and name not in losses:
                yield self.found(_loss_place(subject), f"the output {name} has no loss")


class Uncompilable(Rule):
    """The project can't compile its network.

    Training stops before it begins.
    """

    identifier = "LW307"
    severity = Severity.ERROR
    part = Part.MODEL
    mend = "Run the project's tests: they stop at the same line."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """What Python or Keras say of it."""
        if subject.building and isinstance(fault := subject.building.losses, Fault):
            yield self.found(fault.place or subject.project.train.of_function("compile_model"), fault.what)


RULES = (
    *(BackboneLearns(), LayerFrozen(), UnfrozenEarly(), NotCompiledAgain()),
    *(PhaseTwoOtherwise(), LossMissing(), Uncompilable()),
)


def _trained(subject: Subject) -> list[Event]:
    """What the training does, in order."""
    return events(subject.project.train, "train", subject.project.model)


def _builds(event: Event) -> bool:
    """Whether it happens while the network is built: that is another rule's."""
    return any(name.startswith("build") for name in event.through)


def _wrong(told: PhaseTwo) -> Iterator[str]:
    if not told.learning:
        yield "phase two trains nothing of the backbone"
    if told.early:
        yield f"phase two trains layers that come before the chosen ones: {_some(told.early)}"
    if told.normalising:
        yield f"phase two trains batch normalisations: {_some(told.normalising)}"


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _losses(subject: Subject) -> frozenset[str] | None:
    """The outputs that have a loss, by the built network or else by the source; None if it can't be told, or all do."""
    told = subject.building.losses if subject.building else None
    if isinstance(told, frozenset):
        return told
    loss = keyword(compiling, "loss") if (compiling := _compiling(subject)) is not None else None
    if isinstance(loss, ast.Dict):
        names = [text_of(each) for each in loss.keys]
        return frozenset(name for name in names if name is not None) if None not in names else None
    return None


def _compiling(subject: Subject) -> ast.Call | None:
    source = subject.project.train
    function = source.functions.get("compile_model")
    calls = [each for each in source.calls(function) if called(each) == "compile"] if function else []
    return calls[-1] if calls else None


def _loss_place(subject: Subject) -> Place:
    source, compiling = subject.project.train, _compiling(subject)
    loss = keyword(compiling, "loss") if compiling is not None else None
    return source.at(loss if loss is not None else compiling or source.functions.get("compile_model"))
