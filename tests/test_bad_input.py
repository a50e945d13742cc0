"""Protects users from their own mistakes: what is wrong is said, with the place and the mend, and nothing is written.

And it protects projects from answers that are legal but nasty: they come out as they went in, and never as code.
"""

from __future__ import annotations

import datetime
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwright.answers import KEYS, Answers, combine, load_pairs, read
from layerwright.context import context
from layerwright.explain import explanation, text
from layerwright.jinja import markdown
from layerwright.plan import design
from layerwright.problems import AnswersError

from .workbench import Checkout, Command, listing

pytest_plugins = ["tests.workbench"]

TINY = {"inputs": "x: numeric 8", "outputs": "y: binary"}
IMAGE = {"inputs": "photo: image 64x64x3", "outputs": "y: binary"}
PAIR = {"inputs": "left: vector 10, right: vector 20", "outputs": "y: binary"}


def data(answers: Mapping[str, str]) -> list[str]:
    """Answers as options."""
    return [part for key, value in answers.items() for part in ("--data", f"{key}={value}")]


Refused = Callable[..., str]


@pytest.fixture
def refused(command: Command, tmp_path: Path) -> Refused:
    """Checks that `new` refuses, properly, and returns what it says."""

    def check(*arguments: str | Path, at: str | Path = "plant") -> str:
        before = listing(tmp_path)
        done = command("new", tmp_path / at, *arguments)
        assert listing(tmp_path) == before, "nothing is written"
        assert (done.code, done.out) == (2, "")
        assert "Traceback" not in done.err
        assert done.err.startswith("layerwright: ")
        check_form(done.err.removeprefix("layerwright: "))
        return unmarked(done.err)

    return check


def unmarked(message: str) -> str:
    """The problems without the lines that they stand in: of each what is wrong, and the mend."""
    problems = [problem.splitlines() for problem in message.rstrip("\n").split("\n\n")]
    return "".join(f"{what}\n{mend}\n" for what, *_, mend in problems)


def check_form(message: str) -> None:
    """A problem is a line with place and reason, the line that it stands in with a mark under it, one with the mend."""
    for problem in message.rstrip("\n").split("\n\n"):
        what, *line, mend = problem.splitlines()
        assert re.match(r"\S.*: \S", what), message
        assert re.match(r"    \S", mend), message
        if line:
            *file, _, mark = line
            assert re.fullmatch(r" +\^+", mark), message
            assert not file or re.fullmatch(r"  \S.*, line [0-9]+", *file), message


# Words that aren't there

UNKNOWN = [
    ({"preset": "power-plnt"}, "preset: unknown preset 'power-plnt'", "power-plant"),
    (TINY | {"backnd": "jax"}, "backnd: unknown key 'backnd'", "backend"),
    (TINY | {"presett": "none"}, "presett: unknown key 'presett'", "preset"),
    ({"inputs": "x: imag 64x64x3", "outputs": "y: binary"}, "inputs.x: unknown kind 'imag'", "image"),
    ({"inputs": "x: numbers 3", "outputs": "y: binary"}, "inputs.x: unknown kind 'numbers'", "numeric"),
    ({"inputs": "x: vector 3", "outputs": "y: multi_class 3"}, "outputs.y: unknown task 'multi_class'", "multiclass"),
    ({"inputs": "x: vector 3", "outputs": "y: regresion"}, "outputs.y: unknown task 'regresion'", "regression"),
    ({"inputs": "left: vector 3", "outputs": "y: binary from=lefft"}, "outputs.y: unknown input 'lefft'", "left"),
    (PAIR | {"merge": "concat"}, "merge: unknown merge 'concat'", "concatenate"),
    (PAIR | {"sharing": "one: left + rihgt"}, "sharing.one: unknown input 'rihgt'", "right"),
    (IMAGE | {"backbone": "resnet50"}, "backbone: unknown backbone 'resnet50'", "ResNet50"),
    (IMAGE | {"backbone": "ResNet5"}, "backbone: unknown backbone 'ResNet5'", "ResNet50"),
    (TINY | {"backend": "tenserflow"}, "backend: unknown backend 'tenserflow'", "tensorflow"),
    (TINY | {"hardware": "gpuu"}, "hardware: unknown hardware 'gpuu'", "gpu"),
    (TINY | {"precision": "mixed_float"}, "precision: unknown precision 'mixed_float'", "mixed_float16"),
    (TINY | {"body": "share"}, "body: unknown body 'share'", "shared"),
    (TINY | {"branching": "[residul]"}, "branching: unknown branching 'residul'", "residual"),
    (TINY | {"layers": "{boddy: []}"}, "layers.boddy: unknown key 'boddy'", "body"),
    (TINY | {"layers": "{branches: {xx: []}}"}, "layers.branches.xx: unknown branch 'xx'", "x"),
    (TINY | {"layers": "{heads: {yy: []}}"}, "layers.heads.yy: unknown output 'yy'", "y"),
    (TINY | {"layers": "{body: [dence 64]}"}, "layers.body[0]: unknown layer 'dence'", "dense"),
    (TINY | {"layers": "{body: [{residul: []}]}"}, "layers.body[0].residul: unknown group 'residul'", "residual"),
    (
        TINY | {"layers": "{body: [{parallel: {paths: [[], []], merge: ad}}]}"},
        "layers.body[0].parallel.merge: unknown merge 'ad'",
        "add",
    ),
    (
        TINY | {"layers": "{body: [{residual: {layers: [dense 4], activation: rellu}}]}"},
        "layers.body[0].residual.activation: unknown activation 'rellu'",
        "relu",
    ),
    (TINY | {"training": "{epoch: 3}"}, "training.epoch: unknown key 'epoch'", "epochs"),
]


