"""Protects what is known of each layer: real Keras is the referee for shapes, dtypes, masks, variables and refusals."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st

from layerwright.emit.own_layers import own_layer
from layerwright.layers import (
    ACTIVATIONS,
    LayerError,
    Rule,
    Shape,
    Vocabulary,
    Word,
    builtin,
    configured,
    image,
    spell,
    values,
)
from layerwright.layers.configured import Configured, fault, read
from layerwright.layers.names import ALIASES
from layerwright.layers.names import REFUSED as REASONS
from layerwright.layers.rule import REQUIRED, Arguments, Described, Nested, Takes, Value, plain
from layerwright.layers.wrapping import RECURRENT, WITH_KERNEL
from layerwright.problems import unknown

from . import models
from .drawing import SEED

RULES = builtin().rules
OWN_LAYERS = {name: rule for name, rule in RULES.items() if rule.source}
WORDS = builtin().words

BATCH, VARYING, STEPS = 2, 11, 3
"""Sizes in real data: of axes that a shape leaves open, and of the steps around a cell. All windows drawn fit."""

Strategy = Callable[[Rule], st.SearchStrategy[Any]]


def _axes(rule: Rule) -> int:
    """How many spatial axes a layer works on."""
    over_steps = rule.name.startswith("ConvLSTM")
    return (rule.rank or 3) - 2 - over_steps


def _windows(most: int) -> Strategy:
    def strategy(rule: Rule) -> st.SearchStrategy[Value]:
        size = st.integers(1, most)
        count = _axes(rule)
        return size if count == 1 else size | st.tuples(*[size] * count)

    return strategy


def _paddings(rule: Rule) -> st.SearchStrategy[Value]:
    return st.sampled_from(["valid", "same", *(["causal"] if rule.name == "Conv1D" else [])])


def _same_for_all(strategy: st.SearchStrategy[Any]) -> Strategy:
    return lambda rule: strategy


def _configured(*texts: str) -> st.SearchStrategy[Configured | None]:
    return st.sampled_from([read(text) for text in texts])


def _margins(rule: Rule) -> st.SearchStrategy[Value]:
    """How much at the ends of axes: one number, or one or two for each."""
    count, ends = _axes(rule), st.integers(0, 3)
    both = ends | st.tuples(ends, ends)
    return ends | (st.tuples(ends, ends) if count == 1 else st.tuples(*[both] * count))


def _layers(names: Sequence[str]) -> Strategy:
    """Layers of these classes as arguments, with arguments of their own."""

    def layer(name: str) -> st.SearchStrategy[Nested]:
        rule = RULES[name]
        return arguments(rule).map(lambda given_: Nested(rule, given_))

    return _same_for_all(st.deferred(lambda: st.sampled_from(sorted(names)).flatmap(layer)))


def _two_or_more(strategy: Strategy) -> Strategy:
    return lambda rule: st.lists(strategy(rule), min_size=2, max_size=3).map(tuple)


FLAG = _same_for_all(st.booleans())
RATE = _same_for_all(st.sampled_from([0, 1, 0.0, 1.0]) | st.floats(0, 1))
WIDTH = _same_for_all(st.integers(1, 4))
MAYBE_WIDTH = _same_for_all(st.none() | st.integers(1, 4))
FOR_ALL = {each for each in values.INITIALIZERS if not each.lower().startswith(("identity", "orthogonal"))}
INITIALIZER = _same_for_all(
    # Three draws of four suit a weight of any rank.
    st.sampled_from(sorted(FOR_ALL))
    | _configured("constant(0.1)", "truncated_normal(stddev=0.02)", "he_normal(3)")
    | st.sampled_from(["glorot_uniform", "zeros"])
    | (st.sampled_from(sorted(values.INITIALIZERS - FOR_ALL)) | _configured("orthogonal(gain=2)"))
)
REGULARIZER = _same_for_all(
    st.none() | st.sampled_from(sorted(values.REGULARIZERS)) | _configured("l2(0.0001)", "l1_l2(l1=0.1,l2=0)")
)
CONSTRAINT = _same_for_all(
    st.none() | st.sampled_from(sorted(values.CONSTRAINTS)) | _configured("max_norm(3,axis=-1)", "unit_norm((0,1))")
)
NUMBER = _same_for_all(st.integers(0, 3) | st.floats(0, 3))
SHARE = _same_for_all(st.floats(0, 1) | st.sampled_from([0, 1, (0.2, 0.5), (0.1, 0.1)]))
AXES = _same_for_all(st.integers(-5, 4) | st.sampled_from([(-1,), (1, 2), (-2, -1), (2, 1), (-1, 1), (0, 1)]))
NOTHING = _same_for_all(st.none())
OF_STEPS = (
    *(
        "Activation",
        "BatchNormalization",
        "Conv1D",
        "Conv2D",
        "Dense",
        "Dropout",
        "EinsumDense",
        "Embedding",
        "Flatten",
    ),
    *("GRU", "GlobalAveragePooling1D", "GlobalMaxPooling2D", "LayerNormalization", "LSTM", "Masking", "MaxPooling1D"),
    *("MaxPooling2D", "Rescaling", "Reshape", "SpectralNormalization", "TimeDistributed", "UnitNormalization"),
)
"""Layers of many kinds that people apply to each step."""

CELLS = _layers(["LSTMCell", "GRUCell", "SimpleRNNCell"])

STRATEGIES: dict[str | tuple[str, str], Strategy] = {
    "activation": _same_for_all(st.none() | st.sampled_from(sorted(ACTIVATIONS))),
    "activity_regularizer": REGULARIZER,
    "addition_factor": SHARE,
    "all_ops": FLAG,
    "alpha": _same_for_all(st.floats(0.1, 2)),
    "alpha_constraint": CONSTRAINT,
    "alpha_initializer": INITIALIZER,
    "alpha_regularizer": REGULARIZER,
    "antialias": FLAG,
    "attention_axes": _same_for_all(st.none() | st.integers(-4, 3) | st.sampled_from([(1,), (1, 2), (-2,), (2, 1)])),
    "axes": _same_for_all(
        st.sampled_from([-1, 1, 2, (1, 2)]) | st.integers(-4, 3) | st.tuples(*[st.integers(-3, 3)] * 2)
    ),
    "axis": AXES,
    "backward_layer": lambda rule: st.none() | _layers(sorted(RECURRENT))(rule),
    "bias_constraint": CONSTRAINT,
    "bias_initializer": INITIALIZER,
    "bias_regularizer": REGULARIZER,
    "beta_constraint": CONSTRAINT,
    "beta_initializer": INITIALIZER,
    "beta_regularizer": REGULARIZER,
    "bin_boundaries": _same_for_all(st.sampled_from([(0.0, 0.5, 1.0), (1,), (-1, 0)])),
    "brightness_factor": lambda rule: st.none() | SHARE(rule),
    "cell": lambda rule: CELLS(rule) | _two_or_more(CELLS)(rule) | _layers(["StackedRNNCells"])(rule),
    "cells": _two_or_more(CELLS),
    "center": FLAG,
    "chain_depth": _same_for_all(st.integers(1, 2)),
    "clip_limit": NUMBER,
    "contrast_factor": lambda rule: st.none() | SHARE(rule),
    "crop_to_aspect_ratio": FLAG,
    "cropping": _margins,
    "data_format": _same_for_all(st.sampled_from([None, "channels_last"])),
    "depth_multiplier": _same_for_all(st.integers(1, 3)),
    "depthwise_constraint": CONSTRAINT,
    "depthwise_initializer": INITIALIZER,
    "depthwise_regularizer": REGULARIZER,
    "dilation_rate": _windows(3),
    "dims": _same_for_all(st.permutations(range(1, 3)).map(tuple) | st.permutations(range(1, 4)).map(tuple)),
    "dropout": RATE,
    "embeddings_constraint": CONSTRAINT,
    "embeddings_initializer": INITIALIZER,
    "embeddings_regularizer": REGULARIZER,
    "epsilon": _same_for_all(st.floats(1e-6, 0.1)),
    "expand_dims": FLAG,
    "factor": SHARE,
    "fft_length": _same_for_all(st.none() | st.integers(1, 6)),
    "fill_mode": _same_for_all(st.sampled_from(["reflect", "wrap", "constant", "nearest"])),
    "fill_value": _same_for_all(st.none() | st.floats(0, 9)),
    "filters": _same_for_all(st.integers(1, 6)),
    "flash_attention": _same_for_all(st.sampled_from([None, False])),
    "frame_length": _same_for_all(st.integers(3, 5)),
    "frame_step": _same_for_all(st.none() | st.integers(1, 5)),
    "gamma_constraint": CONSTRAINT,
    "gamma_initializer": INITIALIZER,
    "gamma_regularizer": REGULARIZER,
    "go_backwards": FLAG,
    "gptq_unpacked_column_size": NOTHING,
    "groups": _same_for_all(st.integers(1, 3)),
    "head_dim": WIDTH,
    "height": _same_for_all(st.integers(1, 9)),
    "height_factor": SHARE,
    "hue_factor": lambda rule: st.none() | SHARE(rule),
    "input_dim": _same_for_all(st.integers(2, 6)),
    "interpolation": _same_for_all(st.sampled_from(["nearest", "bilinear", "bicubic"])),
    "invert": FLAG,
    "keepdims": FLAG,
    "kernel_constraint": CONSTRAINT,
    "kernel_initializer": INITIALIZER,
    "kernel_regularizer": REGULARIZER,
    "kernel_size": _windows(4),
    "key_dim": WIDTH,
    "l1": NUMBER,
    "l2": NUMBER,
    "layer": _layers(OF_STEPS),
    "logit_soft_cap": _same_for_all(st.none() | st.floats(0.5, 30)),
    "lora_alpha": _same_for_all(st.none() | st.integers(1, 3) | st.floats(0.5, 2)),
    "lora_rank": MAYBE_WIDTH,
    "mask_value": _same_for_all(st.integers(-1, 1) | st.floats(-1, 1)),
    "mag_exp": NUMBER,
    "mask_zero": FLAG,
    "max_freq": _same_for_all(st.none() | st.floats(1000, 8000)),
    "max_value": lambda rule: st.none() | NUMBER(rule),
    "mean": _same_for_all(st.floats(-1, 1) | st.sampled_from([(0.0, 1.0), (1.0,), ((1.0, 2.0),)])),
    "merge_mode": _same_for_all(st.sampled_from(["concat", "sum", "ave", "mul"])),
    "min_freq": _same_for_all(st.floats(0, 100)),
    "min_power": _same_for_all(st.floats(1e-10, 1e-3)),
    "mode": _same_for_all(
        st.sampled_from(["log", "magnitude", "psd", "real", "imag", "angle", "stft"])
        | st.sampled_from(["horizontal", "vertical", "horizontal_and_vertical"])
    ),
    "momentum": _same_for_all(st.floats(0, 1)),
    "moving_mean_initializer": INITIALIZER,
    "moving_variance_initializer": INITIALIZER,
    "n": _same_for_all(st.integers(1, 4)),
    "negative_slope": NUMBER,
    "noise_shape": _same_for_all(
        st.none() | st.lists(st.sampled_from([None, None, 1, 1, 2]), min_size=1, max_size=5).map(tuple)
    ),
    "normalize": FLAG,
    "num_bins": _same_for_all(st.none() | st.integers(1, 5)),
    "num_chains": _same_for_all(st.integers(1, 2)),
    "num_heads": WIDTH,
    "num_key_value_heads": _same_for_all(st.integers(1, 3)),
    "num_mel_bins": _same_for_all(st.integers(1, 6)),
    "num_ops": _same_for_all(st.integers(1, 12)),
    "num_query_heads": WIDTH,
    "num_tokens": _same_for_all(st.none() | st.integers(2, 5)),
    "offset": _same_for_all(st.integers(-2, 2) | st.floats(-2, 2)),
    "output_dim": WIDTH,
    "output_mode": _same_for_all(st.sampled_from(["int", "one_hot", "multi_hot", "count"])),
    "output_padding": lambda rule: st.none() | _windows(2)(rule) | st.just(0),
    "output_size": _windows(4),
    "pad_to_aspect_ratio": FLAG,
    "padding": _paddings,
    "periodic": FLAG,
    "pointwise_constraint": CONSTRAINT,
    "pointwise_initializer": INITIALIZER,
    "pointwise_regularizer": REGULARIZER,
    "pool_size": _windows(4),
    "power_iterations": _same_for_all(st.integers(1, 2)),
    "power_to_db": FLAG,
    "quantization_config": NOTHING,
    "rate": RATE,
    "recurrent_activation": _same_for_all(st.none() | st.sampled_from(sorted(ACTIVATIONS))),
    "recurrent_constraint": CONSTRAINT,
    "recurrent_dropout": RATE,
    "recurrent_initializer": INITIALIZER,
    "recurrent_regularizer": REGULARIZER,
    "ref_power": NUMBER,
    "renorm": FLAG,
    "renorm_clipping": NOTHING,
    "renorm_momentum": _same_for_all(st.floats(0, 1)),
    "reset_after": FLAG,
    "return_sequences": FLAG,
    "return_state": _same_for_all(st.just(False)),
    "reverse_dtype": _same_for_all(st.sampled_from([None, "float16", "float32"])),
    "salt": _same_for_all(st.none() | st.integers(0, 9) | st.just((1, 2))),
    "sampling_rate": _same_for_all(st.integers(8000, 16000)),
    "saturation_factor": lambda rule: st.none() | SHARE(rule),
    "scale": FLAG,
    "scaling": _same_for_all(st.sampled_from([None, "density", "spectrum"])),
    "score_mode": _same_for_all(st.sampled_from(["dot", "concat"])),
    "seed": _same_for_all(st.none() | st.integers(0, 9)),
    "sequence_length": _same_for_all(st.none() | st.integers(1, 6)),
    "sequence_stride": _same_for_all(st.integers(1, 5)),
    "shared_axes": _same_for_all(st.none() | st.integers(1, 4) | st.sampled_from([(1,), (1, 2), (2, 1), (1, 2, 3)])),
    "sigma": SHARE,
    "size": _windows(3),
    "sliding_window": MAYBE_WIDTH,
    "sparse": _same_for_all(st.just(False)),
    "stateful": FLAG,
    "stddev": RATE,
    "strides": _windows(3),
    "synchronized": _same_for_all(st.just(False)),
    "target_shape": _same_for_all(
        st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6, 12]), min_size=1, max_size=3).map(tuple)
    ),
    "threshold": NUMBER,
    "threshold_factor": SHARE,
    "tie_weights": FLAG,
    "tile_grid_size": _same_for_all(st.tuples(st.integers(1, 3), st.integers(1, 3))),
    "top_db": NUMBER,
    "unit_forget_bias": FLAG,
    "units": _same_for_all(st.integers(1, 6)),
    "unroll": FLAG,
    "use_bias": FLAG,
    "use_causal_mask": FLAG,
    "use_cudnn": _same_for_all(st.sampled_from(["auto", False])),
    "use_gate": FLAG,
    "use_scale": FLAG,
    "value_dim": MAYBE_WIDTH,
    "value_range": _same_for_all(st.sampled_from([(0, 255), (0, 1), (-1.0, 1.0)])),
    "variance": _same_for_all(st.floats(0, 2) | st.sampled_from([(2.0, 1.0), (1.0,), ((1.0, 2.0),)])),
    "weights": NOTHING,
    "width": _same_for_all(st.integers(1, 9)),
    "width_factor": SHARE,
    "window": _same_for_all(st.sampled_from([None, "hann", "hamming", "blackman", "tukey"])),
    "x_factor": SHARE,
    "y_factor": SHARE,
    "zero_output_for_mask": FLAG,
    ("Bidirectional", "layer"): _layers(sorted(RECURRENT)),
    ("EinsumDense", "bias_axes"): _same_for_all(st.none() | st.sampled_from(["d", "y", "e", "de", "b", "z"])),
    ("EinsumDense", "equation"): _same_for_all(
        st.sampled_from(
            [
                *("ab,bc->ac", "abc,cd->abd", "abc,cde->abde", "abc,bcd->ad", "abc,bd->adc", "abc,c->abc", "ab,b->a"),
                *("...x,xy->...y", "...bx,xyz->...byz", "...xy,xyd->...d", "ab...,bd->ad...", "abc...,cd->abd..."),
                *("abc,cd->dab", "abc,cd->ab", "...x,xy->y"),
            ]
        )
    ),
    ("EinsumDense", "output_shape"): WIDTH,
    ("MultiHeadAttention", "output_shape"): _same_for_all(
        st.none() | st.integers(1, 4) | st.sampled_from([(3,), (2, 2), (2, 3)])
    ),
    ("GroupNormalization", "groups"): _same_for_all(st.sampled_from([-1, 1, 2, 3])),
    ("RandomErasing", "scale"): SHARE,
    ("RandomElasticTransform", "scale"): SHARE,
    ("RandomGaussianBlur", "kernel_size"): _same_for_all(st.sampled_from([1, 3, 5])),
    ("RandomPerspective", "scale"): SHARE,
    ("RandomPosterization", "factor"): _same_for_all(st.integers(1, 8) | st.just((2, 4))),
    ("Rescaling", "scale"): _same_for_all(st.floats(-2, 2) | st.sampled_from([(1, 2), (0.5, 1.0, 2.0)])),
    ("SpectralNormalization", "layer"): _layers(sorted(WITH_KERNEL & set(RULES))),
    **{(f"ZeroPadding{axes}D", "padding"): _margins for axes in (1, 2, 3)},
}
"""What is drawn for an argument of each name; for one class only if the key names it too."""

IMAGES = {rule.name for rule in image.RULES}
"""What mostly takes three channels."""

SIZES = st.sampled_from([None, 1, 2, 3, 4, 5, 6, 7, 9])


def _strategy(rule: Rule, argument: str) -> st.SearchStrategy[Any]:
    return STRATEGIES.get((rule.name, argument), STRATEGIES.get(argument, NOTHING))(rule)


@st.composite
def arguments(draw: st.DrawFn, rule: Rule) -> dict[str, Value]:
    """Arguments that pass the rule's own checks; those with a default are often left out."""
    drawn = {
        argument.name: draw(_strategy(rule, argument.name).filter(lambda value, check=argument.check: not check(value)))
        for argument in rule.known
        if argument.default is REQUIRED or draw(st.booleans())
    }
    if "dilation_rate" in drawn and draw(st.booleans()):
        # Two of three draws would be refused: Keras takes strides or dilation, not both.
        drawn.pop("dilation_rate")
    if drawn.get("lora_rank"):
        # LoRA and constraints exclude each other, which one draw of eight shows.
        drawn = {
            name: value for name, value in drawn.items() if "constraint" not in name or draw(st.integers(0, 7)) == 0
        }
    if rule.name in ("STFTSpectrogram", "MelSpectrogram"):
        # Lengths that vary are short in data.
        drawn.setdefault("frame_length" if rule.name == "STFTSpectrogram" else "fft_length", 4)
    if rule.name == "EinsumDense":
        drawn["output_shape"] = draw(_einsum_output(str(drawn["equation"])))
    return rule.written(drawn)


