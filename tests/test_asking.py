"""Protects the questions of `new`: what is asked, what an answer leads to, the way back, and that nothing is lost."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerwright import asking, standards
from layerwright.asking import preview, unfinished
from layerwright.asking.asker import Asked, Back, Check, Option, Preview
from layerwright.asking.conversation import Conversation
from layerwright.asking.screen import Screen
from layerwright.plan import design
from layerwright.presets import preset_answers
from layerwright.questions import effective
from layerwright.standards import DATA
from layerwright.template import listed

from . import screens
from .screens import BACKSPACE, DOWN, END, ENTER, ESCAPE, UP
from .workbench import PRESETS, Checkout, Command, Terminal, listing, run

pytest_plugins = ["tests.workbench"]

BACK = object()
"""A reply: the user goes back."""


@dataclass
class Wrong:
    """A reply that isn't taken, and what is said of it; then the next one counts."""

    reply: str
    because: str


@dataclass
class Script:
    """Answers as a user would, from a list. What is asked, what can't be chosen, and what is told, is noted."""

    replies: list[Any]
    width: int = 80
    asked: list[str] = field(default_factory=list)
    seen: dict[str, list[Option]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    previews: list[str] = field(default_factory=list)
    proposed: dict[str, Any] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)

    def tell(self, text: str, style: str = "") -> None:
        self.told.append(text)

    def record(self, question: str, answer: str) -> None:
        self.told.append(f"{question} {answer}")

    def _next(self, asked: Asked, preview: Preview | None, proposed: Any) -> Any:
        self.asked.append(asked.question)
        self.proposed[asked.question] = proposed
        self.details += asked.details
        assert self.replies, f"no reply to {asked.question!r}, after {self.asked}"
        reply = self.replies.pop(0)
        if reply is BACK:
            raise Back
        if isinstance(reply, BaseException):
            raise reply
        return reply

    def _look(self, preview: Preview | None, value: Any) -> None:
        if preview is not None:
            lines = [text for _, text in preview(value, self.width)]
            assert all(len(line) <= self.width for line in lines), lines
            self.previews.append("\n".join(lines))

    def choose(self, asked: Asked, options: Sequence[Option], at: Any, preview: Preview | None = None) -> Any:
        self.seen[asked.question] = list(options)
        name = self._next(asked, preview, at)
        if name is None:
            name = next(each.name for each in options if each.value == at)
        for each in options:
            if each.name == name:
                assert not each.reason, f"{name} can't be chosen: {each.reason}"
                self._look(preview, each.value)
                return each.value
        raise AssertionError(f"{asked.question} has no {name!r}, but {[each.name for each in options]}")

    def mark(self, asked: Asked, options: Sequence[Option], marked: Sequence[Any], preview: Preview) -> list[Any]:
        self.seen[asked.question] = list(options)
        chosen = self._next(asked, preview, list(marked))
        chosen = list(marked) if chosen is None else chosen
        self._look(preview, chosen)
        return chosen

    def write(self, asked: Asked, text: str, check: Check, preview: Preview | None = None, *, default: str = "") -> str:
        while True:
            reply = self._next(asked, preview, text or default)
            if isinstance(reply, Wrong):
                assert reply.because in check(reply.reply), check(reply.reply)
                continue
            said = (text or default) if reply is None else reply
            assert not check(said), check(said)
            self._look(preview, said)
            return said

    def reasons(self, question: str) -> dict[str, str]:
        """What can't be chosen, and why."""
        return {each.name: each.reason for each in self.seen[question] if each.reason}


def conversation(*replies: Any, given: dict[str, Any] | None = None, **more: Any) -> Conversation:
    return Conversation(Script(list(replies)), Path("/nowhere/plant"), "plant", given or {}, **more)


def said(*replies: Any, given: dict[str, Any] | None = None, **more: Any) -> tuple[dict[str, Any], Script]:
    """The answers that a conversation comes to, and what was seen of it."""
    talk = conversation(*replies, given=given, **more)
    answers = talk.run()
    assert isinstance(talk.asker, Script)
    assert not talk.asker.replies, f"left: {talk.asker.replies}"
    return answers, talk.asker


def line(text: str) -> tuple[str, str, str]:
    """All inputs or outputs in one line, from the first menu on."""
    return ("in one line", text, "go on")


TWO = line("photo: image 32x32x3, meta: numeric 4")
ENDS = (*TWO, *line("price: regression"))
REST = ([], None, None, None, None, "no", "write")
"""No branching, the proposed merge, backbone, hardware and backend, nothing more, and the project is written."""


# The way through


def test_the_eight_questions_come_in_the_order_of_the_design() -> None:
    answers, script = said("My Houses", "blank", *ENDS, *REST)
    assert answers == {
        "project_name": "My Houses",
        "inputs": "photo: image 32x32x3, meta: numeric 4",
        "outputs": "price: regression",
    }
    firsts = [each.partition("?")[0] for each in script.asked]
    order = [
        "What is the project called",
        "Start from a preset",
        "What goes in",
        "What comes out",
        "How do the planner's own paths branch",
        "How do the inputs' branches join",
        "Which pretrained network do the images go through",
        "What does it train on",
        "Which backend does Keras run on",
        "See the rest too",
        "Is it what you want",
    ]
    assert list(dict.fromkeys(firsts)) == order


def test_an_input_is_built_step_by_step() -> None:
    answers, script = said(
        *(None, "blank"),
        *("image", "64", None, "photo"),
        *("add", "text", "5000", "?", None),
        "go on",
        *("multiclass", "7", "kind", None),
        *("add", "binary", None, ["photo"], "0.5"),
        "go on",
        *([], None, None, None, None, "no", "write"),
    )
    assert answers["inputs"] == "photo: image 64x64x3, text: text 5000x?"
    assert answers["outputs"] == "kind: multiclass 7, answer: binary from=photo * 0.5"
    assert "How high and wide are the pictures, in pixels?" in script.asked
    assert "What goes in? photo: image 64x64x3, text: text 5000x?" in script.told


