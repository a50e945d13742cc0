"""What a run keeps in its folder, so that one that was killed goes on as if nothing had been."""

import json
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from .config import Config, flat

FREE = {"run", "training.epochs"}  # what may be another when a run goes on


class Checkpoint(keras.callbacks.Callback):
    """Says and keeps what each epoch came to, and all that the next ones need: not only weights."""

    def __init__(self, path: Path, config: Config, others: list[keras.callbacks.Callback]) -> None:
        super().__init__()
        self.path, self.seed, self.others = path, config["seed"], others
        self.asked = {key: str(value) for key, value in flat(config).items() if key not in FREE}
        self.history, self.stopped, self.counts, self.values = {}, False, [], []
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            try:
                state, *self.values = np.load(path).values()
            except Exception as error:
                raise SystemExit(
                    f"{path} can't be read, delete it to begin anew: {error}"
                ) from error
            then, self.history, self.stopped, self.counts = json.loads(state.item())
            if now := {
                key: each for key, each in self.asked.items() if then.get(key, each) != each
            }:
                began = {key: then[key] for key in now}
                raise SystemExit(
                    f"{path.parent} isn't finished and has {began}, not {now}; else say run=FOLDER"
                )
            print(f"{path.parent} goes on after epoch {len(self.history['loss'])}")
        elif (path.parent / "last.npz").exists():
            print(f"{path.parent} holds a run already: this one takes its place")

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Puts everything back, after Keras has tried the network out, which draws seeds."""
        variables = self.model.variables + self.model.optimizer.variables
        shapes = [value.shape for value in self.values[: len(variables)]]
        if shapes and shapes != [tuple(variable.shape) for variable in variables]:
            raise SystemExit(
                f"{self.path.parent} isn't finished and has another network; say run=FOLDER"
            )
        for variable, value in zip(variables, self.values, strict=False):
            variable.assign(value)
        self.others[-1].best_weights = self.values[len(variables) :] or None
        for callback, counts in zip(self.others, self.counts, strict=False):
            callback.wait, callback.best = counts

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Seeds: what is drawn by chance hangs on the epoch, not on those before it."""
        if keras.config.backend() != "tensorflow":  # whose seeds are variables
            keras.utils.set_random_seed(self.seed + epoch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Writes the table, and then all the rest in one step: what a kill leaves is whole."""
        if np.isnan([logs["loss"], logs["val_loss"]]).all():
            raise SystemExit("The loss is nan: docs/when-it-goes-wrong.md says what to look for")
        for name, value in logs.items():
            self.history.setdefault(name, []).append(float(value))
        table = pd.DataFrame(self.history, index=range(1, epoch + 2))
        table.to_csv(self.path.parent / "history.csv", index_label="epoch", float_format="%.6g")
        counts = [(each.wait, float(each.best)) for each in self.others]
        state = json.dumps([self.asked, self.history, self.model.stop_training, counts])
        variables = self.model.variables + self.model.optimizer.variables
        new = self.path.with_suffix(".new.npz")
        try:
            np.savez(new, *variables, *self.others[-1].best_weights, state=state)
        except OSError as error:
            raise SystemExit(
                f"{new} can't be written, the epoch before is kept: {error}"
            ) from error
        new.replace(self.path)

        scores = [name for name in logs if name.startswith("val_") and not name.endswith("loss")]
        said = ", ".join(f"{name} {logs[name]:.4g}" for name in ["loss", "val_loss", *scores])
        print(f"epoch {epoch + 1}/{self.params['epochs']} {time.strftime('%X')} {said}", flush=True)
