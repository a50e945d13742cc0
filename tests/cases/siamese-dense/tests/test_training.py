"""Training works: a batch can be learned by heart, and a run leaves what comes after it needs."""

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from siamese_dense import evaluate, predict
from siamese_dense.config import Config, from_command_line
from siamese_dense.data import TARGETS, Batches, Samples, learn, load_data, prepare, together
from siamese_dense.model import build_model
from siamese_dense.train import batch_hard_triplet, compile_model, fit, train


def test_a_batch_can_be_overfitted(model: keras.Model, samples: Samples) -> None:
    compile_model(model, learning_rate=0.001)
    batch = Batches(samples, batch_size=16)

    def loss_after(epochs: int) -> float:
        history = model.fit(batch, epochs=epochs, shuffle=False, verbose=0).history
        return min(history["loss"])

    first = loss_after(1)
    assert any(loss_after(20) < 0.9 * first for _ in range(100)), "it doesn't learn"


def test_weight_decay_leaves_biases_and_norms_alone(model: keras.Model) -> None:
    compile_model(model, learning_rate=0.1, weight_decay=0.1)
    learning = model.trainable_variables
    for variable in learning:
        variable.assign(np.ones(variable.shape))
    model.optimizer.apply([keras.ops.zeros(variable.shape) for variable in learning], learning)
    for variable in learning:
        same = keras.ops.convert_to_numpy(variable).min() == 1
        assert same == (variable.name in {"bias", "gamma", "beta"}), variable.path


class Pairs(keras.utils.PyDataset):
    """A single batch: inputs of one, and their targets."""

    def __init__(self, target: float) -> None:
        super().__init__()
        self.target = target

    def __len__(self) -> int:
        """Returns how many batches there are."""
        return 1

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns inputs and targets."""
        return np.ones((4, 1)), np.full((4, 1), self.target)


def one_weight() -> keras.Model:
    """Returns a network with a single weight, which is 1."""
    layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
    model = keras.Sequential([keras.Input((1,)), layer])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    return model


@contextmanager
def killed(moment: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Has training end where it is about to keep an epoch, the moment-th."""
    epochs, replace = count(1), os.replace

    def end(*paths: Path) -> None:
        if next(epochs) == moment:
            raise KeyboardInterrupt
        replace(*paths)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", end)
        with pytest.raises(KeyboardInterrupt):
            yield


@pytest.mark.parametrize("moment", [0, 1, 3, 4])
def test_the_weights_of_the_best_epoch_stay_in_a_killed_run_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    model = one_weight()
    # What it learns leads away from the validation part.
    settings = {"epochs": 5, "patience": 3}
    given = (Pairs(0), Pairs(1), {"seed": 0, "training": settings}, tmp_path / "checkpoint.npz")
    if moment:
        with killed(moment, monkeypatch):
            fit(model, *given)
        model.set_weights([np.ones((1, 1))])  # as it began
    history = fit(model, *given)
    losses = history["val_loss"]
    assert losses == sorted(losses)
    assert len(losses) == 4, "patience ends it"
    assert model.get_weights()[0].item() == pytest.approx(0.8)


def test_a_phase_that_is_over_stays_so(tmp_path: Path) -> None:
    model = one_weight()
    settings = {"epochs": 9, "patience": 3}
    given = (Pairs(0), Pairs(1), {"seed": 0, "training": settings}, tmp_path / "checkpoint.npz")
    first = fit(model, *given)
    model.set_weights([np.zeros((1, 1))])
    assert fit(model, *given) == first, "patience has ended it"
    assert model.get_weights()[0].item() == pytest.approx(0.8)
    other = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    other.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    with pytest.raises(SystemExit, match="has another network"):
        fit(other, *given)


def test_a_run_leaves_all_that_evaluation_and_prediction_need(
    trained: tuple[Path, dict[str, list[float]]], config: Config, run: Path
) -> None:
    _, history = trained
    assert np.isfinite(history["loss"]).all()
    epochs, *_ = np.loadtxt(run / "history.csv", delimiter=",", skiprows=1, ndmin=2).T
    assert list(epochs) == list(range(1, len(history["loss"]) + 1))
    written = {path.name for path in run.iterdir()}
    assert written == {
        "config.yaml",
        "history.csv",
        "last.npz",
        "learning_curve.png",
        "model.keras",
        "learned.json",
    }

    kept = json.loads((run / "learned.json").read_text(encoding="utf-8"))
    assert kept == learn(load_data(config)[0]), "learned on the training part alone"

    scores = evaluate.evaluate(config)
    assert set(scores) == set(TARGETS)

    page = (run / "evaluation.md").read_text(encoding="utf-8")
    assert all((run / picture).is_file() for picture in re.findall(r"\((.*png)\)", page))
    made = load_data(config)[2]
    said = predict.predict(config, made)
    assert scores["pair"]["model"] == evaluate.embedding_scores(made["pair"], said["pair"])
    assert said.keys() == TARGETS.keys()


