"""Works as on Windows, as far as Linux can show that: no `fcntl`, no signals to hold back, files that are open or
read-only stay, other line ends, few letters in a pipe, names and paths that its file systems don't take.

`windows/sitecustomize.py` says what is made so. The commands are real ones, in processes of their own.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path, PureWindowsPath

import pytest

from layerwright.answers.reading import DEVICE_NAMES

from .workbench import REPOSITORY, Checkout, Result, listing, run

pytest_plugins = ["tests.workbench"]

POORER = REPOSITORY / "tests" / "windows"

LONGEST = 260 - len(
    r"C:\Users\someone.with.a.name\AppData\Local\Programs\Python\Python313\Lib\site-packages\layerwright\_template"
)
"""Longest path of a template that an installation on Windows has room for."""

INVALID = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')


@pytest.fixture
def windows(checkout: Checkout, tmp_path: Path) -> Windows:
    """A machine whose git gives text back with CR and LF, as that of Windows does."""
    (tmp_path / "Temp").mkdir()
    settings = "[core]\n autocrlf = true\n ignorecase = true\n fileMode = false\n symlinks = false\n"
    (tmp_path / ".gitconfig").write_text(settings)
    return Windows(checkout, tmp_path)


class Windows:
    """The commands of a user of Windows, in a folder."""

    def __init__(self, checkout: Checkout, folder: Path) -> None:
        self.checkout, self.folder, self.project = checkout, folder, folder / "plant"
        paths = f"{POORER}:{checkout.root / 'generator'}"
        self.env = checkout.environment() | {
            "HOME": str(folder),
            "PYTHONPATH": paths,
            "PYTHONIOENCODING": "cp1252",
            "TMPDIR": str(folder / "Temp"),
            "AS_ON_WINDOWS": str(folder),
        }

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        done = run("git", *arguments, cwd=cwd or self.project, env=self.env)
        assert done.code == 0, done.err
        return done.out

    def layerwright(self, *arguments: str | Path, cwd: Path | None = None) -> Result:
        done = run(sys.executable, "-m", "layerwright", *arguments, cwd=cwd or self.project, env=self.env)
        assert not list((self.folder / "Temp").iterdir()), "something of its own is left"
        return done

    def content(self) -> dict[str, str]:
        return {name: what for name, what in listing(self.project).items() if not f"/{name}/".count("/.git/")}


def test_a_project_lives_there(windows: Windows) -> None:
    answers = windows.folder / "answers.yml"
    answers.write_bytes(b'inputs: "x: numeric 8"\r\noutputs: "y: binary"\r\nauthor: "\xc3\x9cnal"\r\n')
    windows.project.mkdir()
    done = windows.layerwright("new", "plant", "--answers", "answers.yml", cwd=windows.folder)
    assert done.code == 0, done.err
    assert f'Next:\n  cd "{windows.project}"\n  python -m venv .venv\n  .venv\\Scripts\\activate\n' in done.out
    assert all(b"\r\n" not in path.read_bytes() for path in windows.project.rglob("*.*") if path.is_file())
    windows.git("init", "--quiet", cwd=windows.project)
    save(windows, "As it was made")
    windows.git("clone", "--quiet", str(windows.project), str(windows.folder / "clone"))
    windows.project = windows.folder / "clone"
    made = windows.content()

    assert b"\r\n" in (windows.project / "README.md").read_bytes()
    done = windows.layerwright("check", ".")
    assert "1 project: nothing found; not checked everywhere: built network" in done.out, done.err
    done = windows.layerwright("update", "--data", "backend=jax")
    assert done.code == 0, done.err
    assert r"backend: 'tensorflow' \u2192 'jax'" in done.out
    assert windows.git("status", "--porcelain") != ""
    assert windows.layerwright("undo").code == 0
    assert windows.content() == made


def save(windows: Windows, message: str) -> None:
    windows.git("add", "--all")
    windows.git("commit", "--quiet", "--message", message)


def tracked(*folders: str) -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z", *folders], cwd=REPOSITORY, capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


def test_its_file_systems_take_each_path_of_the_template() -> None:
    paths = [PureWindowsPath(path) for path in tracked("templates", "generator", "copier.yml")]
    for path in paths:
        assert not any(INVALID.search(part) for part in path.parts), path
        assert not any(part.partition(".")[0].lower() in DEVICE_NAMES for part in path.parts), path
        assert len(str(path)) < LONGEST, path
    assert max(Counter(str(path).lower() for path in paths).values()) == 1
