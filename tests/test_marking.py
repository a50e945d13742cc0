"""Protects the mark under what is wrong: that it's in the user's own line, under the word that a message names."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from layerwright.answers import load_file
from layerwright.faults import BadText, IncompleteCommand, NoProject, UnknownChoice, UnknownKind
from layerwright.marking import WIDEST, Source, Sources, marked
from layerwright.plan import design
from layerwright.problems import AnswersError, Problem

from .test_errors import CASES
from .workbench import Checkout

pytest_plugins = ["tests.workbench"]

FILE = """\
# my houses
inputs: "photo: imge 64x64x3, meta: numeric 12"
outputs: "price: regresion * 0.5"
branching: [residul]
layers:
  branches:
    meta: [dense 16, densse 3]
  body:
    - dense 64
    - residual: [dense 3 unitss=4]
"""


def of_file(text: str) -> Sources:
    return Sources([Source("houses.yml", text)])


def under(mark: str) -> str:
    """What stands over the mark."""
    [*_, line, carets] = mark.splitlines()
    assert set(carets.strip()) == {"^"}
    start = len(carets) - len(carets.lstrip())
    return line[start : start + len(carets.strip())]


def problems(answers: object) -> Sequence[Problem]:
    with pytest.raises(AnswersError) as caught:
        design(answers)  # type: ignore[arg-type]
    return caught.value.problems


def test_each_fault_of_a_file_is_marked_in_its_line() -> None:
    marks = [marked(problem, of_file(FILE)) for problem in problems(yaml.safe_load(FILE))]
    assert [(under(mark), mark.splitlines()[0].strip()) for mark in marks] == [
        ("imge", "houses.yml, line 2"),
        ("regresion", "houses.yml, line 3"),
        ("residul", "houses.yml, line 4"),
        ("densse", "houses.yml, line 7"),
        ("unitss", "houses.yml, line 10"),
    ]


@pytest.mark.parametrize("case", CASES, ids=[each["case"] for each in CASES])
def test_what_is_said_is_marked_and_what_isnt_said_is_not(case: dict[str, object]) -> None:
    answers = case["answers"]
    assert isinstance(answers, dict)
    text = yaml.safe_dump(answers, allow_unicode=True, width=10_000)
    for problem in problems(answers):
        key = problem.place.partition(".")[0].partition("[")[0]
        mark = marked(problem, of_file(text))
        assert bool(mark) == (key in answers), problem
        if mark:
            assert under(mark).strip("^ ")
            number = int(mark.splitlines()[0].rpartition(" ")[2])
            assert next(line for line in text.splitlines()[number - 1 :: -1] if line[:1] not in " -").startswith(
                (key, f"'{key}", f'"{key}', "?")
            )


@pytest.mark.parametrize(
    ("pair", "place", "what", "over"),
    [
        ("inputs=x: numric 4", "inputs.x", "unknown kind 'numric'", "numric"),
        ("inputs=x: numeric 4, xx: numric 4", "inputs.xx", "unknown kind 'numric'", "numric"),
        ("inputs=numric: numric 4", "inputs.numric", "unknown kind 'numric'", "numric"),
        ("inputs=x: numeric 4", "inputs.x", "it is too small", "x: numeric 4"),
        ("zz=1", "zz", "unknown key 'zz'", "zz"),
        ("backend=zz", "backend", "unknown backend 'zz'", "zz"),
        ("backend=日本", "backend", "unknown backend '日本'", "日本"),
        ("layers={body: [dense 64, densse 3]}", "layers.body[1]", "unknown layer 'densse'", "densse"),
        ("layers={body: [dense 64, dense 3]}", "layers.body[1]", "it says too much", "dense 3"),
        ("layers={body: [dense 64}", "layers", "can't be read as YAML", "{body: [dense 64}"),
        ("layers=", "layers", "holds nothing", "layers="),
        ("training={epochs: 3}", "training.batch_size", "is missing", "{epochs: 3}"),
    ],
)
def test_what_follows_data_is_marked(pair: str, place: str, what: str, over: str) -> None:
    sources = Sources()
    sources.add_pair(pair)
    mark = marked(Problem(place, UnknownChoice, what, ""), sources)
    [line, carets] = mark.splitlines()
    assert line == f"    --data {pair}"
    wide = sum(2 if ord(each) > 0x3000 else 1 for each in over)
    before = line[: len(carets) - len(carets.lstrip())]
    assert (line.partition(over)[2] is not None, carets.count("^")) == (True, wide)
    assert line[len(before) :].startswith(over)


def test_the_command_line_wins_over_the_file() -> None:
    sources = Sources()
    sources.add_file("answers.yml", "backend: zz\n")
    problem = Problem("backend", UnknownChoice, "unknown backend 'zz'", "")
    assert marked(problem, sources).startswith("  answers.yml, line 1")
    sources.add_pair("backend=zz")
    assert marked(problem, sources).startswith("    --data backend=zz")


@pytest.mark.parametrize(
    ("place", "over"),
    [
        ("training.epochs", "--data training={epochs: 0}"),
        ("training.batch_size", "--data training={batch_size: 0}"),
        ("training.patience", "patience: 0"),
        ("layers.branches.x[0]", "branches: {x: [zz]}"),
        ("layers.branches.y[0]", "--data layers={branches: {y: [zz]}}"),
        ("layers.heads", "--data layers={branches: {y: [zz]}}"),
    ],
)
def test_of_what_is_said_in_parts_the_text_with_the_part_is_marked(place: str, over: str) -> None:
    sources = Sources([Source("answers.yml", "training:\n  patience: 0\nlayers:\n  branches: {x: [zz]}\n")])
    for pair in ("training={epochs: 0}", "training={batch_size: 0}", "layers={branches: {y: [zz]}}"):
        sources.add_pair(pair)
    assert over in marked(Problem(place, UnknownChoice, "it is wrong", ""), sources)


def test_of_a_long_line_only_what_is_around_the_mark_is_shown() -> None:
    line = "inputs: '" + ", ".join(f"x{number}: numeric 4" for number in range(100)) + ", y: numric 3'"
    mark = marked(Problem("inputs.y", UnknownKind, "unknown kind 'numric'", ""), of_file(line))
    assert under(mark) == "numric"
    assert max(map(len, mark.splitlines())) <= WIDEST + 10


def test_no_character_of_a_line_does_anything_to_a_terminal() -> None:
    mark = marked(Problem("description", BadText, "it is wrong", ""), of_file('description: "a\x1b[31m\u202e\x07b"\n'))
    assert not any(each in mark for each in "\x1b\u202e\x07")


PLACES = st.from_regex(r"\A[a-z_]{1,8}([.][a-z_]{1,8}|\[[0-9]{1,3}\]){0,4}\Z") | st.text(max_size=20)


WORDS = st.lists(st.text(max_size=10) | st.sampled_from(["--to", "--to=x", "new", "two words", "it's"]), max_size=6)


@given(PLACES | WORDS.map(" ".join), st.text(max_size=60), st.text(max_size=200), st.booleans(), WORDS)
def test_whatever_is_wrong_wherever_it_never_fails(
    place: str, what: str, text: str, pair: bool, words: list[str]
) -> None:
    sources = Sources(words=tuple(words), columns=len(text))
    sources.add_pair(f"{place}={text}") if pair else sources.found.append(Source("file.yml", text))
    for fault in (UnknownChoice, IncompleteCommand, NoProject):
        for quoted in (what, *(f"unknown word '{each}'" for each in words)):
            mark = marked(Problem(place, fault, quoted, ""), sources)
            assert all(line.isprintable() for line in mark.splitlines())


@pytest.mark.parametrize("columns", [0, 50, 80])
@pytest.mark.parametrize(
    ("line", "place", "what", "over"),
    [
        ("new houses --quiet --data 'inputs=photo: image 64x64x3, facts: numeric 12' --to x.yml", "--to", "", "--to"),
        ("update --from ../layerwright --to 0.3.0", "--to", "unknown version 'v0.3.0'", "0.3.0"),
        ("check --select=XX houses", "--select, --ignore", "unknown rule 'XX'", "XX"),
        ("explain -preset mlp", "explain", "unknown option '-preset'", "-preset"),
        ("new --quiet -v x", "--quiet", "--verbose says the opposite", "--quiet"),
        ("diff 'two words' mlp", "preset", "unknown preset 'two words'", "'two words'"),
    ],
)
def test_what_is_wrong_with_the_command_line_is_marked_there(
    columns: int, line: str, place: str, what: str, over: str
) -> None:
    sources = Sources(words=tuple(shlex.split(line)), columns=columns)
    mark = marked(Problem(place, UnknownChoice, what, ""), sources)
    assert under(mark) == over
    assert max(map(len, mark.splitlines())) < (columns or 120)


def test_what_the_user_has_not_said_has_no_mark() -> None:
    sources = Sources(words=("new", "houses", "--preset", "mlp"))
    assert not marked(Problem("--standard", UnknownChoice, "'acme' isn't there", ""), sources)
    assert not marked(Problem("houses", UnknownChoice, "the tree isn't clean", ""), sources)


def test_the_command_shows_the_mark_and_what_would_be_right(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "houses.yml").write_text(FILE, encoding="utf-8")
    done = checkout.layerwright(*shlex.split("new houses --answers houses.yml"), cwd=tmp_path)
    assert done.code == 2
    assert done.err.startswith(
        "layerwright: inputs.photo: unknown kind 'imge' [unknown-kind]\n"
        "  houses.yml, line 2\n"
        '    inputs: "photo: imge 64x64x3, meta: numeric 12"\n'
        "                    ^^^^\n"
        "    did you mean image?"
    )
    assert load_file(tmp_path / "houses.yml")["branching"] == ["residul"]
    assert [each.name for each in tmp_path.iterdir()] == ["houses.yml"]
