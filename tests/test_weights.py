"""Protects what a network has learned, when the answers change: what is kept gives the same activations as before."""

from __future__ import annotations

import functools
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from .projects import generated, package, run_code
from .workbench import REPOSITORY, Command, Result, listing

pytest_plugins = ["tests.workbench"]

INPUTS = "left: vector 6, right: vector 6"
SHARED = "{branches: {encoder: [dense 8, dense 4 name=embedded]}, body: [dense 5 name=mixed]}"
BEFORE = {"preset": "none", "inputs": INPUTS, "outputs": "same: binary", "sharing": "encoder: left + right"}
AFTER = BEFORE | {
    "inputs": f"{INPUTS}, facts: numeric 3",
    "outputs": "same: binary, kind: multiclass 3",
}

SAVE = """
import sys
import keras
from {package}.model import build_model
keras.utils.set_random_seed(7)
build_model().save(sys.argv[1])
"""

COMPARE = """
import json, sys
import keras, numpy as np
from {package}.model import build_model
old = keras.saving.load_model(sys.argv[1], compile=False)
new = keras.saving.load_model(sys.argv[2], compile=False)
fresh = build_model()
fresh.load_weights(sys.argv[2])  # as the report says
rng = np.random.default_rng(1)
inputs = {{name: rng.normal(size=(5, *tensor.shape[1:])).astype("float32") for name, tensor in new.input.items()}}
same = {{}}
for name in sys.argv[3:]:
    values = []
    for model in (old, new, fresh):
        way = keras.Model(model.input, [node.outputs[0] for node in model.get_layer(name)._inbound_nodes][-1])
        given = {{key: inputs[key] for key in model.input}}
        values.append(np.asarray(keras.ops.convert_to_numpy(way(given))))
    same[name] = [bool(np.array_equal(values[0], each)) for each in values[1:]] + [bool(np.ptp(values[0]) > 0)]
print(json.dumps(same))
"""


@functools.cache
def folder() -> Path:
    """Where saved networks are."""
    return Path(tempfile.mkdtemp(prefix="layerwright-"))


def run(project: Path, code: str, *arguments: str | Path) -> str:
    """Runs a program in a project's environment."""
    source = code.format(package=package(project))
    done = run_code(project, source, *map(str, arguments))
    assert done.code == 0, done.output
    return done.output


@functools.cache
def saved(project: Path) -> Path:
    """A project's network, saved as training leaves it."""
    path = folder() / f"{package(project)}-{len(list(folder().iterdir()))}.keras"
    run(project, SAVE, path)
    return path


def project(**answers: str) -> Path:
    given = {key: value for key, value in answers.items() if key != "preset"}
    return generated(answers["preset"], **given)


@pytest.fixture
def carried(command: Command, tmp_path: Path) -> Any:
    """Carries weights over, and returns what is said and where they are."""

    def carry(old: Path, to: Path, *arguments: str) -> tuple[dict[str, Any], Path]:
        new = tmp_path / "new.keras"
        options = ("--to", new, "--python", sys.executable, "--format", "json", *arguments)
        done = command("weights", old, to, *options)
        assert done.code == 0, done.err
        return json.loads(done.out), new

    return carry


def names(parts: list[dict[str, Any]]) -> set[str]:
    return {each["layer"] for each in parts}


def test_what_is_kept_gives_the_same_activations(carried: Any) -> None:
    """One more input, one more head: the shared encoder keeps what it has learned, what follows the merge doesn't."""
    before, after = project(**BEFORE, layers=SHARED), project(**AFTER, layers=SHARED)
    report, new = carried(saved(before), after)
    assert {"encoder/embedded"} <= names(report["kept"])
    assert all(each.startswith("encoder/") for each in names(report["kept"]) - {"same"})
    assert "mixed" in names(report["new"])
    assert "mixed" in names(report["dropped"])
    [mixed] = [each for each in report["new"] if each["layer"] == "mixed"]
    assert re.fullmatch(r"8x5 before, \d+x5 now", mixed["why"])
    assert "kind" in names(report["new"])
    same = json.loads(run(after, COMPARE, saved(before), new, "encoder").splitlines()[-1])
    assert same == {"encoder": [True, True, True]}


PAGE = (REPOSITORY / "docs" / "weights.md").read_text(encoding="utf-8")


