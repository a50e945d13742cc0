"""Samples, as dicts of arrays for the names in INPUTS and TARGETS: read, checked, made up."""

import math
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from .files import READERS, Lazy, lengthened, listed, mapped

Samples = dict[str, np.ndarray | Lazy]
Learned = dict[str, dict[str, Any]]  # what the training part says of each name, as JSON has it


@dataclass(frozen=True)
class Field:
    """What one sample holds under one name: its shape, and what its numbers may be."""

    shape: tuple[int | None, ...]  # None: as many steps as the longest sample has
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    may_be_missing: bool = False
    padded: bool = False  # after the end of a sample stands NaN
    holds: str = "numbers"  # or array or label: a column of a table may say so

    def __str__(self) -> str:
        """Returns what is expected, for messages."""
        least = f" from {self.low:g}" if self.low > -math.inf else ""
        most = f" to {self.high:g}" if self.high < math.inf else ""
        return f"{'a whole number' if self.whole else 'a number'}{least}{most}"


INPUTS = {"signal": Field((None, 50), may_be_missing=True, padded=True, holds="array")}
TARGETS = {"label": Field((1,), low=0, high=1, whole=True, holds="label")}
STORED = INPUTS | TARGETS
STANDARDISED = ["signal"]
AHEAD = 4  # batches that are read in the background
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
    """Returns the samples in a file or folder, by the names in `data.columns`. Or DataError."""
    wanted, table, found = fields or STORED, open_table(path), {}
    said = {name: np.atleast_1d(data["columns"].get(name, name)) for name in wanted}
    labels = {name: [str(label) for label in listed] for name, listed in said.items()}
    series = Series(table, data, path) if data["series"] else None
    for name, field in wanted.items():
        arrays = [values_of(table, label, field, path) for label in labels[name]]
        found[name] = arrays[0] if len(arrays) == 1 else np.stack(arrays, axis=-1)
        if series:
            found[name] = series.gather(found[name], field, f"{path}, {name}")
    samples = check(found, wanted, path, data["cache_gb"] * 2**30)
    if fields is None and any(data["split"].values()):
        said = split_column(table, data["split"], path)
        samples[SPLIT] = series.gather(said, None, f"{path}, data.split") if series else said
    return samples


def open_table(path: str) -> Any:
    """Returns the columns of a file or folder by their names. Raises DataError."""
    file = Path(str(path))
    readers = {".npz": np.load, ".csv": pd.read_csv, ".parquet": pd.read_parquet}
    arrays = {each.stem: np.load(each, mmap_mode="r") for each in sorted(file.glob("*.npy"))}
    if arrays:
        return arrays
    if not file.is_file() or file.suffix.lower() not in readers:
        raise DataError(
            f"{path}: there is no such .npz, .csv or .parquet file, nor a folder of such samples"
        )
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


def values_of(table: Any, label: str, field: Field, path: str) -> np.ndarray | Lazy:
    """Returns a column as what the field holds: numbers, or what may stand for them."""
    if field.holds in READERS:
        # A text with braces, as images/{id}.png, names files by a column.
        before, name, after = re.split(
            "[{}]", label if "{" in label else "{" + label + "}", maxsplit=2
        )
        values = column(table, name, path)
        if isinstance(values, np.memmap):
            return mapped(values)
        if values.dtype.kind in "OUT" or "{" in label:
            folder = Path(path) if Path(path).is_dir() else Path(path).parent
            paths = [
                "" if pd.isna(each) else str(folder / f"{before}{each}{after}") for each in values
            ]
            length = field.shape[0] if field.padded and field.shape[0] else 0
            fill = 0 if field.whole else np.nan
            return listed(paths, field.holds, field.shape, length, fill)
        return values
    values = column(table, label, path)
    return as_numbers(values, f"{path}, {label}", or_names=field.holds in ("category", "label"))


def as_numbers(values: np.ndarray, where: str, or_names: bool = False) -> np.ndarray:
    """Returns a column as numbers, an empty cell as NaN, or as names. Raises DataError."""
    if values.dtype.kind in "biuf" or values.ndim != 1:
        return np.array(values)
    numbers, known = pd.to_numeric(pd.Series(values), errors="coerce"), pd.notna(values)
    for row in np.flatnonzero(numbers.isna() & known):
        if or_names:
            return np.where(known, values.astype(str), None)
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


