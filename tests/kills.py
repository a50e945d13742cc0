"""Kills `new`, `update` and `add` at random points, and looks at what is there then: `make kills`, or with `--count`.

Every other kill of an update waits for its journal, since the moment in which files are replaced is short. What is
there afterwards has to be what was there before or the whole new state, byte for byte; after SIGKILL, as soon as the
next command has run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .test_update import Life, born, three_versions
from .workbench import Checkout, listing

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)

COMMANDS = {
    "new": ("new", "plant", "--preset", "siamese-dense"),
    "update": ("update",),
    "add": ("add", "output", "same: binary"),
}


@dataclass(frozen=True)
class Case:
    """A command, what it starts from and comes to, and how long it takes."""

    name: str
    start: Path | None
    before: dict[str, str]
    after: dict[str, str]
    seconds: float


def files(folder: Path) -> dict[str, str]:
    """What is in a folder, but for what git has of it."""
    return {name: what for name, what in listing(folder).items() if not f"/{name}/".count("/.git/")}


def placed(case_start: Path | None, folder: Path) -> Path:
    """A folder to kill in: the command's work lies in `parent/plant`."""
    parent = folder / "parent"
    parent.mkdir(parents=True)
    (folder / "temporary").mkdir()
    if case_start is not None:
        shutil.copytree(case_start, parent / "plant", symlinks=True)
    return parent


def started(checkout: Checkout, name: str, parent: Path) -> subprocess.Popen[str]:
    """The command as a shell starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "layerwright", *COMMANDS[name]],
        cwd=parent if name == "new" else parent / "plant",
        env=checkout.environment(TMPDIR=str(parent.parent / "temporary")),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def prepared(checkout: Checkout, folder: Path) -> Iterator[Case]:
    """Each command, run to its end once."""
    project = born(checkout, folder / "born" / "plant", "siamese-dense").root
    for name in COMMANDS:
        start = None if name == "new" else project
        parent = placed(start, folder / f"whole-{name}")
        before, began = files(parent), time.monotonic()
        process = started(checkout, name, parent)
        _, err = process.communicate()
        assert process.returncode == 0, err
        yield Case(name, start, before, files(parent), time.monotonic() - began)


def killed(checkout: Checkout, case: Case, how: signal.Signals, folder: Path, draw: random.Random) -> str:
    """Kills a command once, and says what was there then: `before`, `after`, `put right`, or what is wrong."""
    parent = placed(case.start, folder)
    process = started(checkout, case.name, parent)
    if case.start is not None and draw.random() < 0.5:
        state = parent / "plant" / ".git" / "layerwright"
        while process.poll() is None and not list(state.glob("*/journal.json")):
            time.sleep(0.0005)
        time.sleep(draw.random() * 0.02)
    else:
        time.sleep(draw.random() * case.seconds * 1.02)
    if process.poll() is None:
        os.killpg(process.pid, how) if how == signal.SIGINT else process.send_signal(how)
    _, err = process.communicate(timeout=120)
    if how is not signal.SIGKILL:
        return _after_a_wish(case, process.returncode, err, parent)
    return (_after_a_kill if case.start else _after_a_killed_new)(checkout, case, parent)


def _after_a_wish(case: Case, code: int, err: str, parent: Path) -> str:
    """After Ctrl-C or SIGTERM: it says what it did, and leaves nothing about."""
    there, left = files(parent), listing(parent.parent / "temporary")
    state = parent / "plant" / ".git" / "layerwright"
    if left or list(state.glob("*/journal.json")) or "Traceback" in err:
        return f"wrong: {sorted(left) or err}"
    if there == case.after and code == 0:
        return "after"
    return "before" if there == case.before and code != 0 else f"wrong: exit {code}, {_difference(there, case)}"


def _after_a_kill(checkout: Checkout, case: Case, parent: Path) -> str:
    there = files(parent)
    if there == case.after and not list((parent / "plant" / ".git").glob("layerwright/*/journal.json")):
        return "after"
    temporary = parent.parent / "temporary"
    done = Life(checkout, parent / "plant").layerwright("undo", TMPDIR=str(temporary))
    now = files(parent)
    if left := listing(temporary):
        return f"wrong: {sorted(left)}"
    if now != case.before:
        return f"wrong: {_difference(now, case)}, {done.err}"
    return "put right" if "cut off" in done.err + done.out else "before"


def _after_a_killed_new(checkout: Checkout, case: Case, parent: Path) -> str:
    """The project is there whole, or not at all; what else is there, the same command clears when it is run again."""
    there = files(parent)
    visible = {name: what for name, what in there.items() if not name.startswith(".layerwright-")}
    if visible not in ({}, case.after):
        return f"wrong: {sorted(visible)}"
    done = _again(checkout, case, parent)
    left = [*listing(parent.parent / "temporary"), *(set(files(parent)) ^ set(case.after))]
    if left or done.returncode != (2 if visible else 0):
        return f"wrong: {left}, {done.stderr}"
    return "after" if visible else "before" if visible == there else "put right"


def _again(checkout: Checkout, case: Case, parent: Path) -> subprocess.CompletedProcess[str]:
    """The same command once more."""
    process = started(checkout, case.name, parent)
    _, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, "", err)


def _difference(there: dict[str, str], case: Case) -> str:
    return ", ".join(sorted(name for name in {*there, *case.before} if there.get(name) != case.before.get(name)))


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description="Kills commands at random points, and looks at what is left.")
    parser.add_argument("--count", type=int, default=100, help="how often each command is killed by each signal")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a file that counts are added to, round by round")
    parser.add_argument("--signals", nargs="+", default=[each.name for each in SIGNALS])
    parser.add_argument("--commands", nargs="+", default=list(COMMANDS), choices=COMMANDS)
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what runs in the background ignore it
    draw = random.Random(options.seed)
    counts = Counter[str](json.loads(options.keep.read_text()) if options.keep and options.keep.is_file() else {})
    with tempfile.TemporaryDirectory(prefix="layerwright-kills-") as folder:
        checkout = three_versions(Path(folder) / "checkout")
        cases = [case for case in prepared(checkout, Path(folder)) if case.name in options.commands]
        for number in range(options.count):
            for case in cases:
                for how in map(signal.Signals.__getitem__, options.signals):
                    place = Path(folder) / f"{case.name}-{how.name}-{number}"
                    came = killed(checkout, case, how, place, draw)
                    shutil.rmtree(place, ignore_errors=True)  # a git that was started goes on for a moment
                    counts[f"{case.name} | {how.name} | {came.partition(':')[0]}"] += 1
                    if came.startswith("wrong"):
                        print(f"{case.name}, {how.name}: {came}", flush=True)
            if options.keep:
                options.keep.write_text(json.dumps(counts))
            print(f"round {number + 1} of {options.count}", flush=True)
    print(table(counts))
    sys.exit(any(key.endswith("wrong") for key in counts))


def table(counts: Counter[str]) -> str:
    """The counts as a table in Markdown."""
    words = ("before", "after", "put right", "wrong")
    lines = ["| command | signal | kills | as before | whole | put right by the next command | wrong |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for row in dict.fromkeys(key.rpartition(" | ")[0] for key in counts):
        cells = [counts[f"{row} | {word}"] for word in words]
        lines.append(f"| {row} | {' | '.join(map(str, (sum(cells), *cells)))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
