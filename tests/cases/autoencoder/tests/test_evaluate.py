"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
import math
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from autoencoder import evaluate
from autoencoder.config import Config
from autoencoder.data import ROW


def test_errors_and_the_share_of_variance_explained() -> None:
    truth, predicted = np.array([[1.0], [3.0], [5.0]]), np.array([[1.0], [5.0], [4.0]])
    scores = evaluate.regression_scores(truth, predicted)
    assert scores["rmse"] == pytest.approx(math.sqrt(5 / 3))
    assert scores["mae"] == pytest.approx(1)
    assert scores["r2"] == pytest.approx(1 - 5 / 8)
    assert evaluate.regression_scores(truth * 0 + 0.1, predicted)["r2"] is None


def test_worst_rows_are_those_of_the_file(
    config: Config, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, validation, test = evaluate.load_data(config)
    test[ROW] = np.arange(len(test["image"])) + 101
    monkeypatch.setattr(evaluate, "load_data", lambda _: (train, validation, test))
    with patch.object(evaluate, "section", wraps=evaluate.section) as section:
        evaluate.evaluate(config)
    for call in section.call_args_list:
        np.testing.assert_array_equal(call.args[1], test[ROW])


def test_the_worst_rows_come_first() -> None:
    truth, off = np.zeros((12, 1)), np.arange(12.0)
    where = np.arange(12) + 101
    said = evaluate.section("name", where, truth, truth, off)
    rows = [line.split()[:2] for line in said.splitlines() if line.strip()[:1].isdigit()]
    assert rows[0] == ["112", "11"]
    assert len(rows) == 10


def test_what_is_undefined_is_null_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = {"model": {"r2": None, "mae": 0.25}, "guess": {"r2": 0.5, "mae": 0.75}}
    evaluate.write(tmp_path, {"output": scores}, 3, "more\n")
    written = (tmp_path / "evaluation.json").read_text(encoding="utf-8")
    assert json.loads(written, parse_constant=pytest.fail) == {"output": scores}
    assert " undefined " in capsys.readouterr().out
    page = (tmp_path / "evaluation.md").read_text(encoding="utf-8")
    assert " 0.75\n" in page
    assert "Samples in the test part: 3.\n" in page
    assert page.endswith("more\n")
