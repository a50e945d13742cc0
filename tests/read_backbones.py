"""Reads what is known of each pretrained body off real Keras, and writes the table of it: `make backbones`.

`python -m tests.read_backbones --check` compares instead of writing. Bodies are built without weights, in a tenth of
the time, since shapes, names and numbers of layers don't depend on them.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import inspect
import math
import multiprocessing
import operator
import os
import random
import re
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import black

from layerwright.backbones.backbone import STRIDE, Backbone

if TYPE_CHECKING:
    import keras

TABLE = Path(__file__).parent.parent / "generator" / "layerwright" / "backbones" / "table.py"

READER = "jax"
"""The backend to read on. It has to be able to build every body."""

BACKENDS = ("jax", "tensorflow", "torch")

COUNTER = "torch"
"""The backend to count on what a body computes: it has a counter, and tensors without numbers."""

EXAMPLE = 128
"""A size at which every body can be built."""

COUNTED = 224
"""The size of images at which it's counted what a body computes."""

LARGEST = 1000
"""Largest size at which feature shapes are compared."""

BLOCKS = {
    "convnext": r"_(stage_\d_block_\d+)_",
    "densenet": r"^(conv\d_block\d+)_",
    "efficientnet": r"^(block\d[a-z])_",
    "efficientnet_v2": r"^(block\d[a-z]+)_",
    "inception_resnet_v2": r"^(mixed_\d[a-z]|block\d+_\d+)(?:_|$)",
    "inception_v3": r"^(mixed\d+)$",
    "mobilenet": r"^(conv)_(?:pad|dw|pw)_(\d+)",
    "mobilenet_v2": r"^(expanded_conv|block_\d+)_",
    "mobilenet_v3": r"^(expanded_conv(?:_\d+)?)_[a-z]",
    "nasnet": r"^(normal|reduction)_concat_(\w+)$",
    "resnet": r"^(conv\d_block\d+)_",
    "resnet_v2": r"^(conv\d_block\d+)_",
    "vgg16": r"^(block\d)_",
    "vgg19": r"^(block\d)_",
    "xception": r"^(block\d+)_",
}
"""By Keras's own module: which layers say in their names what block they stand in, and what it's called."""


def constructors() -> list[str]:
    """The names of all constructors of keras.applications."""
    import keras

    return [name for name, _ in inspect.getmembers(keras.applications, inspect.isfunction)]


@contextmanager
def weightless() -> Iterator[None]:
    """Models built inside have variables that are never made."""
    import keras

    keras.backend.clear_session()
    with warnings.catch_warnings(), keras.StatelessScope(initialize_variables=False):
        warnings.simplefilter("ignore")
        yield


def built(constructor: str, height: int = EXAMPLE, width: int = EXAMPLE, channels: int = 3, **more: Any) -> Any:
    """The real body, without weights. Some pad by the size of the image, so none stands for another size."""
    import keras

    function = getattr(keras.applications, constructor)
    with weightless():
        return function(**{"include_top": False, "weights": None, "input_shape": (height, width, channels), **more})


def with_imagenet(constructor: str) -> Any:
    """The body as it is built for the weights of imagenet, which are neither downloaded nor loaded."""
    import keras

    with (
        mock.patch("keras.src.utils.file_utils.get_file", return_value="none.weights.h5"),
        mock.patch.object(keras.Model, "load_weights"),
    ):
        return built(constructor, weights="imagenet")


def can_be_built(constructor: str, *sizes: int) -> bool:
    """Whether Keras builds the body for images of this height, width, number of channels."""
    try:
        return all(built(constructor, *sizes).output_shape[1:])
    except ValueError:
        return False


def counts(model: keras.Model) -> tuple[int, int]:
    """How many numbers a model's variables hold, and how many of them are trainable."""
    return model.count_params(), sum(math.prod(weight.shape) for weight in model.trainable_weights)


def read(constructor: str) -> dict[str, Any]:
    """All that the table says of a body, but for the backends."""
    model = built(constructor)
    smallest = _smallest(constructor)
    facts = {
        "constructor": constructor,
        "name": _name(constructor, model),
        "size": built(constructor, include_top=True, input_shape=None).input_shape[1],
        "smallest": smallest,
        "offset": _offset(constructor, smallest),
        "channels": model.output_shape[-1],
        **_counts(constructor, model),
        **_preprocessing(constructor),
        "more_for_imagenet": len(with_imagenet(constructor).layers) - len(model.layers),
        "normalises": bool(_normalising(model)),
        "layers": len(model.layers),
        "blocks_text": ", ".join(f"{name} {count}" for name, count in blocks(constructor, model)),
    }
    _check_assumptions(constructor, model)
    return facts


def _check_assumptions(constructor: str, model: Any) -> None:
    """What the generator takes for granted of every body."""
    import keras

    assert type(model).__name__ == "Functional"
    nested = [each for each in model.layers if isinstance(each, keras.Model)]
    assert not any(_normalising(each) for each in nested), "unfreeze_top looks for batch normalisation at the top only"
    assert counts(with_imagenet(constructor)) == counts(model)
    assert counts(model)[0] > counts(built(constructor, channels=1))[0], "weights for three channels fit no others"


