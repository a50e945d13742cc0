"""The layers that work in training only: they drop values, add noise, or add to the loss."""

from __future__ import annotations

from ..faults import ArgumentMisfit
from . import values
from .rule import REQUIRED, Argument, Arguments, LayerError, Rule, Shape, Value, same_shape, spell

_RATE = Argument("rate", REQUIRED, values.rate)
_SEED = Argument("seed", None, values.seed)


def _noise_shape(value: Value) -> str | None:
    each = value if isinstance(value, tuple) else ()
    right = each and all(size is None or values.whole(size) is None for size in each)
    return None if value is None or right else "a size for each axis, batch included, as (none,1,none)"


_NOISE_SHAPE = Argument("noise_shape", None, _noise_shape, values.as_said)
"""What is dropped together: 1 along an axis drops all of it or nothing, none drops each place by itself."""


def _dropped_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The input's shape. The noise's has to fit it; Keras finds out in training only."""
    noise = arguments["noise_shape"]
    if noise is None:
        return inputs[0]
    assert isinstance(noise, tuple)
    fits = len(noise) == len(inputs[0]) and all(
        drawn in (None, 1, size) for drawn, size in zip(noise, inputs[0], strict=True)
    )
    if not fits:
        example = ",".join(["none", *["1"] * (len(inputs[0]) - 1)])
        raise LayerError(
            ArgumentMisfit,
            f"noise_shape doesn't fit {spell(inputs[0])}",
            f"it has {len(inputs[0])} sizes, the batch's first, each none or 1, as ({example}); or leave it out",
            ("argument", ("noise_shape", None)),
        )
    return inputs[0]


def _below_one(value: Value) -> str | None:
    """A share that leaves something over: Keras divides by it."""
    right = values.rate(value) is None and isinstance(value, int | float) and value < 1
    return None if right else "a number from 0 to below 1"


def _spatial(axes: int) -> Rule:
    channels = (values.CHANNELS_LAST,) if axes > 1 else ()
    return Rule(f"SpatialDropout{axes}D", (_RATE, *channels, _SEED), shape=same_shape, rank=axes + 2, integers=False)


RULES = (
    Rule("Dropout", (_RATE, _NOISE_SHAPE, _SEED), shape=_dropped_shape, integers=False),
    *map(_spatial, (1, 2, 3)),
    Rule(
        "AlphaDropout",
        (Argument("rate", REQUIRED, _below_one), _NOISE_SHAPE, _SEED),
        shape=_dropped_shape,
        integers=False,
    ),
    Rule("GaussianDropout", (Argument("rate", REQUIRED, _below_one), _SEED), shape=same_shape, integers=False),
    Rule("GaussianNoise", (Argument("stddev", REQUIRED, values.rate), _SEED), shape=same_shape, integers=False),
    Rule(
        "ActivityRegularization",
        (Argument("l1", 0.0, values.positive), Argument("l2", 0.0, values.positive)),
        shape=same_shape,
        integers=False,
    ),
)