def _letter(letter: str) -> int:
    return 1 + ord(letter) % 4


@st.composite
def _einsum_output(draw: st.DrawFn, equation: str) -> Value:
    """Sizes that go with an equation: each letter has its own, sometimes left to the input or wrong."""
    target = equation.partition("->")[2].replace(".", "")
    letters = target if equation.startswith(".") else target[1:]
    known = set(equation.partition(",")[0])
    sizes = [
        draw(st.sampled_from([_letter(each), _letter(each), None] if each in known else [_letter(each)]))
        for each in letters
    ]
    if draw(st.integers(0, 7)) == 0:
        sizes.append(3)
    return tuple(sizes) if len(sizes) != 1 or draw(st.booleans()) else sizes[0] or 3


def _rank(rule: Rule, given_: Arguments) -> int | None:
    """How many axes the tensors need, batch included, if that's known."""
    layer = given_.get("layer")
    if isinstance(layer, Nested):
        inner = _rank(layer.rule, layer.arguments)
        return inner and inner + (rule.name == "TimeDistributed")
    if rule.name == "EinsumDense":
        return len(str(given_["equation"]).partition(",")[0].strip("."))
    return 3 if "Attention" in rule.name else rule.rank


@st.composite
def shapes(draw: st.DrawFn, rule: Rule, given_: Arguments) -> tuple[Shape, ...]:
    """The shapes of the tensors that a layer is called on: mostly of a rank that it takes."""
    wanted = _rank(rule, given_)
    rank = wanted if wanted and draw(st.integers(0, 9)) else draw(st.integers(1, 5))
    batch = draw(st.sampled_from([None, None, BATCH]))
    sizes = draw(st.lists(SIZES, min_size=rank - 1, max_size=rank - 1))
    if rule.name == "EinsumDense":
        letters = str(given_["equation"]).partition(",")[0].strip(".")
        sizes[: len(letters) - 1] = [_letter(each) for each in letters[1:]]
        if str(given_["equation"]).startswith("."):
            sizes = draw(st.lists(SIZES, min_size=1, max_size=2))[1:] + [_letter(each) for each in letters]
    if rule.module == "layers" and rule.name in IMAGES and draw(st.integers(0, 9)):
        sizes[-1:] = [3]
    first = (batch, *sizes)
    if not rule.merges:
        return (first,)
    most = min(rule.most or 4, 4)
    others = [draw(_likeness(first)) for _ in range(draw(st.integers(max(rule.least - 1, 1), most - 1)))]
    if rule.name == "WeightedSum" and draw(st.integers(0, 4)):
        others = [others[0]] * len(others)
        first = (*others[0][:-1], len(others))
    return (first, *others)


