"""Protects what a reader of `model.py` sees: what repeats is written once, and everything is called by its name."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from layerwright.emit.classes import OF_EVERY_LAYER, OF_METHODS

from . import models

IMAGE = "photo: image 32x32x3"


def _source(layers: list[Any], inputs: str = IMAGE, *, straight: bool = False) -> str:
    """The source for layers of the one branch, which is made sure to build what is planned."""
    name = inputs.partition(":")[0]
    plan = models.planned(
        inputs=inputs, outputs="y: multiclass 10", layers={"branches": {name: layers}}, straight=straight
    )
    return _right(plan)


def _right(plan: Any) -> str:
    text = models.source(plan)
    assert models.described(models.built(text)) == models.expected(plan)
    return text


def _repeat(times: int, *layers: Any) -> dict[str, Any]:
    return {"repeat": {"times": times, "layers": list(layers)}}


def test_a_neighbour_stands_beside_a_loop_over_equal_layers() -> None:
    text = _source([_repeat(19, "conv 16"), "conv 1 linear", "flatten"])
    assert (
        """
    for number in range(1, 20):
        x = layers.Conv2D(16, 3, padding="same", activation="relu", name=f"photo_conv_{number}")(x)
    x = layers.Conv2D(1, 3, padding="same", name="photo_conv_20")(x)
"""
        in text
    )


def test_what_differs_in_many_ways_stands_beside_a_loop_too() -> None:
    text = _source([_repeat(4, "conv 16"), "conv 32", "conv 32 5 strides=2", "flatten"])
    assert "    for number in range(1, 5):\n        x = layers.Conv2D(16, 3, " in text
    assert '\n    x = layers.Conv2D(32, 3, padding="same", activation="relu", name="photo_conv_5")(x)\n' in text


def test_a_list_has_the_same_loops() -> None:
    text = _source([_repeat(10, "conv 16"), "conv 32", "flatten"], straight=True)
    assert (
        """
            *[
                layers.Conv2D(16, 3, padding="same", activation="relu", name=f"photo_conv_{number}")
                for number in range(1, 11)
            ],
            layers.Conv2D(32, 3, padding="same", activation="relu", name="photo_conv_11"),