def as_the_page_says(
    old: Path, project: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> Result:
    """Does what the page does, where it is as there."""
    [words] = re.findall(r"```shell\nlayerwright (.*)\n", PAGE)
    shutil.copytree(project, folder / "houses")
    (folder / "runs" / "first").mkdir(parents=True)
    shutil.copy(old, folder / "runs" / "first" / "model.keras")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    monkeypatch.chdir(folder)
    return command(*words.split())


def test_a_renamed_layer_is_not_guessed_but_pointed_at(
    carried: Any, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project(**BEFORE, layers=SHARED)
    after = project(**BEFORE, layers=SHARED.replace("embedded", "latent"))
    report, new = carried(saved(before), after)
    assert names(report["new"]) == {"encoder/latent"}
    assert names(report["dropped"]) == {"encoder/embedded"}
    assert report["likely"] == [["encoder/embedded", "encoder/latent"]]
    new.unlink()
    report, new = carried(saved(before), after, "--rename", "encoder/embedded=encoder/latent")
    assert not report["new"]
    assert not report["dropped"]
    assert "encoder/latent" in names(report["kept"])
    same = json.loads(run(after, COMPARE, saved(before), new, "encoder", "same").splitlines()[-1])
    assert same == {"encoder": [True, True, True], "same": [True, True, True]}
    done = as_the_page_says(saved(before), after, tmp_path, monkeypatch, command)
    assert done.code == 0
    assert "Kept: 3 layers" in done.out
    assert "say --rename encoder/embedded=encoder/latent" in done.out
    built, loaded = re.findall(r"```python\n(.*)\n(.*)\n```", PAGE)[0]
    train = after / "src" / package(after) / "train.py"
    assert train.read_text(encoding="utf-8").count(f"    {built}\n") == 1
    assert f"    {loaded}\n" in done.out
    where = ("--to", tmp_path / "m.keras", "--python", sys.executable)
    done = command("weights", saved(before), after, *where, "--rename", "nowhere=encoder/latent")
    assert done.code == 2
    assert "there is no layer nowhere" in done.err
    assert not (tmp_path / "m.keras").exists()


def test_a_rename_goes_before_what_has_the_name_already(carried: Any) -> None:
    """Two layers of one shape: what had the name before is dropped, and said to be."""
    stacks = [f"[dense 8 name=zeroth, dense 8{name}, dense 8 name=second]" for name in (" name=first", "")]
    before, after = (project(**BEFORE, layers=f"{{body: {stack}}}") for stack in stacks)
    report, _ = carried(saved(before), after, "--rename", "first=second")
    assert {each["layer"]: each["why"] for each in report["kept"]}["second"] == "was first"
    assert names(report["dropped"]) == {"second"}


def test_a_backbone_is_carried_over_with_all_its_layers_and_nothing_is_downloaded(carried: Any) -> None:
    images = {"preset": "resnet-transfer", "inputs": "image: image 32x32x3"}
    before = project(**images)
    after = project(**images, outputs="category: multiclass 10, sharp: binary")
    path = folder() / "backbone.keras"
    run(before, SAVE.replace("build_model()", "build_model(None)"), path)
    report, _ = carried(path, after)
    assert names(report["new"]) == {"sharp"}
    assert not report["dropped"]
    assert not report["trouble"]
    assert sum(each.startswith("resnet50/") for each in names(report["kept"])) > 100


LAMBDA = """
import sys
import keras
x = keras.Input((3,))
keras.Model(x, keras.layers.Lambda(lambda value: value * 2)(x)).save(sys.argv[1])
"""


def test_code_in_a_saved_network_is_not_run(command: Command, tmp_path: Path) -> None:
    after, old, new = project(**BEFORE, layers=SHARED), tmp_path / "old.keras", tmp_path / "new.keras"
    run(after, LAMBDA, old)
    done = command("weights", old, after, "--to", new, "--python", sys.executable)
    assert done.code == 2
    assert "Lambda" in done.err
    assert "[not-carried]" in done.err
    assert "unsafe" in done.err
    assert not new.exists()
    assert {each.name for each in tmp_path.iterdir()} == {"old.keras"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no.keras", "plant"), "isn't there"),
        (("plant/README.md", "plant"), "isn't a .keras file"),
        (("old.keras", "."), "holds no .copier-answers.yml"),
        (("old.keras", "plant", "--to", "plant/new.h5"), "doesn't end in .keras"),
        (("old.keras", "plant", "--to", "old.keras"), "is there already"),
        (("old.keras", "plant", "--to", "nowhere/new.keras"), "isn't a folder"),
        (("old.keras", "plant", "--rename", "a"), "has no ="),
        (("old.keras", "plant", "--rename", "a=c", "--rename", "b=c"), "is there twice"),
        (("old.keras", "plant", "--python", "nowhere/python"), "can't be run"),
        (("old.keras", "plant", "--python", sys.executable), "old.keras: "),
        (("old.keras",), "weights: PROJECT isn't said"),
    ],
)
def test_what_cannot_be_is_said_and_writes_nothing(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    shutil.copytree(project(**BEFORE, layers=SHARED), tmp_path / "plant")
    (tmp_path / "old.keras").write_text("not a saved network")
    monkeypatch.chdir(tmp_path)
    before = listing(tmp_path)
    done = command("weights", *arguments)
    assert done.code == 2
    assert says in done.err
    assert not done.out
    assert listing(tmp_path) == before
