"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from masked_lstm import evaluate
from masked_lstm.config import Config


def test_the_area_under_the_roc_is_the_share_of_pairs_in_order() -> None:
    truth, probabilities = np.array([[0.0, 0, 1, 1]]).T, np.array([[0.1, 0.6, 0.4, 0.9]]).T
    scores = evaluate.binary_scores(truth, probabilities)
    assert scores == {"accuracy": 0.5, "auc": pytest.approx(3 / 4, abs=0.02)}
    assert evaluate.binary_scores(0 * truth, probabilities)["auc"] is None


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
