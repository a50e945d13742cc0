"""Protects the pictures: what stands in them, that a shared layer is one box, and that Graphviz can draw them."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree

import pytest

from layerwright.pictures import FORMATS, Drawing, dot, drawing, mermaid, rendered
from layerwright.pictures.dot import every
from layerwright.pictures.drawing import LONGEST, MOST, Box, Kind
from layerwright.plan import Plan, design
from layerwright.presets import preset_answers

from .workbench import PRESETS

each_preset = pytest.mark.parametrize("preset", PRESETS)

RESIDUAL = {"residual": ["conv 8 padding=same", "conv 8 padding=same"]}


def stack(*items: Any) -> Plan:
    """A network of an image that goes through these layers."""
    answers = {"inputs": "photo: image 16x16x8", "outputs": "kind: multiclass 3"}
    return design(answers | {"layers": {"branches": {"photo": [*items, "global_average_pool"]}, "body": []}})


def boxes(drawn: Drawing) -> dict[str, Box]:
    """The boxes under the names of their first rows."""
    return {box.rows[0].name: box for box in drawn.boxes}


@each_preset
def test_every_layer_stands_in_one_row_or_is_counted_as_left_out(preset: str) -> None:
    plan = design(preset_answers(preset))
    rows = [row for box in every(drawing(plan)) if box.kind is not Kind.INPUT for row in box.rows]
    left_out = sum(int(row.about.split()[0]) for row in rows if not row.name)
    assert left_out + sum(bool(row.name) for row in rows) == len(list(plan.graph.all_layers()))


@each_preset
def test_every_row_has_the_shape_and_parameters_of_the_plan(preset: str) -> None:
    plan = design(preset_answers(preset))
    top = {row.name: row.parameters for box in drawing(plan).boxes if box.kind is not Kind.INPUT for row in box.rows}
    assert sum(top.values()) == plan.graph.parameters


@each_preset
@pytest.mark.parametrize("form", ["svg", "png"])
def test_graphviz_draws_every_preset(preset: str, form: str) -> None:
    plan = design(preset_answers(preset))
    picture = rendered(dot(drawing(plan)), form)
    if form == "png":
        assert picture.startswith(b"\x89PNG\r\n")
        return
    words = {(each.text or "").partition(":")[0] for each in ElementTree.fromstring(picture).iter()}
    assert {*plan.graph.inputs, *plan.graph.outputs} <= words


def test_the_forms_are_those_that_graphviz_draws() -> None:
    drawn = dot(drawing(stack("conv 8")))
    assert [rendered(drawn, form)[:4] for form in FORMATS] == [b"<?xm", b"\x89PNG", b"%PDF"]


def test_a_shared_encoder_is_one_box_with_arrows_for_each_call() -> None:
    drawn = drawing(design(preset_answers("siamese-conv")))
    encoder = boxes(drawn)["encoder"]
    assert encoder.calls == 2
    assert "shared: called 2 times, one set of weights" in encoder.notes
    into = {arrow.start: arrow.call for arrow in drawn.arrows if arrow.end == encoder.key}
    assert into == {"input_anchor": 0, "input_positive": 1}
    assert sorted(arrow.call for arrow in drawn.arrows if arrow.start == encoder.key) == [0, 1]


def test_heads_stand_apart_with_what_they_are() -> None:
    drawn = drawing(design(preset_answers("product-heads")))
    heads = {name: box.notes for name, box in boxes(drawn).items() if box.kind is Kind.OUTPUT}
    assert heads == {"category": ("multiclass",), "price": ("regression * 0.5",), "popularity": ("binary * 0.3",)}


def test_a_body_is_said_to_be_frozen() -> None:
    backbone = boxes(drawing(design(preset_answers("resnet-transfer"))))["resnet50"]
    assert (backbone.kind, backbone.rows[0].about) == (Kind.BACKBONE, "ResNet50")
    assert backbone.notes == ("frozen in phase one",)


def test_a_residual_has_its_shortcut_as_an_arrow() -> None:
    drawn = drawing(stack("conv 8", RESIDUAL))
    add = next(box for box in drawn.boxes if box.kind is Kind.MERGE)
    [first, second] = [arrow.start for arrow in drawn.arrows if arrow.end == add.key]
    assert {first, second} == {"layer_photo_residual_conv_1", "layer_photo_rescaling"}


@pytest.mark.parametrize("length", [LONGEST - 1, LONGEST, LONGEST + 1, 40])
def test_a_long_chain_leaves_out_its_middle(length: int) -> None:
    drawn = drawing(stack(*(f"conv {8 + number} padding=same" for number in range(length - 2))))
    chain = boxes(drawn)["photo_rescaling"]
    names = [row.name for row in chain.rows]
    assert (len(names) <= LONGEST, "" in names) == (True, length > LONGEST)
    assert names[-1] == "photo_global_average_pool"
    assert (
        sum(row.parameters for row in chain.rows)
        == sum(
            layer.parameters
            for layer in stack(*(f"conv {8 + n} padding=same" for n in range(length - 2))).graph.layers()
        )
        - boxes(drawn)["kind"].rows[0].parameters
    )


@pytest.mark.parametrize("times", [MOST, MOST + 1, 12])
def test_blocks_that_repeat_are_folded_between_the_first_and_the_last(times: int) -> None:
    plan = stack("conv 8 padding=same", {"repeat": {"times": times, "layers": [RESIDUAL]}})
    drawn = drawing(plan)
    kinds = Counter(box.kind for box in drawn.boxes)
    assert kinds[Kind.MERGE] == (times if times <= MOST else 2)
    folded = [box.rows[0] for box in drawn.boxes if box.kind is Kind.FOLDED]
    assert [row.about for row in folded] == ([] if times <= MOST else [f"{times - 2} more of these"])
    assert sum(row.parameters for box in drawn.boxes for row in box.rows) == plan.graph.parameters


def test_an_arrow_leads_between_boxes_that_are_there() -> None:
    for preset in PRESETS:
        drawn = drawing(design(preset_answers(preset)))
        keys = {box.key for box in drawn.boxes}
        assert all({arrow.start, arrow.end} <= keys for arrow in drawn.arrows), preset


@pytest.mark.parametrize("name", ["end", "graph", "subgraph", "class", "style", "default", "click", "node", "strict"])
def test_a_name_may_be_a_word_of_a_picture_language(name: str) -> None:
    answers = {"inputs": f"{name}: numeric 3", "outputs": "y: regression"}
    drawn = drawing(design(answers | {"layers": {"branches": {name: [f"dense 4 name={name}_"]}, "body": []}}))
    assert rendered(dot(drawn), "svg")
    ids = re.findall(r"^ +(\w+)[\[({]", mermaid(drawn), re.MULTILINE)
    assert ids
    assert name not in ids


def test_nested_names_keep_apart() -> None:
    """A layer in a model and one outside may have one name."""
    answers = preset_answers("siamese-conv") | {"outputs": "conv: binary", "merge": "absolute_difference"}
    drawn = drawing(design(answers))
    keys = [box.key for box in every(drawn)]
    assert len(set(keys)) == len(keys)


def test_mermaid_says_what_the_picture_shows() -> None:
    text = mermaid(drawing(design(preset_answers("siamese-conv"))))
    assert text.splitlines()[1] == "flowchart TD"
    assert '  input_anchor(["<b>anchor</b> image 64×64×3"]):::input' in text.splitlines()
    assert text.count("-->") == 5, "two into the encoder, one in it, two out of it"