@st.composite
def _likeness(draw: st.DrawFn, shape: Shape) -> Shape:
    """The same shape, or one with one axis of another size, or one with an axis less, or another batch."""
    how = draw(st.sampled_from(["same", "same", "same", "one axis", "one axis", "fewer", "batch"]))
    if how == "batch":
        return (draw(st.sampled_from([None, BATCH, BATCH, 3])), *shape[1:])
    if how == "same" or len(shape) == 1:
        return shape
    if how == "fewer":
        return shape[:-1]
    place = draw(st.integers(1, len(shape) - 1))
    return (*shape[:place], draw(SIZES | st.just(1)), *shape[place + 1 :])


class Call(NamedTuple):
    """A layer's arguments, and the tensors that it's called on."""

    arguments: Arguments
    inputs: tuple[Described, ...]


@st.composite
def calls(draw: st.DrawFn, rule: Rule) -> Call:
    """Calls of a layer: mostly on fractions, mostly without masks."""
    given_ = draw(arguments(rule))
    kind = draw(st.sampled_from(["plain", "plain", "whole", "masked", "both"]))
    inputs = []
    for shape in draw(shapes(rule, given_)):
        # A cell's RNN sees to dtypes.
        dtype = "int32" if rule.within is None and kind in ("whole", "both") and draw(st.integers(0, 3)) else "float32"
        # An image that a layer lets through as it is keeps a mask that Keras never announced.
        maskable = len(shape) > 1 and rule.name not in IMAGES
        masked = kind in ("masked", "both") and maskable and draw(st.integers(0, 3)) > 0
        inputs.append(Described(shape, dtype, masked))
    return Call(given_, tuple(inputs))


