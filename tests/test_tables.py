"""Protects data as people have it: what a table, a folder or a file says is read as it's written, or named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from layerwright.presets import BLANK

from .projects import generated, package, run, run_module
from .test_generated_data import data_module

PROJECTS: dict[str, dict[str, str]] = {
    "shop": {"inputs": "nums: numeric 2, kind: category 6", "outputs": "y: binary"},
    "house": {"inputs": "nums: numeric 2", "outputs": "price: regression", "export": "[onnx]"},
    "note": {"inputs": "note: text 30x5", "outputs": "mood: multiclass 4, tags: multilabel 3"},
    "steps": {
        "inputs": "signal: sequence ?x1",
        "outputs": "tag: labels 3",
        "training": "{class_weights: true}",
    },
    "level": {"inputs": "signal: sequence ?x1", "outputs": "level: regression per_step"},
    "tags": {"inputs": "word: text 9x?", "outputs": "tag: labels 3"},
    "sizes": {"inputs": "nums: numeric 2", "outputs": "size: regression 2"},
    "photo": {"inputs": "photo: image 8x8x1", "outputs": "mood: multiclass 3"},
    "sound": {"inputs": "sound: audio 16", "outputs": "word: binary"},
    "pair": {
        "inputs": "left: numeric 2, right: numeric 2",
        "outputs": "same: distance",
        "merge": "l2_distance",
        "sharing": "encoder: left + right",
    },
}


pytestmark = pytest.mark.usefixtures("yaml_as_it_is")


def project(name: str) -> Path:
    """Returns the project of this name."""
    return generated(BLANK, project_name=f"tables_{name}", straight="false", **PROJECTS[name])


def module(name: str, part: str = "data") -> ModuleType:
    """Returns a module of a project."""
    return data_module(project(name), part)


def section(**settings: Any) -> dict[str, Any]:
    """The section of `config.yaml` that says how samples are read."""
    split = {"column": None, "group": None, "time": None}
    usual = {"columns": {}, "split": split, "series": None, "time": None, "cache_gb": 1, "sound_rate": None}
    return usual | {"test_path": None, "test_fraction": 0.2, "validation_fraction": 0.2} | settings


def written(folder: Path, text: str, name: str = "table.csv") -> str:
    """Returns where a file with this text is."""
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


SHOP = section(columns={"nums": ["a", "b"]})


def shops(kinds: list[str], labels: str = "01") -> str:
    """A table of shops of these kinds."""
    rows = [f"{row},2,{kind},{labels[row % len(labels)]}" for row, kind in enumerate(kinds)]
    return "\n".join(["a,b,kind,y", *rows, ""])


@pytest.mark.parametrize(
    "kinds",
    [
        ["True", "False"],
        ["01234", "1234"],
        ["1.5", "2.5"],
        ["NA", "None"],
        ["1.0", "x"],
        ["100.0", "200.0"],
        ["7", "8"],
    ],
)
def test_a_category_is_what_is_written_whatever_else_the_file_holds(kinds: list[str], tmp_path: Path) -> None:
    data = module("shop")
    samples = data.read(written(tmp_path, shops(kinds * 4)), SHOP)
    learned = data.learn(samples)
    numbers = data.prepare(samples, learned)["kind"]
    assert sorted(numbers[:2]) == [1, 2]
    again = data.read(written(tmp_path, shops([*kinds, "", "elsewhere"])), SHOP)
    assert data.prepare(again, learned)["kind"].tolist() == [*numbers[:2], 0, 0]


@pytest.mark.parametrize("more", [0, 2])
def test_values_that_have_no_number_are_told_of(more: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = module("shop")
    [most] = [field.categories for field in data.INPUTS.values() if field.categories]
    kinds = [f"kind {number}" for number in range(most + more)]
    learned = data.learn(data.read(written(tmp_path, shops(kinds)), SHOP))
    assert learned["kind"]["values"] == kinds[: most - 1]
    said = f"kind: {most + 2} values, of which all but the {most - 1} commonest count as 0\n"
    assert capsys.readouterr().out == (said if more else "")


def test_whole_numbers_are_numbers_of_categories(tmp_path: Path) -> None:
    data = module("shop")
    samples = data.read(written(tmp_path, shops(["3", "", "1.0", "9", "-2"])), SHOP)
    learned = {"kind": {"values": None}}
    assert data.prepare(samples, learned)["kind"].tolist() == [3, 0, 1, 0, 0]


def test_numbers_below_zero_make_names_of_all(tmp_path: Path) -> None:
    data = module("shop")
    samples = data.read(written(tmp_path, shops(["-1", "0", "1"])), SHOP)
    learned = data.learn(samples)
    assert sorted(data.prepare(samples, learned)["kind"]) == [1, 2, 3]


@pytest.mark.parametrize("unit", ["ns", "ms"])
def test_a_date_is_no_number(unit: str, tmp_path: Path) -> None:
    data = module("house")
    days = pd.Series(pd.date_range("2024-01-01", periods=3, unit=unit))
    pd.DataFrame({"day": days, "rooms": [1, 2, 3], "price": 1.0}).to_parquet(tmp_path / "days.parquet")
    with pytest.raises(data.DataError, match=r"day, row 1: found 2024-01-01T00:00:00\.0+, expected a number"):
        data.read(str(tmp_path / "days.parquet"), section(columns={"nums": ["day", "rooms"]}))


def test_a_date_is_the_same_category_in_every_unit(tmp_path: Path) -> None:
    data = module("shop")
    found = []
    for unit in ("ns", "ms"):
        days = pd.Series(pd.date_range("2024-01-01", periods=3, unit=unit))
        pd.DataFrame({"a": 1, "b": 2, "kind": days, "y": [0, 1, 0]}).to_parquet(tmp_path / "days.parquet")
        found.append(data.read(str(tmp_path / "days.parquet"), SHOP))
    assert data.prepare(found[1], data.learn(found[0]))["kind"].tolist() == [1, 2, 3]


def test_in_one_column_an_empty_line_is_a_row(tmp_path: Path) -> None:
    data = module("note")
    fields = {"note": data.STORED["note"]}
    samples = data.read(written(tmp_path, "note\nup\n\ndown\n"), section(), fields)
    assert samples["note"].tolist() == ["up", "", "down"]
    assert samples[data.ROW].tolist() == [1, 2, 3]
    two = data.read(written(tmp_path, "note,mood\nup,1\n\ndown,2\n\n"), section(), fields)
    assert two["note"].tolist() == ["up", "down"]


def test_what_is_no_table_is_said_to_be_none(tmp_path: Path) -> None:
    data = module("house")
    with pytest.raises(data.DataError, match=r"table\.tsv can't be read as \.csv, .*its name ends otherwise"):
        data.read(written(tmp_path, "a\tb\n", "table.tsv"), section())
    with pytest.raises(data.DataError, match="there is no such file"):
        data.read(str(tmp_path / "other.tsv"), section())


def test_a_bool_of_an_array_is_that_of_a_table(tmp_path: Path) -> None:
    data = module("shop")
    arrays = {"nums": np.zeros((4, 2)), "kind": np.array([True, False] * 2), "y": np.arange(4) % 2}
    np.savez(tmp_path / "shops.npz", **arrays)
    learned = data.learn(data.read(str(tmp_path / "shops.npz"), section()))
    numbers = data.prepare(data.read(str(tmp_path / "shops.npz"), section()), learned)["kind"].tolist()[:2]
    assert sorted(numbers) == [1, 2]
    for spelling in (str, str.lower, str.upper):
        samples = data.read(written(tmp_path, shops([spelling("True"), spelling("False")])), SHOP)
        assert data.prepare(samples, learned)["kind"].tolist() == numbers
    whole = {"kind": {"values": None}}
    assert data.prepare(samples, whole)["kind"].tolist() == [1, 0]


def test_a_fraction_is_no_number_of_a_category(tmp_path: Path) -> None:
    data = module("shop")
    samples = data.read(written(tmp_path, shops(["2.7", "1"])), SHOP)
    assert data.prepare(samples, {"kind": {"values": None}})["kind"].tolist() == [0, 1]


def test_classes_that_were_names_may_be_numbers_later(tmp_path: Path) -> None:
    data = module("shop")
    samples = data.read(written(tmp_path, shops(["1", "2", "3"], labels="010")), SHOP)
    learned = {"y": {"classes": ["0", "1"]}}
    assert data.prepare({"y": samples["y"]}, learned)["y"].tolist() == [[0], [1], [0]]


def test_a_number_stands_for_its_class_to_the_last_digit() -> None:
    learned = {"y": {"classes": ["12345678", "12345679", "0.1"]}}
    later = {"y": np.array([[0.1], [12345679], [12345678]])}
    assert module("shop").prepare(later, learned)["y"].tolist() == [[2], [1], [0]]


def test_a_name_may_be_one_that_elsewhere_means_nothing(tmp_path: Path) -> None:
    data = module("note")
    text = "note,mood,t1,t2,t3\n" + "".join(f"NA,{mood},0,1,0\n" for mood in ("None", "NA", "null"))
    samples = data.read(written(tmp_path, text), section(columns={"tags": ["t1", "t2", "t3"]}))
    assert samples["mood"].tolist() == ["None", "NA", "null"]
    assert data.learn(samples)["note"] == {"words": ["na"]}


HOUSES = section(columns={"nums": ["sqm", "rooms"]})


def test_a_comma_at_the_end_of_rows_moves_no_column(tmp_path: Path) -> None:
    path = written(tmp_path, "price,sqm,rooms\n" + "".join(f"{row},{row + 10},3,\n" for row in range(4)))
    samples = module("house").read(path, HOUSES)
    assert samples["price"][:, 0].tolist() == [0, 1, 2, 3]
    assert samples["nums"].tolist() == [[10, 3], [11, 3], [12, 3], [13, 3]]


def test_rows_with_more_values_than_names_are_refused(tmp_path: Path) -> None:
    data = module("house")
    with pytest.raises(data.DataError, match="Length of header"):
        data.read(written(tmp_path, "price,sqm,rooms\nfirst,1,2,3\nsecond,4,5,6\n"), HOUSES)


def test_numbers_stay_exact_until_they_are_standardised(tmp_path: Path) -> None:
    data = module("house")
    moments = 1_700_000_000_000 + 1000 * np.arange(5)
    text = "price,sqm,rooms\n" + "".join(f"{moment},{moment},{1e9}\n" for moment in moments)
    samples = data.read(written(tmp_path, text), HOUSES)
    ready = data.prepare(samples, data.learn(samples))
    for values in (ready["nums"][:, 0], ready["price"][:, 0]):
        np.testing.assert_allclose(values, (np.arange(5) - 2) / 2**0.5, rtol=1e-6)


def test_columns_may_have_numbers_as_names(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow as pa
    import pyarrow.parquet

    frame = pd.DataFrame({0: [1.0, 2.0], 1: [3.0, 4.0], 2: [5.0, 6.0]})
    pa.parquet.write_table(pa.Table.from_pandas(frame), tmp_path / "table.parquet")
    samples = module("house").read(str(tmp_path / "table.parquet"), section(columns={"nums": [0, 1], "price": 2}))
    assert samples["nums"].tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    ("train", "later", "said"),
    [
        ("NA,NA", "1,2", "note: found numbers, but the run was trained on texts"),
        ("1,2", "NA,NA", "note: found texts, but the run was trained on numbers"),
    ],
)
def test_numbers_are_no_texts(train: str, later: str, said: str, tmp_path: Path) -> None:
    data = module("note")
    arrays = {}
    for name, text in (("train", train), ("later", later)):
        tokens = np.array(["some words"] * 2) if "N" in text else np.ones((2, 5), dtype=int)
        np.savez(tmp_path / f"{name}.npz", note=tokens, mood=np.arange(2), tags=np.zeros((2, 3)))
        arrays[name] = data.read(str(tmp_path / f"{name}.npz"), section())
    with pytest.raises(data.DataError, match=said):
        data.prepare(arrays["later"], data.learn(arrays["train"]))


@pytest.mark.parametrize("by", ["column", "time"])
def test_what_says_no_part_is_named_with_its_file_row_by_row(by: str, tmp_path: Path) -> None:
    data = module("house")
    split = {"column": None, "group": None, "time": None} | {by: "when"}
    rows = ["2,3,4,spring"] * 3 + ["2,3,4,31.01.2024"]
    path = written(tmp_path, "\n".join(["price,sqm,rooms,when", *rows, ""]))
    config = {"data": HOUSES | {"path": path, "split": split}, "seed": 0}
    with pytest.raises(data.DataError) as found:
        data.load_data(config)
    expected = "train, validation, test" if by == "column" else "a time as 2024-01-31"
    lines = [f"{path}: when, row {row}: found spring, expected {expected}" for row in (1, 2, 3)]
    assert str(found.value).splitlines() == [*lines, f"{path}: when, row 4: found 31.01.2024, expected {expected}"]


def test_a_number_that_misses_is_no_time(tmp_path: Path) -> None:
    data = module("house")
    path = written(tmp_path, "price,sqm,rooms,when\n2,3,4,1\n2,3,4,\n2,3,4,3\n")
    config = {"data": HOUSES | {"path": path, "split": {"column": None, "group": None, "time": "when"}}, "seed": 0}
    with pytest.raises(data.DataError, match=r"when, row 2: found nan, expected a number$"):
        data.load_data(config)


PARTS = {"Train": 0, "training": 0, "VAL": 1, "valid": 1, "validation": 1, "test": 2, "Testing": 2}


def test_parts_are_said_by_their_usual_words(tmp_path: Path) -> None:
    data = module("house")
    path = written(tmp_path, "\n".join(["price,sqm,rooms,part", *(f"2,3,4,{word}" for word in PARTS), ""]))
    config = {"data": HOUSES | {"path": path, "split": {"column": "part", "group": None, "time": None}}, "seed": 0}
    parts = [part[data.ROW].tolist() for part in data.load_data(config)]
    assert parts == [[row for row, each in enumerate(PARTS.values(), 1) if each == part] for part in range(3)]


@pytest.mark.parametrize("word", ["value", "trained", "tests", "va", " test"])
def test_another_word_is_no_part(word: str, tmp_path: Path) -> None:
    data = module("house")
    path = written(tmp_path, f"price,sqm,rooms,part\n2,3,4,train\n2,3,4,{word}\n")
    config = {"data": HOUSES | {"path": path, "split": {"column": "part", "group": None, "time": None}}, "seed": 0}
    with pytest.raises(data.DataError, match=f"part, row 2: found {word}, expected train, validation, test"):
        data.load_data(config)


def test_a_group_is_what_is_written(tmp_path: Path) -> None:
    data = module("shop")
    split = {"column": None, "group": "country", "time": None}
    rows = [f"{row},2,1,{row % 2},{country}" for row, country in enumerate(["NA", "001", "1", "DE"] * 3)]
    path = written(tmp_path, "\n".join(["a,b,kind,y,country", *rows, ""]))
    parts = data.load_data({"data": SHOP | {"path": path, "split": split}, "seed": 0})
    groups = [{(row - 1) % 4 for row in part[data.ROW].tolist()} for part in parts]
    assert sorted(group for each in groups for group in each) == [0, 1, 2, 3], "none is in two parts"


def test_a_column_may_be_called_0(tmp_path: Path) -> None:
    data = module("shop")
    rows = [f"{row},2,1,{row % 2},{row}" for row in range(20)]
    path = written(tmp_path, "\n".join(["a,b,kind,y,0", *rows, ""]))
    split = {"column": None, "group": None, "time": 0}
    _, _, test = data.load_data({"data": SHOP | {"path": path, "split": split}, "seed": 0})
    assert test[data.ROW].tolist() == [17, 18, 19, 20]


# Sequences


def sequences(folder: Path, lengths: list[tuple[int, int]]) -> str:
    """A table of sequences and their labels, of these lengths."""
    for row, (steps, labels) in enumerate(lengths):
        np.save(folder / f"s{row}.npy", np.arange(steps) + 0.5)
        np.save(folder / f"t{row}.npy", np.arange(labels) % 3)
    return written(folder, "signal,tag\n" + "".join(f"s{row}.npy,t{row}.npy\n" for row in range(len(lengths))))


@pytest.mark.parametrize("labels", [2, 7])
@pytest.mark.parametrize("room", [0, 1])
def test_each_step_has_a_label(labels: int, room: int, tmp_path: Path) -> None:
    data = module("steps")
    path = sequences(tmp_path, [(9, 9), (5, labels), (3, 3)])
    with pytest.raises(data.DataError) as found:
        data.read(path, section(cache_gb=room))
    assert str(found.value) == f"{path}: tag, row 2: found {labels} steps, expected 5"


def test_what_is_read_by_batches_is_evaluated_and_predicted(tmp_path: Path) -> None:
    path = sequences(tmp_path, [(9, 9), (5, 5), (3, 3)] * 8)
    arguments = [f"run={tmp_path}/run", "training.epochs=1", f"data.path={path}", "data.cache_gb=0"]
    for name in ("train", "evaluate", "predict"):
        code, output = run_module(project("steps"), name, *arguments)
        assert code == 0, output
    said = pd.read_csv(tmp_path / "run" / "predictions_tag.csv")
    assert said.groupby("row").size().tolist() == [9, 5, 3] * 8


def test_steps_stay_exact(tmp_path: Path) -> None:
    data = module("steps")
    path = sequences(tmp_path, [(9, 9), (5, 5)])
    moments = 1.7e12 + 1000 * np.arange(5.0)
    np.save(tmp_path / "s1.npy", [*moments[:3], np.nan, np.nan])
    for room in (0, 1):
        samples = data.read(path, section(cache_gb=room))
        signal = np.asarray(samples["signal"])
        assert signal[1, :3, 0].tolist() == moments[:3].tolist()
        assert np.isnan(signal[1, 3:]).all()


def test_a_table_of_files_may_not_be_empty(tmp_path: Path) -> None:
    data = module("steps")
    with pytest.raises(data.DataError, match=r"expected as many samples of each name, found .*'tag': 0"):
        data.read(written(tmp_path, "signal,tag\n"), section())


def test_series_are_told_apart_by_what_is_written(tmp_path: Path) -> None:
    data = module("steps")
    text = "of,when,signal,tag\n001,1,0.5,0\n1,1,0.6,1\nNA,1,0.7,2\n"
    samples = data.read(written(tmp_path, text), section(series="of", time="when"))
    assert samples[data.ROW].tolist() == ["001", "1", "NA"]


def test_a_step_that_comes_twice_is_refused(tmp_path: Path) -> None:
    data = module("steps")
    text = "of,when,signal,tag\na,1,0.5,0\nb,1,0.5,0\na,2,0.6,1\na,1,0.5,0\n"
    with pytest.raises(data.DataError, match=": when, row 4: found 1 in series a once more"):
        data.read(written(tmp_path, text), section(series="of", time="when"))


@pytest.mark.parametrize("signal", ["", "0.6"])
def test_a_target_that_misses_at_the_end_is_no_end(signal: str, tmp_path: Path) -> None:
    data = module("level")
    text = f"of,when,signal,level\na,1,0.5,10\na,2,{signal},\nb,1,0.7,20\nb,2,0.8,30\n"
    path, settings = written(tmp_path, text), section(series="of", time="when")
    if signal:
        with pytest.raises(data.DataError, match="level, row a: found 1 steps, expected 2"):
            data.read(path, settings)
    else:
        assert np.isnan(data.read(path, settings)["level"][0, 1]).all(), "neither has this step: it's padding"
    assert len(data.read(path, settings, data.INPUTS)["signal"]) == 2, "predictions need no target"


LONG = "of,when,signal,tag\na,1,0.5,0\na,2,0.6,1\nb,1,0.7,2\nb,2,{},{}\n"


@pytest.mark.parametrize(
    ("signal", "tag", "said"),
    [
        ("inf", 1, "signal, row 4: found inf, expected a number"),
        ("n/d", 1, "signal, row 4: found n/d, expected a number"),
        ("0.5", 5, "tag, row 4: found 5"),
    ],
)
def test_a_wrong_row_of_a_long_table_is_named(signal: str, tag: int, said: str, tmp_path: Path) -> None:
    data = module("steps")
    with pytest.raises(data.DataError, match=f": {said}"):
        data.read(written(tmp_path, LONG.format(signal, tag)), section(series="of", time="when"))


def test_each_step_may_have_a_name(tmp_path: Path) -> None:
    rows = [
        f"{of},{step},{of + step},{['NA', 'rest', 'walk'][of % 3]}" for of in range(24) for step in range(2 + of % 4)
    ]
    path = written(tmp_path, "\n".join(["of,when,signal,tag", *rows, ""]))
    arguments = [f"run={tmp_path}/run", "training.epochs=1", f"data.path={path}", "data.series=of", "data.time=when"]
    for name in ("train", "evaluate", "predict"):
        code, output = run_module(project("steps"), name, *arguments)
        assert code == 0, output
    learned = json.loads((tmp_path / "run" / "learned.json").read_text(encoding="utf-8"))
    assert learned["tag"] == {"classes": ["NA", "rest", "walk"]}
    said = pd.read_csv(tmp_path / "run" / "predictions_tag.csv", keep_default_na=False)
    assert set(said["tag"]) <= {"NA", "rest", "walk"}
    assert len(said) == len(rows)


def test_a_name_that_no_step_of_training_has_is_named(tmp_path: Path) -> None:
    data = module("steps")
    settings = section(series="of", time="when")
    text = "of,when,signal,tag\na,1,0.5,x\na,2,0.6,y\nb,1,0.7,x\nb,2,0.8,{}\n"
    train, later = (data.read(written(tmp_path, text.format(name)), settings) for name in "yz")
    with pytest.raises(data.DataError, match="tag, row b: found 'z', but the training part has only"):
        data.prepare(later, data.learn(train))
    for numbers in (
        data.read(written(tmp_path, LONG.format(0.5, 1)), settings),
        data.read(sequences(tmp_path, [(2, 2)]), section(cache_gb=0)),
    ):
        with pytest.raises(data.DataError, match="tag: found numbers, but the run was trained on names"):
            data.prepare(numbers, data.learn(train))


def test_words_are_those_that_are_written(tmp_path: Path) -> None:
    data = module("tags")
    text = "of,word,tag\n1,The,A\n1,NA,B\n2,U.S.,B\n"
    samples = data.read(written(tmp_path, text), section(series="of"))
    learned = data.learn(samples)
    assert learned == {"word": {"steps": ["NA", "The", "U.S."]}, "tag": {"classes": ["A", "B"]}}
    ready = data.prepare(samples, learned)
    assert ready["word"].tolist() == [[3, 2], [4, 0]]
    assert ready["tag"].tolist() == [[[0], [1]], [[1], [0]]]
    new = data.read(written(tmp_path, text.replace("U.S.", "Japan")), section(series="of"))
    assert data.prepare(new, learned)["word"].tolist() == [[3, 2], [1, 0]], "1 is any other word"


def test_one_sample_of_words(tmp_path: Path) -> None:
    words = [f"{of},{word},{'AB'[word == 'b']}" for of in range(20) for word in "abba"[: 2 + of % 3]]
    path = written(tmp_path, "\n".join(["of,word,tag", *words, ""]))
    arguments = [f"run={tmp_path}/run", "training.epochs=1", f"data.path={path}", "data.series=of"]
    code, output = run_module(project("tags"), "train", *arguments)
    assert code == 0, output
    code, output = run_module(project("tags"), "predict", f"run={tmp_path}/run", 'sample.word=["a", "b", "new"]')
    assert code == 0, output
    said = pd.read_csv(tmp_path / "run" / "prediction_tag.csv")
    assert said["step"].tolist() == [1, 2, 3]
    assert set(said["tag"]) <= {"A", "B", "class 2"}


def test_a_series_has_one_file_of_each_name(tmp_path: Path) -> None:
    data = module("steps")
    sequences(tmp_path, [(2, 2), (2, 2)])
    path = written(tmp_path, "of,file,tag\na,0,0\na,1,1\n")
    with pytest.raises(data.DataError, match=r"{file}.npy: found several values in series a, expected one"):
        data.read(path, section(series="of", columns={"signal": "s{file}.npy"}))


def test_columns_of_steps_may_have_numbers_as_names(tmp_path: Path) -> None:
    data = module("steps")
    path = written(tmp_path, "0,1,signal,tag\na,2,0.6,1\na,1,0.5,0\n")
    samples = data.read(path, section(series=0, time=1))
    assert samples["signal"][..., 0].tolist() == [[0.5, 0.6]]


def test_arrays_of_steps_may_have_a_row_for_each(tmp_path: Path) -> None:
    data = module("tags")
    np.savez(tmp_path / "steps.npz", of=[1, 1, 2], word=["a", "b", "c"], tag=["x", "y", "y"])
    samples = data.read(str(tmp_path / "steps.npz"), section(series="of"))
    ready = data.prepare(samples, data.learn(samples))
    assert ready["word"].tolist() == [[2, 3], [4, 0]]
    assert ready["tag"][..., 0].tolist() == [[0, 1], [1, 0]]


def test_a_class_that_training_lacks_counts_as_it_is() -> None:
    train, samples = module("steps", "train"), module("steps").synthesise(4, seed=0)
    samples["tag"] = np.where(samples["tag"] == 2, 0, samples["tag"])
    assert train.class_weights(samples)["tag"][2] == 1


# Files


def picture(path: Path, mode: str = "L") -> None:
    """Writes a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, (8, 8), 100).save(path)