def test_all_sizes_of_an_input_may_be_said_at_once() -> None:
    answers, _ = said(
        None, "blank", "volume", "8 16 16 3", None, None, "go on", *line("y: binary"), [], None, None, "no", "write"
    )
    assert answers["inputs"] == "volume: volume 8x16x16x3"


def test_an_input_that_is_changed_has_its_sizes_with_any_sign_of_multiplication() -> None:
    answers, _ = said(
        *(None, "blank", *line("x: image 20×24×2")[:2], "change x", None, None, "1", "x", "go on"),
        *(*line("y: binary"), [], None, None, None, "no", "write"),
    )
    assert answers["inputs"] == "x: image 20x24x1"


def test_entries_are_changed_and_removed_with_all_that_hangs_on_them() -> None:
    answers, _ = said(
        *(None, "blank"),
        *line("left: image 32x32x3, right: image 32x32x3, more: numeric 3")[:2],
        *("remove more", "change right", None, None, None, "other", "go on"),
        *line("same: distance"),
        *([], "encoder: left + other", "l1_distance", None, None, None, "no", "write"),
    )
    assert answers["inputs"] == "left: image 32x32x3, other: image 32x32x3"
    assert answers["sharing"] == "encoder: left + other"


def test_a_renamed_input_is_renamed_where_outputs_and_layers_of_a_preset_name_it() -> None:
    answers, _ = said(
        *(None, "siamese-conv"),
        *("change anchor", None, None, None, "first", "go on"),
        *("go on", [], None, None, None, None, None, "no", "write"),
    )
    assert answers == {
        "preset": "siamese-conv",
        "inputs": "first: image 64x64x3, positive: image 64x64x3",
        "sharing": "encoder: first + positive",
    }


def test_of_a_preset_only_what_differs_has_to_be_given() -> None:
    answers, _ = said(None, "power-plant", "go on", "go on", [], "cpu", None, "no", "write")
    assert answers == {"preset": "power-plant", "hardware": "cpu"}


def test_what_is_given_is_not_asked() -> None:
    given = {"project_name": "x", "preset": "power-plant", "hardware": "cpu", "backend": "torch"}
    answers, script = said("go on", "go on", [], "no", "write", given=given)
    assert answers == given
    assert "What does it train on?" not in script.asked


def test_the_rest_is_asked_if_it_is_wanted() -> None:
    answers, script = said(
        *(None, "blank", *line("x: numeric 4"), *line("y: binary"), [], None, None, "yes"),
        *(None, "Says yes or no", "Ada", Wrong("MITT", "no SPDX name"), "MIT", None, None, "no"),
        "mixed_bfloat16",
        *(Wrong("{body: [dence 3]}", "unknown layer"), "{body: [dense 5]}", None, "{epochs: 3}", "tensorboard"),
        *(["onnx"], ["ci", "docker"], "write"),
    )
    assert answers | {"inputs": "", "outputs": ""} == {
        "inputs": "",
        "outputs": "",
        "description": "Says yes or no",
        "author": "Ada",
        "license": "MIT",
        "straight": False,
        "precision": "mixed_bfloat16",
        "layers": {"body": ["dense 5"]},
        "training": {"epochs": 3},
        "tracking": "tensorboard",
        "export": ["onnx"],
        "extras": ["ci", "docker"],
    }
    assert "Will it stay a straight line" not in " ".join(script.told)


def test_whether_it_stays_straight_is_asked_only_of_a_straight_line() -> None:
    rest = (None,) * 6
    _, two = said(
        None, "blank", *ENDS, [], None, None, None, None, "yes", *rest, None, None, None, None, None, [], [], "write"
    )
    assert not [each for each in two.asked if "straight line" in each]
    _, one = said(
        None,
        "blank",
        *line("x: numeric 4"),
        *line("y: binary"),
        [],
        None,
        None,
        "yes",
        *rest,
        None,
        None,
        None,
        None,
        None,
        None,
        [],
        [],
        "write",
    )
    assert [each for each in one.asked if "straight line" in each]


# What can't be chosen


