"""Changes the planner and the emitter in small ways, and looks whether the tests notice: `make mutants`.

cosmic-ray makes the changes: a number off by one, a comparison turned round, an `and` for an `or`, a loop that isn't
run. Each is put in place of its module in a process of its own, and only the tests that run the changed line are run,
the quickest first, as a run of all of them under coverage has shown. A change that no test notices is looked at by a
person: docs/proof.md has what became of them.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

REPOSITORY = Path(__file__).parent.parent

PACKAGE = REPOSITORY / "generator" / "layerwright"

LEARNED = REPOSITORY / "build" / "mutants.json"
"""Which tests run which lines, and how long each takes."""

MODULES = (
    *("answers", "blocks", "emit", "layers", "plan"),
    *("choices.py", "forms.py", "graph.py", "kinds.py", "lengths.py", "memory.py", "operations.py", "padding.py"),
    *("rules.py", "tasks.py"),
)
"""What is changed: all that makes a network of answers, and source of a network."""

TESTS = (
    *("differences", "emission", "errors", "layers", "marking", "masking", "memory", "operations", "own_layers"),
    *("pictures", "plan", "plan_against_keras", "references", "sequential_or_functional", "thresholds", "bad_input"),
    "cases",
)
"""The tests that run in this process and train nothing."""

LEFT_OUT = ("NoOp", "Variable")
"""Operators that change nothing, or want arguments."""

QUICK, WHOLE = 8.0, 120.0
"""Seconds of tests for a change at first, and for one that was not noticed then."""

GRACE = 30.0
"""Seconds more that they may take, on a machine that has other work, before a change counts as one that never ends."""


@dataclass(frozen=True)
class Mutant:
    """One change: the `occurrence`th that an operator can make of a file, and where that is."""

    path: str
    line: int
    operator: str
    occurrence: int

    def source(self) -> str:
        """The file as changed."""
        from cosmic_ray.mutating import mutate_code
        from cosmic_ray.plugins import get_operator

        text = (PACKAGE / self.path).read_text(encoding="utf-8")
        return str(mutate_code(text, get_operator(self.operator)(), self.occurrence))

    def shown(self) -> str:
        """The line before and after."""
        before = (PACKAGE / self.path).read_text(encoding="utf-8").splitlines()
        after = self.source().splitlines()
        changed = [number for number, (old, new) in enumerate(zip(before, after, strict=False)) if old != new]
        first = changed[0] if changed else min(len(before), len(after)) - 1
        name = self.operator.removeprefix("core/")
        return f"{self.path}:{first + 1} {name}\n    - {before[first].strip()}\n    + {after[first].strip()}"


def files() -> list[Path]:
    """The modules that are changed."""
    found = [PACKAGE / each for each in MODULES]
    return sorted(path for each in found for path in (each.rglob("*.py") if each.is_dir() else [each]))


def mutants(path: Path) -> Iterator[list[Mutant]]:
    """The changes that can be made of a file, those of one place together."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    text = path.read_text(encoding="utf-8")
    nodes, hints = list(ast_nodes(get_ast(text))), set(_hints(ast.parse(text)))
    places: dict[tuple[int, int], list[Mutant]] = {}
    for name in operator_names():
        if any(each in name for each in LEFT_OUT):
            continue
        operator = get_operator(name)()
        starts = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, start in enumerate(starts):
            if start not in hints:
                mutant = Mutant(path.relative_to(PACKAGE).as_posix(), start[0], name, occurrence)
                places.setdefault(start, []).append(mutant)
    yield from places.values()