def test_a_killed_run_goes_on_as_if_it_had_not_been(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    config["training"]["epochs"] = 2
    history = train(config)
    whole = keras.models.load_model(Path(config["run"]) / "model.keras", compile=False)
    config["run"] += "_again"
    with killed(2, monkeypatch):
        train(config)
    assert len(history["loss"]) == 2
    other = config | {"seed": 7}
    with pytest.raises(SystemExit, match=r"isn't finished.*'seed': '0'.*'seed': '7'"):
        train(other)
    again = train(config)
    # Not bit by bit: some sums in parallel, on a GPU, differ in their last digits.
    assert again.keys() == history.keys()
    for name, values in history.items():
        np.testing.assert_allclose(again[name], values, rtol=1e-3, err_msg=name)
    parts = keras.models.load_model(Path(config["run"]) / "model.keras", compile=False)
    for before, after in zip(whole.weights, parts.weights, strict=True):
        np.testing.assert_allclose(after, before, atol=1e-3, err_msg=before.path)


def test_training_follows_the_configuration(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    config["seed"] = 7
    settings = config["training"]
    settings |= {"batch_size": 5, "learning_rate": 0.02, "weight_decay": 0.03}
    phases = []

    def record(model: keras.Model, batches: Batches, validation: Batches, *_: Any) -> None:
        phases.append((model.optimizer, batches, validation, model.get_weights()))
        raise KeyboardInterrupt  # what comes after has tests of its own

    monkeypatch.setattr("siamese_dense.train.fit", record)
    with pytest.raises(KeyboardInterrupt):
        train(config)
    [(optimizer, batches, validation, weights)] = phases
    planned = keras.optimizers.AdamW(settings["learning_rate"], settings["weight_decay"])
    assert type(optimizer) is type(planned)
    assert optimizer.get_config() == planned.get_config() | {"name": optimizer.name}

    keras.utils.set_random_seed(7)
    for made, expected in zip(weights, build_model().get_weights(), strict=True):
        np.testing.assert_array_equal(made, expected)

    train_part, validation_part, _ = load_data(config)
    learned = learn(train_part)
    train_part, validation_part = prepare(train_part, learned), prepare(validation_part, learned)
    order = together(validation_part["pair"], np.random.default_rng(0))
    validation_part = {name: values[order] for name, values in validation_part.items()}
    for made, part in ((batches, train_part), (validation, validation_part)):
        assert made.batch_size == 5
        np.testing.assert_equal(made.samples, part)
    assert batches.seed == 7
    assert validation.seed is None


def test_a_run_is_evaluated_as_it_was_trained(
    config: Config, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parent.parent)
    monkeypatch.setattr(sys, "argv", ["evaluate", f"run={config['run']}"])
    assert from_command_line(trained=True) == config
    monkeypatch.setattr(sys, "argv", ["evaluate", f"run={config['run']}", "seed=7"])
    assert from_command_line(trained=True) == config | {"seed": 7}
    monkeypatch.setattr(sys, "argv", ["evaluate", f"run={config['run']}/elsewhere"])
    with pytest.raises(SystemExit, match="train first"):
        from_command_line(trained=True)


def test_the_learning_rate_falls_where_nothing_gets_better(tmp_path: Path) -> None:
    settings = {"epochs": 9, "patience": 4}
    given = (Pairs(0), Pairs(1), {"seed": 0, "training": settings}, tmp_path / "checkpoint.npz")
    rates = fit(one_weight(), *given)["learning_rate"]
    assert rates == pytest.approx([0.1, 0.1, 0.1, 0.03, 0.03])


def test_the_loss_wants_kin_near_and_strangers_far() -> None:
    near = keras.ops.array([[0.0, 0.0], [0.0, 0.1], [5.0, 5.0], [5.0, 5.1]])
    pairs, mixed = keras.ops.array([0, 0, 1, 1]), keras.ops.array([0, 1, 0, 1])
    right, wrong = batch_hard_triplet(pairs, near), batch_hard_triplet(mixed, near)
    assert (keras.ops.convert_to_numpy(right) < keras.ops.convert_to_numpy(wrong)).all()
