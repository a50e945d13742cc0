"""The contract: what it lets pass, what it refuses, and that parts stay apart."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from siamese_dense.config import Config
from siamese_dense.data import (
    INPUTS,
    ROW,
    SPLIT,
    STORED,
    Batches,
    DataError,
    Samples,
    learn,
    load_data,
    prepare,
    read,
    split,
    synthesise,
    together,
)

# The section of config.yaml, where files call everything by its own name.
DATA: dict[str, Any] = {
    "path": "samples",
    "columns": {},
    "test_path": None,
    "test_fraction": 0.2,
    "validation_fraction": 0.1,
    "split": {"column": None, "group": None, "time": None},
}


@pytest.fixture
def raw() -> Samples:
    """Samples as a file holds them."""
    return synthesise(count=16, seed=0)


def kept(samples: Samples, folder: Path) -> Samples:
    """Returns the samples as they are read from a file that holds them."""
    np.savez(folder / "kept.npz", **samples)
    return read(str(folder / "kept.npz"), DATA)


def test_made_up_samples_keep_the_contract_and_repeat(raw: Samples, tmp_path: Path) -> None:
    checked = kept(raw, tmp_path)
    again = synthesise(count=16, seed=0)
    for name in STORED:
        np.testing.assert_array_equal(checked[name], raw[name])
        np.testing.assert_array_equal(raw[name], again[name])


@pytest.mark.parametrize("name", STORED)
def test_a_wrong_shape_is_named(raw: Samples, tmp_path: Path, name: str) -> None:
    raw[name] = np.stack([raw[name], raw[name]], axis=-1)
    with pytest.raises(DataError, match=rf"{name}, row 1: found shape .* expected"):
        kept(raw, tmp_path)


@pytest.mark.parametrize("name", STORED)
def test_a_missing_sample_is_named(raw: Samples, tmp_path: Path, name: str) -> None:
    raw[name] = raw[name][1:]
    with pytest.raises(DataError, match=rf"as many samples.*'{name}': 15"):
        kept(raw, tmp_path)
    raw[name] = raw[name][:0]
    with pytest.raises(DataError, match=rf"as many samples.*'{name}': 0"):
        kept(raw, tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("left", float("nan")),
        ("right", float("nan")),
        ("pair", -1),
        ("pair", 10000001),
        ("pair", 0.5),
        ("pair", float("nan")),
    ],
)
def test_a_wrong_value_is_named(raw: Samples, tmp_path: Path, name: str, value: float) -> None:
    values = raw[name].astype("float64")
    values.reshape(len(values), -1)[2, 0] = value
    with pytest.raises(DataError, match=rf"{name}.*, row 3: found .*expected"):
        kept(raw | {name: values}, tmp_path)


def test_a_file_comes_back_as_it_was_saved(raw: Samples, tmp_path: Path) -> None:
    np.savez(tmp_path / "samples.npz", **raw)
    loaded = read(str(tmp_path / "samples.npz"), DATA)
    for name in STORED:
        np.testing.assert_array_equal(loaded[name], raw[name])
    with pytest.raises(DataError, match="can't be read"):
        read(str(tmp_path / "missing.npz"), DATA)
    with pytest.raises(DataError, match="no 'elsewhere' in"):
        read(str(tmp_path / "samples.npz"), DATA | {"columns": dict.fromkeys(STORED, "elsewhere")})


def write_table(raw: Samples, path: Path) -> dict[str, Any]:
    """Writes samples to a table, a row each, and returns the section that says how."""
    table, columns = {}, {}
    for name, values in raw.items():
        flat = values.reshape(len(values), -1)
        columns[name] = [f"{name} {column}" for column in range(flat.shape[1])]
        table |= dict(zip(columns[name], flat.T, strict=True))
    frame = pd.DataFrame(table)
    frame.to_csv(path, index=False) if path.suffix.lower() == ".csv" else frame.to_parquet(path)
    return DATA | {"columns": columns}


@pytest.mark.parametrize("kind", [".CSV", *[".parquet"] * bool(find_spec("pyarrow"))])
def test_a_table_says_the_same_as_an_npz(raw: Samples, tmp_path: Path, kind: str) -> None:
    data = write_table(raw, tmp_path / f"samples{kind}")
    loaded = read(str(tmp_path / f"samples{kind}"), data)
    for name in STORED:
        np.testing.assert_allclose(loaded[name], raw[name], rtol=1e-6)


def test_a_wrong_cell_of_a_table_is_named(raw: Samples, tmp_path: Path) -> None:
    path = tmp_path / "samples.csv"
    data = write_table(raw, path)
    frame, label = pd.read_csv(path, dtype=str), data["columns"]["left"][-1]
    frame.loc[1, label] = "oops"
    frame.to_csv(path, index=False)
    with pytest.raises(DataError, match=rf": {label}.*, row 2: found oops, expected a .*number"):
        read(str(path), data)
    frame.loc[1, label] = "1e39"
    frame.to_csv(path, index=False)
    with pytest.raises(DataError, match=rf": {label}.*, row 2: found 1e\+39, expected"):
        read(str(path), data)


@pytest.mark.parametrize("name", [name for name, field in STORED.items() if field.holds == "label"])
def test_labels_may_be_names(raw: Samples, tmp_path: Path, name: str) -> None:
    names = np.resize(["yes", "no"], len(raw[name]))
    np.savez(tmp_path / "samples.npz", **raw | {name: names})
    samples = read(str(tmp_path / "samples.npz"), DATA)
    learned = learn(samples)
    assert learned[name] == {"classes": ["no", "yes"]}
    assert prepare(samples, learned)[name].tolist() == [[float(each == "yes")] for each in names]
    samples[name][0] = "maybe"
    with pytest.raises(DataError, match=f"{name}, row 1: found nothing"):
        kept(raw | {name: np.where(np.arange(len(names)) == 0, "", names)}, tmp_path)


def test_the_parts_repeat_and_share_no_sample(config: Config) -> None:
    parts, again = load_data(config), load_data(config)
    for part, same in zip(parts, again, strict=True):
        for name in STORED:
            np.testing.assert_array_equal(part[name], same[name])
    rows = [{row.tobytes() for row in part["left"]} for part in parts]
    assert not rows[0] & rows[1] | rows[0] & rows[2] | rows[1] & rows[2]
    assert sum(map(len, rows)) == config["data"]["synthetic_samples"]


def test_the_seed_says_the_parts(config: Config, tmp_path: Path) -> None:
    np.savez(tmp_path / "samples.npz", **synthesise(count=40, seed=0))
    config["data"] |= {"path": str(tmp_path / "samples.npz"), "test_fraction": 0.5}
    first, same, other = (load_data(config | {"seed": seed})[2][ROW] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert set(first) != set(other)


def parts_by(said: Any, data: dict[str, Any] = DATA, **by: str) -> list[list[int]]:
    """Returns the rows of the training, validation and test part, by what a column says."""
    samples = {"row": np.arange(len(said)), SPLIT: np.array(said)}
    parts = split(samples, data | {"split": DATA["split"] | by}, seed=0)
    return [parts[name]["row"].tolist() for name in ("train", "validation", "test")]


def test_a_part_is_a_random_choice() -> None:
    train, validation, test = parts_by(range(100))
    assert len(test) == 20
    assert len(validation) == 8
    assert sorted([*train, *validation, *test]) == list(range(100))
    assert np.ptp(test) > 50
    assert np.ptp(validation) > 50


def test_a_column_may_say_the_part() -> None:
    said = ["test", "train", "validation", "train", "test"]
    assert parts_by(said, column="part") == [[1, 3], [2], [0, 4]]
    train, validation, test = parts_by(["Train"] * 80 + ["Test"] * 20, column="part")
    assert test == list(range(80, 100))
    assert len(validation) == 8
    assert np.ptp(validation) > 40
    assert sorted([*train, *validation]) == list(range(80))


def test_a_group_stays_together() -> None:
    groups = np.arange(100) // 7
    parts = parts_by(groups, group="patient")
    assert sorted(row for part in parts for row in part) == list(range(100))
    seen = [set(groups[part]) for part in parts]
    assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]
    assert 20 <= len(parts[2]) <= 26


def test_the_last_are_the_test_part() -> None:
    _, validation, test = parts_by(np.arange(100)[::-1], time="day")
    assert test == list(range(20))
    assert validation == list(range(20, 28))
    _, validation, test = parts_by(np.arange(100)[::-1] // 25, time="day")
    assert test == list(range(25)), "what is of one time stays together"
    assert validation == list(range(25, 50))
    dates = [f"2026-01-{day:02}" for day in range(11, 1, -1)]
    assert parts_by(dates, time="day")[2] == [0, 1]
    with pytest.raises(DataError, match="row 1: found 11/1/2026, expected a time as 2024-01-31"):
        parts_by(["11/1/2026", *dates], time="day")


def test_rows_for_testing_are_left_out_where_a_file_is_the_test_part() -> None:
    said = ["test", "train", "validation", "train", "test"]
    train, validation, _ = parts_by(said, DATA | {"test_path": "test.csv"}, column="part")
    assert (train, validation) == ([1, 3], [2])
    train, validation, test = parts_by(range(100), DATA | {"test_path": "test.csv"})
    assert (len(train), len(validation), len(test)) == (90, 10, 0)


@pytest.mark.parametrize(("by", "said"), [("column", "spring"), ("group", ""), ("time", "spring")])
def test_a_column_that_says_no_parts_is_refused(
    config: Config, raw: Samples, tmp_path: Path, by: str, said: str
) -> None:
    path = str(tmp_path / "samples.csv")
    config["data"] |= write_table(raw, Path(path)) | {"path": path}
    frame = pd.read_csv(path)
    frame["said"] = ["2026-01-02", said] * (len(frame) // 2)
    frame.to_csv(path, index=False)
    config["data"]["split"] = DATA["split"] | {by: "said"}
    with pytest.raises(
        DataError, match=rf"samples.csv: said, row {1 if by == 'column' else 2}: found .*, expected"
    ):
        load_data(config)
    config["data"]["split"] = DATA["split"] | {by: "elsewhere"}
    with pytest.raises(DataError, match="no 'elsewhere' in"):
        load_data(config)
    config["data"]["split"] = {"column": "said", "group": "said", "time": None}
    with pytest.raises(DataError, match="expected one column"):
        load_data(config)


def test_no_part_may_be_empty(config: Config) -> None:
    config["data"]["validation_fraction"] = 0.0
    with pytest.raises(DataError, match="leaves a part of the data without"):
        load_data(config)


def test_a_file_may_be_the_test_part(config: Config, raw: Samples, tmp_path: Path) -> None:
    np.savez(tmp_path / "test.npz", **raw)
    config["data"]["test_path"] = str(tmp_path / "test.npz")
    test = load_data(config)[2]
    for name in STORED:
        np.testing.assert_array_equal(test[name], raw[name])
    np.savez(tmp_path / "both.npz", **{f"x_{name}": values for name, values in raw.items()})
    config["data"] |= {
        "test_path": str(tmp_path / "both.npz"),
        "test_columns": {name: f"x_{name}" for name in STORED},
    }
    test = load_data(config)[2]
    for name in STORED:
        np.testing.assert_array_equal(test[name], raw[name])
    config["data"]["test_columns"] = {"nothing": "x_nothing"}
    with pytest.raises(DataError, match="nothing is none of"):
        load_data(config)


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


def test_those_of_a_label_come_together() -> None:
    labels = np.arange(200)[:, None] % 50
    order = together(labels, np.random.default_rng(0))
    assert sorted(order) == list(range(200))
    assert (np.ptp(labels[order].reshape(50, 4), axis=1) == 0).all()
    assert len({*labels[order[::4], 0]}) == 50
    assert (order != together(labels, np.random.default_rng(1))).any()
