"""Whole sets of answers, drawn by the thousand: each is refused with reasons, or becomes the model that was planned.

    python -m tests.properties --examples 10000 --seed 1 --processes 2

Examples are drawn in pieces, each with a seed of its own: the first one's is `--seed`, that of each next one is higher
by one. The result of a piece is kept, so that the command, started again, goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerwright.answers import KEYS
from layerwright.problems import AnswersError, Edit

from . import models

if TYPE_CHECKING:
    from layerwright.plan import Plan

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "properties"

IN_A_PIECE = 250
"""How many sets of answers are drawn from one seed."""

ON_OTHER_BACKENDS = 10
"""Of so many models, one is built on TensorFlow and on JAX as well."""

PATIENCE = 60
"""How long, in seconds, a set of answers that shows a failure is made smaller."""


class Wrong(AssertionError):
    """What was planned isn't what there is. `kind` is the same for failures of one kind."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


@dataclass
class Failure:
    """A set of answers with which something went wrong. `smallest` shows the same, if something was taken out."""

    kind: str
    text: str
    answers: dict[str, Any]
    smallest: dict[str, Any] = field(default_factory=dict)


@dataclass
class Drawn:
    """A set of answers that became a model: its case, and what was planned."""

    answers: dict[str, Any]
    case: dict[str, Any]
    expected: dict[str, Any]
    digest: str


@dataclass
class Result:
    """What came of the sets of answers of one piece."""

    seed: int
    count: int
    revision: str = ""
    seconds: float = 0
    counts: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


# One set of answers


def check(answers: dict[str, Any]) -> Drawn | None:
    """Checks all that can be checked of one set of answers. None if it's refused, as it should be.

    Raises whatever is wrong.
    """
    before = copy.deepcopy(answers)
    try:
        plan = models.planned(**answers)
    except AnswersError as error:
        _check_problems(error)
        return None
    if answers != before:
        raise Wrong("answers", "planning has changed them")
    _check_explanation(plan)
    case = models.case(plan)
    _check_source(case["source"], plan, before)
    drawn = Drawn(answers, case, models.expected_of_case(plan), models.digest(plan))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compare(drawn, models.described_case(case))
    return drawn


def _check_problems(error: AnswersError) -> None:
    if not error.problems:
        raise Wrong("problems", "there are none")
    for problem in error.problems:
        text = str(problem)
        if re.split(r"[.\[]", problem.place)[0] not in {*KEYS, "colour", "extras"}:
            raise Wrong("problem's place", text)
        if not problem.what.strip() or not problem.mend.strip() or "\n" in problem.what + problem.mend:
            raise Wrong("problem's text", text)
        if len(problem.short) > 50 or not all(isinstance(edit, Edit) for edit in problem.edits):
            raise Wrong("problem's form", text)


def _check_explanation(plan: Plan) -> None:
    from layerwright.explain import explanation, text

    json.dumps(explanation(plan))
    if not text(plan).startswith(plan.decision.template.capitalize()):
        raise Wrong("explanation", text(plan)[:100])


def _check_source(text: str, plan: Plan, answers: dict[str, Any]) -> None:
    import black

    from layerwright.jinja import black_mode

    if models.digest(models.planned(**answers)) != models.digest(plan):
        raise Wrong("source", "the same answers give another one")
    if black.format_str(text, mode=black_mode()) != text:
        raise Wrong("source", "Black changes it")
    compile(text, "model.py", "exec")


def compare(drawn: Drawn, real: Mapping[str, Any]) -> None:
    """Raises Wrong where real Keras has something else than was planned."""
    if "error" in real:
        raise Wrong("build", real["error"])
    for part in ("model", "beside"):
        for path, planned, built in _differences(drawn.expected[part], real[part], part):
            raise Wrong(_kind(path, drawn), f"{path} is planned as {planned}, and is {built}")
    if drawn.case["precision"] != "float32" and real["outputs"] != ["float32"]:
        raise Wrong("outputs' dtype", f"{real['outputs']}")
    for name, calls in (real["data"] or {}).items():
        for call in calls:
            if not any(_fits(planned, call) for planned in drawn.expected["data"][name]):
                text = f"{name} is planned as {drawn.expected['data'][name]}, and data become {call}"
                raise Wrong(_kind(f"data.{name}", drawn), text)


