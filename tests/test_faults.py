"""Protects the codes behind messages: each has its page, is seen by somebody, and stays what it is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from layerwright import cli
from layerwright.cli import running
from layerwright.faults import FAULTS, TOPICS, AnswerNotTaken, Fault, OtherVersion, UnknownKind
from layerwright.problems import AnswersError, Problem, as_data, from_data
from layerwright.template import refusal

from .corpus import cases, commands, printed
from .workbench import signals_kept

ELSEWHERE = {
    "answer-not-taken": "test_faults.py",
    "busy": "test_journal.py",
    "edited": "test_journal.py",
    "extension-broken": "test_extensions.py",
    "extension-refuses": "test_extensions.py",
    "in-the-way": "test_update.py",
    "not-carried": "test_weights.py",
    "other-standard": "test_standards.py",
    "other-version": "test_faults.py",
    "stopped": "test_cli.py",
    "system-refused": "test_cli.py",
    "unforeseen": "test_cli.py",
}
"""The codes that no case of the corpora has, since it takes too much to come to them: each with a test that does."""

SEEN = {
    code for case in (*cases(), *commands()) for code in re.findall(r"^\S.* \[([a-z-]+)\]$", case["says"], re.MULTILINE)
}

each_fault = pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))


@each_fault
def test_a_fault_says_what_is_wrong_why_and_what_mends_it(fault: type[Fault]) -> None:
    assert fault.title().endswith(".")
    assert fault.why().endswith((".", ":"))
    assert fault.mend.endswith((".", "`"))
    kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", fault.__name__).lower()
    assert fault.code == kebab, "who looks for the one finds the other"


def test_no_two_faults_have_one_code_or_one_meaning() -> None:
    faults = [fault for topic in TOPICS for fault in topic.__subclasses__()]
    assert len({fault.code for fault in faults}) == len(faults)
    assert len({fault.title() for fault in faults}) == len(faults)


def test_every_code_is_seen_by_somebody() -> None:
    assert SEEN.isdisjoint(ELSEWHERE)
    assert SEEN | ELSEWHERE.keys() == FAULTS.keys()
    for code, file in ELSEWHERE.items():
        assert f"[{code}]" in (Path(__file__).parent / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", commands(), ids=[each["case"] for each in commands()])
def test_what_is_wrong_with_a_command_is_said(case: dict[str, Any]) -> None:
    assert printed(case) == case["says"].rstrip("\n")


# From one version to another


def test_a_problem_goes_to_another_process_and_comes_back() -> None:
    problem = Problem("inputs.x", UnknownKind, "unknown kind 'imge'", "did you mean image?")
    assert from_data(json.loads(json.dumps(as_data(problem)))) == problem


@pytest.mark.parametrize("code", [{}, {"code": "from-the-future"}])
def test_a_problem_of_another_version_is_said_in_its_own_words(code: dict[str, str]) -> None:
    problem = from_data(code | {"place": "inputs.x", "what": "it's wrong", "mend": "mend it"})
    assert problem.fault is OtherVersion
    assert str(problem) == "inputs.x: it's wrong [other-version]\n    mend it"


def test_what_a_question_says_to_copier_has_a_code() -> None:
    found = refusal(ValueError("Validation error for question 'layers': conv doesn't take 64"))
    assert found is not None
    assert [each.fault for each in found.problems] == [AnswerNotTaken]
    assert str(found).startswith("layers: conv doesn't take 64 [answer-not-taken]\n")


# In the terminal


def printed_by(*arguments: str) -> str:
    done = CliRunner().invoke(cli.main, ["errors", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_errors_lists_all_codes() -> None:
    listed = re.findall(r"^  (\S+)", printed_by(), re.MULTILINE)
    assert listed == list(FAULTS)
    assert [each["code"] for each in json.loads(printed_by("--format", "json"))] == listed


@each_fault
def test_errors_has_a_page_for_each_code(fault: type[Fault]) -> None:
    page = printed_by(f"[{fault.code}]")
    assert page == printed_by(fault.code)
    assert max(map(len, page.splitlines())) <= 80
    said = " ".join(page.split())
    assert said == " ".join(f"{fault.code}: {fault.title()} {fault.why()} To mend it: {fault.mend}".split())


def test_errors_names_the_code_that_may_be_meant() -> None:
    with pytest.raises(AnswersError, match=r"unknown code 'shape-differs' \[unknown-choice\]\n +did you mean shapes-d"):
        cli.main.main(["errors", "shape-differs"], standalone_mode=False)


def test_where_a_command_prints_json_its_problems_are_json_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["layerwright", "explain", "--data", "inputs=x: imge 8x8x3", "--format", "json"])
    with signals_kept(), pytest.raises(SystemExit) as stopped:
        running.run(cli.main)
    out, err = capsys.readouterr()
    assert stopped.value.code == 2
    problems = json.loads(out)["problems"]
    assert [(each["code"], each["place"]) for each in problems] == [
        ("unknown-kind", "inputs.x"),
        ("missing-answer", "outputs"),
    ]
    for each in problems:
        assert f"{each['place']}: {each['what']} [{each['code']}]\n" in err
        assert each["mend"] in err
