"""What the tests share: a small configuration, a few samples, and the network."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

# The package first: it says which backend Keras runs on.
from siamese_dense import hardware  # isort: skip
import keras

from siamese_dense.config import Config
from siamese_dense.data import Samples, learn, prepare, synthesise
from siamese_dense.model import build_model
from siamese_dense.train import train

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def prepared() -> None:
    """Devices and precision, as in training: `clear_session` forgets them."""
    hardware.prepare()


def short(folder: Path) -> Config:
    """Returns the configuration of a short training on few samples, in this folder."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["run"] = str(folder / "run")
    config["data"] |= {"path": None, "test_path": None, "synthetic_samples": 600}
    config["data"] |= {
        "columns": {name: name for name in ["left", "right", "pair"]},
        "test_columns": None,
    }
    config["data"]["split"] = {"column": None, "group": None, "time": None}
    config["training"] |= {"epochs": 10, "batch_size": 32}
    config["training"]["learning_rate"] = 0.001
    return config


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A short training on few samples, in a folder of its own."""
    return short(tmp_path)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[float]]]:
    """Where a whole run is, and what it came to; for all tests that look at one, made once."""
    config = short(tmp_path_factory.mktemp("trained"))
    run = Path(config["run"])
    history = train(config)
    keras.backend.clear_session()
    return run, history


@pytest.fixture
def run(trained: tuple[Path, dict[str, list[float]]], config: Config) -> Path:
    """A copy of that run, where `config` has it: a test may write into it."""
    return shutil.copytree(trained[0], Path(config["run"]))


@pytest.fixture(scope="session")
def samples() -> Samples:
    """A few samples, as the network takes them."""
    samples = synthesise(count=16, seed=0)
    return prepare(samples, learn(samples))


@pytest.fixture
def model() -> Iterator[keras.Model]:
    """The network, as training starts with it."""
    keras.utils.set_random_seed(0)
    yield build_model()
    keras.backend.clear_session()
