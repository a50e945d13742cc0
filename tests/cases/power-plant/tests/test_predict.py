"""Predictions are written under their names, and one sample says what a file says."""

import csv
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import numpy as np
import pytest

from power_plant import predict
from power_plant.config import Config
from power_plant.data import INPUTS, DataError, Samples, synthesise


@pytest.fixture
def new(config: Config, run: Path) -> Samples:
    """A run, and samples in a file that the configuration names."""
    samples = synthesise(count=16, seed=1)
    config["data"]["path"] = str(run.parent / "new.npz")
    inputs = {name: samples[name] for name in INPUTS}
    np.savez(config["data"]["path"], **inputs)
    return inputs


def read_table(file: Path) -> dict[str, list[str]]:
    """Returns the columns of a CSV by their names."""
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_predictions_of_a_file_are_written_under_their_names(
    config: Config, run: Path, new: Samples
) -> None:
    predict.main(config)
    said = predict.predict(config, new)
    table, expected = read_table(run / "predictions.csv"), {"row": np.arange(16) + 1}
    values = said["energy_output"]
    expected["energy_output"] = values[:, 0]
    values = said["vacuum_output"]
    expected["vacuum_output"] = values[:, 0]
    assert table.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(np.array(table[name], float), values, rtol=1e-4, atol=1e-6)


def test_samples_are_prepared_by_what_training_learned(
    config: Config, run: Path, new: Samples
) -> None:
    learned = predict.read_learned(run) | {"marked": {}}
    (run / "learned.json").write_text(json.dumps(learned), encoding="utf-8")
    with patch.object(predict, "prepare", wraps=predict.prepare) as prepare:
        predict.predict(config, new)
    assert prepare.call_args.args[1] == learned


def test_zero_is_the_mean_in_units_of_the_data(config: Config, run: Path, new: Samples) -> None:
    learned, said = predict.read_learned(run), keras.Model.predict

    def zeros(*given: Any, **settings: Any) -> Any:
        return keras.tree.map_structure(np.zeros_like, said(*given, **settings))

    with patch.object(keras.Model, "predict", zeros):
        means = predict.predict(config, new)
    expected = np.broadcast_to(learned["energy_output"]["mean"], means["energy_output"].shape)
    np.testing.assert_allclose(means["energy_output"], expected, rtol=1e-5)
    expected = np.broadcast_to(learned["vacuum_output"]["mean"], means["vacuum_output"].shape)
    np.testing.assert_allclose(means["vacuum_output"], expected, rtol=1e-5)


def test_one_sample_says_what_a_file_says(
    config: Config, run: Path, new: Samples, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: tmp_path / f"{name}.npy" for name in new}
    for name, file in files.items():
        np.save(file, new[name][0])
    predict.main(config, [f"sample.{name}={file}" for name, file in files.items()])
    printed = capsys.readouterr().out
    assert "Wrote" in printed
    table = read_table(run / "prediction.csv")
    assert f"{next(iter(table))} " in printed
    first = predict.predict(config, {name: values[:1] for name, values in new.items()})
    assert [float(each) for each in table["energy_output"]] == pytest.approx(
        first["energy_output"][:, 0], rel=1e-4, abs=1e-6
    )
    assert [float(each) for each in table["vacuum_output"]] == pytest.approx(
        first["vacuum_output"][:, 0], rel=1e-4, abs=1e-6
    )


@pytest.mark.parametrize(
    ("argument", "message"),
    [("sample.nothing=1", "nothing"), ("sample.sensors=missing.npy", "missing.npy")],
)
def test_a_sample_that_cannot_be_read_is_named(
    config: Config, new: Samples, argument: str, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        predict.main(config, [argument])