class Said(NamedTuple):
    """What is known of a call: the output's shape, dtype and mask, and the layer's variables."""

    shape: Shape
    dtype: str
    masked: bool
    weights: list[tuple[str, Shape, bool]]


def _rule_says(rule: Rule, call: Call) -> Said:
    """What we say of a call. Raises LayerError."""
    shape, weights = rule.call(call.arguments, tuple(tensor.shape for tensor in call.inputs))
    if rule.within is None:
        rule.check(call.arguments, call.inputs)
    complete = rule.complete(call.arguments)
    dtype = rule.dtype(complete, tuple(tensor.dtype for tensor in call.inputs))
    masked = rule.mask(complete, tuple(tensor.masked for tensor in call.inputs))
    return Said(shape, dtype, masked, [(each.name, each.shape, each.trainable) for each in weights])


OWN: dict[str, Any] = {}
IMPORTS = "import functools\nimport keras\nfrom keras import layers\n"
exec(IMPORTS + "\n".join(own_layer(rule, "tests") for rule in OWN_LAYERS.values()), OWN)


def _class(rule: Rule) -> type[keras.layers.Layer]:
    found: type[keras.layers.Layer] = OWN[rule.name] if rule.module == "own" else getattr(keras.layers, rule.name)
    return found


def _made(rule: Rule, given_: Arguments) -> keras.layers.Layer:
    """The real layer."""
    made = {each.name for each in rule.arguments}
    return _class(rule)(**{name: _real(value) for name, value in given_.items() if name in made})


def _real(value: Value) -> Any:
    if isinstance(value, Configured):
        return getattr(getattr(keras, value.module), value.name)(*value.values, **dict(value.keywords))
    if isinstance(value, Nested):
        return _made(value.rule, value.arguments)
    return [_real(each) for each in value] if isinstance(value, tuple) and isinstance(value[0], Nested) else value


def _called(rule: Rule, layer: keras.layers.Layer, tensors: Sequence[Any], **options: Any) -> Any:
    match rule.takes:
        case Takes.LIST:
            return layer(list(tensors), **options)
        case Takes.SEVERAL:
            return layer(*tensors, **options)
        case _:
            [tensor] = tensors
            return layer(tensor, **options)


