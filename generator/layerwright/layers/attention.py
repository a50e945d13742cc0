"""Attention: each step of a query becomes a mix of the steps of a value, weighed by how well their keys fit."""

from __future__ import annotations

from collections.abc import Sequence

from ..faults import ArgumentMisfit, ArgumentsClash, BadAxis, BatchMismatch, CannotMask, ShapesDiffer, WrongAxes
from . import values
from .rule import (
    REQUIRED,
    Argument,
    Arguments,
    LayerError,
    Rule,
    Shape,
    Takes,
    TensorLike,
    Value,
    Weight,
    known,
    spell,
)
from .values import int_of, ints_of


def _flash(value: Value) -> str | None:
    """Whether a kernel for GPUs has to be used. Keras fails on every other machine if so."""
    return None if value is None or value is False else "false or none: without a GPU, true fails"


def _sizes(value: Value) -> str | None:
    """One size or more."""
    right = values.axes(values.listed(value)) is None and -1 not in ints_of(value)
    return None if right else "one size or several, as 4x8"


def _places(value: Value) -> str | None:
    """Axes, each once."""
    each = value if isinstance(value, tuple) else (value,)
    right = each and not any(map(values.axis, each)) and len(set(each)) == len(each)
    return None if right else "an axis or several, as 1, counted from the batch at 0"


_MIDDLE = (
    Argument("flash_attention", None, _flash),
    Argument("kernel_initializer", "glorot_uniform", values.initializer),
    Argument("bias_initializer", "zeros", values.initializer),
    Argument("kernel_regularizer", None, values.regularizer),
    Argument("bias_regularizer", None, values.regularizer),
    Argument("activity_regularizer", None, values.regularizer),
    Argument("kernel_constraint", None, values.constraint),
    Argument("bias_constraint", None, values.constraint),
    Argument("use_gate", False, values.flag),
    Argument("seed", None, values.seed),
)
_WINDOW = Argument("sliding_window", None, values.optional(values.whole))


def _query_value_key(inputs: tuple[Shape, ...], layer: str) -> tuple[Shape, Shape, Shape]:
    """The three shapes; the value is the key too if there is none. Refuses those that can't go together."""
    query, value, *rest = inputs
    key = rest[0] if rest else value
    if len({len(shape) for shape in inputs}) > 1 or len(query) < 3:
        raise LayerError(
            WrongAxes,
            f"{layer} gets {', '.join(map(spell, inputs))}",
            "give it tensors of as many axes: steps, then features",
        )
    if len({shape[0] for shape in inputs} - {None}) > 1:
        raise LayerError(BatchMismatch, f"{layer} gets batches of different sizes", "say the same batch for all inputs")
    if value[1:-1] != key[1:-1]:
        raise LayerError(
            ShapesDiffer, f"{layer} gets values of {spell(value)} and keys of {spell(key)}", "every value needs one key"
        )
    return query, value, key


def _attended(arguments: Arguments, rank: int) -> tuple[int, ...]:
    """The axes that attention goes over: all between batch and features, unless said."""
    if arguments["attention_axes"] is None:
        return tuple(range(1, rank - 1))
    axes = tuple(axis if axis >= 0 else rank + axis for axis in ints_of(arguments["attention_axes"]))
    if len(set(axes)) < len(axes) or not set(axes) <= set(range(1, rank - 1)):
        raise LayerError(
            BadAxis,
            f"attention_axes={arguments['attention_axes']} aren't axes of steps",
            f"they are {'1 alone' if rank == 3 else f'from 1 to {rank - 2}, each once'}; or leave them out",
            ("argument", ("attention_axes", None)),
        )
    return axes


