"""The guides are true: whoever does what they say, sees what they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from . import pages
from .drawing import some
from .workbench import Checkout, Command

pytest_plugins = ["tests.workbench"]

GUIDES = ["tutorial.md", *some(["own-data.md", "transfer.md", "devices.md", "updates.md", "scores.md"], 2)]


def stand_in(folder: Path) -> None:
    """What lies there in place of public data, in its form: little of it, drawn by chance."""
    random = np.random.default_rng(0)
    plant = pd.DataFrame(random.normal(size=(60, 5)), columns=["AT", "V", "AP", "RH", "PE"])
    plant.to_csv(folder / "ccpp.csv", index=False)
    images, digits = random.integers(0, 255, (60, 28, 28), "uint8"), np.arange(60) % 10
    parts = {f"{name}_{part}": each for part in ("train", "test") for name, each in (("x", images), ("y", digits))}
    np.savez(folder / "mnist10k.npz", **parts)
    (folder / "japanese_vowels").mkdir()
    vowels = pd.DataFrame(random.normal(size=(360, 12)), columns=[f"lpc{number}" for number in range(1, 13)])
    vowels = vowels.assign(series=vowels.index // 4, t=vowels.index % 4, speaker=vowels.index // 4 % 9)
    for part in ("train", "test"):
        vowels.to_csv(folder / "japanese_vowels" / f"{part}.csv", index=False)


@pytest.mark.parametrize("page", GUIDES)
def test_every_step_works_and_prints_what_is_shown(
    page: str, tmp_path: Path, command: Command, at_checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = pages.tools(tmp_path, at_checkout.environment())
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    (tmp_path / "work").mkdir()
    if page == "scores.md":
        stand_in(tmp_path / "work")
    pages.follow(page, tmp_path / "work", command, environment)
