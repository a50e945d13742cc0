"""Protects what other packages bring: it works as documented, is recorded, and nothing is made of others than those.

The package is the example of the documents, as it's written there: built, installed, found by its entry point.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from layerwright.blocks import GROUPS
from layerwright.extensions import KEY, installed, ours
from layerwright.extensions.aside import VARIABLE
from layerwright.extensions.catalogue import our_offer
from layerwright.extensions.finding import beside, found
from layerwright.layers import builtin
from layerwright.plan import design
from layerwright.presets import presets
from layerwright.problems import AnswersError
from layerwright.tasks import TASKS

from .test_asking import line, said
from .test_versions import EDITS, released, replaced, saved, text
from .workbench import REPOSITORY, Checkout, Command, Result, listing, run

pytest_plugins = ["tests.workbench"]

EXAMPLE = REPOSITORY / "docs" / "extensions" / "acme-layers"
OFFLINE = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation")
PIN = "acme-layers==1.2.0"
PRESET = "acme-upper-bound"
BETTER = ("as far as a gate says", "as far as its gate says")
"""What the class of the example says of itself, and what that of its next version does."""
DROPOUTS = ("Dropout", "GaussianDropout")
"""What the built-in word `dropout`, which the example's block says, stands for in one version and in the next."""


# The package as it's written


@dataclass(frozen=True)
class Environment:
    """An interpreter with all that this one has, and packages of its own."""

    python: Path
    checkout: Checkout

    def run(self, *arguments: str | Path, cwd: Path, **more: str) -> Result:
        return run(self.python, "-m", *arguments, cwd=cwd, env=self.checkout.environment(**more), limit=600)

    def layerwright(self, *arguments: str | Path, cwd: Path, **more: str) -> Result:
        return self.run("layerwright", *arguments, cwd=cwd, **more)


def environment(folder: Path, checkout: Checkout, *packages: Path) -> Environment:
    made = run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent, env=os.environ)
    assert made.code == 0, made.err
    [packages_of_it] = folder.glob("lib/python*/site-packages")
    (packages_of_it / "shared.pth").write_text("\n".join(site.getsitepackages()))
    found = Environment(folder / "bin" / "python", checkout)
    for each in packages:
        done = found.run(
            "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", each, cwd=folder
        )
        assert done.code == 0, done.err
    return found


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Versions of layerwright: the second writes something else, in the third a built-in word means another layer."""
    checkout = released(tmp_path_factory.mktemp("versions"))
    replaced(checkout.root / "generator", *(f'Word("dropout", {{None: "{each}"}}' for each in DROPOUTS))
    checkout.commit("v0.3.0")
    return checkout


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The example, and a next version of it whose class reads otherwise."""
    folder = tmp_path_factory.mktemp("sources")
    ignore = shutil.ignore_patterns("__pycache__", ".pytest_cache")
    found = {version: shutil.copytree(EXAMPLE, folder / version, ignore=ignore) for version in ("1.2.0", "1.3.0")}
    project, layer = (found["1.3.0"] / each for each in ("pyproject.toml", "src/acme_layers/gated_dense.py"))
    project.write_text(project.read_text().replace('version = "1.2.0"', 'version = "1.3.0"'))
    layer.write_text(layer.read_text().replace(*BETTER))
    return found


@pytest.fixture(scope="module")
def environments(
    versions: Checkout, sources: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Environment]:
    """An environment without the example, and one with each of its versions."""
    folder = tmp_path_factory.mktemp("environments")
    with_one = {version: environment(folder / version, versions, source) for version, source in sources.items()}
    return {"none": environment(folder / "none", versions), **with_one}


@pytest.fixture(scope="module")
def acme(environments: dict[str, Environment]) -> Environment:
    return environments["1.2.0"]


