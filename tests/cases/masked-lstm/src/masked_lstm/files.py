"""Columns of files: each is read when a batch takes its sample, not before."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np


class Lazy:
    """A column whose samples are read when NumPy makes an array of it, not when some are taken."""

    def __init__(self, read: Callable[[Any], np.ndarray], rows: Any) -> None:
        self.read, self.rows = read, np.asarray(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, rows: Any) -> "Lazy":
        return Lazy(self.read, self.rows[rows])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self.read(self.rows), dtype)

    def then(self, change: Callable[[np.ndarray], np.ndarray]) -> "Lazy":
        """Returns the column that is changed in this way when it's read."""
        return Lazy(lambda rows: change(self.read(rows)), self.rows)


def listed(paths: Sequence[str], field: Any) -> Lazy:
    """Returns a column of files, one for each sample."""
    files, rows = np.unique(paths, return_inverse=True)  # a file may be in many samples

    def read(row: int) -> np.ndarray:
        path = Path(files[row])
        if not path.is_file():
            raise ValueError(f"{path}: there is no such file" if files[row] else "no file is named")
        try:
            return (
                np.load(path) if path.suffix == ".npy" else READERS[field.holds](path, field.shape)
            )
        except Exception as error:
            raise ValueError(f"{path} can't be read: {error}") from error

    def read_all(rows: Sequence[int]) -> np.ndarray:
        samples = [read(row) for row in rows]
        if field.holds != "array":
            return np.stack(samples)
        longest = max(field.shape[0] or 0 if field.padded else 0, *map(len, samples))
        return np.concatenate([lengthened(each[None], longest, field) for each in samples])

    return Lazy(read_all, rows)


def lengthened(samples: np.ndarray, length: int, field: Any) -> np.ndarray:
    """Returns samples with this many steps at least."""
    ends = [(0, 0), (0, max(0, length - samples.shape[1]))] + [(0, 0)] * (samples.ndim - 2)
    fill = 0 if field.whole else np.nan
    floats = samples.astype(np.result_type(samples.dtype, "float32"))
    return np.pad(floats, ends, constant_values=fill)


def read_array(path: Path, shape: Sequence[int | None]) -> np.ndarray:
    """Raises ValueError: what isn't .npy is none."""
    raise ValueError("expected an .npy file")


READERS = {
    "array": read_array,
}
