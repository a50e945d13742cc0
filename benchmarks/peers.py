"""Whole processes of layerwright beside those of its peers, in turn: a new project, an update, `explain`, `check`.

Installs layerwright from this checkout, and each peer from the package index, into environments of their own in
build/peers. Prints for each command the median of the processor's time (its own and the system's, children included),
of the time on the clock, and the most memory that it held; and the ratios that docs/speed-of-the-tool.md speaks of.

    python benchmarks/peers.py [RUNS [new|explain|update|check ...]]

cookiecutter, cookiecutter-data-science and Copier get a template of the very files that `layerwright new` writes, with
the project's name left open, so all of them write the same bytes. Kedro makes its own project, which is smaller.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / "build" / "peers"

PEERS = {
    "cookiecutter": "cookiecutter>=2.6,<3",
    "cookiecutter-data-science": "cookiecutter-data-science>=2.3,<3",
    "copier": "copier>=9.19,<10",
    "kedro": "kedro>=1,<2",
}
"""What is measured beside layerwright: the package, and the versions for which the commands below are written."""

SETTINGS = {
    "DO_NOT_TRACK": "1",
    "GIT_AUTHOR_EMAIL": "bench@example.invalid",
    "GIT_AUTHOR_NAME": "Bench",
    "GIT_COMMITTER_EMAIL": "bench@example.invalid",
    "GIT_COMMITTER_NAME": "Bench",
    "KEDRO_DISABLE_TELEMETRY": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
NOT_A_USER_S = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
"""Settings of a developer's that would slow the start of every program."""

NAME = "pictures"
PRESET = "image-metadata"
ANSWERS = ".copier-answers.yml"

Commands = Mapping[str, Callable[[Path], list[str]]]
"""What is run, by what it's called in the table: the command for a folder that is new and empty."""

WRITES = """
import jinja2, pathlib, sys
source, target = map(pathlib.Path, sys.argv[1:])
for path, text in [(each.relative_to(source), each.read_bytes()) for each in source.rglob("*") if each.is_file()]:
    (target / path).parent.mkdir(parents=True, exist_ok=True)
    (target / path).write_bytes(text)
"""

COUNTS = """
import sys
sys.path.insert(0, "src")
from {package}.model import build_model
print(build_model().count_params())
"""


class Cost(NamedTuple):
    """What a process took: seconds of the processor and on the clock, and megabytes."""

    processor: float
    clock: float
    memory: float


