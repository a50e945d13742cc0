"""Columns of files: each is read when a batch takes its sample, not before."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np


class Lazy:
    """A column whose samples are read when they are wanted as an array."""

    def __init__(self, read: Callable[[Any], np.ndarray], rows: Any) -> None:
        self.read, self.rows = read, np.asarray(rows)

    def __len__(self) -> int:
        """Returns how many samples it has."""
        return len(self.rows)

    def __getitem__(self, rows: Any) -> "Lazy":
        """Returns some of the samples, and reads none."""
        return Lazy(self.read, self.rows[rows])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Returns what NumPy asks for: all samples, read now."""
        return np.asarray(self.read(self.rows), dtype)

    def then(self, change: Callable[[np.ndarray], np.ndarray]) -> "Lazy":
        """Returns the column that is changed in this way when it's read."""
        return Lazy(lambda rows: change(self.read(rows)), self.rows)


def mapped(array: np.memmap) -> Lazy:
    """Returns an array that stays in its file."""
    return Lazy(lambda rows: np.array(array[rows]), np.arange(len(array)))


def listed(
    paths: Sequence[str], holds: str, shape: Sequence[int | None], length: int, fill: float
) -> Lazy:
    """Returns a column of files, one for each sample; `fill` stands after a sample's end."""
    files, rows = np.unique(paths, return_inverse=True)  # a file may be in many samples

    def read(row: int) -> np.ndarray:
        path = Path(files[row])
        if not path.is_file():
            raise ValueError(f"{path}: there is no such file" if files[row] else "no file is named")
        try:
            return np.load(path) if path.suffix == ".npy" else READERS[holds](path, shape)
        except Exception as error:
            raise ValueError(f"{path} can't be read: {error}") from error

    def read_all(rows: Sequence[int]) -> np.ndarray:
        samples = [read(row) for row in rows]
        if holds != "array":
            return np.stack(samples)
        longest = max(length, *map(len, samples))
        return np.concatenate([lengthened(each[None], longest, fill) for each in samples])

    return Lazy(read_all, rows)


def lengthened(samples: np.ndarray, length: int, fill: float) -> np.ndarray:
    """Returns samples with this many steps at least; `fill` stands after their end."""
    ends = [(0, 0), (0, max(0, length - samples.shape[1]))] + [(0, 0)] * (samples.ndim - 2)
    return np.pad(samples.astype("float32"), ends, constant_values=fill)


def read_array(path: Path, shape: Sequence[int | None]) -> np.ndarray:
    """Raises ValueError: what isn't .npy is none."""
    raise ValueError("expected an .npy file")


READERS = {
    "array": read_array,
}
