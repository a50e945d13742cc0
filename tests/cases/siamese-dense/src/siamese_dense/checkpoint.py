"""What a run keeps in its folder, so that one that was killed goes on as if nothing had been."""

import json
import os
from pathlib import Path

import keras
import numpy as np
import yaml

from .config import Config, read

FREE = {"run", "training.epochs"}  # what may be another when a run goes on


def begin(config: Config) -> Path:
    """Returns the run's folder. A run there that isn't finished has to be the same one."""
    run, now = Path(config["run"]), read(yaml.safe_dump(config), "config.yaml")
    run.mkdir(parents=True, exist_ok=True)
    asked = run / "unfinished.yaml"
    if (run / "checkpoint.npz").exists():
        then = read(asked.read_bytes(), str(asked))
        keys = [key for key in now if key not in FREE and now[key] != then.get(key)]
        if keys:
            differs = "\n".join(f"  {key}: {then.get(key)}, and now {now[key]}" for key in keys)
            raise SystemExit(
                f"{run} holds a run that isn't finished, of another configuration:\n{differs}\n"
                f"Go on with that one, begin another with run=FOLDER, or delete {run}"
            )
    elif (run / "model.keras").exists():
        print(f"{run} holds a run already: this one takes its place")
    asked.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return run


def finish(model: keras.Model, run: Path) -> None:
    """Writes the network. The checkpoint stays, as that of the last epoch."""
    model.save(run / "unfinished.keras")
    os.replace(run / "unfinished.keras", run / "model.keras")
    os.replace(run / "checkpoint.npz", run / "last.npz")
    os.replace(run / "unfinished.yaml", run / "config.yaml")


class Checkpoint(keras.callbacks.Callback):
    """Keeps after each epoch all that the next ones need, and the table of what came out.

    That is more than weights: what the optimizer and other callbacks count, and dropout's seeds.
    """

    def __init__(self, path: Path, seed: int, others: list[keras.callbacks.Callback]) -> None:
        super().__init__()
        self.path, self.seed, self.others = path, seed, others
        self.history: dict[str, list[float]] = {}
        self.stopped, self.counts, self.values = False, [], []
        if path.exists():
            with np.load(path) as kept:
                self.history, self.stopped, self.counts = json.loads(kept["state"].item())
                self.values = [kept[f"arr_{index}"] for index in range(len(kept.files) - 1)]
            print(f"{path.parent} goes on after epoch {self.done}")

    @property
    def done(self) -> int:
        """How many epochs there were."""
        return len(self.history.get("loss", []))

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Puts everything back, after Keras has tried the network out, which draws seeds."""
        if self.values:
            variables = self.model.variables + self.model.optimizer.variables
            for variable, value in zip(variables, self.values, strict=False):
                variable.assign(value)
            self.others[-1].best_weights = self.values[len(variables) :]
            for callback, counts in zip(self.others, self.counts, strict=True):
                callback.wait, callback.best = counts

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Seeds: what is drawn by chance hangs on the epoch, not on those before it."""
        keras.utils.set_random_seed(self.seed + epoch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Writes the table, and then all the rest in one step: what a kill leaves is whole."""
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        table = np.column_stack([range(1, self.done + 1), *self.history.values()])
        header, csv = ",".join(["epoch", *self.history]), self.path.parent / "history.csv"
        np.savetxt(csv, table, "%.6g", ",", header=header, comments="")
        counts = [(each.wait, float(each.best)) for each in self.others]
        state = json.dumps([self.history, self.model.stop_training, counts])
        variables = self.model.variables + self.model.optimizer.variables
        values = [keras.ops.convert_to_numpy(each) for each in variables]
        np.savez(
            self.path.with_suffix(".new.npz"), *values, *self.others[-1].best_weights, state=state
        )
        os.replace(self.path.with_suffix(".new.npz"), self.path)
