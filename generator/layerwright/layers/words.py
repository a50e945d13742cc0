"""The short words for layers: which class each stands for, and our defaults where they differ from Keras's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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


def _by_rank(pattern: str) -> dict[int | None, str]:
    return {axes: pattern.format(axes) for axes in (1, 2, 3)}


WORDS = (
    Word("dense", {None: "Dense"}, ("units",), {"activation": "relu"}),
    Word(
        "conv",
        _by_rank("Conv{}D"),
        ("filters", "kernel_size"),
        {"kernel_size": 3, "activation": "relu", "padding": "same"},
    ),
    Word("max_pool", _by_rank("MaxPooling{}D"), ("pool_size",)),
    Word("average_pool", _by_rank("AveragePooling{}D"), ("pool_size",), {"pool_size": 2}),
    Word("global_max_pool", _by_rank("GlobalMaxPooling{}D")),
    Word("global_average_pool", _by_rank("GlobalAveragePooling{}D")),
    Word("flatten", {None: "Flatten"}),
    Word("reshape", {None: "Reshape"}, ("target_shape",)),
    Word("dropout", {None: "Dropout"}, ("rate",)),
    Word("spatial_dropout", _by_rank("SpatialDropout{}D"), ("rate",)),
    Word("batch_norm", {None: "BatchNormalization"}),
    Word("layer_norm", {None: "LayerNormalization"}),
    Word("unit_norm", {None: "UnitNormalization"}),
    Word("embedding", {None: "Embedding"}, ("input_dim", "output_dim")),
    Word("masking", {None: "Masking"}),
    Word("lstm", {None: "LSTM"}, ("units",)),
    Word("gru", {None: "GRU"}, ("units",)),
    Word("simple_rnn", {None: "SimpleRNN"}, ("units",)),
)