def _differences(planned: Any, built: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(planned, dict) and isinstance(built, dict):
        for key in [*planned, *(key for key in built if key not in planned)]:
            yield from _differences(planned.get(key, "missing"), built.get(key, "missing"), f"{path}.{key}")
    elif planned != built:
        yield path, planned, built


def _fits(planned: list[Any], real: list[Any]) -> bool:
    (shape, *more), (sizes, *others) = planned, real
    if others[0] == "int32" and more[0] == "int64":
        more[0] = "int32"  # JAX has no wider ones, unless it's told to
    fits = len(shape) == len(sizes) and all(size in (None, there) for size, there in zip(shape, sizes, strict=True))
    return fits and more == others


def _kind(path: str, drawn: Drawn) -> str:
    """A path in which names of layers are replaced by their classes."""
    rows = drawn.expected["model"]["layers"]
    return ".".join(f"<{rows[part]['class']}>" if part in rows else part for part in path.split("."))


# Many at once: what takes a process


def check_together(every: list[Drawn]) -> Iterator[Failure]:
    """What is wrong with sources and models that only other processes can tell."""
    if not every:
        return
    yield from _ruff(every)
    yield from _hash_seed(every)
    for backend in ("tensorflow", "jax"):
        yield from _backend(every[::ON_OTHER_BACKENDS], backend)


def _ruff(every: list[Drawn]) -> Iterator[Failure]:
    """Lints all sources by the rules of the generated projects."""
    settings = (ROOT / "templates/project/pyproject.toml.jinja").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(settings[settings.index("[tool.ruff]") :], encoding="utf-8")
        for number, drawn in enumerate(every):
            (Path(folder) / f"model_{number}.py").write_text(drawn.case["source"], encoding="utf-8")
        command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "json", "."]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    for found in json.loads(done.stdout):
        number = int(found["filename"].rpartition("_")[2].removesuffix(".py"))
        place = f"line {found['location']['row']}"
        yield Failure(f"ruff {found['code']}", f"{place}: {found['message']}", every[number].answers)


def _hash_seed(every: list[Drawn]) -> Iterator[Failure]:
    """Plans all again in a process whose sets and dicts of texts have another order."""
    program = (
        "import json, sys; from tests import models; "
        "json.dump([models.digest(models.planned(**answers)) for answers in json.load(sys.stdin)], sys.stdout)"
    )
    environment = os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    given = json.dumps([drawn.answers for drawn in every])
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, cwd=ROOT, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        yield Failure("another hash seed", done.stderr[-500:], every[0].answers)
        return
    for drawn, digest in zip(every, json.loads(done.stdout), strict=True):
        if drawn.digest != digest:
            yield Failure("another hash seed", "the source is another one", drawn.answers)


def _backend(some: list[Drawn], backend: str) -> Iterator[Failure]:
    """Builds models on another backend."""
    with tempfile.TemporaryDirectory() as folder:
        sources, result = Path(folder) / "sources.json", Path(folder) / "result.json"
        sources.write_text(json.dumps({str(number): drawn.case for number, drawn in enumerate(some)}))
        environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-W", "ignore", models.__file__, sources, result]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            yield Failure(f"{backend}", done.stderr[-500:], some[0].answers)
            return
        built = json.loads(result.read_text())
    for number, drawn in enumerate(some):
        try:
            compare(drawn, built[str(number)])
        except Wrong as error:
            yield Failure(f"{backend}, {error.kind}", str(error), drawn.answers)


