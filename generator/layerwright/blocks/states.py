"""Recurrent layers that begin with the last state of another: `lstm 64 initial_state=encoder`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..faults import CannotUse, UnknownArgument
from ..graph import RuleLayer, Tensor
from ..layers.rule import Value
from ..problems import Edit
from .builder import Builder, Known

STATE = "initial_state"

KINDS = {"LSTM": "LSTM", "GRU": "GRU", "SimpleRNN": "GRU"}
"""Recurrent classes, by what their state is: an LSTM's has two tensors."""


def without_state(keywords: Mapping[str, Value]) -> dict[str, Value]:
    """The arguments that aren't the state that a layer begins with."""
    return {key: value for key, value in keywords.items() if key != STATE}


def begun(
    builder: Builder,
    word: str,
    values: Sequence[Value],
    keywords: Mapping[str, Value],
    name: str | None,
    tensor: Tensor,
    place: str,
) -> Tensor:
    """Calls a recurrent layer that begins with the state of the layer that `initial_state` names."""
    rule, arguments = builder.resolved(word, values, without_state(keywords), tensor.shape, place)
    leave = Edit("argument", place, (STATE, None))
    if rule.name not in KINDS:
        builder.refuse(
            place, UnknownArgument, f"{rule.name} has no {STATE}", "leave it out; recurrent layers have one", leave
        )
    known = _named(builder, keywords[STATE], place)
    if known is None:
        return builder.call(rule, arguments, name, word, (tensor,), place)
    giver, units = known.nodes[-1].layer, arguments.get("units")
    if KINDS.get(giver.class_name) != KINDS[rule.name] or len(known.nodes) > 1:
        what = f"{keywords[STATE]} gives no state that {rule.name} can begin with"
        builder.refuse(
            place, CannotUse, what, f"name a layer of class {rule.name}, not a wrapped one; or leave it out", leave
        )
    if giver.arguments["units"] != units:
        what = f"{keywords[STATE]} has {giver.arguments['units']} units, and what begins with its state {units}"
        edit = Edit("argument", place, ("units", giver.arguments["units"]))
        builder.refuse(place, CannotUse, what, "give both as many", edit)
    return builder.call(rule, arguments, name, word, (tensor,), place, state=_state(builder, known))


def _named(builder: Builder, name: Value, place: str) -> Known | None:
    """What a name stands for; None, and a problem, if it's nothing that has a state."""
    from .joining import find  # it reads layers, which may begin with a state

    known = builder.find(name) if isinstance(name, str) else None
    if known is not None:
        return known
    if not isinstance(name, str) or find(builder, name, place) is not None:
        mend = "name a recurrent layer before it, or leave it out"
        builder.note(place, CannotUse, f"{STATE} is no recurrent layer", mend, Edit("argument", place, (STATE, None)))
    return None


def _state(builder: Builder, known: Known) -> Tensor:
    """The last state of a call. From when one is asked for, all calls of its layer give theirs."""
    nodes, layer = builder.graph.nodes, known.nodes[-1].layer
    assert isinstance(layer, RuleLayer)
    if not layer.gives_state:
        layer.gives_state = True
        nodes[:] = [replace(each, state=layer.state(each.output)) if each.layer is layer else each for each in nodes]
    [state] = [each.state for each in nodes if each.output is known.output]
    assert state is not None
    return state
