"""Protects what is there from a disk that is full or read-only: `new`, `update` and `add` say so, and change nothing.

On real small file systems, in a mount namespace of their own, where the system lets a user have one; and everywhere by
the largest size that a process may give a file.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .test_update import Life, born, three_versions
from .workbench import Checkout, listing

pytest_plugins = ["tests.workbench"]

COMMANDS = {
    "new": ("new", "more/plant", "--preset", "siamese-dense"),
    "update": ("update", "plant"),
    "add": ("add", "output", "same: binary", "plant"),
}

IN_NAMESPACE = ["unshare", "--mount", "--map-root-user"]


def has_namespaces() -> bool:
    mount = [*IN_NAMESPACE, "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
    return (
        shutil.which("unshare") is not None and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    )


ON_SMALL_DISK = """
import json, shutil, subprocess, sys
from pathlib import Path
from tests.workbench import listing

disk, start, free, *command = sys.argv[1:]
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "none", disk], check=True)
shutil.copytree(start, Path(disk, "parent"), symlinks=True)
before = listing(Path(disk))
if free == "read-only":
    subprocess.run(["mount", "-o", "remount,ro", "none", disk], check=True)
else:
    with open(Path(disk, "filling"), "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)) == 4096:
                pass
        except OSError:
            pass
        file.truncate(max(0, file.tell() - int(free)))
done = subprocess.run(command, cwd=Path(disk, "parent"), stdin=subprocess.DEVNULL, capture_output=True, text=True)
after = listing(Path(disk))
after.pop("filling", None)
print(json.dumps({"code": done.returncode, "err": done.stderr, "before": before, "after": after}))
"""


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return three_versions(tmp_path_factory.mktemp("versions"))


@pytest.fixture(scope="module")
def start(versions: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project."""
    folder = tmp_path_factory.mktemp("start") / "parent"
    born(versions, folder / "plant", "siamese-dense")
    return folder


def without_state(files: dict[str, str]) -> dict[str, str]:
    """What is there, but for the empty folders and the lock that git's folder has for it."""
    return {name: what for name, what in files.items() if "/.git/layerwright" not in name}


@pytest.mark.parametrize("free", ["0", "30000", "read-only"])
@pytest.mark.parametrize("name", COMMANDS)
def test_on_a_disk_that_is_full_or_read_only_nothing_changes(
    name: str, free: str, versions: Checkout, start: Path, tmp_path: Path
) -> None:
    if not has_namespaces():
        pytest.skip("this system gives no mount namespace")
    (disk := tmp_path / "disk").mkdir()
    (temporary := tmp_path / "temporary").mkdir()
    command = (sys.executable, "-m", "layerwright", *COMMANDS[name])
    root = Path(__file__).parent.parent
    environment = versions.environment(TMPDIR=str(temporary))
    environment["PYTHONPATH"] += f":{root}"
    done = subprocess.run(
        [*IN_NAMESPACE, sys.executable, "-c", ON_SMALL_DISK, disk, start, free, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    print(told["code"], told["err"])
    assert told["code"] in (1, 2)
    assert "Traceback" not in told["err"]
    assert any(word in told["err"] for word in ("No space left", "Read-only", "read-only", "can't be written"))
    assert without_state(told["after"]) == without_state(told["before"])
    assert listing(temporary) == {}


def limited() -> None:
    """No file may have more than 40,000 bytes: a project's have less, what git makes on the way has more."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


@pytest.mark.parametrize("name", COMMANDS)
def test_where_files_can_t_be_written_whole_nothing_changes(
    name: str, versions: Checkout, start: Path, tmp_path: Path
) -> None:
    shutil.copytree(start, tmp_path / "parent", symlinks=True)
    (temporary := tmp_path / "temporary").mkdir()
    before = listing(tmp_path / "parent")
    done = subprocess.run(
        [sys.executable, "-m", "layerwright", *COMMANDS[name]],
        cwd=tmp_path / "parent",
        env=versions.environment(TMPDIR=str(temporary)),
        preexec_fn=limited,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.returncode, done.stderr)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert without_state(listing(tmp_path / "parent")) == without_state(before)
    assert listing(temporary) == {}


def test_there_is_room_for_them_else(versions: Checkout, start: Path, tmp_path: Path) -> None:
    shutil.copytree(start, tmp_path / "parent", symlinks=True)
    done = Life(versions, tmp_path / "parent").layerwright("update", "plant")
    assert done.code == 0, done.err
