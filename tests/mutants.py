"""Changes the planner and the emitter in small ways, and looks whether the tests notice: `make mutants`.

cosmic-ray makes the changes: a number off by one, a comparison turned round, an `and` for an `or`, a loop that isn't
run. Each is made in a process of its own, forked when all tests are collected, and only the tests that run the changed
line are run, the quickest first, as a run of all of them under coverage has shown. So a change costs seconds. Changes
of what runs on import aren't made: the tables of layers, kinds and tasks, which tests hold against real Keras.
A change that no test notices is looked at by a person: docs/proof.md has what became of them.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

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

FILES = [f"tests/test_{name}.py" for name in TESTS]

LEFT_OUT = ("NoOp", "Variable")
"""Operators that change nothing, or want arguments."""

QUICK, WHOLE = 1.5, 30.0
"""Seconds of tests for a change at first, and for one not noticed then: of the processor, as all seconds here."""

GRACE = 20
"""Seconds more that they may take before a change counts as one that never ends."""


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
    """The changes that can be made of a file's functions, those of one place together."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    nodes, hints, lines = list(ast_nodes(get_ast(text))), set(_hints(tree)), set(_lines_of_functions(tree))
    places: dict[tuple[int, int], list[Mutant]] = {}
    for name in operator_names():
        if any(each in name for each in LEFT_OUT):
            continue
        operator = get_operator(name)()
        starts = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, start in enumerate(starts):
            if start[0] in lines and start not in hints:
                mutant = Mutant(path.relative_to(PACKAGE).as_posix(), start[0], name, occurrence)
                places.setdefault(start, []).append(mutant)
    yield from places.values()


def _lines_of_functions(tree: ast.Module) -> Iterator[int]:
    """The lines in the bodies of functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from range(node.body[0].lineno, (node.end_lineno or 0) + 1)


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


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code with all that are in it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from codes(each)


def change(mutant: Mutant, functions: Sequence[FunctionType]) -> None:
    """Makes a change in this process: each function of the file gets the code that it has in the changed one."""
    path = str(PACKAGE / mutant.path)
    changed = {(each.co_qualname, each.co_firstlineno): each for each in codes(compile(mutant.source(), path, "exec"))}
    for function in functions:
        old = function.__code__
        new = changed.get((old.co_qualname, old.co_firstlineno))
        if old.co_filename == path and new is not None and new.co_freevars == old.co_freevars:
            function.__code__ = new


@dataclass
class Watcher:
    """Says to coverage which test runs, and notes how long it takes."""

    coverage: Any
    seconds: dict[str, float]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Around a test with its fixtures."""
        self.coverage.switch_context(item.nodeid)
        start = time.process_time()
        done = yield
        self.seconds[item.nodeid] = time.process_time() - start
        self.coverage.switch_context("")
        return done


def apart(work: Callable[[], int], seconds: float = 0) -> int:
    """Does something in a process of its own, and returns its exit code; below zero if that takes too long."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    code = 70
    try:
        if seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
        with LEARNED.with_suffix(".log").open("w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            code = work()
    finally:
        os._exit(code)


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
    code = run(FILES, plugins=[Watcher(coverage, seconds)])
    coverage.stop()
    coverage.save()
    data = coverage.get_data()
    tests = sorted(seconds)
    numbers = {test: number for number, test in enumerate(tests)}
    lines = {
        Path(name).relative_to(PACKAGE).as_posix(): {
            line: sorted(numbers[test] for test in each if test) for line, each in data.contexts_by_lineno(name).items()
        }
        for name in data.measured_files()
    }
    LEARNED.write_text(json.dumps({"tests": tests, "seconds": [seconds[test] for test in tests], "lines": lines}))
    return code


@dataclass(frozen=True)
class Coverers:
    """Which tests run a line, the quickest first."""

    tests: list[str]
    seconds: list[float]
    lines: dict[str, dict[str, list[int]]]

    def of(self, mutant: Mutant, budget: float) -> list[str]:
        """The quickest of them, as many as take no longer than that."""
        lines = self.lines.get(mutant.path, {})
        found = set(lines.get(str(mutant.line), ()))
        chosen, spent = [], 0.0
        for test in sorted(found, key=lambda test: (self.seconds[test], test)):
            spent += self.seconds[test]
            if chosen and spent > budget:
                break
            chosen.append(self.tests[test])
        return chosen


@dataclass
class Trials:
    """Makes the changes, when pytest has collected the tests, and counts what came of them."""

    drawn: Sequence[Mutant]
    coverers: Coverers
    came: Counter[str]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of running the tests."""
        items = {item.nodeid: item for item in session.items}
        kept = gc.get_objects()
        functions = [each for each in kept if isinstance(each, FunctionType)]
        caches = [each for each in kept if hasattr(type(each), "cache_clear")]
        del kept
        gc.freeze()  # so that processes that are forked share it
        for mutant in self.drawn:
            outcome = self.outcome(mutant, items, functions, caches)
            self.came[outcome] += 1
            print(outcome if outcome in ("failed", "endless") else f"{outcome}: {mutant.shown()}", flush=True)
        return True

    def outcome(self, mutant: Mutant, items: dict[str, pytest.Item], functions: Any, caches: Any) -> str:
        """How a change was noticed: `failed` or `endless`; else `survived`, or `untested` if no test runs its line."""

        def work(tests: Sequence[str]) -> int:
            change(mutant, functions)
            for cache in caches:
                cache.cache_clear()
            return int(any(report.failed for test in tests for report in runtestprotocol(items[test], log=False)))

        before: list[str] = []
        for budget in (QUICK, WHOLE):
            tests = [test for test in self.coverers.of(mutant, budget) if test not in before and test in items]
            code = apart(partial(work, tests), 3 * budget + GRACE) if tests else 0
            if code != 0:
                return "endless" if code < 0 else "failed"
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
    if (options.learn or not LEARNED.exists()) and apart(learn) != 0:
        print("the tests fail as they are: build/mutants.log")
        return 1
    coverers, came = Coverers(**json.loads(LEARNED.read_text())), Counter[str]()
    run(FILES, "-s", plugins=[Trials(sample(options.count, options.seed), coverers, came)])
    print(f"seed {options.seed}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(came.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
