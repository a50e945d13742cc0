"""Protects the command from any answers: `explain` shows a network or says what is wrong, within its memory.

`make answers` gives it a hundred thousand; here are some hundred, of the seed that pytest's header says.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .wrong_answers import BOMBS, ROOT, Case, case, wrong

SEED = int(os.environ.get("LAYERWRIGHT_SEED", "0"))

COUNT = len(BOMBS) + 300


def test_some_hundred_wrong_answers_are_refused_or_explained_within_their_memory(tmp_path: Path) -> None:
    piece = ["--folder", tmp_path, "--piece", str(SEED), "0", str(COUNT)]
    done = subprocess.run([sys.executable, "-m", "tests.wrong_answers", *piece], cwd=ROOT, check=False)
    assert done.returncode == 0
    came = json.loads((tmp_path / f"{SEED}-0-{COUNT}.json").read_text(encoding="utf-8"))
    # How long a case takes is no test's business: the machine may be doing something else.
    assert [said for said in came["wrong"].values() if not said.endswith(" s")] == []
    assert came["counts"]["explained"] > 20
    assert came["counts"]["refused"] > 150


def test_a_case_can_be_drawn_again() -> None:
    assert [case(SEED, number) for number in range(100, 120)] == [case(SEED, number) for number in range(100, 120)]
    assert len({case(SEED, number) for number in range(100, 120)}) == 20


@pytest.mark.parametrize("raised", [ValueError("x"), RecursionError(), MemoryError()], ids=repr)
def test_an_error_that_is_none_of_the_answers_is_found(
    raised: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def design(_: object) -> None:
        raise raised

    monkeypatch.setattr("layerwright.cli.showing.design", design)
    found, code = wrong(Case(0, "inputs: 'x: numeric 3'\noutputs: 'y: binary'\n"), tmp_path)
    assert code == 1
    assert found.startswith(f"exit code 1: layerwright: explain: {type(raised).__name__}")


@pytest.mark.parametrize(
    "answer",
    [
        "layers=\udcff",
        'layers={"body": [{"repeat": {"times": 999, "layers": [{"repeat": {"times": 999, "layers": ["relu"]}}]}}]}',
    ],
)
def test_what_it_found_is_refused(answer: str, tmp_path: Path) -> None:
    given = ("inputs=x: numeric 3", "outputs=y: binary", answer)
    assert wrong(Case(0, pairs=given), tmp_path) == ("", 2)