@pytest.mark.parametrize(("answers", "problem", "near"), UNKNOWN, ids=[problem for _, problem, _ in UNKNOWN])
def test_an_unknown_word_is_named_with_the_nearest_right_one(
    answers: dict[str, str], problem: str, near: str, refused: Refused
) -> None:
    said = refused(*data(answers))
    code = r" \[unknown-(choice|key|kind|layer|name)\]"
    assert re.search(rf"{re.escape(problem)}{code}\n    did you mean {near}\?", said)


# Values that don't fit

UNFIT = [
    (PAIR | {"merge": "add", "layers": "{branches: {left: [], right: []}}"}, "merge: ", "concatenate"),
    (
        PAIR | {"merge": "subtract", "inputs": "a: vector 3, b: vector 3, c: vector 3"},
        "merge: subtract joins exactly two",
        "concatenate",
    ),
    (PAIR | {"sharing": "one: left + right"}, "sharing.one: left (vector 10) and right", "right: vector 10"),
    (PAIR | {"sharing": "one: left"}, "sharing.one: fewer than two", "two inputs or more"),
    (PAIR | {"sharing": "left: left + right"}, "sharing.left: the name is there twice", "name of its own"),
    (
        {"inputs": "a: vector 3, b: image 8x8x3", "outputs": "y: binary", "layers": "{branches: {b: []}}"},
        "merge: ",
        "flatten",
    ),
    (IMAGE | {"layers": "{branches: {photo: [max_pool 65]}}"}, "layers.branches.photo[0]: ", "larger image"),
    (IMAGE | {"layers": "{branches: {photo: [conv 8 99 padding=valid]}}"}, "layers.branches.photo[0]: ", "smaller"),
    (IMAGE | {"layers": "{branches: {photo: [flatten, conv 8]}}"}, "layers.branches.photo[1]: conv ", "axes"),
    (TINY | {"layers": "{body: [reshape 7]}"}, "layers.body[0]: Reshape can't make 7 ", "64"),
    (TINY | {"layers": "{body: [global_average_pool]}"}, "layers.body[0]: global_average_pool ", "axes"),
    (TINY | {"layers": "{body: [dense]}"}, "layers.body[0]: Dense needs units", "units="),
    (TINY | {"layers": "{body: [dense 0]}"}, "layers.body[0]: units of Dense is 0", "from 1 to"),
    (TINY | {"layers": "{body: [dense 99999999999999]}"}, "layers.body[0]: units of Dense", "whole number"),
    (TINY | {"layers": "{body: [dropout 2]}"}, "layers.body[0]: rate of Dropout is 2", "from 0 to 1"),
    (TINY | {"layers": "{body: [dense 8 colour=red]}"}, "layers.body[0]: Dense has no argument 'colour'", "it takes"),
    (TINY | {"layers": "{body: [dense 8 name=x]}"}, "layers.body[0]: the name x is taken", "name it otherwise"),
    (TINY | {"layers": "{body: [dense 8 name=a-b]}"}, "layers.body[0]: 'a-b' is no name", "letters"),
    (TINY | {"layers": "{heads: {y: [output: dense 3]}}"}, "outputs.y: binary needs 1", "1 unit"),
    (TINY | {"layers": "{body: [{parallel: {paths: [[]]}}]}"}, "layers.body[0].parallel: ", "paths: [["),
    (TINY | {"layers": "{body: [[dense 8]]}"}, "layers.body[0]: ['dense 8'] is neither", "a text"),
    (TINY | {"layers": "{body: 3}"}, "layers.body: 3 is no stack", "a list"),
    (TINY | {"backbone": "ResNet50"}, "backbone: there is no image for it", "backbone: none"),
    (IMAGE | {"backbone": "ResNet50", "inputs": "photo: image 16x16x3"}, "inputs.photo: 16×16 is below", "32x32"),
    (
        IMAGE | {"backbone": "ResNet50", "inputs": "photo: image 64x64x1"},
        "inputs.photo: the weights of imagenet are for 3",
        "colour",
    ),
    (IMAGE | {"backbone": "ResNet50", "fine_tune": "900"}, "fine_tune: ResNet50 has 175 layers", "from 0 to 175"),
    (IMAGE | {"backbone": "ResNet50", "backbone_weights": " "}, "backbone_weights: ", "imagenet"),
    (TINY | {"fine_tune": "-1"}, "fine_tune: -1 is no depth", "0"),
    (TINY | {"inputs": "x: numeric"}, "inputs.x: numeric takes N", "numeric 4"),
    (TINY | {"inputs": "x: numeric 0"}, "inputs.x: '0' is no size", "from 1"),
    (TINY | {"inputs": "x: numeric -4"}, "inputs.x: '-4' is no size", "from 1"),
    (TINY | {"inputs": "x: numeric 99999999999"}, "inputs.x: '99999999999' is no size", "from 1"),
    (TINY | {"inputs": f"x: numeric {'9' * 5000}"}, "inputs.x: '999", "from 1"),
    (TINY | {"inputs": "x: image 64x64"}, "inputs.x: image takes HxWxC", "224x224x3"),
    (TINY | {"inputs": "x: numeric 3, X: numeric 4"}, "inputs.X: the name is there twice", "name of its own"),
    (TINY | {"inputs": "y: numeric 3"}, "outputs.y: an input has this name", "name of its own"),
    (TINY | {"inputs": "numeric 3"}, "inputs: 'numeric 3' says no name", "NAME: KIND SIZE"),
    (TINY | {"inputs": "1x: numeric 3"}, "inputs: '1x' is no name", "starts with a letter"),
    (TINY | {"inputs": ","}, "inputs: ", "inputs="),
    (TINY | {"outputs": " "}, "outputs: there is no output", "outputs="),
    (TINY | {"outputs": "y: multiclass 1"}, "outputs.y: '1' is no size", "from 2"),
    (TINY | {"outputs": "y: binary 3"}, "outputs.y: binary takes no size", "binary"),
    (TINY | {"outputs": "y: binary * 0"}, "outputs.y: '0' is no loss weight", "above 0"),
    (TINY | {"outputs": "y: binary * -1"}, "outputs.y: '-1' is no loss weight", "above 0"),
    (TINY | {"outputs": "y: binary * nan"}, "outputs.y: 'nan' is no loss weight", "above 0"),
    (PAIR | {"outputs": "y: binary from=left"}, "inputs.right: no output sees it", "from="),
    (TINY | {"training": "{epochs: 0}"}, "training.epochs: 0 can't be", "from 1"),
    (TINY | {"training": "{epochs: 1e3}"}, "training.epochs: '1e3' can't be", "whole number"),
    (TINY | {"training": "{batch_size: 123456789012345678}"}, "training.batch_size: ", "to 16777216"),
    (TINY | {"training": "{learning_rate: .inf}"}, "training.learning_rate: inf can't", "above 0"),
    (TINY | {"training": "{learning_rate: .nan}"}, "training.learning_rate: nan can't", "above 0"),
    (TINY | {"training": "{learning_rate: true}"}, "training.learning_rate: True can't", "above 0"),
    (TINY | {"straight": "maybe"}, "straight: 'maybe' is neither", "true or false"),
    (TINY | {"project_name": " "}, "project_name: it's empty", "leave it out"),
    (TINY | {"description": "two\nlines"}, "description: holds a line break", "one line"),
    (TINY | {"author": "a\x00b"}, "author: holds", "one line"),
    (TINY | {"author": "a\u2028b"}, "author: holds", "one line"),
    (TINY | {"author": "a\udcffb"}, "author: holds", "one line"),
    (TINY | {"author": "a" * 10_001}, "author: has 10001 characters", "10000"),
    (TINY | {"export": "[onxx]"}, "export: unknown export 'onxx'", "did you mean onnx"),
]


