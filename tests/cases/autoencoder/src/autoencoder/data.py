"""Samples, as dicts of arrays for the names in INPUTS and TARGETS: read, checked, made up."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

Samples = dict[str, np.ndarray]


@dataclass(frozen=True)
class Field:
    """What one sample holds under one name: its shape, and what its numbers may be."""

    shape: tuple[int, ...]


INPUTS = {"image": Field((784,))}
TARGETS = {"image_out": INPUTS["image"]}
RECONSTRUCTED = {"image_out": "image"}  # of which inputs: no file holds them
STORED = {name: field for name, field in (INPUTS | TARGETS).items() if name not in RECONSTRUCTED}
SPLIT = "data.split"  # a column beside the samples, while they are split into parts


class DataError(SystemExit):
    """The data breaks the contract. Stops the program with a message that says where."""


def load_data(config: dict[str, Any]) -> tuple[Samples, Samples, Samples]:
    """Returns the training, validation and test part of what the configuration names."""
    data, seed, path = config["data"], config["seed"], config["data"]["path"]
    samples = read(path, data) if path else synthesise(data["synthetic_samples"], seed)
    if data["test_path"]:
        columns = data["columns"] | (data["test_columns"] or {})
        test = read(data["test_path"], data | {"columns": columns}, STORED)
    else:
        samples, test = split(samples, "test", data, seed)
    train, validation = split(samples, "validation", data, seed + 1)
    return tuple({name: part[name] for name in STORED} for part in (train, validation, test))


def take(samples: Samples, rows: np.ndarray) -> Samples:
    """Returns these rows of every array."""
    return {name: values[rows] for name, values in samples.items()}


def split(samples: Samples, part: str, data: dict[str, Any], seed: int) -> tuple[Samples, Samples]:
    """Returns the samples without the part, `test` or `validation`, and the part."""
    count = len(next(iter(samples.values())))
    cut = round(count * data[f"{part}_fraction"])
    order = np.random.default_rng(seed).permutation(count)
    said, by = samples.get(SPLIT), data["split"]
    if said is not None and by["time"]:
        order = np.argsort(said, kind="stable")[::-1]
    elif said is not None and by["group"]:
        groups, group = np.unique(said, return_inverse=True)
        place = np.random.default_rng(seed).permutation(len(groups))[group]
        order = np.argsort(place, kind="stable")
        cut = np.count_nonzero(place <= place[order[max(cut, 1) - 1]])  # whole groups
    elif said is not None and (said == part).any():
        order, cut = np.argsort(said != part, kind="stable"), np.count_nonzero(said == part)
    if not 0 < cut < count:
        raise DataError(
            f"data.{part}_fraction or data.split leaves a part of {count} samples empty"
        )
    return take(samples, np.sort(order[cut:])), take(samples, np.sort(order[:cut]))


def read(path: str, data: dict[str, Any], fields: dict[str, Field] | None = None) -> Samples:
    """Returns a file's samples, by the names that `data.columns` says. Raises DataError."""
    wanted, table, found = fields or STORED, open_table(path), {}
    said = {name: np.atleast_1d(data["columns"].get(name, name)) for name in wanted}
    labels = {name: [str(label) for label in listed] for name, listed in said.items()}
    for name, listed in labels.items():
        arrays = [as_numbers(column(table, label, path), f"{path}, {label}") for label in listed]
        found[name] = arrays[0] if len(arrays) == 1 else np.stack(arrays, axis=-1)
    samples = check(found, wanted, path, labels if isinstance(table, pd.DataFrame) else None)
    if fields is None and any(data["split"].values()):
        samples[SPLIT] = split_column(table, data["split"], path)
    return samples


def open_table(path: str) -> Any:
    """Returns a file's columns by their names. Raises DataError."""
    file = Path(str(path))
    readers = {".npz": np.load, ".csv": pd.read_csv, ".parquet": pd.read_parquet}
    if not file.is_file() or file.suffix.lower() not in readers:
        raise DataError(f"{path}: there is no such .npz, .csv or .parquet file")
    try:
        table = readers[file.suffix.lower()](file)
        return table if isinstance(table, pd.DataFrame) else dict(table)
    except Exception as error:
        raise DataError(f"{path} can't be read: {error}") from error


def column(table: Any, label: str, path: str) -> np.ndarray:
    """Returns a column, or raises DataError."""
    if label not in table:
        raise DataError(f"{path}: no {label!r} in {list(table)}")
    return np.asanyarray(table[label])


