"""The contract: what it lets pass, what it refuses, and that parts stay apart."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from power_plant.config import Config, set_value
from power_plant.data import (
    INPUTS,
    TARGETS,
    Batches,
    DataError,
    Samples,
    check,
    learn,
    load_data,
    prepare,
    read,
    restore,
    split,
    synthesise,
)

FIELDS = INPUTS | TARGETS
COLUMNS = {name: name for name in FIELDS}


@pytest.fixture
def raw() -> Samples:
    """Samples as a file holds them."""
    return synthesise(count=16, seed=0)


def test_made_up_samples_keep_the_contract_and_repeat(raw: Samples) -> None:
    checked = check(raw, FIELDS, "synthetic")
    again = synthesise(count=16, seed=0)
    for name in FIELDS:
        np.testing.assert_array_equal(checked[name], raw[name])
        np.testing.assert_array_equal(raw[name], again[name])


@pytest.mark.parametrize("name", FIELDS)
def test_a_wrong_shape_is_named(raw: Samples, name: str) -> None:
    raw[name] = np.stack([raw[name], raw[name]], axis=-1)
    with pytest.raises(DataError, match=rf"{name}: found .* expected numbers"):
        check(raw, FIELDS, "file.npz")


@pytest.mark.parametrize("name", FIELDS)
def test_a_missing_sample_is_named(raw: Samples, name: str) -> None:
    raw[name] = raw[name][1:]
    with pytest.raises(DataError, match=rf"as many samples.*'{name}': 15"):
        check(raw, FIELDS, "file.npz")
    raw[name] = np.array(3)  # without an axis of samples
    with pytest.raises(DataError, match=rf"as many samples.*'{name}': 0"):
        check(raw, FIELDS, "file.npz")


@pytest.mark.parametrize(
    ("name", "value"),
    [("sensors", float("inf")), ("energy_output", float("nan")), ("vacuum_output", float("nan"))],
)
def test_a_wrong_value_is_named(raw: Samples, name: str, value: float) -> None:
    values = raw[name].astype("float64")
    values.reshape(len(values), -1)[2, 0] = value
    with pytest.raises(DataError, match=rf"{name}.*, row 3: found .*expected"):
        check(raw | {name: values}, FIELDS, "file.npz")


def test_a_file_comes_back_as_it_was_saved(raw: Samples, tmp_path: Path) -> None:
    np.savez(tmp_path / "samples.npz", **raw)
    loaded = read(str(tmp_path / "samples.npz"), COLUMNS)
    for name in FIELDS:
        np.testing.assert_array_equal(loaded[name], raw[name])
    with pytest.raises(DataError, match="no such"):
        read(str(tmp_path / "missing.npz"), COLUMNS)
    with pytest.raises(DataError, match="no 'elsewhere'"):
        read(str(tmp_path / "samples.npz"), dict.fromkeys(FIELDS, "elsewhere"))


def write_csv(raw: Samples, path: Path) -> dict[str, list[int]]:
    """Writes samples to a CSV file, and returns what its columns are called, numbers from 1."""
    numbers = itertools.count(1)
    columns = {name: [next(numbers) for _ in range(rows[0].size)] for name, rows in raw.items()}
    header = ",".join(str(label) for labels in columns.values() for label in labels)
    table = np.concatenate([rows.reshape(len(rows), -1) for rows in raw.values()], axis=1)
    np.savetxt(path, table, "%.9g", ",", header=header, comments="")
    return columns


def test_a_csv_says_the_same_as_an_npz(raw: Samples, tmp_path: Path) -> None:
    columns = write_csv(raw, tmp_path / "samples.CSV")
    loaded = read(str(tmp_path / "samples.CSV"), columns)
    for name in FIELDS:
        np.testing.assert_allclose(loaded[name], raw[name], rtol=1e-6)


def test_a_wrong_cell_of_a_csv_is_named(raw: Samples, tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    columns = write_csv(raw, path)
    name, value = [
        ("sensors", float("inf")),
        ("energy_output", float("nan")),
        ("vacuum_output", float("nan")),
    ][-1]
    label = columns[name][-1]
    lines = path.read_text(encoding="utf-8").splitlines()
    for wrong, message in (
        ("oops", rf", {label}, row 2: found 'oops', expected a number"),
        (str(value), rf"{name}\['{label}'\], row 2: found {value}, expected"),
    ):
        cells = lines[2].split(",")
        cells[label - 1] = wrong
        path.write_text("\n".join([*lines[:2], ",".join(cells)]), encoding="utf-8")
        with pytest.raises(DataError, match=message):
            read(str(path), columns)
    with pytest.raises(DataError, match="no 'elsewhere'"):
        read(str(path), columns | {next(iter(INPUTS)): "elsewhere"})


def test_the_parts_repeat_and_share_no_sample(config: Config) -> None:
    parts, again = load_data(config), load_data(config)
    for part, same in zip(parts, again, strict=True):
        for name in FIELDS:
            np.testing.assert_array_equal(part[name], same[name])
    rows = [{row.tobytes() for row in part["sensors"]} for part in parts]
    assert not rows[0] & rows[1] | rows[0] & rows[2] | rows[1] & rows[2]
    assert sum(map(len, rows)) == config["data"]["synthetic_samples"]


def test_a_part_is_a_random_choice() -> None:
    rest, part = split({"row": np.arange(100)}, 0.2, seed=0)
    assert len(part["row"]) == 20
    assert sorted([*rest["row"], *part["row"]]) == list(range(100))
    assert np.ptp(part["row"]) > 50


def test_a_file_may_be_the_test_part(config: Config, raw: Samples, tmp_path: Path) -> None:
    np.savez(tmp_path / "test.npz", **raw)
    config["data"]["test_path"] = str(tmp_path / "test.npz")
    test = load_data(config)[2]
    for name in FIELDS:
        np.testing.assert_array_equal(test[name], raw[name])


def test_statistics_are_those_of_the_training_part(config: Config) -> None:
    train, _, test = load_data(config)
    learned = learn(train)
    for name, known in learned.items():
        columns = train[name].reshape(-1, train[name].shape[-1]).astype("float64")
        np.testing.assert_allclose(known["mean"], np.nanmean(columns, axis=0))
        np.testing.assert_allclose(known["deviation"], np.nanstd(columns, axis=0))
    restored = restore(prepare(test, learned), learned)
    for name in learned:
        known = np.isfinite(test[name])
        np.testing.assert_allclose(restored[name][known], test[name][known], rtol=1e-4)


def test_missing_and_constant_columns_become_zero(raw: Samples) -> None:
    name = "sensors"
    raw[name][:, 0] = 7
    raw[name][1, -1] = np.nan
    learned = learn(check(raw, FIELDS, "file.npz"))
    raw[name][2, 0] = 8  # nothing was learned about other values of a constant
    standardised = prepare(raw, learned)[name]
    assert standardised[1, -1] == 0
    assert standardised[0, -1] != 0
    assert not standardised[:, 0].any()


def test_every_epoch_has_an_order_of_its_own(raw: Samples) -> None:
    batches, twin = Batches(raw, 4, seed=1), Batches(raw, 4, seed=1)
    first = batches.order
    batches.on_epoch_end()
    twin.on_epoch_end()
    assert sorted(batches.order) == sorted(first)
    assert list(batches.order) != list(first)
    assert list(batches.order) == list(twin.order)


def test_an_epoch_holds_each_sample_once(raw: Samples) -> None:
    batches, name = Batches(raw, 3), next(iter(INPUTS))
    inputs = [batches[index][0][name] for index in range(len(batches))]
    np.testing.assert_array_equal(np.concatenate(inputs), raw[name])


@pytest.mark.parametrize("argument", ["training.epoch=3", "training.epochs=many"])
def test_a_wrong_key_or_value_is_refused(config: Config, argument: str) -> None:
    with pytest.raises(SystemExit, match=r"training.*epoch"):
        set_value(config, *argument.split("="))