def kinds_refused(inputs: str) -> dict[str, str]:
    """Which tasks can't be chosen for these inputs, and why."""
    script = Script([None, "blank", *line(inputs), KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        Conversation(script, Path("/nowhere/plant"), "plant", {}).run()
    return script.reasons("What comes out?")


def test_tasks_that_the_inputs_do_not_fit_are_refused_each_with_its_reason() -> None:
    refused = kinds_refused("x: numeric 4")
    assert {"segmentation", "map", "labels", "distance"} <= set(refused)
    assert "binary" not in refused
    assert "something of every place" in refused["segmentation"]
    assert refused["distance"] == "a distance is between two inputs, and it sees 1"
    assert "reconstruction" in kinds_refused("x: category 4")
    assert "segmentation" not in kinds_refused("p: image 32x32x3, x: numeric 4"), "of the picture alone it works"


def test_a_task_that_only_some_inputs_fit_sees_those() -> None:
    answers, script = said(
        *(None, "blank", *line("p: image 32x32x3, q: image 32x32x3, x: numeric 4")),
        *("distance", None, None, "add", "binary", None, None, None, "go on"),
        *([], "encoder: p + q", None, None, None, None, "no", "write"),
    )
    assert answers["outputs"] == "distance: distance from=p+q, answer: binary"
    assert answers["merge"] == "l2_distance"
    assert any("p and q alone" in each for each in script.told)
    assert "add" in script.reasons("How do the inputs' branches join?")


def test_an_input_that_no_output_sees_can_not_be_left_so() -> None:
    script = Script(
        [None, "blank", *line("p: image 32x32x3, x: numeric 4"), "segmentation", None, None, None, KeyboardInterrupt()]
    )
    with pytest.raises(KeyboardInterrupt):
        Conversation(script, Path("/nowhere/plant"), "plant", {}).run()
    assert "no output sees it" in script.reasons("What comes out?")["go on"]


def test_backends_and_precisions_that_the_devices_rule_out_are_refused() -> None:
    ends = (*line("x: numeric 4"), *line("y: binary"))
    answers, script = said(
        *(None, "blank", *ends, [], "machines", None, "yes", *[None] * 7),
        *(None, None, None, None, None, [], [], "write"),
    )
    assert (
        "several machines with TensorFlow"
        in script.reasons("Which backend does Keras run on? The model's source is the same.")["tensorflow"]
    )
    assert answers["backend"] == "jax", "the first that can is proposed"
    _, script = said(
        *(None, "blank", *ends, [], "cpu", None, "yes", *[None] * 7),
        *(None, None, None, None, None, [], [], "write"),
    )
    assert set(script.reasons("In which precision does it compute?")) == {"mixed_float16"}


PAIRS = line("left: vector 8, right: vector 8, a: vector 4, b: vector 4")
SHARE = "Do inputs share an encoder, its weights too?"


def test_several_pairs_that_are_alike_share_by_one_choice() -> None:
    both = "encoder: left + right, encoder_1: a + b"
    answers, script = said(None, "blank", *PAIRS, *line("y: binary"), [], both, None, None, None, "no", "write")
    assert answers["sharing"] == both
    names = [each.name for each in script.seen[SHARE]]
    assert names == ["none", both, "encoder: left + right", "encoder: a + b", "in one line", "back"]


def test_what_shares_is_typed_in_one_line_that_the_choices_show_and_the_other_way_round() -> None:
    typed = "twins: left + right, others: a + b"
    begin = [None, "blank", *PAIRS, *line("y: binary"), []]
    answers, script = said(
        *begin, "in one line", BACK, "in one line", typed, BACK, None, None, None, None, "no", "write"
    )
    assert answers["sharing"] == typed
    assert script.proposed[SHARE] == typed, "asked again, the choices have what was typed"
    assert script.seen[SHARE][4] == Option(typed, typed, "as it was")
    [question] = {each for each in script.asked if each.startswith(SHARE) and each != SHARE}
    assert script.proposed[question] == "encoder: left + right, encoder_1: a + b", "the line begins as a choice"


def test_merges_that_do_not_fit_the_branches_are_refused() -> None:
    three = line("a: numeric 4, b: numeric 4, c: image 32x32x3")
    _, script = said(None, "blank", *three, *line("y: binary"), [], "none", None, None, None, None, "no", "write")
    refused = script.reasons("How do the inputs' branches join?")
    assert "exactly two, not 3" in refused["dot"]
    assert not {"add", "concatenate"} & refused.keys(), "the planner's own branches are made equally wide"


def test_where_nothing_can_be_chosen_the_user_is_sent_back() -> None:
    """Three branches and a distance of two: no merge does, unless two of them share an encoder."""
    three = line("p: image 32x32x3, q: image 32x32x3, x: numeric 4")
    first = [None, "blank", *three, *line("d: distance from=p+q, y: binary"), [], "none", "back", "encoder: p + q"]
    script = Script([*first, None, None, None, None, "no", "write"])
    answers = Conversation(script, Path("/nowhere/plant"), "plant", {}).run()
    assert any("None of these goes with" in each for each in script.details)
    assert answers["merge"] == "l2_distance"


def test_backbones_that_the_images_do_not_fit_are_refused() -> None:
    _, script = said(None, "blank", *line("p: image 64x64x3"), *line("y: binary"), [], None, None, None, "no", "write")
    refused = script.reasons("Which pretrained network do the images go through?")
    assert refused["InceptionV3"] == "64×64 is below the 75 that the backbone needs"
    assert "ResNet50" not in refused


# The way back


def test_back_keeps_the_later_answers_that_still_hold() -> None:
    answers, script = said(
        *("One", "blank", *ENDS, ["residual"], "concatenate", None, "cpu"),
        *(BACK, BACK, BACK, BACK, BACK, "in one line", "price: regression, sold: binary", "go on"),
        *("jax", "no", "write"),
    )
    assert answers["outputs"] == "price: regression, sold: binary"
    assert (answers["hardware"], answers["branching"], answers["backend"]) == ("cpu", ["residual"], "jax")
    assert not [each for each in script.told if "again" in each]


def test_what_does_not_hold_any_more_is_named_and_asked_again() -> None:
    pair = line("left: image 32x32x3, right: image 32x32x3")
    answers, _ = said(
        *(None, "blank", *pair, *line("same: distance"), [], "encoder: left + right", "l2_distance", None, None, "jax"),
        *([BACK] * 7),
        *("in one line", "kind: multiclass 3", "go on", "no", "change", "inputs"),
        *("remove right", "go on", "write"),
    )
    assert answers == {"inputs": "left: image 32x32x3", "outputs": "kind: multiclass 3", "backend": "jax"}


def test_an_answer_that_another_one_rules_out_is_dropped_with_the_reason() -> None:
    answers, script = said(
        *(None, "blank", *line("x: numeric 4"), *line("y: binary"), [], "gpu", "tensorflow"),
        *(BACK, BACK, "machines", "torch", "no", "write"),
    )
    assert any(each.strip().startswith("backend has to be answered again: Keras 3 can't train") for each in script.told)
    assert (answers["hardware"], answers["backend"]) == ("machines", "torch")


def test_outputs_that_do_not_fit_new_inputs_are_shown_again_as_they_were() -> None:
    answers, script = said(
        *(None, "blank", *line("p: image 32x32x3"), *line("mask: segmentation 3"), [], None, None, None, "no"),
        *("change", "inputs", "in one line", "p: numeric 4", "go on"),
        *("change mask", "multiclass", "3", None, "go on", "write"),
    )
    assert answers == {"inputs": "p: numeric 4", "outputs": "mask: multiclass 3"}
    assert any("outputs has to be answered again" in each for each in script.told)


def test_another_preset_brings_its_own_answers_and_leaves_those_of_the_user() -> None:
    answers, _ = said(
        *(
            "One",
            "power-plant",
            "go on",
            BACK,
            BACK,
            "two-inputs",
            "go on",
            "go on",
            [],
            None,
            "cpu",
            None,
            "no",
            "write",
        ),
    )
    assert answers == {"project_name": "One", "preset": "two-inputs", "hardware": "cpu"}


def test_an_entry_that_is_changed_is_shown_as_it_is() -> None:
    two = line("left: image 32x32x3, right: image 32x32x3")[:2]
    script = Script([None, "blank", *two, "change left", "image", KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        Conversation(script, Path("/nowhere/plant"), "plant", {}).run()
    assert "What is left?" in script.asked
    assert "left (32x32x3)" in script.previews[-1]
    assert script.proposed["How high and wide are the pictures, in pixels?"] == "32x32"


def test_back_within_an_entry_leads_to_the_step_before() -> None:
    answers, _ = said(
        *(None, "blank", "image", "64", "1", BACK, "3", "photo", "go on", *line("y: binary")),
        *([], None, None, None, "no", "write"),
    )
    assert answers["inputs"] == "photo: image 64x64x3"


def test_back_from_the_menu_of_inputs_loses_none_of_them() -> None:
    answers, _ = said(
        *(None, "blank", "numeric", "4", "facts", "add", "image", "32", None, "photo", BACK, "blank", "go on"),
        *line("y: binary"),
        *([], None, None, None, None, "no", "write"),
    )
    assert answers["inputs"] == "facts: numeric 4, photo: image 32x32x3"


def test_an_answer_that_was_being_changed_when_the_user_went_back_is_asked_again() -> None:
    answers, _ = said(
        *(None, "blank", *line("facts: numeric 4"), *line("y: binary"), BACK, BACK),
        *("add", "image", "32", None, "photo", BACK, "blank", "go on"),
        *([], None, None, None, None, "no", "write"),
    )
    assert answers["inputs"] == "facts: numeric 4, photo: image 32x32x3"


def test_back_from_the_first_kind_leads_to_the_question_before() -> None:
    answers, script = said(None, "blank", BACK, "power-plant", "go on", "go on", [], None, None, "no", "write")
    assert answers == {"preset": "power-plant"}
    assert script.asked.count("Start from a preset? Its answers become the defaults of what follows.") == 2


def test_what_a_preset_says_that_does_not_fit_is_asked() -> None:
    answers, script = said(
        *(None, "autoencoder", "in one line", "image: vector 20", "go on", "go on", [], None, None, "no"),
        *(None, "write"),
    )
    assert answers["layers"] == {"heads": {"image_out": None}}, "what doesn't fit is proposed to go"
    assert [each for each in script.asked if each.startswith("Which layers")]


# The preview


def shown(said_: dict[str, Any], width: int = 80) -> str:
    return "\n".join(text for _, text in preview.network(said_, "plant", width))


def test_the_preview_shows_graph_shapes_parameters_memory_and_the_decision() -> None:
    text = shown({"inputs": "photo: image 32x32x3, meta: numeric 4", "outputs": "price: regression"})
    assert "photo (32x32x3) -> " in text
    assert "meta (4) -> meta_dense (64)" in text
    assert "price (1)" in text
    plan = design({"inputs": "photo: image 32x32x3, meta: numeric 4", "outputs": "price: regression"})
    assert f"{plan.graph.parameters:,} parameters" in text
    assert "of weights; about" in text
    assert "or more to train, 32 at a time" in text.replace("\n", " ")
    assert "Functional, because there are 2 inputs (photo, meta)" in text.replace("\n", " ")


def test_before_anything_is_said_the_preview_says_so() -> None:
    assert "network appears here" in shown({})
    assert "network appears here" in shown({"preset": "none"})


def test_before_outputs_are_said_the_preview_shows_the_inputs_with_a_number() -> None:
    text = shown({"inputs": "output: numeric 4"})
    assert preview.STAND_IN in text
    assert "output_1 (1)" in text


def test_what_nothing_comes_of_is_noted_in_the_preview() -> None:
    text = shown({"preset": "image-metadata", "branching": ["residual"]}, 200)
    assert "Note: branching" in text


def test_a_distance_is_previewed_before_it_is_asked_how_inputs_join() -> None:
    text = shown({"inputs": "a: numeric 4, b: numeric 4", "outputs": "d: distance"})
    assert "Until you say otherwise, it's merge: l2_distance." in text
    assert "d (1)" in text or "distance (1)" in text or "-> d" in text


def test_what_is_wrong_is_previewed_with_what_would_be_right() -> None:
    text = shown({"inputs": "a: numeric 4", "outputs": "d: segmentation 3"})
    assert "outputs.d: segmentation says something of every place" in text
    assert "say multiclass 3" in text


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("preset", PRESETS)
def test_the_preview_of_every_preset_fits_its_width(preset: str, width: int) -> None:
    lines = preview.network({"preset": preset}, "plant", width)
    longest = max(len(word) for _, text in lines for word in text.split())
    assert lines
    assert all(len(text) <= max(width, longest + 4) for _, text in lines)


# The review, and the command that gives the same


def test_the_files_that_are_listed_are_those_that_are_written(
    at_checkout: Checkout, command: Command, tmp_path: Path
) -> None:
    more = {"extras": "[ci, docker, pre-commit]", "export": "[onnx]", "license": "MIT", "tracking": "mlflow"}
    for name, preset, data in (("a", "power-plant", {}), ("b", "image-metadata", more)):
        pairs = [part for key, value in data.items() for part in ("--data", f"{key}={value}")]
        assert command("new", tmp_path / name, "--preset", preset, *pairs).code == 0
        read = {key: yaml.safe_load(value) for key, value in data.items()}
        plan = design({**preset_answers(preset), **read}, name)
        written = [path for path, what in listing(tmp_path / name).items() if what != "folder"]
        assert sorted(written) == listed(plan)


def test_the_review_shows_all_of_it() -> None:
    _, script = said("Houses", "blank", *ENDS, *REST)
    page = next(each for each in script.told if "files in" in each)
    for part in (
        "Functional, because there are 2 inputs",
        "photo (32x32x3)",
        "meta_dense",
        "parameters, all trainable",
        "or more to train, 32 at a time",
        "src/houses/ ",
        "config.yaml",
        "layerwright new plant --data project_name=Houses --data 'inputs=photo: image 32x32x3, meta: numeric 4'",
    ):
        assert part in page


@pytest.mark.parametrize("width", [40, 80])
def test_the_review_fits_the_terminal_but_for_the_command(width: int) -> None:
    talk = conversation("Houses", "blank", *ENDS, *REST)
    talk.asker.width = width  # type: ignore[misc]
    talk.run()
    page = next(each for each in talk.asker.told if "files in" in each)
    lines = [each for each in page.splitlines() if not each.startswith("  layerwright new")]
    assert all(len(each) < width for each in lines), [each for each in lines if len(each) >= width]


CONVERSATIONS: dict[str, tuple[Any, ...]] = {
    "none of a preset": (
        None,
        "siamese-conv",
        "in one line",
        "x: image 64x64x3",
        "go on",
        *line("y: binary"),
        [],
        None,
        None,
        None,
        "no",
        "write",
    ),
    "renamed": (
        None,
        "siamese-conv",
        "change anchor",
        None,
        None,
        None,
        "first",
        "go on",
        "go on",
        [],
        None,
        None,
        None,
        None,
        None,
        "no",
        "write",
    ),
    "quotes": (
        """it's "quoted" $(x)""",
        "blank",
        *line("x: numeric 4"),
        *line("y: binary"),
        ["parallel"],
        None,
        None,
        "yes",
        "its",
        "$HOME `x` 'y'",
        "Ada",
        "MIT",
        None,
        None,
        None,
        "{body: [dense 5, dropout 0.2]}",
        None,
        "{epochs: 3}",
        None,
        [],
        ["ci"],
        "write",
    ),
    "layers of a preset": (
        None,
        "image-metadata",
        "go on",
        "go on",
        [],
        None,
        None,
        None,
        None,
        "yes",
        *[None] * 7,
        "{branches: {image: [conv 8, global_average_pool]}}",
        None,
        None,
        None,
        [],
        [],
        "write",
    ),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_command_gives_the_same_project(
    name: str, at_checkout: Checkout, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(list(CONVERSATIONS[name]))
    talk = Conversation(script, tmp_path / "asked" / "plant", "plant", {})
    answers = talk.run()
    assert not script.replies
    from layerwright.template import create

    create(tmp_path / "asked" / "plant", answers)
    page = next(each for each in script.told if "files in" in each)
    assert page.strip().startswith(str(design(effective(answers), "plant").decision).split(",")[0])
    assert str(design(effective(answers), "plant").graph.parameters) in page.replace(",", ""), "what was reviewed"
    words = shlex.split(page.splitlines()[-1])
    assert words[:3] == ["layerwright", "new", "plant"]
    (tmp_path / "typed").mkdir()
    monkeypatch.chdir(tmp_path / "typed")
    assert command(*words[1:]).code == 0
    assert listing(tmp_path / "typed") == listing(tmp_path / "asked")


# Broken off


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def answered(destination: Path, *replies: Any, given: dict[str, Any] | None = None) -> tuple[dict[str, Any], Script]:
    script = Script(list(replies))
    return asking.answered(destination, "plant", given or {}, by=script), script


def test_answers_are_kept_when_a_run_is_broken_off_and_taken_up_again(state: Path, tmp_path: Path) -> None:
    plant = tmp_path / "plant"
    with pytest.raises(KeyboardInterrupt):
        answered(plant, "Houses", "blank", *ENDS, ["residual"], KeyboardInterrupt())
    kept = asking.kept(plant)
    assert kept is not None
    assert kept["outputs"] == "price: regression"
    answers, script = answered(plant, BACK, "go on", None, None, None, None, "no", "write")
    assert all(each.startswith("You stopped before the end") for each in script.asked[:2]), "nothing is before it"
    assert answers["branching"] == ["residual"]
    assert answers["inputs"] == "photo: image 32x32x3, meta: numeric 4"
    assert not plant.exists()
    asking.forget(plant)
    assert asking.kept(plant) == {}
    assert not [path for path in state.rglob("*") if path.is_file()]


def test_inputs_are_kept_one_by_one(state: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        answered(tmp_path / "plant", "Houses", "blank", "numeric", "4", "facts", "add", KeyboardInterrupt())
    kept = asking.kept(tmp_path / "plant")
    assert kept is not None
    assert kept["inputs"] == "facts: numeric 4"


def test_no_way_back_is_shown_from_the_first_question() -> None:
    first, second = screens.drawn(ENTER).frames[:2]
    assert ("Ctrl-C: stop" in first, "Esc: back" in first) == (True, False)
    assert ("Ctrl-C: stop" in second, "Esc: back" in second) == (False, True)


def test_kept_answers_can_be_left(state: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        answered(tmp_path / "plant", "Houses", KeyboardInterrupt())
    answers, _ = answered(
        tmp_path / "plant", "start anew", None, "power-plant", "go on", "go on", [], None, None, "no", "write"
    )
    assert answers == {"preset": "power-plant"}


def test_answers_are_kept_for_their_destination_alone(state: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        answered(tmp_path / "one", "Houses", KeyboardInterrupt())
    assert asking.kept(tmp_path / "two") == {}
    assert unfinished.place(tmp_path / "one") != unfinished.place(tmp_path / "two")


@pytest.mark.parametrize(
    "content",
    ["{", "[1]", "x: !!python/object:os.system y", "\x00", "destination: /elsewhere\nbackend: jax\n", "backend: jax"],
)
def test_a_file_that_can_not_be_read_is_left_with_a_word(content: str, state: Path, tmp_path: Path) -> None:
    place = unfinished.place(tmp_path / "plant")
    place.parent.mkdir(parents=True)
    place.write_text(content)
    _, script = answered(tmp_path / "plant", None, "power-plant", "go on", "go on", [], None, None, "no", "write")
    assert any("can't be read" in each for each in script.told)


def test_nothing_else_is_taken_from_a_kept_file(state: Path, tmp_path: Path) -> None:
    plant = tmp_path / "plant"
    unfinished.keep(plant, {"backend": "jax", "inputs": "x: imag 3", "evil": "{{ 7*7 }}", "_src_path": "/elsewhere"})
    answers, _ = answered(
        plant, "go on", None, "blank", *line("x: numeric 4"), *line("y: binary"), [], None, "no", "write"
    )
    assert answers == {"inputs": "x: numeric 4", "outputs": "y: binary", "backend": "jax"}


@pytest.mark.parametrize(
    "said_",
    [
        {"preset": [1]},
        {"preset": "power-plnt"},
        {"inputs": 5},
        {"branching": {"a": 1}},
        {"layers": "x"},
        {"outputs": None},
    ],
)
def test_kept_answers_that_can_not_be_are_asked_again(said_: dict[str, Any], state: Path, tmp_path: Path) -> None:
    unfinished.keep(tmp_path / "plant", {"project_name": "Houses", **said_})
    rest = ("blank", *line("x: numeric 4"), *line("y: binary"), [], None, None, "no", "write")
    answers, _ = answered(tmp_path / "plant", "go on", *rest)
    assert answers == {"project_name": "Houses", "inputs": "x: numeric 4", "outputs": "y: binary"}


def test_where_answers_can_not_be_kept_asking_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    answers, _ = answered(tmp_path / "plant", None, "power-plant", "go on", "go on", [], None, None, "no", "write")
    assert answers == {"preset": "power-plant"}


def test_stop_writes_nothing_and_keeps_the_answers(state: Path, tmp_path: Path) -> None:
    with pytest.raises(asking.Stopped):
        answered(tmp_path / "plant", None, "power-plant", "go on", "go on", [], None, None, "no", "stop")
    assert asking.kept(tmp_path / "plant")


# On a screen


def frame(*keys: str, **more: Any) -> str:
    return screens.drawn(*keys, **more).frames[-1]


def test_the_page_shows_the_screens_as_they_are() -> None:
    page = screens.PAGE.read_text(encoding="utf-8")
    assert screens.written(page) == page


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 24), (40, 12), (200, 50), (24, 10)])
def test_every_screen_fits_its_terminal(columns: int, rows: int) -> None:
    keys = (*screens.START, *screens.PHOTO, *screens.FACTS, ENTER, *screens.PRICE, *[ENTER] * 6)
    for each in screens.drawn(*keys, columns=columns, rows=rows).frames:
        lines = each.splitlines()
        assert len(lines) <= rows, each
        assert all(len(line) < columns for line in lines), each


def test_what_the_pointer_is_on_is_seen_in_a_list_that_is_longer_than_the_screen() -> None:
    keys = (*screens.START, *screens.PHOTO, ENTER, DOWN, ENTER, ENTER, ENTER, ENTER)
    for letters, name in (("v", "VGG16"), ((END,), "back"), ((END, UP), "Xception")):
        drawn = frame(*keys, *letters, rows=20)
        assert any(line.startswith("»") and name in line for line in drawn.splitlines()), drawn


def test_letters_leave_the_choices_that_have_them_and_backspace_brings_the_others_back() -> None:
    keys = (*screens.START, *screens.PHOTO, ENTER, DOWN, ENTER, ENTER, ENTER, ENTER)
    assert "letters: find" in frame(*keys)
    found = frame(*keys, *"v2m")
    assert "» EfficientNetV2M" in found
    assert "EfficientNetV2S" not in found
    assert "» EfficientNetV2M" in frame(*keys, *"v2mq"), "what would leave none is not taken"
    assert "» EfficientNetV2S" in frame(*keys, *"v2m", BACKSPACE, DOWN)
    assert "» EfficientNetV2M" in frame(*keys, *"v2m", DOWN), "the only one"


def test_while_a_line_is_typed_what_is_wrong_is_said_and_enter_does_not_take_it() -> None:
    typed = frame(*screens.START, END, ENTER, "p: imag", ENTER)
    assert "unknown kind 'imag'" in typed
    assert "did you mean image?" in typed
    assert "separated by commas" in typed, "it's the same question"


def test_the_preview_follows_the_pointer() -> None:
    up, down = frame(*screens.START), frame(*screens.START, DOWN)
    assert "picture (224x224x3)" in up
    assert "volume (32x64x64x1)" in down


def test_the_option_that_gives_the_answer_next_time_is_shown_with_it() -> None:
    assert "next time: --data preset=autoencoder" in frame(ENTER, DOWN)
    assert "next time: --data project_name=housess" in frame("s")
    assert "next time: --data 'inputs=…'" in frame(*screens.START, DOWN), "a kind is no answer yet"


def test_a_task_that_only_some_inputs_fit_is_previewed_on_those() -> None:
    two = (*screens.START, END, ENTER, "words: text 50x?, more: numeric 3", ENTER, ENTER)
    assert "words alone" not in frame(*two, "l")
    assert "inputs.more: no output sees it" in frame(*two, "l"), "that comes after it"


def test_what_can_not_be_chosen_is_explained_and_enter_does_not_take_it() -> None:
    keys = (*screens.START, DOWN, DOWN, ENTER, ENTER, ENTER, ENTER, "s")
    shown_ = frame(*keys, ENTER)
    assert "» - segmentation (segmentation says something of every place" in shown_
    assert "say multiclass 3, of the whole" in shown_
    assert "What comes out?" in shown_


def test_escape_leads_back_from_a_line_and_from_a_list() -> None:
    assert "What is the project called?" in frame(ENTER, ESCAPE)
    assert "What goes in?" in frame(*screens.START, ENTER, ESCAPE)


def test_an_output_that_is_no_unicode_gets_none() -> None:
    class Plain(screens.Sized):
        def encoding(self) -> str:
            return "ascii"

    assert Screen(Plain(80, 24)).pointer == ">"


# In a real terminal


@pytest.fixture
def terminal_at(checkout: Checkout, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Starts `layerwright new plant` in a terminal, with a folder of its own for what is kept."""
    state = str(tmp_path_factory.mktemp("state"))

    def start(*arguments: str, columns: int = 80, **more: str) -> Terminal:
        environment = checkout.environment(
            **{"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", "XDG_STATE_HOME": state, "COLUMNS": "", **more}
        )
        command_ = (sys.executable, "-m", "layerwright", "new", "plant", *arguments)
        return Terminal.start(*command_, cwd=tmp_path, env=environment, columns=columns)

    return start


COLOURED = re.compile(r"\x1b\[[0-9;]*(3[0-7]|9[0-7]|38;)[0-9;]*m")


@pytest.mark.parametrize("no_color", ["", "1"])
def test_without_colour_there_is_none(no_color: str, terminal_at: Any) -> None:
    terminal = terminal_at(NO_COLOR=no_color)
    terminal.wait_for("project called")
    terminal.type("\r")
    terminal.wait_for("Start from a preset")
    terminal.type("\x03")
    terminal.end()
    assert bool(COLOURED.search(terminal.raw)) is not bool(no_color)


@pytest.mark.parametrize("how", ["ctrl-c", signal.SIGINT, signal.SIGTERM], ids=str)
def test_stopping_leaves_nothing_and_the_next_run_goes_on(how: Any, terminal_at: Any, tmp_path: Path) -> None:
    terminal = terminal_at()
    terminal.wait_for("project called")
    terminal.type("\x15My Houses\r")
    terminal.wait_for("Start from a preset")
    if how == "ctrl-c":
        terminal.type("\x03")
    else:
        os.kill(terminal.process, how)
    assert terminal.end() == (128 + how if how == signal.SIGTERM else 1)
    assert "Traceback" not in terminal.shown
    assert listing(tmp_path) == {}
    again_ = terminal_at()
    again_.wait_for("Go on with those answers?")
    again_.type("\r")
    again_.wait_for("Start from a preset")
    again_.type("\x03")
    assert again_.end() == 1


def test_a_terminal_that_can_not_place_a_cursor_is_asked_line_by_line(terminal_at: Any, tmp_path: Path) -> None:
    terminal = terminal_at(TERM="dumb")
    for question, reply in (
        ("project called", ""),
        ("Start from a preset", "power-plnt"),
        ("is none of them", "power-plant"),
        ("What goes in?", ""),
        ("What comes out?", "<"),
        ("What goes in?", "1"),
        ("What comes out?", ""),
        ("branch?", "residual"),
        ("train on", "cpu"),
        ("Which backend", "3"),
        ("See the rest", ""),
        ("Is it what you want?", ""),
    ):
        terminal.wait_for(question)
        terminal.type(f"{reply}\r")
    terminal.wait_for("pip install")
    assert terminal.end() == 0
    assert "\x1b" not in terminal.raw
    answers = yaml.safe_load((tmp_path / "plant" / ".copier-answers.yml").read_text())
    assert (answers["branching"], answers["hardware"], answers["backend"]) == (["residual"], "cpu", "torch")


def test_the_first_prompt_needs_neither_copier_nor_black(checkout: Checkout, tmp_path: Path) -> None:
    script = (
        "import sys\nfrom layerwright import asking, cli\nfrom layerwright.asking import screen\n"
        "print(sorted({'copier', 'black', 'questionary', 'pydantic', 'keras'} & {*sys.modules}))"
    )
    done = run(sys.executable, "-c", script, cwd=tmp_path, env=checkout.environment())
    assert done.out.splitlines()[-1] == "[]"


def test_what_neither_asks_nor_writes_imports_nothing_for_it(checkout: Checkout, tmp_path: Path) -> None:
    script = (
        "import sys\nfrom layerwright.cli import main\n"
        "for words in (['--help'], ['explain', '--help'], ['explain', '--preset', 'power-plant', '-o', 'plant']):\n"
        "    main(words, standalone_mode=False)\n"
        "unwanted = {'copier', 'black', 'jinja2', 'prompt_toolkit', 'platformdirs', 'layerwright.asking'}\n"
        "print(sorted(unwanted & {*sys.modules}))"
    )
    done = run(sys.executable, "-c", script, cwd=tmp_path, env=checkout.environment())
    assert done.out.splitlines()[-1] == "[]"


# An organisation's standard


def test_what_is_fixed_is_told_and_not_asked_and_what_is_refused_can_not_be_chosen() -> None:
    standard = asking.Standard(
        fixed={"license": asking.Fixed("Apache-2.0", "Acme", "our lawyers read no others")},
        refused={
            "backend": {"torch": "Acme has no PyTorch"},
            "extras": {"slurm": "Acme has no Slurm"},
            "kinds": {"audio": "no sounds"},
        },
    )
    answers, script = said(
        *(None, "blank", *line("x: numeric 4"), *line("y: binary"), [], None, "jax", "yes", None, None, None),
        *(None, None, None, None, None, None, None, None, [], ["slurm"], ["ci"], "write"),
        standard=standard,
    )
    assert script.told[0] == "license: Apache-2.0, fixed by Acme: our lawyers read no others"
    assert not [each for each in script.asked if "licence" in each]
    assert script.reasons("Which backend does Keras run on? The model's source is the same.") == {
        "torch": "Acme has no PyTorch"
    }
    assert any("Acme has no Slurm" in each for each in script.told)
    assert (answers["license"], answers["extras"]) == ("Apache-2.0", ["ci"])


def test_a_default_that_a_standard_refuses_is_asked() -> None:
    standard = asking.Standard(refused={"license": {"none": "Acme wants one"}})
    ends = (*line("x: numeric 4"), *line("y: binary"))
    answers, _ = said(
        *(None, "blank", *ends, [], None, None, "no", Wrong("none", "Acme wants one"), "MIT", "write"),
        standard=standard,
    )
    assert answers["license"] == "MIT"


def kept_to(**parts: Any) -> asking.Standard:
    """An organisation's standard, as prompts show it."""
    kept = standards.read({"name": "Acme", "version": 1, **parts}, "standard")
    return asking.shown(kept, {DATA: kept.raw})


def test_a_backbone_that_is_fixed_is_for_images_alone() -> None:
    fixed = {"backbone": {"value": "ResNet50", "because": "Mirrored."}, "merge": {"value": "add", "because": "Plain."}}
    ends = (*line("x: numeric 4"), *line("y: binary"))
    given = {key: each["value"] for key, each in fixed.items()}
    answers, script = said(
        *(None, "blank", *ends, [], None, None, "no", "write"), given=given, standard=kept_to(fixed=fixed)
    )
    assert not any("there is no image" in each for each in script.previews)
    assert not {"backbone", "merge"} & answers.keys()
    ends = (*line("p: image 32x32x3"), *line("y: binary"))
    talk = conversation(*(None, "blank", *ends, [], None, None, "no", "write"), standard=kept_to(fixed=fixed))
    talk.run()
    assert talk.state.whole()["backbone"] == "ResNet50"


def test_an_answer_is_given_where_it_is_another_than_the_standard_s_default() -> None:
    defaults = {"precision": "mixed_bfloat16", "branching": ["residual"], "training.deterministic": True}
    ends = (*line("x: numeric 4"), *line("y: binary"))
    advanced = (*(None,) * 7, "float32", None, None, "{epochs: 5}", None, None, None, "write")
    answers, _ = said(*(None, "blank", *ends, [], None, None, "yes", *advanced), standard=kept_to(defaults=defaults))
    assert (answers["precision"], answers["branching"]) == ("float32", [])
    assert answers["training"] == {"epochs": 5, "deterministic": False}
    answers, _ = said(*(None, "blank", *ends, None, None, None, "no", "write"), standard=kept_to(defaults=defaults))
    assert not {"precision", "branching", "training"} & answers.keys()


def test_what_a_standard_requires_is_said_where_it_is_asked_and_not_at_the_end() -> None:
    parts = {
        "allowed": {
            "python": {"range": ">=3.11,<3.13", "because": "Our images."},
            "merge": {"values": ["add"], "because": "Plain."},
        },
        "required": {"extras": ["ci"], "because": "We test."},
    }
    ends = (*line("x: numeric 4"), *line("y: binary"))
    python = (Wrong(">=3.12,<3.14", "Our images."), ">=3.12,<3.13")
    advanced = (
        None,
        None,
        None,
        None,
        *python,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
        [],
        ["docker"],
        ["ci"],
        "write",
    )
    _, script = said(*(None, "blank", *ends, [], None, None, "yes", *advanced), standard=kept_to(**parts))
    assert any("We test." in each for each in script.told)


def test_the_command_names_the_standard_that_was_named() -> None:
    assert asking.words("plant", {}, asking.Standard(named="acme")) == [
        "layerwright",
        "new",
        "plant",
        "--standard",
        "acme",
    ]


def test_what_no_question_asks_is_kept_as_it_was_given() -> None:
    given = {"inputs": "x: numeric 4", "outputs": "y: binary", "extensions": []}
    answers, _ = said(None, "blank", [], None, None, "no", "write", given=given)
    assert answers == given


def test_what_is_fixed_is_told_as_answers_say_it_with_all_reasons() -> None:
    fixed = {
        "training.optimizer": {"value": "sgd", "because": "We compare with it."},
        "training.deterministic": {"value": True, "because": "Audits repeat runs."},
        "extras": {"value": ["ci", "docker"], "because": "Reviews."},
    }
    standard = kept_to(fixed=fixed)
    assert standard.told("training") == [
        "optimizer: sgd, fixed by Acme: We compare with it.",
        "deterministic: true, fixed by Acme: Audits repeat runs.",
    ]
    assert str(standard.fixed["extras"]) == "ci, docker, fixed by Acme: Reviews."


def test_of_a_training_with_something_fixed_the_rest_is_asked() -> None:
    standard = kept_to(fixed={"training.optimizer": {"value": "sgd", "because": "We compare with it."}})
    ends = (*line("x: numeric 4"), *line("y: binary"))
    training = (Wrong("{epochs: 5, optimizer: adam}", "adam isn't what Acme fixes: sgd"), "{epochs: 5}")
    advanced = (*(None,) * 10, *training, None, None, None, "write")
    answers, script = said(*(None, "blank", *ends, [], None, None, "yes", *advanced), standard=standard)
    assert answers["training"] == {"epochs": 5, "optimizer": "sgd"}
    assert "optimizer: sgd, fixed by Acme: We compare with it." in script.details


def test_the_review_lists_what_a_standard_brings() -> None:
    ends = (*line("x: numeric 4"), *line("y: binary"))
    standard = asking.Standard(files=(".editorconfig", ".layerwright-standard.yml"))
    _, script = said(*(None, "blank", *ends, [], None, None, "no", "write"), standard=standard)
    assert any(".editorconfig" in each and ".layerwright-standard.yml" in each for each in script.told)
