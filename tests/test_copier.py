"""Protects the other ways in: plain Copier on the git repository makes the same projects, and refuses the same.

And what `check` compares projects with, which is rendered without Copier, is the same to the byte.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import copier
import pytest
from jinja2 import Environment

from layerwright.answers import load_pairs
from layerwright.checking import rendering
from layerwright.jinja import install

from .workbench import PRESETS, Checkout, Result, listing

pytest_plugins = ["tests.workbench"]


@pytest.fixture(scope="module")
def clone(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a user has who only knows the repository."""
    folder = tmp_path_factory.mktemp("clone") / "template"
    checkout.git("clone", "--quiet", str(checkout.root), str(folder))
    return folder


def copied(checkout: Checkout, clone: Path, destination: str, answers: dict[str, str], cwd: Path) -> Result:
    """What plain Copier does with answers."""
    pairs = [part for key, value in answers.items() for part in ("--data", f"{key}={value}")]
    options = ("copy", "--trust", "--vcs-ref", "HEAD", "--defaults", "--quiet")
    return checkout.copier(*options, clone, destination, *pairs, cwd=cwd)


def without_source(files: dict[str, str]) -> dict[str, Any]:
    """The files, less the lines that say where the template came from."""
    name = next(name for name in files if name.endswith(".copier-answers.yml"))
    lines = files[name].removeprefix("file b").strip("'\"").split("\\n")
    kept = [line for line in lines if not line.startswith(("_commit:", "_src_path:"))]
    assert len(kept) == len(lines) - 2
    return files | {name: kept}


ANSWERS: dict[str, dict[str, str]] = {preset: {"preset": preset} for preset in PRESETS} | {
    "jax": {"preset": "mnist-mlp", "backend": "jax", "hardware": "cpu", "precision": "mixed_bfloat16"},
    "layers": {
        "preset": "image-metadata",
        "layers": "{branches: {metadata: [dense 5 name=numbers]}, body: []}",
        "training": "{epochs: 3, learning_rate: 1e-5}",
    },
    "branching": {
        "inputs": "photo: image 32x32x3, meta: numeric 4, more: numeric 4",
        "outputs": "price: regression 2 from=meta+more * 0.5, kind: multiclass 3",
        "branching": "[parallel, residual]",
        "sharing": "tables: meta + more",
        "merge": "concatenate",
        "body": "separate",
    },
    "quotes": {
        "preset": "power-plant",
        "project_name": """Ada's "plant" {{ 7*7 }}""",
        "package": "adas_plant",
        "description": """it's "quoted" \\ {% raw %} # $(x) é 🦊""",
        "author": "- Ada, @ada",
        "license": "Apache-2.0",
        "straight": "false",
    },
}


@pytest.mark.parametrize("name", ANSWERS)
def test_plain_copier_makes_the_same_project(name: str, checkout: Checkout, clone: Path, tmp_path: Path) -> None:
    answers = dict(ANSWERS[name])
    pairs = [part for key, value in answers.items() for part in ("--data", f"{key}={value}")]
    ours = checkout.layerwright("new", "ours/plant", *pairs, cwd=tmp_path)
    assert (ours.code, ours.err) == (0, "")
    plain = copied(checkout, clone, "plain/plant", answers, tmp_path)
    assert plain.code == 0, plain.err
    assert without_source(listing(tmp_path / "plain")) == without_source(listing(tmp_path / "ours"))
    assert rendering.texts(tmp_path / "ours" / "plant") == rendering.direct(load_pairs(pairs[1::2]), "plant")


def test_without_trust_copier_writes_nothing(checkout: Checkout, clone: Path, tmp_path: Path) -> None:
    options = ("copy", "--vcs-ref", "HEAD", "--defaults", "--data", "preset=mnist-mlp")
    done = checkout.copier(*options, clone, "plant", cwd=tmp_path)
    assert done.code == 4
    assert "--trust" in done.err
    assert "Traceback" not in done.err
    assert listing(tmp_path) == {}


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "kind": ({"inputs": "x: imag 3"}, "unknown kind 'imag'"),
    "task": ({"outputs": "x: multi 3"}, "unknown task 'multi'"),
    "nothing": ({"preset": "none"}, "inputs"),
    "preset": ({"preset": "power-plnt"}, "power-plnt"),
    "package": ({"package": "../x"}, "'../x' is no package name"),
    "keyword": ({"package": "class"}, "'class' is no package name"),
    "library": ({"package": "keras"}, "keras would hide the library"),
    "layer": ({"layers": "{body: [dence 3]}"}, "unknown layer 'dence'"),
    "layers": ({"layers": "[1]"}, "no mapping"),
    "deep layers": ({"layers": f"{{body: {'[{residual: ' * 40}[]{'}]' * 40}}}"}, "nested more than 32 deep"),
    "text": ({"description": "two\nlines"}, "holds a line break"),
    "backend": ({"backend": "tenserflow"}, "tenserflow"),
    "number": ({"preset": "resnet-transfer", "fine_tune": "many"}, "many"),
    "training": ({"training": "{epochs: 0}"}, "0 can't be the epochs"),
    "backbone": ({"preset": "resnet-transfer", "fine_tune": "900"}, "ResNet50 has 175 layers"),
    "merge": ({"preset": "image-metadata", "merge": "subtract"}, "can't be joined"),
    "jinja": ({"inputs": "{{ 7*7 }}"}, "7*7"),
}


@pytest.mark.parametrize("name", WRONG)
def test_plain_copier_refuses_what_is_wrong_and_writes_nothing(
    name: str, checkout: Checkout, clone: Path, tmp_path: Path
) -> None:
    answers, reason = WRONG[name]
    done = copied(checkout, clone, "plant", {"preset": "power-plant"} | answers, tmp_path)
    assert done.code != 0
    assert reason in done.err
    # Copier itself shows its ValueError for an answer that a question doesn't take, with all the rest.
    assert "Traceback" not in done.err or done.err.strip().splitlines()[-1].startswith("ValueError: ")
    assert listing(tmp_path) == {}


def test_answers_typed_one_by_one_that_do_not_fit_together_are_refused_as_copier_shows_it() -> None:
    environment = Environment()
    install(environment)
    answers = {"inputs": "x: vector 3", "outputs": "y: binary", "layers": {"heads": {"y": [{"output": "dense 3"}]}}}
    with pytest.raises(copier.errors.UserMessageError) as refused:
        environment.from_string("{{ planned_project() }}").render(answers | {"_folder_name": "plant"})
    assert str(refused.value).startswith("outputs.y: binary needs 1")
    assert "its last layer 1 unit" in str(refused.value)


def test_a_data_file_of_plain_copier_takes_what_an_answers_file_takes(
    checkout: Checkout, clone: Path, tmp_path: Path
) -> None:
    answers = {
        "inputs": "a: vector 3",
        "outputs": "y: binary",
        "branching": ["residual"],
        "layers": {"body": ["dense 3"]},
    }
    (tmp_path / "answers.yml").write_text(json.dumps(answers))
    assert checkout.layerwright("new", "ours/plant", "--answers", "answers.yml", cwd=tmp_path).code == 0
    options = ("copy", "--trust", "--vcs-ref", "HEAD", "--defaults", "--quiet", "--data-file", "answers.yml")
    done = checkout.copier(*options, clone, "plain/plant", cwd=tmp_path)
    assert done.code == 0, done.err
    assert without_source(listing(tmp_path / "plain")) == without_source(listing(tmp_path / "ours"))
