"""Training works: a batch can be learned by heart, and a whole run beats a guess."""

from pathlib import Path

import keras
import numpy as np
import pytest

from resnet_transfer import evaluate, predict
from resnet_transfer.config import Config
from resnet_transfer.data import INPUTS, TARGETS, Batches, Samples
from resnet_transfer.model import build_model
from resnet_transfer.train import build_pretrained, compile_model, train


def test_a_batch_can_be_overfitted(model: keras.Model, samples: Samples) -> None:
    compile_model(model, learning_rate=0.0003)
    batch = Batches(samples, batch_size=4)
    history = model.fit(batch, epochs=15, shuffle=False, verbose=0).history
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

    keras.utils.set_random_seed(config["seed"])  # makes the weights that training started with
    start = build_model(weights=None).get_layer("resnet50")
    trained = keras.models.load_model(run / "model.keras", compile=False)
    end = trained.get_layer("resnet50")
    for depth, (before, after) in enumerate(zip(start.layers[::-1], end.layers[::-1], strict=True)):
        same = all(map(np.array_equal, before.get_weights(), after.get_weights()))
        fixed = not before.weights or isinstance(before, keras.layers.BatchNormalization)
        assert same == (fixed or depth >= config["training"]["fine_tune"]), before.name

    scores = evaluate.evaluate(config)
    assert set(scores) == set(TARGETS)

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


def test_weights_that_cannot_be_had_stop_the_run(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="can't be had"):
        build_pretrained(str(tmp_path / "missing.weights.h5"))