def test_a_folder_of_folders_has_one_class_each_and_no_more(tmp_path: Path) -> None:
    data = module("photo")
    for mood in ("sad", "glad"):
        picture(tmp_path / mood / "1.png")
        picture(tmp_path / mood / ".thumbs" / "1.png")
    picture(tmp_path / "sad" / "._1.png")
    samples = data.read(str(tmp_path), section())
    assert samples["mood"].tolist() == ["glad", "sad"]
    assert samples[data.ROW].tolist() == ["glad/1.png", "sad/1.png"]
    picture(tmp_path / "sad" / "camera" / "2.png")
    with pytest.raises(data.DataError, match=r"found sad/camera/2.png, expected CLASS/2.png"):
        data.read(str(tmp_path), section())
    assert len(data.read(str(tmp_path), section(), data.INPUTS)["photo"]) == 3, "predictions need no classes"


def test_a_picture_beside_the_folders_of_classes_has_none(tmp_path: Path) -> None:
    data = module("photo")
    picture(tmp_path / "sad" / "1.png")
    picture(tmp_path / "2.png")
    with pytest.raises(data.DataError, match="mood, row 1: found nothing, expected a name"):
        data.read(str(tmp_path), section())
    assert len(data.read(str(tmp_path), section(), data.INPUTS)["photo"]) == 2


