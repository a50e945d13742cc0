"""The kinds of input: what each looks like in answers, in the data, and in the model.

A new kind is one entry of KINDS (and, if its samples are made or checked in a new way, the template of the
project's `data.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, TypeAlias

from .records import dataclass

Items: TypeAlias = "tuple[Any, ...]"
"""Items in the language of `layers`; `{V}` and its like stand for the sizes of the input."""


@dataclass(frozen=True)
class Values:
    """What one number of an array may be: bounds, whole or not, and whether it may be missing.

    `unknown`: any other number, or none, counts as the value 0.
    """

    low: float | None = None
    high: float | None = None
    whole: bool = False
    missing: bool = False
    unknown: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    `form` is how its sizes are written; it has as many axes as the form has letters between the `x`. Those in
    `varying` may be `?`. A `vocabulary` is its first size: how many values there are, and no axis of the tensor.
    `stack` is the planner's own branch to a vector, in the language of `layers`; `steps` the one that keeps an axis
    of time, for outputs that say something of every step (None: it has none). `start` comes before either where a
    size varies. `forks` says what each word of branching puts into the stack, before its item number `fork`.
    `places` says that outputs may say something of every place of it: convolutions come before its stack, as many
    as its sizes need. `scale`: multiplied in the model by a Rescaling layer, unless a backbone brings its own
    preprocessing. `standardised`: by the data pipeline. `synthetic` names the way in which samples are made up.
    `smallest` is its first size at least. `asks` asks for its sizes in words about the data, by the letters that
    each of the questions is about, and `called` is what such an input is called if nobody says. `said` says to the
    user what one sample is, its sizes by their letters, `{s}` where the last is more than one; `why` what happens
    to its values, and why; `read` what layers of these classes make of them. `learning_rate`: the highest that
    suits networks of it, by default: those of tables are small, and come to less error in as many epochs with a
    higher one.
    """

    name: str
    form: str
    about: str
    example: str
    stack: Items
    values: Values
    synthetic: Literal["numbers", "pixels", "categories", "tokens", "steps", "waves"]
    said: str
    why: str
    asks: Mapping[str, str] = field(default_factory=dict)
    called: str = ""
    read: Mapping[str, str] = field(default_factory=dict)
    steps: Items | None = None
    start: Items = ()
    fork: int = 1
    forks: Mapping[str, Items] = field(default_factory=dict)
    varying: str = ""
    vocabulary: bool = False
    places: bool = False
    standardised: bool = False
    scale: float | None = None
    dtype: str = "float32"
    smallest: int = 1
    learning_rate: float = 0.001

    @property
    def letters(self) -> tuple[str, ...]:
        """What its sizes are called, in the order in which they are written."""
        return tuple(self.form.split("x"))

    def shape(self, sizes: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of one sample."""
        return sizes[1:] if self.vocabulary else sizes


DENSE: Mapping[str, Items] = {
    "residual": ({"residual": {"layers": ["dense 64", "dense 64 linear"], "activation": "relu"}},),
    "parallel": ({"parallel": {"paths": [["dense 64"], ["dense 64", "dense 64"]]}},),
}
"""How a branch of dense layers branches."""

CONVOLUTIONS: Mapping[str, Items] = {
    "residual": ({"residual": {"layers": ["conv 128", "conv 128 linear"], "activation": "relu"}},),
    "parallel": ({"parallel": {"paths": [["conv 128"], ["conv 128", "conv 128"]]}},),
}
"""How a branch of convolutions branches."""

RECURRENT: Mapping[str, Items] = {
    "residual": ({"residual": ["lstm 64 return_sequences=true"]},),
    "parallel": ({"parallel": {"paths": [["lstm 32 return_sequences=true"], ["gru 32 return_sequences=true"]]}},),
}
"""How a branch of recurrent layers branches: all of it keeps a mask."""

DROPOUT = "dropout 0.3"
"""What keeps a branch that has many weights for each sample from learning the samples by heart."""

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            name="image",
            form="HxWxC",
            about="a picture: height, width, channels; values from 0 to 255",
            example="image 224x224x3",
            stack=("global_average_pool", DROPOUT),
            values=Values(low=0, high=255),
            synthetic="pixels",
            said="a picture",
            why="scaled in the model, so that a saved model takes pixels from 0 to 255",
            asks={
                "HxW": "How high and wide are the pictures, in pixels?",
                "C": "How many channels: 3 for colour, 1 for grey?",
            },
            called="picture",
            places=True,
            scale=1 / 255,
        ),
        Kind(
            name="volume",
            form="DxHxWxC",
            about="a stack of pictures: depth, height, width, channels; values from 0 to 255",
            example="volume 32x64x64x1",
            stack=("global_average_pool", DROPOUT),
            values=Values(low=0, high=255),
            synthetic="pixels",
            said="a stack of pictures",
            why="scaled in the model, so that a saved model takes values from 0 to 255",
            asks={
                "DxHxW": "How deep, high and wide is a stack, in pictures and pixels?",
                "C": "How many channels: 3 for colour, 1 for grey?",
            },
            called="volume",
            places=True,
            scale=1 / 255,
        ),
        Kind(
            name="numeric",
            form="N",
            about="columns of a table; standardised, a missing one is the mean",
            example="numeric 4",
            stack=("dense 64",),
            forks=DENSE,
            values=Values(missing=True),
            synthetic="numbers",
            said="{N} column{s} of a table; standardised",
            why="standardised in the data pipeline, by the training part, not by a layer: so all backends agree",
            asks={"N": "How many columns does the table have?"},
            called="table",
            standardised=True,
            learning_rate=0.003,
        ),
        Kind(
            name="vector",
            form="N",
            about="numbers that are used as they are",
            example="vector 128",
            stack=("dense 64",),
            forks=DENSE,
            values=Values(),
            synthetic="numbers",
            said="{N} number{s}, used as they are",
            why="used as it is",
            asks={"N": "How many numbers are there?"},
            called="numbers",
        ),
        Kind(
            name="category",
            form="V",
            about="one of V values, as whole numbers from 0; a missing or unknown one is 0",
            example="category 12",
            stack=("embedding {V} {width}",),
            forks=DENSE,
            values=Values(whole=True, unknown=True),
            synthetic="categories",
            said="one of {V} values",
            why="given as a whole number, 0 where it's missing or unknown",
            asks={"V": "How many different values are there?"},
            called="kind",
            read={"Embedding": "an embedding learns what its values have in common"},
            vocabulary=True,
            smallest=2,
            dtype="int32",
            learning_rate=0.003,
        ),
        Kind(
            name="text",
            form="VxL",
            about="L tokens, each one of V; 0 is padding; ? for L: as long as the batch's longest",
            example="text 20000x200",
            stack=("embedding {V} 64 mask_zero=true", DROPOUT, "lstm 64", DROPOUT),
            steps=("embedding {V} 64 mask_zero=true", "bidirectional lstm 32 return_sequences=true"),
            forks=RECURRENT,
            values=Values(low=1, whole=True),
            synthetic="tokens",
            said="{L} tokens, each one of {V}",
            why="given as tokens, whole numbers of which 0 is padding",
            asks={
                "V": "How many different tokens are there: how large is the vocabulary?",
                "L": "How many tokens does a text have? ? if that varies.",
            },
            called="text",
            read={"Embedding": "an embedding learns what its tokens have in common"},
            varying="L",
            vocabulary=True,
            smallest=2,
            dtype="int32",
        ),
        Kind(
            name="sequence",
            form="TxF",
            about="T steps of F numbers each; standardised; ? for T: as long as the batch's longest",
            example="sequence 50x9",
            stack=("lstm 64",),
            steps=("lstm 64 return_sequences=true",),
            start=("masking",),
            fork=0,
            forks=RECURRENT,
            values=Values(missing=True),
            synthetic="steps",
            said="{T} steps of {F} number{s}; standardised",
            why="standardised per feature in the data pipeline, by the training part",
            asks={
                "T": "How many steps does a sequence have? ? if that varies.",
                "F": "How many numbers are measured at each step?",
            },
            called="sequence",
            varying="T",
            standardised=True,
        ),
        Kind(
            name="audio",
            form="N",
            about="N samples of sound from -1 to 1",
            example="audio 16000",
            stack=(
                "MelSpectrogram fft_length={fft} sequence_stride={hop} num_mel_bins=64 top_db=200",
                "permute 2x1",
                "layer_norm",
                "conv 64",
                "max_pool",
                "conv 128",
                "global_average_pool",
                DROPOUT,
            ),
            fork=6,
            forks=CONVOLUTIONS,
            values=Values(low=-1, high=1),
            synthetic="waves",
            said="{N} samples of sound",
            why="given as sound, sample by sample",
            asks={"N": "How many samples of sound: seconds times samples a second?"},
            called="sound",
            read={
                "MelSpectrogram": "a mel spectrogram says how strong each pitch is, and convolutions go along in time"
            },
            smallest=16,
        ),
    )
}
