"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from resnet_transfer import evaluate
from resnet_transfer.config import Config


def test_the_most_probable_class_counts() -> None:
    probabilities = np.array([[0.5, 0.4, 0.1], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1]])
    scores = evaluate.class_scores(np.array([[0.0], [1.0], [1.0]]), probabilities)
    assert scores == {"accuracy": pytest.approx(2 / 3)}


def test_a_guess_is_the_commonest_class() -> None:
    guess = evaluate.share_guess(np.array([[2.0], [2.0], [0.0], [2.0]]), 2)
    np.testing.assert_array_equal(guess, [[0.25, 0, 0.75]] * 2)


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
