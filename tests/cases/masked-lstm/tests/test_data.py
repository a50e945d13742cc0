"""The contract: what it lets pass, what it refuses, and that parts stay apart."""

from pathlib import Path

import numpy as np
import pytest

from masked_lstm.config import Config, set_value
from masked_lstm.data import (
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
    [
        ("signal", float("inf")),
        ("label", -1),
        ("label", 2),
        ("label", 0.5),
        ("label", float("nan")),
    ],
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


def test_the_parts_repeat_and_share_no_sample(config: Config) -> None:
    parts, again = load_data(config), load_data(config)
    for part, same in zip(parts, again, strict=True):
        for name in FIELDS:
            np.testing.assert_array_equal(part[name], same[name])
    rows = [{row.tobytes() for row in part["signal"]} for part in parts]
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
    train, _, _ = load_data(config)
    learned = learn(train)
    for name, known in learned.items():
        columns = train[name].reshape(-1, train[name].shape[-1]).astype("float64")
        np.testing.assert_allclose(known["mean"], np.nanmean(columns, axis=0))
        np.testing.assert_allclose(known["deviation"], np.nanstd(columns, axis=0))


@pytest.mark.parametrize("name", ["signal"])
def test_only_padding_is_zero(raw: Samples, name: str) -> None:
    raw[name][0, 0] = np.nan  # missing, but there are steps after it
    raw[name][0, 2:] = np.nan
    checked = check(raw, FIELDS, "file.npz")
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
    batches = Batches(raw, 4, seed=1)
    first, *others = [take_named(batches[index]) for index in range(len(batches))]
    for name in names:
        assert {batch[name].shape[1] for batch in others} == {16}
        assert first[name].shape[1] > 16


def take_named(batch: tuple[Samples, ...]) -> Samples:
    """Returns inputs and targets by name."""
    inputs, targets, *_ = batch
    return inputs | targets


@pytest.mark.parametrize("argument", ["training.epoch=3", "training.epochs=many"])
def test_a_wrong_key_or_value_is_refused(config: Config, argument: str) -> None:
    with pytest.raises(SystemExit, match=r"training.*epoch"):
        set_value(config, *argument.split("="))