def test_what_names_files_is_what_is_written(tmp_path: Path) -> None:
    for name in ("001", "002"):
        picture(tmp_path / f"{name}.png")
    path = written(tmp_path, "id,mood\n001,sad\n002,glad\n")
    samples = module("photo").read(path, section(columns={"photo": "{id}.png"}))
    assert samples["photo"].shape == (2, 8, 8, 1)


def test_a_picture_of_fractions_is_refused(tmp_path: Path) -> None:
    data = module("photo")
    picture(tmp_path / "1.tif", "F")
    with pytest.raises(data.DataError, match=r"photo, row 1: .*1.tif can't be read: a picture of fractions has to be"):
        data.read(written(tmp_path, "photo,mood\n1.tif,0\n"), section())


@pytest.mark.parametrize(("most", "fits"), [(0, True), (255, False), (4095, False), (4096, True), (65535, True)])
def test_a_picture_of_16_bits_uses_them_all(most: int, fits: bool, tmp_path: Path) -> None:
    data = module("photo")
    values = np.full((8, 8), most, "uint16")
    Image.fromarray(values).save(tmp_path / "1.png")
    path = written(tmp_path, "photo,mood\n1.png,0\n")
    if fits:
        assert np.unique(np.asarray(data.read(path, section())["photo"])).tolist() == [most // 256]
        return
    with pytest.raises(data.DataError, match=rf"photo, row 1: .*its numbers go to {most}, not 65535: save it with 8"):
        data.read(path, section())


@pytest.mark.parametrize(("scale", "fits"), [(1, False), (255, True)])
def test_pixels_from_0_to_1_are_refused(scale: float, fits: bool, tmp_path: Path) -> None:
    data = module("photo")
    pixels = np.linspace(0, 1, 4 * 64).reshape(4, 8, 8, 1) * scale
    np.savez(tmp_path / "photos.npz", photo=pixels, mood=np.arange(4) % 3)
    if fits:
        assert data.read(str(tmp_path / "photos.npz"), section())["photo"].max() == 255
    else:
        with pytest.raises(data.DataError, match="photo, row 1: found no number above 1, expected some up to 255"):
            data.read(str(tmp_path / "photos.npz"), section())


def test_black_and_white_may_be_0_and_1(tmp_path: Path) -> None:
    data = module("photo")
    np.savez(tmp_path / "photos.npz", photo=np.eye(8).reshape(1, 8, 8, 1), mood=[0])
    assert data.read(str(tmp_path / "photos.npz"), section())["photo"].max() == 1


def test_a_picture_of_32_bits_is_refused(tmp_path: Path) -> None:
    data = module("photo")
    Image.fromarray(np.full((8, 8), 70_000, "int32")).save(tmp_path / "1.tif")
    with pytest.raises(data.DataError, match=r"photo, row 1: .*its numbers go to 70000, not 65535"):
        data.read(written(tmp_path, "photo,mood\n1.tif,0\n"), section())


def test_sounds_have_the_rate_of_those_of_training(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    sounds = [f"{number}.wav" for number in range(12)]
    for number, name in enumerate([*sounds, "fast.wav"]):
        soundfile.write(tmp_path / name, np.full(16, number / 20), 8000 * (1 + (name == "fast.wav")))
    path = written(tmp_path, "sound,word\n" + "".join(f"{name},{row % 2}\n" for row, name in enumerate(sounds)))
    fast = written(tmp_path, "sound,word\nfast.wav,0\n", "fast.csv")
    run, refused = f"run={tmp_path}/run", "8000 Hz in data.sound_rate, 16000 Hz in"
    mixed = ["training.epochs=1", f"data.path={path}", f"data.test_path={fast}"]
    code, output = run_module(project("sound"), "train", run, *mixed)
    assert (code, refused in output) == (1, True), output
    code, output = run_module(project("sound"), "train", run, *mixed[:2])
    assert code == 0, output
    for given in (f"data.path={fast}", f"sample.sound={tmp_path}/fast.wav"):
        code, output = run_module(project("sound"), "predict", run, given)
        assert (code, refused in output) == (1, True), output
    code, output = run_module(project("sound"), "predict", run, f"sample.sound={tmp_path}/3.wav")
    assert code == 0, output


def test_sounds_of_several_rates_need_no_suffix_to_be_refused(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    for name, rate in (("slow", 8000), ("fast", 44100)):
        soundfile.write(tmp_path / name, np.zeros(16), rate, format="WAV")
    data = module("sound")
    with pytest.raises(data.DataError, match="expected sounds of one rate"):
        data.read(written(tmp_path, "sound,word\nslow,0\nfast,1\n"), section())


def test_a_sound_may_be_decoded_louder_than_it_was(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    loud = np.clip(3 * np.random.default_rng(0).normal(size=16000), -1, 1)
    soundfile.write(tmp_path / "loud.ogg", loud, 16000)
    assert np.abs(soundfile.read(tmp_path / "loud.ogg")[0]).max() > 1
    project = generated(
        BLANK, project_name="loud", straight="false", inputs="sound: audio 16000", outputs="word: binary"
    )
    data = data_module(project)
    samples = data.read(written(tmp_path, "sound,word\nloud.ogg,0\n"), section())
    assert np.abs(np.asarray(samples["sound"])).max() == 1


def test_what_is_said_of_a_sound_hangs_on_no_other() -> None:
    random = np.random.default_rng(0)
    quiet, loud = 1e-4 * random.normal(size=(1, 16)), random.normal(size=(1, 16)).clip(-1, 1)
    network = module("sound", "model").build_model()
    alone, beside = (
        network.predict({"sound": each}, verbose=0)["word"] for each in (quiet, np.concatenate([quiet, loud]))
    )
    np.testing.assert_allclose(alone[0], beside[0], rtol=1e-4)


def test_sounds_are_of_one_rate_and_none_is_empty(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    data = module("sound")
    for name, rate, length in (("a", 8000, 16), ("b", 16000, 16), ("c", 8000, 0)):
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(length), rate)
    with pytest.raises(
        data.DataError, match=r"expected sounds of one rate, found 8000 Hz in .*a\.wav, 16000 Hz in .*b\.wav"
    ):
        data.read(written(tmp_path, "sound,word\na.wav,0\nb.wav,1\n"), section())
    with pytest.raises(data.DataError, match=r"sound, row 2: .*c\.wav can't be read: it is empty"):
        data.read(written(tmp_path, "sound,word\na.wav,0\nc.wav,1\n"), section())


# What is written


def test_classes_that_the_data_lacks_take_no_name_of_others() -> None:
    names = module("note", "predict").class_names({"mood": {"classes": ["1", "2", "3"]}}, "mood", 4)
    assert names == ["1", "2", "3", "class 3"]


@pytest.mark.parametrize("names", [["wet", "cold", "late"], ["0", "1", "2"]])
def test_predictions_say_of_what_they_are(names: list[str], tmp_path: Path) -> None:
    rows = "".join(f"{word},{mood},0,1,0\n" for word in ("up", "down") for mood in ("sad", "glad", "sad"))
    listed = ",".join(names)
    path = written(tmp_path, f"note,mood,{listed}\n{rows}")
    settings = [f"run={tmp_path}/run", "training.epochs=1", f"data.path={path}", f"data.columns.tags=[{listed}]"]
    assert run_module(project("note"), "train", *settings)[0] == 0
    assert run_module(project("note"), "predict", *settings)[0] == 0
    said = pd.read_csv(tmp_path / "run" / "predictions.csv")
    assert (said.columns[0], said["row"].tolist()) == ("row", [1, 2, 3, 4, 5, 6])
    assert {*(f"tags_p_{name}" for name in names), "mood_p_glad"} <= {*said}


def test_the_worst_rows_are_those_of_the_file(tmp_path: Path) -> None:
    rows = "".join(f"{row},{row},{row % 3}\n" for row in range(30))
    path = written(tmp_path, "price,sqm,rooms\n" + rows)
    columns = "data.columns.nums=[sqm,rooms]"
    arguments = [f"run={tmp_path}/run", "training.epochs=1", f"data.path={path}", columns]
    for name in ("train", "evaluate"):
        code, output = run_module(project("house"), name, *arguments)
        assert code == 0, output
    page = (tmp_path / "run" / "evaluation.md").read_text(encoding="utf-8")
    shown = [line.split() for line in page.splitlines() if line.strip()[:1].isdigit()]
    assert shown
    for row, _, true, _ in shown:
        assert float(true) == int(row) - 1, "a price says in which row it is"


def test_predictions_are_as_exact_as_the_data(tmp_path: Path) -> None:
    offset = 1.7e12  # as milliseconds since 1970
    rows = "".join(f"{row},{row % 3},{offset + 1000 * row:.0f}\n" for row in range(60))
    path = written(tmp_path, "sqm,rooms,price\n" + rows)
    arguments = [f"run={tmp_path}/run", "training.epochs=1", f"data.path={path}", "data.columns.nums=[sqm,rooms]"]
    for name in ("train", "evaluate", "predict"):
        code, output = run_module(project("house"), name, *arguments)
        assert code == 0, output
    said = pd.read_csv(tmp_path / "run" / "predictions.csv")["price"]
    assert said.nunique() > 50
    mine = module("house", "predict")
    config = mine.Config(yaml.safe_load((tmp_path / "run" / "config.yaml").read_text(encoding="utf-8")))
    samples = module("house").read(path, config["data"], module("house").INPUTS)
    np.testing.assert_allclose(said - offset, mine.predict(config, samples)["price"][:, 0] - offset, atol=1e-3)
    page = (tmp_path / "run" / "evaluation.md").read_text(encoding="utf-8")
    shown = [line.split() for line in page.splitlines() if line.strip()[:1].isdigit()]
    assert len({true for *_, true, _ in shown}) > 1


KILLED = """
import os
from pathlib import Path

from {package}.train import train, from_command_line

replace = Path.replace

def killed(self, target):
    if self.name == "new.keras":
        os._exit(9)
    return replace(self, target)

Path.replace = killed
train(from_command_line())
"""
"""A training that is killed when its network is about to take the place of the one before."""


def test_columns_of_other_units_count_alike(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=(500, 2)) * [1000, 0.1]
    said = truth * [1, 0]
    scores = module("sizes", "evaluate").regression_scores(truth, said)
    assert scores["r2"] == pytest.approx(0.5, abs=0.01), "the second is a guess, the first is right"
    assert module("sizes", "evaluate").regression_scores(truth * [0, 1], said * 0)["r2"] == pytest.approx(0, abs=0.01)


def test_scores_and_predictions_of_another_network_go_with_it(tmp_path: Path) -> None:
    path = written(tmp_path, "sqm,rooms,price\n" + "".join(f"{row},1,{row}\n" for row in range(30)))
    usual = [f"data.path={path}", "data.columns.nums=[sqm,rooms]", "training.epochs=1", f"run={tmp_path}/run"]
    for program in ("train", "evaluate", "predict"):
        assert run_module(project("house"), program, *usual)[0] == 0
    assert {"evaluation.json", "predictions.csv"} <= {each.name for each in (tmp_path / "run").iterdir()}
    code, output = run_module(project("house"), "evaluate", *usual, "seed=3")
    assert (code, "seed isn't as in training" in output) == (0, True), output
    (tmp_path / "run" / "exported").mkdir()
    written(tmp_path / "run" / "exported", "the network before", "network.onnx")
    assert run_module(project("house"), "train", *usual, "seed=3")[0] == 0
    left = {each.name for each in (tmp_path / "run").iterdir()}
    assert "model.keras" in left
    assert not [name for name in left if name.startswith(("evaluation", "prediction", "exported"))]


def test_a_network_is_never_used_with_what_another_run_learned(tmp_path: Path) -> None:
    house = shutil.copytree(project("house"), tmp_path / "house")
    before, after = (
        [f"data.path={written(tmp_path, text, name)}"]
        for name, text in (
            ("before.csv", "sqm,rooms,price\n" + "".join(f"{row},1,{row}\n" for row in range(30))),
            ("after.csv", "sqm,rooms,price\n" + "".join(f"{row},1,{1000 * row}\n" for row in range(30))),
        )
    )
    usual = ["training.epochs=1", "data.columns.nums=[sqm,rooms]"]
    assert run_module(house, "train", *before, *usual)[0] == 0
    (house / "killed.py").write_text(KILLED.format(package=package(house)), encoding="utf-8")
    assert run(house, "killed", *after, *usual)[0] == 9
    code, output = run_module(house, "predict", *before)
    assert (code, "train first" in output) == (1, True), output
    assert run_module(house, "train", *after, *usual)[0] == 0
    assert run_module(house, "predict", *before)[0] == 0


def test_columns_may_be_said_as_one(tmp_path: Path) -> None:
    path = written(tmp_path, "sqm,rooms,cost\n" + "".join(f"{row},1,{row}\n" for row in range(30)))
    settings = [f"run={tmp_path}/run", "training.epochs=1", f"data.path={path}"]
    code, output = run_module(project("house"), "train", *settings, "data.columns={nums: [sqm, rooms], price: cost}")
    assert code == 0, output


def test_made_up_samples_are_said_to_be_so(tmp_path: Path) -> None:
    code, output = run_module(project("house"), "train", f"run={tmp_path}", "training.epochs=1", "data.path=")
    assert code == 0, output
    assert "There is no data.path: 2000 made-up samples." in output


def test_the_threshold_of_distances_lies_between_the_same_and_others() -> None:
    same, distances = np.array([[1], [0], [1], [0]]), np.array([[0.1], [2.0], [0.2], [3.0]])
    threshold = module("pair", "evaluate").best_threshold(same, distances)
    assert threshold == pytest.approx(1.1)
    alone = module("pair", "evaluate").best_threshold(same[:1], distances[:1])
    assert alone == pytest.approx(0.1)


def test_a_curve_begins_where_nothing_is_taken_for_yes() -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    module("note", "evaluate").plot_roc(figure, np.array([[1], [0]]), np.array([[0.9], [0.1]]), [])
    [line] = figure.axes[0].lines
    assert line.get_xydata().tolist() == [[0, 0], [0, 1], [1, 1]]


def test_learned_json_is_what_was_learned(tmp_path: Path) -> None:
    code, output = run_module(project("shop"), "train", f"run={tmp_path}", "training.epochs=1")
    assert code == 0, output
    assert json.loads((tmp_path / "learned.json").read_text(encoding="utf-8")).keys() == {"nums", "kind"}