@pytest.fixture(scope="module")
def made_once(acme: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the older version with all that the example brings, committed with edits."""
    folder = tmp_path_factory.mktemp("made")
    options = ("copy", "--trust", "--defaults", "--quiet", "--vcs-ref", "v0.1.0")
    answers = [f"preset={PRESET}", "backend=torch", "hardware=cpu"]
    pairs = [part for pair in answers for part in ("--data", pair)]
    done = acme.run("copier", *options, acme.checkout.root, "plant", *pairs, cwd=folder)
    assert done.code == 0, done.err
    project = folder / "plant"
    acme.checkout.git("init", "--quiet", cwd=project)
    saved(acme.checkout, project, "As it was made")
    for name, edit in EDITS.items():
        (project / name).write_text(text(project, name).replace(*edit), encoding="utf-8")
    saved(acme.checkout, project, "Our edits")
    return project


@pytest.fixture
def plant(made_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made_once, tmp_path / "plant")


def answers_of(project: Path) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load(text(project, ".copier-answers.yml"))
    return found


def test_the_example_s_own_tests_are_green(acme: Environment, tmp_path: Path) -> None:
    """Among them: shape and parameters of its layer are those of real Keras."""
    tests = shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    done = acme.run("pytest", "-q", tests, cwd=tmp_path, KERAS_BACKEND="torch")
    assert done.code == 0, done.out


def test_a_project_with_layer_block_task_and_preset_has_green_tests_and_needs_no_package(
    made_once: Path, environments: dict[str, Environment], tmp_path: Path
) -> None:
    project = shutil.copytree(made_once, tmp_path / "plant")
    model, train = text(project, "src/plant/model.py"), text(project, "src/plant/train.py")
    assert model.count("class GatedDense(layers.Layer):") == train.count("def pinball(") == 1
    assert "bottleneck" in model
    assert "acme" not in text(project, "pyproject.toml") + model + train
    done = environments["none"].run("pytest", "-q", cwd=project, KERAS_BACKEND="torch")
    assert done.code == 0, done.out


def test_the_plan_is_what_keras_builds(acme: Environment, tmp_path: Path) -> None:
    file = tmp_path / "answers.yml"
    twice = {"repeat": {"times": 2, "layers": ["bottleneck 16 narrow=2"]}}
    layers = {"branches": {"x": ["gated_dense 16 gate=tanh", twice, {"time_distributed": "GatedDense 4"}]}}
    file.write_text(yaml.safe_dump({"inputs": "x: sequence 7x5", "outputs": "y: upper_bound 3", "layers": layers}))
    done = acme.layerwright("explain", "--answers", file, "--format", "json", cwd=tmp_path)
    assert done.code == 0, done.err
    planned = json.loads(done.out)
    assert acme.layerwright("new", "built", "--answers", file, cwd=tmp_path).code == 0
    script = (
        "import json; from built.model import build_model; model = build_model(); "
        "print(json.dumps([model.count_params(), [[l.name, list(l.output.shape)] for l in model.layers[1:]]]))"
    )
    environment = acme.checkout.environment(KERAS_BACKEND="torch")
    built = run(sys.executable, "-c", script, cwd=tmp_path / "built" / "src", env=environment)
    assert built.code == 0, built.err
    count, shapes = json.loads(built.out)
    assert count == planned["parameters"]["total"]
    assert shapes == [[each["name"], each["shape"]] for each in planned["layers"]]


def test_presets_and_tasks_are_offered(acme: Environment, tmp_path: Path) -> None:
    listed = json.loads(acme.layerwright("presets", "--format", "json", cwd=tmp_path).out)
    assert [each["name"] for each in listed] == [*presets(), PRESET]
    said = acme.layerwright("explain", "--data", "inputs=x: numeric 3", "--data", "outputs=y: upper", cwd=tmp_path)
    assert said.code == 2
    assert "upper_bound" in said.err


# What is recorded


def test_the_package_is_recorded_with_its_version(made_once: Path) -> None:
    assert answers_of(made_once)[KEY] == [PIN]


@pytest.mark.parametrize(
    ("layers", "recorded"),
    [
        ("[dense 8]", None),
        ("[gated_dense 8]", [PIN]),
        ("[GatedDense 8]", [PIN]),
        ("[bottleneck: 8]", [PIN]),
        ("[{model: {layers: [{residual: [gated_dense 8]}]}}]", [PIN]),
        ("[reshape 8x1, {time_distributed: GatedDense 3}]", [PIN]),
    ],
)
def test_only_a_package_that_the_answers_use_is_recorded(
    layers: str, recorded: list[str] | None, acme: Environment, tmp_path: Path
) -> None:
    pairs = ["--data", "inputs=x: numeric 8", "--data", "outputs=y: regression"]
    layers = f"layers={{branches: {{x: {layers}}}}}"
    done = acme.layerwright("new", "plant", *pairs, "--data", layers, cwd=tmp_path)
    assert done.code == 0, done.err
    assert answers_of(tmp_path / "plant").get(KEY) == recorded


# Updates


def untouched(project: Path, before: dict[str, str]) -> bool:
    """Whether nothing of a project is another than before, git's own files aside."""
    return {name: each for name, each in listing(project).items() if not name.startswith(".git/")} == {
        name: each for name, each in before.items() if not name.startswith(".git/")
    }


def test_an_update_with_the_same_package_brings_the_new_version_and_keeps_edits(acme: Environment, plant: Path) -> None:
    done = acme.layerwright("update", "--from", acme.checkout.root, cwd=plant)
    assert done.code == 0, done.err
    model = text(plant, "src/plant/model.py")
    assert "As long as there is no data of your own" in text(plant, "README.md")
    assert EDITS["src/plant/model.py"][1] in model
    # The old version went by its own built-in words: by the new ones, the old layer would be taken for an edit.
    assert [f"layers.{each}(" in model for each in DROPOUTS] == [False, True]
    assert answers_of(plant)[KEY] == [PIN]


REFUSED = {"none": "isn't installed", "1.3.0": "1.3.0 is installed"}


@pytest.mark.parametrize("version", REFUSED)
@pytest.mark.parametrize("data", [(), ("--data", "training={epochs: 3}"), ("--to", "0.1.0"), ("--dry-run",)], ids=str)
def test_an_update_without_the_package_or_with_another_version_is_refused(
    version: str, data: tuple[str, ...], environments: dict[str, Environment], plant: Path
) -> None:
    before, env = listing(plant), environments[version]
    done = env.layerwright("update", "--from", env.checkout.root, *data, cwd=plant)
    assert (done.code, done.out) == (2, "")
    assert REFUSED[version] in done.err
    assert "pip install acme-layers==1.2.0" in done.err
    assert "Traceback" not in done.err
    assert untouched(plant, before)


@pytest.mark.parametrize("version", REFUSED)
def test_plain_copier_is_refused_too(version: str, environments: dict[str, Environment], plant: Path) -> None:
    before, env = listing(plant), environments[version]
    done = env.run("copier", "update", "--trust", "--defaults", "--quiet", cwd=plant)
    assert done.code != 0
    assert REFUSED[version] in done.err
    assert "pip install acme-layers==1.2.0" in done.err
    assert "Traceback" not in done.err
    assert untouched(plant, before)


@pytest.mark.parametrize("tool", ["layerwright", "copier"])
def test_from_one_version_of_the_package_to_another(
    tool: str, environments: dict[str, Environment], sources: dict[str, Path], plant: Path, tmp_path: Path
) -> None:
    """The old one lies in a folder of its own: both are at work in one process, each for its own rendering."""
    env, old = environments["1.3.0"], tmp_path / "old"
    assert env.run("pip", "install", *OFFLINE, "--target", old, sources["1.2.0"], cwd=tmp_path).code == 0
    data, beside_it = ("--data", "extensions=[acme-layers==1.3.0]"), {VARIABLE: str(old)}
    if tool == "layerwright":
        done = env.layerwright("update", "--from", env.checkout.root, *data, cwd=plant, **beside_it)
    else:
        done = env.run("copier", "update", "--trust", "--defaults", "--quiet", *data, cwd=plant, **beside_it)
    assert done.code == 0, done.err
    model = text(plant, "src/plant/model.py")
    assert BETTER[1] in model
    assert BETTER[0] not in model
    assert EDITS["src/plant/model.py"][1] in model
    assert "<<<<<<<" not in model
    assert answers_of(plant)[KEY] == ["acme-layers==1.3.0"]


def test_a_project_that_needs_it_no_more_forgets_it_and_one_that_comes_to_need_it_records_it(
    acme: Environment, plant: Path
) -> None:
    plainly = "layers={branches: {today: [dense 8]}, body: []}"
    for outputs, layers, recorded in (
        ("demand: regression", plainly, None),
        ("demand: regression", plainly.replace("dense", "gated_dense"), [PIN]),
    ):
        data = ("--data", f"outputs={outputs}", "--data", layers)
        done = acme.layerwright("update", "--from", acme.checkout.root, *data, cwd=plant)
        assert done.code == 0, done.err
        assert answers_of(plant).get(KEY) == recorded
        saved(acme.checkout, plant, "Updated")


def test_a_check_says_what_is_away_and_finds_no_drift(environments: dict[str, Environment], plant: Path) -> None:
    for version, away in {"none": ["LW006"], "1.3.0": ["LW006"], "1.2.0": []}.items():
        done = environments[version].layerwright("check", ".", "--no-model", "--format", "json", cwd=plant)
        [project] = json.loads(done.out)["projects"]
        rules = {each["rule"] for each in project["findings"] if each["severity"] != "note"}
        assert rules - {"LW002", "LW004"} == set(away), done.out


# Packages that don't work, found as installed ones are


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which packages are found."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    found.cache_clear()
    beside.cache_clear()
    yield folder
    found.cache_clear()
    beside.cache_clear()
    for name in [name for name in sys.modules if name.startswith("brings_")]:
        del sys.modules[name]


def brought(folder: Path, source: str, name: str = "bad-layers", version: str = "0.9", entry: str = "") -> None:
    """Puts a package with one module into a folder, as pip would."""
    module = f"brings_{len(list(folder.iterdir()))}"
    (folder / f"{module}.py").write_text(source)
    info = folder / f"{module}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[layerwright.extensions]\nit = {entry or f'{module}:register'}\n")