# A piece: many sets of answers from one seed


def run_piece(seed: int, count: int) -> Result:
    """Draws and checks so many sets of answers."""
    from hypothesis import HealthCheck, Phase, event, given, settings
    from hypothesis import seed as seeded

    from .strategies import answers

    result, every = Result(seed, count, revision()), []
    counts: Counter[str] = Counter()
    start = time.monotonic()

    @seeded(seed)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(answers())
    def draw(given_answers: dict[str, Any]) -> None:
        try:
            drawn = check(given_answers)
        except Exception as error:  # noqa: BLE001 (whatever goes wrong is what is looked for)
            result.failures.append(_failure(error, given_answers))
            drawn, came = None, "failed"
        else:
            came = "built" if drawn else "refused"
        event(came)
        counts[came] += 1
        if drawn:
            counts[drawn.expected["model"]["class"]] += 1
            counts["layers"] += len(drawn.expected["model"]["layers"])
            every.append(drawn)

    draw()
    result.failures += check_together(every)
    _make_smaller(result.failures)
    result.counts, result.seconds = dict(counts), round(time.monotonic() - start, 1)
    return result


def _failure(error: Exception, answers: dict[str, Any]) -> Failure:
    text = f"{type(error).__name__}: {error}"
    return Failure(_kind_of(error), text[:1500], copy.deepcopy(answers))


def _kind_of(error: Exception) -> str:
    """What failures of one kind have in common: the place that raised them, and their text without its numbers."""
    if isinstance(error, Wrong):
        return error.kind
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames if "layerwright" in frame.filename]
    text = re.sub(r"[\"'`][^\"'`]*[\"'`]|\d+", "…", str(error).partition("\n")[0])[:80]
    return f"{type(error).__name__} {ours[-1] if ours else ''} {text}".replace("  ", " ")


def _make_smaller(failures: list[Failure]) -> None:
    """Gives the first failure of each kind the smallest answers that show it."""
    seen = set()
    for failure in failures:
        if failure.kind not in seen and not failure.kind.startswith(("tensorflow", "jax", "ruff", "another")):
            failure.smallest = smallest(failure.answers, failure.kind)
        seen.add(failure.kind)


def smallest(answers: dict[str, Any], kind: str) -> dict[str, Any]:
    """A set of answers that fails in the same way, with as much taken out as goes in some time."""
    end = time.monotonic() + PATIENCE

    def fails(candidate: dict[str, Any]) -> bool:
        try:
            check(candidate)
        except Exception as error:  # noqa: BLE001
            return _kind_of(error) == kind
        return False

    while time.monotonic() < end:
        for candidate in smaller(answers):
            if fails(candidate):
                answers = candidate
                break
            if time.monotonic() > end:
                break
        else:
            break
    return answers


def smaller(value: Any) -> Iterator[Any]:
    """The same value with one thing taken out, larger things first."""
    if isinstance(value, dict):
        for key in value:
            yield {other: each for other, each in value.items() if other != key}
        for key, each in value.items():
            yield from ({**value, key: less} for less in smaller(each))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from (value[:place] + instead + value[place + 1 :] for instead in ([], *_layers_in(each)))
        for place, each in enumerate(value):
            yield from ([*value[:place], less, *value[place + 1 :]] for less in smaller(each))
    elif isinstance(value, str):
        for separator in (", ", " "):
            parts = value.split(separator)
            whole = len(parts) > 1
            yield from (separator.join(parts[:place] + parts[place + 1 :]) for place in range(len(parts) * whole))


def _layers_in(group: Any) -> Iterator[list[Any]]:
    """The stacks in a group, which can stand in its place."""
    for content in group.values() if isinstance(group, dict) else ():
        parts = content.values() if isinstance(content, dict) else [content]
        for part in parts:
            if isinstance(part, list):
                yield part
                yield from (each for each in part if isinstance(each, list))


