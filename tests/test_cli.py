"""Protects the command line: where answers come from, what is printed, in which form, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner

from layerwright import __version__, cli, template
from layerwright.answers import load_pairs
from layerwright.problems import AnswersError

from .workbench import PRESETS, Checkout, Command, Terminal, listing, signals_kept

pytest_plugins = ["tests.workbench"]

COMMANDS = {(): cli.main} | {(name,): each for name, each in cli.main.commands.items()}

TINY = ("--data", "inputs=x: numeric 8", "--data", "outputs=y: binary")
"""A network in two answers."""


def explained(*arguments: str | Path) -> dict[str, Any]:
    """What `explain` says of answers."""
    done = CliRunner().invoke(cli.main, ["explain", *map(str, arguments), "--format", "json"], catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.output)


def names(explanation: dict[str, Any], part: str = "layers") -> list[str]:
    return [each["name"] for each in explanation[part]]


def units(explanation: dict[str, Any]) -> list[tuple[str, int]]:
    """The layers with their last sizes."""
    return [(each["name"], each["shape"][-1]) for each in explanation["layers"]]


def answers_of(project: Path) -> dict[str, Any]:
    return yaml.safe_load((project / ".copier-answers.yml").read_text(encoding="utf-8"))


# Where answers come from


def test_new_makes_a_project_of_answers_given_as_data(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.layerwright("new", "plant", *TINY, "--data", "backend=jax", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    answers = answers_of(tmp_path / "plant")
    assert answers["inputs"] == "x: numeric 8"
    assert answers["outputs"] == "y: binary"
    assert answers["backend"] == "jax"
    assert (tmp_path / "plant" / "src" / "plant" / "model.py").is_file()


def test_new_makes_a_project_of_a_preset_and_says_what_comes_next(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.layerwright("new", "my plant", "--preset", "power-plant", cwd=tmp_path)
    assert done.code == 0
    place = tmp_path / "my plant"
    assert f"Wrote {place}\n" in done.out
    assert f"  cd '{place}'\n" in done.out
    assert "pip install" in done.out
    assert answers_of(place)["outputs"] == "energy_output: regression * 0.7, vacuum_output: regression * 0.3"
    assert "preset" not in answers_of(place)


def test_new_makes_a_project_of_a_file(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text('inputs: "a: vector 3, b: vector 4"\noutputs: "c: regression"\nmerge: null\n')
    done = checkout.layerwright("new", "made", "--answers", "answers.yml", cwd=tmp_path)
    assert done.code == 0
    assert answers_of(tmp_path / "made")["inputs"] == "a: vector 3, b: vector 4"
    assert answers_of(tmp_path / "made")["merge"] == "concatenate"


def test_the_answers_of_a_project_make_the_same_project_again(checkout: Checkout, tmp_path: Path) -> None:
    checkout.layerwright("new", "one/plant", "--preset", "image-metadata", "--data", "author=Ada", cwd=tmp_path)
    done = checkout.layerwright("new", "two/plant", "--answers", "one/plant/.copier-answers.yml", cwd=tmp_path)
    assert done.code == 0
    assert listing(tmp_path / "two") == listing(tmp_path / "one")


def test_defaults_fill_in_all_but_inputs_and_outputs(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.layerwright("new", "plant", "--defaults", *TINY, cwd=tmp_path)
    assert done.code == 0
    answers = answers_of(tmp_path / "plant")
    assert (answers["backend"], answers["hardware"], answers["license"]) == ("tensorflow", "gpu", "none")
    assert answers["project_name"] == answers["package"] == "plant"


def test_a_file_wins_over_a_preset_and_data_over_both(tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text('outputs: "digit: multiclass 7"\nlayers: {body: [dense 9]}\n')
    preset = explained("--preset", "mnist-mlp")
    file = explained("--preset", "mnist-mlp", "--answers", tmp_path / "answers.yml")
    data = explained(
        *("--preset", "mnist-mlp", "--answers", tmp_path / "answers.yml"),
        *("--data", "outputs=digit: multiclass 5", "--data", "layers={body: [dense 3]}"),
    )
    assert [each["outputs"][0]["shape"] for each in (preset, file, data)] == [[None, 10], [None, 7], [None, 5]]
    assert [units(each)[0][1] for each in (preset, file, data)] == [256, 9, 3]


def test_a_preset_may_be_named_in_the_file_and_in_the_data(tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text("preset: mnist-mlp\n")
    assert explained("--answers", tmp_path / "answers.yml") == explained("--preset", "mnist-mlp")
    assert explained("--data", "preset=power-plant") == explained("--preset", "power-plant")
    assert names(explained("--answers", tmp_path / "answers.yml", "--preset", "power-plant"), "inputs") == ["sensors"]


@pytest.mark.parametrize("before", [["explain", "--answers"], ["diff", "mlp"]])
def test_answers_come_from_a_pipe_too(before: list[str]) -> None:
    assert "y" in run_for(*before, piped("inputs: 'x: numeric 8'\noutputs: 'y: binary'\n"))


def test_what_is_wrong_in_a_pipe_is_marked(command: Command) -> None:
    said = command("explain", "--answers", piped("inputs: 'x: numeric 8'\noutputs: 'y: bnary'\n")).err
    assert "line 2\n    outputs: 'y: bnary'\n" in said


def test_what_a_standard_refuses_in_a_pipe_has_its_line(
    command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    fixed = {"license": {"value": "MIT", "because": "Why."}}
    (tmp_path / "acme.yml").write_text(yaml.safe_dump({"name": "Acme", "version": 1, "fixed": fixed}))
    pipe = piped("inputs: 'x: numeric 8'\noutputs: 'y: binary'\nlicense: ISC\n")
    done = command("new", tmp_path / "plant", "--answers", pipe, "--standard", tmp_path / "acme.yml")
    assert "line 3: license: ISC isn't what Acme fixes: MIT" in done.err


def piped(text: str) -> str:
    """The place of a pipe that holds a text, which can be read once."""
    end, other = os.pipe()
    os.write(other, text.encode())
    os.close(other)
    return f"/dev/fd/{end}"


def test_of_data_given_twice_the_last_counts() -> None:
    assert explained(*TINY, "--data", "outputs=z: regression 3")["outputs"][0]["shape"] == [None, 3]


def test_of_training_and_layers_given_twice_all_parts_count() -> None:
    assert load_pairs(["training={epochs: 5, patience: 2}", "training={batch_size: 8, patience: 3}"]) == {
        "training": {"epochs": 5, "patience": 3, "batch_size": 8}
    }
    assert load_pairs(["layers={branches: {a: [dense 1]}}", "layers={branches: {b: [dense 2]}, body: []}"]) == {
        "layers": {"branches": {"a": ["dense 1"], "b": ["dense 2"]}, "body": []}
    }
    assert load_pairs(["training={epochs: 5}", "training=none", "branching=[a]", "branching=[b]"]) == {
        "training": "none",
        "branching": ["b"],
    }


def test_what_is_null_in_a_file_is_not_answered(tmp_path: Path) -> None:
    (tmp_path / "answers.yml").write_text("layers: null\nbackbone: null\noutputs:\n")
    assert explained("--preset", "resnet-transfer", "--answers", tmp_path / "answers.yml") == explained(
        "--preset", "resnet-transfer"
    )


def test_layers_are_merged_part_by_part() -> None:
    both = explained("--preset", "image-metadata", "--data", "layers={branches: {metadata: [dense 5, dense 6]}}")
    preset = dict(units(explained("--preset", "image-metadata")))
    merged = dict(units(both))
    assert merged["image_dense"] == preset["image_dense"], "the other branch stays"
    assert merged["dense"] == preset["dense"], "the body stays"
    assert (merged["metadata_dense_1"], merged["metadata_dense_2"]) == (5, 6)


def test_an_empty_part_means_nothing_there_and_an_unnamed_one_the_planners_choice() -> None:
    assert names(explained(*TINY)) == ["x_dense", "dense", "y"]
    assert names(explained(*TINY, "--data", "layers={body: []}")) == ["x_dense", "y"]
    assert names(explained(*TINY, "--data", "layers={branches: {x: []}, body: null}")) == ["dense", "y"]


def test_what_a_project_remembers_holds_the_presets_parts_too(checkout: Checkout, tmp_path: Path) -> None:
    changes = ("--data", "layers={body: [dense 5]}", "--data", "training={epochs: 3}")
    done = checkout.layerwright("new", "one", "--preset", "image-metadata", *changes, cwd=tmp_path)
    assert done.code == 0
    answers = answers_of(tmp_path / "one")
    assert answers["layers"]["body"] == ["dense 5"]
    assert set(answers["layers"]["branches"]) == {"image", "metadata"}
    assert answers["training"] == {"epochs": 3}
    again = explained("--answers", tmp_path / "one" / ".copier-answers.yml")
    assert again == explained("--preset", "image-metadata", *changes)


# What is printed


@pytest.mark.parametrize("preset", PRESETS)
def test_explain_says_every_preset_as_json_of_the_documented_form(preset: str) -> None:
    said = explained("--preset", preset)
    assert said["template"] in ("functional", "sequential")
    assert all(isinstance(reason, str) for reason in said["reasons"])
    assert said["reasons"]
    assert set(said["parameters"]) >= {"total", "trainable"}
    assert 0 <= said["parameters"]["trainable"] <= said["parameters"]["total"]
    for each in said["inputs"]:
        assert (is_text(each["name"]), is_shape(each["shape"]), is_text(each["dtype"])) == (True, True, True)
    for each in said["outputs"]:
        assert (is_text(each["name"]), is_shape(each["shape"]), is_text(each["task"])) == (True, True, True)
        assert isinstance(each["loss_weight"], float)
    check_rows(said["layers"], names(said, "inputs"))
    parameters = {each["name"]: each["parameters"] for each in said["layers"]}
    assert sum(parameters.values()) == said["parameters"]["total"], "a layer called twice counts once"


def check_rows(rows: list[dict[str, Any]], known: list[str]) -> None:
    """Every call comes after what feeds it, and says what is documented."""
    seen = list(known)
    for row in rows:
        assert is_text(row["name"])
        assert is_text(row["class"])
        assert is_shape(row["shape"])
        assert isinstance(row["parameters"], int)
        assert row["inputs"]
        assert set(row["inputs"]) <= set(seen)
        seen.append(row["name"])
        if nested := row.get("layers"):
            check_rows(nested, nested[0]["inputs"])


def is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def is_shape(value: Any) -> bool:
    return isinstance(value, list) and all(size is None or isinstance(size, int) for size in value) and value[0] is None


@pytest.mark.parametrize("preset", PRESETS)
def test_explain_says_every_preset_as_text(preset: str) -> None:
    done = CliRunner().invoke(cli.main, ["explain", "--preset", preset])
    said = explained("--preset", preset)
    assert done.exit_code == 0
    assert done.output.startswith(f"{said['template'].capitalize()}, because ")
    assert f"{said['parameters']['total']:,} parameters" in done.output
    lines = done.output.splitlines()
    for row in [*said["layers"], *said["inputs"]]:
        assert any(line.split()[:1] == [row["name"]] for line in lines)


def test_explain_says_what_a_project_was_made_with(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.layerwright("new", "plant", *TINY, cwd=tmp_path).code == 0
    assert explained(tmp_path / "plant") == explained(*TINY)
    wider = explained(tmp_path / "plant", "--data", "inputs=x: numeric 9")
    assert wider["inputs"][0]["shape"] == [None, 9]


def test_explain_says_memory_and_multiply_adds() -> None:
    said = explained("--preset", "power-plant")
    assert said["multiply_adds"] == 4 * 64 + 64 * 32 + 2 * 32
    assert said["memory"]["weights"] == 4 * 2466
    assert "2,368 multiply-adds a sample" in run_for("explain", "--preset", "power-plant")


def run_for(*arguments: str) -> str:
    """What a command prints that ends well."""
    done = CliRunner().invoke(cli.main, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("network.svg", b"<?xml"),
        ("network.png", b"\x89PNG"),
        ("network.pdf", b"%PDF"),
        ("network.mmd", b"%%{init"),
        ("network.gv", b"digraph"),
        ("network.json", b"{"),
        ("network.txt", b"Functional, because"),
    ],
)
@pytest.mark.parametrize("command", [["explain", *TINY[:2], "--data", "outputs=y: binary, z: binary"]])
def test_a_picture_is_what_the_files_name_says(command: list[str], name: str, begin: bytes, tmp_path: Path) -> None:
    assert run_for(*command, "--output", str(tmp_path / name)) == ""
    assert (tmp_path / name).read_bytes().startswith(begin)


def test_a_picture_goes_into_a_pipe_as_it_is() -> None:
    done = CliRunner().invoke(cli.main, ["explain", *TINY, "--format", "png"])
    assert done.stdout_bytes.startswith(b"\x89PNG")


def test_diff_compares_presets_files_and_projects(checkout: Checkout, tmp_path: Path) -> None:
    assert checkout.layerwright("new", "plant", *TINY, cwd=tmp_path).code == 0
    (tmp_path / "wide.yml").write_text("inputs: 'x: numeric 9'\noutputs: 'y: binary'\n")
    project, file = str(tmp_path / "plant"), str(tmp_path / "wide.yml")
    assert "shape 8 → 9" in run_for("diff", project, file)
    assert "shape 8 → 9" in run_for("diff", project, "--data", "inputs=x: numeric 9")
    assert run_for("diff", project, project) == "The same network.\n"
    assert json.loads(run_for("diff", "mlp", "residual-mlp", "--format", "json"))["gone"] == ["dense"]
    assert run_for("diff", "mlp", "residual-mlp", "--format", "dot").startswith("digraph")


def test_a_preset_is_compared_beside_a_folder_of_its_name_that_holds_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    presets = run_for("diff", "mlp", "residual-mlp")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlp").mkdir()
    assert run_for("diff", "mlp", "residual-mlp") == presets
    (tmp_path / "mlp" / ".copier-answers.yml").write_text("inputs: 'x: numeric 8'\noutputs: 'y: binary'\n")
    assert run_for("diff", "mlp", "residual-mlp") != presets


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["explain", "nowhere"], "no project is here"),
        (["explain", "--preset", "mlp", "--output", "nowhere/network.svg"], "can't be written"),
        (["diff", "mlp"], "what to compare with"),
        (["diff", "mlp", "no/such/file.yml"], "can't be read"),
        (["diff", "mlp", "nonsense"], "unknown preset 'nonsense'"),
    ],
)
def test_explain_and_diff_say_what_they_cant_read_or_write(
    arguments: list[str], says: str, checkout: Checkout, tmp_path: Path
) -> None:
    done = checkout.layerwright(*arguments, cwd=tmp_path)
    assert done.code == 2
    assert says in done.err
    assert "Traceback" not in done.err
    assert listing(tmp_path) == {}


def test_without_graphviz_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(AnswersError, match=r"pip install 'layerwright\[pictures\]'"):
        CliRunner().invoke(cli.main, ["explain", *TINY, "--format", "svg"], catch_exceptions=False)


def test_a_layer_called_twice_has_two_rows_and_counts_once() -> None:
    said = explained("--preset", "siamese-dense")
    assert names(said).count("encoder") == 2
    assert said["parameters"]["total"] == 6464


def test_a_nested_model_is_one_row_with_layers_of_its_own() -> None:
    layers = "layers={branches: {encoder: [dense 8, dense 64]}, body: []}"
    said = explained("--preset", "siamese-dense", "--data", layers)
    check_rows(said["layers"], ["left", "right"])
    rows = [row for row in said["layers"] if row["name"] == "encoder"]
    assert [len(row["layers"]) for row in rows] == [2, 2]
    assert rows[0]["parameters"] == sum(row["parameters"] for row in rows[0]["layers"]) == said["parameters"]["total"]


def test_presets_lists_each_with_what_it_shows() -> None:
    text = CliRunner().invoke(cli.main, ["presets"]).output.splitlines()
    rows = json.loads(CliRunner().invoke(cli.main, ["presets", "--format", "json"]).output)
    assert [row["name"] for row in rows] == PRESETS
    for line, row in zip(text, rows, strict=True):
        assert line.split(maxsplit=1) == [row["name"], row["about"]]
        assert len(row["about"]) > 20


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words) or "layerwright")
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_works_and_documents_every_option(words: tuple[str, ...], flag: str) -> None:
    done = CliRunner().invoke(cli.main, [*words, flag])
    assert done.exit_code == 0
    assert "\b" not in done.output
    assert "\\b" not in done.output
    each = COMMANDS[words]
    assert each.help
    for option in each.params:
        if isinstance(option, click.Option):
            assert option.help, f"{option.name} has no help"
            assert option.opts[0] in done.output
        else:
            assert option.make_metavar(click.Context(each)).strip("[]") in done.output


def test_the_examples_and_exit_codes_in_help_stand_on_lines_of_their_own() -> None:
    lines = CliRunner().invoke(cli.main, ["new", "--help"]).output.splitlines()
    assert "  layerwright new plant --preset power-plant" in lines
    said = CliRunner().invoke(cli.main, ["--help"]).output
    assert re.findall(r"^    (\d)  \S", said, re.MULTILINE) == ["0", "1", "2"]


def test_the_version_is_said() -> None:
    assert CliRunner().invoke(cli.main, ["--version"]).output == f"layerwright, version {__version__}\n"


# Exit codes


@pytest.mark.parametrize("arguments", [["presets"], ["explain", "--preset", "mnist-mlp"], ["--help"], ["--version"]])
def test_what_worked_exits_with_0(arguments: list[str], command: Command) -> None:
    assert command(*arguments).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["new"],
        ["new", "one", "two"],
        ["explain", "--nonsense"],
        ["explain", "--data"],
        ["explain", "--format", "yaml"],
        ["explain", "--preset", "nonsense"],
        ["explain", *TINY, "--data", "backend=nonsense"],
    ],
)
def test_wrong_arguments_and_answers_exit_with_2(arguments: list[str], command: Command) -> None:
    done = command(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_what_went_wrong_otherwise_exits_with_1_in_one_line(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(template, "create", full)
    done = command("new", tmp_path / "plant", *TINY)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        "layerwright: new: No space left on device [system-refused]",
        "    see to that, and run the command again",
    ]


@pytest.mark.parametrize(
    ("error", "code", "place"),
    [
        (PermissionError(13, "Permission denied", "plant/README.md"), "system-refused", "plant/README.md"),
        (RuntimeError("the disk has melted"), "unforeseen", "new"),
        (KeyboardInterrupt(), "stopped", "new"),
    ],
)
def test_what_went_wrong_otherwise_is_data_where_data_is_asked_for(
    error: BaseException, code: str, place: str, command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(template, "create", fails)
    done = command("new", tmp_path / "plant", *TINY, "--format", "json")
    [problem] = json.loads(done.out)["problems"]
    assert (done.code, problem["code"], problem["place"]) == (1, code, place)
    assert f"{place}: {problem['what']} [{code}]\n    {problem['mend']}" in done.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["new", "--format", "json"], "incomplete-command"),
        (["explain", "--format=json", "--prest", "mlp"], "unknown-option"),
        (["add", "inptu", "x: numeric 2", "--format", "text", "--format", "json"], "unknown-choice"),
        (["presets", "twice", "--format", "json"], "extra-argument"),
    ],
)
def test_a_command_line_that_is_wrong_is_data_where_data_is_asked_for(
    words: list[str], code: str, command: Command
) -> None:
    done = command(*words)
    [problem] = json.loads(done.out)["problems"]
    assert (done.code, problem["code"]) == (2, code)
    assert f"{problem['place']}: {problem['what']} [{code}]\n" in done.err


def test_stopping_exits_with_1(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(template, "create", stopped)
    done = command("new", tmp_path / "plant", *TINY)
    assert done.code == 1
    assert done.err.strip().splitlines() == [  # click goes to a new line, behind the ^C
        "layerwright: new: stopped: nothing was written [stopped]",
        "    the same command begins anew",
    ]


@pytest.mark.parametrize("defaults", [[], ["--defaults"]], ids=["", "defaults"])
def test_without_a_terminal_new_names_the_missing_answers_and_the_flags(
    defaults: list[str], checkout: Checkout, tmp_path: Path
) -> None:
    done = checkout.layerwright("new", "plant", *defaults, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    for word in ("inputs", "outputs", "--data 'inputs=", "--data 'outputs=", "--answers", "--preset"):
        assert word in done.err
    assert ("no terminal to ask in" in done.err) is not bool(defaults)
    assert listing(tmp_path) == {}


def test_the_command_that_is_named_without_a_terminal_works(command: Command, tmp_path: Path) -> None:
    done = command("new", tmp_path / "my plant", "--data", "backend=jax")
    assert done.code == 2
    named = done.err.partition("as layerwright ")[2]
    answers = explained("--data", "backend=jax", *shlex.split(named)[2:])
    assert names(answers, "inputs") == ["photo"]
    assert names(answers, "outputs") == ["price"]
    assert shlex.split(named)[1] == str(tmp_path / "my plant")


def test_without_a_terminal_only_what_is_missing_is_named(command: Command, tmp_path: Path) -> None:
    done = command("new", tmp_path / "plant", "--data", "inputs=x: numeric 8")
    assert done.code == 2
    assert "inputs:" not in done.err
    assert "outputs: there is no output" in done.err


# In a terminal


@pytest.fixture
def terminal_at(checkout: Checkout, tmp_path: Path) -> Any:
    """Starts `layerwright new plant` in a terminal."""

    def start(*arguments: str) -> Terminal:
        environment = checkout.environment(
            TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1", XDG_STATE_HOME=str(checkout.home / "state")
        )
        command = (sys.executable, "-m", "layerwright", "new", "plant", *arguments)
        return Terminal.start(*command, cwd=tmp_path, env=environment)

    return start


RETURN = "\r"
CLEAR_LINE = "\x15"
UP = "\x1b[A"
END = "\x1b[F"


def test_in_a_terminal_new_asks_and_makes_what_was_typed(terminal_at: Any, tmp_path: Path) -> None:
    terminal = terminal_at()
    terminal.wait_for("project called")
    terminal.type(f"{CLEAR_LINE}My Houses{RETURN}")
    terminal.wait_for("Start from a preset")
    terminal.type(RETURN)
    terminal.wait_for("What goes in?")
    terminal.type(f"{END}{RETURN}")
    terminal.wait_for("separated by commas")
    terminal.type("photo: imag")
    terminal.wait_for("unknown kind 'imag'")
    terminal.type(f"{CLEAR_LINE}photo: image 32x32x3, meta: numeric 4{RETURN}")
    terminal.wait_for("with photo and meta")
    terminal.type(RETURN)
    terminal.wait_for("What comes out?")
    terminal.type(RETURN)
    terminal.wait_for("How many numbers")
    terminal.type(RETURN)
    terminal.wait_for("What is it called?")
    terminal.type(f"price{RETURN}")
    for question in ("Which inputs", "with price", "planner's own paths", "branches join", "pretrained network"):
        terminal.wait_for(question)
        terminal.type(RETURN)
    for question in ("train on", "Which backend", "See the rest", "Is it what you want?"):
        terminal.wait_for(question)
        terminal.type(RETURN)
    terminal.wait_for("Wrote ")
    terminal.wait_for("without questions")
    terminal.wait_for("pip install")
    assert terminal.end() == 0
    answers = answers_of(tmp_path / "plant")
    assert answers["project_name"] == "My Houses"
    assert answers["package"] == "my_houses"
    assert answers["inputs"] == "photo: image 32x32x3, meta: numeric 4"
    assert answers["outputs"] == "price: regression"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["plant"]


def test_in_a_terminal_a_preset_can_be_chosen(terminal_at: Any, tmp_path: Path) -> None:
    terminal = terminal_at("--data", "project_name=plant", "--data", "hardware=cpu", "--data", "backend=torch")
    terminal.wait_for("Start from a preset")
    terminal.type(UP + RETURN)
    for question in ("What goes in?", "What comes out?", "planner's own paths", "branches join", "See the rest"):
        terminal.wait_for(question)
        terminal.type(RETURN)
    terminal.wait_for("Is it what you want?")
    terminal.type(RETURN)
    assert terminal.end() == 0
    answers = answers_of(tmp_path / "plant")
    assert answers["inputs"] == "first: numeric 128, second: numeric 64", "the last preset is two-inputs"
    assert answers["backend"] == "torch"


def test_in_a_terminal_nothing_is_asked_if_inputs_and_outputs_are_answered(terminal_at: Any, tmp_path: Path) -> None:
    terminal = terminal_at(*TINY)
    assert terminal.end() == 0
    assert "?" not in terminal.shown
    assert (tmp_path / "plant" / "config.yaml").is_file()


def test_in_a_terminal_what_is_answered_can_be_asked_for_all_the_same(terminal_at: Any, tmp_path: Path) -> None:
    terminal = terminal_at(*TINY, "--ask")
    terminal.wait_for("project called")
    terminal.type(RETURN)
    terminal.wait_for("Start from a preset")
    terminal.type("\x03")
    assert terminal.end() == 1
    assert listing(tmp_path) == {}


@pytest.mark.parametrize("more", [[], ["--defaults"]], ids=["no terminal", "defaults"])
def test_asking_needs_a_terminal(more: list[str], command: Command, tmp_path: Path) -> None:
    done = command("new", tmp_path / "plant", *TINY, "--ask", *more)
    assert done.code == 2
    assert done.err.startswith("layerwright: --ask: ")
    assert listing(tmp_path) == {}


def test_in_a_terminal_with_defaults_nothing_is_asked(terminal_at: Any, tmp_path: Path) -> None:
    terminal = terminal_at("--defaults")
    assert terminal.end() == 2
    assert "there is no input" in terminal.shown
    assert listing(tmp_path) == {}


def test_in_a_terminal_wrong_answers_are_refused_before_the_first_question(terminal_at: Any, tmp_path: Path) -> None:
    terminal = terminal_at("--data", "backend=tenserflow")
    assert terminal.end() == 2
    assert "did you mean tensorflow?" in terminal.shown
    assert "project called" not in terminal.shown
    assert listing(tmp_path) == {}


def test_stopping_at_a_question_leaves_nothing(terminal_at: Any, tmp_path: Path) -> None:
    terminal = terminal_at()
    terminal.wait_for("project called")
    terminal.type(RETURN)
    terminal.wait_for("Start from a preset")
    terminal.type("\x03")
    assert terminal.end() == 1
    assert "stopped: nothing was written" in terminal.shown
    assert "answers are kept" in terminal.shown
    assert listing(tmp_path) == {}


# How much is said


def test_quiet_says_nothing_but_what_is_wrong(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.layerwright("--quiet", "new", "plant", *TINY, cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")
    again = checkout.layerwright("--quiet", "new", "plant", *TINY, cwd=tmp_path)
    assert (again.code, again.out) == (2, "")
    assert "isn't empty" in again.err
    assert checkout.layerwright("-q", "presets", cwd=tmp_path).out, "what is asked for is said"


def test_verbose_says_what_is_being_done(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.layerwright("--verbose", "new", "plant", *TINY, cwd=tmp_path)
    assert done.code == 0
    assert "- Copier renders" in done.err
    assert "Wrote" in done.out


def test_only_debug_shows_a_traceback(checkout: Checkout, tmp_path: Path) -> None:
    for options, shown in (((), False), (("--debug",), True)):
        done = checkout.layerwright(*options, "explain", "--preset", "nonsense", cwd=tmp_path)
        assert done.code == 2
        assert ("Traceback" in done.err) is shown
        assert "unknown preset 'nonsense'" in done.err


def test_what_nobody_has_foreseen_is_one_line_and_says_how_to_see_more(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise RuntimeError("the disk has melted")

    monkeypatch.setitem(cli.main.commands, "melt", click.command("melt")(fails))
    monkeypatch.setattr(sys, "argv", ["layerwright", "melt"])
    with signals_kept(), pytest.raises(SystemExit) as ended:
        cli.run()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.startswith("layerwright: melt: RuntimeError: the disk has melted [unforeseen]\n    ")
    assert "--debug" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 1), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_what_goes_wrong_because_of_a_signal_is_the_stop(
    number: signal.Signals, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copier takes the end of a git that was stopped with it for a failure of git's."""

    def fails() -> None:
        try:
            signal.raise_signal(number)
        except BaseException as error:
            raise RuntimeError("git has failed") from error

    monkeypatch.setitem(cli.main.commands, "fail", click.command("fail")(fails))
    monkeypatch.setattr(sys, "argv", ["layerwright", "fail"])
    with signals_kept(), pytest.raises(SystemExit) as ended:
        cli.run()
    said = capsys.readouterr().err
    assert ended.value.code == code
    assert "git has failed" not in said
    assert ("stopped" in said) is (number == signal.SIGINT)


