"""Protects whoever makes or opens a project: no text in an answer is ever code, a path, or a command.

`hostile.yml` has texts by what they aim at: Jinja, Python, TOML, YAML, shells, Markdown, paths, terminals. Each goes
into every answer, and into every place of the answers' own little languages. It's refused, with the place and without
a raw control character; or it's data: the project differs from that of a harmless text in that one value, and nowhere
else.
"""

from __future__ import annotations

import ast
import functools
import json
import os
import random
import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwright import direct
from layerwright.answers import KEYS, Answers, load_file, load_pairs
from layerwright.jinja import markdown
from layerwright.plan import design
from layerwright.problems import AnswersError

from .drawing import SEED, some
from .test_bad_input import IMAGE, PAIR, TINY, check_form, data
from .test_copier import copied
from .workbench import REPOSITORY, Checkout, Command, clean_environment, listing, run

pytest_plugins = ["tests.workbench"]

GROUPS = yaml.safe_load((REPOSITORY / "tests" / "hostile.yml").read_text(encoding="utf-8"))


def texts(group: str) -> list[str]:
    """The texts of a group."""
    return [text if isinstance(text, str) else text[0] * text[1] for text in GROUPS[group]]


TEXTS = [text for group in GROUPS for text in texts(group)]

BASE = IMAGE | {"backbone": "MobileNetV2", "hardware": "gpus", "package": "plant", "license": "MIT"}
BASE |= {"extras": ["ci", "docker", "pre-commit", "slurm", "torchrun"], "backend": "torch", "export": ["onnx"]}
BASE |= {"tracking": "tensorboard"}
"""Answers that make a file of every kind."""

FREE = ("project_name", "description", "author", "backbone_weights")
"""Answers that may be any line of text."""

HARMLESS = "harmless"

MODEL, EXPORT, ARCHITECTURE = "src/plant/model.py", "src/plant/export.py", "docs/architecture.md"

HOLD_TEXTS = {
    "README.md",
    "pyproject.toml",
    "config.yaml",
    "LICENSE",
    ".copier-answers.yml",
    MODEL,
    EXPORT,
    ARCHITECTURE,
}
"""The files in which such a text may stand. All others are the same whatever it is."""


def places(text: str) -> Iterator[tuple[str, Answers]]:
    """Every place of answers that takes a text, with answers that have it there."""
    for key in KEYS:
        yield key, TINY | {key: text}
    yield "preset", TINY | {"preset": text}
    for key in ("branching", "export", "extras"):
        yield f"{key}, an item", TINY | {key: [text]}
    lines = {
        "inputs": ("{}: numeric 3", "x: {} 3", "x: numeric {}", "x: numeric 3 batch={}", "x: numeric 3 {}=1", "{}"),
        "outputs": ("{}: binary", "y: {}", "y: multiclass {}", "y: binary from={}", "y: binary * {}", "y: binary {}"),
        "sharing": ("{}: left + right", "one: left + {}", "{} + left"),
    }
    for key, forms in lines.items():
        for form in forms:
            yield f"{key}, {form}", (PAIR if key == "sharing" else TINY) | {key: form.replace("{}", text)}
    for value in layers(text):
        yield f"layers, {json.dumps(value).replace(json.dumps(text), '{}')[:60]}", TINY | {"layers": value}
    yield "models, a name", TINY | {"models": {text: "x"}}
    yield "models, a layer", TINY | {"models": {"part": text}}
    yield "training, a key", TINY | {"training": {text: 3}}
    for key in ("epochs", "optimizer", "schedule", "augment", "clip_norm"):
        yield f"training, {key}", TINY | {"training": {key: text}}
    yield "a key", TINY | {text: "x"}


def layers(text: str) -> Iterator[Any]:
    """Values of `layers` with a text in every place of them."""
    yield {text: []}
    yield {"branches": {text: []}}
    yield {"heads": {text: []}}
    yield {"heads": {"y": [f"output: {text}"]}}
    yield {"heads": {"y": [{"output": text}]}}
    yield {"body": text}
    for item in (text, f"dense {text}", f"dense 3 name={text}", f"dense 3 activation={text}", f"dense 3 {text}=1"):
        yield {"body": [item]}
    for word in ("use", "model", "merge", "residual", "parallel", "repeat", text):
        yield {"body": [{word: text}]}
    yield {"body": [{"dense": {"units": 3, "name": text}}]}
    yield {"body": [{"dense": {"units": 3, "kernel_initializer": text}}]}
    yield {"body": [{"residual": {"layers": [], "shortcut": text}}]}
    yield {"body": [{"residual": {"layers": [], text: "x"}}]}
    yield {"body": [{"parallel": {"paths": [[], []], "merge": text}}]}
    yield {"body": [{"model": {"name": text, "layers": ["dense 3"]}}]}
    yield {"body": [{"merge": {"with": text}}]}