"""
        in text
    )


def test_values_are_a_table_only_if_each_is_another_one() -> None:
    text = _source(["conv 8", "conv 16", "conv 32", "conv 64", "flatten"])
    assert "    for number, filters in enumerate((8, 16, 32, 64), 1):\n" in text
    text = _source(["conv 8", "conv 8", "conv 32", "conv 64", "flatten"])
    assert "enumerate" not in text


def _lines_with(text: str, *words: str) -> list[str]:
    """The lines that hold all of the words, without the space before and after."""
    return [line.strip() for line in text.splitlines() if all(word in line for word in words)]


def _inverted(filters: int, inner: int, strides: int) -> list[Any]:
    return [f"conv {inner} 1", f"depthwise_conv 3 strides={strides}", f"conv {filters} 1 linear", "batch_norm"]


def test_several_values_for_one_argument_are_passed_together() -> None:
    blocks = [_repeat(2, *_inverted(*sizes)) for sizes in ((8, 24, 1), (16, 32, 1), (24, 56, 2), (32, 72, 2))]
    text = _source([*blocks, "flatten"])
    assert "filters: tuple[int, ...], strides: int, name: str" in text
    assert "    filters_1, filters_2 = filters\n" in text
    assert _lines_with(text, "filters=", "block_1")[0].endswith('(x, filters=(24, 8), strides=1, name="photo_block_1")')


def test_two_values_are_told_apart_by_their_order_and_three_by_their_names() -> None:
    def residual(filters: int, size: int, rate: float) -> dict[str, Any]:
        return {"residual": [f"conv {filters} {size}", "batch_norm", f"dropout {rate}", f"conv {filters} 1"]}

    text = _source([residual(8, 3, 0.1), residual(16, 5, 0.1), "flatten"])
    assert _lines_with(text, 'name="photo_residual_2"') == ['x = residual_block(x, 16, 5, name="photo_residual_2")']
    text = _source([residual(8, 3, 0.1), residual(16, 5, 0.2), "flatten"])
    assert _lines_with(text, 'name="photo_residual_2"') == [
        'x = residual_block(x, filters=16, kernel_size=5, rate=0.2, name="photo_residual_2")'
    ]


def _inception(filters: list[int], long: str, wide: str, out: int) -> dict[str, Any]:
    paths = [["conv 8 1"], [f"conv {filters[0]} 1", f"conv {filters[1]} {long}", f"conv {filters[2]} {wide}"]]
    return {"residual": [{"parallel": paths}, f"conv {out} 1 linear"]}


def test_groups_that_share_only_their_wiring_are_two_functions() -> None:
    first = _repeat(3, _inception([8, 10, 12], "(1,7)", "(7,1)", 16))
    second = _repeat(3, _inception([12, 14, 16], "(1,3)", "(3,1)", 24))
    text = _source(["conv 16", first, "conv 24", second, "flatten"])
    assert len(_lines_with(text, "def ", "_block")) + len(_lines_with(text, "def ", "_residual")) == 2
    assert all("filters" not in line for line in _lines_with(text, "x = ", "name=f", "photo_residual_"))


def test_many_parameters_are_right_for_many_uses() -> None:
    def ways(*filters: int) -> dict[str, Any]:
        one, two, three, four = filters
        return {
            "parallel": [
                [f"conv {one} 1"],
                [f"conv {two} 1", f"conv {three} 3"],
                ["max_pool 3 strides=1 padding=same", f"conv {four} 1"],
            ]
        }

    sizes = [(8, 9, 10, 11), (9, 10, 12, 5), (6, 5, 4, 9), (3, 8, 4, 2), (7, 3, 8, 5)]
    text = _source([*(ways(*each) for each in sizes), "flatten"])
    assert _lines_with(text, 'name="photo_parallel_1"') == [
        'x = parallel_block(x, filters=(8, 9, 10, 11), name="photo_parallel_1")'
    ]


def test_what_is_shared_is_said_once_in_a_function() -> None:
    shared = models.planned(
        inputs="a: numeric 4, b: numeric 4, c: numeric 6, d: numeric 6",
        outputs="y: binary",
        sharing="first: a + b, second: c + d",
    )
    text = _right(shared)
    assert len(_lines_with(text, "first = layers.Dense(")) == len(_lines_with(text, "second = layers.Dense(")) == 1
    assert len(_lines_with(text, "# Made once")) == 1


def test_a_bare_value_that_says_nothing_has_its_name() -> None:
    steps = "steps: sequence 8x4"
    text = _source([{"residual": ["self_attention 2x4"]}, "EinsumDense abc,cd->abd (8,3)", "flatten"], steps)
    assert "layers.MultiHeadAttention(num_heads=2, key_dim=4, name=" in text
    assert 'layers.EinsumDense("abc,cd->abd", output_shape=(8, 3), name=' in text
    answers = {"inputs": "a: numeric 4, b: numeric 4", "outputs": "y: binary", "merge": "dot"}
    assert "layers.Dot(axes=" in _right(models.planned(**answers))


STEPS = "steps: sequence 16x8"


def test_what_repeats_in_a_function_is_a_loop_in_it() -> None:
    block = {"residual": [_repeat(3, "separable_conv 8 5", "batch_norm", "relu")]}
    text = _source([_repeat(4, block), "global_average_pool"], STEPS)
    assert (
        """
    x = inputs
    for number in range(1, 4):
        x = layers.SeparableConv1D(
            8, 5, padding="same", activation="relu", name=f"{name}_block_{number}_separable_conv"
        )(x)
        x = layers.BatchNormalization(name=f"{name}_block_{number}_batch_norm")(x)
        x = layers.Activation("relu", name=f"{name}_block_{number}_relu")(x)
    return layers.Add(name=f"{name}_add")([x, inputs])
