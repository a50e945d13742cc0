"""What the tests share: a small configuration, a few samples, and the network."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

# The package first: it says which backend Keras runs on.
from resnet_transfer import hardware  # isort: skip
import keras

from resnet_transfer.config import Config
from resnet_transfer.data import Batches, Samples, learn, prepare, synthesise
from resnet_transfer.model import build_model, unfreeze_top
from resnet_transfer.train import train

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def prepared() -> None:
    """Devices and precision, as in training: `clear_session` forgets them."""
    hardware.prepare()


def short(folder: Path) -> Config:
    """Returns the configuration of a short training on few samples, in this folder."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["run"] = str(folder / "run")
    config["data"] |= {"path": None, "test_path": None, "synthetic_samples": 12}
    config["data"] |= {
        "columns": {name: name for name in ["image", "category"]},
        "test_columns": None,
    }
    config["data"]["split"] = {"column": None, "group": None, "time": None}
    config["training"] |= {"epochs": 1, "batch_size": 4}
    config["training"]["backbone_weights"] = None
    return config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A short training on few samples, in a folder of its own."""
    return short(tmp_path)


def stand_in(input_shape: tuple[int, ...], name: str, **others: object) -> keras.Model:
    """Returns a few layers in the backbone's place: runs take seconds with them."""
    image = keras.Input(input_shape)
    x = keras.layers.Conv2D(8, 32, strides=32)(image)
    for _ in range(12):  # more layers than phase two trains
        x = keras.layers.Conv2D(8, 1)(x)
        x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Conv2D(2048, 1)(x)
    return keras.Model(
        image, keras.layers.LayerNormalization()(x), name=name
    )  # as large as features are


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks are built with a stand-in for the backbone."""
    monkeypatch.setattr("keras.applications.ResNet50", stand_in)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[float]]]:
    """Where a whole run is, and what it came to; for all tests that look at one, made once."""
    config = short(tmp_path_factory.mktemp("trained"))
    run = Path(config["run"])

    def between(model: keras.Model, count: int) -> None:
        shutil.copytree(run, run.with_name("halfway"))  # what a kill between the phases would leave
        unfreeze_top(model, count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras.applications.ResNet50", stand_in)
        patch.setattr("resnet_transfer.train.unfreeze_top", between)
        history = train(config)
    keras.backend.clear_session()
    return run, history


@pytest.fixture
def run(trained: tuple[Path, dict[str, list[float]]], config: Config, light: None) -> Path:
    """A copy of that run, where `config` has it: a test may write into it."""
    return shutil.copytree(trained[0], Path(config["run"]))


@pytest.fixture(scope="session")
def samples() -> Samples:
    """A few samples, as the network takes them."""
    samples = synthesise(count=4, seed=0)
    return prepare(samples, learn(samples))


@pytest.fixture(scope="session")
def built(samples: Samples) -> keras.Model:
    """The network, its backbone with random weights: tests download nothing."""
    keras.utils.set_random_seed(0)
    model = build_model(weights=None)
    settle(model, samples)
    return model


@pytest.fixture
def model(built: keras.Model) -> Iterator[keras.Model]:
    """The network. What a test changes is put back: to build it takes longer than most tests."""
    backbone = built.get_layer("resnet50")
    learning = [(layer, layer.trainable) for layer in (backbone, *backbone.layers)]
    values = [np.array(keras.ops.convert_to_numpy(each)) for each in built.variables]
    yield built
    for layer, learns in learning:
        layer.trainable = learns
    for variable, value in zip(built.variables, values, strict=True):
        variable.assign(value)


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