def as_numbers(values: np.ndarray, where: str) -> np.ndarray:
    """Returns a column as numbers, an empty cell as NaN. Raises DataError for other texts."""
    if values.dtype.kind in "biuf" or values.ndim != 1:
        return np.array(values)
    numbers, known = pd.to_numeric(pd.Series(values), errors="coerce"), pd.notna(values)
    for row in np.flatnonzero(numbers.isna() & known):
        raise DataError(f"{where}, row {row + 1}: found {values[row]!r}, expected a number")
    return numbers.to_numpy()


def split_column(table: Any, split: dict[str, str | None], path: str) -> np.ndarray:
    """Returns the column that says how rows are split into parts. Raises DataError."""
    (by, label), *others = [(by, label) for by, label in split.items() if label]
    said = column(table, label, path)
    if others or pd.isna(said).any() or said.ndim != 1:
        raise DataError(f"{path}: data.split needs one column, and a value in each of its rows")
    if by == "column":
        parts = {"tra": "train", "val": "validation", "tes": "test"}
        said = np.array([parts.get(str(part).lower()[:3], part) for part in said])
        if unknown := set(said) - set(parts.values()):
            raise DataError(f"{path}, {label}: expected train, validation or test, found {unknown}")
    elif by == "time" and said.dtype.kind not in "biufM":
        try:
            said = pd.to_datetime(said).to_numpy()
        except ValueError as error:
            raise DataError(f"{path}, {label}: expected times or numbers: {error}") from error
    return said


def check(found: Samples, fields: dict[str, Field], source: str, labels: Any = None) -> Samples:
    """Returns the arrays in the contract's shapes. Raises DataError. `labels` are of a table."""
    lengths = {name: len(values) if values.ndim else 0 for name, values in found.items()}
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        raise DataError(f"{source}: expected as many samples of each name, found {lengths}")
    samples, problems = {}, []
    for name, field in fields.items():
        values = in_shape(found[name], field, f"{source}, {name}")
        for row, *place in broken(values, field):
            spot = [labels[name][place[0]]] if labels else place
            where = f"{source}, {name}{spot}, row {row + 1}"
            problems.append(f"{where}: found {values[row, *place]}, expected a number")
        samples[name] = values.astype("float32")
    if problems:
        raise DataError("\n".join(problems))
    return samples


def in_shape(values: np.ndarray, field: Field, where: str) -> np.ndarray:
    """Returns samples in the shape of the field. Raises DataError if they have another."""
    if values.ndim == len(field.shape) and field.shape[-1] == 1:
        values = values[..., None]
    shape, dtype = values.shape[1:], values.dtype
    if shape != field.shape or dtype.kind not in "biuf":
        expected = f"expected numbers of shape {field.shape}"
        raise DataError(f"{where}: found {dtype} of shape {shape}, {expected}")
    return values


def broken(values: np.ndarray, field: Field, most: int = 10) -> Iterator[list[int]]:
    """Yields the places of the first numbers that aren't as the field says."""
    right = np.abs(values) < np.float64(3e38)  # beyond it, float32 is infinite
    yield from np.argwhere(~right)[:most].tolist()


def reconstructions(samples: Samples) -> Samples:
    """Returns what the network has to make again: inputs as its layers see them."""
    return {
        "image_out": samples["image"],
    }


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
        """Returns how many batches an epoch has."""
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Returns inputs and, if there are any, targets."""
        samples = take(self.samples, self.order[index * self.batch_size :][: self.batch_size])
        samples |= reconstructions(samples)
        inputs = {name: samples[name].astype("float32") for name in INPUTS}
        targets = {name: samples[name] for name in TARGETS if name in samples}
        return (inputs, targets) if targets else (inputs,)


def synthesise(count: int, seed: int) -> Samples:
    """Returns made-up samples: targets follow from codes hidden in all inputs they may see."""
    random = np.random.default_rng(seed)
    image_code = random.normal(size=(count, 3))
    return {
        "image": 0.5 + 0.1 * numbers(image_code, 784),
    }


def numbers(code: np.ndarray, size: int) -> np.ndarray:
    """Returns columns that each mix the code's numbers."""
    mix, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(size, code.shape[1])))
    return (code @ mix.T * math.sqrt(size / code.shape[1])).astype("float32")
