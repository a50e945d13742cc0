"""Protects `layerwright check`: each drift is found at its line, and a project as it was made has none."""

from __future__ import annotations

import functools
import json
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from layerwright import checking, places
from layerwright.checking import Finding, Options, Result, Severity

from .projects import generated_by_copier as generated
from .projects import package
from .test_versions import released
from .workbench import REPOSITORY, Command, listing

pytest_plugins = ["tests.workbench"]

SMALL = {
    "image-metadata": {"inputs": "image: image 32x32x3, metadata: numeric 12"},
    "resnet-transfer": {"inputs": "image: image 32x32x3"},
}
"""What differs from a preset: the same network on images that take a fiftieth of the time."""

HERE = Path(sys.executable)
"""An interpreter that has Keras."""


@dataclass(frozen=True)
class Drift:
    """One change by hand of a preset's project: places, each exactly once in its file, and what they become.

    `rules` are those that have something grave to say; the first says it of the line with the text `at`.
    """

    name: str
    preset: str
    file: str
    before: str
    after: str
    rules: tuple[str, ...]
    at: str
    others: tuple[tuple[str, str], ...] = ()
    note: bool = False
    """Whether the first rule's finding is a note alone."""

    def made(self, folder: Path) -> Path:
        """A project with the change."""
        project = folder / self.name.replace(" ", "-")
        shutil.copytree(generated(self.preset, **SMALL.get(self.preset, {})), project)
        path = located(project, self.file)
        text = path.read_text(encoding="utf-8")
        for before, after in ((self.before, self.after), *self.others):
            assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {path}"
            text = text.replace(before, after)
        path.write_text(text, encoding="utf-8")
        return project


def located(project: Path, file: str) -> Path:
    """A file of a project; those of the package by their names alone."""
    return project / file if (project / file).exists() else project / "src" / package(project) / file


def model(name: str, preset: str, before: str, after: str, *rules: str, at: str, **more: Any) -> Drift:
    """A change of the network."""
    return Drift(name, preset, "model.py", before, after, rules, at, **more)


def train(name: str, preset: str, before: str, after: str, *rules: str, at: str, **more: Any) -> Drift:
    """A change of the training."""
    return Drift(name, preset, "train.py", before, after, rules, at, **more)


SECOND = """\
    second = keras.Input((64,), name="second")
    second_features = layers.Dense(64, activation="relu", name="second_dense")(second)

"""
UNFREEZE = 'unfreeze_top(model, settings["fine_tune"])'
COMPILE_AGAIN = '    compile_model(model, rate, settings["weight_decay"])\n'
PHASE_ONE = "    # Phase one: the new layers learn, the backbone stays as it is.\n"
COMPILE_FIRST = '    compile_model(model, settings["learning_rate"], settings["weight_decay"])\n    history'

