"""Samples, as dicts of arrays for the names in INPUTS and TARGETS: read, checked, made up."""

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

Samples = dict[str, np.ndarray]
Learned = dict[str, dict[str, Any]]  # what the training part says of each name, as JSON has it


@dataclass(frozen=True)
class Field:
    """What one sample holds under one name: its shape, and what its numbers may be."""

    shape: tuple[int, ...]
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    holds: str = "numbers"  # in a table; or label

    def __str__(self) -> str:
        """Returns what is expected, for messages."""
        limits = f" from {self.low:g} to {self.high:g}" if math.isfinite(self.low) else ""
        return f"a {'whole ' * self.whole}number{limits}"


INPUTS = {"pixels": Field((784,))}
TARGETS = {"digit": Field((1,), low=0, high=9, whole=True, holds="label")}
STORED = INPUTS | TARGETS
SPLIT = "data.split"  # a column beside the samples, until they are split into parts
ROW = "data.row"  # of which row a sample is
FORMATS = {".csv": pd.read_csv, ".npz": np.load, ".parquet": pd.read_parquet}


class DataError(SystemExit):
    """The data breaks the contract. Stops the program with a message that says where."""


def load_data(config: dict[str, Any]) -> tuple[Samples, Samples, Samples]:
    """Returns the training, validation and test part of what the configuration names."""
    data, path = config["data"], config["data"]["path"]
    samples = read(path, data) if path else synthesise(data["synthetic_samples"], config["seed"])
    if not path:
        print(f"There is no data.path: {data['synthetic_samples']} made-up samples.")
    parts = split(samples, data, config["seed"])
    if data["test_path"]:
        columns = data["columns"] | (data["test_columns"] or {})
        for name in columns.keys() - data["columns"].keys():
            raise DataError(f"data.test_columns: {name} is none of {', '.join(data['columns'])}")
        parts["test"] = read(data["test_path"], data | {"columns": columns}, STORED)
    if not all(len(values) for part in parts.values() for values in part.values()):
        raise DataError("data.split or a fraction leaves a part of the data without samples")
    return parts["train"], parts["validation"], parts["test"]


def take(samples: Samples, rows: np.ndarray) -> Samples:
    """Returns these rows of every array."""
    return {name: values[rows] for name, values in samples.items()}


def split(samples: Samples, data: dict[str, Any], seed: int) -> dict[str, Samples]:
    """Returns the three parts, in which a group or a time is whole. Raises DataError."""
    by, count = data["split"], len(next(iter(samples.values())))
    part = np.full(count, "train", dtype=object)
    said = pd.Series(np.ravel(samples.pop(SPLIT, range(count))))
    label = next((each for each in by.values() if each is not None), "")
    where, place, expected = samples.get(ROW, np.arange(1, count + 1)), said, "a group"
    if by["column"] is not None:
        kinds, place = {"train": "train", "val": "validation", "test": "test"}, said.index
        words = said.astype(str).str.extract("(?i)^(train|val|test)(?:ing|id|idation)?$")[0]
        part = words.str.lower().map(kinds).to_numpy(dtype=object)
        expected = ", ".join(kinds.values())
    elif by["time"] is not None:
        expected = "a number"
        if not pd.api.types.is_numeric_dtype(said):
            expected = "a time as 2024-01-31"
            place = pd.to_datetime(said, errors="coerce", format="ISO8601", utc=True)
    place, values = pd.factorize(place, sort=True)
    if problems := [
        f"{data['path']}: {label}, row {where[row]}: found {said[row]}, expected {expected}"
        for row in np.flatnonzero(pd.isna(part) | (place < 0))[:10]
    ]:
        raise DataError("\n".join(problems))
    if by["time"] is None:
        place = np.random.default_rng(seed).permutation(len(values))[place]
    for name in ["validation"] if data["test_path"] else ["test", "validation"]:
        rest = np.sort(place[part == "train"])
        if name not in part:
            last = rest[len(rest) - round(len(rest) * data[f"{name}_fraction"]) :]
            part[(part == "train") & np.isin(place, last)] = name
    return {name: take(samples, part == name) for name in ("train", "validation", "test")}