class Bench:
    """A folder for everything that is made, and the environment that programs run in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        kept = {key: value for key, value in os.environ.items() if key not in NOT_A_USER_S}
        own = {"HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder / "tmp")}
        self.environment = kept | SETTINGS | own
        for name in own.values():
            Path(name).mkdir()

    def place(self) -> Path:
        """A new, empty folder."""
        self.count += 1
        place = self.folder / f"run-{self.count}"
        place.mkdir()
        return place

    def run(self, command: list[str], cwd: Path) -> Cost:
        """Runs a command to its end. Ends all, with what it said, if it fails."""
        with tempfile.TemporaryFile() as said:
            start = time.perf_counter()
            process = subprocess.Popen(
                command, cwd=cwd, env=self.environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
            _, status, used = os.wait4(process.pid, 0)
            clock = time.perf_counter() - start
            if status:
                said.seek(0)
                raise SystemExit(f"{command} failed: {said.read().decode(errors='replace')[-2000:]}")
        return Cost(used.ru_utime + used.ru_stime, clock, used.ru_maxrss / 1024)

    def git(self, *words: str, cwd: Path) -> None:
        """Runs git."""
        subprocess.run(["git", *words], cwd=cwd, env=self.environment, check=True, capture_output=True)

    def committed(self, folder: Path, tag: str = "") -> Path:
        """Makes a folder a repository with all that is in it."""
        self.git("init", "--quiet", ".", cwd=folder)
        self.git("add", "--all", cwd=folder)
        self.git("commit", "--quiet", "--message", "all", cwd=folder)
        if tag:
            self.git("tag", tag, cwd=folder)
        return folder

    def compared(self, commands: Commands, runs: int) -> dict[str, Cost]:
        """The medians of several runs, in turn: a machine that slows down slows all. The first one is left out."""
        costs: dict[str, list[Cost]] = {name: [] for name in commands}
        for number in range(runs + 1):
            for name, command in commands.items():
                place = self.place()
                cost = self.run(command(place), place)
                if number:
                    costs[name].append(cost)
                shutil.rmtree(place)
        return {
            name: Cost(*(statistics.median(each) for each in zip(*found, strict=True))) for name, found in costs.items()
        }


def environment(name: str, *packages: str) -> Path | None:
    """The programs of an environment with these packages; None, with what pip says, if they can't be had."""
    folder = ENVIRONMENTS / name
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    if not (programs / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    settings = {key: value for key, value in os.environ.items() if key not in NOT_A_USER_S}
    command = [programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name} can't be installed, and isn't compared: {done.stderr.strip().splitlines()[-1]}")
        return None
    return programs


def table(title: str, costs: Mapping[str, Cost]) -> None:
    """Prints what commands cost."""
    print(f"\n{title:<52}{'processor, s':>13}{'clock, s':>10}{'MB':>6}")
    for name, cost in costs.items():
        print(f"{name:<52}{cost.processor:>13.3f}{cost.clock:>10.3f}{cost.memory:>6.0f}")


def ratio(what: str, one: Cost, other: Cost) -> None:
    """Prints how one compares with another."""
    processor, clock = one.processor / other.processor, one.clock / other.clock
    print(f"{what}: {processor:.2f} of the processor's time, {clock:.2f} on the clock")


def template(files: Mapping[str, str], target: Path, name: str, root: str, suffix: str = "") -> None:
    """Writes a template that gives these files: `name` stands for the project's, `root` for the folder of its own."""
    for path, text in files.items():
        place = target / root / (path.replace(NAME, name) + suffix)
        place.parent.mkdir(parents=True, exist_ok=True)
        is_jinja = any(mark in text for mark in ("{{", "{%", "{#"))
        content = f"{{% raw %}}{text}{{% endraw %}}" if is_jinja else text.replace(NAME, name)
        place.write_bytes(content.encode())


def read(folder: Path) -> dict[str, str]:
    """The files in a folder."""
    return {
        each.relative_to(folder).as_posix(): each.read_bytes().decode()
        for each in sorted(folder.rglob("*"))
        if each.is_file() and ".git/" not in each.relative_to(folder).as_posix()
    }


class Peers:
    """The programs of layerwright and its peers, and a template of the same files for each that takes one."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        ours = environment("layerwright", str(ROOT))
        ours = ours and environment("layerwright", "--force-reinstall", "--no-deps", str(ROOT))
        if ours is None:
            raise SystemExit("layerwright itself can't be installed")
        self.ours = ours
        self.others = {name: environment(name, package) for name, package in PEERS.items()}
        made = bench.folder / "made"
        made.mkdir()
        bench.run([str(ours / "layerwright"), "new", str(made / NAME), "--preset", PRESET], made)
        self.made, self.files = made / NAME, read(made / NAME)
        self._templates()

    def _templates(self) -> None:
        folder = self.bench.folder / "templates"
        for tool in ("cookiecutter", "cookiecutter-data-science"):
            name = "{{cookiecutter.name}}"
            template(self.files, folder / tool, name, name)
            for settings in ("cookiecutter.json", "ccds.json"):
                (folder / tool / settings).write_text(json.dumps({"name": NAME}))
        template(self.files, folder / "copier", "{{ name }}", "project", ".jinja")
        settings = {"_subdirectory": "project", "name": {"type": "str", "default": NAME}}
        (folder / "copier" / "copier.yml").write_text(json.dumps(settings))
        answers = "{{ _copier_answers | to_nice_yaml }}"
        (folder / "copier" / "project" / "{{ _copier_conf.answers_file }}.jinja").write_text(answers)
        (folder / "copier" / "project" / f"{ANSWERS}.jinja").unlink()
        self.folder = folder

    def program(self, peer: str, name: str) -> str | None:
        """A program of a peer, None if it couldn't be installed."""
        programs = self.others[peer]
        return programs and str(programs / name)

    def makers(self) -> dict[str, Callable[[Path], list[str]]]:
        """Who makes a project of the same files, and Kedro."""
        found: dict[str, Callable[[Path], list[str]]] = {}
        if program := self.program("cookiecutter", "cookiecutter"):
            found["cookiecutter, the same files"] = lambda place, program=program: [
                *(program, "--no-input", "--output-dir", str(place), str(self.folder / "cookiecutter"))
            ]
        if program := self.program("cookiecutter-data-science", "ccds"):
            found["cookiecutter-data-science, the same files"] = lambda place, program=program: [
                *(program, "--no-input", "--output-dir", str(place), str(self.folder / "cookiecutter-data-science"))
            ]
        if program := self.program("copier", "copier"):
            found["copier copy, the same files"] = lambda place, program=program: [
                *(program, "copy", "--quiet", "--defaults", str(self.folder / "copier"), str(place / NAME))
            ]
        if program := self.program("kedro", "kedro"):
            found["kedro new, its own files"] = lambda place, program=program: [
                *(program, "new", "--name", NAME, "--tools", "none", "--example", "n", "--telemetry", "no")
            ]
        return found


def new(peers: Peers, runs: int) -> None:
    """A new project."""
    bench, layerwright, python = peers.bench, str(peers.ours / "layerwright"), str(peers.ours / "python")
    same = peers.makers()

    def own(place: Path) -> list[str]:
        """Answers that nobody has given before: names of their own in every file."""
        number = bench.count
        inputs = f"inputs=photo_{number}: image 64x64x3, facts_{number}: numeric {number % 50 + 3}"
        return [
            layerwright,
            "new",
            str(place / f"own{number}"),
            "--data",
            inputs,
            "--data",
            "outputs=price: regression",
        ]

    def first(place: Path) -> list[str]:
        """As on the day of its installation: nothing is kept yet."""
        shutil.rmtree(bench.folder / "cache" / "layerwright", ignore_errors=True)
        return ours(place)

    def ours(place: Path) -> list[str]:
        return [layerwright, "new", str(place / NAME), "--preset", PRESET]

    least = "a program that imports Jinja and writes the bytes"
    commands: Commands = {
        "layerwright new, the first time": first,
        "layerwright new, a preset": ours,
        "layerwright new, answers never given before": own,
        **same,
        least: lambda place: [python, "-c", WRITES, str(peers.made), str(place / NAME)],
    }
    for name, command in commands.items():
        place = bench.place()
        bench.run(command(place), place)
        if "same files" in name or name == least:
            made = read(place / NAME)
            wrong = [
                path for path in peers.files if path != ".copier-answers.yml" and made.get(path) != peers.files[path]
            ]
            assert not wrong, (name, wrong)
    costs = bench.compared(commands, runs)
    table(f"A new project: {len(peers.files)} files of {PRESET}", costs)
    fastest = min(same, key=lambda name: costs[name].processor)
    ratio(f"layerwright new against {fastest}", costs["layerwright new, a preset"], costs[fastest])
    ratio("  with answers never given before", costs["layerwright new, answers never given before"], costs[fastest])
    ratio("  the first time", costs["layerwright new, the first time"], costs[fastest])
    ratio(f"layerwright new against {least}", costs["layerwright new, a preset"], costs[least])


def explain(peers: Peers, runs: int) -> None:
    """What a network is: planned, and built in Keras and counted."""
    layerwright, python = str(peers.ours / "layerwright"), str(peers.ours / "python")
    commands: dict[str, Callable[[Path], list[str]]] = {
        "layerwright explain --preset power-plant": lambda _: [layerwright, "explain", "--preset", "power-plant"],
        "layerwright --help": lambda _: [layerwright, "--help"],
        "python -c 'import yaml'": lambda _: [python, "-c", "import yaml"],
    }
    costs = peers.bench.compared(commands, 3 * runs)
    project = peers.bench.place() / "plant"
    peers.bench.run([layerwright, "new", str(project), "--preset", "power-plant"], project.parent)
    builds: dict[str, Callable[[Path], list[str]]] = {}
    for backend, module in (("TensorFlow", "tensorflow"), ("JAX", "jax"), ("PyTorch", "torch")):
        if find_spec("keras") and find_spec(module):
            script = f"import os; os.environ['KERAS_BACKEND'] = '{module}'; os.chdir({str(project)!r})"
            script += COUNTS.format(package="plant")
            builds[f"built in Keras on {backend}, and counted"] = lambda _, script=script: [
                sys.executable,
                "-c",
                script,
            ]
    if not builds:
        print("Keras isn't installed beside this script, so nothing is built in it")
    costs |= peers.bench.compared(builds, max(1, runs // 3))
    table("A network's layers and parameters", costs)
    ours, yaml, *_ = (costs[name] for name in ("layerwright explain --preset power-plant", "python -c 'import yaml'"))
    ratio("explain against import yaml", ours, yaml)
    for name in builds:
        ratio(f"{name}, against explain", costs[name], ours)


def update(peers: Peers, runs: int) -> None:
    """Another answer for a project that is there. Copier's template has nothing to plan."""
    bench, layerwright = peers.bench, str(peers.ours / "layerwright")
    ours = bench.place() / NAME
    bench.run([layerwright, "new", str(ours), "--preset", PRESET], ours.parent)
    bench.committed(ours)
    commands: dict[str, Callable[[Path], list[str]]] = {}

    def copied(project: Path, place: Path) -> str:
        shutil.copytree(project, place / NAME, symlinks=True)
        return str(place / NAME)

    commands["layerwright update --data hardware=cpu"] = lambda place: [
        *(layerwright, "update", copied(ours, place), "--data", "hardware=cpu")
    ]
    if program := peers.program("copier", "copier"):
        source = bench.committed(peers.folder / "copier", "v1.0.0")
        theirs = bench.place() / NAME
        bench.run([program, "copy", "--quiet", "--defaults", str(source), str(theirs)], theirs.parent)
        bench.committed(theirs)
        commands["copier update --data name=photos, the same files"] = lambda place: [
            *(program, "update", "--quiet", "--defaults", "--data", "name=photos", copied(theirs, place))
        ]
    costs = bench.compared(commands, max(1, runs // 2))
    table("An update of a project", costs)
    if len(costs) > 1:
        ratio("layerwright update against copier update", *costs.values())


def check(peers: Peers, runs: int) -> None:
    """A hundred projects in one run. No peer does the like."""
    layerwright, folder = str(peers.ours / "layerwright"), peers.bench.place()
    listed = [str(peers.ours / "layerwright"), "presets", "--format", "json"]
    said = subprocess.run(listed, env=peers.bench.environment, check=True, capture_output=True, text=True).stdout
    names = [each["name"] for each in json.loads(said)]
    for number in range(100):
        place = str(folder / f"project-{number}")
        peers.bench.run([layerwright, "new", place, "--preset", names[number % len(names)]], folder)
    costs = peers.bench.compared(
        {"layerwright check, 100 projects, files": lambda _: [layerwright, "check", str(folder), "--no-model"]},
        max(1, runs // 5),
    )
    table("A hundred projects", costs)


TOPICS = {"new": new, "explain": explain, "update": update, "check": check}


def main(runs: int, topics: list[str]) -> None:
    """Prints a table for each topic."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        peers = Peers(Bench(Path(folder)))
        print(f"Medians of {runs} runs or so in turn, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
        for topic in topics or TOPICS:
            TOPICS[topic](peers, runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10, sys.argv[2:])
