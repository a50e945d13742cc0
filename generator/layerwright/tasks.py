"""The tasks of an output: its last layer, loss and metric, and what its targets look like.

A new task is one entry of TASKS (and, if it is scored in a new way, the template of the project's
`evaluate.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Literal

from .kinds import Values
from .records import dataclass


class Per(Enum):
    """What a task says one thing of."""

    SAMPLE = "sample"
    STEP = "step"
    PLACE = "place"
    INPUT = "input"
    MERGE = "merge"


@dataclass(frozen=True)
class Task:
    """A task of an output.

    `form` is how its size is written, `default` the size if it's left out (None: it can't be). `per` says of what
    it says something: of each sample, of each step or place of an input, all of an input, or how far the merged
    paths are apart. `last` is the stack that ends its head, with `{size}` for the size; `single` replaces it for a
    size of one. `target` says what one target holds: as many numbers as the size, one label, an input once more, or
    whether two inputs are the same. `training` has settings that suit networks of it, by default, where these
    aren't those of all. `loss` and `metrics` are what `compile` gets, as source: names that Keras knows, or
    functions of the generated `train.py`, of which `loss_source` is one that it hasn't got; `single_loss` and
    `single_metrics` replace them for a size of one, and `places_loss` the loss where an image is made again. `score`
    names the way in which predictions are scored. `said` says to the user what comes out, `single_said` for a size
    of one; `why` why loss and last layer are what they are.
    """

    name: str
    form: str
    about: str
    example: str
    last: tuple[str, ...]
    loss: str
    metrics: tuple[str, ...]
    target: Literal["numbers", "label", "input", "same"]
    values: Values
    score: Literal[
        "regression", "multiclass", "binary", "embedding", "segmentation", "reconstruction", "distance", "labels"
    ]
    said: str
    why: str
    asks: str = ""
    called: str = ""
    per: Per = Per.SAMPLE
    default: int | None = None
    smallest: int = 1
    standardised: bool = False
    single: tuple[str, ...] = ()
    single_loss: str = ""
    single_metrics: tuple[str, ...] = ()
    single_said: str = ""
    places_loss: str = ""
    training: Mapping[str, float] = field(default_factory=dict)
    loss_source: str = ""

    def has_classes(self, size: int) -> bool:
        """Whether a sample or a step has one class of several, which may be a rare one."""
        return self.score in ("multiclass", "labels") or (self.score == "binary" and size == 1)

    def ending(self, size: int) -> tuple[str, ...]:
        """The stack that ends its head."""
        chosen = self.single if self.single and size == 1 else self.last
        return tuple(text.format(size=size) for text in chosen)

    def compiled(self, size: int, *, of_places: bool) -> tuple[str, tuple[str, ...]]:
        """Its loss and its metrics as source. `of_places`: it makes an image again."""
        loss, metrics = self.loss, self.metrics
        if self.single_loss and size == 1:
            loss, metrics = self.single_loss, self.single_metrics
        elif self.places_loss and of_places:
            loss = self.places_loss
        return loss, tuple(text.format(size=size) for text in metrics)

    def told(self, size: int) -> str:
        """What comes out, to a user."""
        said = self.single_said if self.single_said and size == 1 else self.said
        return said.format(size=size)

    def target_size(self, size: int) -> int:
        """How many numbers one target holds, for one sample, step or place."""
        return size if self.target == "numbers" else 1

    def target_values(self, size: int) -> Values:
        """What each of them may be."""
        if self.target == "label" and self.score in ("multiclass", "labels", "segmentation"):
            return Values(low=0, high=max(1, size - 1), whole=True)
        return self.values


OF_PLACES: Mapping[str, float] = {"batch_size": 8, "epochs": 100}
"""Settings for tasks of places: one image has thousands of them, and data sets of masks have few images."""

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Task(
            name="regression",
            form="[N]",
            about="a number, or N of them; per_step: for every step of a sequence",
            example="regression",
            last=("dense {size} linear",),
            loss='"mse"',
            metrics=('"mae"',),
            target="numbers",
            values=Values(),
            score="regression",
            said="{size} numbers",
            why="mean squared error on a linear layer; standardised targets make weights comparable",
            asks="How many numbers are there to say?",
            called="value",
            default=1,
            standardised=True,
            single_said="a number",
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
            said="yes or no, as a probability",
            why="binary crossentropy on a sigmoid: a probability",
            called="answer",
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
            said="one of {size} classes, as their probabilities",
            why="sparse categorical crossentropy on a softmax: its probabilities add up to one",
            asks="How many classes are there?",
            called="category",
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
            said="any of {size} labels, each as a probability",
            why="binary crossentropy on sigmoids: each label is a yes or no of its own",
            asks="How many labels are there?",
            called="labels",
            smallest=2,
        ),
        Task(
            name="labels",
            form="K [T]",
            about="one of K labels for every step of a text or sequence",
            example="labels 9",
            last=("dense {size} softmax",),
            loss='"sparse_categorical_crossentropy"',
            metrics=('"accuracy"',),
            target="label",
            values=Values(low=0, whole=True),
            score="labels",
            said="one of {size} labels for every step, as their probabilities",
            why="sparse categorical crossentropy on a softmax at every step: its probabilities add up to one",
            asks="How many labels are there to choose from at each step?",
            called="labels",
            per=Per.STEP,
            smallest=2,
        ),
        Task(
            name="segmentation",
            form="K [HxW]",
            about="one of K classes for every pixel; K = 1: yes or no",
            example="segmentation 3",
            last=("conv {size} 1 softmax padding=valid",),
            loss="pixel_crossentropy",
            metrics=('keras.metrics.MeanIoU({size}, sparse_y_pred=False, name="mean_iou")',),
            target="label",
            values=Values(low=0, whole=True),
            score="segmentation",
            said="one of {size} classes for every pixel, as their probabilities",
            why="crossentropy at every pixel; scored by how far areas overlap",
            asks="How many classes are there? 1: yes or no.",
            called="mask",
            per=Per.PLACE,
            training=OF_PLACES,
            single=("conv 1 1 sigmoid padding=valid",),
            single_loss='"binary_crossentropy"',
            single_metrics=('keras.metrics.BinaryIoU([1], name="iou")',),
            single_said="yes or no for every pixel, as a probability",
        ),
        Task(
            name="map",
            form="N [HxW]",
            about="N numbers for every pixel, as a depth map",
            example="map 1",
            last=("conv {size} 1 linear padding=valid",),
            loss='"mse"',
            metrics=('"mae"',),
            target="numbers",
            values=Values(),
            score="regression",
            said="{size} numbers for every pixel",
            why="mean squared error at every pixel",
            asks="How many numbers are there for each pixel?",
            called="map",
            per=Per.PLACE,
            training=OF_PLACES,
            default=1,
            standardised=True,
            single_said="a number for every pixel",
        ),
        Task(
            name="reconstruction",
            form="INPUT",
            about="an input, as well as the network can make it again",
            example="reconstruction photo",
            last=(),
            loss='"mse"',
            places_loss='"binary_crossentropy"',
            metrics=('"mse"',),
            target="input",
            values=Values(),
            score="reconstruction",
            said="an input, made again",
            why="the input itself as its target: what passes the narrowest layer has to say all of it",
            asks="Which input does it make again?",
            called="again",
            per=Per.INPUT,
        ),
        Task(
            name="forecast",
            form="H",
            about="the next H values of one feature",
            example="forecast 24",
            last=("dense {size} linear",),
            loss='"mse"',
            metrics=('"mae"',),
            target="numbers",
            values=Values(),
            score="regression",
            said="the next {size} values of the first feature",
            why="mean squared error over the whole horizon at once",
            asks="How many values ahead?",
            called="forecast",
            standardised=True,
            single_said="the next value of the first feature",
        ),
        Task(
            name="distance",
            form="",
            about="how far two inputs are apart; small means the same",
            example="distance",
            last=(),
            loss="contrastive",
            metrics=(),
            target="same",
            values=Values(low=0, high=1, whole=True),
            score="distance",
            said="how far the two are apart; small means the same",
            why="a contrastive loss: what is the same comes together, all else at least a margin of 1 apart",
            called="distance",
            per=Per.MERGE,
            default=1,
            training={"learning_rate": 0.003, "epochs": 100},
        ),
        Task(
            name="embedding",
            form="N",
            about="N numbers, close together for samples of the same label",
            example="embedding 64",
            # Where all before is silent, numbers of zero would have no gradient: Keras gives NaN.
            last=("dense {size} linear bias_initializer=random_normal", "unit_norm"),
            loss="batch_hard_triplet",
            metrics=(),
            target="label",
            values=Values(low=0, high=10**7, whole=True),  # float32 tells no more apart
            score="embedding",
            said="{size} numbers, close together for samples of the same label",
            why="a triplet loss over the hardest samples of each batch: samples of one label come to lie together",
            asks="How many numbers stand for a sample?",
            called="position",
        ),
    )
}
