"""Samples, as dicts of arrays for the names in INPUTS and TARGETS: read, checked, made up."""

import math
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from .files import PICTURES, READERS, Lazy, listed, mapped

Samples = dict[str, np.ndarray | Lazy]
Learned = dict[str, dict[str, Any]]  # what the training part says of each name, as JSON has it


@dataclass(frozen=True)
class Field:
    """What one sample holds under one name: its shape, and what its numbers may be."""

    shape: tuple[int, ...]
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    holds: str = "numbers"  # or picture or label: a column of a table may say so

    def __str__(self) -> str:
        """Returns what is expected, for messages."""
        least = f" from {self.low:g}" if self.low > -math.inf else ""
        most = f" to {self.high:g}" if self.high < math.inf else ""
        return f"{'a whole number' if self.whole else 'a number'}{least}{most}"


INPUTS = {"image": Field((224, 224, 3), low=0, high=255, holds="picture")}
TARGETS = {"category": Field((1,), low=0, high=9, whole=True, holds="label")}
STORED = INPUTS | TARGETS
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
    for name, field in wanted.items():
        arrays = [values_of(table, label, field, path) for label in labels[name]]
        found[name] = arrays[0] if len(arrays) == 1 else np.stack(arrays, axis=-1)
    samples = check(found, wanted, path, data["cache_gb"] * 2**30)
    if fields is None and any(data["split"].values()):
        samples[SPLIT] = split_column(table, data["split"], path)
    return samples


def open_table(path: str) -> Any:
    """Returns the columns of a file or folder by their names. Raises DataError."""
    file = Path(str(path))
    readers = {".npz": np.load, ".csv": pd.read_csv, ".parquet": pd.read_parquet}
    arrays = {each.stem: np.load(each, mmap_mode="r") for each in sorted(file.glob("*.npy"))}
    if arrays:
        return arrays
    pictures = [each for each in sorted(file.rglob("*")) if each.suffix.lower() in PICTURES]
    if pictures:  # each in the folder of its class
        names = [str(each.relative_to(file)) for each in pictures]
        classes = [each.parent.name for each in pictures]
        return pd.DataFrame({"image": names, "category": classes})
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
            return listed(paths, field.holds, field.shape)
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
        samples[name] = values if problems or values.dtype == np.uint8 else values.astype("float32")
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
    if kept and not problems:
        return np.concatenate(kept)[places], []
    return lazy.then(ready), problems


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
    right &= (values >= field.low) & (values <= field.high)
    if field.whole:
        right &= values == np.round(values)
    yield from np.argwhere(~right)[:most].tolist()


def learn(samples: Samples) -> Learned:
    """Returns what the samples say of each name, for `prepare`: statistics, words, classes."""
    learned = {}
    for name, field in STORED.items():
        values = samples[name]
        if isinstance(values, Lazy) or values.dtype != object:
            continue
        if field.holds == "label":
            learned[name] = {"classes": class_names(values, field, name)}
    return learned


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
    return result


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
        inputs = {name: samples[name].astype("float32") for name in INPUTS}
        targets = {name: samples[name] for name in TARGETS if name in samples}
        return (inputs, targets) if targets else (inputs,)


def synthesise(count: int, seed: int) -> Samples:
    """Returns made-up samples: targets follow from codes hidden in all inputs they may see."""
    random = np.random.default_rng(seed)
    world = np.random.default_rng(0)  # what ties targets to inputs is always the same
    image_code = random.normal(size=(count, 3))
    return {
        "image": pixels(image_code[:, None, None], (224, 224, 3), random),
        "category": nearest(image_code, 10, world),
    }


def pixels(code: np.ndarray, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Returns noisy images; the code says how bright each channel is."""
    image = random.integers(-16, 17, size=(len(code), *shape), dtype="int16")
    image += (128 + 32 * code).astype("int16")
    return np.clip(image, 0, 255).astype("uint8")


def nearest(code: np.ndarray, count: int, world: np.random.Generator) -> np.ndarray:
    """Returns which of `count` points in the code's space is nearest."""
    half = world.normal(size=((count + 1) // 2, code.shape[-1]))
    points = np.concatenate([half, -half])[:count]  # on all sides
    nearness = code @ points.T - np.square(points).sum(axis=-1) / 2
    return nearness.argmax(axis=-1)[..., None].astype("float32")