# Many pieces


def revision() -> str:
    """The commit of the checkout, and a few letters that change with every change of generator, templates and tests."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    digest = hashlib.sha256()
    for folder in ("generator/layerwright", "templates", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".jinja", ".yml") and "cases" not in path.parts:
                digest.update(path.read_bytes())
    return f"{commit}-{digest.hexdigest()[:6]}"


def _kept(folder: Path, seed: int, count: int) -> Path:
    return folder / f"{seed}-{count}.json"


def _read(path: Path) -> Result:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Result(**{**kept, "failures": [Failure(**each) for each in kept["failures"]]})


def _in_process(folder: Path, seed: int, count: int, *, anew: bool) -> Result | None:
    """The result of a piece: the one that's kept, or that of a process of its own. None if that died."""
    path = _kept(folder, seed, count)
    if not path.exists() or (anew and _read(path).revision != revision()):
        command = [sys.executable, "-m", "tests.properties", "--piece", str(seed), str(count), "--folder", str(folder)]
        environment = {"KERAS_BACKEND": "torch", "OMP_NUM_THREADS": "1"} | os.environ
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"the piece of seed {seed} died:\n{done.stderr[-2000:]}", flush=True)
            return None
    result = _read(path)
    print(f"seed {seed}: {_counted(result.counts)}, {result.seconds:.0f} s", flush=True)
    return result


def _counted(counts: Mapping[str, int]) -> str:
    said = [f"{counts.get(word, 0):,} {word}" for word in ("built", "refused")]
    return ", ".join([*said, f"{counts.get('failed', 0):,} failed"])


def report(results: list[Result]) -> str:
    """All results in a line, and each kind of failure with the smallest answers that show it."""
    counts = sum((Counter(result.counts) for result in results), Counter())
    failures: dict[str, list[Failure]] = {}
    for failure in (failure for result in results for failure in result.failures):
        failures.setdefault(failure.kind, []).append(failure)
    drawn = sum(counts[word] for word in ("built", "refused", "failed"))
    revisions = ", ".join(dict.fromkeys(result.revision for result in results))
    seeds = f"seeds {results[0].seed} to {results[-1].seed}"
    shapes = f"{counts['Functional']:,} Functional, {counts['Sequential']:,} Sequential, {counts['layers']:,} layers"
    lines = [
        f"{drawn:,} sets of answers ({seeds}, revision {revisions}): {_counted(counts)}; {shapes}; "
        f"{sum(map(len, failures.values()))} failures of {len(failures)} kinds"
    ]
    for kind, each in sorted(failures.items(), key=lambda item: -len(item[1])):
        shown = min(each, key=lambda failure: len(json.dumps(failure.smallest or failure.answers)))
        lines += [f"\n{len(each)} × {kind}", f"  {shown.text}", f"  {json.dumps(shown.smallest or shown.answers)}"]
    return "\n".join(lines)


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description="Draws whole sets of answers, and compares plans with real Keras.")
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="that of the first piece")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where results are kept")
    parser.add_argument("--anew", action="store_true", help="draw pieces of another revision again")
    parser.add_argument("--piece", type=int, nargs=2, metavar=("SEED", "COUNT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.piece:
        result = run_piece(*options.piece)
        _kept(options.folder, *options.piece).write_text(json.dumps(asdict(result)), encoding="utf-8")
        return
    pieces = [
        (options.seed + number, min(IN_A_PIECE, options.examples - first))
        for number, first in enumerate(range(0, options.examples, IN_A_PIECE))
    ]
    with ThreadPoolExecutor(options.processes) as pool:
        runs = [pool.submit(_in_process, options.folder, *piece, anew=options.anew) for piece in pieces]
        results = [run.result() for run in runs]
    there = [result for result in results if result]
    print("\n" + report(there) if there else "nothing was drawn")
    failed = len(there) < len(results) or any(result.failures for result in there)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