def _symbol(tensor: Described) -> Any:
    symbol = keras.Input(batch_shape=tensor.shape, dtype=tensor.dtype)
    return keras.layers.Masking()(symbol) if tensor.masked else symbol


def _data(tensor: Described, batch: int) -> Any:
    """Numbers of a tensor's shape; of a masked one the last step is padding."""
    sizes = [VARYING if size is None else size for size in tensor.shape[1:]]
    batch = batch if tensor.shape[0] is None else tensor.shape[0]
    generator = np.random.default_rng(0)
    if tensor.dtype == "int32":
        data = generator.integers(0, 2, (batch, *sizes)).astype("int32")
    else:
        data = generator.uniform(0.1, 1, (batch, *sizes)).astype("float32")
    if tensor.masked:
        data[:, -1] = 0
    data = keras.ops.convert_to_tensor(data)
    return keras.layers.Masking()(data) if tensor.masked else data


def _stepwise(tensor: Described) -> Described:
    """A tensor with an axis of steps."""
    return tensor._replace(shape=(tensor.shape[0], STEPS, *tensor.shape[1:]))


def _step(tensor: Described) -> Described:
    """A tensor without its axis of steps."""
    return tensor._replace(shape=(*tensor.shape[:1], *tensor.shape[2:]))


def _mask(tensor: Any) -> Any:
    return getattr(tensor, "_keras_mask", None)


MASKS_DATA_ONLY = {"ReversibleEmbedding", "SpectralNormalization"}
"""Classes whose symbolic output carries no mask though their data do."""


def _keras_says(rule: Rule, call: Call) -> Said:
    """What real Keras says of a call, as a symbol and on data. Raises whatever Keras raises.

    A cell is called within an RNN. Of whole numbers, Keras often says that they come out as fractions: data decide.
    """
    layer, inputs = _made(rule, call.arguments), call.inputs
    if rule.within is not None:
        layer, inputs = keras.layers.RNN(layer), tuple(map(_stepwise, inputs))
    options = {each.name: call.arguments[each.name] for each in rule.options if each.name in call.arguments}
    symbol = _called(rule, layer, [_symbol(tensor) for tensor in inputs], **options)
    trainable = {id(weight) for weight in layer.trainable_weights}
    weights = [(weight.name, tuple(weight.shape), id(weight) in trainable) for weight in layer.weights]
    assert layer.count_params() == sum(int(np.prod(shape)) for _, shape, _ in weights)
    assert all(loss is not None for loss in layer.losses)
    for weight in layer.weights:
        if weight.constraint is not None:
            weight.constraint(weight)
    # What Keras takes as a symbol can still fail on data, and what it computes in training can fail too.
    batch = max((tensor.shape[0] or 0 for tensor in inputs), default=0) or BATCH
    data = _called(rule, layer, [_data(tensor, batch) for tensor in inputs], **options)
    if layer._call_has_training_arg:
        _called(rule, layer, [_data(tensor, batch) for tensor in inputs], training=True, **options)
    assert len(data.shape) == len(symbol.shape)
    assert all(said in (None, real) for said, real in zip(symbol.shape, data.shape, strict=True))
    dtype, mask = keras.backend.standardize_dtype(data.dtype), _mask(data)
    if all(tensor.dtype == "float32" for tensor in inputs):
        assert symbol.dtype == dtype or rule.name == "TimeDistributed"
    assert (_mask(symbol) is not None) == (mask is not None) or rule.name in MASKS_DATA_ONLY
    assert mask is None or tuple(mask.shape) == tuple(data.shape)[: len(mask.shape)]
    return Said(tuple(symbol.shape), dtype, mask is not None, weights)


def _axes_said(call: Call) -> tuple[int, ...]:
    """The axes that a layer works along, counted from the front where they're there."""
    axis, rank = call.arguments.get("axis", -1), len(call.inputs[0].shape)
    each = axis if isinstance(axis, tuple) else () if axis is None else (axis,)
    return tuple(one % rank if -rank <= one < rank else one for one in each if isinstance(one, int))


def _over_the_batch(call: Call) -> bool:
    """Whether samples would become each other's neighbours, or an axis counts twice."""
    axes = _axes_said(call)
    return 0 in axes or len(set(axes)) < len(axes)


def _earlier(call: Call) -> bool:
    """Whether an axis isn't one of the last: that's right on some backends only."""
    axes, rank = _axes_said(call), len(call.inputs[0].shape)
    said = call.arguments.get("axis", -1)
    mixed = isinstance(said, tuple) and len({isinstance(one, int) and one < 0 for one in said}) > 1
    return _over_the_batch(call) or mixed or sorted(axes) != list(range(rank - len(axes), rank))


def _no_colour_image(call: Call) -> bool:
    """What a layer for images may take by chance: a batch in place of a height, one place, other colours."""
    shape = call.inputs[0].shape
    return len(shape) != 4 or shape[-1] != 3 or 1 in shape[1:3]


def _single(call: Call) -> bool:
    """Whether there's one number a sample, so that numbers for features would meet the batch."""
    return len(call.inputs[0].shape) == 1


def _encodes_axes(call: Call) -> bool:
    """Whether a sample's axes become one row of columns, of which Keras announces another shape than there is."""
    return len(call.inputs[0].shape) > 2 and call.arguments.get("output_mode") != "one_hot"


def _strides_and_dilates(call: Call) -> bool:
    def most(name: str) -> int:
        value = call.arguments.get(name, 1)
        return max(each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, int))

    return most("strides") > 1 and most("dilation_rate") > 1


def _leads_nowhere(call: Call) -> bool:
    """Whether no convolution of TensorFlow leads back from what an even kernel without output_padding gives."""
    extra = call.arguments.get("output_padding")
    return call.arguments.get("padding") == "same" and (extra == 0 or (isinstance(extra, tuple) and 0 in extra))


def _stretches(call: Call) -> bool:
    """Whether an axis that varies meets a size: that works if the data happen to have it."""
    ranks = max(len(tensor.shape) for tensor in call.inputs)
    aligned = [(1,) * (ranks - len(tensor.shape)) + tensor.shape[1:] for tensor in call.inputs]
    return any(None in sizes and len(set(sizes) - {1}) > 1 for sizes in zip(*aligned, strict=True))