def _hints(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """The places within annotations, which nothing reads when the program runs."""
    for node in ast.walk(tree):
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(hint, ast.expr) and hint.end_lineno is not None and hint.end_col_offset is not None:
                for line in range(hint.lineno, hint.end_lineno + 1):
                    first = hint.col_offset if line == hint.lineno else 0
                    last = hint.end_col_offset if line == hint.end_lineno else 400
                    yield from ((line, column) for column in range(first, last))


def sample(count: int, seed: int) -> list[Mutant]:
    """Changes that are drawn: places first, all alike, then one of those that can be made there."""
    chance = random.Random(seed)
    places = [place for path in files() for place in mutants(path)]
    return [chance.choice(place) for place in chance.sample(places, min(count, len(places)))]


class Changed(MetaPathFinder, SourceFileLoader):
    """Gives one module of the package with another source."""

    def __init__(self, mutant: Mutant) -> None:
        parts = ("layerwright", *Path(mutant.path).with_suffix("").parts)
        self.module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        super().__init__(self.module, str(PACKAGE / mutant.path))
        self.code = compile(mutant.source(), self.path, "exec")

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        """That module's."""
        package = self.path.endswith("__init__.py")
        return spec_from_loader(fullname, self, is_package=package) if fullname == self.module else None

    def get_code(self, fullname: str) -> CodeType:
        """What is run of it."""
        return self.code


@dataclass
class Watcher:
    """Says to coverage which test runs, and notes how long it takes."""

    coverage: Any
    seconds: dict[str, float]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Around a test with its fixtures."""
        self.coverage.switch_context(item.nodeid)
        start = time.perf_counter()
        done = yield
        self.seconds[item.nodeid] = time.perf_counter() - start
        self.coverage.switch_context("")
        return done


def apart(work: Callable[[], int], limit: float) -> int | None:
    """Does something in a process of its own, and returns its exit code; None if it takes too long."""
    sys.stdout.flush()
    process = os.fork()
    if not process:
        os.setpgid(0, 0)
        code = 70
        try:
            with (REPOSITORY / "build" / "mutants.log").open("w") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
                code = work()
        finally:
            os._exit(code)
    until = time.monotonic() + limit
    while time.monotonic() < until:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return None


def run(tests: Sequence[str], *options: str, plugins: Sequence[object]) -> int:
    """Runs tests in this process."""
    return int(pytest.main(["-q", "-W", "ignore", "-p", "no:cacheprovider", *options, *tests], plugins=plugins))


def learn() -> int:
    """Runs all tests once, and writes down which lines each runs."""
    from coverage import Coverage

    coverage, seconds = (
        Coverage(data_file=str(LEARNED.with_suffix(".coverage")), branch=True, source=[str(PACKAGE)]),
        {},
    )
    coverage.start()
    code = run([f"tests/test_{name}.py" for name in TESTS], plugins=[Watcher(coverage, seconds)])
    coverage.stop()
    coverage.save()
    data = coverage.get_data()
    lines = {
        Path(name).relative_to(PACKAGE).as_posix(): data.contexts_by_lineno(name) for name in data.measured_files()
    }
    LEARNED.write_text(json.dumps({"seconds": seconds, "lines": lines}))
    return code


@dataclass(frozen=True)
class Coverers:
    """Which tests run a line, the quickest first."""

    seconds: dict[str, float]
    lines: dict[str, dict[str, list[str]]]

    def of(self, mutant: Mutant, budget: float) -> list[str]:
        """Tests that take no longer than that; of a line that is run on import, those that run anything of its file."""
        lines = self.lines.get(mutant.path, {})
        found = set(lines.get(str(mutant.line), ())) - {""} or {test for tests in lines.values() for test in tests} - {
            ""
        }
        chosen, spent = [], 0.0
        for test in sorted(found, key=lambda test: (self.seconds[test], test)):
            spent += self.seconds[test]
            if chosen and spent > budget:
                break
            chosen.append(test)
        return chosen


def noticed(mutant: Mutant, coverers: Coverers) -> str:
    """How a change was noticed: `failed`, `endless`, or `broken` if the module can't be imported; else `survived`."""

    def work(tests: Sequence[str]) -> int:
        sys.meta_path.insert(0, Changed(mutant))
        return run(tests, "-x", plugins=())

    before: list[str] = []
    for budget in (QUICK, WHOLE):
        tests = [test for test in coverers.of(mutant, budget) if test not in before]
        if not tests:
            continue
        code = apart(lambda tests=tests: work(tests), 3 * budget + GRACE)
        if code != 0:
            return {None: "endless", 1: "failed"}.get(code, "broken")
        before += tests
    return "survived" if before else "untested"


def main() -> int:
    """Draws changes, and prints each that no test noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--learn", action="store_true", help="run all tests again to see which lines they run")
    options = parser.parse_args()
    os.chdir(REPOSITORY)
    LEARNED.parent.mkdir(exist_ok=True)
    import keras  # noqa: F401 (once, rather than in each process)

    import tests.conftest  # noqa: F401 (chooses the backend)

    if (options.learn or not LEARNED.exists()) and apart(learn, 7200) != 0:
        print("the tests fail as they are: build/mutants.log")
        return 1
    coverers, came = Coverers(**json.loads(LEARNED.read_text())), Counter[str]()
    for mutant in sample(options.count, options.seed):
        outcome = noticed(mutant, coverers)
        came[outcome] += 1
        if outcome in ("survived", "untested"):
            print(f"{outcome}: {mutant.shown()}", flush=True)
    print(f"seed {options.seed}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(came.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
