"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from autoencoder import evaluate
from autoencoder.config import Config


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


def test_what_is_undefined_is_null_in_the_file(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(config["run"]).mkdir()
    scores = {who: {"r2": None, "mae": 0.25} for who in ("model", "guess")}
    monkeypatch.setattr(evaluate, "evaluate", lambda config: {"output": scores})
    evaluate.main(config)
    written = (Path(config["run"]) / "evaluation.json").read_text(encoding="utf-8")
    assert json.loads(written, parse_constant=pytest.fail)["output"]["model"] == {
        "r2": None,
        "mae": 0.25,
    }
    assert " undefined" in capsys.readouterr().out
