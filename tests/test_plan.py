"""Protects the planner: what becomes of answers, why it is Functional or Sequential, what is refused and how."""

from __future__ import annotations

import textwrap
from dataclasses import asdict
from typing import Any

import pytest

from layerwright.diagram import diagram
from layerwright.explain import explanation, text
from layerwright.graph import SubModel
from layerwright.padding import keeps_padding_out, sees_no_later
from layerwright.plan import Plan, design
from layerwright.presets import preset_answers
from layerwright.problems import AnswersError, Problem

from .models import planned

ONE = {"inputs": "x: numeric 4", "outputs": "y: regression"}
TWO = {"inputs": "a: numeric 4, b: numeric 3", "outputs": "y: binary"}
PAIR = {"inputs": "left: vector 6, right: vector 6", "outputs": "y: binary"}
IMAGE = {"inputs": "photo: image 9x9x3", "outputs": "y: regression"}


def _names(plan: Plan) -> list[str]:
    return [node.layer.name for node in plan.graph.nodes]


def _fed(plan: Plan) -> dict[str, list[str]]:
    """What each layer that is called once takes."""
    names = plan.graph.names()
    return {node.layer.name: [names[tensor] for tensor in node.inputs] for node in plan.graph.nodes}


def _refused(**answers: Any) -> list[Problem]:
    with pytest.raises(AnswersError) as caught:
        planned(**answers)
    return list(caught.value.problems)


# Functional or Sequential

SELF_ATTENTION = "attention takes its tensor as query and as value in the body"


@pytest.mark.parametrize(
    "answers",
    [
        ONE,
        {**IMAGE, "inputs": "photo: image 8x8x3"},
        {**ONE, "body": "separate"},
        {**ONE, "layers": {"branches": {"x": []}, "body": [], "heads": {"y": ["dense 4", "batch_norm"]}}},
        # Said otherwise everywhere, so that nothing branches.
        {**ONE, "branching": ["residual"], "layers": {"branches": {"x": "dense 2"}, "body": "dense 2"}},
    ],
    ids=["numbers", "image", "one separate body", "all in the head", "branching without effect"],
)
def test_a_straight_line_is_sequential(answers: dict[str, Any]) -> None:
    decision = planned(**answers).decision
    assert decision.template == "sequential"
    end = next(iter(answers["inputs"].split(":")))
    assert decision.reasons == (
        f"there is one input ({end}) and one output (y)",
        "every layer is called once and fed only by the one before it",
        "it is to stay a straight line",
    )


@pytest.mark.parametrize(
    ("answers", "reasons"),
    [
        ({**ONE, "straight": False}, ["you said that it won't stay a straight line"]),
        ({**TWO}, ["there are 2 inputs (a, b)"]),
        ({**ONE, "outputs": "y: regression, z: binary"}, ["there are 2 outputs (y, z)"]),
        (
            {**ONE, "branching": "residual"},
            ["there is a residual shortcut in x and the body"],
        ),
        ({**ONE, "layers": {"body": [{"residual": ["relu"]}]}}, ["there is a residual shortcut in the body"]),
        ({**ONE, "layers": {"body": ["reshape 8x8", "self_attention 2x4", "flatten"]}}, [SELF_ATTENTION]),
        (
            {**ONE, "layers": {"heads": {"y": [{"parallel": {"paths": [[], "dense 2"]}}]}}},
            ["paths part and meet again in y"],
        ),
        (
            {**PAIR, "sharing": "encoder: left + right"},
            ["there are 2 inputs (left, right)", "encoder is shared: it is called on left and right"],
        ),
        (
            {"inputs": "photo: image 32x32x3", "outputs": "y: binary", "backbone": "MobileNetV2"},
            ["MobileNetV2 is a model of its own, the backbone"],
        ),
    ],
    ids=["straight", "inputs", "outputs", "residual", "residual said", "attention", "parallel", "shared", "backbone"],
)
def test_anything_else_is_functional_and_says_why(answers: dict[str, Any], reasons: list[str]) -> None:
    decision = planned(**answers).decision
    assert decision.template == "functional"
    assert list(decision.reasons) == reasons


def test_a_decision_is_a_sentence_in_the_users_own_words() -> None:
    decision = planned(**{**TWO, "straight": False, "outputs": "y: binary, z: binary"}).decision
    assert str(decision) == (
        "Functional, because there are 2 inputs (a, b), there are 2 outputs (y, z) and "
        "you said that it won't stay a straight line"
    )


# Names


def test_layers_are_named_by_their_part_and_their_word() -> None:
    layers = {"branches": {"a": "Dense 4, relu, LayerNormalization"}, "heads": {"y": "dropout 0.1"}}
    assert _names(planned(**TWO, layers=layers)) == [
        *("a_dense", "a_relu", "a_layer_normalization", "b_dense", "merge", "dense", "y_dropout", "y"),
    ]


def test_a_word_that_comes_up_again_is_numbered_and_names_that_are_taken_are_left_alone() -> None:
    layers = {"branches": {"x": []}, "body": "dense 1, dense 2, dense 3 name=dense_2, dense 4"}
    assert _names(planned(**ONE, layers=layers)) == ["dense_1", "dense_3", "dense_2", "dense_4", "y"]
    layers["body"] = "dense 1"
    assert _names(planned(inputs="dense: numeric 4", outputs="y: binary", layers={"branches": {"dense": []}})) == [
        *("dense_1", "y"),
    ]


