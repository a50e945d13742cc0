"""Protects the folders that people work in: what a command that was killed has left there, the next one removes.

And nothing else: not what another command still works in, nor what only looks like it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from layerwright import scratch
from layerwright.update import Project

from .test_journal import content, small
from .workbench import REPOSITORY, Checkout, listing

pytest_plugins = ["tests.workbench"]

__all__ = ["small"]

HELD = """
import sys, time
from pathlib import Path
from layerwright import scratch
with scratch.own(Path(sys.argv[1]), hidden=True) as folder:
    (folder / "made" / "plant").mkdir(parents=True)
    (folder / "made" / "plant" / "README.md").write_text("half a pro")
    if len(sys.argv) > 2:
        (folder / "made").rename(folder / scratch.READY)
    print(folder, flush=True)
    time.sleep(60)
"""


def holding(place: Path, *more: str) -> tuple[subprocess.Popen[str], Path]:
    """A process that holds a folder of its own in a place."""
    process = subprocess.Popen([sys.executable, "-c", HELD, place, *more], cwd=REPOSITORY, stdout=-1, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def ended(process: subprocess.Popen[str]) -> None:
    process.kill()
    assert process.wait(timeout=30) == -signal.SIGKILL


def test_what_a_living_process_holds_stays_and_what_a_killed_one_left_goes(tmp_path: Path) -> None:
    living, theirs = holding(tmp_path)
    gone, left = holding(tmp_path)
    ended(gone)
    assert left.is_dir()
    assert scratch.sweep(tmp_path) == [left]
    assert [*tmp_path.iterdir()] == [theirs]
    assert (theirs / "made" / "plant" / "README.md").is_file()
    ended(living)
    with scratch.own(tmp_path) as ours:
        assert [*tmp_path.iterdir()] == [ours]
    assert [*tmp_path.iterdir()] == []


def test_what_only_looks_like_it_stays(tmp_path: Path) -> None:
    """A folder without the file, with another's, with a link for it; a link to one that was left; a file; a name."""
    for name in ("in", "elsewhere"):
        (tmp_path / name).mkdir()
    process, left = holding(tmp_path / "elsewhere")
    ended(process)
    for name, owner in {"without1": None, "another1": b"mine", "another2": scratch.MARK + b"and mine"}.items():
        (tmp_path / "in" / f".layerwright-{name}").mkdir()
        if owner is not None:
            (tmp_path / "in" / f".layerwright-{name}" / scratch.OWNER).write_bytes(owner)
        (tmp_path / "in" / f".layerwright-{name}").chmod(0o700)
    (planted := tmp_path / "in" / ".layerwright-planted1").mkdir(mode=0o755)
    (planted / scratch.OWNER).write_bytes(scratch.MARK)  # as a clone of somebody's repository has it
    (tmp_path / "in" / ".layerwright-linked12").mkdir(mode=0o700)
    (tmp_path / "in" / ".layerwright-linked12" / scratch.OWNER).symlink_to(left / scratch.OWNER)
    (tmp_path / "in" / ".layerwright-link1234").symlink_to(left)
    (tmp_path / "in" / ".layerwright-file1234").write_bytes(scratch.MARK)
    (left.rename(tmp_path / "in" / "my.layerwright-folder")).joinpath("mine").touch()
    before = listing(tmp_path)
    assert scratch.sweep(tmp_path / "in") == []
    assert scratch.sweep(tmp_path / "nowhere") == []
    assert listing(tmp_path) == before


def test_nothing_of_what_is_removed_is_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data.csv").touch()
    process, left = holding(tmp_path / "in")
    ended(process)
    (left / "link").symlink_to(tmp_path / "mine")
    assert scratch.sweep(tmp_path / "in") == [left]
    assert (tmp_path / "mine" / "data.csv").is_file()


@pytest.mark.parametrize("link", ["ready", "ready/plant"])
def test_nothing_is_moved_from_where_a_link_leads(link: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "mine" / "plant").mkdir(parents=True)
    (tmp_path / "mine" / "plant" / "key").touch()
    process, left = holding(tmp_path / "in")
    ended(process)
    (left / link).parent.mkdir(exist_ok=True)
    (left / link).symlink_to(tmp_path / "mine" / ("plant" if "/" in link else ""))
    assert scratch.sweep(tmp_path / "in") == [left]
    assert set(listing(tmp_path)) == {"in", "mine", "mine/plant", "mine/plant/key"}


def test_a_project_that_had_only_to_be_moved_is_brought_to_its_place(tmp_path: Path) -> None:
    process, left = holding(tmp_path, "ready")
    ended(process)
    (left / scratch.READY / "plant" / "docs").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "mine.md").touch()
    assert scratch.sweep(tmp_path) == [left]
    assert set(listing(tmp_path)) == {"README.md", "docs", "docs/mine.md"}


@pytest.mark.parametrize("existing", [False, True], ids=["new", "empty"])
def test_after_a_killed_new_the_next_one_makes_the_project(existing: bool, checkout: Checkout, tmp_path: Path) -> None:
    """Killed when it has begun to write: the hidden folder is there, the project isn't."""
    (tmp_path / "parent").mkdir()
    (tmp_path / "temporary").mkdir()
    place = tmp_path / "parent"
    if existing:
        (place := place / "plant").mkdir()
    command = [sys.executable, "-m", "layerwright", "new", tmp_path / "parent" / "plant", "--preset", "mnist-mlp"]
    environment = checkout.environment(TMPDIR=str(tmp_path / "temporary"))
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not [*place.glob(".layerwright-*/made/plant/*")]:
        assert process.poll() is None
        time.sleep(0.001)
    ended(process)  # type: ignore[arg-type]
    time.sleep(0.5)  # a git that it had started
    assert [path.name[:13] for path in place.iterdir()] == [".layerwright-"]
    assert [path.name[:12] for path in (tmp_path / "temporary").iterdir()] == ["layerwright-"]
    done = checkout.layerwright(*command[3:], cwd=tmp_path, TMPDIR=str(tmp_path / "temporary"))
    assert (done.code, done.err) == (0, "")
    assert [path.name for path in (tmp_path / "parent").iterdir()] == ["plant"]
    assert not [*(tmp_path / "parent" / "plant").glob(".layerwright-*")]
    assert listing(tmp_path / "temporary") == {}


def test_commands_on_a_project_clear_it_and_the_temporary_folder(
    small: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from layerwright.update import recover

    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    before = content(small.root)
    for place in (small.root, tmp_path / "temporary"):
        ended(holding(place)[0])
    recover(small.root)
    assert content(small.root) == before
    assert listing(tmp_path / "temporary") == {}
