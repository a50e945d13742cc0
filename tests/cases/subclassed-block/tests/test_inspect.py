"""What is shown of the inside is what is there: each call of each layer, each output's gradient."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import keras
import numpy as np
import pytest

from subclassed_block.config import Config
from subclassed_block.data import TARGETS, Batches, Samples, load_data, prepare, take
from subclassed_block.inspect import activations, gradient_norms, main
from subclassed_block.predict import read_learned


def first_batch(samples: Samples) -> tuple[Any, ...]:
    """Returns some samples as the network takes them."""
    return Batches(samples, batch_size=4)[0]


def inside(model: keras.Model) -> Iterator[keras.Layer]:
    """Yields the layers of a network, and those of the networks in it."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from inside(layer)


def test_every_layer_is_shown_as_often_as_it_is_called(
    model: keras.Model, samples: Samples
) -> None:
    batch = first_batch(samples)
    found = activations(model, batch[0])
    names = {name for name, _ in found}
    called = {
        layer.name for layer in inside(model) if not isinstance(layer, keras.layers.InputLayer)
    }
    assert names == called
    outputs = keras.tree.flatten(model(batch[0], training=False))
    for output in map(keras.ops.convert_to_numpy, outputs):
        same = [values for _, values in found if values.shape == output.shape]
        # A GPU adds in any order.
        assert any(np.allclose(output, values, atol=1e-6) for values in same)
    assert len(activations(model, batch[0])) == len(found), "it leaves no trace"


def test_every_output_has_a_gradient_and_weights_stay(model: keras.Model, samples: Samples) -> None:
    before = model.get_weights()
    norms = gradient_norms(model, first_batch(samples))
    assert norms.keys() == TARGETS.keys()
    assert all(0 < norm < np.inf for norm in norms.values())
    assert all(map(np.array_equal, before, model.get_weights()))


def test_it_is_shown_of_a_batch_and_of_one_row(
    config: Config, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(config)
    of_a_batch = capsys.readouterr().out
    main(config, "row=1")
    of_a_row = capsys.readouterr().out
    for said, count in ((of_a_batch, config["training"]["batch_size"]), (of_a_row, 1)):
        assert all(f"\n{name} " in said for name in TARGETS)
        assert f" ({count}," in said
    with patch("subclassed_block.inspect.activations", wraps=activations) as shown:
        main(config, "row=2")
    part, *_ = load_data(config)
    part = prepare(part, read_learned(run))
    inputs, *_ = Batches(take(part, np.array([1])), 1)[0]
    pairs = zip(*map(keras.tree.flatten, (shown.call_args.args[1], inputs)), strict=True)
    assert all(np.array_equal(*pair) for pair in pairs)
    for row in ("row=0", "row=1000000", "row=first"):
        with pytest.raises(SystemExit, match=f"{row}: expected a row"):
            main(config, row)
