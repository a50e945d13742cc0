"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from power_plant import evaluate


def test_errors_and_the_share_of_variance_explained() -> None:
    truth, predicted = np.array([[1.0], [3.0], [5.0]]), np.array([[1.0], [5.0], [4.0]])
    scores = evaluate.regression_scores(truth, predicted)
    assert scores["rmse"] == pytest.approx(math.sqrt(5 / 3))
    assert scores["mae"] == pytest.approx(1)
    assert scores["r2"] == pytest.approx(1 - 5 / 8)
    assert evaluate.regression_scores(truth * 0 + 0.1, predicted)["r2"] is None


def test_a_guess_is_the_mean() -> None:
    guess = evaluate.mean_guess(np.array([[1.0, 5.0], [3.0, 6.0]]), 3)
    np.testing.assert_array_equal(guess, [[2.0, 5.5]] * 3)


def test_a_linear_model_finds_what_is_linear_and_not_what_is_noise() -> None:
    random = np.random.default_rng(0)
    seen, truth = random.normal(size=(200, 3)), np.array([[2.0, 0.0], [-1.0, 0.0], [0.0, 5.0]])
    weights, constants = evaluate.least_squares(seen, seen @ truth + 7)
    np.testing.assert_allclose(weights, truth, atol=0.01)
    np.testing.assert_allclose(constants, 7, atol=0.01)
    many, noise = random.normal(size=(120, 100)), random.normal(size=(120, 1))
    weights, _ = evaluate.least_squares(many, noise)
    assert np.square(weights).sum() < 0.1


def test_the_worst_rows_come_first() -> None:
    truth, off = np.zeros((12, 1)), np.arange(12.0)[:, None]
    lines = evaluate.section("name", truth, truth, off)
    rows = [line.split(" | ") for line in lines if line.startswith("| 1")]
    assert rows[0][:2] == ["| 12", "11"]
    assert len(lines) == 15


def test_what_is_undefined_is_null_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = {"model": {"r2": None, "mae": 0.25}, "guess": {"r2": 0.5, "mae": 0.75}}
    evaluate.write(tmp_path, {"output": scores}, ["more"])
    written = (tmp_path / "evaluation.json").read_text(encoding="utf-8")
    assert json.loads(written, parse_constant=pytest.fail) == {"output": scores}
    assert " undefined |" in capsys.readouterr().out
    page = (tmp_path / "evaluation.md").read_text(encoding="utf-8")
    assert " 0.75 |" in page
    assert page.endswith("more\n")