def test_the_last_layer_of_a_head_has_its_outputs_name_unless_it_has_one() -> None:
    heads = {"y": ["dense 3", {"output": "dense 1"}], "z": [{"output": "dense 1 name=last"}]}
    outputs = "y: regression, z: regression"
    plan = planned(inputs="x: numeric 4", outputs=outputs, layers={"heads": heads})
    assert _names(plan)[-3:] == ["y_dense", "y", "last"]
    assert list(plan.graph.outputs) == ["y", "z"]


def test_an_output_without_a_last_layer_is_what_the_layers_before_it_give() -> None:
    heads = {"y": ["dense 1", {"output": "none"}]}
    plan = planned(**ONE, layers={"heads": heads})
    assert plan.graph.names()[plan.graph.outputs["y"]] == "y_dense"


# Sharing


def test_a_shared_encoder_of_one_layer_is_that_layer() -> None:
    plan = planned(**PAIR, sharing="left + right", layers={"branches": {"shared_encoder": "dense 5"}})
    encoder = next(plan.graph.layers())
    assert (encoder.name, encoder.class_name, encoder.parameters) == ("shared_encoder", "Dense", 35)
    assert len(plan.graph.calls()[encoder]) == 2
    assert plan.graph.parameters == 35 + (10 * 64 + 64) + 65


def test_a_longer_shared_encoder_is_a_model_of_its_own() -> None:
    stack = "dense 5, dense 5 name=y"
    plan = planned(**PAIR, sharing="twin: left + right", layers={"branches": {"twin": stack}})
    twin = next(plan.graph.layers())
    assert isinstance(twin, SubModel)
    assert [layer.name for layer in twin.graph.layers()] == ["dense", "y"], "inside, other names are free"
    assert (twin.name, twin.class_name, twin.parameters) == ("twin", "Functional", 35 + 30)
    assert list(twin.graph.inputs) == list(twin.graph.outputs) == ["twin"]
    assert _fed(plan)["merge"] == ["twin", "twin"]


def test_the_backbone_stands_before_a_shared_encoder_and_is_the_one_that_others_go_through() -> None:
    inputs = "left: image 32x32x3, right: image 32x32x3, photo: image 32x32x3"
    answers = {"inputs": inputs, "outputs": "y: binary", "backbone": "MobileNetV2", "sharing": "twin: left + right"}
    plan = planned(**answers)
    backbone = next(plan.graph.layers())
    assert [plan.graph.sources(node.inputs[0]) for node in plan.graph.calls()[backbone]] == [
        ["left"],
        ["right"],
        ["photo"],
    ]
    assert plan.graph.parameters - backbone.parameters == plan.graph.trainable_parameters
    assert "twin is shared: it is called on left and right" in plan.decision.reasons
    assert _fed(plan)["twin"] == ["mobilenetv2"]
    alone = planned(**answers, layers={"branches": {"twin": [], "photo": []}, "body": "global_average_pool"})
    assert _fed(alone)["merge"] == ["mobilenetv2"] * 3


def test_with_more_than_two_branches_a_pairwise_merge_joins_the_two_of_the_one_group() -> None:
    inputs = "age: numeric 2, left: vector 6, right: vector 6"
    plan = planned(inputs=inputs, outputs="y: binary", sharing="twin: left + right", merge="subtract")
    assert _fed(plan)["subtract"] == ["twin", "twin"]
    assert _fed(plan)["merge"] == ["subtract", "age_dense"]


# What heads see


def test_a_head_sees_only_the_inputs_that_it_names() -> None:
    plan = planned(inputs="a: numeric 4, b: numeric 3", outputs="y: binary, z: regression 2 from=b")
    assert {name: plan.graph.sources(tensor) for name, tensor in plan.graph.outputs.items()} == {
        "y": ["a", "b"],
        "z": ["b"],
    }
    assert _names(plan) == ["a_dense", "b_dense", "merge", "dense", "y", "z_dense", "z"]


def test_heads_that_see_the_same_share_merge_and_body() -> None:
    plan = planned(inputs="a: numeric 4, b: numeric 3", outputs="y: binary from=b+a, z: binary, w: binary from=a")
    assert _names(plan) == ["a_dense", "b_dense", "merge", "dense", "y", "z", "w_dense", "w"]


def test_separate_bodies_have_a_stack_each_after_one_merge() -> None:
    plan = planned(inputs="a: numeric 4, b: numeric 3", outputs="y: binary, z: binary", body="separate")
    fed = _fed(plan)
    assert [fed["y_body_dense"], fed["z_body_dense"]] == [["merge"], ["merge"]]
    assert [fed["y"], fed["z"]] == [["y_body_dense"], ["z_body_dense"]]


