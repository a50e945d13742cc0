"""Protects the promise that a project appears whole or not at all: whatever stops `new`, nothing lies about."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import copier
import pytest

from layerwright import template

from .workbench import Checkout, Command, listing, run

pytest_plugins = ["tests.workbench"]

PRESET = ("--preset", "power-plant")

KILLS = 7
"""How often a command is killed by each signal, from its start to about its end."""


@pytest.fixture(scope="module")
def whole(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], float]:
    """What a project that wasn't disturbed looks like, and how long it took."""
    folder = tmp_path_factory.mktemp("whole")
    start = time.monotonic()
    assert checkout.layerwright("new", "plant", *PRESET, cwd=folder).code == 0
    return listing(folder), time.monotonic() - start


def killed(checkout: Checkout, folder: Path, how: signal.Signals, after: float) -> subprocess.Popen[str]:
    """Starts `new` as a shell does, with what it starts in one group, and sends the group a signal."""
    for name in ("parent", "temporary"):
        (folder / name).mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "layerwright", "new", "plant", *PRESET],
        cwd=folder / "parent",
        env=checkout.environment(TMPDIR=str(folder / "temporary")),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    time.sleep(after)
    if process.poll() is None:
        # Ctrl-C in a terminal reaches git as well; a supervisor's SIGTERM only the command.
        os.killpg(process.pid, how) if how == signal.SIGINT else process.send_signal(how)
    return process