def registers(*lines: str, before: str = "") -> str:
    body = "\n    ".join(["layerwright.version(1)", *lines])
    return f"{before}\nfrom pathlib import Path\n\ndef register(layerwright):\n    {body}\n"


LAYER = "layerwright.Rule('Own', (), shape=layerwright.same_shape)"
SOURCE = """
from keras import layers

class Own(layers.Layer):
    def compute_output_shape(self, shape):
        return shape

    def compute_mask(self, inputs, mask=None):
        return mask
"""


def layer(rule: str = LAYER, source: str = SOURCE, *lines: str) -> str:
    """A package with one layer, whose class is in a file."""
    file = "Path(__file__).with_suffix('.txt')"
    return registers(f"{file}.write_text({source!r})", f"layerwright.layer({rule}, source={file})", *lines)


GOOD = layer(LAYER, SOURCE, "layerwright.word(layerwright.Word('own', {None: 'Own'}))")


def block(expand: str) -> str:
    """A package with one block."""
    return registers(f"layerwright.block('own', {expand}, 'Does it.')")


BROKEN = {
    "its module raises": ("raise OSError('no licence server')", "OSError: no licence server"),
    "its module ends the process": ("raise SystemExit(0)", "SystemExit"),
    "its module needs what isn't there": ("import no_such_module", "ModuleNotFoundError"),
    "its module is no Python": ("def register(", "SyntaxError"),
    "it has no such function": ("def other(layerwright): pass", "AttributeError"),
    "its function is none": ("register = 3", "is no function"),
    "its function takes nothing": ("def register(): pass", "TypeError"),
    "its function raises": (registers("1 / 0"), "ZeroDivisionError"),
    "it brings nothing": ("def register(layerwright): pass", "says no version of the interface"),
    "it says no version": ("def register(layerwright): layerwright.preset('a.yml')", "version(1) first"),
    "it was written for another version": ("def register(layerwright): layerwright.version(2)", "this is version 1"),
    "it asks for what there isn't": (registers("layerwright.optimizer('x')"), "no attribute 'optimizer'"),
    "its layer is none": (registers("layerwright.layer('Own')"), "'Own' is no Rule"),
    "its layer has no source": (registers(f"layerwright.layer({LAYER})"), "Own has no source"),
    "its file isn't there": (registers(f"layerwright.layer({LAYER}, source=Path('away.py'))"), "away.py can't be read"),
    "its file is no Python": (layer(LAYER, "class Own("), "is no Python"),
    "its file has no such class": (layer(LAYER, SOURCE.replace("Own", "Other")), "0 times the class Own"),
    "its class needs the rest of the file": (
        layer(LAYER, SOURCE.replace("return shape", "return SIZE")),
        "it uses SIZE",
    ),
    "its class needs another package": (
        layer(LAYER, "import numpy as np\n" + SOURCE.replace("return shape", "return np.shape")),
        "it uses np of numpy",
    ),
    "its class takes other arguments": (
        layer(
            LAYER.replace("()", "(layerwright.Argument('units', 3, layerwright.checks.whole),)"),
            SOURCE + "    def __init__(self, size=3, **kwargs): pass",
        ),
        "doesn't take units",
    ),
    "its class can't stand in a wrapper": (layer(LAYER, SOURCE.replace("output", "input")), "no compute_output_shape"),
    "its class drops masks": (layer(LAYER, SOURCE.replace("mask", "masks")), "has to say so, by mask=drops_mask"),
    "its class takes no name": (layer(LAYER, SOURCE + "    def __init__(self): pass"), "takes no **kwargs"),
    "its layer has the name of one of Keras": (
        layer(LAYER.replace("Own", "Dense"), SOURCE.replace("Own", "Dense")),
        "and so does layerwright",
    ),
    "its word is one of ours": (
        layer(LAYER, SOURCE, "layerwright.word(layerwright.Word('dense', {None: 'Own'}))"),
        "it brings the layer dense, and so does layerwright",
    ),
    "its word is an activation": (
        layer(LAYER, SOURCE, "layerwright.word(layerwright.Word('gelu', {None: 'Own'}))"),
        "it brings the layer gelu, and so does layerwright",
    ),
    "its word stands for nothing": (
        registers("layerwright.word(layerwright.Word('own', {None: 'Away'}))"),
        "stands for Away, which is no layer",
    ),
    "its word says another argument": (
        layer(LAYER, SOURCE, "layerwright.word(layerwright.Word('own', {None: 'Own'}, ('units',)))"),
        "says units",
    ),
    "its word is no name": (
        registers("layerwright.block('own; import os', lambda: ['dense 3'], 'Does it.')"),
        "'own; import os' is no name",
    ),
    "its word is there twice": (
        registers(*["layerwright.block('own', lambda: ['dense 3'], 'Does it.')"] * 2),
        "own twice",
    ),
    "its word is written as a class": (registers("layerwright.block('Own', lambda: [], 'Does it.')"), "Own is no word"),
    "its class is written as a word": (
        layer(LAYER.replace("Own", "own"), SOURCE.replace("Own", "own")),
        "no name of a class",
    ),
    "its class is one that projects may have": (
        layer(LAYER.replace("Own", "ResidualBlock"), SOURCE.replace("Own", "ResidualBlock")),
        "and so does layerwright",
    ),
    "its block is no function": (registers("layerwright.block('own', ['dense 3'], 'Does it.')"), "no function"),
    "its block says nothing of itself": (registers("layerwright.block('own', lambda: [], 'a\\nb')"), "one sentence"),
    "its task is none": (registers("layerwright.task({'name': 'own'})"), "is no Task"),
    "its preset isn't there": (registers("layerwright.preset(Path('own.yml'))"), "is no preset"),
}


