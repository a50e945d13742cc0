"""The contract: what it lets pass, what it refuses, and that parts stay apart."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from masked_lstm.config import Config
from masked_lstm.data import (
    INPUTS,
    ROW,
    SPLIT,
    STANDARDISED,
    STORED,
    Batches,
    DataError,
    Samples,
    after_end,
    learn,
    load_data,
    prepare,
    read,
    split,
    synthesise,
)

# The section of config.yaml, where files call everything by its own name.
DATA: dict[str, Any] = {
    "path": "samples",
    "columns": {},
    "test_path": None,
    "test_fraction": 0.2,
    "validation_fraction": 0.1,
    "series": None,
    "time": None,
    "split": {"column": None, "group": None, "time": None},
    "cache_gb": 1,
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
        ("signal", float("inf")),
        ("label", -1),
        ("label", 2),
        ("label", 0.5),
        ("label", float("nan")),
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


def write_file(values: np.ndarray, holds: str, path: Path) -> str:
    """Writes one sample, and returns what its file is called."""
    np.save(path.with_suffix(".npy"), values)
    return path.with_suffix(".npy").name


def write_table(raw: Samples, path: Path) -> dict[str, Any]:
    """Writes samples to a table, a row each, and returns the section that says how."""
    table, columns = {}, {}
    for name, values in raw.items():
        if (holds := STORED[name].holds) in ["array"]:
            if holds == "array" and STORED[name].padded:
                ends = after_end(values)
                ends[0] = False  # else the longest might be shorter
                values = [sample[~end] for sample, end in zip(values, ends, strict=True)]
            files = enumerate(values)
            table[name] = [
                write_file(each, holds, path.parent / f"{name} {row}") for row, each in files
            ]
            continue
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


@pytest.mark.parametrize("name", [name for name in STORED if STORED[name].holds in ["array"]])
def test_files_that_do_not_fit_are_named(raw: Samples, tmp_path: Path, name: str) -> None:
    data = write_table(raw, tmp_path / "samples.csv")
    frame = pd.read_csv(tmp_path / "samples.csv")
    (tmp_path / frame[name][1]).unlink()
    (tmp_path / frame[name][2]).write_bytes(b"nothing of this kind")
    np.save(tmp_path / "other.npy", np.zeros((1, 2, 3, 4, 5)))
    frame.loc[3, name] = "other.npy"
    frame.to_csv(tmp_path / "samples.csv", index=False)
    with pytest.raises(DataError) as found:
        read(str(tmp_path / "samples.csv"), data)
    for row, message in ((2, "there is no such file"), (3, "can't be read"), (4, "found shape")):
        assert any(
            f"{name}, row {row}: " in line and message in line
            for line in str(found.value).splitlines()
        )


def test_what_does_not_fit_into_memory_is_read_by_batches(raw: Samples, tmp_path: Path) -> None:
    data = write_table(raw, tmp_path / "samples.csv")
    kept, lazy = (read(str(tmp_path / "samples.csv"), data | {"cache_gb": room}) for room in (1, 0))
    for name in STORED:
        held = STORED[name].holds in ["array"]
        assert isinstance(kept[name], np.ndarray)
        assert isinstance(lazy[name], np.ndarray) != held
        np.testing.assert_array_equal(np.asarray(lazy[name]), kept[name])
    learned, again = learn(kept), learn(lazy)
    for name in learned:
        for key, value in learned[name].items():
            np.testing.assert_array_equal(again[name][key], value)
    kept, lazy = prepare(kept, learned), prepare(lazy, learned)
    in_memory, reading = Batches(kept, 3, seed=1), Batches(lazy, 3, seed=1)
    for _ in range(2):
        for index in range(len(in_memory)):
            for one, other in zip(in_memory[index], reading[index], strict=True):
                pairs = (
                    zip(one.values(), other.values(), strict=True)
                    if isinstance(one, dict)
                    else [(one, other)]
                )
                for pair in pairs:
                    np.testing.assert_array_equal(*pair)
        in_memory.on_epoch_end()
        reading.on_epoch_end()


def test_a_folder_of_arrays_says_the_same_as_an_npz(raw: Samples, tmp_path: Path) -> None:
    for name, values in raw.items():
        np.save(tmp_path / f"{name}.npy", values)
    for room in (0, 1):
        loaded = read(str(tmp_path), DATA | {"cache_gb": room})
        for name in STORED:
            np.testing.assert_array_equal(np.asarray(loaded[name]), raw[name])


def test_a_row_for_each_step_says_the_same_as_an_npz(raw: Samples, tmp_path: Path) -> None:
    rows = []
    kinds = ("numbers", "array", "category", "label")
    fields = {
        name: field
        for name, field in STORED.items()
        if field.holds in kinds and len(field.shape) < 3
    }
    steps = [name for name, field in fields.items() if len(field.shape) == 2]
    ends = {name: after_end(raw[name]) for name in steps if STORED[name].padded}
    for sample in range(len(raw[steps[0]])):
        for step in range(raw[steps[0]].shape[1]):
            if sample and ends and all(end[sample, step] for end in ends.values()):
                break
            row = {"series": f"s{sample}", "time": step}
            for name in fields:
                said = raw[name][sample, step] if name in steps else raw[name][sample]
                row |= {f"{name} {column}": value for column, value in enumerate(np.ravel(said))}
            rows.append(row)
    frame = pd.DataFrame(rows)
    columns = {
        name: [label for label in frame if label.rpartition(" ")[0] == name] for name in fields
    }
    data = DATA | {"columns": columns, "series": "series", "time": "time"}
    days = (pd.Timestamp("2026-12-30") + pd.to_timedelta(frame["time"], "D")).dt.strftime(
        "%Y-%m-%d"
    )
    for order in (frame, frame.assign(time=days)[::-1]):
        order.to_csv(tmp_path / "steps.csv", index=False)
        loaded = read(str(tmp_path / "steps.csv"), data, fields)
        for name in fields:
            values = loaded[name] if order is frame else loaded[name][::-1]
            np.testing.assert_allclose(values, raw[name], rtol=1e-6)
    frame.loc[1, "time"] = np.nan
    frame.to_csv(tmp_path / "steps.csv", index=False)
    with pytest.raises(DataError, match="time, row 2: expected a number, or a time as 2024-01-31"):
        read(str(tmp_path / "steps.csv"), data, fields)


@pytest.mark.parametrize("name", [name for name, field in STORED.items() if field.holds == "label"])
def test_labels_may_be_names(raw: Samples, tmp_path: Path, name: str) -> None:
    names = np.resize(["yes", "no"], len(raw[name]))
    np.savez(tmp_path / "samples.npz", **raw | {name: names})
    samples = read(str(tmp_path / "samples.npz"), DATA)
    learned = learn(samples)
    assert learned[name] == {"classes": ["no", "yes"]}
    assert prepare(samples, learned)[name].tolist() == [[float(each == "yes")] for each in names]
    samples[name][0] = "maybe"
    with pytest.raises(DataError, match=f"{name}, row 1: found 'maybe'"):
        prepare(samples, learned)
    with pytest.raises(DataError, match=f"{name}, row 1: found nothing"):
        kept(raw | {name: np.where(np.arange(len(names)) == 0, "", names)}, tmp_path)
    samples[name] = np.array([str(row) for row in range(len(names))], dtype=object)
    count = int(STORED[name].high) + 1
    if count < len(names):
        with pytest.raises(DataError, match=f"{name}: expected .*{count} classes"):
            learn(samples)


def test_the_parts_repeat_and_share_no_sample(config: Config) -> None:
    parts, again = load_data(config), load_data(config)
    for part, same in zip(parts, again, strict=True):
        for name in STORED:
            np.testing.assert_array_equal(part[name], same[name])
    rows = [{row.tobytes() for row in part["signal"]} for part in parts]
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


def test_statistics_are_those_of_the_training_part(config: Config) -> None:
    train, _, _ = load_data(config)
    learned = learn(train)
    for name in STANDARDISED:
        known = learned[name]
        columns = train[name].reshape(-1, train[name].shape[-1]).astype("float64")
        np.testing.assert_allclose(known["mean"], np.nanmean(columns, axis=0))
        np.testing.assert_allclose(known["deviation"], np.nanstd(columns, axis=0))


@pytest.mark.parametrize("name", ["signal"])
def test_only_padding_is_zero(raw: Samples, tmp_path: Path, name: str) -> None:
    raw[name][0, 0] = np.nan  # missing, but there are steps after it
    raw[name][0, 2:] = np.nan
    checked = kept(raw, tmp_path)
    ready = prepare(checked, learn(checked))[name]
    assert ready[0, :2].any(axis=-1).all()
    assert not ready[0, 2:].any()


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
    sums = [float(np.nansum(sample)) for batch in inputs for sample in batch]
    np.testing.assert_allclose(sums, [float(np.nansum(sample)) for sample in raw[name]], rtol=1e-5)


def test_batches_end_soon_after_their_longest_sample(raw: Samples) -> None:
    names = ["signal"]
    raw |= {name: np.nan_to_num(raw[name]) for name in names}
    for name in names:
        raw[name][:, 9:] = 0
    batches = Batches(raw, 2, seed=1)
    first, *others = [take_named(batches[index]) for index in range(len(batches))]
    for name in names:
        assert {batch[name].shape[1] for batch in others} == {16}
        assert first[name].shape[1] > 16


def take_named(batch: tuple[Samples, ...]) -> Samples:
    """Returns inputs and targets by name."""
    inputs, targets, *_ = batch
    return inputs | targets