def test_a_body_that_names_its_layers_is_built_for_each_merge() -> None:
    layers = {"body": ["dense 8 name=hidden"], "heads": {"z": ["dense 8", {"merge": {"with": "hidden", "how": "add"}}]}}
    plan = planned(inputs="a: numeric 4, b: numeric 3", outputs="y: binary, z: binary from=a", layers=layers)
    fed = _fed(plan)
    assert (fed["y"], fed["z_hidden"]) == (["hidden"], ["a_dense"])
    assert fed["z_add"] == ["z_dense", "z_hidden"], "a head refers to the body that it stands on"


def test_a_branch_that_keeps_steps_for_one_output_is_pooled_for_another() -> None:
    plan = planned(inputs="words: text 30x8, meta: numeric 4", outputs="tags: labels 3 from=words, y: binary")
    assert _fed(plan)["merge"] == ["words_global_average_pool", "meta_dense"]


@pytest.mark.parametrize(
    ("sizes", "pools"),
    [("28x28x1", [2, 2, 2]), ("224x224x3", [2] * 6), ("12x5x3", [(2, 1), (2, 1)]), ("2x9x1", [(1, 2)])],
)
def test_images_are_pooled_down_to_few_places(sizes: str, pools: list[Any]) -> None:
    plan = planned(inputs=f"photo: image {sizes}", outputs="y: binary")
    layers = [layer for layer in plan.graph.layers() if layer.class_name == "MaxPooling2D"]
    assert [layer.arguments.get("pool_size", 2) for layer in layers] == pools


def test_only_a_branch_of_its_own_drops_some_of_what_it_found() -> None:
    two = "left: image 8x8x1, right: image 8x8x1"
    apart = planned(inputs=two, outputs="same: binary")
    shared = planned(inputs=two, outputs="same: binary", sharing="left + right")
    measured = planned(inputs=two, outputs="same: distance", merge="l2_distance")
    dropouts = [
        [layer.class_name for layer in plan.graph.all_layers()].count("Dropout") for plan in (apart, shared, measured)
    ]
    assert dropouts == [2, 0, 0]


@pytest.mark.parametrize(
    ("answers", "training"),
    [
        ({"inputs": "x: numeric 4", "outputs": "y: regression"}, {"learning_rate": 0.003, "batch_size": 32}),
        ({"inputs": "x: numeric 4, c: image 8x8x1", "outputs": "y: regression"}, {"learning_rate": 0.001}),
        ({"inputs": "x: image 32x32x3", "outputs": "y: segmentation 1"}, {"batch_size": 8, "epochs": 100}),
        (
            {"inputs": "a: vector 4, b: vector 4", "outputs": "d: distance", "merge": "l2_distance"},
            {"learning_rate": 0.003, "epochs": 100, "batch_size": 32},
        ),
        ({"inputs": "x: vector 10000", "outputs": "y: binary"}, {"learning_rate": 0.001}),
        ({"inputs": "x: vector 20000", "outputs": "y: binary"}, {"learning_rate": 0.0005}),
        (
            {"inputs": "x: vector 20000", "outputs": "y: binary", "training": {"learning_rate": 0.01}},
            {"learning_rate": 0.01},
        ),
        (preset_answers("product-heads"), {"learning_rate": 0.00002}),
        (preset_answers("resnet-transfer"), {"epochs": 10, "patience": 3}),
    ],
)
def test_training_suits_the_inputs_the_tasks_and_the_widest_layer(
    answers: dict[str, Any], training: dict[str, float]
) -> None:
    found = asdict(design(answers).spec.training)
    assert {key: found[key] for key in training} == training


SEQUENCE, PLACES, CLIP = "x: sequence 10x1024", "x: image 8x8x1200", "x: volume 3x8x8x1200"


@pytest.mark.parametrize(
    ("inputs", "layer", "sums"),
    [
        (SEQUENCE, "self_attention 16x64", 1024),
        (SEQUENCE, "self_attention 200x64", 12_800),
        ("x: sequence 10x20000", "self_attention 2x4", 20_000),
        (SEQUENCE, "EinsumDense abc,cde->abde output_shape=10x32x64", 1024),
        (PLACES, "depthwise_conv 3", 9),
        (PLACES, "conv 4", 10_800),
        (PLACES, "conv_transpose 2048 3 strides=2", 4800),
        (PLACES, "conv_transpose 4 3", 10_800),
        (CLIP, {"time_distributed": "depthwise_conv 3"}, 9),
        (CLIP, {"time_distributed": ["depthwise_conv 3", "conv 4"]}, 10_800),
        (PLACES, {"SpectralNormalization": "DepthwiseConv2D 3"}, 9),
    ],
)
def test_the_rate_is_lower_where_a_number_sums_up_very_many(inputs: str, layer: Any, sums: int) -> None:
    stack = [layer, "GlobalAveragePooling3D" if "volume" in inputs else "global_average_pool"]
    plan = planned(inputs=inputs, outputs="y: binary", layers={"branches": {"x": stack}, "body": []})
    assert plan.spec.training.learning_rate == (float(f"{10 / sums:.0e}") if sums > 10_000 else 0.001)


@pytest.mark.parametrize("samples", [16, 19, 31, 2303, 16_000])
def test_sound_of_any_length_has_a_branch(samples: int) -> None:
    assert planned(inputs=f"sound: audio {samples}", outputs="y: binary").graph.parameters