@pytest.mark.parametrize(
    ("answers", "problem", "mend"), UNFIT, ids=[f"{problem}{n}" for n, (_, problem, _) in enumerate(UNFIT)]
)
def test_a_value_that_does_not_fit_is_named_with_a_mend(
    answers: dict[str, str], problem: str, mend: str, refused: Refused
) -> None:
    said = refused(*data(answers))
    lines = said.removeprefix("layerwright: ").splitlines()
    [at] = [index for index, line in enumerate(lines) if line.startswith(problem)]
    assert mend in lines[at + 1]


def test_every_problem_is_said_not_only_the_first(refused: Refused) -> None:
    said = refused(*data({"inputs": "x: foo 3, y: numeric", "outputs": "z: bar", "backend": "baz", "license": "qux"}))
    assert [line.split(":")[0] for line in said.removeprefix("layerwright: ").splitlines()[::2]] == [
        *("inputs.x", "inputs.y", "outputs.z", "backend", "license")
    ]


NO_PACKAGES = [
    *(
        "class",
        "my pkg",
        "a/b",
        "../x",
        "/abs",
        "a.b",
        "a-b",
        "1a",
        "_a",
        " ",
        "été",
        "日本",
        "a" * 65,
        "import",
        "None",
    ),
    *("keras", "numpy", "torch", "json", "tests", "rich", "{{ 7*7 }}", "$(touch x)", "x;import os", "x\ty", "~"),
]


