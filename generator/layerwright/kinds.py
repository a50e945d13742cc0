"""The kinds of input: what each looks like in answers, in the data, and in the model.

A new kind is one entry of KINDS (and, if its samples are made or checked in a new way, the template of the
project's `data.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Values:
    """What one number of an array may be: bounds, whole or not, and whether it may be missing."""

    low: float | None = None
    high: float | None = None
    whole: bool = False
    missing: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    `form` is how its sizes are written; it has as many axes as the form has letters between the `x`.
    `stack` is the planner's own branch, in the language of `layers`. `scale`: multiplied in the model by a
    Rescaling layer, unless a backbone brings its own preprocessing. `standardised`: by the data pipeline.
    `synthetic` names the way in which samples are made up. `why` says to the user what happens to
    its values, and why.
    """

    name: str
    form: str
    about: str
    example: str
    stack: tuple[str, ...]
    values: Values
    synthetic: Literal["numbers", "pixels"]
    why: str
    standardised: bool = False
    scale: float | None = None
    dtype: str = "float32"

    @property
    def axes(self) -> int:
        """How many sizes it has."""
        return len(self.form.split("x"))


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            name="image",
            form="HxWxC",
            about="a picture: height, width, channels; values from 0 to 255",
            example="image 224x224x3",
            stack=("conv 32", "max_pool", "conv 64", "max_pool", "conv 128", "global_average_pool"),
            values=Values(low=0, high=255),
            synthetic="pixels",
            why="scaled in the model, so that a saved model takes pixels from 0 to 255",
            scale=1 / 255,
        ),
        Kind(
            name="numeric",
            form="N",
            about="columns of a table; standardised, a missing one is the mean",
            example="numeric 4",
            stack=("dense 64",),
            values=Values(missing=True),
            synthetic="numbers",
            why="standardised in the data pipeline, by the training part, not by a layer: so all backends agree",
            standardised=True,
        ),
        Kind(
            name="vector",
            form="N",
            about="numbers that are used as they are",
            example="vector 128",
            stack=("dense 64",),
            values=Values(),
            synthetic="numbers",
            why="used as it is",
        ),
    )
}