def _normalising(model: Any) -> list[Any]:
    import keras

    return [each for each in model.layers if isinstance(each, keras.layers.BatchNormalization)]


def _name(constructor: str, model: Any) -> str:
    """The constructor in lower case, if the body is then the same; else Keras's own name."""
    name = constructor.lower()
    try:
        same = _scalings(built(constructor, name=name)) == _scalings(model)
    except KeyError:  # some look their own parts up by it
        same = False
    return name if same else str(model.name)


def _scalings(model: Any) -> list[dict[str, Any]]:
    """The preprocessing that is built in."""
    import keras

    kinds = (keras.layers.Rescaling, keras.layers.Normalization)
    return [each.get_config() | {"name": None} for each in model.layers if isinstance(each, kinds)]


def _first(low: int, high: int, is_so: Callable[[int], bool]) -> int:
    """The first size between two that something is so of; it isn't of the lower one, and it is of the higher one."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_so(middle) else (middle, high)
    return high


def _smallest(constructor: str) -> int:
    """The smallest height, which is the smallest width too."""
    size = _first(0, EXAMPLE, lambda size: can_be_built(constructor, size, size))
    assert not can_be_built(constructor, size - 1, size)
    assert not can_be_built(constructor, size, size - 1)
    return size


def _offset(constructor: str, smallest: int) -> int:
    """What is added to a size before it's divided: found where one place more comes, compared at other sizes."""
    [(_, fewest), _] = _measured(constructor, [smallest, smallest])
    more = _first(smallest, smallest + STRIDE, lambda size: dict(_measured(constructor, [size, size]))[size] > fewest)
    offset = (fewest + 1) * STRIDE - more
    chance = random.Random(constructor)
    others = [more - 1, more, more + STRIDE - 1, more + STRIDE, *(chance.randint(smallest, LARGEST) for _ in range(6))]
    for size, places in _measured(constructor, others):
        assert places == (size + offset) // STRIDE, f"{constructor} makes {places} places of {size}"
    return offset