# Groups and branching


def test_a_shortcut_projects_only_where_shapes_differ() -> None:
    stack = [{"residual": "conv 3"}, {"residual": "conv 4 strides=2"}, "global_average_pool", {"residual": "dense 4"}]
    plan = planned(**IMAGE, layers={"branches": {"photo": [*stack, {"residual": "dense 7"}]}})
    fed = _fed(plan)
    assert fed["photo_residual_1_add"] == ["photo_residual_1_conv", "photo_rescaling"]
    assert fed["photo_residual_2_add"] == ["photo_residual_2_conv", "photo_residual_2_shortcut"]
    assert fed["photo_residual_3_add"] == ["photo_residual_3_dense", "photo_global_average_pool"]
    shortcuts = [layer for layer in plan.graph.layers() if "shortcut" in layer.name]
    assert [(layer.class_name, dict(layer.arguments)) for layer in shortcuts] == [
        ("Conv2D", {"filters": 4, "kernel_size": 1, "strides": 2}),
        ("Dense", {"units": 7}),
    ]


def test_a_shortcut_finds_the_stride_of_each_axis() -> None:
    plan = planned(**IMAGE, layers={"branches": {"photo": [{"residual": "conv 4 strides=4x2"}, "flatten"]}})
    shortcut = next(layer for layer in plan.graph.layers() if "shortcut" in layer.name)
    assert shortcut.arguments["strides"] == (3, 2), "three places of nine, as a stride of 4 gives"


def test_beyond_three_axes_a_shortcut_projects_the_last_one() -> None:
    stack = ["reshape 3x3x3x3x3", {"residual": "dense 4"}, "flatten"]
    plan = planned(**IMAGE, layers={"branches": {"photo": stack}})
    assert "Dense" in {layer.class_name for layer in plan.graph.layers() if "shortcut" in layer.name}


@pytest.mark.parametrize("text", ["ci, docker", "ci docker", "[ci,docker]", '["ci", "docker"]'])
def test_what_answers_with_words_may_be_one_text(text: str) -> None:
    assert planned(**ONE, extras=text).spec.extras == ("ci", "docker")


def test_branching_adds_to_the_planners_own_stacks() -> None:
    plan = planned(**ONE, branching="residual, parallel", layers={"branches": {"x": "dense 4"}})
    assert _fed(plan) == {
        "x_dense": ["x"],
        "dense_1": ["x_dense"],
        "residual_dense_1": ["dense_1"],
        "residual_dense_2": ["residual_dense_1"],
        "residual_add": ["residual_dense_2", "dense_1"],
        "residual_relu": ["residual_add"],
        "dense_2": ["residual_relu"],
        "dense_3": ["residual_relu"],
        "dense_4": ["dense_3"],
        "joined": ["dense_2", "dense_4"],
        "y": ["joined"],
    }
    assert not plan.notes


@pytest.mark.parametrize(
    "answers",
    [
        {**ONE, "layers": {"branches": {"x": []}, "body": []}},
        {**PAIR, "sharing": "e: left + right", "layers": {"branches": {"e": "dense 2"}, "body": []}},
        {"inputs": "p: image 32x32x3", "outputs": "y: binary", "backbone": "MobileNetV2", "layers": {"body": []}},
    ],
    ids=["said", "said for a group", "backbone"],
)
def test_branching_that_changes_nothing_is_noted(answers: dict[str, Any]) -> None:
    plan = planned(**answers, branching=["parallel"])
    assert plan.notes == ("branching (parallel) changes nothing: every branch and the body are said otherwise",)
    assert f"Note: {plan.notes[0]}." in text(plan)


@pytest.mark.parametrize(
    ("answers", "note"),
    [
        (
            {**ONE, "outputs": "y: binary", "layers": {"heads": {"y": [{"output": "dense 1 relu"}]}}},
            "y ends in relu, and the loss of binary expects sigmoid",
        ),
        (
            {**ONE, "outputs": "y: multiclass 3", "layers": {"heads": {"y": [{"output": "Dense 3"}]}}},
            "y ends in linear, and the loss of multiclass expects softmax",
        ),
        (
            {**ONE, "outputs": "y: binary", "layers": {"heads": {"y": ["dense 1 linear", "ReLU", {"output": "none"}]}}},
            "y ends in relu, and the loss of binary expects sigmoid",
        ),
        (
            {**ONE, "outputs": "y: multiclass 3", "layers": {"heads": {"y": ["dense 3 tanh", {"output": "none"}]}}},
            "y ends in tanh, and the loss of multiclass expects softmax",
        ),
        (
            {**PAIR, "outputs": "d: distance", "merge": "l2_distance", "layers": {"body": "dense 3"}},
            "layers.body changes nothing: d is what the merge gives, and no body comes after it",
        ),
        ({**ONE, "body": "separate"}, "body (separate) changes nothing: y is the only output"),
        ({**ONE, "fine_tune": 3}, "fine_tune (3) changes nothing: there is no backbone"),
        (
            {**PAIR, "outputs": "d: embedding 4", "merge": "dot", "branching": ["parallel"]},
            "d follows from one number, merge: vectors of unit length hardly tell such apart",
        ),
        (
            {
                **IMAGE,
                "inputs": "photo: image 32x32x3",
                "backbone": "MobileNet",
                "backbone_weights": "none",
                "fine_tune": 0,
            },
            "MobileNet starts from random weights, and it never learns (backbone_weights: none, fine_tune: 0)",
        ),
        (
            {
                **IMAGE,
                "inputs": "photo: image 32x32x3",
                "backbone": "MobileNet",
                "backbone_weights": "none",
                "fine_tune": 9,
            },
            "MobileNet starts from random weights, and no more than its last 9 layers learn"
            " (backbone_weights: none, fine_tune: 9)",
        ),
    ],
)
def test_what_a_user_may_not_expect_is_noted(answers: dict[str, Any], note: str) -> None:
    assert planned(**answers).notes == (note,)


