"""Normalisation over the batch, over features, over groups of them, or to unit length."""

from __future__ import annotations

from collections.abc import Sequence

from ..faults import ArgumentMisfit, BadAxis, CannotMask
from . import values
from .rule import Argument, Arguments, LayerError, Rule, Shape, TensorLike, Value, Weight, drops_mask, known, spell
from .values import int_of, places

_CENTER, _SCALE = Argument("center", True, values.flag), Argument("scale", True, values.flag)
_EPSILON = Argument("epsilon", 0.001, values.positive)
_AXIS = Argument("axis", -1, values.axis)
_AXES = Argument("axis", -1, values.axis_or_axes, values.as_said)
_STARTS = (
    Argument("beta_initializer", "zeros", values.initializer),
    Argument("gamma_initializer", "ones", values.initializer),
)
_LIMITS = (
    Argument("beta_regularizer", None, values.regularizer),
    Argument("gamma_regularizer", None, values.regularizer),
    Argument("beta_constraint", None, values.constraint),
    Argument("gamma_constraint", None, values.constraint),
)


def _scale_and_center(arguments: Arguments, shape: tuple[int, ...]) -> tuple[Weight, ...]:
    return (
        *((Weight("gamma", shape),) if arguments["scale"] else ()),
        *((Weight("beta", shape),) if arguments["center"] else ()),
    )


def _along(layer: str, arguments: Arguments, shape: Shape) -> tuple[int, ...]:
    """The sizes of the axes that a layer has numbers for."""
    return tuple(known(shape[place], layer) for place in places(arguments["axis"], shape, layer))


def _batch_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    places(arguments["axis"], inputs[0], "BatchNormalization")
    return inputs[0]


def _batch_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    """Scale and centre, and what the batches were like; with renorm also what they were like of late."""
    size = _along("BatchNormalization", arguments, inputs[0])
    kept = ("moving_mean", "moving_variance")
    renormalised = ("moving_stddev", "renorm_mean", "renorm_stddev") if arguments["renorm"] else ()
    return (
        *_scale_and_center(arguments, size),
        *(Weight(name, size, trainable=False) for name in (*kept, *renormalised)),
    )


def _last_axes(layer: str, arguments: Arguments, shape: Shape) -> tuple[int, ...]:
    """The axes, which have to be the last ones.

    Of others, Keras 3.15 normalises the last ones nevertheless on PyTorch, or fails on data.
    """
    axes = places(arguments["axis"], shape, layer)
    said = arguments["axis"] if isinstance(arguments["axis"], tuple) else (arguments["axis"],)
    one_sign = len({int_of(axis) < 0 for axis in said}) == 1
    if axes != tuple(range(len(shape) - len(axes), len(shape))) or not one_sign:
        raise LayerError(
            BadAxis,
            f"{layer} has axis={','.join(map(str, said))} on {spell(shape)}",
            "leave axis out: the last one counts, or name the last ones, as (-2,-1)",
            ("argument", ("axis", None)),
        )
    return axes


def _layer_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    axes = _last_axes("LayerNormalization", arguments, inputs[0])
    if len(axes) > 1:
        _along("LayerNormalization", arguments, inputs[0])
    return inputs[0]


def _layer_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    if not (arguments["scale"] or arguments["center"]):
        return ()
    return _scale_and_center(arguments, _along("LayerNormalization", arguments, inputs[0]))


def _group_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The input's shape. Keras's 32 groups fit no other number of channels than its multiples."""
    (channels,), groups = _along("GroupNormalization", arguments, inputs[0]), int_of(arguments["groups"])
    if groups > 0 and channels % groups:
        fitting = max(each for each in range(1, min(groups, channels) + 1) if channels % each == 0)
        raise LayerError(
            ArgumentMisfit,
            f"GroupNormalization has {groups} groups, and {channels} channels don't divide into them",
            f"say groups={fitting}, or groups=-1 for one group a channel",
            ("argument", ("groups", fitting)),
        )
    return inputs[0]


def _group_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    return _scale_and_center(arguments, _along("GroupNormalization", arguments, inputs[0]))


def _groups(value: Value) -> str | None:
    return None if value == -1 or values.whole(value) is None else "a whole number, or -1 for one group a channel"


def _rms_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    _last_axes("RMSNormalization", arguments, inputs[0])
    return inputs[0]


def _rms_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    return (Weight("scale", _along("RMSNormalization", arguments, inputs[0])),)


def _no_padding(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    """Keras's gradient for zeros is NaN on PyTorch and JAX; layers make zeros of padding as long as biases are zero."""
    if tensors[0].masked or tensors[0].shape[1:2] == (None,):
        mend = "take layer_norm, or pool before it"
        raise LayerError(CannotMask, "UnitNormalization has no gradient for zeros, as padding is", mend, ("drop", None))


def _unit_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    places(arguments["axis"], inputs[0], "UnitNormalization")
    return inputs[0]


RULES = (
    Rule(
        "BatchNormalization",
        (
            _AXIS,
            Argument("momentum", 0.99, values.rate),
            _EPSILON,
            _CENTER,
            _SCALE,
            *_STARTS,
            Argument("moving_mean_initializer", "zeros", values.initializer),
            Argument("moving_variance_initializer", "ones", values.initializer),
            *_LIMITS,
            Argument("renorm", False, values.flag),
            Argument("renorm_clipping", None, values.only(None, "answers hold no dictionary")),
            Argument("renorm_momentum", 0.99, values.rate),
            Argument("synchronized", False, values.only(False, "TensorFlow alone knows how")),
        ),
        shape=_batch_shape,
        weights=_batch_weights,
    ),
    Rule(
        "LayerNormalization",
        (_AXES, _EPSILON, _CENTER, _SCALE, *_STARTS, *_LIMITS),
        shape=_layer_shape,
        weights=_layer_weights,
    ),
    Rule(
        "GroupNormalization",
        (Argument("groups", 32, _groups), _AXIS, _EPSILON, _CENTER, _SCALE, *_STARTS, *_LIMITS),
        shape=_group_shape,
        weights=_group_weights,
    ),
    Rule(
        "RMSNormalization",
        (_AXES, Argument("epsilon", 1e-06, values.positive)),
        shape=_rms_shape,
        weights=_rms_weights,
        mask=drops_mask,
        integers=False,
    ),
    Rule("UnitNormalization", (_AXES,), shape=_unit_shape, integers=False, guard=_no_padding),
)
