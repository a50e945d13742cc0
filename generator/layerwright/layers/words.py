"""The short words for layers: which class each stands for, and our defaults where they differ from Keras's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from ..records import dataclass
from .rule import Value


@dataclass(frozen=True)
class Word:
    """A short word for a layer.

    `classes` gives the Keras class by the number of spatial axes of its input, or under None for every rank.
    Bare values fill `positions` in order. `defaults` are ours, where they differ from Keras's.
    """

    name: str
    classes: Mapping[int | None, str]
    positions: tuple[str, ...] = ()
    defaults: Mapping[str, Value] = field(default_factory=dict)


def _by_rank(pattern: str, most: int = 3) -> dict[int | None, str]:
    return {axes: pattern.format(axes) for axes in range(1, most + 1)}


CONVOLUTION: Mapping[str, Value] = {"kernel_size": 3, "activation": "relu", "padding": "same"}
"""Our defaults of a convolution."""


WORDS = (
    Word("dense", {None: "Dense"}, ("units",), {"activation": "relu"}),
    Word("conv", _by_rank("Conv{}D"), ("filters", "kernel_size"), CONVOLUTION),
    Word("separable_conv", _by_rank("SeparableConv{}D", 2), ("filters", "kernel_size"), CONVOLUTION),
    Word("conv_transpose", _by_rank("Conv{}DTranspose"), ("filters", "kernel_size"), CONVOLUTION),
    Word("depthwise_conv", _by_rank("DepthwiseConv{}D", 2), ("kernel_size",), {"kernel_size": 3, "padding": "same"}),
    Word("max_pool", _by_rank("MaxPooling{}D"), ("pool_size",)),
    Word("average_pool", _by_rank("AveragePooling{}D"), ("pool_size",), {"pool_size": 2}),
    Word("global_max_pool", _by_rank("GlobalMaxPooling{}D")),
    Word("global_average_pool", _by_rank("GlobalAveragePooling{}D")),
    Word("upsample", _by_rank("UpSampling{}D"), ("size",)),
    Word("flatten", {None: "Flatten"}),
    Word("reshape", {None: "Reshape"}, ("target_shape",)),
    Word("permute", {None: "Permute"}, ("dims",)),
    Word("repeat_vector", {0: "RepeatVector"}, ("n",)),
    Word("dropout", {None: "Dropout"}, ("rate",)),
    Word("spatial_dropout", _by_rank("SpatialDropout{}D"), ("rate",)),
    Word("batch_norm", {None: "BatchNormalization"}),
    Word("layer_norm", {None: "LayerNormalization"}),
    Word("group_norm", {None: "GroupNormalization"}, ("groups",)),
    Word("unit_norm", {None: "UnitNormalization"}),
    Word("embedding", {None: "Embedding"}, ("input_dim", "output_dim")),
    Word("masking", {None: "Masking"}),
    Word("lstm", {1: "LSTM"}, ("units",)),
    Word("gru", {1: "GRU"}, ("units",)),
    Word("simple_rnn", {1: "SimpleRNN"}, ("units",)),
)

ACTIVATION_LAYERS = {"elu": "ELU", "leaky_relu": "LeakyReLU", "relu": "ReLU", "softmax": "Softmax"}
"""Activations that are a class too, for which values may be said: `leaky_relu 0.2`."""