class Series:
    """Which rows of a table are the steps of one sample, and in which order."""

    def __init__(self, table: Any, data: dict[str, Any], path: str) -> None:
        self.sample, self.names = pd.factorize(column(table, data["series"], path))
        order = np.arange(len(self.sample))
        if data["time"]:
            order = np.argsort(column(table, data["time"], path), kind="stable")
        self.step = np.empty_like(order)
        self.step[order] = pd.Series(order).groupby(self.sample[order]).cumcount()
        self.start = np.flatnonzero(self.step == 0)[np.argsort(self.sample[self.step == 0])]

    def gather(self, values: Any, field: Field | None, where: str) -> Any:
        """Returns a row for each sample: its steps, or what they all say. Raises DataError."""
        if field and len(field.shape) == 2 and not isinstance(values, Lazy):
            length = max(self.step.max() + 1, field.shape[0] or 1)
            shape = (len(self.names), length, *values.shape[1:])
            steps = np.full(shape, 0.0 if field.whole else np.nan)
            steps[self.sample, self.step] = values
            return steps
        whole = values[self.start]
        if not isinstance(values, Lazy):
            differs = (values != whole[self.sample]) & (
                pd.notna(values) | pd.notna(whole[self.sample])
            )
            for row in np.flatnonzero(differs.reshape(len(values), -1).any(axis=1)):
                name = self.names[self.sample[row]]
                found = f"found {values[row]!r}, but the series {name} began otherwise"
                raise DataError(f"{where}, row {row + 1}: {found}")
        return whole


def check(found: Samples, fields: dict[str, Field], source: str, room: float = math.inf) -> Samples:
    """Returns the samples in the contract's shapes, in memory if there is room. Or DataError."""
    lengths = {
        name: len(values) if isinstance(values, Lazy) or values.ndim else 0
        for name, values in found.items()
    }
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        raise DataError(f"{source}: expected as many samples of each name, found {lengths}")
    samples, problems = {}, []
    for name, field in fields.items():
        values = found[name]
        if isinstance(values, Lazy):
            samples[name], wrong = look_through(values, field, f"{source}, {name}", room)
            problems += wrong
            room -= 0 if isinstance(samples[name], Lazy) else samples[name].nbytes
            continue
        if values.dtype == object and values.ndim == 1:  # texts or names
            samples[name] = values
            missing = np.flatnonzero(pd.isna(values))[:10]
            problems += [
                f"{source}, {name}, row {row + 1}: found nothing, expected a name"
                for row in missing
            ]
            continue
        values = in_shape(values, field, f"{source}, {name}")
        for row, *place in broken(values, field):
            where = f"{source}, {name}{place}, row {row + 1}"
            problems.append(f"{where}: found {values[row, *place]}, expected {field}")
        samples[name] = values.astype("float32")
    if problems:
        raise DataError("\n".join(problems))
    return samples


def look_through(
    lazy: Lazy, field: Field, where: str, room: float
) -> tuple[np.ndarray | Lazy, list[str]]:
    """Reads all once. Returns them, in memory if there is room, and what is wrong with them."""

    def ready(values: np.ndarray) -> np.ndarray:
        values = in_shape(values, field, where)
        return values if values.dtype == np.uint8 else values.astype("float32")

    def look(row: int) -> np.ndarray | str:
        try:
            values = ready(lazy.read([row]))
        except (ValueError, DataError) as error:
            return str(error).removeprefix(f"{where}: ")
        for _, *place in broken(values, field, most=1):
            return f"found {values[0, *place]} at {place}, expected {field}"
        return values

    problems, kept, longest, largest = [], [], 0, 0
    rows, first, places = np.unique(lazy.rows, return_index=True, return_inverse=True)
    with ThreadPoolExecutor() as pool:
        for row, seen in zip(first, pool.map(look, rows), strict=True):
            if isinstance(seen, str):
                problems.append(f"{where}, row {row + 1}: {seen}")
                if len(problems) == 10:
                    pool.shutdown(cancel_futures=True)
                    break
                continue
            longest, largest = max(longest, seen.shape[1]), max(largest, seen.nbytes)
            if largest * len(lazy) > room:
                kept.clear()
            else:
                kept.append(seen)
    fill = 0 if field.whole else np.nan
    if kept and not problems:
        return np.concatenate([lengthened(each, longest, fill) for each in kept])[places], []
    return lazy.then(lambda values: lengthened(ready(values), longest, fill)), problems