NETWORK = [
    model(
        "a syntax error", "two-inputs", "import keras\n", "import keras as\n", *("LW200", "LW201"), at="import keras as"
    ),
    model("a shape that fits nothing", "two-inputs", "([first_f", "(3)([first_f", "LW201", at="(3)([first_f"),
    model(
        *("an input removed", "two-inputs", SECOND, ""),
        *("LW202", "LW212"),
        at="return keras.Model(",
        others=(("[first_features, second_features]", "[first_features, first_features]"), (', "second": second', "")),
    ),
    model(
        *("an input that is not listed", "two-inputs", ', "second": second', ""),
        *("LW203", "LW201"),
        at="second = keras.Input(",
    ),
    model(
        *("an input that is not listed and not used", "two-inputs", ', "second": second', ""),
        *("LW203", "LW212"),
        at="second = keras.Input(",
        others=(("[first_features, second_features]", "[first_features, first_features]"),),
    ),
    model(
        *("an output removed", "power-plant", ', "vacuum_output": vacuum_output', ""),
        *("LW204", "LW212"),
        at="vacuum_output = layers.Dense(",
    ),
    model(
        *("an output removed with its layer", "power-plant", ', "vacuum_output": vacuum_output', ""),
        *("LW204", "LW212"),
        at="return keras.Model(",
        others=(('    vacuum_output = layers.Dense(1, name="vacuum_output")(x)\n', ""),),
    ),
    model("one input twice", "siamese-dense", "[encoder(left)", "[encoder(right)", "LW205", at="left = keras.Input("),
    model(
        *("an output more", "two-inputs", '{"category": category}', '{"category": category, "merge": x}'),
        "LW206",
        at='name="merge"',
    ),
    model("another input shape", "two-inputs", "Input((64,)", "Input((65,)", "LW207", at="Input((65,)"),
    model(
        "an encoder created twice under another name",
        "siamese-dense",
        ", encoder(right)]",
        ', layers.Dense(64, activation="relu", name="twin")(right)]',
        "LW210",
        at='name="twin"',
    ),
    model(
        "an encoder created twice under its own name",
        "siamese-dense",
        ", encoder(right)]",
        ', layers.Dense(64, activation="relu", name="encoder")(right)]',
        *("LW211", "LW201"),
        at='name="encoder")(right)',
    ),
    model(
        "a nested encoder built for each input",
        "siamese-conv",
        "[encoder(anchor), encoder(positive)]",
        "[encoder(anchor), build_encoder()(positive)]",
        *("LW211", "LW201"),
        at="build_encoder()(positive)",
    ),
    model(
        "a layer created twice",
        "two-inputs",
        'name="second_dense"',
        'name="first_dense"',
        *("LW211", "LW201"),
        at=")(second)",
    ),
    model(
        *("a layer removed", "two-inputs", ', name="second_dense")(second)', ', name="another")(second)'),
        "LW212",
        at="return keras.Model(",
    ),
    model(
        *("a layer added", "two-inputs", 'name="merge")([first', 'name="merge")([second_features, first'),
        "LW214",
        at='name="merge"',
        note=True,
    ),
    model(
        *(
            "another width",
            "two-inputs",
            'layers.Dense(64, activation="relu", name="first',
            'layers.Dense(32, name="first',
        ),
        "LW214",
        at="layers.Dense(32",
        note=True,
    ),
    model(
        *("a shortcut taken out", "residual-cnn", "[x, shortcut]", "[x, x]"),
        *("LW215", "LW212"),
        at='name=f"{name}_add"',
        note=True,
    ),
    model(
        *("dropout at prediction", "residual-cnn", 'name="dropout")(x)', 'name="dropout")(x, training=True)'),
        "LW216",
        at='name="dropout"',
    ),
    model(
        *(
            "a layer more",
            "two-inputs",
            "    category = ",
            '    x = layers.Dropout(0.5, name="more")(x)\n    category = ',
        ),
        "LW213",
        at='name="more"',
        note=True,
    ),
    model(
        *("a backbone that learns", "resnet-transfer", "resnet50.trainable = False\n", "\n"),
        "LW301",
        at="resnet50 = keras.applications.ResNet50(",
    ),
    model(
        *("a head that does not learn", "power-plant", 'name="vacuum_output"', 'name="vacuum_output", trainable=False'),
        "LW302",
        at='name="vacuum_output"',
    ),
    model(
        "batch normalisations that learn in phase two",
        "resnet-transfer",
        "isinstance(layer, layers.BatchNormalization)",
        "isinstance(layer, layers.Dropout)",
        "LW305",
        at="def unfreeze_top(",
    ),
    model(
        *("early layers that learn in phase two", "resnet-transfer", "backbone.layers[:first]", "backbone.layers[:0]"),
        "LW305",
        at="def unfreeze_top(",
    ),
    model(
        *("a phase two in which nothing learns", "resnet-transfer", "backbone.trainable = True", "pass"),
        "LW305",
        at="def unfreeze_top(",
    ),
    train(
        *("freezing without compiling again", "resnet-transfer", COMPILE_AGAIN, ""),
        "LW304",
        at=UNFREEZE,
    ),
    train(
        *("unfreezing after compiling", "resnet-transfer", f"    {UNFREEZE}\n", ""),
        "LW304",
        at=UNFREEZE,
        others=((COMPILE_AGAIN, f"{COMPILE_AGAIN}    {UNFREEZE}\n"),),
    ),
    train(
        *(
            "a layer frozen by hand after compiling",
            "power-plant",
            "    history = fit(",
            "    model.layers[1].trainable = False\n    history = fit(",
        ),
        "LW304",
        at="model.layers[1].trainable",
    ),
    train(
        *("a backbone that learns in phase one", "resnet-transfer", COMPILE_FIRST, f"    {UNFREEZE}\n{COMPILE_FIRST}"),
        "LW303",
        at=UNFREEZE,
    ),
    train(
        *("an optimizer that is not there", "power-plant", "optimizers.AdamW", "optimizers.AdamX"),
        "LW307",
        at="optimizers.AdamX",
    ),
    train(
        *(
            "a loss missing",
            "power-plant",
            'loss={"energy_output": "mse", "vacuum_output": "mse"}',
            'loss={"energy_output": "mse"}',
        ),
        "LW306",
        at="loss={",
    ),
    train(
        *("a loss of None", "power-plant", '"vacuum_output": "mse"}', '"vacuum_output": None}'),
        "LW306",
        at="loss={",
    ),
    train(
        *("a loss of an output that is not there", "power-plant", '"vacuum_output": "mse"', '"vacuum": "mse"'),
        "LW306",
        at="loss={",
    ),
]


