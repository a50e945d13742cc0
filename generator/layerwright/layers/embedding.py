"""Whole numbers to vectors, and the layer that marks steps as padding."""

from __future__ import annotations

from ..faults import ArgumentsClash, WrongAxes
from . import values
from .rule import (
    REQUIRED,
    Argument,
    Arguments,
    LayerError,
    Rule,
    Shape,
    Weight,
    makes_mask,
    same_dtype,
)
from .values import int_of

_TABLE = (
    Argument("embeddings_initializer", "uniform", values.initializer),
    Argument("embeddings_regularizer", None, values.regularizer),
    Argument("embeddings_constraint", None, values.constraint),
)

_FLOATS = ("float16", "bfloat16", "float32", "float64")


def _looked_up(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """One more axis: each number becomes a row of the table. Keras rounds fractions down."""
    if arguments.get("lora_rank") is not None and arguments["embeddings_constraint"] is not None:
        what, mend = "lora_rank and embeddings_constraint exclude each other", "leave one of them out, as lora_rank"
        raise LayerError(ArgumentsClash, what, mend, ("argument", ("lora_rank", None)))
    return (*inputs[0], int_of(arguments["output_dim"]))


def _table_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    """The table; with LoRA it's frozen, and two slim matrices beside it are trained."""
    vocabulary, width = int_of(arguments["input_dim"]), int_of(arguments["output_dim"])
    if arguments["lora_rank"] is None:
        return (Weight("embeddings", (vocabulary, width)),)
    rank = int_of(arguments["lora_rank"])
    return (
        Weight("embeddings", (vocabulary, width), trainable=False),
        Weight("lora_embeddings_a", (vocabulary, rank)),
        Weight("lora_embeddings_b", (rank, width)),
    )


def _reversible_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    vocabulary, width = int_of(arguments["input_dim"]), int_of(arguments["output_dim"])
    table = Weight("embeddings", (vocabulary, width))
    return (table,) if arguments["tie_weights"] else (table, Weight("reverse_embeddings", (width, vocabulary)))


def _masks_zero(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """It says which numbers are 0, if it's told to; a mask that comes in ends here."""
    return bool(arguments["mask_zero"])


def _masked_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    if len(inputs[0]) < 2:
        what, mend = "Masking gets one number a sample, without steps", "it takes steps and features; or leave it out"
        raise LayerError(WrongAxes, what, mend, ("drop", None))
    return inputs[0]


RULES = (
    Rule(
        "Embedding",
        (
            Argument("input_dim", REQUIRED, values.whole),
            Argument("output_dim", REQUIRED, values.whole),
            *_TABLE,
            Argument("mask_zero", False, values.flag),
            Argument("weights", None, values.only(None, "answers hold no matrix")),
            Argument("lora_rank", None, values.optional(values.whole)),
            Argument("lora_alpha", None, values.optional(values.number)),
            Argument("quantization_config", None, values.only(None, "a model is quantized after its training")),
        ),
        shape=_looked_up,
        weights=_table_weights,
        mask=_masks_zero,
    ),
    Rule(
        "ReversibleEmbedding",
        (
            Argument("input_dim", REQUIRED, values.whole),
            Argument("output_dim", REQUIRED, values.whole),
            Argument("tie_weights", True, values.flag),
            *_TABLE,
            Argument("mask_zero", False, values.flag),
            Argument("reverse_dtype", None, values.optional(values.word(*_FLOATS))),
            Argument("logit_soft_cap", None, values.optional(values.number)),
        ),
        shape=_looked_up,
        weights=_reversible_weights,
        mask=_masks_zero,
    ),
    Rule(
        "Masking",
        (Argument("mask_value", 0.0, values.number),),
        shape=_masked_shape,
        dtype=same_dtype,
        mask=makes_mask,
    ),
)
