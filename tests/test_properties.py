"""Protects the promise for any answers: refused with reasons, or the model that was planned, on every backend.

`python -m tests.properties` draws many thousands of them; here are some hundred, of the seed that pytest's header says.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from layerwright.problems import AnswersError

from . import models
from .drawing import SEED
from .properties import ROOT, Wrong, check, report, run_piece, smaller, smallest

PIECES = 2
"""In how many parts the sets of answers are drawn, each of which may run in a process of its own."""


@pytest.mark.parametrize("piece", range(PIECES))
def test_answers_are_refused_with_reasons_or_become_the_model_that_was_planned(piece: int) -> None:
    result = run_piece(SEED + piece, 2 * models.EXAMPLES // PIECES)
    assert not result.failures, report([result])
    assert result.counts["built"] > 0.6 * result.count, result.counts


def test_a_model_that_is_not_what_was_planned_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    source = models.source
    monkeypatch.setattr(models, "source", lambda plan: source(plan).replace("layers.Dense(7,", "layers.Dense(8,"))
    stack = ["dense 3", {"residual": ["dropout 0.5", "dense 7"]}, "dense 7 name=hidden", "batch_norm"]
    answers = {"inputs": "x: vector 4, z: vector 2", "outputs": "y: binary", "layers": {"body": stack}}
    with pytest.raises(Wrong) as caught:
        check(answers)
    found = smallest(answers, caught.value.kind)
    assert found == {"inputs": "z: vector 2", "outputs": "y: binary", "layers": {"body": ["dense 7"]}}


def test_what_is_taken_out_of_a_set_of_answers_is_one_thing() -> None:
    value: dict[str, Any] = {"inputs": "a: vector 2, b: vector 3", "body": [{"residual": ["dense 3"]}]}
    assert [each for each in smaller(value) if each.get("inputs") == value["inputs"]] == [
        {"inputs": "a: vector 2, b: vector 3"},
        {**value, "body": []},
        {**value, "body": ["dense 3"]},
        {**value, "body": [{}]},
        {**value, "body": [{"residual": []}]},
        {**value, "body": [{"residual": ["3"]}]},
        {**value, "body": [{"residual": ["dense"]}]},
    ]


def test_a_refusal_without_a_mend_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**answers: Any) -> None:
        raise AnswersError([])

    monkeypatch.setattr(models, "planned", refuse)
    with pytest.raises(Wrong, match="there are none"):
        check({})


def test_the_command_runs_without_what_pytest_sets(tmp_path: Path) -> None:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LAYERWRIGHT_", "KERAS_"))}
    command = [sys.executable, "-m", "tests.properties", "--examples", "3", "--seed", "5", "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("3 sets of answers (seeds 5 to 5")
