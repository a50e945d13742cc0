"""Dense, and the layer that does nothing."""

from __future__ import annotations

from ..faults import ArgumentsClash, WrongAxes
from . import values
from .rule import REQUIRED, Argument, Arguments, LayerError, Rule, Shape, Weight, known, same_dtype, same_shape
from .values import int_of


def _dense_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    if len(inputs[0]) < 2:
        raise LayerError(
            WrongAxes, "Dense gets one number a sample, without an axis", "give it a tensor of one axis or more"
        )
    known(inputs[0][-1], "Dense")
    if arguments["lora_rank"] is not None and arguments["kernel_constraint"] is not None:
        what, mend = "lora_rank and kernel_constraint exclude each other", "leave one of them out, as lora_rank"
        raise LayerError(ArgumentsClash, what, mend, ("argument", ("lora_rank", None)))
    return (*inputs[0][:-1], int_of(arguments["units"]))


def _dense_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    """The kernel and the bias; with LoRA the kernel is frozen, and two slim matrices beside it are trained."""
    units, features = int_of(arguments["units"]), known(inputs[0][-1], "Dense")
    bias = (Weight("bias", (units,)),) if arguments["use_bias"] else ()
    if arguments["lora_rank"] is None:
        return (Weight("kernel", (features, units)), *bias)
    rank = int_of(arguments["lora_rank"])
    return (
        Weight("kernel", (features, units), trainable=False),
        *bias,
        Weight("lora_kernel_a", (features, rank)),
        Weight("lora_kernel_b", (rank, units)),
    )


_DENSE = (
    Argument("units", REQUIRED, values.whole),
    Argument("activation", None, values.activation),
    Argument("use_bias", True, values.flag),
    Argument("kernel_initializer", "glorot_uniform", values.initializer),
    Argument("bias_initializer", "zeros", values.initializer),
    Argument("kernel_regularizer", None, values.regularizer),
    Argument("bias_regularizer", None, values.regularizer),
    Argument("activity_regularizer", None, values.regularizer),
    Argument("kernel_constraint", None, values.constraint),
    Argument("bias_constraint", None, values.constraint),
    Argument("lora_rank", None, values.optional(values.whole)),
    Argument("lora_alpha", None, values.optional(values.number)),
    Argument("quantization_config", None, values.only(None, "a model is quantized after its training")),
)

RULES = (
    Rule("Dense", _DENSE, shape=_dense_shape, weights=_dense_weights),
    Rule("Identity", (), shape=same_shape, dtype=same_dtype),
)
