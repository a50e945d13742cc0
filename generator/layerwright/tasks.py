"""The tasks of an output: its last layer, loss and metric, and what its targets look like.

A new task is one entry of TASKS (and, if it is scored in a new way, the template of the project's
`evaluate.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .kinds import Values


@dataclass(frozen=True)
class Task:
    """A task of an output.

    `form` is how its size is written, `default` the size if it's left out (None: it can't be). `last` is the
    stack that ends its head, with `{size}` for the size. `target` says what one target holds: as many numbers
    as the size, or one label. `loss` and `metrics` are what `compile` gets, as source: names
    that Keras knows, or functions of the generated `train.py`. `score` names the way in which predictions are
    scored. `why` says to the user why loss and last layer are what they are.
    """

    name: str
    form: str
    about: str
    example: str
    last: tuple[str, ...]
    loss: str
    metrics: tuple[str, ...]
    target: Literal["numbers", "label"]
    values: Values
    score: Literal["regression", "multiclass", "binary", "embedding"]
    why: str
    default: int | None = None
    smallest: int = 1
    standardised: bool = False

    def target_size(self, size: int) -> int:
        """How many numbers one target holds."""
        return size if self.target == "numbers" else 1

    def target_values(self, size: int) -> Values:
        """What each of them may be."""
        if self.target == "label" and self.score == "multiclass":
            return Values(low=0, high=size - 1, whole=True)
        return self.values


TASKS = {
    task.name: task
    for task in (
        Task(
            name="regression",
            form="[N]",
            about="a number, or N of them",
            example="regression",
            last=("dense {size} linear",),
            loss='"mse"',
            metrics=('"mae"',),
            target="numbers",
            values=Values(),
            score="regression",
            why="mean squared error on a linear layer; standardised targets make weights comparable",
            default=1,
            standardised=True,
        ),
        Task(
            name="binary",
            form="",
            about="yes or no, as a probability",
            example="binary",
            last=("dense 1 sigmoid",),
            loss='"binary_crossentropy"',
            metrics=('keras.metrics.AUC(name="auc")', '"accuracy"'),
            target="numbers",
            values=Values(low=0, high=1, whole=True),
            score="binary",
            why="binary crossentropy on a sigmoid: a probability",
            default=1,
        ),
        Task(
            name="multiclass",
            form="K",
            about="one of K classes",
            example="multiclass 10",
            last=("dense {size} softmax",),
            loss='"sparse_categorical_crossentropy"',
            metrics=('"accuracy"',),
            target="label",
            values=Values(low=0, whole=True),
            score="multiclass",
            why="sparse categorical crossentropy on a softmax: its probabilities add up to one",
            smallest=2,
        ),
        Task(
            name="multilabel",
            form="K",
            about="any of K labels, each yes or no",
            example="multilabel 5",
            last=("dense {size} sigmoid",),
            loss='"binary_crossentropy"',
            metrics=('keras.metrics.AUC(multi_label=True, name="auc")',),
            target="numbers",
            values=Values(low=0, high=1, whole=True),
            score="binary",
            why="binary crossentropy on sigmoids: each label is a yes or no of its own",
            smallest=2,
        ),
        Task(
            name="embedding",
            form="N",
            about="N numbers, close together for samples of the same label",
            example="embedding 64",
            last=("dense {size} linear", "unit_norm"),
            loss="batch_hard_triplet",
            metrics=(),
            target="label",
            values=Values(low=0, whole=True),
            score="embedding",
            why="a triplet loss over the hardest samples of each batch: samples of one label come to lie together",
        ),
    )
}