def _measured(constructor: str, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Sizes with the numbers of places that they become: one as a height and the next as a width at once."""
    for height, width in zip(sizes[::2], sizes[1::2], strict=True):
        _, rows, columns, _ = built(constructor, height, width).output_shape
        yield height, rows
        yield width, columns


def _counts(constructor: str, model: Any) -> dict[str, int]:
    (parameters, trainable), fewer = counts(model), counts(built(constructor, channels=2))
    more = (parameters - fewer[0], trainable - fewer[1])
    for channels in (1, 4, 7):
        found = counts(built(constructor, channels=channels))
        assert found == (parameters + (channels - 3) * more[0], trainable + (channels - 3) * more[1])
    return {
        "parameters": parameters,
        "trainable": trainable,
        "parameters_per_channel": more[0],
        "trainable_per_channel": more[1],
    }


def _module(constructor: str) -> str:
    """Keras's own module that a constructor stands in."""
    import keras

    return str(getattr(keras.applications, constructor).__module__).rpartition(".")[2]


def _preprocessing(constructor: str) -> dict[str, Any]:
    """The function that prepares pixels, and what it leaves in a graph; or that the model does it itself."""
    import keras

    own = constructor.lower()
    module = own if hasattr(keras.applications, own) else _module(constructor)
    path = f"{module}.preprocess_input"
    preprocess = operator.attrgetter(path)(keras.applications)
    image = keras.Input((EXAMPLE, EXAMPLE, 3))
    if preprocess(image) is image:
        needs_colours = len(_scalings(built(constructor, channels=1))) == 0
        return {"preprocessing": None, "needs_colours": needs_colours, "operations": ()}
    return {
        "preprocessing": path,
        "needs_colours": not all(_keeps_channels(preprocess, channels) for channels in (1, 4)),
        "operations": operations(preprocess),
    }


def _keeps_channels(preprocess: Callable[[Any], Any], channels: int) -> bool:
    import keras

    image = keras.Input((EXAMPLE, EXAMPLE, channels))
    try:
        return bool(preprocess(image).shape == image.shape)
    except ValueError:
        return False


def operations(preprocess: Callable[[Any], Any], times: int = 2) -> tuple[str, ...]:
    """The names of the operations that a function leaves in a graph, without their numbers."""
    import keras

    keras.backend.clear_session()
    images = [keras.Input((EXAMPLE, EXAMPLE, 3)) for _ in range(times)]
    model = keras.Model(images, [preprocess(image) for image in images])
    names = [each.name for each in model.operations if not isinstance(each, keras.layers.Layer)]
    assert len(set(names)) == len(names)
    return tuple(sorted({re.sub(r"_\d+$", "", name) for name in names}))


def blocks(constructor: str, model: Any) -> Iterator[tuple[str, int]]:
    """The body's own blocks in order, each with how many of the last layers there are from its first one on.

    Some layers between two blocks say nothing of either. There a block starts where the fewest tensors pass: what adds
    a shortcut ends the block before, what makes the image smaller starts the block after.
    """
    labels = [_label(_module(constructor), layer.name) for layer in model.layers]
    passing = _passing(model)
    end = 0
    for name in dict.fromkeys(filter(None, labels)):
        first, last = labels.index(name), len(labels) - 1 - labels[::-1].index(name)
        assert first >= end, f"{name} starts before the block before it ends"
        # What comes before the first block, the stem, stays outside.
        sign = 1 if end else -1
        start = min(range(end or 1, first + 1), key=lambda place: (passing[place], sign * place))
        yield name, len(labels) - start
        end = last + 1


def _label(module: str, layer: str) -> str | None:
    """The name of the block that a layer says it stands in."""
    found = re.search(BLOCKS[module], layer)
    return "_".join(found.groups()) if found else None


def _passing(model: Any) -> list[int]:
    """For each layer, how many tensors there are that were made before it and are needed by it or later."""
    made: dict[int, int] = {}
    needed: dict[int, int] = {}
    inside = set(model.operations)
    for place, layer in enumerate(model.operations):
        for node in layer._inbound_nodes:
            if all(tensor._keras_history.operation in inside for tensor in node.input_tensors):
                made |= {id(tensor): place for tensor in node.output_tensors}
                needed |= {id(tensor): place for tensor in node.input_tensors}
    places = [place for place, layer in enumerate(model.operations) if layer in model.layers]
    return [sum(made[tensor] < place <= last for tensor, last in needed.items()) for place in places]


def refused(constructor: str) -> bool:
    """Whether the backend of this process can't build a body."""
    return not can_be_built(constructor, EXAMPLE, EXAMPLE)


def counted(constructor: str) -> int | None:
    """How often a body multiplies and adds for each pixel, None if this backend can't build it."""
    import keras
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    if refused(constructor):
        return None
    function = getattr(keras.applications, constructor)
    with keras.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        model = function(include_top=False, weights=None, input_shape=(COUNTED, COUNTED, 3))
        counter.get_flop_counts().clear()  # of what it took to build it
        model(torch.zeros((1, COUNTED, COUNTED, 3), device="meta"), training=False)
    return round(counter.get_total_flops() / 2 / COUNTED**2)


def _start(backend: str) -> None:
    """Prepares a process for a backend."""
    os.environ |= {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"}
    importlib.import_module("keras")
    gc.freeze()  # Keras collects garbage between models: only what is new needs a look


def _in_processes(backend: str, function: Callable[[str], Any], names: Iterable[str]) -> list[Any]:
    """What a function says of each constructor, on a backend."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), spawn, initializer=_start, initargs=(backend,)) as pool:
        return list(pool.map(function, names))


def _version() -> str:
    import keras

    return str(keras.__version__)


def read_all() -> list[dict[str, Any]]:
    """All that the table says."""
    names = constructors()
    refusals = {backend: _in_processes(backend, refused, names) for backend in BACKENDS}
    counts_of = _in_processes(COUNTER, counted, names)
    facts = _in_processes(READER, read, names)
    for index, each in enumerate(facts):
        each["refused_by"] = tuple(backend for backend in BACKENDS if refusals[backend][index])
        each["multiply_adds_per_pixel"] = counts_of[index]
    return [asdict(Backbone(**each)) for each in facts]


def written(facts: Iterable[dict[str, Any]]) -> str:
    """The table as Python source."""
    entries = "".join(f"Backbone({_arguments(each)})," for each in facts)
    source = (
        f'"""Every constructor of keras.applications, read off Keras {_version()}.\n\n'
        'Written by `make backbones`, and never by hand.\n"""\n\n'
        f"from __future__ import annotations\n\nfrom .backbone import Backbone\n\nTABLE = ({entries})\n"
    )
    return black.format_str(source, mode=black.Mode(line_length=120, target_versions={black.TargetVersion.PY311}))


def _arguments(facts: dict[str, Any]) -> str:
    return ", ".join(f"{key}={_spelled(value)}" for key, value in facts.items())


def _spelled(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:_}"
    if isinstance(value, str) and len(value) > 80:
        lines = textwrap.wrap(value, 105, drop_whitespace=False, break_on_hyphens=False)
        return "(" + " ".join(map(repr, lines)) + ")"
    return repr(value)


def main(arguments: Sequence[str]) -> int:
    """Writes the table, or says whether it's what Keras says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the table instead of writing it")
    check = parser.parse_args(arguments).check
    os.environ.setdefault("KERAS_BACKEND", READER)
    source = written(read_all())
    if not check:
        TABLE.write_text(source, encoding="utf-8")
        return 0
    same = TABLE.read_text(encoding="utf-8") == source
    print("The table is what Keras says." if same else "The table is not what Keras says: make backbones.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