def test_one_number_among_others_is_no_note() -> None:
    body = ["dense 8 name=far", "dense 1", {"merge": {"with": "far"}}]
    assert planned(inputs="a: vector 4", outputs="d: embedding 4", layers={"body": body}).notes == ()


def test_how_one_input_would_be_merged_is_no_note() -> None:
    """A project doesn't record it, since it's no question there, and a note of it would be lost by the next update."""
    assert planned(**ONE, merge="add").notes == ()


# What is accepted


@pytest.mark.parametrize(
    ("task", "layer", "activation"),
    [
        ("multiclass 3", "dense 3", "softmax"),
        ("multiclass 3", "dense 3 tanh", "tanh"),
        ("binary", "dense 1", "sigmoid"),
        ("regression 2", "dense 2", None),
        ("reconstruction x", "dense 4", None),
    ],
)
def test_a_last_layer_that_is_said_has_its_tasks_activation(task: str, layer: str, activation: str | None) -> None:
    plan = planned(inputs="x: numeric 4", outputs=f"y: {task}", layers={"heads": {"y": [{"output": layer}]}})
    assert plan.graph.nodes[-1].layer.arguments["activation"] == activation


def test_a_layer_of_a_later_branch_is_called_again() -> None:
    plan = planned(**PAIR, layers={"branches": {"left": [{"use": "q"}], "right": ["dense 4 name=q"]}, "body": []})
    [shared] = [layer for layer, calls in plan.graph.calls().items() if len(calls) == 2]
    assert shared.name == "q"


def test_a_repetition_is_called_again_and_merged_in_as_a_whole() -> None:
    repeat = {"repeat": {"times": 2, "layers": ["dense 64", "relu"], "name": "twice"}}
    plan = planned(**ONE, layers={"body": [repeat, {"use": "twice"}, {"merge": "twice"}]})
    calls = {layer.name: len(nodes) for layer, nodes in plan.graph.calls().items()}
    assert calls["twice_1_dense"] == calls["twice_2_dense"] == 2
    assert _fed_last(plan, "joined") == ["twice_2_relu", "twice_2_relu"]


def _fed_last(plan: Plan, name: str) -> list[str]:
    names = plan.graph.names()
    return [[names[tensor] for tensor in node.inputs] for node in plan.graph.nodes if node.layer.name == name][-1]


@pytest.mark.parametrize(
    "group",
    [
        {"residual": {"layers": ["dense 4"], "name": "latent"}},
        {"parallel": {"paths": [["dense 4"], ["dense 5"]], "name": "latent"}},
        {"repeat": {"times": 2, "layers": ["dense 4"], "name": "latent"}},
    ],
    ids=lambda group: next(iter(group)),
)
def test_a_model_beside_the_model_may_end_in_a_group(group: dict[str, Any]) -> None:
    plan = planned(**ONE, models={"encoder": "latent"}, layers={"body": [group, "dense 3"]})
    [end] = [node for node in plan.graph.nodes if node.output is plan.graph.models["encoder"]]
    assert plan.graph.nodes.index(end) == len(plan.graph.nodes) - 3


def test_a_model_beside_the_model_ends_in_the_first_call_of_a_layer() -> None:
    plan = planned(**PAIR, sharing="twin: left + right", models={"encoder": "twin"})
    assert plan.graph.sources(plan.graph.models["encoder"]) == ["left"]


def test_a_head_may_be_one_item() -> None:
    plan = planned(**ONE, layers={"heads": {"y": {"output": "dense 1 linear"}}})
    assert _names(plan)[-1] == "y"


def test_what_has_more_axes_than_any_pool_takes_is_flattened_in_the_head() -> None:
    plan = planned(**ONE, layers={"body": ["reshape 64x1x1x1x1"]})
    assert _names(plan)[-2:] == ["y_flatten", "y"]


def test_a_branch_that_is_said_and_keeps_steps_for_one_output_is_pooled_for_another() -> None:
    stack = ["embedding 9 4", "lstm 3 return_sequences=true"]
    answers = {"inputs": "x: numeric 4, t: text 9x4", "outputs": "y: binary, z: labels 3 from=t"}
    plan = planned(**answers, layers={"branches": {"t": stack}})
    assert _fed(plan)["merge"] == ["x_dense", "t_global_average_pool"]
    assert plan.graph.outputs["z"].shape == (None, 4, 3)