@pytest.mark.parametrize("words", [["-q", "-v", "presets"], ["-q", "presets", "-v"], ["presets", "-q", "-v"]])
def test_quiet_and_verbose_exclude_each_other(words: list[str], command: Command) -> None:
    done = command(*words)
    assert done.code == 2
    assert "--verbose says the opposite" in done.err


def test_how_much_is_said_may_be_said_after_the_command_too(command: Command, tmp_path: Path) -> None:
    assert "Traceback" in command("explain", "--preset", "nonsense", "--debug").err
    assert "Traceback" in command("--debug", "explain", "--preset", "nonsense").err
    assert "Traceback" not in command("explain", "--preset", "nonsense").err
    done = command("new", tmp_path / "plant", *TINY, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("name", [name for name in cli.main.commands if name != "completion"])
def test_what_people_can_read_programs_can_read_too(name: str) -> None:
    [form] = [each for each in cli.main.commands[name].params if each.name == "form"]
    assert isinstance(form.type, click.Choice)
    assert {"text", "json"} <= set(form.type.choices)


def test_new_says_what_it_has_made_as_data(command: Command, at_checkout: Checkout, tmp_path: Path) -> None:
    plant = tmp_path / "plant"
    said = json.loads(command("new", plant, *TINY, "--format", "json").out)
    assert (said["project"], said["package"], said["template"]) == (str(plant), "plant", "sequential")
    assert said["parameters"]["total"] == explained(*TINY)["parameters"]["total"]
    assert set(said["files"]) == {path for path, what in listing(plant).items() if what != "folder"}
    again = command("new", plant, *TINY, "--format", "json")
    [problem] = json.loads(again.out)["problems"]
    assert (again.code, problem["place"]) == (2, "destination")
    assert problem["what"] in again.err


def test_a_terminal_shows_what_is_being_done_and_takes_it_back(checkout: Checkout, tmp_path: Path) -> None:
    for options, shown in (((), True), (("--quiet",), False)):
        words = (sys.executable, "-m", "layerwright", "new", f"plant{shown}", *TINY, *options)
        terminal = Terminal.start(*words, cwd=tmp_path, env=checkout.environment(), columns=80)
        assert terminal.end() == 0
        assert ("rendering plant" in terminal.shown) is shown
        *_, left = terminal.raw.rpartition("\r\x1b[K")
        assert "..." not in left


# Completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_made_for_each_shell(shell: str) -> None:
    assert "_LAYERWRIGHT_COMPLETE" in run_for("completion", shell)


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        (["ex"], {"explain"}),
        (["explain", "--preset", "power"], {"power-plant"}),
        (["new", "plant", "--data", "backe"], {"backend="}),
        (["explain", "--data", "backend=t"], {"backend=tensorflow", "backend=torch"}),
        (["explain", "--data", "extras=[d"], {"extras=[docker]"}),
        (["update", "--data", "backe"], {"backend="}),
        (["diff", "mlp", "--data", "backe"], {"backend="}),
    ],
)
def test_a_shell_proposes(typed: list[str], proposed: set[str]) -> None:
    """As bash asks: the words and which of them is being typed, in its variables."""
    words = {"COMP_WORDS": shlex.join(["layerwright", *typed]), "COMP_CWORD": str(len(typed))}
    done = CliRunner().invoke(
        cli.main, [], prog_name="layerwright", env=words | {"_LAYERWRIGHT_COMPLETE": "bash_complete"}
    )
    assert {line.partition(",")[2] for line in done.output.splitlines()} == proposed


def test_bash_takes_the_script(tmp_path: Path) -> None:
    (tmp_path / "script").write_text(run_for("completion", "bash"))
    done = subprocess.run(["bash", "-c", "source ./script && complete -p layerwright"], cwd=tmp_path, check=True)
    assert done.returncode == 0
