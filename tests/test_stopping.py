"""Protects what an exit code says of a command that is stopped: 0 if all is done, else nothing was changed."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from .workbench import Checkout, Result, listing, run

pytest_plugins = ["tests.workbench"]

SIGNALLED = """
import os, signal, sys
from importlib import import_module

number, module, late = int(sys.argv[1]), import_module(sys.argv[2]), sys.argv[3] == "late"
come_too_late = module.come_too_late

def signalled():
    if not late:
        os.kill(os.getpid(), number)
    come_too_late()
    if late:
        os.kill(os.getpid(), number)

module.come_too_late = signalled
del sys.argv[1:4]
from layerwright.__main__ import main
main()
"""
"""Runs a command that is sent a signal as soon as it's done: while signals are still held back, or afterwards."""


def signalled(checkout: Checkout, module: str, how: signal.Signals, moment: str, *words: str, cwd: Path) -> Result:
    command = (sys.executable, "-c", SIGNALLED, str(int(how)), module, moment, *words)
    return run(*command, cwd=cwd, env=checkout.environment())


@pytest.fixture(scope="module")
def once(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once")
    assert checkout.layerwright("new", "plant", "--preset", "power-plant", cwd=folder).code == 0
    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "As it was made")):
        checkout.git(*words, cwd=folder / "plant")
    return folder / "plant"


@pytest.mark.parametrize("there", [False, True], ids=["a new folder", "an empty folder"])
@pytest.mark.parametrize("moment", ["at once", "late"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_project_that_is_written_is_said_to_be(
    how: signal.Signals, moment: str, there: bool, checkout: Checkout, tmp_path: Path
) -> None:
    if there:
        (tmp_path / "plant").mkdir()
    words = ("new", "plant", "--preset", "power-plant")
    done = signalled(checkout, "layerwright.template", how, moment, *words, cwd=tmp_path)
    assert (done.code, "Wrote" in done.out + done.err, "stopped" in done.err) == (0, True, False)
    assert {each.name for each in tmp_path.iterdir()} == {"plant"}
    assert (tmp_path / "plant" / "README.md").is_file()


@pytest.mark.parametrize("moment", ["at once", "late"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_update_that_is_done_is_said_to_be_and_can_be_undone(
    how: signal.Signals, moment: str, once: Path, checkout: Checkout
) -> None:
    before = listing(once / "src")
    added = signalled(checkout, "layerwright.update.journal", how, moment, "add", "output", "hot: binary", cwd=once)
    assert (added.code, "stopped" in added.err) == (0, False)
    assert listing(once / "src") != before
    undone = signalled(checkout, "layerwright.update.journal", how, moment, "undo", cwd=once)
    assert (undone.code, "stopped" in undone.err) == (0, False)
    assert listing(once / "src") == before
    assert checkout.git("status", "--porcelain", cwd=once) == ""