@pytest.mark.parametrize(
    ("branches", "widths"),
    [
        ({}, [("c_dense", 64), ("x_dense", 64)]),
        ({"x": ["dense 3"]}, [("c_embedding", 3), ("x_dense", 3)]),
        ({"x": ["dense 2"]}, [("c_dense", 2), ("x_dense", 2)]),
        ({"c": ["embedding 5 8"], "x": ["dense 8"]}, [("c_embedding", 8), ("x_dense", 8)]),
    ],
)
def test_the_planners_own_branches_are_as_wide_as_those_they_are_added_to(
    branches: dict[str, Any], widths: list[tuple[str, int]]
) -> None:
    ends = {"inputs": "c: category 5, x: numeric 4", "outputs": "y: binary"}
    plan = planned(**ends, merge="add", layers={"branches": branches})
    shapes = {node.layer.name: node.output.shape[-1] for node in plan.graph.nodes}
    assert [(name, shapes[name]) for name in _fed(plan)["merge"]] == widths


def test_what_concatenates_keeps_its_width() -> None:
    plan = planned(inputs="c: category 5, x: numeric 4", outputs="y: binary")
    assert _fed(plan)["merge"] == ["c_embedding", "x_dense"]


@pytest.mark.parametrize("size", ["8x8x3", "8X8X3", "8×8×3"])
def test_sizes_are_written_with_any_sign_of_multiplication(size: str) -> None:
    plan = planned(inputs=f"p: image {size}", outputs="y: binary")
    assert plan.graph.inputs["p"].shape == (None, 8, 8, 3)


def test_so_are_the_sizes_of_an_output() -> None:
    plan = planned(
        inputs="p: image 8x8x3", outputs="y: map 2 16×16, z: map 2 8X8", layers={"heads": {"y": ["UpSampling2D"]}}
    )
    assert [tensor.shape for tensor in plan.graph.outputs.values()] == [(None, 16, 16, 2), (None, 8, 8, 2)]


@pytest.mark.parametrize(
    ("said", "as_line"),
    [
        ({"self_attention": {"num_heads": 2, "key_dim": 4, "dropout": 0.1}}, "self_attention 2x4 dropout=0.1"),
        ({"self_attention": {"heads": 2, "width": 4}}, "self_attention 2x4"),
        ({"transformer": {"heads": "2x4", "units": 8, "activation": "gelu"}}, "transformer 2x4 8 gelu"),
        ({"transformer": {"heads": 2, "width": 4}}, "transformer 2x4"),
        ({"tcn": {"filters": 8, "dilation_rate": 2}}, "tcn 8 dilation=2"),
    ],
    ids=str,
)
def test_blocks_are_written_as_mappings_too(said: dict[str, Any], as_line: str) -> None:
    plans = [
        planned(inputs="s: sequence 5x4", outputs="y: binary", layers={"branches": {"s": [item]}})
        for item in (said, as_line)
    ]
    first, second = ([(layer.name, layer.arguments) for layer in plan.graph.layers()] for plan in plans)
    assert first == second


# Refusals


def _body(stack: Any, **answers: Any) -> dict[str, Any]:
    return {**ONE, "layers": {"body": stack}, **answers}


def _photo(stack: Any, **answers: Any) -> dict[str, Any]:
    return {**IMAGE, "layers": {"branches": {"photo": stack}}, **answers}


