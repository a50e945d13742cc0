"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from siamese_conv import evaluate
from siamese_conv.config import Config


def test_a_threshold_parts_the_same_from_others() -> None:
    same, distances = np.array([[1.0, 1, 0, 1, 0]]).T, np.array([[0.1, 0.3, 0.4, 0.2, 0.9]]).T
    threshold = evaluate.best_threshold(same, distances)
    assert threshold == pytest.approx(0.3)
    same, distances = np.array([[1.0, 1, 0, 0]]).T, np.array([[0.2, 0.5, 0.6, 0.9]]).T
    scores = evaluate.distance_scores(same, distances, threshold)
    assert scores == {"accuracy": 0.75, "threshold": threshold}


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
