"""Protects the estimate of memory: what it counts, and that it says what it takes for granted."""

from __future__ import annotations

import pytest

from layerwright.memory import memory, spelled
from layerwright.plan import design

from .workbench import PRESETS

DENSE = {"inputs": "x: vector 10", "outputs": "y: regression", "layers": {"branches": {"x": ["dense 5"]}, "body": []}}
"""10 × 5 + 5 and 5 + 1 parameters: 61."""


def test_of_dense_layers_it_can_be_counted_by_hand() -> None:
    found = memory(design(DENSE))
    assert found.weights == 61 * 4
    assert found.training == 61 * 4 * 4 + 32 * (10 + 5 + 1) * 4, "weights, gradients, two moments; a batch of 32"
    assert found.assumed == ()


@pytest.mark.parametrize(("optimizer", "numbers"), [("adam", 4), ("sgd", 3), ("rmsprop", 3)])
def test_optimizers_remember_more_or_less(optimizer: str, numbers: int) -> None:
    found = memory(design(DENSE | {"training": {"optimizer": optimizer}}))
    assert found.training == 61 * 4 * numbers + 32 * 16 * 4


def test_mixed_precision_halves_what_a_batch_keeps_and_copies_the_weights() -> None:
    found = memory(design(DENSE | {"precision": "mixed_bfloat16"}))
    assert found.weights == 61 * 4
    assert found.training == 61 * (16 + 2) + 32 * 16 * 2


def test_a_shared_encoder_has_its_weights_once_and_is_kept_for_each_call() -> None:
    one = {"inputs": "a: vector 8, b: vector 8", "outputs": "y: binary", "layers": {"body": []}}
    shared, apart = memory(design(one | {"sharing": "e: a + b"})), memory(design(one))
    assert apart.weights - shared.weights == 4 * (8 * 64 + 64)
    assert apart.training - shared.training == 4 * (apart.weights - shared.weights)


def test_recurrent_layers_keep_every_step() -> None:
    short, long = (memory(design({"inputs": f"x: sequence {n}x4", "outputs": "y: binary"})) for n in (10, 20))
    assert short.weights == long.weights
    assert long.training - short.training == 32 * 4 * 10 * (4 + 6 * 64), "a step: its numbers, gates and states"


def test_it_says_what_it_takes_for_granted() -> None:
    assert memory(design({"inputs": "x: sequence ?x4", "outputs": "y: binary"})).assumed == ("x of 128 steps",)
    photo = {"inputs": "photo: image 64x64x3", "outputs": "y: binary", "backbone": "ResNet50"}
    assert "ResNet50 is frozen" in memory(design(photo)).assumed[0]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_has_an_estimate(preset: str) -> None:
    from layerwright.presets import preset_answers

    plan = design(preset_answers(preset))
    found = memory(plan)
    assert found.weights == 4 * plan.graph.parameters
    assert found.training > found.weights


@pytest.mark.parametrize(
    ("number", "text"), [(412, "412 bytes"), (1300, "1.3 kB"), (999_000_000, "999 MB"), (2.5e9, "2.5 GB")]
)
def test_bytes_are_said_as_people_say_them(number: int, text: str) -> None:
    assert spelled(number) == text