def _multi_head_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The query's shape, its features replaced by `output_shape` if that's said."""
    query, value, key = _query_value_key(inputs, "MultiHeadAttention")
    for shape in (query, value, key):
        known(shape[-1], "MultiHeadAttention")
    axes = _attended(arguments, len(query))
    for axis in set(range(1, len(query) - 1)) - set(axes):
        if query[axis] != value[axis]:
            raise LayerError(
                ShapesDiffer,
                f"MultiHeadAttention gets {spell(query)} and {spell(value)}, and doesn't attend over axis {axis}",
                "give both the same size there, or leave attention_axes out",
            )
    if arguments["sliding_window"] is not None and len(query) > 3:
        mend = "leave sliding_window out, or flatten the steps into one axis"
        raise LayerError(
            ArgumentMisfit, "sliding_window needs one axis of steps", mend, ("argument", ("sliding_window", None))
        )
    last = arguments["output_shape"]
    return query if last is None else (*query[:-1], *ints_of(last))


def _projection(features: int, *heads: int, bias: bool) -> tuple[Weight, ...]:
    """The weights that turn features into heads of a width."""
    kernel = Weight("kernel", (features, *heads))
    return (kernel, Weight("bias", heads)) if bias else (kernel,)


def _attention_weights(
    arguments: Arguments,
    features: tuple[int, int, int],
    heads: tuple[int, int],
    widths: tuple[int, int],
    output: tuple[int, ...],
) -> tuple[Weight, ...]:
    """Projections of query, key, gate and value, and that of the result.

    `features` are those of query, value and key; `heads` are those of the query, and of key and value; `widths` are
    those of a head of query and key, and of value.
    """
    bias = bool(arguments["use_bias"])
    query, value, key = features
    gate = _projection(query, heads[0], widths[1], bias=bias) if arguments["use_gate"] else ()
    return (
        *_projection(query, heads[0], widths[0], bias=bias),
        *_projection(key, heads[1], widths[0], bias=bias),
        *gate,
        *_projection(value, heads[1], widths[1], bias=bias),
        Weight("kernel", (heads[0], widths[1], *output)),
        *((Weight("bias", output),) if bias else ()),
    )


def _features(inputs: tuple[Shape, ...], layer: str) -> tuple[int, int, int]:
    query, value, key = (known(shape[-1], layer) for shape in _query_value_key(inputs, layer))
    return query, value, key


def _multi_head_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    features = _features(inputs, "MultiHeadAttention")
    heads, width = int_of(arguments["num_heads"]), int_of(arguments["key_dim"])
    value_width = width if arguments["value_dim"] is None else int_of(arguments["value_dim"])
    output = (features[0],) if arguments["output_shape"] is None else ints_of(arguments["output_shape"])
    return _attention_weights(arguments, features, (heads, heads), (width, value_width), output)


def _grouped_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    query, value, key = _query_value_key(inputs, "GroupQueryAttention")
    if len(query) != 3:
        raise LayerError(WrongAxes, f"GroupQueryAttention gets {spell(query)}", "give it two axes: steps and features")
    heads, groups = int_of(arguments["num_query_heads"]), int_of(arguments["num_key_value_heads"])
    if heads % groups:
        raise LayerError(
            ArgumentsClash,
            f"{groups} heads of keys and values don't divide {heads} heads of queries",
            "num_query_heads has to be a multiple of num_key_value_heads",
        )
    for shape in (query, value, key):
        known(shape[-1], "GroupQueryAttention")
    if query[-1] != value[-1]:
        raise LayerError(
            ShapesDiffer,
            f"GroupQueryAttention gets queries of {query[-1]} features and values of {value[-1]}",
            "give both as many, by a dense layer",
        )
    return query


def _grouped_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    features = _features(inputs, "GroupQueryAttention")
    heads = int_of(arguments["num_query_heads"]), int_of(arguments["num_key_value_heads"])
    width = int_of(arguments["head_dim"])
    return _attention_weights(arguments, features, heads, (width, width), (features[0],))


def _plain_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The query's steps with the value's features. Queries and keys are compared number by number."""
    query, value, key = _query_value_key(inputs, "attention")
    if query[-1] != key[-1]:
        raise LayerError(
            ShapesDiffer,
            f"attention compares queries of {query[-1]} features with keys of {key[-1]}",
            "give both as many, by a dense layer",
        )
    if query[1:-2] != value[1:-2]:
        raise LayerError(
            ShapesDiffer,
            f"attention gets {spell(query)} and {spell(value)}",
            "only the axis before the last, the steps, may differ",
        )
    return (*query[:-1], value[-1])


def _scores(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    scale = (Weight("scale", ()),) if arguments["use_scale"] else ()
    return (*scale, Weight("concat_score_weight", ())) if arguments["score_mode"] == "concat" else scale


def _additive_scores(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    return (Weight("scale", (known(inputs[0][-1], "AdditiveAttention"),)),) if arguments["use_scale"] else ()


def _masks_of_one_axis(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    """Keras spreads a mask over heads and queries, which is right for one axis of steps only."""
    if any(tensor.masked and len(tensor.shape) > 3 for tensor in tensors):
        raise LayerError(
            CannotMask,
            "attention gets a mask on a tensor of several axes of steps",
            "flatten them into one axis, or mask none",
        )


_DROPOUT = Argument("dropout", 0.0, values.rate)
_CAUSAL = (Argument("use_causal_mask", False, values.flag),)

RULES = (
    Rule(
        "MultiHeadAttention",
        (
            Argument("num_heads", REQUIRED, values.whole),
            Argument("key_dim", REQUIRED, values.whole),
            Argument("value_dim", None, values.optional(values.whole)),
            _DROPOUT,
            Argument("use_bias", True, values.flag),
            Argument("output_shape", None, values.optional(_sizes), values.as_said),
            Argument("attention_axes", None, values.optional(_places), values.as_said),
            _WINDOW,
            *_MIDDLE,
        ),
        shape=_multi_head_shape,
        weights=_multi_head_weights,
        takes=Takes.SEVERAL,
        least=2,
        most=3,
        integers=False,
        guard=_masks_of_one_axis,
        options=_CAUSAL,
    ),
    Rule(
        "GroupQueryAttention",
        (
            Argument("head_dim", REQUIRED, values.whole),
            Argument("num_query_heads", REQUIRED, values.whole),
            Argument("num_key_value_heads", REQUIRED, values.whole),
            _DROPOUT,
            Argument("use_bias", True, values.flag),
            _WINDOW,
            *_MIDDLE,
        ),
        shape=_grouped_shape,
        weights=_grouped_weights,
        takes=Takes.SEVERAL,
        least=2,
        most=3,
        integers=False,
        options=_CAUSAL,
        calls_itself="GroupedQueryAttention",
    ),
    Rule(
        "Attention",
        (
            Argument("use_scale", False, values.flag),
            Argument("score_mode", "dot", values.word("dot", "concat")),
            _DROPOUT,
            Argument("seed", None, values.seed),
        ),
        shape=_plain_shape,
        weights=_scores,
        takes=Takes.LIST,
        least=2,
        most=3,
        integers=False,
        guard=_masks_of_one_axis,
        options=_CAUSAL,
    ),
    Rule(
        "AdditiveAttention",
        (Argument("use_scale", True, values.flag), _DROPOUT),
        shape=_plain_shape,
        weights=_additive_scores,
        takes=Takes.LIST,
        least=2,
        most=3,
        integers=False,
        guard=_masks_of_one_axis,
        options=_CAUSAL,
    ),
)