def read(path: str, data: dict[str, Any], fields: dict[str, Field] | None = None) -> Samples:
    """Returns a file's samples, by the names that `data.columns` says. Raises DataError."""
    wanted, samples, problems = fields or STORED, {}, []
    labels = {name: np.atleast_1d(data["columns"].get(name, name)).astype(str) for name in wanted}
    alone = {name: each[0] for name, each in labels.items() if len(each) == 1}
    # By their names as they are written, and not as numbers, classes are told apart.
    texts = [each for name, each in alone.items() if wanted[name].holds == "label"]
    by = [str(label) for label in data["split"].values() if label is not None]
    if len(by) > 1:
        raise DataError(f"data.split: expected one column, found {by}")
    if by and fields is None:
        labels[SPLIT] = by
        texts += by * (data["split"]["time"] is None)
    try:
        table = open_table(path, texts)
        for name, listed in labels.items():
            arrays = [column(table, label, path) for label in listed]
            given = arrays[0] if len(arrays) == 1 else np.stack(arrays, axis=-1)
            samples[name] = given if name == SPLIT else check(given, wanted[name], listed, problems)
    except Exception as error:
        raise DataError(f"{path} can't be read as {', '.join(FORMATS)}: {error!r}") from error
    counts = {name: len(values) for name, values in samples.items()}
    if len(set(counts.values())) > 1 or 0 in counts.values():
        problems.append(f"expected as many samples of each name, found {counts}")
    if problems:
        raise DataError("\n".join(f"{path}: {problem}" for problem in problems))
    return samples | {ROW: np.arange(1, len(next(iter(samples.values()))) + 1)}


def open_table(path: str, texts: list[str]) -> Any:
    """Returns the columns of a file by their names; texts as they are written."""
    file = Path(path)
    if (kind := file.suffix.lower()) not in FORMATS:
        raise ValueError("its name ends otherwise" if file.is_file() else "there is no such file")
    if kind != ".csv":
        table = FORMATS[kind](file)
        return table.rename(columns=str) if kind == ".parquet" else table
    several = pd.read_csv(file, nrows=0).shape[1] > 1  # of one column, an empty line is a row
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)  # a row is longer than the first
        table = pd.read_csv(file, index_col=False, low_memory=False, skip_blank_lines=several)
    if here := [label for label in table if label in texts]:
        options = {"usecols": here, "index_col": False, "skip_blank_lines": several}
        known = pd.read_csv(file, dtype=str, keep_default_na=False, **options)
        for label, column in known.items():  # what isn't one whole number after the other
            if not column.str.fullmatch(r"-?(0|[1-9]\d{0,14})(\.0*)?").all():
                table[label] = column.astype(object).where(column != "", None)
    return table


def column(table: Any, label: str, path: str) -> np.ndarray:
    """Returns a column, dates as texts. Raises DataError."""
    if label not in table:
        raise DataError(f"{path}: no '{label}' in {list(table)[:20]}")
    values = np.atleast_1d(table[label])
    kind = values.dtype.kind  # dates hang, as numbers, on their unit
    return values.astype(f"{kind}8[ns]").astype(str) if kind in "mM" else values


def check(given: np.ndarray, field: Field, labels: Any, problems: list[str]) -> np.ndarray:
    """Returns an array in the field's shape; adds what is wrong to the problems."""
    named = field.holds == "label" and given.dtype.kind not in "iuf"
    if named and given.size == len(given):
        texts = ["" if pd.isna(each) else str(each) for each in given.ravel()]
        missing = [row for row, text in enumerate(texts, start=1) if not text][:10]
        problems += [f"{labels[0]}, row {row}: found nothing, expected a name" for row in missing]
        return np.array(texts, dtype=object)
    if given.ndim == len(field.shape) and field.shape[-1:] == (1,):
        given = given[..., None]
    if given.shape[1:] != field.shape:
        found = f"found shape {given.shape[1:]}, expected {field.shape}"
        problems.append(f"{', '.join(labels[:5])}, row 1: {found}")
        return given
    values = given
    if given.dtype.kind not in "biuf":  # a text that says no number becomes infinite: none may be
        numbers = pd.to_numeric(pd.Series(given.ravel()), errors="coerce").fillna(np.inf)
        values = np.where(pd.isna(given), np.nan, numbers.to_numpy().reshape(given.shape))
    right = np.abs(values) < np.float64(3e38)  # beyond it, float32 is infinite
    right &= (values >= field.low) & (values <= field.high)
    if field.whole:
        right &= values == np.round(values)
    several = given[:1].size > 1
    for row, *place in np.argwhere(~right)[:10].tolist():
        spot = labels[place[-1]] if len(labels) > 1 else labels[0] + str(place) * several
        problems.append(f"{spot}, row {row + 1}: found {given[row, *place]}, expected {field}")
    exact = np.result_type(values.dtype, "float32")
    return values if problems else values.astype(exact)