@functools.cache
def folder() -> tempfile.TemporaryDirectory[str]:
    """Where the changed projects are."""
    return tempfile.TemporaryDirectory(prefix="layerwright-")


@functools.cache
def results() -> dict[str, Result]:
    """What is found in all changed projects, whose networks few processes build."""
    projects = [each.made(Path(folder().name)) for each in NETWORK]
    found = checking.check(projects, Options(select=("LW2", "LW3"), python=HERE, jobs=2))
    return {each.name: result for each, result in zip(NETWORK, found, strict=True)}


def grave(result: Result) -> list[Finding]:
    """The findings that count in a strict check."""
    return [each for each in result.loud if each.severity is not Severity.NOTE]


@pytest.mark.parametrize("drift", NETWORK, ids=lambda each: each.name.replace(" ", "-"))
def test_drift_of_the_network_is_found_at_its_line(drift: Drift) -> None:
    result = results()[drift.name]
    assert not result.left_out or all(each.asked for each in result.left_out)
    assert {each.rule for each in grave(result)} == set(drift.rules[drift.note :]), grave(result)
    [finding, *_] = [each for each in result.loud if each.rule == drift.rules[0]]
    assert finding.place.path == located(result.folder, drift.file).relative_to(result.folder).as_posix()
    line = (result.folder / finding.place.path).read_text(encoding="utf-8").splitlines()[finding.place.line - 1]
    assert drift.at in line


# As it was made


def whole(*names: str) -> list[Path]:
    """Projects as they were made."""
    return [generated(name, **SMALL.get(name, {})) for name in names]


def test_a_project_as_it_was_made_has_nothing_grave_no_edited_file_and_no_file_of_the_check_s() -> None:
    projects = whole("resnet-transfer", "siamese-conv", "mnist-mlp", "subclassed-block", "masked-lstm")
    before = [listing(each) for each in projects]
    results = checking.check(projects, Options(python=HERE))
    assert [listing(each) for each in projects] == before
    for result in results:
        assert not result.left_out
        assert not grave(result)
        assert {each.rule for each in result.findings} <= {"LW003"}, "made by a checkout that isn't tagged"
        assert set(result.rules) == {each.identifier for each in checking.ALL}


