"""Protects the other ways in: plain Copier on the git repository makes the same projects, and refuses the same.

And what `check` compares projects with, which is rendered without Copier, is the same to the byte.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import copier
import pytest
import yaml
from jinja2 import Environment

from layerwright.answers import load_pairs
from layerwright.checking import rendering
from layerwright.jinja import install
from layerwright.questions import against, questions

from .workbench import PRESETS, Checkout, Command, Result, Terminal, clean_environment, listing

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
def test_plain_copier_makes_the_same_project(
    name: str, command: Command, at_checkout: Checkout, clone: Path, tmp_path: Path
) -> None:
    answers = dict(ANSWERS[name])
    pairs = [part for key, value in answers.items() for part in ("--data", f"{key}={value}")]
    ours = command("new", tmp_path / "ours" / "plant", *pairs)
    assert (ours.code, ours.err) == (0, "")
    plain = copied(at_checkout, clone, "plain/plant", answers, tmp_path)
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


# Asked by plain Copier


def test_plain_copier_asks_the_same_with_the_same_reasons(checkout: Checkout, clone: Path, tmp_path: Path) -> None:
    environment = clean_environment(checkout.home, TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1", COLUMNS="200")
    command = (sys.executable, "-m", "copier", "copy", "--trust", "--quiet", "--vcs-ref", "HEAD", clone, "plant")
    terminal = Terminal.start(*command, cwd=tmp_path, env=environment, columns=200)
    for question, reply in (
        ("What is the project called?", ""),
        ("Start from a preset?", ""),
        ("What goes in?", "a: imag"),
        ("unknown kind 'imag'", "\x15a: numeric 4, b: numeric 4"),
        ("What comes out?", "same: distance"),
        ("paths branch?", ""),
        ("share an encoder", ""),
        ("branches join?", ""),
        ("What does it train on?", "\x1b[A"),
        ("Which backend", ""),
        ("See the rest too?", None),
    ):
        terminal.wait_for(question)
        terminal.type("n" if reply is None else reply if "imag" in reply else f"{reply}\r")
    assert terminal.end() == 0
    assert "- concatenate: side by side (a distance is how far two merged paths are apart" in terminal.shown
    assert "its exports go furthest (Keras 3 can't train on several" in terminal.shown
    assert "Which pretrained" not in terminal.shown, "there are no pictures"
    answers = yaml.safe_load((tmp_path / "plant" / ".copier-answers.yml").read_text())
    assert (answers["merge"], answers["hardware"], answers["backend"]) == ("l2_distance", "machines", "jax")
    pairs = [
        part
        for key in ("inputs", "outputs", "merge", "hardware", "backend")
        for part in ("--data", f"{key}={answers[key]}")
    ]
    assert checkout.layerwright("new", "ours/plant", *pairs, cwd=tmp_path).code == 0
    ours, plain = (listing(tmp_path / each) for each in ("ours/plant", "plant"))
    assert without_source(ours) == without_source(plain)


def test_our_questions_are_those_that_copier_reads(checkout: Checkout) -> None:
    read = copier._template.Template(url=str(checkout.root)).questions_data
    asked = [key for key, fields in read.items() if fields.get("when") is not False]
    assert [each.key for each in questions()] == asked
    for each in questions():
        fields = read[each.key]
        assert (each.help, each.default) == (fields["help"], fields["default"])
        assert each.validator == fields.get("validator", "")


RULED_OUT: dict[str, tuple[dict[str, Any], str]] = {
    "merge": ({"outputs": "y: distance"}, "concatenate"),
    "backbone": ({"inputs": "p: image 32x32x3"}, "InceptionV3"),
    "hardware": ({"inputs": "x: numeric 4 batch=2"}, "gpus"),
    "backend": ({"hardware": "machines"}, "tensorflow"),
    "precision": ({"hardware": "cpu", "backend": "jax"}, "mixed_float16"),
    "tracking": ({"hardware": "gpus", "backend": "torch"}, "mlflow"),
}
"""Answers that rule a choice out."""


@pytest.mark.parametrize("key", RULED_OUT)
def test_choices_are_refused_by_a_validator_of_their_own(key: str) -> None:
    """A question whose choices other answers can rule out says so of each choice that they can."""
    answers, choice = RULED_OUT[key]
    question = next(each for each in questions() if each.key == key)
    context: dict[str, Any] = {"_folder_name": "plant", "_copier_conf": {"defaults": False}}
    context |= {"inputs": "a: numeric 4, b: numeric 4", "outputs": "y: binary"} | answers
    options = question.options(context)
    refused = {each.value for each in options if each.reason}
    assert choice in refused
    assert refused == {each.value for each in options if against(context, key, each.value)}
    assert len(refused) < len(options)
    silent = context | {"_copier_conf": {"defaults": True}}
    assert not any(each.reason for each in question.options(silent)), "nobody is asked"
