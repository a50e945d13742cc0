"""Protects what `diff` says of two networks: layers that are new, gone or changed, and how each has changed."""

from __future__ import annotations

from typing import Any

import pytest

from layerwright.differences import as_data, as_drawings, as_text, difference
from layerwright.pictures import dot, mermaid, rendered
from layerwright.plan import design
from layerwright.presets import preset_answers

from .workbench import PRESETS

BASE = {"inputs": "x: numeric 8, z: numeric 4", "outputs": "y: binary"}


def changed(**answers: Any) -> dict[str, Any]:
    """What is said of BASE with other answers beside it."""
    return as_data(difference(design(BASE), design(BASE | answers)))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_network_is_the_same_as_itself(preset: str) -> None:
    found = difference(design(preset_answers(preset)), design(preset_answers(preset)))
    assert not found.marks
    assert as_text(found) == "The same network."


def test_one_more_input_is_new_with_its_branch_and_changes_what_it_joins() -> None:
    said = changed(inputs="x: numeric 8, z: numeric 4, extra: numeric 2")
    assert [name for name in said["new"] if not name.startswith("extra")] == []
    assert "extra" in said["new"]
    assert said["gone"] == []
    assert "from" in said["changed"]["merge"]
    assert said["changed"]["merge"]["from"]["after"].endswith("extra_dense")
    assert said["parameters"]["after"] > said["parameters"]["before"]


def test_a_size_is_said_before_and_after() -> None:
    said = changed(layers={"body": ["dense 99"]})
    assert said["changed"]["dense"]["units"] == {"before": "64", "after": "99"}
    assert said["changed"]["dense"]["shape"] == {"before": "64", "after": "99"}
    assert set(said["changed"]) == {"dense", "y"}


def test_a_shared_encoder_is_new_and_what_was_apart_is_gone() -> None:
    said = as_data(
        difference(
            design(BASE | {"inputs": "x: numeric 8, z: numeric 8"}),
            design(BASE | {"inputs": "x: numeric 8, z: numeric 8", "sharing": "encoder: x + z"}),
        )
    )
    assert "encoder" in said["new"]
    assert {"x_dense", "z_dense"} <= set(said["gone"])


def test_what_is_nested_is_said_under_the_model() -> None:
    pair = preset_answers("siamese-dense")
    wide = pair | {"layers": {"branches": {"encoder": ["dense 8", "dense 64"]}, "body": []}}
    narrow = pair | {"layers": {"branches": {"encoder": ["dense 9", "dense 64"]}, "body": []}}
    said = as_data(difference(design(wide), design(narrow)))
    assert said["changed"]["encoder/dense_1"]["units"] == {"before": "8", "after": "9"}


def test_text_marks_each_line() -> None:
    lines = as_text(difference(design(BASE), design(BASE | {"outputs": "price: regression"}))).splitlines()
    marks = {
        line.split()[1]: line[0] for line in lines if line[:1] in "+-~" and "," not in line and len(line.split()) > 1
    }
    assert marks["price"] == "+"
    assert marks["y"] == "-"


def test_what_a_task_changes_of_its_layer_is_said() -> None:
    """From binary to regression the last layer loses its sigmoid."""
    said = changed(outputs="y: regression")
    assert said["changed"]["y"]["activation"] == {"before": "'sigmoid'", "after": "None"}


@pytest.mark.parametrize("preset", PRESETS)
def test_two_networks_are_drawn_side_by_side(preset: str) -> None:
    drawings = as_drawings(difference(design(BASE), design(preset_answers(preset))))
    assert rendered(dot(drawings), "svg")
    assert mermaid(drawings).count("subgraph part_") == 2


def test_rows_are_marked_in_the_picture() -> None:
    drawings = as_drawings(difference(design(BASE), design(BASE | {"layers": {"body": ["dense 64", "dense 32"]}})))
    marks = {row.name: row.mark for box in drawings["after"].boxes for row in box.rows}
    assert marks["dense_2"] == "+"
    assert marks["merge"] == ""
    assert {row.name: row.mark for box in drawings["before"].boxes for row in box.rows}["dense"] == "-"
