"""Projects of every pair of answers: made, linted, built, trained a step on each backend, saved, loaded, tested.

    python -m tests.combinations --seed 1 --count 300 --processes 2

What came of each project is kept as a line in a file, so that the command, started again, goes on where it stopped.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from layerwright import direct
from layerwright.plan import design
from layerwright.problems import AnswersError

from .pairs import Cover, Refused, Row, all_pairs, answers, pairs
from .projects import LIMIT, environment
from .properties import revision
from .test_tracking import RECORDER
from .warm import Came, Warm

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "combinations"

BACKENDS = ("torch", "tensorflow", "jax")

HASTY = {"XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"}
"""XLA compiles each network for a single step: it needn't do it well."""

BY_COPIER = 25
"""Of so many projects, one is written by Copier too, and compared."""

NAME = "every-pair"


@dataclass
class Record:
    """What came of a part of the work on a project: what is wrong, and the seconds it took, by what was done."""

    number: int
    part: str
    row: Row
    revision: str
    wrong: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def note(self, what: str, wrong: str, seconds: float) -> None:
        """Writes down what came of something that was done."""
        self.seconds[what] = round(seconds, 1)
        if wrong:
            self.wrong[what] = wrong[-6000:]


def written(given: dict[str, Any], folder: Path) -> Path:
    """The project of a set of answers in a new folder, byte for byte as Copier writes it."""
    project = folder / NAME
    for path, text in direct.texts(given, NAME).items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text, encoding="utf-8", newline="")
    return project


def stand_in(row: Row, project: Path) -> None:
    """Puts a stand-in beside a project for what is large and isn't there."""
    if row["tracking"] == "mlflow":
        (project / "src" / "mlflow.py").write_text(RECORDER, encoding="utf-8")


def wrong_by_copier(row: Row, project: Path) -> str:
    """What Copier writes otherwise."""
    from layerwright.template import create

    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / NAME
        create(other, answers(row))
        one, two = (
            {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
            for root in (project, other)
        )
    ours = {".copier-answers.yml"}  # it says which template the project comes from, too
    return ", ".join(sorted(path for path in {*one, *two} - ours if one.get(path) != two.get(path)))


def wrong_by_lint(project: Path) -> str:
    """What Ruff and Black have to say, by the project's own settings."""
    import black

    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", "."],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    mode = black.Mode(target_versions={black.TargetVersion.PY311}, line_length=100)
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(project.rglob("*.py"))}
    changed = [path.name for path, text in sources.items() if text and black.format_str(text, mode=mode) != text]
    return "\n".join([*filter(None, [done.returncode and done.stdout]), *changed])


def step_arguments(row: Row, backend: str) -> tuple[str, ...]:
    """What `tests.step` is told of a row. Where JAX can't compute float16, bfloat16 stands in for it."""
    plan = design(answers(row), NAME)
    batch = row["batch"] if row["batch"].isdecimal() else "0"
    is_refused = backend == "jax" and row["precision"] == "mixed_float16"
    return ("every_pair", "mixed_bfloat16" if is_refused else row["precision"], str(plan.graph.parameters), batch)


def others(row: Row) -> Iterator[tuple[str, str]]:
    """The backends that a row's project should train on as well, each with what the tool has against it, if it has."""
    for backend in BACKENDS:
        given = answers(row) | {"backend": backend, "hardware": "cpu", "extras": [], "export": []}
        given["precision"] = "float32" if given["precision"] == "mixed_float16" else given["precision"]
        try:
            design(given, NAME)
        except AnswersError as error:
            yield backend, str(error)
        else:
            yield backend, ""


class Workshop:
    """The processes in which projects run, one for each backend, started when they are needed."""

    def __init__(self) -> None:
        self.started: dict[str, Warm] = {}

    def run(self, backend: str, project: Path, module: str, *arguments: str) -> Came:
        """Runs a program of a project."""
        if backend not in self.started:
            paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
            self.started[backend] = Warm(environment(ROOT, backend) | HASTY | {"PYTHONPATH": paths}, LIMIT)
        return self.started[backend].run(project, module, *arguments)

    def close(self) -> None:
        """Ends all of them."""
        for warm in self.started.values():
            warm.close()


def files(record: Record, row: Row, project: Path, _: Workshop) -> None:
    """Lints a project, and has Copier make some of them too."""
    record.note("lint", wrong_by_lint(project), 0)
    if record.number % BY_COPIER == 0:
        record.note("Copier", wrong_by_copier(row, project), 0)


def steps(record: Record, row: Row, project: Path, workshop: Workshop) -> None:
    """Builds, trains a step, saves and loads on each backend that the tool has nothing against.

    With a backbone, which takes half a minute, on the project's own backend alone.
    """
    for backend, refused in others(row):
        if not refused and (row["backbone"] == "none" or backend == row["backend"]):
            came = workshop.run(backend, project, "tests.step", *step_arguments(row, backend))
            record.note(f"a step on {backend}", came.output if came.code else "", came.seconds)