"""
        in text
    )


def test_a_parameter_of_the_function_may_stand_in_its_loop() -> None:
    def block(filters: int) -> dict[str, Any]:
        return {"residual": [_repeat(3, f"conv {filters}", "batch_norm")]}

    text = _source([block(8), block(16), "global_average_pool"], STEPS)
    assert "        x = layers.Conv1D(\n            filters, 3, " in text
    assert '    x = residual_block(x, 16, name="steps_residual_2")\n' in text


def test_a_function_may_end_in_a_loop() -> None:
    block = {"repeat": {"times": 2, "name": "stage", "layers": ["dense 8", _repeat(3, "dense 9", "dropout 0.1")]}}
    text = _source(
        [
            block,
            "global_average_pool",
            "reshape (1,9)",
            block | {"repeat": block["repeat"] | {"name": "more"}},
            "flatten",
        ],
        STEPS,
    )
    assert "\n    return x\n" in text


def test_a_loop_in_a_loop_has_a_variable_of_its_own() -> None:
    text = _source([_repeat(2, "conv 8", _repeat(3, "conv 9", "dropout 0.1")), "global_average_pool"], STEPS)
    assert "    for number in range(1, 3):\n" in text
    assert "        for part in range(1, 4):\n" in text
    assert 'name=f"steps_block_{number}_block_{part}_conv"' in text


def test_steps_that_are_projected_with_and_without_strides_are_two_functions() -> None:
    blocks = [
        {"residual": [f"conv {filters} strides={strides}", f"conv {filters}"]}
        for filters in (12, 16)
        for strides in (1, 2)
    ]
    text = _source([*blocks, "global_average_pool"], STEPS)
    shortcuts = sorted(line.partition("(")[0].strip() for line in text.splitlines() if "_shortcut" in line)
    assert shortcuts == ["shortcut = layers.Conv1D", "shortcut = layers.Dense"]


def test_what_is_needed_after_a_loop_has_a_name_though_the_loop_ends_in_an_output() -> None:
    heads = {"y": [_repeat(5, "dense 8"), {"output": "none"}], "z": ["dense 8"]}
    _right(models.planned(inputs="x: numeric 4", outputs="y: regression 8, z: binary", layers={"heads": heads}))


def test_two_kinds_of_a_group_are_called_by_what_tells_them_apart() -> None:
    attention = {"residual": ["layer_norm", "self_attention 2x4"]}
    dense = {"residual": ["layer_norm", "dense 16", "dense 8 linear"]}
    text = _source([_repeat(3, attention, dense), "global_average_pool"], STEPS)
    assert (
        """
def attention_residual(inputs: keras.KerasTensor, name: str) -> keras.KerasTensor:
    \"\"\"Adds its input to what a layer normalisation and an attention layer make of it.\"\"\"
"""
        in text
    )
    assert (
        """
    for number in range(1, 4):
        x = attention_residual(x, name=f"steps_block_{number}_residual_1")
        x = dense_residual(x, name=f"steps_block_{number}_residual_2")