def _masks_of_several_ranks(call: Call) -> bool:
    """Keras broadcasts masks from the end, and tensors from the start: that works if sizes happen to be equal."""
    return all(tensor.masked for tensor in call.inputs) and len({len(tensor.shape) for tensor in call.inputs}) > 1


def _beyond(call: Call) -> bool:
    axes = call.arguments["axes"]
    each = axes if isinstance(axes, tuple) else (axes, axes)
    return any(axis < -len(tensor.shape) for axis, tensor in zip(each, call.inputs, strict=False))


def _varies(call: Call) -> bool:
    return None in call.inputs[0].shape[1:]


def _varies_or_is_one(call: Call) -> bool:
    wanted = call.arguments["output_size"]
    return _varies(call) or 1 in (wanted if isinstance(wanted, tuple) else (wanted,)) or 1 in call.inputs[0].shape[1:-1]


def _not_attended(call: Call) -> bool:
    """Whether attention would mix samples or heads, or compare tensors that only happen to fit."""
    ranks = {len(tensor.shape) for tensor in call.inputs}
    axes = call.arguments.get("attention_axes")
    each = axes if isinstance(axes, tuple) else () if axes is None else (axes,)
    features = {tensor.shape[-1] for tensor in (call.inputs[0], call.inputs[-1])}
    middle = {tensor.shape[1:-2] for tensor in call.inputs}
    pairs = {tensor.shape[1:-1] for tensor in call.inputs[1:]}
    if len(pairs) > 1:
        return True
    return len(ranks) > 1 or min(ranks) < 3 or len(features) > 1 or len(middle) > 1 or not set(each) <= {1}


def _unrolls_badly(call: Call) -> bool:
    """What a backend does that sees the length of data, as TensorFlow doesn't; masked and backwards, PyTorch fails."""
    tensor, backwards = call.inputs[0], call.arguments.get("go_backwards")
    badly = tensor.shape[1:2] == (None,) or (tensor.masked and bool(backwards))
    return bool(call.arguments.get("unroll")) and badly


REFUSED: dict[str, Callable[[Call], bool]] = {
    "BatchNormalization": _over_the_batch,
    "Concatenate": lambda call: _over_the_batch(call) or _stretches(call),
    "Flatten": _varies,
    # Keras counts an axis before the first one on from the last.
    "Dot": _beyond,
    "GroupNormalization": _over_the_batch,
    "Normalization": lambda call: _over_the_batch(call) or not {"mean", "variance"} <= call.arguments.keys(),
    **dict.fromkeys(("LayerNormalization", "RMSNormalization"), _earlier),
    "Masking": lambda call: len(call.inputs[0].shape) == 1,
    "Reshape": _varies,
    # A mask of steps may fit features by chance.
    "Softmax": lambda call: _over_the_batch(call) or call.inputs[0].masked,
    # Noise that doesn't fit shows in training alone, and not at all if nothing is dropped.
    # One that doesn't fit may do so by chance.
    **dict.fromkeys(
        ("Dropout", "AlphaDropout"), lambda call: call.arguments["rate"] in (0, 1) or "noise_shape" in call.arguments
    ),
    "PReLU": _single,
    # Some kernels get through.
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D"), _strides_and_dilates),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _leads_nowhere),
    # TensorFlow has to know the sizes before, and fails on 1.
    **{f"Adaptive{kind}Pooling{axes}D": _varies_or_is_one for kind in ("Max", "Average") for axes in (1, 2, 3)},
    # A mask for each place of a step may fit by chance.
    "TimeDistributed": lambda call: call.inputs[0].masked and len(call.inputs[0].shape) > 3,
    # It has no gradient for zeros, which padding becomes.
    "UnitNormalization": lambda call: (
        _over_the_batch(call) or call.inputs[0].masked or call.inputs[0].shape[1:2] == (None,)
    ),
    # A mask on several axes of steps may fit by chance.
    **dict.fromkeys(
        ("Attention", "AdditiveAttention", "MultiHeadAttention"),
        lambda call: _not_attended(call) or any(each.masked and len(each.shape) > 3 for each in call.inputs),
    ),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "RNN"), _unrolls_badly),
    # One of its layers goes backwards.
    "Bidirectional": lambda call: any(
        isinstance(layer, Nested) and _unrolls_badly(Call({**layer.arguments, "go_backwards": True}, call.inputs))
        for layer in call.arguments.values()
    ),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), lambda call: call.inputs[0].masked),
    **dict.fromkeys(
        ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"),
        lambda call: _stretches(call) or _masks_of_several_ranks(call),
    ),
    **dict.fromkeys(OWN_LAYERS, lambda call: True),
    **dict.fromkeys(IMAGES, _no_colour_image),
    # TensorFlow pads images above and below where XLA doesn't compile it.
    "Resizing": lambda call: _no_colour_image(call) or bool(call.arguments.get("pad_to_aspect_ratio")),
    # TensorFlow can't fill up tiles that are larger than the image.
    "ContrastLimitedAdaptiveHistogramEqualization": lambda call: True,
    **dict.fromkeys(
        ("CategoryEncoding", "Discretization", "Hashing"), lambda call: _single(call) or _encodes_axes(call)
    ),
    **dict.fromkeys(("MelSpectrogram", "Rescaling"), _single),
}
"""What Keras takes and we don't, by class.

It would mix samples, work for some lengths only, or leave a size open that what comes after it needs.
"""


def _deliberately_refused(rule: Rule, call: Call) -> bool:
    layer = call.arguments.get("layer")
    if isinstance(layer, Nested):
        inputs = call.inputs if rule.name != "TimeDistributed" else tuple(map(_step, call.inputs))
        # Within another, a layer's own check of its input's rank isn't always made.
        other_rank = layer.rule.rank not in (None, len(inputs[0].shape))
        if other_rank or _deliberately_refused(layer.rule, Call(layer.arguments, inputs)):
            return True
    whole = not rule.integers and any(tensor.dtype == "int32" for tensor in call.inputs)
    return whole or REFUSED.get(rule.name, lambda _: False)(call)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@seed(SEED)
