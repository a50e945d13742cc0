"""Scores are what they are called, by arrays small enough to reckon with by hand."""

import json
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from image_metadata import evaluate
from image_metadata.config import Config
from image_metadata.data import ROW


def test_the_most_probable_class_counts() -> None:
    probabilities = np.array([[0.5, 0.4, 0.1], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1]])
    scores = evaluate.class_scores(np.array([[0.0], [1.0], [1.0]]), probabilities)
    assert scores == {
        "accuracy": pytest.approx(2 / 3),
        "macro_f1": pytest.approx((1 + 2 / 3 + 0) / 3),
    }


def test_a_guess_says_the_mean_and_what_is_farthest_off_is_said(config: Config, run: Path) -> None:
    train, _, test = evaluate.load_data(config)
    scores = evaluate.evaluate(config)
    said, page = evaluate.predict(config, test), (run / "evaluation.md").read_text(encoding="utf-8")
    for name, (score, _) in evaluate.SCORING.items():
        known, truth = (
            np.eye(evaluate.CLASSES[name])[each[name][..., 0].astype(int)] for each in (train, test)
        )
        guess = np.broadcast_to(known.mean(axis=0), truth.shape)
        pairs = zip(scores[name]["guess"].values(), score(test[name], guess).values(), strict=True)
        found, expected = np.array([*pairs], dtype=float).T  # NaN where it's undefined
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
        assert f" {np.abs(said[name] - truth).max():.4g} " in page


def test_worst_rows_are_those_of_the_file_and_a_linear_model_learns_of_the_training_part(
    config: Config, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, validation, test = evaluate.load_data(config)
    test[ROW] = np.arange(len(test["image"])) + 101
    # Targets that are always the same: what is linear learns to say that, as a guess does.
    for name in ["category"]:
        train[name] = np.zeros_like(train[name]) + train[name].reshape(-1, train[name].shape[-1])[0]
    monkeypatch.setattr(evaluate, "load_data", lambda _: (train, validation, test))
    with patch.object(evaluate, "section", wraps=evaluate.section) as section:
        scores = evaluate.evaluate(config)
    for call in section.call_args_list:
        np.testing.assert_array_equal(call.args[1], test[ROW])
    for name in ["category"]:
        linear, guess = ([*scores[name][who].values()] for who in ("linear", "guess"))
        np.testing.assert_allclose(*np.array([linear, guess], dtype=float), rtol=1e-3, atol=1e-6)


def test_a_linear_model_finds_what_is_linear_and_not_what_is_noise() -> None:
    random = np.random.default_rng(0)
    seen, truth = random.normal(size=(200, 3)), np.array([[2.0, 0.0], [-1.0, 0.0], [0.0, 5.0]])
    weights, constants = evaluate.least_squares(seen, seen @ truth + 7)
    np.testing.assert_allclose(weights, truth, atol=0.01)
    np.testing.assert_allclose(constants, 7, atol=0.01)
    many, noise = random.normal(size=(120, 100)), random.normal(size=(120, 1))
    weights, _ = evaluate.least_squares(many, noise)
    assert np.square(weights).sum() < 0.1


def test_what_is_shrunk_is_the_mean_of_its_parts() -> None:
    image = np.arange(30.0).reshape(1, 5, 3, 2)
    small = evaluate.shrunk(image, 3).reshape(3, 3, 2)
    np.testing.assert_allclose(small[0], image[0, :2].mean(axis=0))
    np.testing.assert_allclose(small[2], image[0, 4])


def test_the_worst_rows_come_first() -> None:
    truth, off = np.zeros((12, 1)), np.arange(12.0)
    where = np.arange(12) + 101
    said = evaluate.section("name", where, truth, truth, off, ["class"])
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