def tests(record: Record, row: Row, project: Path, workshop: Workshop) -> None:
    """Runs a project's own tests, on its own backend; of those with a backbone, which take minutes, one of five."""
    if row["backbone"] != "none" and record.number % 5:
        return
    given = ("-q", "--tb=short", "-p", "no:cacheprovider", f"--basetemp={project.parent}/kept")
    came = workshop.run(row["backend"], project, "pytest", *given)
    record.note(f"own tests on {row['backend']}", came.output if came.code else "", came.seconds)


PARTS = {"files": files, "steps": steps, "tests": tests}
"""What is done with every project, one after the other: what takes longest comes last."""


def tried(number: int, row: Row, part: str, workshop: Workshop) -> Record:
    """Makes the project of a row, and does a part of the work on it."""
    record = Record(number, part, row, revision())
    with tempfile.TemporaryDirectory(prefix="layerwright-pair-") as folder:
        start = time.process_time()
        try:
            project = written(answers(row), Path(folder))
        except Exception as error:  # noqa: BLE001 (whatever goes wrong is what is looked for)
            record.note("made", f"{type(error).__name__}: {error}", 0)
            return record
        if part == "files":
            record.note("made", "", time.process_time() - start)
        else:
            stand_in(row, project)
        PARTS[part](record, row, project, workshop)
    return record


# Many projects


def kept(path: Path) -> list[Record]:
    """What was kept of earlier work, the last of each number and part."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    records = [Record(**json.loads(line)) for line in lines]
    return list({(record.number, record.part): record for record in records}.values())


def report(records: Sequence[Record], refused: Sequence[Refused] | None = None) -> str:
    """What came of all of them, in Markdown. `refused`: the pairs that are, if all were looked for."""
    rows = {record.number: record.row for record in records}
    covered = {pair for row in rows.values() for pair in pairs(row)}
    revisions = ", ".join(dict.fromkeys(record.revision for record in records))
    said = f"{len(all_pairs()):,}" + (f", of which {len(refused):,} are refused" if refused is not None else "")
    lines = [
        f"{len(rows):,} projects; {len(covered):,} pairs of {said}; "
        f"{sum(bool(record.wrong) for record in records)} failures; revision {revisions}",
        "",
        "| what | projects | failed | seconds of one core |",
        "|---|---|---|---|",
    ]
    counts, wrong, seconds = Counter[str](), Counter[str](), Counter[str]()
    for record in records:
        counts.update(record.seconds.keys())
        wrong.update(record.wrong.keys())
        seconds.update(record.seconds)
    lines += [f"| {what} | {counts[what]} | {wrong[what]} | {seconds[what]:,.0f} |" for what in sorted(counts)]
    for record in records:
        for what, text in record.wrong.items():
            last = [line for line in text.splitlines() if line.strip()][-1:]
            lines.append(f"\n{record.number}, {what}: {''.join(last)[:300]}\n  {json.dumps(record.row)}")
    return "\n".join(lines)


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description="Makes, trains and tests projects of every pair of answers.")
    parser.add_argument("--count", type=int, help="only so many projects: the first ones have the most pairs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--processes", type=int, default=1, help="so many at once")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where results are kept")
    parser.add_argument("--failed", action="store_true", help="do again what failed")
    parser.add_argument("--only", type=int, nargs="+", help="only these numbers, again if need be")
    parser.add_argument("--report", action="store_true", help="only say what came of it so far")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    path = options.folder / f"{options.seed}.jsonl"
    refused = None if options.report else _run_all(options, path)
    records = kept(path)
    print(report(records, refused))
    sys.exit(any(record.wrong for record in records))


def _run_all(options: argparse.Namespace, path: Path) -> list[Refused] | None:
    """Does what isn't done yet. Returns the pairs that are refused, if no pair is left to be covered."""
    others = [
        multiprocessing.Process(target=_run, args=(options, path, share)) for share in range(1, options.processes)
    ]
    for other in others:
        other.start()
    refused = _run(options, path, 0)
    for other in others:
        other.join()
    return refused


def _run(options: argparse.Namespace, path: Path, share: int) -> list[Refused] | None:
    """Does one process's share of it."""
    known = {(record.number, record.part): record for record in kept(path)}
    workshop, cover = Workshop(), Cover(options.seed)
    rows = itertools.islice(enumerate(cover.rows()), options.count)
    with path.open("ab", buffering=0) as file:  # a write for each line: the processes share the file
        for (number, row), part in ((each, part) for each in rows for part in options.parts):
            if number % options.processes != share:
                continue
            before = known.get((number, part))
            if number not in options.only if options.only else before and not (options.failed and before.wrong):
                continue
            record = tried(number, row, part, workshop)
            file.write(f"{json.dumps(asdict(record))}\n".encode())
            said = ", ".join(record.wrong) or "right"
            print(f"{number}, {part}: {said}, {sum(record.seconds.values()):.0f} s", flush=True)
    workshop.close()
    return None if options.count else cover.refused


if __name__ == "__main__":
    main()