# Files


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A project to change."""
    return shutil.copytree(generated("power-plant"), tmp_path / "power-plant")


def changed(project: Path, file: str, before: str, after: str) -> None:
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


def found(project: Path, *select: str, **more: Any) -> list[Finding]:
    """What is found in a project without building its network."""
    [result] = checking.check([project], Options(select=select, model=False, **more))
    return [each for each in result.loud if each.rule != "LW003"]


def removed_answer(project: Path) -> None:
    changed(project, ".copier-answers.yml", "straight: true\n", "")


def line_ends(project: Path) -> None:
    for path in project.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


FILES: dict[str, tuple[Callable[[Path], Any], list[tuple[str, str, int]]]] = {
    "nothing": (lambda _: None, []),
    "line ends of another system": (line_ends, []),
    "a file of one's own": (lambda project: (project / "ours.py").write_text("x = 1\n"), []),
    "an edit": (
        lambda project: changed(project, "src/power_plant/data.py", "import keras\n", "import keras  # ours\n"),
        [("LW102", "src/power_plant/data.py", 9)],
    ),
    "a missing file": (
        lambda project: (project / "src/power_plant/predict.py").unlink(),
        [("LW101", "src/power_plant/predict.py", 1)],
    ),
    "a file that is a link out of the project": (
        lambda project: (
            (project / "README.md").replace(project.parent / "outside.md"),
            (project / "README.md").symlink_to(project.parent / "outside.md"),
        ),
        [("LW102", "README.md", 1)],
    ),
    "an answer changed by hand": (
        lambda project: changed(project, ".copier-answers.yml", "sensors: numeric 4", "sensors: numeric 5"),
        [("LW105", "tests/test_model.py", 0), ("LW102", "*", 0)],
    ),
    "an answer removed by hand": (removed_answer, [("LW105", ".copier-answers.yml", 0)]),
}
"""What happens to a project, and what is found: rule, file and line. A file `*` may be any, a line 0 too."""


@pytest.mark.parametrize("name", FILES)
def test_drift_of_files_is_found(name: str, plant: Path) -> None:
    change, expected = FILES[name]
    change(plant)
    said = {(each.rule, each.place.path, each.place.line) for each in found(plant, "LW1")}
    left = {
        one
        for one in said
        if not any(one[0] == rule and path in ("*", one[1]) and line in (0, one[2]) for rule, path, line in expected)
    }
    assert not left
    for rule, path, _ in expected:
        assert any(one[0] == rule and path in ("*", one[1]) for one in said)


OVERFIT = "def test_a_batch_can_be_overfitted"
WEAKER: dict[str, tuple[str, str, str]] = {
    "skipped": (OVERFIT, f"@pytest.mark.skip\n{OVERFIT}", "is skipped"),
    "expected to fail": (OVERFIT, f"@pytest.mark.xfail(reason='x')\n{OVERFIT}", "expected to fail"),
    "an end before its assertions": (
        "    first = ",
        "    return\n    first = ",
        "asserts less: 0",
    ),
    "renamed": (OVERFIT, OVERFIT.replace("test_a", "a"), "test_a_batch_can_be_overfitted is gone"),
}


@pytest.mark.parametrize("name", WEAKER)
def test_a_test_that_proves_less_is_found(name: str, plant: Path) -> None:
    before, after, says = WEAKER[name]
    path = plant / "tests" / "test_training.py"
    text = path.read_text(encoding="utf-8")
    place = text.index(OVERFIT)
    path.write_text(text[:place] + text[place:].replace(before, after, 1), encoding="utf-8")
    [finding] = found(plant, "LW103", "LW104")
    assert says in finding.message
    assert finding.severity is Severity.WARNING
    assert finding.place.path == "tests/test_training.py"
    assert text.splitlines()[finding.place.line - 1].startswith(OVERFIT) or "gone" in says or "mark" in after


def test_fewer_cases_and_fewer_assertions_are_found(plant: Path) -> None:
    changed(plant, "tests/test_model.py", '("sensors", "energy_output"), ', "")
    changed(plant, "tests/test_model.py", "    assert model.count_params() == 2_466\n", "")
    said = {each.message for each in found(plant, "LW104")}
    assert any("fewer cases: 1 of 2" in each for each in said)
    assert any("asserts less: 2 of 3" in each for each in said)


def test_a_file_of_tests_that_is_gone_is_found(plant: Path) -> None:
    (plant / "tests" / "test_data.py").unlink()
    [finding] = found(plant, "LW1")
    assert (finding.rule, finding.place.path) == ("LW103", "tests/test_data.py")


def test_a_test_may_move_to_another_file(plant: Path) -> None:
    (plant / "tests" / "test_data.py").rename(plant / "tests" / "test_samples.py")
    assert not found(plant, "LW103", "LW104")


# Versions


def answered(project: Path, key: str, value: str) -> None:
    path = project / ".copier-answers.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(f"{key}: {value}" if line.startswith(f"{key}:") else line for line in lines) + "\n")


@pytest.mark.parametrize(
    ("key", "value", "rule", "severity"),
    [
        ("_commit", "v0.0.1", "LW004", Severity.WARNING),
        ("_commit", "v99.0", "LW005", Severity.WARNING),
        ("_commit", "v0.1.0-3-gabcdef0", "LW003", None),
        ("_commit", "refs/pull/1/head", "LW003", None),
        ("_src_path", "https://elsewhere.invalid/template.git", "LW002", Severity.WARNING),
        ("_src_path", "[1, 2]", "LW002", Severity.WARNING),
        ("inputs", "'sensors: nonsense 4'", "LW001", None),
        ("inputs", "'sensors: numeric 4", "LW001", Severity.ERROR),
    ],
)
def test_what_made_a_project_is_checked(
    plant: Path, key: str, value: str, rule: str, severity: Severity | None
) -> None:
    answered(plant, key, value)
    [result] = checking.check([plant], Options(select=("LW0",), model=False))
    findings = [each for each in result.loud if each.rule == rule]
    assert findings
    assert severity in (None, findings[0].severity)
    line = (plant / ".copier-answers.yml").read_text(encoding="utf-8").splitlines()[findings[0].place.line - 1]
    assert line.startswith(key) or value.endswith(" 4")


def test_another_source_is_named_and_never_run(plant: Path, tmp_path: Path) -> None:
    """The template of another's making would write a file as it is loaded."""
    evil, trace = tmp_path / "evil", tmp_path / "trace"
    (evil / "templates").mkdir(parents=True)
    (evil / "copier.yml").write_text("_jinja_extensions: [templates/extensions.py:Layerwright]\n")
    (evil / "templates" / "extensions.py").write_text(f"open({str(trace)!r}, 'w')\n")
    answered(plant, "_src_path", str(evil))
    commits = ("v0.0.1", "v0.1.0", "HEAD")
    projects = [shutil.copytree(plant, tmp_path / commit / plant.name) for commit in commits]
    for project, commit in zip(projects, commits, strict=True):
        answered(project, "_commit", commit)
    for result in checking.check(projects, Options(python=HERE)):
        assert {each.part for each in result.left_out} == {"files of the template", "built network"}
        assert "LW002" in {each.rule for each in result.loud}
    assert not trace.exists()


