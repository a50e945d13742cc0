"""A clean copy of this checkout for tests to make projects with, and what they need around it.

Tests of products work on a copy that is committed and tagged: so they neither see what lies about in the work tree,
nor pay for it. A plugin for pytest (PYTEST_DONT_REWRITE), from which the modules that use it import as well.
"""

from __future__ import annotations

import compileall
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from layerwright import __version__, cli, places

REPOSITORY = Path(__file__).parent.parent

PARTS = ("LICENSE", "README.md", "copier.yml", "generator", "hatch_build.py", "pyproject.toml", "templates")
"""What of the checkout makes projects and wheels."""

PRESETS = sorted(path.stem for path in (REPOSITORY / "templates" / "presets").glob("*.yml"))

LIMIT = 120
"""Longest that one command may take, in seconds."""


@dataclass(frozen=True)
class Result:
    """What a command came to."""

    code: int
    out: str
    err: str


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """This process's environment, with no settings of the user's, and none that this test run has made."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "COPIER_", "PYTEST_"))}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A Tester",
        "GIT_AUTHOR_EMAIL": "tester@example.invalid",
        "GIT_COMMITTER_NAME": "A Tester",
        "GIT_COMMITTER_EMAIL": "tester@example.invalid",
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "100",
        **more,
    }


def run(*command: str | Path, cwd: Path, env: Mapping[str, str], limit: int = LIMIT) -> Result:
    """Runs a command without a terminal."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Checkout:
    """A git repository with the template and its generator, all committed, tagged as this version."""

    root: Path
    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        """An environment in which `layerwright` is this checkout's."""
        return clean_environment(self.home, PYTHONPATH=str(self.root / "generator"), **more)

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        """Runs git, and returns what it says."""
        done = run("git", *arguments, cwd=cwd or self.root, env=self.environment())
        assert done.code == 0, done.err
        return done.out

    def commit(self, tag: str) -> None:
        """Commits all that is there, and tags it."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", tag)
        self.git("tag", tag)

    def layerwright(self, *arguments: str | Path, cwd: Path, **more: str) -> Result:
        """Runs the real command."""
        return run(sys.executable, "-m", "layerwright", *arguments, cwd=cwd, env=self.environment(**more))

    def copier(self, *arguments: str | Path, cwd: Path, **more: str) -> Result:
        """Runs plain Copier."""
        return run(sys.executable, "-m", "copier", *arguments, cwd=cwd, env=clean_environment(self.home, **more))


def copied(target: Path) -> Path:
    """Copies what makes projects and wheels into a folder that isn't there yet."""
    target.mkdir(parents=True)
    ignore = shutil.ignore_patterns("__pycache__", "*.py[co]", "*.egg-info")
    for part in PARTS:
        if (REPOSITORY / part).is_dir():
            shutil.copytree(REPOSITORY / part, target / part, ignore=ignore)
        else:
            shutil.copy(REPOSITORY / part, target / part)
    return target


def new_checkout(folder: Path) -> Checkout:
    """A checkout in a folder that isn't there yet."""
    checkout = Checkout(copied(folder / "layerwright"), folder / "home")
    checkout.home.mkdir()
    checkout.git("init", "--quiet", "--initial-branch", "main")
    (checkout.root / ".git" / "info").mkdir(exist_ok=True)
    (checkout.root / ".git" / "info" / "exclude").write_text("__pycache__/\n")
    checkout.commit(f"v{__version__}")
    checkout.git("repack", "-a", "-d", "--quiet")  # as a clone has it
    # As it is after a first command. Python compares each with its source, so what a test edits is compiled again.
    compileall.compile_dir(checkout.root / "generator", quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return checkout


@pytest.fixture(scope="package")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The checkout that tests share. None of them changes it."""
    return new_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture
def at_checkout(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """The package of this process takes its template from the checkout."""
    monkeypatch.setattr(places, "PACKAGE", checkout.root / "generator" / "layerwright")
    return checkout


Command = Callable[..., Result]


@contextmanager
def signals_kept() -> Iterator[None]:
    """Signals mean afterwards what they did before, to what is started then too, whatever a command made of them."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the whole command in this process, down to its exit code: for tables of many cases."""

    def layerwright(*arguments: str | Path) -> Result:
        monkeypatch.setattr(sys, "argv", ["layerwright", *map(str, arguments)])
        with signals_kept(), pytest.raises(SystemExit) as exit_:
            cli.run()
        out, err = capsys.readouterr()
        code = exit_.value.code
        return Result(code if isinstance(code, int) else 0, out, err)

    return layerwright


def listing(folder: Path) -> dict[str, str]:
    """Everything in a folder, hidden or not: what each thing is, and what it holds or points to."""

    def content(path: Path) -> str:
        if path.is_symlink():
            return f"link to {os.readlink(path)}"
        return "folder" if path.is_dir() else f"file {path.read_bytes()!r}" if path.is_file() else "else"

    return {str(path.relative_to(folder)): content(path) for path in sorted(folder.rglob("*"))}


@dataclass
class Terminal:
    """A command in a pseudo-terminal, to type answers into."""

    process: int
    handle: int
    shown: str = ""
    unread: str = field(default="", repr=False)
    raw: str = field(default="", repr=False)

    @classmethod
    def start(cls, *command: str | Path, cwd: Path, env: Mapping[str, str], columns: int = 0) -> Terminal:
        """Starts a command with a terminal of its own; of no size that's known, unless it's said."""
        process, handle = pty.fork()
        if not process:  # the child
            os.chdir(cwd)
            os.execvpe(str(command[0]), [str(part) for part in command], dict(env))
        if columns:
            fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        return cls(process, handle)

    def wait_for(self, text: str, limit: float = 60) -> None:
        """Waits until the command has shown a text, and forgets what came before it."""
        end = time.monotonic() + limit
        while text not in self.unread:
            assert time.monotonic() < end, f"no {text!r} in:\n{self.shown}"
            if self._ended(0.2):
                break
        _, found, self.unread = self.unread.partition(text)
        assert found, f"no {text!r} in:\n{self.shown}"

    def type(self, text: str) -> None:
        """Types a text."""
        os.write(self.handle, text.encode())

    def end(self, limit: float = 60) -> int:
        """Waits for the command to end, and returns its exit code."""
        end = time.monotonic() + limit
        while not self._ended(0.2):
            assert time.monotonic() < end, f"it doesn't end:\n{self.shown}"
        _, status = os.waitpid(self.process, 0)
        os.close(self.handle)
        return os.waitstatus_to_exitcode(status)

    def _ended(self, patience: float) -> bool:
        """Reads what there is to read, and says whether that was all."""
        if not select.select([self.handle], [], [], patience)[0]:
            return False
        try:
            data = os.read(self.handle, 65536)
        except OSError:  # Linux says so that the other end is closed
            return True
        self.raw += data.decode(errors="replace")
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode(errors="replace"))
        self.shown += text
        self.unread += text
        return not data