def in_shape(values: np.ndarray, field: Field, where: str) -> np.ndarray:
    """Returns samples in the shape of the field. Raises DataError if they have another."""
    if values.ndim == len(field.shape) and field.shape[-1] == 1:
        values = values[..., None]
    shape, dtype = values.shape[1:], values.dtype
    fits = len(shape) == len(field.shape) and all(
        0 < size == (wanted or size) for size, wanted in zip(shape, field.shape, strict=True)
    )
    if not fits or dtype.kind not in "biuf":
        expected = f"expected numbers of shape {field.shape}".replace("None", "?")
        raise DataError(f"{where}: found {dtype} of shape {shape}, {expected}")
    return values


def broken(values: np.ndarray, field: Field, most: int = 10) -> Iterator[list[int]]:
    """Yields the places of the first numbers that aren't as the field says."""
    right = np.abs(values) < np.float64(3e38)  # beyond it, float32 is infinite
    right &= (values >= field.low) & (values <= field.high)
    if field.whole:
        right &= values == np.round(values)
    if field.may_be_missing:
        right |= np.isnan(values)
    if field.padded:
        right[after_end(values)] = True
    yield from np.argwhere(~right)[:most].tolist()


def after_end(values: np.ndarray) -> np.ndarray:
    """Returns which steps are padding. The first is none: a sample has one step at least."""
    padding = np.isnan(values).all(axis=-1)
    padding[:, 0] = False
    return np.logical_and.accumulate(padding[:, ::-1], axis=1)[:, ::-1]


def learn(samples: Samples) -> Learned:
    """Returns what the samples say of each name, for `prepare`: statistics, words, classes."""
    learned = {}
    for name in STANDARDISED:
        learned[name] = statistics(samples[name])
    for name, field in STORED.items():
        values = samples[name]
        if isinstance(values, Lazy) or values.dtype != object:
            continue
        if field.holds == "label":
            learned[name] = {"classes": class_names(values, field, name)}
    return learned


def statistics(values: np.ndarray | Lazy) -> dict[str, Any]:
    """Returns mean and deviation of each feature, 0 if it never changes: some samples at a time."""

    def parts() -> Iterator[np.ma.MaskedArray]:
        for start in range(0, len(values), 256):
            part = np.asarray(values[start : start + 256], dtype="float64")
            yield np.ma.masked_invalid(part.reshape(-1, part.shape[-1]))

    count = sum(part.count(axis=0) for part in parts())
    mean = sum(part.sum(axis=0).filled(0) for part in parts()) / np.maximum(count, 1)
    square = sum(np.square(part - mean).sum(axis=0).filled(0) for part in parts())
    low = np.min([part.min(axis=0).filled(np.inf) for part in parts()], axis=0)
    high = np.max([part.max(axis=0).filled(-np.inf) for part in parts()], axis=0)
    deviation = np.where(low < high, np.sqrt(square / np.maximum(count, 1)), 0)
    return {"mean": mean.tolist(), "deviation": deviation.tolist()}


def class_names(values: np.ndarray, field: Field, name: str) -> list[str]:
    """Returns the names of classes in order. Raises DataError if they are too many."""
    names = sorted(set(values))
    if not 2 <= len(names) <= field.high + 1:
        raise DataError(f"{name}: expected 2 to {field.high + 1:g} classes, found {names[:50]}")
    return names


def classes_of(values: np.ndarray, names: list[str], name: str) -> np.ndarray:
    """Returns the number of each class. Raises DataError for one that isn't known."""
    for unknown in sorted(set(map(str, values)) - set(names)):
        raise DataError(f"{name}: found {unknown!r}, but the training part has only {names}")
    return np.array([[names.index(str(value))] for value in values], dtype="float32")


def prepare(samples: Samples, learned: Learned) -> Samples:
    """Returns the samples as the network takes them, by what was learned."""
    result = dict(samples)
    for name in learned.keys() & samples.keys():
        values, known = samples[name], learned[name]
        if "classes" in known:
            result[name] = classes_of(values, known["classes"], name)
        if "mean" in known:
            scale = partial(standardise, name=name, known=known)
            result[name] = values.then(scale) if isinstance(values, Lazy) else scale(values)
    return result


def standardise(values: np.ndarray, name: str, known: dict[str, Any]) -> np.ndarray:
    """Returns values with mean 0 and deviation 1; what is missing becomes the mean."""
    mean, deviation = (np.array(known[each]) for each in ("mean", "deviation"))
    centred = values - mean
    scaled = np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 0)
    ready = np.nan_to_num(scaled).astype("float32")
    if name in ["signal"]:
        # The network masks steps of zeros: no step of a sample's own may be one.
        ready[~ready.any(axis=-1) & ~after_end(values)] = 1e-4
    return ready


