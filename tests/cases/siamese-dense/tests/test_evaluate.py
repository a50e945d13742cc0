"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from siamese_dense import evaluate


def test_the_nearest_other_sample_has_the_same_label() -> None:
    embeddings = np.array([[0.0, 0.0], [0.0, 0.1], [1.0, 0.0], [1.0, 0.2]])
    scores = evaluate.embedding_scores(np.array([[7.0], [7.0], [7.0], [8.0]]), embeddings)
    assert scores == {"recall_at_1": 0.5}


def test_what_is_undefined_is_null_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = {"model": {"r2": None, "mae": 0.25}, "guess": {"r2": 0.5, "mae": 0.75}}
    evaluate.write(tmp_path, {"output": scores}, 3)
    written = (tmp_path / "evaluation.json").read_text(encoding="utf-8")
    assert json.loads(written, parse_constant=pytest.fail) == {"output": scores}
    assert " undefined " in capsys.readouterr().out
    page = (tmp_path / "evaluation.md").read_text(encoding="utf-8")
    assert " 0.75\n" in page
    assert "Samples in the test part: 3.\n" in page