@pytest.mark.parametrize("package", NO_PACKAGES)
def test_a_package_that_is_none_is_refused_with_a_name_that_would_do(package: str, refused: Refused) -> None:
    said = refused(*data(TINY | {"package": package}))
    assert "package: " in said
    if found := re.search(r"\n    as (\S+)\n", said):
        assert read(TINY | {"package": found[1]}).package == found[1]


@pytest.mark.parametrize(
    "name", ["class", "keras", "été", "日本", "9 lives", "...", "a" * 300, "None", "My Plant!", "-"]
)
def test_any_name_of_a_project_gives_a_package_that_can_be_imported(name: str) -> None:
    package = read(TINY | {"project_name": name}).package
    assert package.isidentifier()
    assert package.isascii()


# What isn't a text

ODD: tuple[Any, ...] = (
    ["a"],
    [["a"]],
    [],
    {"a": 1},
    {},
    3,
    2.5,
    -1,
    0,
    True,
    False,
    datetime.date(2020, 1, 2),
    "[",
    " ",
)

TEXTS = ("project_name", "description", "author", "backbone_weights")
"""Keys whose value may be any text."""

RIGHT: dict[str, Sequence[Any]] = {
    **{key: ["["] for key in TEXTS},
    "description": ["[", " "],
    "author": ["[", " "],
    "branching": [[], "[", " "],
    "export": [[], "[", " "],
    "extras": [[], "[", " "],
    "extensions": [[], "[", " "],
    "sharing": [" "],
    "python": [" "],
    "keras": [" "],
    "fine_tune": [3, 0],
    "straight": [True, False],
    "layers": [{}],
    "models": [{}],
    "training": [{}],
}
"""Those of the odd values that a key takes."""


