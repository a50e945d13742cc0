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
Learned = dict[str, dict[str, Any]]  # what the training part says of each name, as JSON has it


@dataclass(frozen=True)
class Field:
    """What one sample holds under one name: its shape, and what its numbers may be."""

    shape: tuple[int, ...]
    may_be_missing: bool = False


INPUTS = {"sensors": Field((4,), may_be_missing=True)}
TARGETS = {"energy_output": Field((1,)), "vacuum_output": Field((1,))}
STANDARDISED = ["sensors", "energy_output", "vacuum_output"]


class DataError(SystemExit):
    """The data breaks the contract. Stops the program with a message that says where."""


def load_data(config: dict[str, Any]) -> tuple[Samples, Samples, Samples]:
    """Returns the training, validation and test part of what the configuration names."""
    data, seed, path = config["data"], config["seed"], config["data"]["path"]
    made, columns = data["synthetic_samples"], data["columns"]
    samples = read(path, columns) if path else synthesise(made, seed)
    if data["test_path"]:
        test = read(data["test_path"], columns)
    else:
        samples, test = split(samples, data["test_fraction"], seed)
    train, validation = split(samples, data["validation_fraction"], seed + 1)
    return train, validation, test


def take(samples: Samples, rows: np.ndarray) -> Samples:
    """Returns these rows of every array."""
    return {name: values[rows] for name, values in samples.items()}


def split(samples: Samples, fraction: float, seed: int) -> tuple[Samples, Samples]:
    """Returns the samples without a random fraction of them, and that fraction."""
    count = len(next(iter(samples.values())))
    cut = round(count * fraction)
    if not 0 < cut < count:
        raise DataError(f"a fraction of {fraction} leaves a part of {count} samples empty")
    order = np.random.default_rng(seed).permutation(count)
    return take(samples, np.sort(order[cut:])), take(samples, np.sort(order[:cut]))


def read(path: str, columns: dict[str, Any], fields: dict[str, Field] | None = None) -> Samples:
    """Returns the samples in a file, which calls each name what `columns` says. Or DataError."""
    fields = fields or INPUTS | TARGETS
    file = Path(str(path))
    if not file.is_file() or file.suffix.lower() not in {".npz", ".csv"}:
        raise DataError(f"{path}: there is no such .npz or .csv file")
    is_csv, found, labels = file.suffix.lower() == ".csv", {}, {}
    try:
        table = pd.read_csv(file) if is_csv else dict(np.load(file))
        for name in fields:
            labels[name] = [str(label) for label in np.atleast_1d(columns.get(name, name))]
            for label in labels[name]:
                if label not in table:
                    raise DataError(f"{path}: no {label!r} in {list(table)}")
            listed = [as_numbers(table[label], f"{path}, {label}") for label in labels[name]]
            found[name] = listed[0] if len(listed) == 1 else np.stack(listed, axis=-1)
    except Exception as error:
        raise DataError(f"{path} can't be read: {error}") from error
    return check(found, fields, path, labels if is_csv else None)


def as_numbers(column: pd.Series | np.ndarray, where: str) -> np.ndarray:
    """Returns a column as numbers, an empty cell as NaN. Raises DataError for other texts."""
    if isinstance(column, np.ndarray):
        return column
    numbers = pd.to_numeric(column, errors="coerce")
    for row in np.flatnonzero(numbers.isna() & column.notna()):
        raise DataError(f"{where}, row {row + 1}: found {column.iloc[row]!r}, expected a number")
    return numbers.to_numpy()


def check(found: Samples, fields: dict[str, Field], source: str, labels: Any = None) -> Samples:
    """Returns the arrays in the contract's shapes. Raises DataError. `labels` are of a CSV."""
    lengths = {name: len(values) if values.ndim else 0 for name, values in found.items()}
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        raise DataError(f"{source}: expected as many samples of each name, found {lengths}")
    samples, problems = {}, []
    for name, field in fields.items():
        values = found[name]
        if values.ndim == len(field.shape) and field.shape[-1] == 1:
            values = values[..., None]
        shape, dtype = values.shape[1:], values.dtype
        if shape != field.shape or dtype.kind not in "biuf":
            expected = f"expected numbers of shape {field.shape}"
            raise DataError(f"{source}, {name}: found {dtype} of shape {shape}, {expected}")
        for row, *place in broken(values, field):
            spot = [labels[name][place[0]]] if labels else place
            where = f"{source}, {name}{spot}, row {row + 1}"
            problems.append(f"{where}: found {values[row, *place]}, expected a number")
        samples[name] = values.astype("float32")
    if problems:
        raise DataError("\n".join(problems))
    return samples


def broken(values: np.ndarray, field: Field, most: int = 10) -> Iterator[list[int]]:
    """Yields the places of the first numbers that aren't as the field says."""
    right = np.abs(values) < np.float64(3e38)  # beyond it, float32 is infinite
    if field.may_be_missing:
        right |= np.isnan(values)
    yield from np.argwhere(~right)[:most].tolist()


def learn(samples: Samples) -> Learned:
    """Returns the mean and the deviation of each column; one that never changes has 0."""
    learned = {}
    for name in STANDARDISED:
        known = np.ma.masked_invalid(samples[name].astype("float64"))
        deviation = np.ma.where(np.ma.ptp(known, axis=0) > 0, known.std(axis=0), 0)
        both = np.ma.stack([known.mean(axis=0), deviation]).filled(0)
        learned[name] = dict(zip(("mean", "deviation"), both.tolist(), strict=True))
    return learned


def prepare(samples: Samples, learned: Learned) -> Samples:
    """Returns the samples with mean 0 and deviation 1; what is missing becomes the mean."""
    result = dict(samples)
    for name in learned.keys() & samples.keys():
        mean, deviation = (np.array(learned[name][each]) for each in ("mean", "deviation"))
        centred = samples[name] - mean
        scaled = np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 0)
        result[name] = np.nan_to_num(scaled).astype("float32")
    return result


def restore(samples: Samples, learned: Learned) -> Samples:
    """Returns standardised samples in their own units."""
    result = dict(samples)
    for name in learned.keys() & samples.keys():
        mean, deviation = (np.array(learned[name][each]) for each in ("mean", "deviation"))
        result[name] = samples[name] * deviation + mean
    return result


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
        inputs = {name: samples[name].astype("float32") for name in INPUTS}
        targets = {name: samples[name] for name in TARGETS if name in samples}
        return (inputs, targets) if targets else (inputs,)


def synthesise(count: int, seed: int) -> Samples:
    """Returns made-up samples: targets follow from codes hidden in all inputs they may see."""
    random = np.random.default_rng(seed)
    world = np.random.default_rng(0)  # what ties targets to inputs is always the same
    sensors_code = random.normal(size=(count, 3))
    return {
        "sensors": 50 + 10 * numbers(sensors_code, 4),
        "energy_output": sums(sensors_code, 1, world),
        "vacuum_output": sums(sensors_code, 1, world),
    }


def numbers(code: np.ndarray, size: int) -> np.ndarray:
    """Returns columns that each mix the code's numbers."""
    mix, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(size, code.shape[1])))
    return (code @ mix.T * math.sqrt(size / code.shape[1])).astype("float32")


def sums(code: np.ndarray, size: int, world: np.random.Generator) -> np.ndarray:
    """Returns sums of the code's numbers, each with a weight of its own, in some unit."""
    shape = (code.shape[-1], size)
    weights = world.choice([-1, 1], shape) * world.uniform(0.5, 1.5, shape)
    return (100 + 20 * code @ weights / math.sqrt(code.shape[-1])).astype("float32")