@pytest.mark.parametrize(
    ("answers", "place", "what", "mend"),
    [
        (_body("denze 3"), "layers.body[0]", "unknown layer 'denze'", "did you mean dense?"),
        (_body("Add"), "layers.body[0]", "Add joins several tensors, and a stack has one", "write merge: {with: NAME"),
        (_body("dense 3 4"), "layers.body[0]", "dense has 2 values", "its values are, in this order: units"),
        (_body("unit_norm 3"), "layers.body[0]", "unit_norm has 1 value", "it takes no values: leave it out"),
        (_body("dense"), "layers.body[0]", "Dense needs units", "say it, as in units=64"),
        (_body("dense 3 unit=4"), "layers.body[0]", "Dense has no argument 'unit'", "leave it out; it takes: units,"),
        (_body("dropout 2"), "layers.body[0]", "rate of Dropout is 2", "rate is a number from 0 to 1"),
        (
            _body("conv 3"),
            "layers.body[0]",
            "conv doesn't take a tensor of 64",
            "it takes 2, 3 or 4 axes, the channels last",
        ),
        (_body("Conv2D 3 3"), "layers.body[0]", "Conv2D takes 3 axes, not 1: it gets 64", "give it a tensor of 3"),
        (_body("reshape 5x-1"), "layers.body[0]", "Reshape can't make 5×-1 of 64", "the sizes' product has to be 64"),
        (_body("layer_norm axis=3"), "layers.body[0]", "LayerNormalization has axis=3 on 64", "axis=-1 is the last"),
        (_body("dense 3 name=x"), "layers.body[0]", "the name x is taken by the input x", "name it otherwise"),
        (_body("dense 3 name=y"), "layers.body[0]", "the name y is taken by the output y", "name it otherwise"),
        (
            _body("dense 3 name=z, dense 4 name=z"),
            "layers.body[1]",
            "the name z is taken by layers.body[0]",
            "name it otherwise",
        ),
        (
            {**PAIR, "sharing": "y: left + right"},
            "sharing.y",
            "the name y is taken by the output y",
            "name it otherwise",
        ),
        (
            {**PAIR, "sharing": "twin: left + right", "layers": {"branches": {"twin": []}}},
            "layers.branches.twin",
            "a shared encoder has no layer",
            "give it one or more",
        ),
        (
            _photo("max_pool 10"),
            "layers.branches.photo[0]",
            "a pool of 10×10 is larger than its image, 9×9×3",
            "pool less often",
        ),
        (
            _photo("conv 4 11 padding=valid"),
            "layers.branches.photo[0]",
            "a kernel of 11×11 doesn't fit into 9×9×3",
            "say padding=same",
        ),
        (
            _photo("conv 4 groups=2"),
            "layers.branches.photo[0]",
            "2 groups don't divide 3 channels and 4 filters",
            "channels and filters have to be multiples of groups",
        ),
        (
            _photo("conv 4 strides=2 dilation_rate=2"),
            "layers.branches.photo[0]",
            "strides and dilation_rate are both above 1",
            "Keras takes one of the two",
        ),
        (
            _photo([{"residual": "conv 4 padding=valid"}]),
            "layers.branches.photo[0].residual",
            "no shortcut leads from 9×9×3 to 7×7×4, which its stack gives",
            "keep the number of axes, and their sizes",
        ),
        (
            _photo([{"residual": "flatten, dense 4"}]),
            "layers.branches.photo[0].residual",
            "no shortcut leads from 9×9×3 to 4, which its stack gives",
            "keep the number of axes",
        ),
        (
            _photo([{"parallel": {"paths": ["conv 4", "max_pool"]}}]),
            "layers.branches.photo[0].parallel.merge",
            "tensors can't be concatenated along axis -1: 9×9×4, 4×4×3",
            "all their other axes have to be equal",
        ),
        (
            {**TWO, "inputs": "a: image 8x8x3, b: numeric 3", "layers": {"branches": {"a": []}}},
            "merge",
            "tensors of different rank can't be concatenated: 8×8×3, 64",
            "pool or flatten the larger ones first",
        ),
        (
            {**TWO, "merge": "add", "layers": {"branches": {"a": "dense 3", "b": "dense 4"}}},
            "merge",
            "tensors of different shape can't be joined element by element: 3, 4",
            "give the branches equal last sizes, or merge by concatenate",
        ),
        (
            {**TWO, "merge": "average", "inputs": "a: image 8x8x3, b: numeric 3", "layers": {"branches": {"a": []}}},
            "merge",
            "tensors of different rank can't be joined: 8×8×3, 64",
            "pool or flatten the larger ones first",
        ),
        (
            {**TWO, "merge": "subtract", "inputs": "a: numeric 4, b: numeric 3, c: numeric 1"},
            "merge",
            "subtract joins exactly two, not 3",
            "merge by concatenate, or share one encoder between two of them (sharing)",
        ),
        (
            {**IMAGE, "layers": {"branches": {"photo": "conv 4"}, "heads": {"y": []}}},
            "outputs.y",
            "regression needs 1 number a sample, and its head gives 9×9×1",
            "pool or flatten before its last layer, as by global_average_pool",
        ),
        (
            {**ONE, "layers": {"heads": {"y": [{"output": "dense 2"}]}}},
            "outputs.y",
            "regression needs 1 number a sample, and its head gives 2",
            "give its last layer 1 unit, or leave output out",
        ),
        (
            {**TWO, "outputs": "y: binary from=b"},
            "inputs.a",
            "no output sees it",
            "drop it, or name it in an output's from=",
        ),
        (
            {
                "inputs": "x: numeric 1",
                "outputs": "y: regression",
                "layers": {"branches": {"x": ["tanh"]}, "body": [], "heads": {"y": [{"output": "none"}]}},
            },
            "outputs.y",
            "no layer before it can learn",
            "give its branch, body or head one, or leave output out",
        ),
    ],
)
def test_what_cant_be_built_is_refused_with_place_reason_and_mend(
    answers: dict[str, Any], place: str, what: str, mend: str
) -> None:
    [problem] = _refused(**answers)
    assert (problem.place, problem.what) == (place, what)
    assert problem.mend.startswith(mend)
    assert str(problem) == f"{problem.place}: {problem.what} [{problem.fault.code}]\n    {problem.mend}"


def test_all_that_is_wrong_is_said_in_one_go() -> None:
    problems = _refused(
        inputs="photo: image 9x9x3, b: numeric 3",
        outputs="y: multiclass 3, z: regression 2",
        layers={
            "branches": {"photo": ["dense 4 relu name=b", "konv 3", "drop 1"], "b": "dense 2 unitz=3"},
            "body": [{"residual": ["dense"]}, {"parallel": {"paths": ["dense 1 2", "gelu 3"]}}, "conv 3"],
            "heads": {"y": ["dense 3 kernel=4", {"output": "dense true"}], "z": ["dropout -1"]},
        },
    )
    assert [problem.place for problem in problems] == [
        "layers.branches.photo[0]",
        "layers.branches.photo[1]",
        "layers.branches.photo[2]",
        "layers.branches.b[0]",
        "layers.body[0].residual[0]",
        "layers.body[1].parallel.paths[0][0]",
        "layers.body[1].parallel.paths[1][0]",
        "layers.heads.y[0]",
        "layers.heads.y[1].output",
        "layers.heads.z[0]",
    ]