def learn(samples: Samples) -> Learned:
    """Returns what the samples say of each name, for `prepare`: statistics, words, classes."""
    learned = {}
    for name, field in STORED.items():
        if field.holds == "label" and samples[name].dtype == object:
            names, most = sorted(set(samples[name])), int(field.high) + 1
            if not 2 <= len(names) <= most:
                wanted = "2" if most == 2 else f"2 to {most}"
                raise DataError(f"{name}: expected {wanted} classes, found {names[:50]}")
            learned[name] = {"classes": names}
    return learned


def prepare(samples: Samples, learned: Learned) -> Samples:
    """Returns the samples as the network takes them, by what was learned."""
    result = dict(samples)
    for name in samples.keys() & STORED.keys() - learned.keys():
        if STORED[name].holds == "label" and samples[name].dtype == object:
            raise DataError(f"{name}: found names, but the run was trained on numbers")
    for name in learned.keys() & samples.keys():
        values, known = samples[name], learned[name]
        if "classes" in known:
            found, names = values.ravel(), known["classes"]
            if values.dtype != object:
                found = np.array([f"{each:.15g}" for each in found], dtype=object)
            classes = pd.Index(names).get_indexer(found)
            where = samples.get(ROW, np.arange(1, len(found) + 1))
            for row in np.flatnonzero(classes < 0):
                said = f"found {found[row]!r}, but the training part has only {names}"
                raise DataError(f"{name}, row {where[row]}: {said}")
            result[name] = classes.astype("float32")[:, None]
    return result


def truths(samples: Samples, learned: Learned) -> Samples:
    """Returns the targets that predictions are compared with, names of classes as numbers."""
    named = {name: samples[name] for name in TARGETS if name in samples}
    named = prepare(named, {name: known for name, known in learned.items() if "classes" in known})
    return {name: np.asarray(values) for name, values in named.items()}


class Batches(keras.utils.PyDataset):
    """Batches of samples. With a seed, each epoch has an order of its own in every run."""

    def __init__(self, samples: Samples, batch_size: int, seed: int | None = None) -> None:
        super().__init__()
        self.samples, self.batch_size, self.seed = samples, batch_size, seed
        self.order, self.epoch = np.arange(len(next(iter(samples.values())))), -1
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Makes the order of the next epoch."""
        self.epoch += 1
        if self.seed is not None:
            random = np.random.default_rng((self.seed, self.epoch))
            self.order = random.permutation(len(self.order))

    def __len__(self) -> int:
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        samples = take(self.samples, self.order[index * self.batch_size :][: self.batch_size])
        # A Sequential takes and gives plain arrays, without names.
        names = [name for name in [*INPUTS, *TARGETS] if name in samples]
        return tuple(samples[name].astype("float32") for name in names)


def synthesise(count: int, seed: int) -> Samples:
    """Returns made-up samples: targets follow from codes hidden in all inputs they may see."""
    random = np.random.default_rng(seed)
    world = np.random.default_rng(0)  # what ties targets to inputs is always the same
    pixels_code = random.normal(size=(count, 3)).astype("float32")
    return {
        "pixels": pixels_code[:, np.arange(784) % 3],
        "digit": nearest(pixels_code, 10, world),
    }


def nearest(code: np.ndarray, count: int, world: np.random.Generator) -> np.ndarray:
    """Returns which of `count` points in the code's space is nearest."""
    half = world.normal(size=((count + 1) // 2, code.shape[-1]))
    points = np.concatenate([half, -half])[:count]  # on all sides
    nearness = code @ points.T - np.square(points).sum(axis=-1) / 2
    return nearness.argmax(axis=-1)[..., None].astype("float32")