def refused(answers: Answers, folder: str = "plant") -> str | None:
    """What is said against answers, None if they make a network. Anything else than AnswersError is a fault."""
    try:
        design(answers, folder)
    except AnswersError as error:
        check_said("\n\n".join(map(str, error.problems)))
        return str(error)
    return None


def check_said(message: str) -> None:
    """A message has a place, a reason and a mend, and nothing that a terminal would obey."""
    check_form(message)
    check_plain(message)


def check_plain(message: str) -> None:
    wrong = {each for each in message if not each.isprintable() and each != "\n"}
    assert not wrong, f"{wrong} in {message!r}"


@functools.cache
def harmless(weights: str = HARMLESS) -> dict[str, str]:
    """The project of texts that nobody could mean anything by."""
    return direct.texts(BASE | dict.fromkeys(FREE, HARMLESS) | {"backbone_weights": weights}, "plant")


def check_inert(files: dict[str, str], texts: dict[str, str]) -> None:
    """The project of some texts is that of harmless ones, but for those texts where they belong."""
    weights = None if texts["backbone_weights"] == "none" else texts["backbone_weights"]
    # "none" is a word of the answers: what it means is in the plan.
    usual = harmless() if weights else harmless("none")
    assert {path for path, text in files.items() if text != usual[path]} <= HOLD_TEXTS
    assert files.keys() == usual.keys()
    recorded = yaml.safe_load(files[".copier-answers.yml"])
    assert recorded == yaml.safe_load(usual[".copier-answers.yml"]) | texts
    metadata, plain = (tomllib.loads(each["pyproject.toml"]) for each in (files, usual))
    plain["project"] |= {"description": texts["description"], "authors": [{"name": texts["author"]}]}
    assert metadata == plain
    config, planned = (yaml.safe_load(each["config.yaml"]) for each in (files, usual))
    planned["training"]["backbone_weights"] = weights
    assert config == planned
    name = markdown(texts["project_name"])
    assert files[ARCHITECTURE] == usual[ARCHITECTURE].replace(f"of {HARMLESS}", f"of {name}", 1)
    constants = {HARMLESS: weights, f"# {HARMLESS}\n": f"# {name}\n"}
    for path in (MODEL, EXPORT):
        assert ast.dump(ast.parse(files[path])) == ast.dump(_Replaced(constants).visit(ast.parse(usual[path])))
    readme = usual["README.md"].replace(f"# {HARMLESS}", f"# {name}", 1)
    assert files["README.md"] == readme.replace(f"{HARMLESS}\n\n", f"{markdown(texts['description'])}\n\n", 1)
    assert files["LICENSE"].count("\n") == usual["LICENSE"].count("\n")


class _Replaced(ast.NodeTransformer):
    """Puts other values for constants, whole ones or how they begin."""

    def __init__(self, constants: dict[str, str | None]) -> None:
        self.constants = constants

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        for old, new in self.constants.items():
            if node.value == old:
                return ast.Constant(new)
            if isinstance(node.value, str) and "\n" in old and node.value.startswith(old):
                return ast.Constant(f"{new}{node.value.removeprefix(old)}")
        return node


# In every place, in this process


@pytest.fixture(autouse=True)
def canary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Texts are read in a folder of their own, with a home of its own: in which nothing may come to be."""
    folder = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    before = set(os.environ)
    yield folder
    made = [
        path for path in (folder, folder.parent, Path("/"), Path("/tmp"), REPOSITORY) for path in path.glob("*canary*")
    ]
    assert not made
    assert list(folder.iterdir()) == []
    assert set(os.environ) <= before | {"PYTEST_CURRENT_TEST"}


def test_there_are_enough_of_them() -> None:
    assert len(set(TEXTS)) == len(TEXTS) >= 400


@pytest.fixture(scope="module")
def taken() -> list[tuple[str, Answers]]:
    """Answers with a hostile text that make a network all the same: where it's a name, a number or a word."""
    return []


