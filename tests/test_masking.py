"""Protects padding from being read: what Keras's attention does to masks, and that generated networks keep them."""

from __future__ import annotations

import warnings
from typing import Any

import keras
import numpy as np
import pytest

from . import models

READS = ["embedding 20 8 mask_zero=true"]
BLOCK = "transformer 2x4 16"
ATTENDS: list[Any] = [{"residual": ["self_attention 2x4"]}, "layer_norm"]
RECALLS: list[Any] = [{"merge": {"with": "memory", "how": "MultiHeadAttention 2 4"}}, "layer_norm"]

NETWORKS: dict[str, dict[str, Any]] = {
    "blocks": {"branches": {"words": [*READS, {"repeat": {"times": 3, "layers": [BLOCK]}}, "global_average_pool"]}},
    "residuals": {"branches": {"words": [*READS, *ATTENDS, *ATTENDS, "lstm 4"]}},
    "dropout before attention": {
        "branches": {
            "words": [*READS, *[{"residual": ["dropout 0.5", "self_attention 2x4"]}, "layer_norm"] * 2, "lstm 4"]
        }
    },
    "one memory read twice": {
        "branches": {"words": [*READS, "layer_norm name=memory", "dense 8", *RECALLS, *RECALLS, "lstm 4"]}
    },
}


def _outputs(model: keras.Model, padding: float) -> np.ndarray:
    """The outputs for five words and three of padding, which the network's table gives this value."""
    table = model.get_layer("words_embedding")
    values = table.get_weights()[0]
    values[0] = padding
    table.set_weights([values])
    words = np.array([[3, 1, 4, 1, 5, 0, 0, 0], [2, 7, 1, 8, 2, 8, 1, 8]])
    return next(iter(model.predict({"words": words}, verbose=0).values()))


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_padding_is_never_read(layers: dict[str, Any]) -> None:
    keras.utils.set_random_seed(0)
    plan = models.planned(inputs="words: text 20x?", outputs="y: regression", layers=layers)
    model = models.built(models.source(plan))
    before, after = _outputs(model, 0), _outputs(model, 9)
    np.testing.assert_array_equal(before, after)


def test_without_copies_keras_reads_padding_from_the_second_block_on() -> None:
    keras.utils.set_random_seed(0)
    words = keras.Input((None,), dtype="int32", name="words")
    x = keras.layers.Embedding(20, 8, mask_zero=True, name="words_embedding")(words)
    for _ in range(2):
        x = keras.layers.Add()([x, keras.layers.MultiHeadAttention(2, 4)(x, x)])
    model = keras.Model({"words": words}, {"y": keras.layers.GlobalAveragePooling1D()(x)})
    assert not np.allclose(_outputs(model, 0)[0], _outputs(model, 9)[0]), "Keras keeps masks now: no copies are needed"


def test_a_copy_stands_only_where_a_mask_would_be_lost() -> None:
    def classes(**layers: Any) -> list[str]:
        plan = models.planned(inputs="words: text 20x8", outputs="y: regression", layers={"branches": layers})
        return [layer.class_name for layer in plan.graph.layers()]

    unmasked = ["embedding 20 8", BLOCK, "global_average_pool"]
    first_normalised = [*READS, {"residual": ["layer_norm", "self_attention 2x4"]}, "global_average_pool"]
    assert "Rescaling" not in classes(words=unmasked) + classes(words=first_normalised)
    assert classes(words=[*READS, BLOCK, "global_average_pool"]).count("Rescaling") == 1


@pytest.mark.parametrize("first", ["read", "plain"])
@pytest.mark.parametrize("group", [{"model": {"name": "both", "layers": ["dense 8", "dense 8"]}}, "class"])
def test_what_is_called_again_carries_the_mask_of_that_call(first: str, group: Any) -> None:
    made = group if group != "class" else {"residual": {"name": "both", "form": "class", "layers": ["dense 8"]}}
    calls: dict[str, Any] = {"read": {"use": "both"}, "plain": {"use": "both"}, first: made}
    branches = {
        "plain": [calls["plain"], "lstm 4 return_sequences=true"],
        "read": ["embedding 30 8 mask_zero=true", calls["read"], BLOCK],
    }
    order = sorted(branches, key=lambda name: name != first)
    inputs = ", ".join({"plain": "plain: sequence 9x8", "read": "read: text 30x9"}[name] for name in order)
    outputs = "y: regression from=plain, z: labels 3 from=read"
    heads = {"y": ["global_average_pool"]}
    plan = models.planned(inputs=inputs, outputs=outputs, layers={"branches": branches, "heads": heads})
    assert "read_transformer_copy" in [layer.name for layer in plan.graph.layers()]
    called = {node.inputs[0].masked: node.output.masked for node in plan.graph.nodes if node.layer.name == "both"}
    assert called == {True: True, False: False}


@pytest.mark.parametrize(("layers", "kept"), [(["dense 8"], True), (["conv 8"], False)])
def test_a_class_says_that_it_keeps_masks_only_if_it_does(layers: list[str], kept: bool) -> None:
    stack = [*READS, {"residual": {"form": "class", "layers": layers, "shortcut": layers}}, "lstm 4"]
    plan = models.planned(inputs="words: text 20x8", outputs="y: binary", layers={"branches": {"words": stack}})
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = models.built(models.source(plan))
    assert any("destroy the mask" in str(each.message) for each in said) != kept
    block = model.get_layer("words_residual")
    given = block(model.get_layer("words_embedding")(np.array([[3, 1, 0, 0]])))
    assert (getattr(given, "_keras_mask", None) is not None) == kept