@pytest.mark.parametrize("key", [*KEYS])
def test_a_value_of_the_wrong_type_is_refused(key: str, refused: Refused, tmp_path: Path) -> None:
    file = tmp_path / "answers.yml"
    for value in ODD:
        if not any(value == right and type(value) is type(right) for right in RIGHT.get(key, ())):
            file.write_text(yaml.safe_dump(TINY | {key: value}))
            assert re.match(rf"layerwright: {key}\b", refused("--answers", file))


@pytest.mark.parametrize("key", ["1", "null", "true", "2020-01-01", "''", "'a b'", "2.5", "'\\n'", "'{{ 7*7 }}'"])
def test_a_key_that_is_no_word_is_refused(key: str, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text(f'inputs: "x: numeric 3"\noutputs: "y: binary"\n{key}: 3\n')
    assert "unknown key" in refused("--answers", tmp_path / "answers.yml")


@pytest.mark.parametrize("value", ["[power-plant]", "{a: 1}", "3", "true"])
def test_a_preset_that_is_no_text_is_refused(value: str, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text(f"preset: {value}")
    assert "preset: unknown preset" in refused("--answers", tmp_path / "answers.yml")
    assert "preset: unknown preset" in refused("--data", f"preset={value}")


@pytest.mark.parametrize("pair", ["backend", "", "=jax", "=", "backend jax"])
def test_data_without_key_or_value_is_refused(pair: str, refused: Refused) -> None:
    assert "--data: " in refused("--data", pair)


# Files

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

UNREADABLE = {
    "an alias": "a: &a [x]\nlayers: *a\n",
    "a bomb": BOMB,
    "a list": "- inputs\n",
    "a text": "just text",
    "a number": "42",
    "a truth": "true",
    "not YAML": "inputs: [",
    "a colon that isn't quoted": "inputs: x: numeric 3",
    "a tab": "layers:\n\tbody: []\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "a key twice": 'inputs: "x: numeric 3"\ninputs: "y: numeric 3"\n',
    "a part twice": "layers:\n  body: []\n  body: [dense 3]\n",
    "a list as a key": "? [a, b]\n: c\n",
    "a mapping as a key": "? {a: b}\n: c\n",
    "Jinja as a key": "{{ 7*7 }}: 1",
    "a Python object": 'inputs: !!python/object/apply:os.system ["touch pwned"]',
    "a Python name": "inputs: !!python/name:os.system",
    "a tag": "inputs: !foo x",
    "a set": "inputs: !!set {a, b}",
    "binary data": "inputs: !!binary aGVsbG8=",
    "a broken truth": "straight: !!bool maybe",
    "a broken time": "straight: !!timestamp maybe",
    "no date": "author: 2020-99-99",
    "a huge number": f"fine_tune: {'9' * 5000}",
    "a huge hexadecimal number": f"fine_tune: 0x{'f' * 50_000}",
    "deep lists": f"layers: {'[' * 5000}{']' * 5000}",
    "deep mappings": f"layers: {'{a: ' * 5000}{'}' * 5000}",
    "deep indentation": "layers:\n" + "".join(f"{' ' * (depth + 1)}a:\n" for depth in range(300)),
    "deep groups": f"layers: {{body: {'[{residual: ' * 60}[]{'}]' * 60}}}",
    "a NUL": 'inputs: "a\x00"',
    "a form feed": "inputs: \x0c",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_holds_no_answers_is_refused(content: str, refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text(content, encoding="utf-8")
    said = refused("--answers", tmp_path / "answers.yml")
    assert said.startswith("layerwright: answers.yml")
    assert len(said) < 500
    assert not (Path.cwd() / "pwned").exists()


def test_groups_nested_deeper_than_anybody_writes_are_refused(refused: Refused) -> None:
    layers = f"{{body: {'[{residual: ' * 40}[]{'}]' * 40}}}"
    assert "groups are nested more than 32 deep" in refused(*data(TINY | {"layers": layers}))


@pytest.mark.parametrize("value", ["*a", "[", "!!python/name:os.system", "[" * 3000, "0x" + "f" * 9000])
def test_data_that_is_no_yaml_is_refused(value: str, refused: Refused) -> None:
    said = refused(*data(TINY | {"layers": value}))
    assert re.match(r"layerwright: layers, line \d: can't be read as YAML: ", said)


def test_a_file_that_cannot_be_read_is_refused(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "latin.yml").write_bytes("author: é".encode("latin-1"))
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    for name, reason in {
        "missing.yml": "No such file",
        ".": "Is a directory",
        "latin.yml": "isn't UTF-8",
        "loop.yml": "symbolic links",
        "latin.yml/x": "Not a directory",
        "n" * 300: "too long",
    }.items():
        assert reason in refused("--answers", tmp_path / name)


# Destinations


def _file(folder: Path) -> None:
    (folder / "place").write_text("mine")


def _full(folder: Path) -> None:
    (folder / "place").mkdir()
    (folder / "place" / ".hidden").touch()


def _dangling(folder: Path) -> None:
    (folder / "place").symlink_to("nowhere")


def _loop(folder: Path) -> None:
    (folder / "place").symlink_to("place")


def _link_to_file(folder: Path) -> None:
    (folder / "file").touch()
    (folder / "place").symlink_to("file")


def _link_to_full(folder: Path) -> None:
    (folder / "full").mkdir()
    (folder / "full" / "mine").touch()
    (folder / "place").symlink_to("full")


def _nothing(folder: Path) -> None:
    pass


OBSTACLES = [
    (_full, "place", "isn't empty"),
    (_full, "place/../place", "isn't empty"),
    (_full, "place/nothing/..", "isn't empty"),
    (_file, "place", "isn't a folder"),
    (_file, "place/plant", "isn't a folder"),
    (_file, "place/deep/plant", "isn't a folder"),
    (_link_to_file, "place", "isn't a folder"),
    (_dangling, "place", "link to nothing"),
    (_dangling, "place/plant", "link to nothing"),
    (_loop, "place", ""),
    (_link_to_full, "place", "isn't empty"),
    (_nothing, ".git/hooks", "git's own folder"),
    (_nothing, "deep/.GIT", "git's own folder"),
    (_nothing, "/", "no folder that can be made"),
    (_nothing, "n" * 300, "255 bytes"),
    (_nothing, "new/" + "n" * 300 + "/plant", "255 bytes"),
    (_nothing, "/".join(["n" * 200] * 30), "too long"),
    (_nothing, "/dev/null/plant", "isn't a folder"),
    *([(_nothing, "/proc/plant", "can't be written to")] if Path("/proc/self").exists() else []),
]


@pytest.mark.parametrize(
    ("make", "at", "reason"), OBSTACLES, ids=[f"{make.__name__} {at[:20]}" for make, at, _ in OBSTACLES]
)
def test_a_destination_that_cannot_be_used_is_refused(
    make: Callable[[Path], None], at: str, reason: str, refused: Refused, tmp_path: Path
) -> None:
    make(tmp_path)
    said = refused(*data(TINY), at=at)
    assert "destination: " in said
    assert reason in said


def test_a_destination_in_a_folder_that_is_read_only_is_refused(refused: Refused, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    (tmp_path / "locked").mkdir(mode=0o555)
    assert "can't be written to" in refused(*data(TINY), at="locked/plant")


# Code in answers

CODE = [
    *("{{ 7*7 }}", "{% raw %}", "{# x #}", "${x}", "%s", "{0.__class__}", "{{ cycler.__init__.__globals__ }}"),
    *("'", '"', '"""', "'''", "\\", "`", "x'); import os; os.system('touch pwned'); ('", '"\n[tool.x]\na = "'),
    *("a: b", "- a", "# a", "*a", "&a", "!!python/name:os.system", "| ", "> ", "%YAML", "---", "...", "null", "~"),
    *("$(touch pwned)", "`touch pwned`", "; touch pwned", "&& touch pwned", "<script>alert(1)</script>", "é", "🦊"),
]

STRICT = [key for key in KEYS if key not in TEXTS]
"""Keys whose value has to mean something."""


@pytest.mark.parametrize("key", STRICT)
def test_code_is_no_answer_where_an_answer_has_to_mean_something(key: str, refused: Refused, tmp_path: Path) -> None:
    for code in CODE:
        if (key, code) != ("package", "null"):  # a name like any other
            (tmp_path / "answers.yml").write_text(yaml.safe_dump(TINY | {key: code}))
            assert key in refused("--answers", tmp_path / "answers.yml")
    assert not (Path.cwd() / "pwned").exists()


@pytest.mark.parametrize("code", [code for code in CODE if code != "null"])
def test_code_is_no_name_size_kind_or_layer(code: str, refused: Refused, tmp_path: Path) -> None:
    for answers in (
        TINY | {"inputs": f"{code}: numeric 3"},
        TINY | {"inputs": f"x: {code} 3"},
        TINY | {"inputs": f"x: numeric {code}"},
        TINY | {"outputs": f"y: multiclass {code}"},
        TINY | {"outputs": f"y: binary * {code}"},
        TINY | {"layers": {"body": [f"dense {code}"]}},
        TINY | {"layers": {"body": [f"dense 3 name={code}"]}},
        TINY | {"layers": {"body": [code]}},
        TINY | {"layers": {"body": [{code: []}]}},
        TINY | {"layers": {code: []}},
        TINY | {"training": {code: 3}},
        TINY | {code: 3},
    ):
        (tmp_path / "answers.yml").write_text(yaml.safe_dump(answers))
        refused("--answers", tmp_path / "answers.yml")


NASTY = [
    *('say "hi"', "it's", "both ' and \"", '"""', "'''", "back\\slash \\n \\", "{{ 7*7 }}", "{% raw %}{# x #}"),
    *(
        "$(touch pwned) `touch pwned` ${HOME}",
        "</script><b>&amp;",
        "🦊 日本 été",
        "# heading",
        "- item",
        "+ item",
        "1. item",
    ),
    *(
        "@ada",
        "* star",
        "> quote",
        "| pipe | pipe |",
        "a: b",
        "---",
        "%s {0} %(x)s",
        "null",
        "[link](x) ![i](y)",
        "=" * 5,
    ),
    " spaces ",
]


@pytest.mark.parametrize(("one", "other"), zip(NASTY[::2], NASTY[1::2], strict=True))
def test_legal_but_nasty_answers_come_out_as_they_went_in(
    one: str, other: str, command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    answers = {"description": one, "author": other, "project_name": other, "backbone_weights": one}
    network = IMAGE | {"backbone": "MobileNetV2", "hardware": "cpu"}
    done = command("new", tmp_path / "plant", *data(network | answers))
    assert (done.code, done.err) == (0, "")
    project = tmp_path / "plant"
    check_parses(project)
    recorded = yaml.safe_load((project / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert {key: recorded[key] for key in answers} == answers
    metadata = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (metadata["description"], metadata["authors"]) == (one, [{"name": other}])
    config = yaml.safe_load((project / "config.yaml").read_text(encoding="utf-8"))
    assert config["training"]["backbone_weights"] == one
    [heading, _, description] = (project / "README.md").read_text(encoding="utf-8").splitlines()[:3]
    assert heading == f"# {markdown(other)}"
    assert description == markdown(one)
    assert not any(path.name == "pwned" for path in [*tmp_path.rglob("*"), *Path.cwd().iterdir()])


def check_parses(project: Path) -> None:
    """Every file of the project is what its name says."""
    sources = list(project.rglob("*.py"))
    assert len(sources) > 5
    for source in sources:
        compile(source.read_text(encoding="utf-8"), source.name, "exec")
    tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    for name in ("config.yaml", ".copier-answers.yml"):
        assert isinstance(yaml.safe_load((project / name).read_text(encoding="utf-8")), dict)


@pytest.mark.parametrize("nasty", NASTY)
def test_markdown_shows_a_text_as_it_is(nasty: str) -> None:
    shown = markdown(nasty)
    assert re.sub(r"\\([!-/:-@[-`{-~])", r"\1", shown) == nasty.strip(), "without its escapes it's the text"
    assert not re.match(r"\s|[-+*>#=|`~]|\d+[.)]", shown), "it opens no list, quote, heading, rule or code"
    assert not re.search(r"(?<!\\)(\\\\)*[`*_<\[|]", shown), "and nothing in it is markup"


NAMES = [
    *("class", "def", "import", "None", "True", "print", "str", "x", "layers", "keras", "np", "numpy"),
    *("path", "self", "world", "random", "codes", "samples", "model", "data"),
]


@pytest.mark.parametrize("names", [NAMES[at : at + 4] for at in range(0, len(NAMES), 4)], ids=" ".join)
def test_inputs_outputs_and_layers_may_have_names_that_python_uses(
    names: list[str], command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    one, two, three, four = names
    answers = {
        "inputs": f"{one}: vector 3, {two}: numeric 4",
        "outputs": f"{three}: regression",
        "layers": f"{{body: [dense 8 name={four}, residual: [dense 4]]}}",
    }
    done = command("new", tmp_path / "plant", *data(answers))
    assert (done.code, done.err) == (0, "")
    check_parses(tmp_path / "plant")


def test_inputs_may_have_names_that_yaml_reads_as_something_else(
    command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    words = ["yes", "no", "null", "on", "off", "true", "e1", "NaN"]
    inputs = ", ".join(f"{word}: vector 3" for word in words)
    done = command("new", tmp_path / "plant", *data({"inputs": inputs, "outputs": "y: regression"}))
    assert (done.code, done.err) == (0, "")
    check_parses(tmp_path / "plant")
    config = yaml.safe_load((tmp_path / "plant" / "config.yaml").read_text(encoding="utf-8"))
    assert list(config["data"]["columns"]) == [*words, "y"]


# Anything at all


def explained(answers: Answers) -> None:
    """Goes the whole way that `explain` and a render go. Only AnswersError may come out of it."""
    try:
        planned = design(answers, "folder")
        explanation(planned)
        text(planned)
        context(planned)
    except AnswersError as error:
        check_form("\n\n".join(map(str, error.problems)))


WORDS = [
    *("dense 64", "dense", "conv 32 3", "flatten", "relu", "dropout 0.3", "max_pool", "batch_norm", "reshape 4x2"),
    *("residual", "parallel", "paths", "layers", "merge", "add", "activation", "output", "none", "body", "branches"),
    *("heads", "encoder", "x", "y", "left", "name=x", "1", "-1", "{{ 7*7 }}", "epochs", "batch_size"),
]

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(WORDS)
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5) | st.integers() | st.none(), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(key=st.sampled_from([*KEYS, "foo"]), value=VALUES)
def test_no_value_of_any_key_makes_a_traceback(key: str, value: Any) -> None:
    explained(TINY | {key: value})


@settings(max_examples=300)
@given(layers=st.fixed_dictionaries({}, optional=dict.fromkeys(("body", "branches", "heads", "x"), VALUES)))
def test_no_layers_make_a_traceback(layers: Any) -> None:
    explained(PAIR | {"layers": layers})


@settings(max_examples=200)
@given(key=st.sampled_from(["inputs", "outputs", "sharing"]), words=st.data())
def test_no_line_of_inputs_outputs_or_sharing_makes_a_traceback(key: str, words: st.DataObject) -> None:
    piece = st.sampled_from(
        [
            "x",
            "y",
            "left",
            ":",
            ",",
            " ",
            "+",
            "*",
            "image",
            "numeric",
            "binary",
            "regression",
            "8",
            "8x8x3",
            "from=",
            "0.5",
        ]
    ) | st.text(max_size=3)
    explained(PAIR | {key: "".join(words.draw(st.lists(piece, max_size=15)))})


@settings(max_examples=200)
@given(pairs=st.lists(st.tuples(st.sampled_from([*KEYS]), st.text(max_size=40)), max_size=3))
def test_no_text_given_as_data_makes_a_traceback(pairs: list[tuple[str, str]]) -> None:
    try:
        said = load_pairs([f"{key}={value}" for key, value in pairs])
    except AnswersError as error:
        check_form("\n\n".join(map(str, error.problems)))
    else:
        explained(combine(TINY, said))


@settings(max_examples=300)
@given(st.text())
def test_no_yaml_makes_a_traceback(content: str) -> None:
    try:
        load_pairs([f"layers={content}"])
    except AnswersError as error:
        check_form("\n\n".join(map(str, error.problems)))
