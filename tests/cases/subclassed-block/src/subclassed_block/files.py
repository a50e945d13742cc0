"""Columns of files: each is read when a batch takes its sample, not before."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

PICTURES = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}


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

    return Lazy(lambda rows: np.stack([read(row) for row in rows]), rows)


def read_picture(path: Path, shape: Sequence[int]) -> np.ndarray:
    """Returns a picture of this size and so many channels: grey, colours, or these and alpha."""
    height, width, channels = shape
    if channels not in (1, 3, 4):
        raise ValueError(f"a picture with {channels} channels has to be an .npy file")
    with Image.open(path) as image:
        image.draft(None, [2 * max(height, width)] * 2)  # no JPEG is decoded larger than needed
        image = ImageOps.exif_transpose(image)
        if image.mode == "F":
            raise ValueError("a picture of fractions has to be an .npy file")
        # If fewer than 16 bits are used, or more, nothing says which number is white.
        if image.mode.startswith("I"):
            most = (values := np.asarray(image)).max()
            if values.any() and not 4096 <= most < 65536:
                raise ValueError(
                    f"its numbers go to {most}, not 65535: save it with 8 bits or as .npy"
                )
            image = Image.fromarray((values // 256).astype("uint8"))
        image = image.convert({1: "L", 3: "RGB", 4: "RGBA"}[channels])
        return np.asarray(image.resize((width, height))).reshape(shape)


READERS = {
    "picture": read_picture,
}