def truths(samples: Samples, learned: Learned) -> Samples:
    """Returns the targets that predictions are compared with, names of classes as numbers."""
    named = prepare(samples, {name: known for name, known in learned.items() if "classes" in known})
    return {name: np.asarray(named[name]) for name in TARGETS if name in samples}


class Batches(keras.utils.PyDataset):
    """Batches of samples. With a seed, each epoch has an order of its own in every run."""

    def __init__(self, samples: Samples, batch_size: int, seed: int | None = None) -> None:
        super().__init__()
        self.samples, self.batch_size, self.seed = samples, batch_size, seed
        lazy = any(isinstance(values, Lazy) for values in samples.values())
        self.pool, self.ahead = ThreadPoolExecutor(AHEAD) if lazy else None, {}
        self.order, self.epoch = np.arange(len(next(iter(samples.values())))), -1
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Makes the order of the next epoch."""
        if self.seed is not None:
            random = np.random.default_rng((self.seed, self.epoch + 1))
            self.order = random.permutation(len(self.order))
        self.epoch += 1  # last: batches may be read meanwhile, in the background

    def __len__(self) -> int:
        """Returns how many batches an epoch has."""
        return math.ceil(len(self.order) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, ...]:
        """Returns inputs and, if there are any, targets. Files are read some batches ahead."""
        if self.pool is None:
            return self.batch(self.epoch, index)
        # Not by workers of Keras: these give what was left of one epoch to the next.
        wanted = [(self.epoch, each) for each in range(index, min(index + AHEAD, len(self)))]
        ahead = {
            each: self.ahead.get(each) or self.pool.submit(self.batch, *each) for each in wanted
        }
        self.ahead = ahead
        return ahead[wanted[0]].result()

    def batch(self, epoch: int, index: int) -> tuple[Any, ...]:
        """Reads one batch of an epoch."""
        rows = self.order[index * self.batch_size :][: self.batch_size]
        samples = {name: np.asarray(each) for name, each in take(self.samples, rows).items()}
        samples |= cut(samples, first=index == 0)
        inputs = {name: samples[name].astype("float32") for name in INPUTS}
        targets = {name: samples[name] for name in TARGETS if name in samples}
        return (inputs, targets) if targets else (inputs,)


def cut(batch: Samples, first: bool) -> Samples:
    """Returns arrays that end soon after the longest sample: each length is compiled for."""
    arrays = {name: batch[name] for name in ["signal"] if name in batch}
    if first:  # longer than any other: TensorFlow has to see that lengths vary
        ends = {name: np.zeros_like(values[:, :1]) for name, values in arrays.items()}
        return {name: np.concatenate([arrays[name], ends[name]], axis=1) for name in arrays}
    last = max(
        int(np.argwhere(values.any(axis=0))[:, 0].max(initial=0)) for values in arrays.values()
    )
    step = max(
        8, 2 ** ((last + 1).bit_length() - 4)
    )  # the longer, the farther apart: so they are few
    return {name: values[:, : last // step * step + step] for name, values in arrays.items()}


def synthesise(count: int, seed: int) -> Samples:
    """Returns made-up samples: targets follow from codes hidden in all inputs they may see."""
    random = np.random.default_rng(seed)
    world = np.random.default_rng(0)  # what ties targets to inputs is always the same
    signal_code = random.normal(size=(count, 3))
    signal_real = np.arange(20) < random.integers(10, 21, size=(count, 1))
    return {
        "signal": np.where(
            signal_real[..., None], 50 + 10 * steps(signal_code, 20, 50, random), np.nan
        ),
        "label": signs(signal_code, 1, world),
    }


def steps(code: np.ndarray, length: int, size: int, random: np.random.Generator) -> np.ndarray:
    """Returns sequences; the code says level, slope and swing of what each feature mixes."""
    time = np.linspace(-1, 1, length)
    shapes = np.stack([np.ones(length), 1.5 * time, np.sin(2 * math.pi * time)])
    moves = code[:, None] * shapes[: code.shape[1]].T
    noise = 0.1 * random.normal(size=(len(code), length, size))
    return (moves @ np.random.default_rng(0).normal(size=(code.shape[1], size)) + noise).astype(
        "float32"
    )


def signs(code: np.ndarray, size: int, world: np.random.Generator) -> np.ndarray:
    """Returns whether sums of the code's numbers are above zero."""
    sums = code @ world.choice([-1, 1], size=(code.shape[-1], size))
    return (sums > 0).astype("float32")
