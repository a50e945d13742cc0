"""Training works: a batch can be learned by heart, and a whole run beats a guess."""

from pathlib import Path

import keras
import numpy as np
import pytest

from mnist_mlp import evaluate, predict
from mnist_mlp.config import Config
from mnist_mlp.data import INPUTS, TARGETS, Batches, Samples
from mnist_mlp.train import compile_model, train


def test_a_batch_can_be_overfitted(model: keras.Model, samples: Samples) -> None:
    compile_model(model, learning_rate=0.003)
    batch = Batches(samples, batch_size=16)
    history = model.fit(batch, epochs=200, shuffle=False, verbose=0).history
    assert min(history["loss"]) < 0.5 * history["loss"][0]


def test_a_run_leaves_all_that_evaluation_and_prediction_need(config: Config) -> None:
    history = train(config)
    assert np.isfinite(history["loss"]).all()
    run = Path(config["run"])
    written = {path.name for path in run.iterdir()}
    assert written == {
        "history.csv",
        "learning_curve.png",
        "model.keras",
    }

    scores = evaluate.evaluate(config)
    assert set(scores) == set(TARGETS)
    assert scores["digit"]["model"]["accuracy"] > scores["digit"]["guess"]["accuracy"]

    file = run.parent / "samples.npz"
    made = evaluate.load_data(config)[2]
    np.savez(file, **{name: made[name] for name in INPUTS})
    config["data"]["path"] = str(file)
    predict.main(config)
    table = np.loadtxt(run / "predictions.csv", delimiter=",", skiprows=1, ndmin=2)
    said = predict.predict(config, made)
    np.testing.assert_allclose(table, np.concatenate(list(said.values()), axis=1), rtol=1e-4)
    for name, (score, _) in evaluate.SCORING.items():
        assert scores[name]["model"] == pytest.approx(score(made[name], said[name]), nan_ok=True)


def test_the_same_seed_makes_the_same_run(config: Config) -> None:
    config["training"]["epochs"] = 2
    first, second = train(config), train(config)
    assert len(first["loss"]) == 2
    np.testing.assert_allclose(first["loss"], second["loss"], rtol=1e-3)