def refused(command: Command, *arguments: str) -> str:
    done = command("explain", "--data", "inputs=x: numeric 4", "--data", "outputs=y: regression", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    return done.err


@pytest.mark.parametrize("name", BROKEN)
def test_one_that_is_broken_is_named_with_what_is_wrong(name: str, packages: Path, command: Command) -> None:
    source, expected = BROKEN[name]
    brought(packages, source)
    said = refused(command, "--data", "layers={body: [own 3]}")
    assert "unknown layer 'own'" in said
    assert "bad-layers 0.9 can't be used: " in said
    assert "[extension-broken]" in said
    assert expected in said


@pytest.mark.parametrize("name", [*BROKEN][:12])
def test_one_that_is_broken_stops_nothing_that_needs_it_not(name: str, packages: Path, command: Command) -> None:
    brought(packages, BROKEN[name][0])
    brought(packages, GOOD, name="good-layers")
    for layers in ("{}", "{body: [dense 3, own]}"):
        pairs = ("--data", "inputs=x: numeric 4", "--data", "outputs=y: regression", "--data", f"layers={layers}")
        done = command("explain", *pairs)
        assert (done.code, done.err) == (0, "")
    assert command("presets").code == 0


def test_a_word_that_two_bring_is_nobody_s(packages: Path, command: Command) -> None:
    brought(packages, GOOD, name="first-layers")
    brought(packages, GOOD, name="second-layers")
    said = refused(command, "--data", "layers={body: [own]}")
    assert "first-layers 0.9 can't be used: it brings the layer Own, and so does second-layers 0.9" in said
    assert "second-layers 0.9 can't be used: it brings the layer Own, and so does first-layers 0.9" in said


def test_a_word_that_layerwright_comes_to_have_goes_to_nobody_else(packages: Path, command: Command) -> None:
    """A project says where its word came from: a built-in one of the same name isn't taken instead."""
    brought(packages, registers("layerwright.block('residual', lambda: ['dense 3'], 'Does it.')"))
    said = refused(command, "--data", "extensions=[bad-layers==0.9]", "--data", "layers={body: [residual: [dense 3]]}")
    assert "bad-layers 0.9 is part of these answers, and can't be used: it brings the layer residual" in said
    assert "so does layerwright" in said


@pytest.mark.parametrize(
    ("name", "version"),
    [("bad layers; touch pwned", "1"), ("--index-url=evil", "1"), ("ok", "1 --pre"), ("ok", "$(id)")],
)
def test_a_hostile_name_is_never_part_of_a_command(name: str, version: str, packages: Path, command: Command) -> None:
    brought(packages, GOOD, name=name)
    [file] = packages.glob("*.dist-info/METADATA")
    file.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    said = refused(command, "--data", "layers={body: [own]}")
    assert "pip install" not in said
    assert "no project could record its name and version" in said
    assert "names no extensions" in refused(command, "--data", f"extensions={json.dumps([f'{name}=={version}'])}")


@pytest.mark.parametrize("value", ["3", "[3]", "{a: b}", "[acme-layers]", "[acme-layers>=1]", "[a==1, a==2]", "[null]"])
def test_what_names_no_extensions_is_refused(value: str, packages: Path, command: Command) -> None:
    assert "layerwright: extensions: " in refused(command, "--data", f"extensions={value}")


# Packages that load, and fail at work

FAILS = {
    "a shape that raises": (
        layer(LAYER.replace("layerwright.same_shape", "lambda a, i: 1 / 0")),
        "own",
        "ZeroDivisionError",
    ),
    "a shape that is none": (layer(LAYER.replace("layerwright.same_shape", "lambda a, i: [3]")), "own", "gives [3]"),
    "weights that are none": (
        layer(LAYER.replace("same_shape)", "same_shape, weights=lambda a, i: [(3, 4)])")),
        "own",
        "weights of Own, from bad-layers 0.9, gives",
    ),
    "a mask that is none": (layer(LAYER.replace("same_shape)", "same_shape, mask=lambda a, m: 3)")), "own", "gives 3"),
    "a check that raises": (
        layer(
            LAYER.replace("()", "(layerwright.Argument('units', 3, lambda value: value.away),)"),
            SOURCE + "    def __init__(self, units=3, **kwargs): pass",
        ),
        "own",
        "AttributeError",
    ),
    "a block that raises": (
        block("lambda: 1 / 0"),
        "own",
        "ZeroDivisionError",
    ),
    "a layer that refuses": (
        layer(
            LAYER.replace(
                "layerwright.same_shape",
                "lambda a, i: (_ for _ in ()).throw(layerwright.LayerError('it is too wide', 'give it less'))",
            )
        ),
        "own",
        "it is too wide [extension-refuses]",
    ),
    "a block that refuses": (
        block("lambda n: int('many')"),
        "own 3",
        "'many' [extension-refuses]",
    ),
    "a block that gives nothing": (
        block("lambda: None"),
        "own",
        "gives None",
    ),
    "a block with unknown layers": (
        block("lambda: ['dnse 3']"),
        "own",
        "unknown layer",
    ),
    "a block that is no language": (
        block("lambda: [[3]]"),
        "own",
        "in own: ",
    ),
    "a block that doesn't fit": (
        block("lambda: ['lstm 3']"),
        "own",
        "in own: ",
    ),
    "a block of itself": (
        block("lambda: ['own', 'own']"),
        "own",
        "unknown layer",
    ),
    "too many values": (
        block("lambda n=1: ['dense 3']"),
        "own 3 4",
        "it takes n=1",
    ),
    "a value too few": (block("lambda n: ['dense 3']"), "own", "own needs n"),
    "another argument": (
        block("lambda n=1: ['dense 3']"),
        "own m=3",
        "no argument 'm'",
    ),
}


@pytest.mark.parametrize("name", FAILS)
def test_what_fails_at_work_is_refused_by_the_place_of_its_word(name: str, packages: Path, command: Command) -> None:
    source, item, expected = FAILS[name]
    if "Own" in source:
        source += "\n    layerwright.word(layerwright.Word('own', {None: 'Own'}))\n"
    brought(packages, source)
    said = refused(command, "--data", f"layers={{body: [{item}]}}")
    assert "layerwright: layers.body[0]: " in said
    assert expected in said


def test_a_problem_in_a_block_is_mended_by_leaving_the_block_out(packages: Path) -> None:
    brought(packages, block("lambda: ['dense 3', 'lstm 3', 'dnse 3']"))
    answers = {"inputs": "x: numeric 4", "outputs": "y: regression", "layers": {"body": ["dense 3", "own"]}}
    with pytest.raises(AnswersError) as refusal:
        design(answers)
    assert {edit.place for each in refusal.value.problems for edit in each.edits} == {"layers.body[1]"}
    assert {edit.action for each in refusal.value.problems for edit in each.edits} == {"drop"}


# What is built in


def test_what_is_built_in_comes_by_the_same_interface() -> None:
    offer = our_offer()
    assert offer.rules == builtin().rules
    assert offer.words == builtin().words
    assert offer.groups == GROUPS
    assert offer.tasks == TASKS
    assert ours().brought == {}


def test_answers_that_need_nothing_else_are_planned_without_a_look_at_what_is_installed() -> None:
    script = (
        "import sys; from layerwright.presets import presets, preset_answers; from layerwright.plan import design; "
        "[design(preset_answers(name)) for name in presets()]; sys.exit('importlib.metadata' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_prompts_offer_a_task_of_another_package(packages: Path) -> None:
    task = "layerwright.Task('upper', '[N]', 'a bound', 'upper', ('dense {size} linear',), 'mae', ('\"mae\"',), "
    task += "'numbers', layerwright.Values(), 'regression', '{size} bounds', 'the loss', default=1)"
    brought(packages, registers(f"layerwright.task({task})"))
    ends = (*line("x: numeric 4"), "upper", "y", "change y", "upper", "z", "go on")
    answers, _ = said(None, "blank", *ends, [], None, None, "no", "write")
    assert answers["outputs"] == "z: upper"


def test_an_extension_is_known_by_name_and_version(packages: Path) -> None:
    brought(packages, GOOD, name="Good_Layers", version="2.0")
    [good] = [each for each in installed() if each.name == "good-layers"]
    assert (good.pin, good.fault) == ("good-layers==2.0", "")
    assert replace(good, version="2.1").pin == "good-layers==2.1"


# The page

PAGE = REPOSITORY / "docs" / "extending.md"
LISTED = re.findall(r"(?ms)^(?:`([\w./-]+)`:\n\n)?```(?:toml|python|yaml)\n(.*?)```$", PAGE.read_text())


def test_the_page_shows_what_stands_in_the_package() -> None:
    file, seen = "", set()
    for named, block in LISTED:
        file = named or file
        assert block in (EXAMPLE / file).read_text(), block
        seen.add(file)
    assert seen >= {"pyproject.toml", "src/acme_layers/__init__.py", "src/acme_layers/gated_dense.py"}


def test_the_commands_of_the_page_work(acme: Environment, tmp_path: Path) -> None:
    text_of_commands = PAGE.read_text().replace("\\\n", " ")
    commands = re.findall(r"^    layerwright (explain|new) (.*)$", text_of_commands, re.MULTILINE)
    assert len(commands) == 2
    for command_, rest in commands:
        done = acme.layerwright(command_, *shlex.split(rest), cwd=tmp_path)
        assert done.code == 0, done.err
    assert "narrow" not in text(tmp_path / "demand", "src/demand/model.py")
    assert "layers.Dense(4" in text(tmp_path / "demand", "src/demand/model.py")