"""
        in text
    )


def test_a_shortcut_of_its_own_is_said() -> None:
    def residual(filters: int, **more: Any) -> dict[str, Any]:
        return {"residual": {"layers": [f"conv {filters}", "batch_norm", f"conv {filters} linear"], **more}}

    projected = [residual(filters, shortcut=[f"conv {filters} 1", "batch_norm"]) for filters in (16, 24)]
    text = _source(["conv 16", projected[0], residual(16), residual(16), projected[1], residual(24), "flatten"])
    assert "\ndef projected_residual(" in text
    assert '"""Adds its input, through a convolution, to what two convolutions make of it."""' in text
    assert "\ndef conv_residual(" in text


def test_a_function_has_the_name_that_the_answers_give() -> None:
    stage = {
        "times": 2,
        "name": "stage",
        "layers": ["conv 8", "batch_norm", "conv 8", "batch_norm", "relu", "max_pool"],
    }
    text = _source(["conv 16", {"repeat": stage}, "conv 16", {"residual": ["conv 16", "conv 16"]}, "flatten"])
    assert "stage_{number}" in text
    more = {"residual": {"layers": ["conv 16", "batch_norm", "conv 16"], "name": "deep_1"}}
    other = {"residual": {"layers": ["conv 16", "batch_norm", "conv 16"], "name": "deep_2"}}
    text = _source(["conv 16", more, "max_pool", other, "flatten"])
    assert '    x = deep_block(x, name="deep_2")\n' in text


def test_parallel_ways_are_counted() -> None:
    ways = {"parallel": [["conv 8 1"], ["conv 8 3"], ["max_pool 3 strides=1 padding=same", "conv 8 1"]]}
    text = _source([ways, "conv 9", ways, "flatten"])
    assert '"""Goes three ways, through three convolutions, and joins what comes of them."""' in text


def test_a_name_that_python_or_the_source_has_says_what_it_stands_for() -> None:
    plan = models.planned(
        inputs="x: numeric 4, bytes: numeric 4", outputs="sum: regression, class: multiclass 3", layers={}
    )
    text = _right(plan)
    assert '    x_input = keras.Input((4,), name="x")\n' in text
    assert '    bytes_input = keras.Input((4,), name="bytes")\n' in text
    assert '    sum_output = layers.Dense(1, name="sum")(x)\n' in text
    assert "    class_ = layers.Dense(3, " in text


def test_what_is_needed_later_on_the_way_is_no_output_by_its_name() -> None:
    block = {"residual": {"name": "blk", "layers": ["dense 8", {"merge": {"with": "first", "how": "add"}}]}}
    stack = ["dense 8 name=first", block, "use blk", "use first", "dense 8 name=sum", {"residual": ["dense 8"]}]
    text = _right(models.planned(inputs="a: numeric 8", outputs="y: regression", layers={"branches": {"a": stack}}))
    assert "    a_features_2 = blk_add_2([x, a_features])\n" in text
    assert '    sum_features = layers.Dense(8, activation="relu", name="sum")(x)\n' in text
    assert "output" not in text


def test_a_class_keeps_its_layers_under_their_names() -> None:
    text = _source([{"residual": {"layers": ["conv 8"], "form": "class"}}, "flatten"])
    assert '        self.shortcut = layers.Conv2D(8, 1, name="shortcut")\n' in text


@pytest.mark.parametrize(
    "layers",
    [
        ["dense 8 name=Hid", "dense 8 name=hid"],
        ["dense 8 name=weights", "dense 4 name=weights_layer", "dense 8"],
        ["dense 8 name=load_state_dict", "dense 8 name=bfloat16", "dense 8 name=register_buffer"],
    ],
)
def test_a_class_keeps_each_of_its_layers_where_nothing_else_is(layers: list[str]) -> None:
    stack = [{"residual": {"layers": layers, "form": "class"}}]
    plan = models.planned(inputs="x: vector 8", outputs="y: binary", layers={"branches": {"x": stack}})
    model = models.built(models.source(plan))
    assert model.count_params() == plan.graph.parameters
    assert type(model).from_config(model.get_config()).count_params() == plan.graph.parameters


def test_a_class_keeps_no_layer_under_the_name_of_a_parameter() -> None:
    stack = [{"residual": {"layers": [f"dense {units} name=units", "dense 8"], "form": "class"}} for units in (4, 8)]
    plan = models.planned(inputs="x: vector 8", outputs="y: binary", layers={"branches": {"x": stack}})
    model = models.built(models.source(plan))
    assert type(model).from_config(model.get_config()).count_params() == plan.graph.parameters


def test_a_parameter_of_a_class_is_none_that_every_layer_has() -> None:
    stack = [
        {"residual": {"layers": [f"dense 8 activity_regularizer={kind}"], "form": "class"}} for kind in ("l1", "l2")
    ]
    plan = models.planned(inputs="x: vector 8", outputs="y: binary", layers={"branches": {"x": stack}})
    model = models.built(models.source(plan))
    assert model(keras.ops.ones((2, 8))).shape == (2, 1)
    assert [layer.activity_regularizer for layer in model.layers[:2]] == [None, None]


def test_a_layer_of_keras_has_no_other_names() -> None:
    names = {name for name in dir(keras.layers.Layer()) if name == name.lower() and not name.startswith("_")}
    assert {name for name in names if not name.startswith(OF_METHODS)} <= OF_EVERY_LAYER


def _normalised(filters: int, *more: str) -> list[str]:
    return [" ".join([f"conv {filters}", *more, "linear use_bias=false"]), "batch_norm", "relu"]


def test_a_chain_that_comes_up_often_is_a_function() -> None:
    stages = [[*_normalised(width), *_normalised(width), "max_pool"] for width in (8, 12, 16, 20)]
    text = _source([layer for stage in stages for layer in stage] + ["flatten"])
    assert (
        """
def conv_block(x: keras.KerasTensor, filters: int, name: str, number: int) -> keras.KerasTensor:
    \"\"\"Adds a convolution, a batch normalisation and an activation.\"\"\"
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"{name}_conv_{number}")(x)
    x = layers.BatchNormalization(name=f"{name}_batch_norm_{number}")(x)
    return layers.Activation("relu", name=f"{name}_relu_{number}")(x)
"""
        in text
    )
    assert (
        """
    x = conv_block(x, 8, name="photo", number=1)
    x = conv_block(x, 8, name="photo", number=2)
    x = layers.MaxPooling2D(name="photo_max_pool_1")(x)
