"""The guides are true: whoever does what they say, sees what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import pages
from .drawing import some
from .workbench import Checkout, Command

pytest_plugins = ["tests.workbench"]

GUIDES = ["tutorial.md", *some(["own-data.md", "transfer.md", "devices.md", "updates.md"], 2)]


@pytest.mark.parametrize("page", GUIDES)
def test_every_step_works_and_prints_what_is_shown(
    page: str, tmp_path: Path, command: Command, at_checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = pages.tools(tmp_path, at_checkout.environment())
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    (tmp_path / "work").mkdir()
    pages.follow(page, tmp_path / "work", command, environment)