def test_a_project_of_an_older_release_is_compared_with_what_that_release_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newer version writes another README and, by its Python, another comment; neither is an edit."""
    checkout = released(tmp_path)
    project = tmp_path / "plant"
    options = ("copy", "--trust", "--vcs-ref", "v0.1.0", "--defaults", "--quiet", "--data", "preset=siamese-dense")
    done = checkout.copier(*options, "--data", "backend=torch", checkout.root, project, cwd=tmp_path)
    assert done.code == 0, done.err
    monkeypatch.setattr(places, "PACKAGE", checkout.root / "generator" / "layerwright")
    [result] = checking.check([project], Options(python=HERE))
    assert not result.left_out
    assert not result.loud
    changed(project, "src/plant/model.py", ", encoder(right)]", ', layers.Dense(64, name="twin")(right)]')
    [result] = checking.check([project], Options(python=HERE))
    assert {each.rule for each in grave(result)} == {"LW210"}


# What can't be looked at


def test_without_an_environment_the_network_is_left_out_and_that_is_no_pass(
    plant: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    done = command("check", plant, "--ignore", "LW003")
    assert done.code == 0
    assert "left out: built network: no environment was found" in done.out
    assert "not checked everywhere: built network" in done.out
    assert command("check", plant, "--ignore", "LW003", "--strict").code == 1
    assert command("check", plant, "--ignore", "LW003", "--strict", "--no-model").code == 0, "asked for"


def test_a_project_that_brings_its_process_down_takes_no_other_with_it(tmp_path: Path) -> None:
    names = ("one", "ends", "two", "killed", "three")
    projects = [shutil.copytree(generated("power-plant"), tmp_path / name) for name in names]
    (projects[1] / "src" / "power_plant" / "__init__.py").write_text("import os\nos._exit(3)\n")
    (projects[3] / "src" / "power_plant" / "__init__.py").write_text("import os, signal\nos.kill(os.getpid(), 9)\n")
    results = checking.check(projects, Options(select=("LW2", "LW3"), python=HERE))
    gone = ["built network"]
    assert [[each.part for each in result.left_out] for result in results] == [[], gone, [], gone, []]
    for place in (1, 3):
        assert "ended early" in results[place].left_out[0].reason
    assert not any(result.loud for result in results)


def test_what_a_project_prints_or_leaves_behind_changes_no_other_s_result(tmp_path: Path) -> None:
    loud, other = (shutil.copytree(generated("power-plant"), tmp_path / name) for name in ("loud", "other"))
    package = loud / "src" / "power_plant" / "__init__.py"
    spoiled = 'print("{}")\nimport os, keras\nkeras.config.set_dtype_policy("float64")\nos.chdir("/")\n'
    package.write_text(package.read_text(encoding="utf-8") + spoiled)
    for result in checking.check([loud, other], Options(select=("LW2", "LW3"), python=HERE)):
        assert not result.left_out
        assert not result.loud


def test_a_file_that_is_gone_or_no_python_or_lacks_a_package_is_never_a_pass(plant: Path, tmp_path: Path) -> None:
    changed(plant, "src/power_plant/train.py", "def compile_model(", "def compiled(")
    [finding] = found(plant, "LW2", "LW3")
    assert (finding.rule, finding.severity) == ("LW200", Severity.WARNING)
    (plant / "src" / "power_plant" / "model.py").unlink()
    lacking = shutil.copytree(generated("power-plant"), tmp_path / "lacking")
    changed(lacking, "src/power_plant/model.py", "import keras\n", "import keras\nimport nowhere_to_be_found\n")
    result, other = checking.check([plant, lacking], Options(select=("LW2",), python=HERE))
    assert [each.rule for each in result.loud] == ["LW200", "LW201", "LW200"]
    assert not result.left_out
    assert [each.reason for each in other.left_out] == ["its environment lacks nowhere_to_be_found"]


# Silences


def test_a_silence_with_a_reason_is_heard_and_one_without_is_found(plant: Path) -> None:
    model = "src/power_plant/model.py"
    changed(plant, model, '(1, name="vacuum_output")(x)', '(1, name="other")(x)  # layerwright: ignore[LW204] moved')
    changed(plant, model, '"vacuum_output": vacuum_output', '"energy": energy_output')
    [finding] = found(plant, "LW204")
    assert finding.place.path == model, "it's at another line"
    line = finding.place.line
    lines = (plant / model).read_text(encoding="utf-8").splitlines()
    for comment, rules in (
        ("# layerwright: ignore[LW204]", {"LW204", "LW901", "LW902"}),
        ("# layerwright: ignore[LW204] we don't measure it", {"LW902"}),
        ("# layerwright: ignore[LW999] no such rule", {"LW204", "LW902", "LW903"}),
        ("# layerwright: ignore[LW202, LW204] both", {"LW902"}),
        ('"# layerwright: ignore[LW204] a text, and no comment"', {"LW204", "LW902"}),
    ):
        written = [*lines[: line - 1], f"    {comment}", *lines[line - 1 :]]
        (plant / model).write_text("\n".join(written) + "\n", encoding="utf-8")
        assert {each.rule for each in found(plant, "LW202", "LW204", "LW9")} == rules, comment


def test_the_table_of_a_project_silences_a_rule_everywhere(plant: Path) -> None:
    changed(plant, "src/power_plant/model.py", ', "vacuum_output": vacuum_output', "")
    pyproject = plant / "pyproject.toml"
    before = pyproject.read_text(encoding="utf-8")
    for table, rules in {
        'ignore = {LW204 = "not measured"}': set(),
        'ignore = {LW204 = ""}': {"LW204", "LW901"},
        "ignore = {LW204 = true}": {"LW204", "LW901"},
        'ignore = {LW2 = "all"}': {"LW204", "LW903"},
        'ignore = ["LW204"]': {"LW204", "LW904"},
        "ignore = {": {"LW204", "LW904"},
        'ignore = {LW204 = "not measured", LW301 = "old"}': set(),
    }.items():
        pyproject.write_text(f"{before}\n[tool.layerwright]\n{table}\n", encoding="utf-8")
        assert {each.rule for each in found(plant, "LW204", "LW9")} == rules, table


# The command


def test_errors_give_one_and_warnings_if_strict(plant: Path, command: Command) -> None:
    options = ("--no-model", "--ignore", "LW003", "--ignore", "LW1")
    assert command("check", plant, *options, "--strict").code == 0
    changed(plant, "config.yaml", "seed: 0", "seed: 0  # layerwright: ignore[LW999] what isn't")
    assert command("check", plant, *options).code == 0
    assert command("check", plant, *options, "--strict").code == 1
    changed(plant, "src/power_plant/model.py", ', "vacuum_output": vacuum_output', "")
    done = command("check", plant, *options)
    assert done.code == 1
    assert "model.py:14: error LW204: the output vacuum_output isn't among the model's" in done.out
    assert command("check", plant, *options, "--select", "LW0").code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere",), "isn't there"),
        ((".",), "holds no project"),
        ((".", "nowhere"), "isn't there"),
        ((".", "--select", "LX1"), "unknown rule"),
        ((".", "--ignore", ""), "unknown rule"),
        ((".", "--python", "nowhere/python"), "isn't there"),
        ((), "PATH... isn't said"),
        ((".", "--jobs", "0"), "--jobs"),
        ((".", "--format", "xml"), "--format"),
    ],
)
def test_wrong_usage_gives_two_and_says_why(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command("check", *arguments)
    assert done.code == 2
    assert says in done.err
    assert not done.out


def test_a_path_may_be_a_project_one_of_its_files_or_a_folder_with_projects(plant: Path) -> None:
    assert list(checking.located(plant)) == [plant]
    assert list(checking.located(plant / "src" / "power_plant" / "model.py")) == [plant]
    shutil.copytree(plant, plant.parent / "deeper" / "down" / "other")
    shutil.copytree(plant, plant.parent / ".hidden")
    assert list(checking.located(plant.parent)) == [plant.parent / "deeper" / "down" / "other", plant]
    (plant.parent / "else").mkdir()
    (plant.parent / "else" / ".copier-answers.yml").write_text("_src_path: gh:somebody/template\nname: x\n")
    assert not list(checking.located(plant.parent / "else")), "made by another template"
    (plant / "src" / ".git").mkdir()
    assert not list(checking.located(plant / "src")), "it lies in another repository"


def test_a_hundred_projects_are_checked_at_once(tmp_path: Path, command: Command) -> None:
    for number in range(100):
        shutil.copytree(generated("power-plant"), tmp_path / f"plant-{number:02}")
    broken = tmp_path / "plant-42"
    changed(broken, "src/power_plant/model.py", ', "vacuum_output": vacuum_output', "")
    options = ("--no-model", "--jobs", "2", "--ignore", "LW1", "--ignore", "LW003", "--format", "json")
    done = command("check", tmp_path, *options)
    assert done.code == 1
    data = json.loads(done.out)
    assert [Path(each["folder"]).name for each in data["projects"]] == [f"plant-{number:02}" for number in range(100)]
    assert data["totals"] == {"error": 1, "warning": 0, "note": 0}
    assert [each["rule"] for each in data["projects"][42]["findings"]] == ["LW204"]


# Reports


@functools.cache
def mixed() -> tuple[Path, tuple[Result, ...]]:
    """A project with an error, a warning, notes and a silence, beside one as it was made; and what is found."""
    root = Path(folder().name) / "mixed"
    first, second = (shutil.copytree(generated("power-plant"), root / name) for name in ("power-plant", "zé & <x>"))
    changed(first, "src/power_plant/model.py", ', "vacuum_output": vacuum_output', "")
    (first / "src" / "power_plant" / "predict.py").unlink()
    changed(first, "config.yaml", "seed: 0", "# layerwright: ignore[LW102] ours: <&>\nseed: 1")
    results = checking.check([first, second], Options(ignore=("LW003",), model=False))
    return root, tuple(results)


def reported(form: str, *, strict: bool = False) -> str:
    return checking.FORMATS[form](mixed()[1], strict)


def test_the_text_gives_a_line_for_each_finding_and_the_sums() -> None:
    lines = reported("text").splitlines()
    errors = [line for line in lines if ": error LW204: " in line]
    assert len(errors) == 1
    assert errors[0].split(":")[0].endswith("power-plant/src/power_plant/model.py")
    assert any(": warning LW101: " in line for line in lines)
    assert lines[-1].startswith(
        "2 projects: 1 error, 1 warning, 1 note, 1 silenced; not checked everywhere: built network"
    )


def test_json_says_all() -> None:
    data = json.loads(reported("json"))
    first, second = data["projects"]
    assert [(each["rule"], each["silenced"]) for each in first["findings"]] == [
        ("LW102", "ours: <&>"),
        ("LW204", None),
        ("LW102", None),
        ("LW101", None),
    ]
    assert not second["findings"]
    assert second["left_out"] == [{"part": "built network", "reason": "--no-model", "asked": True}]
    assert "LW301" not in second["rules"]
    assert "LW304" in second["rules"]


def test_sarif_has_what_the_standard_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mixed()[0])
    data = json.loads(reported("sarif"))
    assert data["version"] == "2.1.0"
    [run] = data["runs"]
    driver = run["tool"]["driver"]
    identifiers = [each["id"] for each in driver["rules"]]
    assert len(identifiers) == len(set(identifiers))
    levels = {"none", "note", "warning", "error"}
    for rule in driver["rules"]:
        assert rule["defaultConfiguration"]["level"] in levels
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
    assert run["results"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in levels
        assert result["message"]["text"]
        [location] = result["locations"]
        physical = location["physicalLocation"]
        assert physical["region"]["startLine"] >= 1
        uri = physical["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri), "relative, with what isn't plain escaped"
        assert len(result["partialFingerprints"]["layerwright/v1"]) == 32
    [silenced] = [each for each in run["results"] if "suppressions" in each]
    assert silenced["suppressions"] == [{"kind": "inSource", "justification": "ours: <&>"}]
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is True
    notifications = invocation["toolExecutionNotifications"]
    assert len(notifications) == 2
    assert all("built network left out" in each["message"]["text"] for each in notifications)
    assert len({each["partialFingerprints"]["layerwright/v1"] for each in run["results"]}) == len(run["results"])


def test_junit_counts_what_fails_and_what_was_skipped() -> None:
    root = ElementTree.fromstring(reported("junit"))
    assert root.tag == "testsuites"
    first, second = root.findall("testsuite")
    for suite in (first, second):
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("skipped") == str(len(suite.findall("testcase/skipped"))) == "1"
    assert [each.get("type") for each in first.findall("testcase/failure")] == ["LW204"]
    strict = ElementTree.fromstring(reported("junit", strict=True))
    assert [each.get("type") for each in strict.findall("testsuite/testcase/failure")] == ["LW101", "LW204"]
    assert second.get("failures") == "0"
    assert second.get("name") == str(mixed()[0] / "zé & <x>")


def test_junit_holds_no_character_that_xml_cannot() -> None:
    finding = Finding("LW201", Severity.ERROR, checking.Place("a\x00.py"), "\x1b[31m\ud800 red")
    result = Result(Path("/x\x01y"), "v1", (finding,), (), ("LW201",))
    root = ElementTree.fromstring(checking.FORMATS["junit"]([result], False))
    [failure] = root.findall("testsuite/testcase/failure")
    assert failure.get("message") == "\ufffd[31m\ufffd red"


# Documents


def test_the_page_on_rules_is_that_of_the_code() -> None:
    assert (REPOSITORY / "docs" / "rules.md").read_text(encoding="utf-8") == checking.page(), "make regenerate"


def test_every_rule_has_an_identifier_of_its_own_and_says_what_it_protects() -> None:
    identifiers = [each.identifier for each in checking.ALL]
    assert identifiers == sorted(set(identifiers))
    for rule in checking.ALL:
        assert rule.title.endswith(".")
        assert rule.protects.endswith(".")
        assert rule.mend


def test_every_rule_of_network_and_training_is_shown_to_find_something() -> None:
    wanted = {each.identifier for each in checking.ALL if each.identifier.startswith(("LW2", "LW3"))}
    assert {each.rules[0] for each in NETWORK} == wanted


def test_the_hook_checks_what_is_committed(plant: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    [hook] = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    tool, *words = [*hook["entry"].split(), *hook["args"]]
    assert tool == "layerwright"
    monkeypatch.chdir(plant)
    assert command(*words, "--select", "LW2").code == 0
    changed(plant, "src/power_plant/model.py", ', "vacuum_output": vacuum_output', "")
    assert command(*words, "--select", "LW2").code == 1


PAGE = (REPOSITORY / "docs" / "checking.md").read_text(encoding="utf-8")


def test_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> None:
    """What is found without the page's two silences is silenced by them; its commands run, those of its job too."""
    blocks = dict(re.findall(r"```(shell|python|toml)\n(.*?)```", PAGE, re.DOTALL))
    houses, plant = tmp_path / "houses", tmp_path / "projects" / "plant"
    shutil.copytree(generated("residual-cnn"), houses)
    shutil.copytree(generated("two-inputs"), plant)
    line = blocks["python"].strip()
    changed(houses, "src/residual_cnn/model.py", line.partition(", training=True")[0] + ")", line)
    (plant / "tests" / "test_data.py").unlink()
    with (plant / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{blocks['toml']}")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    monkeypatch.chdir(tmp_path)
    done = command(*shlex.split(blocks["shell"])[1:])
    assert done.code == 0, done.out
    assert re.fullmatch("2 projects: (. notes?, )?2 silenced", done.out.splitlines()[-1])
    monkeypatch.chdir(plant)
    jobs = re.findall(r"layerwright (check \. --format \w+) >", PAGE)
    assert [words.split()[-1] for words in jobs] == ["sarif", "junit"]
    for words in jobs:
        assert command(*words.split(), "--no-model").code == 0


def test_the_files_of_the_page_are_ones_that_there_can_be() -> None:
    hook, workflow = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    [ours] = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["repos"][0]["hooks"] == [{"id": ours["id"]}]
    assert [each for each in workflow["jobs"]["check"]["steps"] if "layerwright check" in each.get("run", "")]


def test_a_rule_that_fails_is_left_out_and_stops_nothing(plant: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = next(each for each in checking.ALL if each.identifier == "LW202")
    monkeypatch.setattr(type(rule), "find", lambda *_: 1 / 0)
    changed(plant, "src/power_plant/model.py", ', "vacuum_output": vacuum_output', "")
    [result] = checking.check([plant], Options(select=("LW2",), model=False))
    assert [each.reason for each in result.left_out if not each.asked] == [
        "the rule failed: ZeroDivisionError: division by zero"
    ]
    assert "LW202" not in result.rules
    assert [each.rule for each in result.loud] == ["LW204"]