"""
        in text
    )


def test_a_chain_that_comes_up_in_a_row_is_a_loop() -> None:
    text = _source([layer for width in (8, 12, 16, 20) for layer in _normalised(width)] + ["flatten"])
    assert "    for number, filters in enumerate((8, 12, 16, 20), 1):\n" in text
    assert '        x = layers.BatchNormalization(name=f"photo_batch_norm_{number}")(x)\n' in text


def test_chains_in_the_ways_of_a_group_are_calls_too() -> None:
    ways = [_normalised(8, "1")] + [_normalised(8, "3", f"dilation_rate={rate}") for rate in (2, 3, 4)]
    text = _source([{"parallel": ways}, *_normalised(8), "flatten"])
    call = 'photo_relu_3 = conv_block(photo_rescaling, 3, dilation_rate=3, name="photo", number=3)'
    assert _lines_with(text, "dilation_rate=3") == [call]
    assert "\n    x = layers.BatchNormalization" not in text.partition("def build_model")[2]


def test_a_usual_value_is_the_default_of_its_parameter() -> None:
    stages = [[*_normalised(width), "max_pool"] for width in (8, 12, 16)]
    last = _normalised(20, "strides=2")
    text = _source([*(layer for stage in stages for layer in stage), *last, "flatten"])
    assert "name: str, number: int, strides: int = 1" in " ".join(text.split())
    assert '    x = conv_block(x, 16, name="photo", number=3)\n' in text
    assert '    x = conv_block(x, 20, strides=2, name="photo", number=4)\n' in text


def test_a_list_calls_a_function_for_its_chains() -> None:
    stages = [[*_normalised(width), "max_pool"] for width in (8, 8, 12, 12)]
    text = _source([*(layer for stage in stages for layer in stage), "flatten"], straight=True)
    assert '            *conv_block(8, name="photo", number=2),\n' in text


def test_three_chains_stay_as_they_are() -> None:
    stages = [[*_normalised(width), "max_pool"] for width in (8, 12, 16)]
    assert "def conv_block" not in _source([*(layer for stage in stages for layer in stage), "flatten"])


def test_a_chain_in_the_body_has_only_a_number() -> None:
    def plan(*layers: str) -> Any:
        return models.planned(inputs="a: numeric 4", outputs="y: binary", straight=False, layers={"body": list(layers)})

    chains = [[f"dense {units} linear", "batch_norm", "relu"] for units in (8, 12, 16, 20)]
    text = _right(plan(*(layer for chain in chains for layer in chain)))
    assert "    for number, units in enumerate((8, 12, 16, 20), 1):\n" in text
    text = _right(plan(*(layer for chain in chains for layer in [*chain, "dropout 0.1"])))
    assert "    for number, units in enumerate((8, 12, 16, 20), 1):\n" in text
    text = _right(plan(*(layer for chain in chains for layer in [*chain, "reshape (2,-1)", "flatten"])))
    assert "\ndef dense_block(x: keras.KerasTensor, units: int, number: int) -> keras.KerasTensor:\n" in text
    assert "    x = dense_block(x, 12, number=2)\n" in text


def test_a_loop_in_a_list_may_have_one_in_it() -> None:
    text = _source([_repeat(3, _repeat(4, "dense 9", "dropout 0.1"), "layer_norm"), "flatten"], STEPS, straight=True)
    assert len(_lines_with(text, "layers.Dense(")) == 3
    assert _lines_with(text, "for part in range(1, 5)")


def test_a_function_may_have_a_loop_in_a_loop() -> None:
    inner = _repeat(2, "conv 8", _repeat(3, "conv 8 1", "batch_norm"))
    text = _source(["conv 8", *[{"residual": [inner]}, "max_pool"] * 2, "flatten"])
    assert "    for number in range(1, 3):\n" in text
    assert "        for part in range(1, 4):\n" in text
    assert 'name=f"{name}_block_{number}_block_{part}_batch_norm"' in text


def test_what_is_projected_only_once_is_no_loop_in_a_function() -> None:
    inner = [{"residual": ["conv 6", "batch_norm", "conv 6"]}] * 3
    text = _source(["conv 4", *[{"residual": [*inner, "conv 4"]}, "max_pool"] * 2, "flatten"])
    assert "shape[-1] != 6" in text


def test_chains_in_a_loop_of_a_function_keep_their_names() -> None:
    block = {"repeat": {"times": 2, "layers": [*_normalised(8), *_normalised(8), *_normalised(8)]}}
    ways = {"parallel": [["conv 8"], [block, *_normalised(6)]]}
    text = _source([ways, ways, "flatten"])
    assert 'name=f"{name}_block_{number}_conv_2"' in text or "number=2)" in text


def test_parallel_groups_without_a_name_stay_where_they_are() -> None:
    plan = models.planned(
        inputs="left: numeric 2, right: numeric 2",
        outputs="y: regression",
        sharing="left + right",
        branching=["parallel"],
    )
    assert "parallel_block" not in _right(plan)


def test_a_nested_model_called_model_is_built_by_a_function_of_its_own() -> None:
    branches = {"model": ["dense 4", "dense 3"]}
    plan = models.planned(
        inputs="a: sequence 4x4, b: sequence 4x4",
        outputs="y: binary",
        sharing="model: a + b",
        layers={"branches": branches},
    )
    assert "def build_model_2() -> keras.Model:" in _right(plan)
