"""Protects what changes of one token in the planner and the emitter showed that nothing protected: `make mutants`."""

from __future__ import annotations

from typing import Any

import pytest

from layerwright.answers.mending import INNER, mended
from layerwright.context.probe import probe
from layerwright.extensions.builtin import builtin
from layerwright.layers.rule import Described, LayerError, Nested
from layerwright.problems import Edit

from . import models

TRANSPOSED = {"filters": 4, "strides": 1, "output_padding": 0, "padding": "same"}


def test_three_lines_that_differ_are_no_loop_of_a_list() -> None:
    layers = {"branches": {"x": ["dense 64", "dense 32", "dense 16"]}}
    text = models.source(models.planned(inputs="x: numeric 8", outputs="y: binary", layers=layers, straight=True))
    assert [f"layers.Dense({units}, " in text for units in (64, 32, 16)] == [True] * 3


@pytest.mark.parametrize(("kernel", "dilation", "refused"), [(3, 1, False), (2, 1, True), (2, 2, False), (2, 3, True)])
def test_an_even_reach_is_what_a_dilated_kernel_spans(kernel: int, dilation: int, refused: bool) -> None:
    arguments: dict[str, Any] = TRANSPOSED | {"kernel_size": kernel, "dilation_rate": dilation}
    rule = builtin().rules["Conv2DTranspose"]
    if not refused:
        assert rule.call(arguments, ((None, 8, 8, 3),))
        return
    with pytest.raises(LayerError, match="a kernel of an even size"):
        rule.call(arguments, ((None, 8, 8, 3),))


def test_a_loop_says_which_turns_have_a_projection_where_channels_do_not() -> None:
    turns = [{"residual": [f"conv 16 strides={strides}", "conv 16"]} for strides in (1, 2, 1, 2)]
    layers = {"branches": {"photo": ["conv 16", *turns, "flatten"]}}
    text = models.source(models.planned(inputs="photo: image 32x32x3", outputs="y: binary", layers=layers))
    assert "for number, (strides, project) in enumerate(((1, False), (2, True), (1, False), (2, True)), 1):" in text


def test_several_axes_are_normalised_only_where_their_sizes_are_known() -> None:
    rule = builtin().rules["LayerNormalization"]
    arguments: dict[str, Any] = {"axis": (-2, -1), "scale": False, "center": False}
    assert rule.call(arguments, ((None, 5, 9),))
    with pytest.raises(LayerError):
        rule.call(arguments, ((None, None, 9),))


@pytest.mark.parametrize("key", INNER)
def test_a_mend_of_a_group_means_what_stands_in_it(key: str) -> None:
    answers = {"layers": {"body": [{"group": {"name": "a", key: "dense 4"}}]}}
    after = mended(answers, [Edit("append", "layers.body[0].group", "relu")])
    assert after == {"layers": {"body": [{"group": {"name": "a", key: ["dense 4", "relu"]}}]}}


@pytest.mark.parametrize(
    ("layer", "masked", "refused"),
    [
        ("MaxPooling1D", True, True),
        ("MaxPooling1D", False, False),
        ("GlobalAveragePooling1D", True, True),
        ("ReLU", True, False),
    ],
)
def test_a_mask_for_each_place_wants_a_layer_that_keeps_the_places(layer: str, masked: bool, refused: bool) -> None:
    rules = builtin().rules
    arguments = rules["TimeDistributed"].complete({"layer": Nested(rules[layer], {})})
    tensors = (Described((None, 5, 8, 3), "float32", masked),)
    if refused:
        with pytest.raises(LayerError, match="a mask for each place"):
            rules["TimeDistributed"].check(arguments, tensors)
    else:
        rules["TimeDistributed"].check(arguments, tensors)


def test_one_hot_hashes_want_a_last_axis_of_one_number() -> None:
    rule = builtin().rules["Hashing"]
    arguments: dict[str, Any] = {"num_bins": 4, "output_mode": "one_hot"}
    shape, _ = rule.call(arguments, ((None, 1),))
    assert shape == (None, 4)
    with pytest.raises(LayerError, match="takes a last axis of one number"):
        rule.call(arguments, ((None, 5),))


@pytest.mark.parametrize(
    ("training", "rate"),
    [
        ({"optimizer": "sgd", "learning_rate": 0.002}, 0.01),
        ({"learning_rate": 1e-6}, 0.001),
        ({"learning_rate": 0.002}, 0.002),
        ({"learning_rate": 5}, 0.01),
    ],
    ids=str,
)
def test_a_short_run_of_an_embedding_takes_no_rate_at_which_it_learns_nothing(
    training: dict[str, Any], rate: float
) -> None:
    plan = models.planned(inputs="x: vector 4", outputs="y: embedding 4", training=training)
    assert probe(plan)["learning_rate"] == rate
