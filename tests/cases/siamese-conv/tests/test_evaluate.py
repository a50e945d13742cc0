"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from siamese_conv import evaluate
from siamese_conv.config import Config
from siamese_conv.data import ROW


def test_a_threshold_parts_the_same_from_others() -> None:
    same, distances = np.array([[1.0, 1, 0, 1, 0]]).T, np.array([[0.1, 0.3, 0.4, 0.2, 0.9]]).T
    threshold = evaluate.best_threshold(same, distances)
    assert threshold == pytest.approx(0.35), "midway to the next distance"
    assert evaluate.best_threshold(1 - same, distances) == pytest.approx(0.05), "none is the same"
    equal = evaluate.best_threshold(np.array([[1.0, 0, 0]]).T, np.array([[0.2, 0.2, 0.2]]).T)
    assert equal == pytest.approx(0.1), "not between two that are equal"
    same, distances = np.array([[1.0, 1, 0, 0]]).T, np.array([[0.2, 0.5, 0.6, 0.9]]).T
    scores = evaluate.distance_scores(same, distances, threshold)
    assert scores == {"accuracy": 0.75, "threshold": threshold}


def test_worst_rows_are_those_of_the_file(
    config: Config, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, validation, test = evaluate.load_data(config)
    test[ROW] = np.arange(len(test["anchor"])) + 101
    monkeypatch.setattr(evaluate, "load_data", lambda _: (train, validation, test))
    with patch.object(evaluate, "section", wraps=evaluate.section) as section:
        evaluate.evaluate(config)
    for call in section.call_args_list:
        np.testing.assert_array_equal(call.args[1], test[ROW])


def test_what_is_shrunk_is_the_mean_of_its_parts() -> None:
    image = np.arange(30.0).reshape(1, 5, 3, 2)
    small = evaluate.shrunk(image, 3).reshape(3, 3, 2)
    np.testing.assert_allclose(small[0], image[0, :2].mean(axis=0))
    np.testing.assert_allclose(small[2], image[0, 4])


def test_others_miss_by_what_they_are_too_near() -> None:
    off = evaluate.margins_missed(np.array([[1.0], [0.0], [0.0]]), np.array([[0.3], [0.4], [3.0]]))
    np.testing.assert_allclose(off, [[0.3], [0.6], [0]])


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
