"""Layers that have another layer as an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..faults import ArgumentsClash, CannotMask, ShapesDiffer, WrongAxes
from . import values
from .rule import (
    REQUIRED,
    Argument,
    Arguments,
    Described,
    Inner,
    LayerError,
    Nested,
    Rule,
    Shape,
    Takes,
    TensorLike,
    Value,
    Weight,
    known,
    spell,
)

RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
"""What Bidirectional wraps."""

WITH_KERNEL = frozenset(
    {
        *("Dense", "EinsumDense", "DepthwiseConv1D", "DepthwiseConv2D"),
        *(f"Conv{axes}D{transposed}" for axes in (1, 2, 3) for transposed in ("", "Transpose")),
    }
)
"""What SpectralNormalization wraps: layers with one kernel. It would cut an embedding's vectors to whole numbers."""


def _layer_of_one(value: Value) -> str | None:
    """A layer or a model that is called on one tensor."""
    if not isinstance(value, Nested):
        return None if isinstance(value, Inner) else "a layer"
    right = value.rule.takes is Takes.ONE and value.rule.within is None
    return None if right else "a layer that takes one tensor"


def _with_kernel(value: Value) -> str | None:
    """A layer with one kernel that training moves, which LoRA's isn't."""
    right = isinstance(value, Nested) and value.class_name in WITH_KERNEL and not value.arguments.get("lora_rank")
    return None if right else "a layer with a kernel, as dense or conv, without lora_rank"


def _recurrent(value: Value) -> str | None:
    """A layer that goes through steps."""
    right = isinstance(value, Nested) and value.class_name in RECURRENT
    return None if right else "a recurrent layer, as lstm"


def _inner(arguments: Arguments, name: str = "layer") -> Inner:
    inner = arguments[name]
    assert isinstance(inner, Inner)
    return inner


def _settings(arguments: Arguments, name: str = "layer") -> Mapping[str, Value]:
    """The arguments of a recurrent layer that is wrapped, defaults filled in."""
    inner = arguments[name]
    assert isinstance(inner, Nested)
    return inner.complete


def _step(shape: Shape) -> Shape:
    """A sequence's shape without its axis of steps."""
    if len(shape) < 3:
        mend = "give it a sequence: steps, then at least one axis; or leave it out"
        raise LayerError(WrongAxes, f"TimeDistributed gets {spell(shape)}", mend, ("drop", None))
    return (shape[0], *shape[2:])


def _each_step(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    (batch, *sizes), _ = _inner(arguments).call((_step(inputs[0]),))
    return (batch, inputs[0][1], *sizes)


def _check_step(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    """Refuses what the layer refuses, and a mask for each place of a step if places don't stay: Keras keeps it."""
    [tensor] = tensors
    step = _step(tensor.shape)
    _inner(arguments).check((Described(step, tensor.dtype, tensor.masked),))
    (_, *output), _ = _inner(arguments).call((step,))
    places = step[1:-1]
    stay = None not in places and tuple(output[: len(places)]) == places and len(output) > len(places)
    if tensor.masked and places and not stay:
        raise LayerError(
            CannotMask,
            f"TimeDistributed gets a mask for each place of {spell(tensor.shape)}, and its layer changes the places",
            "leave out what makes the mask (masking, mask_zero=true)",
        )


def _both_ways(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The shape of one direction; `concat` puts both side by side."""
    forward, _ = _inner(arguments).call(inputs)
    _check_directions(arguments, forward, inputs)
    return (*forward[:-1], 2 * known(forward[-1], "Bidirectional")) if arguments["merge_mode"] == "concat" else forward


def _check_directions(arguments: Arguments, forward: Shape, inputs: tuple[Shape, ...]) -> None:
    """Refuses two layers that go the same way or don't fit together. Left out, the second is the first turned round."""
    there = _settings(arguments)
    if arguments["backward_layer"] is None:
        if there["go_backwards"]:
            what, mend = "Bidirectional turns its layer round, and that goes backwards", "leave go_backwards out"
            raise LayerError(ArgumentsClash, what, mend, ("argument", ("go_backwards", None)))
        return
    back = _settings(arguments, "backward_layer")
    if there["go_backwards"] == back["go_backwards"]:
        raise LayerError(
            ArgumentsClash, "both layers of Bidirectional go the same way", "say go_backwards=true for one of them"
        )
    for name in ("return_sequences", "stateful"):
        if there[name] != back[name]:
            raise LayerError(ArgumentsClash, f"the layers of Bidirectional differ in {name}", "say the same for both")
    backward, _ = _inner(arguments, "backward_layer").call(inputs)
    if forward != backward:
        raise LayerError(
            ShapesDiffer,
            f"the layers of Bidirectional give {spell(forward)} and {spell(backward)}",
            "give both the same size",
        )


def _two_directions(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    _, forward = _inner(arguments).call(inputs)
    if arguments["backward_layer"] is None:
        return forward + forward
    return forward + _inner(arguments, "backward_layer").call(inputs)[1]


def _check_both(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    forward, backward = arguments["layer"], arguments["backward_layer"]
    assert isinstance(forward, Nested)
    forward.check(tensors)
    if backward is None:
        backward = Nested(forward.rule, {**forward.arguments, "go_backwards": True})
    assert isinstance(backward, Nested)
    backward.check(tensors)


def _keeps_mask_as_its_layer(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    return inputs[0] and bool(_settings(arguments)["return_sequences"])


def _as_its_layer(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """Its layer sets the mask of the data, though Keras says of the symbol that there is none."""
    inner = arguments["layer"]
    assert isinstance(inner, Nested)
    return inner.rule.mask(inner.complete, inputs)


def _check_layer(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    _inner(arguments).check(tensors)


def _normalized_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    """The kernel, a vector that follows its largest singular value, and what else the layer has."""
    _, (kernel, *others) = _inner(arguments).call(inputs)
    return (kernel, Weight("vector_u", (1, kernel.shape[-1]), trainable=False), *others)


RULES = (
    Rule(
        "TimeDistributed",
        (Argument("layer", REQUIRED, _layer_of_one),),
        shape=_each_step,
        weights=lambda arguments, inputs: _inner(arguments).call((_step(inputs[0]),))[1],
        dtype=lambda arguments, inputs: _inner(arguments).dtype(inputs),
        guard=_check_step,
    ),
    Rule(
        "Bidirectional",
        (
            Argument("layer", REQUIRED, _recurrent),
            Argument("merge_mode", "concat", values.word("concat", "sum", "ave", "mul")),
            Argument("weights", None, values.only(None, "answers hold no matrices")),
            Argument("backward_layer", None, values.optional(_recurrent)),
        ),
        shape=_both_ways,
        weights=_two_directions,
        mask=_keeps_mask_as_its_layer,
        guard=_check_both,
    ),
    Rule(
        "SpectralNormalization",
        (
            Argument("layer", REQUIRED, _with_kernel),
            Argument("power_iterations", 1, values.whole),
        ),
        shape=lambda arguments, inputs: _inner(arguments).call(inputs)[0],
        weights=_normalized_weights,
        mask=_as_its_layer,
        # Its output gets the input's dtype: fractions would be cut off.
        integers=False,
        guard=_check_layer,
    ),
)