@pytest.mark.parametrize("moment", range(KILLS))
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_new_leaves_nothing_when_it_is_killed(
    how: signal.Signals, moment: int, checkout: Checkout, whole: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    project, duration = whole
    after = duration * (moment + random.random()) / KILLS
    process = killed(checkout, tmp_path, how, after)
    _, err = process.communicate(timeout=60)
    left = listing(tmp_path / "parent")
    print(f"killed by {how.name} after {after:.2f} s of {duration:.2f} s: exit {process.returncode}, {len(left)} left")
    print(err)
    if process.returncode == 0:
        assert left == project, "it was done before the signal came"
    else:
        assert left == {}, "it says that nothing was written"
        assert process.returncode in (1, 128 + how, -how)
    assert listing(tmp_path / "temporary") == {}
    if process.returncode == 1:
        assert "stopped" in err
        assert "Traceback" not in err


def test_a_git_that_goes_on_after_a_sigterm_leaves_nothing(checkout: Checkout, tmp_path: Path) -> None:
    """Git knows nothing of the signal, and its clone comes after it: one that waits shows it every time."""
    slow, started = tmp_path / "slow", tmp_path / "started"
    slow.mkdir()
    (slow / "git").write_text(
        f'#!/bin/sh\ncase "$*" in *clone*) touch {started}; sleep 1;; esac\nexec {shutil.which("git")} "$@"\n'
    )
    (slow / "git").chmod(0o755)
    for name in ("parent", "temporary"):
        (tmp_path / name).mkdir()
    path = f"{slow}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        [sys.executable, "-m", "layerwright", "new", "plant", *PRESET],
        cwd=tmp_path / "parent",
        env=checkout.environment(TMPDIR=str(tmp_path / "temporary"), PATH=path),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not started.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.terminate()
    assert process.wait(timeout=60) == 128 + signal.SIGTERM
    time.sleep(1.5)  # longer than a clone that wasn't waited for
    assert listing(tmp_path / "parent") == {}
    assert listing(tmp_path / "temporary") == {}


def stop(error: BaseException, at: int) -> Callable[..., Any]:
    """A replacement for the writing of Copier's files, which fails at one of them."""
    count = 0
    original = copier._main.Worker._render_file

    def render(*arguments: Any, **keywords: Any) -> Any:
        nonlocal count
        count += 1
        if count == at:
            raise error
        return original(*arguments, **keywords)

    return render


ERRORS = [OSError(28, "No space left on device"), RuntimeError("a bug"), KeyboardInterrupt(), SystemExit(143)]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("existing", [False, True], ids=["new", "empty"])
def test_an_error_in_mid_copy_leaves_nothing(
    error: BaseException,
    existing: bool,
    command: Command,
    at_checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if existing:
        (tmp_path / "plant").mkdir()
    before = listing(tmp_path)
    monkeypatch.setattr(copier._main.Worker, "_render_file", stop(error, at=5))
    done = command("new", tmp_path / "plant", *PRESET)
    assert done.code in (1, 143)
    assert "Traceback" not in done.err
    assert listing(tmp_path) == before


def test_a_template_that_raises_leaves_nothing(checkout: Checkout, tmp_path: Path) -> None:
    broken = Checkout(tmp_path / "broken", checkout.home)
    checkout.git("clone", "--quiet", str(checkout.root), str(broken.root))
    (broken.root / "templates" / "project" / "zzz.md.jinja").write_text("{{ nonsense }}")
    broken.commit("v9.9.9")
    (tmp_path / "parent").mkdir()
    done = broken.layerwright("new", "deep/plant", *PRESET, cwd=tmp_path / "parent")
    assert done.code == 1
    assert "nonsense" in done.err
    assert "Traceback" not in done.err
    assert listing(tmp_path / "parent") == {}


def test_a_move_that_is_stopped_half_way_leaves_nothing(
    command: Command, at_checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "plant").mkdir()
    original, count = os.replace, 0

    def replace(source: Path, target: Path) -> None:
        nonlocal count
        count += 1
        if count == 4:
            raise KeyboardInterrupt
        original(source, target)

    monkeypatch.setattr(template.os, "replace", replace)
    done = command("new", tmp_path / "plant", *PRESET)
    assert done.code == 1
    assert listing(tmp_path) == {"plant": "folder"}


def test_an_empty_folder_becomes_the_project_and_stays_the_folder_that_it_is(
    command: Command, at_checkout: Checkout, whole: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    (tmp_path / "plant").mkdir(mode=0o750)
    before = (tmp_path / "plant").stat()
    done = command("new", tmp_path / "plant", *PRESET)
    assert (done.code, done.err) == (0, "")
    after = (tmp_path / "plant").stat()
    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)
    assert listing(tmp_path) == whole[0]


def test_the_folder_that_one_stands_in_can_become_the_project(
    checkout: Checkout, whole: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    (tmp_path / "plant").mkdir()
    done = checkout.layerwright("new", ".", *PRESET, cwd=tmp_path / "plant")
    assert done.code == 0
    assert listing(tmp_path) == whole[0]


def test_a_link_to_an_empty_folder_works(
    command: Command, at_checkout: Checkout, whole: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "plant").symlink_to("elsewhere")
    assert command("new", tmp_path / "plant", *PRESET).code == 0
    assert (tmp_path / "plant").is_symlink()
    names = {name.removeprefix("plant/") for name in whole[0]} - {"plant"}
    assert set(listing(tmp_path / "elsewhere")) == names


def test_a_link_to_where_it_is_to_lie_is_the_user_s_own_way(
    command: Command, at_checkout: Checkout, whole: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "mine.txt").write_text("mine")
    (tmp_path / "link").symlink_to("elsewhere")
    assert command("new", tmp_path / "link" / "plant", *PRESET).code == 0
    assert set(listing(tmp_path / "elsewhere")) == {*whole[0], "mine.txt"}
    assert set(listing(tmp_path)) == {"elsewhere", "link", *(f"elsewhere/{name}" for name in (*whole[0], "mine.txt"))}


def test_missing_folders_on_the_way_are_made(
    command: Command, at_checkout: Checkout, whole: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    assert command("new", tmp_path / "a" / "b" / "plant", *PRESET).code == 0
    assert listing(tmp_path / "a" / "b") == whole[0]


@pytest.mark.parametrize("existing", [False, True], ids=["new", "empty"])
def test_what_comes_to_be_there_meanwhile_is_not_overwritten(
    existing: bool, command: Command, at_checkout: Checkout, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if existing:
        (tmp_path / "plant").mkdir()

    def copy(staged: Path, *_: object, **__: object) -> None:
        (staged / "docs").mkdir(parents=True)
        (staged / "README.md").write_text("new")
        (tmp_path / "plant").mkdir(exist_ok=True)
        (tmp_path / "plant" / "README.md").write_text("mine")

    monkeypatch.setattr(template, "_copy", copy)
    assert command("new", tmp_path / "plant", *PRESET).code in (1, 2)
    assert listing(tmp_path) == {"plant": "folder", "plant/README.md": "file b'mine'"}


INTERRUPTED = """
import os, signal, sys

class Finder:
    def find_spec(self, name, *_):
        if name == "layerwright.cli":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # as a terminal has it
sys.meta_path.insert(0, Finder())
from layerwright.__main__ import main
main()
"""


def test_ctrl_c_while_it_is_being_imported_shows_no_traceback(checkout: Checkout, tmp_path: Path) -> None:
    done = run(sys.executable, "-c", INTERRUPTED, "new", "plant", cwd=tmp_path, env=checkout.environment())
    assert (done.code, done.out, done.err) == (-signal.SIGINT, "", "")
    assert not list(tmp_path.iterdir())