@settings(
    max_examples=models.EXAMPLES // 4 + 1,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_a_rule_says_what_keras_does(rule: Rule, data: st.DataObject) -> None:
    call = data.draw(calls(rule))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            said = _rule_says(rule, call)
        except LayerError:
            if not _deliberately_refused(rule, call):
                with pytest.raises(Exception):  # noqa: B017, PT011 (Keras and its backend raise whatever they raise)
                    _keras_says(rule, call)
            return
        real = _keras_says(rule, call)
    if rule.within is None:
        assert said == real
    else:
        assert (said.shape, said.weights) == (real.shape, real.weights)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_calls_are_drawn_that_a_rule_takes(rule: Rule) -> None:
    def taken(call: Call) -> bool:
        try:
            return bool(_rule_says(rule, call))
        except LayerError:
            return False

    find(calls(rule), taken, settings=settings(max_examples=300, phases=[Phase.generate]))


BASE = {"name", "dtype", "trainable", "kwargs"}
"""The arguments that every layer has."""


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_arguments_stand_where_keras_has_them_and_default_to_what_it_does(rule: Rule) -> None:
    if rule.module == "own":
        assert not rule.arguments
        return
    parameters = list(inspect.signature(_class(rule).__init__).parameters.values())[1:]
    written = {each.name: each.written for each in rule.arguments}
    theirs = [(each.name, written.get(each.name, plain)(each.default)) for each in parameters if each.name not in BASE]
    ours = [
        (each.name, inspect.Parameter.empty if each.default is REQUIRED else each.default) for each in rule.arguments
    ]
    assert ours == theirs
    taken = inspect.signature(_class(rule).call).parameters
    assert {each.name: each.default for each in rule.options} == {
        each.name: taken[each.name].default for each in rule.options
    }


ANY_NUMBERS = {"attention_axes", "axes", "axis", "mean", "offset", "scale"}
"""Arguments that may be numbers below zero, and several."""


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_checks_take_a_rules_own_defaults_and_refuse_nonsense(rule: Rule) -> None:
    for argument in rule.known:
        if argument.default is not REQUIRED:
            assert argument.check(argument.default) is None
            assert argument.written(argument.default) == argument.default
        for nonsense in ("nonsense", ("nonsense",), (), *(() if argument.name in ANY_NUMBERS else ((0, -7),))):
            assert argument.check(nonsense)


def test_a_size_is_not_left_to_be_found_where_keras_finds_none() -> None:
    [sizes] = [each for each in RULES["MultiHeadAttention"].arguments if each.name == "output_shape"]
    assert [bool(sizes.check(value)) for value in (8, (4, 8), -1, (4, -1), 0)] == [False, False, True, True, True]


def test_every_argument_of_every_rule_is_drawn() -> None:
    every = {(rule.name, each.name) for rule in RULES.values() for each in rule.known}
    named = {key if isinstance(key, tuple) else (None, key) for key in STRATEGIES}
    missing = {key for key in every if key not in named and (None, key[1]) not in named}
    unused = {key for key in STRATEGIES if not any(key in (pair, pair[1]) for pair in every)}
    assert (missing, unused) == (set(), set())


def test_every_rule_is_a_class_of_keras_or_our_own() -> None:
    assert all(name == rule.name and issubclass(_class(rule), keras.layers.Layer) for name, rule in RULES.items())
    assert {name for name, rule in RULES.items() if rule.module == "own"} == set(OWN_LAYERS)


CLASSES = sorted(name for name in dir(keras.layers) if inspect.isclass(getattr(keras.layers, name)))


def test_every_class_of_keras_has_a_rule_or_stands_for_one_or_is_refused_with_its_reason() -> None:
    ours = {name for name, rule in RULES.items() if rule.module == "layers"}
    assert sorted([*ours, *ALIASES, *REASONS]) == CLASSES


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_another_name_of_a_class_stands_for_it(alias: str, name: str) -> None:
    assert getattr(keras.layers, alias) is getattr(keras.layers, name)
    word = builtin().word(alias)
    assert word is not None
    assert word == builtin().word(name)


def test_a_class_that_answers_cannot_have_is_refused_with_the_reason() -> None:
    what, mend = builtin().refusal("Lambda") or ("", "")
    assert (what, mend) == ("Lambda can't stand in answers: " + REASONS["Lambda"][0], REASONS["Lambda"][1])
    assert builtin().refusal("Dense") is builtin().refusal("Nonsense") is None


def test_equalization_is_left_out_by_keras_itself() -> None:
    """The reason that its refusal gives."""
    symbol = keras.Input((8, 8, 3))
    assert keras.layers.Equalization()(symbol) is symbol


def test_a_random_crop_is_none_in_prediction() -> None:
    """The reason that its refusal gives."""
    layer = keras.layers.RandomCrop(4, 4)
    assert layer(keras.Input((8, 8, 3))).shape[1:] == (4, 4, 3)
    assert tuple(layer(np.zeros((2, 8, 8, 3), "float32"), training=False).shape[1:]) == (8, 8, 3)


@pytest.mark.parametrize("text", ["conv2d", "Conv2d", "CONV2D"])
def test_a_class_in_other_letters_is_found_near(text: str) -> None:
    assert "did you mean Conv2D?" in unknown("layer", text, builtin().names())[1]


def test_initializers_regularizers_and_constraints_with_arguments_are_those_of_keras() -> None:
    for module, classes in configured.CLASSES.items():
        for name, arguments_ in classes.items():
            signature = inspect.signature(getattr(getattr(keras, module), name).__init__)
            theirs = [each for each in signature.parameters if each not in ("self", "args", "kwargs")]
            assert list(arguments_) == [each for each in theirs if each not in ("input_axes", "output_axes")]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("l2(0.0001)", "keras.regularizers.L2(0.0001)"),
        ("L1L2(l1=1e-4, l2=.1)", "keras.regularizers.L1L2(l1=0.0001, l2=0.1)"),
        ("truncated_normal(stddev=0.02)", "keras.initializers.TruncatedNormal(stddev=0.02)"),
        (
            "variance_scaling(2,fan_out,uniform,seed=3)",
            "keras.initializers.VarianceScaling(2, 'fan_out', 'uniform', seed=3)",
        ),
        ("max_norm(3,axis=(0,1,2))", "keras.constraints.MaxNorm(3, axis=(0, 1, 2))"),
        ("non_neg()", "keras.constraints.NonNeg()"),
    ],
)
def test_arguments_in_parentheses_are_source(text: str, source: str) -> None:
    said = read(text)
    assert said is not None
    assert repr(said) == source
    assert fault(said) is None
    assert eval(source, {"keras": keras})


