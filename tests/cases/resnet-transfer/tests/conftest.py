"""What the tests share: a small configuration, a few samples, and the network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

# The package first: it says which backend Keras runs on.
from resnet_transfer import hardware  # isort: skip
import keras

from resnet_transfer.config import Config
from resnet_transfer.data import Batches, Samples, learn, prepare, synthesise
from resnet_transfer.model import build_model

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def prepared() -> None:
    """Devices and precision, as in training: `clear_session` forgets them."""
    hardware.prepare()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A short training on few samples, in a folder of its own."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["run"] = str(tmp_path / "run")
    config["data"] |= {"path": None, "test_path": None, "synthetic_samples": 12}
    config["data"] |= {
        "columns": {name: name for name in ["image", "category"]},
        "test_columns": None,
    }
    config["data"]["split"] = {"column": None, "group": None, "time": None}
    config["training"] |= {"epochs": 1, "batch_size": 4}
    config["training"]["backbone_weights"] = None
    return config


@pytest.fixture(scope="session")
def samples() -> Samples:
    """A few samples, as the network takes them."""
    samples = synthesise(count=4, seed=0)
    return prepare(samples, learn(samples))


@pytest.fixture
def model(samples: Samples) -> Iterator[keras.Model]:
    """The network, its backbone with random weights: tests download nothing."""
    keras.utils.set_random_seed(0)
    model = build_model(weights=None)
    settle(model, samples)
    yield model
    keras.backend.clear_session()


def settle(model: keras.Model, samples: Samples) -> None:
    """Gives the backbone's normalisation the statistics of these samples.

    With random weights and statistics that fit none, features would vanish on their way.
    """
    backbone = model.get_layer("resnet50")
    kind = keras.layers.BatchNormalization
    normalising = {each: each.momentum for each in backbone.layers if isinstance(each, kind)}
    for layer in normalising:
        layer.momentum = 0
    learns, backbone.trainable = backbone.trainable, True
    inputs, *_ = Batches(samples, batch_size=4)[0]
    model(inputs, training=True)
    backbone.trainable = learns
    for layer, momentum in normalising.items():
        layer.momentum = momentum
