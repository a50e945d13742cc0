"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from siamese_dense import evaluate
from siamese_dense.config import Config


def test_the_nearest_other_sample_has_the_same_label() -> None:
    embeddings = np.array([[0.0, 0.0], [0.0, 0.1], [1.0, 0.0], [1.0, 0.2]])
    scores = evaluate.embedding_scores(np.array([[7.0], [7.0], [7.0], [8.0]]), embeddings)
    assert scores == {"recall_at_1": 0.5}


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