@pytest.mark.parametrize(
    "text",
    ["l2(", "l2(1))", "l2(1,)", "l2(l2=1,2)", "l2(__import__('os'))", "l3(1)", "max_norm((1,(2)))", "l2 (1)", "l2"],
)
def test_a_text_that_says_no_arguments_stays_a_text(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l2(-1)", "L2(l2): l2 is a number, 0 or more"),
        ("l2(1,2)", "L2(l2)"),
        ("l2(l1=1)", "L2(l2)"),
        ("l2(1,l2=1)", "L2(l2)"),
        ("random_uniform(0.1)", "RandomUniform(minval, maxval, seed) with a minval below its maxval"),
        ("unit_norm(a)", "UnitNorm(axis): axis is an axis, or several as (0,1,2)"),
    ],
)
def test_wrong_arguments_in_parentheses_are_named(text: str, expected: str) -> None:
    said = read(text)
    assert said is not None
    assert fault(said) == expected


def test_a_text_with_parentheses_becomes_its_value_in_any_argument_that_takes_one() -> None:
    given_ = RULES["Dense"].written({"units": 3, "kernel_regularizer": "l2(0.1)", "bias_constraint": "max_norm(2,1)"})
    assert given_["kernel_regularizer"] == Configured("regularizers", "L2", (0.1,))
    with pytest.raises(LayerError, match="bias_constraint of Dense is MaxNorm"):
        RULES["Dense"].call(given_, ((None, 4),))


def test_unit_normalization_has_no_gradient_for_zeros() -> None:
    """Why it's refused where steps may be padding. So it is on JAX too; TensorFlow makes 1e12 of it."""
    import torch

    zeros = torch.zeros((1, 3), requires_grad=True)
    keras.layers.UnitNormalization()(zeros)[0, 0].backward()
    assert zeros.grad is not None
    assert zeros.grad.isnan().all()


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_a_word_points_at_classes_positions_and_defaults_that_there_are(word: Word) -> None:
    for class_name in word.classes.values():
        rule = RULES[class_name]
        checks = {argument.name: argument.check for argument in rule.arguments}
        assert set(word.positions) | set(word.defaults) <= set(checks)
        assert all(checks[name](value) is None for name, value in word.defaults.items())
        assert all(rule.defaults().get(name, REQUIRED) != value for name, value in word.defaults.items())


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_a_words_classes_take_the_axes_that_it_says(word: Word) -> None:
    for axes, class_name in word.classes.items():
        assert RULES[class_name].rank == (None if axes is None else axes + 2)


def test_activations_are_those_of_keras_that_work_alone() -> None:
    listed = {name for name in keras.src.activations.ALL_OBJECTS_DICT if name not in ("glu", "threshold")}
    assert listed == ACTIVATIONS
    for name in ACTIVATIONS:
        assert keras.layers.Activation(name)(np.ones((2, 3), "float32")).shape == (2, 3)


def test_activations_that_can_be_silent_are_those_whose_loss_of_classes_is_nan_in_keras() -> None:
    targets, levels = np.arange(3), (-5.0, -1.0, -0.3, 0.3, 1.0, 5.0)

    def losses(name: str) -> list[float]:
        told = [keras.activations.get(name)(keras.ops.full((3, 3), level)) for level in levels]
        return [float(keras.ops.sum(keras.losses.sparse_categorical_crossentropy(targets, each))) for each in told]

    assert {name for name in ACTIVATIONS if not np.isfinite(losses(name)).all()} == values.SILENT


@pytest.mark.parametrize(
    ("module", "ours", "left_out"),
    [
        ("initializers", values.INITIALIZERS, {"constant", "initializer", "stft", "stftinitializer"}),
        ("regularizers", values.REGULARIZERS, {"orthogonal_regularizer", "orthogonalregularizer", "regularizer"}),
        ("constraints", values.CONSTRAINTS, {"constraint"}),
    ],
)
def test_names_are_those_of_keras_that_work_alone(module: str, ours: frozenset[str], left_out: set[str]) -> None:
    listed = {name for name in getattr(keras.src, module).ALL_OBJECTS_DICT if name.lower() not in left_out}
    assert listed == ours
    for name in ours:
        assert callable(getattr(keras, module).get(name))


def test_a_class_name_is_a_word_with_keras_own_positions() -> None:
    word = builtin().word("Conv2D")
    assert word is not None
    assert word.positions[:5] == ("filters", "kernel_size", "strides", "padding", "data_format")
    assert not word.defaults


def test_a_name_comes_into_a_vocabulary_once() -> None:
    vocabulary = Vocabulary()
    vocabulary.add(RULES["Dense"], WORDS["dense"])
    for entry in (RULES["Dense"], WORDS["dense"], Word("Dense", {None: "Dense"})):
        with pytest.raises(ValueError, match="already"):
            vocabulary.add(entry)
    assert vocabulary.word("conv") is None


def test_a_layer_that_joins_tensors_is_no_word_of_a_stack() -> None:
    assert {"dense", "Dense", "conv"} <= set(builtin().names())
    assert not {"Add", "Concatenate"} & set(builtin().names())


@pytest.mark.parametrize(
    ("given_", "what", "mend"),
    [
        ({"unit": 3}, "Dense has no argument 'unit'", "units"),
        ({}, "Dense needs units", "as in units="),
        ({"units": 0}, "units of Dense is 0", "units is a whole number from 1 to 2147483647"),
        ({"units": True}, "units of Dense is True", "units is a whole number from 1 to 2147483647"),
    ],
)
def test_a_refused_argument_is_named_with_what_it_should_have_been(
    given_: dict[str, Value], what: str, mend: str
) -> None:
    with pytest.raises(LayerError) as caught:
        RULES["Dense"].call(given_, ((None, 4),))
    assert str(caught.value) == what
    assert mend in caught.value.mend


def test_an_output_too_large_to_index_is_refused() -> None:
    with pytest.raises(LayerError, match="would give 3000000000"):
        RULES["Flatten"].call({}, ((None, 3000, 1000, 1000),))


def test_a_shape_is_spelled_as_people_write_it() -> None:
    assert [spell((None, 224, None, 3)), spell((None,))] == ["224×?×3", "one number"]


def test_values_are_written_as_a_person_would() -> None:
    conv, reshape = RULES["Conv2D"], RULES["Reshape"]
    assert conv.written({"kernel_size": (3, 3), "strides": (1, 2), "activation": "linear"}) == {
        "kernel_size": 3,
        "strides": (1, 2),
        "activation": None,
    }
    # Keras takes a target shape as a tuple only, so sizes stay as many as they are.
    assert [reshape.written({"target_shape": value})["target_shape"] for value in (49, (7, 7))] == [(49,), (7, 7)]