@pytest.mark.parametrize("group", GROUPS)
def test_every_text_in_every_place_is_refused_or_means_what_it_says(
    group: str, taken: list[tuple[str, Answers]]
) -> None:
    for text in texts(group):
        for place, answers in places(text):
            if refused(answers) is None and place not in FREE:
                taken.append((f"{place} {text[:40]!r}", answers))


def test_what_means_something_makes_files_that_are_what_they_are(taken: list[tuple[str, Answers]]) -> None:
    """After the last one: some of all that a network was made of."""
    for name, answers in some(taken, 8):
        print(name)
        check_parses(direct.texts(answers, "plant"))


def check_parses(files: dict[str, str]) -> None:
    for path, text in files.items():
        assert not path.startswith(("/", ".git/"))
        assert ".." not in path.split("/")
        if path.endswith(".py"):
            ast.parse(text)
        elif path.endswith(".toml"):
            tomllib.loads(text)
        elif path.endswith((".yaml", ".yml")):
            assert isinstance(yaml.safe_load(text), dict)


@pytest.mark.parametrize("group", GROUPS)
def test_a_text_that_is_taken_stands_where_it_belongs_and_changes_nothing_else(group: str) -> None:
    assert harmless()
    inert = 0
    for text in texts(group):
        answers = BASE | dict.fromkeys(FREE, text)
        if refused(answers) is None:
            check_inert(direct.texts(answers, "plant"), dict.fromkeys(FREE, text))
            inert += 1
    print(f"{inert} of {len(texts(group))}")


def test_what_harmless_texts_make_is_what_it_is() -> None:
    """To which the others are compared: so that a text leaves all files what they are, these have to be."""
    files = harmless()
    check_parses(files)
    assert {path for path, text in files.items() if HARMLESS in text} == HOLD_TEXTS
    assert {"Dockerfile", ".github/workflows/ci.yml", "launch/train.slurm", "launch/torchrun.sh"} <= files.keys()


@pytest.mark.parametrize("group", GROUPS)
def test_data_on_the_command_line_and_in_files_is_read_as_data(group: str, tmp_path: Path) -> None:
    for text in texts(group):
        for key in KEYS:
            with suppress_refusal():
                load_pairs([f"{key}={text}", text])
        (tmp_path / "answers.yml").write_text(f"inputs: {text}\n", encoding="utf-8", errors="surrogatepass")
        with suppress_refusal():
            load_file(tmp_path / "answers.yml")


@contextmanager
def suppress_refusal() -> Iterator[None]:
    try:
        yield
    except AnswersError as error:
        check_said("\n\n".join(map(str, error.problems)))


@settings(max_examples=150)
@given(st.data())
def test_any_text_in_any_place_is_refused_or_means_what_it_says(drawn: st.DataObject) -> None:
    text = drawn.draw(st.text(max_size=60))
    _, answers = drawn.draw(st.sampled_from(list(places(text))))
    refused(answers)
    refused(TINY, folder=text)


LINES = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=80).filter(str.strip)


@settings(max_examples=30)
@given(st.fixed_dictionaries(dict.fromkeys(FREE, LINES)))
def test_any_line_of_text_stands_where_it_belongs_and_changes_nothing_else(lines: dict[str, str]) -> None:
    if refused(BASE | lines) is None:
        check_inert(direct.texts(BASE | lines, "plant"), lines)


# Through the real commands


def drawn() -> list[str]:
    """A text of each group, drawn by the seed, that an operating system can hand to a command."""
    draw = random.Random(SEED)
    return [draw.choice(fit) for group in GROUPS if (fit := [text for text in texts(group) if is_argument(text)])]


def is_argument(text: str) -> bool:
    """Whether a text can be an argument of a command."""
    return "\0" not in text and len(text) < 10_000 and not re.search("[\ud800-\udfff]", text)


def lines_of(text: str) -> Answers:
    return TINY | dict.fromkeys(("project_name", "description", "author"), text) | {"package": "plant"}