def test_a_broken_branch_hides_no_other_and_no_other_head() -> None:
    problems = _refused(
        inputs="a: numeric 4, b: image 4x4x1, c: image 4x4x1",
        outputs="y: binary from=a, z: binary from=b, w: binary from=c",
        layers={
            "branches": {"b": "max_pool 5", "c": "max_pool 6"},
            "body": [],
            "heads": {"y": [{"output": "dense 7"}]},
        },
    )
    assert [problem.place for problem in problems] == [
        "layers.branches.b[0]",
        "layers.branches.c[0]",
        "outputs.y",
    ]


# What people see


def test_a_diagram_has_a_line_for_each_path() -> None:
    plan = planned(
        inputs="left: vector 6, right: vector 6", outputs="y: binary, z: binary", sharing="twin: left + right"
    )
    assert diagram(plan.graph) == textwrap.dedent("""\
        left (6) -> twin (64)
        right (6) -> twin (64)
        twin(left) + twin(right) -> merge (128) -> dense (64)
        dense -> y (1)
        dense -> z (1)""")


def test_a_diagram_says_on_what_a_shared_layer_is_called_however_far_back() -> None:
    inputs = "left: image 32x32x3, right: image 32x32x3"
    plan = planned(inputs=inputs, outputs="y: binary", backbone="MobileNetV2", sharing="twin: left + right")
    assert "twin(mobilenetv2(left)) + twin(mobilenetv2(right)) -> merge (2560)" in diagram(plan.graph, width=999)


def test_a_diagram_keeps_to_its_width() -> None:
    names = [f"{letter * 40}" for letter in "abcdef"]
    plan = planned(inputs=", ".join(f"{name}: vector 4" for name in names), outputs="y: binary")
    assert all(len(line) <= 76 for line in diagram(plan.graph).splitlines())


def test_a_shared_layer_has_a_row_for_each_call_and_counts_once() -> None:
    plan = planned(**PAIR, sharing="twin: left + right", layers={"branches": {"twin": "dense 2, dense 2"}, "body": []})
    explained = explanation(plan)
    inner, first, second, *_ = explained["layers"][0]["layers"], *explained["layers"]
    assert [row["name"] for row in (*inner, first, second)] == ["dense_1", "dense_2", "twin", "twin"]
    assert [first["inputs"], second["inputs"]] == [["left"], ["right"]]
    assert explained["parameters"] == {"total": 14 + 6 + 5, "trainable": 25}
    assert explained["layers"][-1]["shape"] == [None, 1]


@pytest.mark.parametrize(
    ("stack", "layer"),
    [
        (["masking", "lstm 4"], None),
        (["lstm 4"], "s_lstm"),
        (["masking", "conv 4", "global_average_pool"], "s_global_average_pool"),
        (["masking", "global_max_pool"], "s_global_max_pool"),
        (["masking", "transformer 2x4", "transformer 2x4", "global_average_pool"], None),
    ],
)
def test_what_takes_padding_for_steps_is_noted(stack: list[str], layer: str | None) -> None:
    notes = planned(inputs="s: sequence ?x4", outputs="y: binary", layers={"branches": {"s": stack}}).notes
    assert [note.partition(" takes the padding of s")[0] for note in notes] == ([layer] if layer else [])
    assert not planned(inputs="s: sequence 9x4", outputs="y: binary", layers={"branches": {"s": stack}}).notes


def test_a_state_that_a_layer_begins_with_says_nothing_of_padding() -> None:
    branches = {
        "read": ["embedding 50 8 mask_zero=true", "lstm 16 name=enc"],
        "written": ["embedding 40 8 mask_zero=true", "lstm 16 return_sequences=true initial_state=enc"],
    }
    plan = planned(inputs="read: text 50x?, written: text 40x?", outputs="y: labels 40", layers={"branches": branches})
    assert not plan.notes
    assert keeps_padding_out(plan.graph)


def test_a_step_after_a_state_sees_all_steps_that_the_state_follows_from() -> None:
    stack = ["lstm 8 return_sequences=true name=first", "lstm 8 return_sequences=true initial_state=first"]
    plan = planned(inputs="s: sequence 12x4", outputs="y: labels 5", layers={"branches": {"s": stack}})
    assert [node.begins_with_state for node in plan.graph.nodes if not sees_no_later(node)] == [True]


@pytest.mark.parametrize("branching", [["residual"], ["residual", "parallel"]])
def test_the_planners_own_residuals_of_steps_keep_their_mask(branching: list[str]) -> None:
    plan = planned(inputs="s: sequence ?x4", outputs="q: labels 4", branching=branching)
    assert not plan.notes
    assert plan.graph.outputs["q"].masked
