"""Protects projects from pairs of answers that nobody thought of.

`make combinations` does with projects of every pair what takes hours; here some of them are made, linted, trained a
step and loaded again on PyTorch, of the seed that pytest's header says.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import pairs
from .combinations import Workshop, others, stand_in, step_arguments, written, wrong_by_lint
from .drawing import SEED
from .projects import run_pytest

COUNT = 4


def rows() -> list[pairs.Row]:
    """The first rows of the seed: those with the most pairs."""
    return list(itertools.islice(pairs.Cover(SEED).rows(), COUNT))


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    """Where projects run."""
    workshop = Workshop()
    yield workshop
    workshop.close()


def test_some_projects_are_as_planned(workshop: Workshop, tmp_path: Path) -> None:
    for number, row in enumerate(rows()):
        project = written(pairs.answers(row), tmp_path / str(number))
        assert wrong_by_lint(project) == "", row
        stand_in(row, project)
        if not any(refused for backend, refused in others(row) if backend == "torch"):
            came = workshop.run("torch", project, "tests.step", *step_arguments(row, "torch"))
            assert came.code == 0, f"{came.output}\n{row}"


def test_rows_have_pairs_that_no_row_before_them_has() -> None:
    seen: set[pairs.Pair] = set()
    for row in rows():
        new = set(pairs.pairs(row)) - seen
        assert len(new) > 100
        assert pairs.refusal(row) is None
        seen |= new


def test_all_values_are_the_answers_own() -> None:
    """Each value of each factor makes other answers, and each is one that the tool knows."""
    plain = {factor: values[0] for factor, values in pairs.FACTORS.items()} | {
        "second": "alike",
        "second task": "regression",
    }
    for factor, values in pairs.FACTORS.items():
        base = plain | ({"layers": "line"} if factor == "models" else {})
        made = [pairs.answers(base | {factor: value}) for value in values]
        same = sum(one == other for one, other in itertools.combinations(made, 2))
        assert same == (factor == "second"), factor  # `alike` is as the first one
        said = filter(None, (pairs.refusal(base | {factor: value}) for value in values))
        assert not any("unknown" in str(error) for error in said), factor


@pytest.mark.parametrize("wrong", ["lint", "step"])
def test_what_is_wrong_with_a_project_is_found(wrong: str, workshop: Workshop, tmp_path: Path) -> None:
    project = written(pairs.answers(rows()[0]), tmp_path)
    train = project / "src" / "every_pair" / "train.py"
    if wrong == "lint":
        train.write_text(train.read_text(encoding="utf-8").replace("import keras\n", "import keras\nimport math\n"))
        assert "math" in wrong_by_lint(project)
    else:
        stand_in(rows()[0], project)
        arguments = list(step_arguments(rows()[0], "torch"))
        arguments[2] = "12"
        came = workshop.run("torch", project, "tests.step", *arguments)
        assert came.code == 1
        assert "parameters in place of 12" in came.output


def test_no_pair_is_left_out_but_those_that_mean_nothing() -> None:
    every = set(pairs.all_pairs())
    assert (("first", "image"), ("task", "labels")) in every
    assert (("second", "none"), ("merge", "add")) not in every
    assert len(every) > 10_000


# What pairs have shown

NAMED = {"project_name": "Every pair", "package": "every_pair"}

SHARED = {
    "inputs": "left: vector 4, right: vector 4",
    "outputs": "y: regression",
    "sharing": "encoder: left + right",
    "branching": ["residual", "parallel"],
    "backend": "torch",
}
"""Layers of the encoder are called as layers outside of it."""

PIXELS = {
    "inputs": "a: image 8x8x3 batch=2, b: image 8x8x3 batch=2, c: numeric 3 batch=2",
    "outputs": "m: segmentation 1 from=a, y: regression",
    "sharing": "encoder: a + b",
    "layers": {"body": [{"residual": ["dense 8", "batch_norm", "dense 8 linear"]}, "dense 8"]},
}
"""A body of pixels and a body of numbers: one's shortcut is a convolution, the other's a dense layer."""

LINTED = {
    "several devices and files": {"inputs": "x: image 8x8x3", "outputs": "y: binary", "hardware": "gpus"},
    "JAX on a GPU": {"inputs": "x: vector 3", "outputs": "y: binary", "backend": "jax"},
    "learned and not used": {"inputs": "x: image 8x8x3, z: text 9x4", "outputs": "y: reconstruction x"},
    "a distance beside a picture": {
        "inputs": "x: image 8x8x3, z: text 9x4",
        "outputs": "y: distance, again: reconstruction x",
        "merge": "l2_distance",
    },
    "the same paths": SHARED,
    "shortcuts of two classes": PIXELS,
    "a part that goes on after another": {
        "inputs": "a: image 32x32x3, b: image 32x32x3, c: numeric 3",
        "outputs": "m: segmentation 1 from=a, y: regression",
        "sharing": "encoder: a + b",
        "backbone": "MobileNet",
        "backbone_weights": "none",
    },
    "batches of one size, and nothing to compute": {"inputs": "x: numeric 3 batch=2", "outputs": "y: reconstruction x"},
}


@pytest.mark.parametrize("name", LINTED)
def test_nothing_is_found_in_a_project(name: str, tmp_path: Path) -> None:
    assert wrong_by_lint(written(NAMED | LINTED[name], tmp_path)) == ""


def test_gradients_of_a_shared_encoder_do_not_add_up(tmp_path: Path) -> None:
    project = written(NAMED | SHARED, tmp_path)
    code, output = run_pytest(project, "-q", "tests/test_training.py", "-k", "killed_run_goes_on")
    assert code == 0, output


def test_sounds_beside_texts_are_said_as_one_sample(tmp_path: Path) -> None:
    given = {"inputs": "clip: audio 400, note: text 50x5", "outputs": "y: binary", "backend": "torch"}
    project = written(NAMED | given, tmp_path)
    code, output = run_pytest(project, "-q", "tests/test_predict.py", "-k", "value_may_be")
    assert code == 0, output


@pytest.mark.parametrize("layer", ["dense 8 kernel_regularizer=l2(0.1)", "ActivityRegularization l2=0.1"])
def test_what_layers_add_to_the_loss_counts(layer: str, tmp_path: Path) -> None:
    given = {"inputs": "x: numeric 3", "outputs": "y: regression * 0.3, z: binary", "backend": "torch"}
    project = written(NAMED | given | {"layers": {"body": [layer, "dense 8"]}}, tmp_path)
    code, output = run_pytest(project, "-q", "tests/test_model.py", "-k", "loss_weighs")
    assert code == 0, output


def test_float16_waits_for_a_gpu(tmp_path: Path) -> None:
    """JAX can't compute attention in float16 on a CPU, where the tests of a project for a GPU run, too."""
    layers = {"branches": {"x": ["self_attention 2x2", "global_max_pool"]}}
    given = {"inputs": "x: sequence 6x2", "outputs": "y: binary", "backend": "jax", "precision": "mixed_float16"}
    project = written(NAMED | given | {"layers": layers}, tmp_path)
    code, output = run_pytest(project, "-q", "tests/test_model.py", "-k", "head_gets_gradient", backend="jax")
    assert code == 0, output
    assert "float32, as float16 is for GPUs" in (project / "src/every_pair/hardware.py").read_text(encoding="utf-8")


def test_gradients_are_cleared_by_hand_only_where_paths_are_the_same(tmp_path: Path) -> None:
    alone = {**SHARED, "sharing": "", "inputs": "left: vector 4"}
    for given, cleared in ((SHARED, True), (alone, False)):
        project = written(NAMED | given, tmp_path / str(cleared))
        assert ("clear_gradients" in (project / "src/every_pair/train.py").read_text(encoding="utf-8")) == cleared