def check_project(folder: Path, answers: Answers) -> None:
    """A folder holds one project and nothing else, as these answers make it."""
    made = direct.texts(answers, "plant")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    assert there == {f"plant/{path}" for path in made}
    for path, text in made.items():
        if path != ".copier-answers.yml":
            assert (folder / "plant" / path).read_text(encoding="utf-8") == text
    recorded = yaml.safe_load((folder / "plant" / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert {key: recorded[key] for key in answers} == answers


def test_the_command_makes_of_them_what_was_looked_at(command: Command, at_checkout: Checkout, tmp_path: Path) -> None:
    for number, text in enumerate(drawn()[::3]):
        print(repr(text[:60]))
        (parent := tmp_path / str(number)).mkdir()
        done = command("new", parent / "plant", *data(lines_of(text)))
        check_plain(done.err + done.out)
        if refused(lines_of(text)) is None:
            assert (done.code, done.err) == (0, "")
            check_project(parent, lines_of(text))
        else:
            assert (done.code, listing(parent)) == (2, {})


def test_plain_copier_makes_the_same_of_them(checkout: Checkout, tmp_path: Path) -> None:
    for number, text in enumerate(drawn()[1::3]):
        print(repr(text[:60]))
        (parent := tmp_path / str(number)).mkdir()
        done = copied(checkout, checkout.root, "plant", lines_of(text), parent)
        if refused(lines_of(text)) is None:
            assert done.code == 0, done.err
            check_project(parent, lines_of(text))
        else:
            assert done.code != 0
            assert listing(parent) == {}


NAMES = ["{{ 7*7 }}", "$(touch canary)", "'; import os; '", "a\nb", "\x1b[31mred", "a\u202eb", "-rf"]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_folder_may_have_any_name(name: str, command: Command, at_checkout: Checkout, tmp_path: Path) -> None:
    """The project is called after it; a name that no project can have is refused like any other."""
    done = command("new", "--defaults", *data(TINY), "--", tmp_path / name)
    check_plain(done.err + done.out)
    if refused(TINY, folder=name) is None:
        assert (done.code, done.err) == (0, "")
        assert [path.name for path in tmp_path.iterdir()] == [name]
        recorded = yaml.safe_load((tmp_path / name / ".copier-answers.yml").read_text(encoding="utf-8"))
        assert recorded["project_name"] == name
    else:
        assert (done.code, listing(tmp_path)) == (2, {})


RUN = (
    "{{ cycler.__init__.__globals__.os.system('touch canary') }}$(touch canary)`touch canary`",
    '"""; __import__("os").system("touch canary"); \'\'\' # {open("canary", "w")}',
    '!!python/object/apply:os.system ["touch canary"] "\\u0022 ] \\" ',
)


def test_a_project_with_them_runs_and_nothing_comes_of_it(checkout: Checkout, tmp_path: Path) -> None:
    """Its own code reads its own files: it trains an epoch, and passes its own checks of style."""
    name, description, author = RUN
    answers = TINY | {"project_name": name, "description": description, "author": author, "package": "plant"}
    done = checkout.layerwright("new", "plant", *data(answers | {"hardware": "cpu"}), cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    environment = clean_environment(checkout.home, PYTHONPATH="src", CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")
    for arguments in (("ruff", "check", "."), ("black", "--check", "."), ("plant.train", "training.epochs=1")):
        done = run(sys.executable, "-m", *arguments, cwd=tmp_path / "plant", env=environment)
        assert done.code == 0, done.out + done.err
    assert (tmp_path / "plant" / "runs" / "first" / "model.keras").is_file()
    assert not list(tmp_path.rglob("canary*"))


# What a command says of words and files


WORDS = ["\x1b[31mred", "a\nb", "a\u202eb", "$(touch canary)", "../../canary", "\x1b]0;title\x07"]


@pytest.mark.parametrize("word", WORDS, ids=ascii)
def test_no_command_says_a_control_character(word: str, command: Command, tmp_path: Path) -> None:
    for arguments in (
        ("new", "plant", "--preset", word),
        ("new", "plant", "--answers", word),
        ("new", "plant", f"--{word}"),
        ("explain", "--data", word),
        ("explain", "--data", f"{word}=1"),
        ("check", tmp_path / word),
        ("check", tmp_path, "--select", word),
        ("update", tmp_path / word),
        ("add", "input", word, tmp_path / word),
        ("weights", word, tmp_path, "--rename", word),
        (word,),
    ):
        done = command(*arguments)
        assert done.code == 2
        assert "Traceback" not in done.err
        check_plain(done.err + done.out)
        assert not list(tmp_path.iterdir())
