"""Protects what a reader of `model.py` sees: what repeats is written once, and everything is called by its name."""

from __future__ import annotations

from typing import Any

from . import models

IMAGE = "photo: image 32x32x3"


def _source(layers: list[Any], inputs: str = IMAGE, **more: Any) -> str:
    """The source for layers of the one branch, which is made sure to build what is planned."""
    name = inputs.partition(":")[0]
    plan = models.planned(inputs=inputs, outputs="y: multiclass 10", layers={"branches": {name: layers}}, **more)
    return _right(plan)


def _right(plan: Any) -> str:
    text = models.source(plan)
    assert models.described(models.built(text)) == models.expected(plan)
    return text


def _repeat(times: int, *layers: Any) -> dict[str, Any]:
    return {"repeat": {"times": times, "layers": list(layers)}}


def test_a_neighbour_stands_beside_a_loop_over_equal_layers() -> None:
    text = _source([_repeat(19, "conv 16"), "conv 1 linear", "flatten"], straight=False)
    assert (
        """
    for number in range(1, 20):
        x = layers.Conv2D(16, 3, padding="same", activation="relu", name=f"photo_conv_{number}")(x)
    x = layers.Conv2D(1, 3, padding="same", name="photo_conv_20")(x)
"""
        in text
    )


def test_what_differs_in_many_ways_stands_beside_a_loop_too() -> None:
    text = _source([_repeat(4, "conv 16"), "conv 32", "conv 32 5 strides=2", "flatten"], straight=False)
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
    text = _source(["conv 8", "conv 16", "conv 32", "conv 64", "flatten"], straight=False)
    assert "    for number, filters in enumerate((8, 16, 32, 64), 1):\n" in text
    text = _source(["conv 8", "conv 8", "conv 32", "conv 64", "flatten"], straight=False)
    assert "enumerate" not in text
