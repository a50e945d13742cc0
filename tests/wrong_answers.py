"""Wrong and random answers by the hundred thousand, through the command itself: `make answers`.

    python -m tests.wrong_answers --count 100000 --seed 1

Each is a right set of answers or one of the corpus of wrong ones, of which something is changed: in its mapping, in its
one-line answers, or in its YAML. `explain` shows the network or says what is wrong: exit code 0 or 2, in half a second,
without a traceback, a raw control character, or more memory than MEMORY. A case is drawn from the seed and its own
number, so that it can be drawn again. Cases run by the thousand in a process of their own, whose result is kept.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from layerwright import cli
from layerwright.answers import KEYS
from layerwright.presets import presets

from . import pairs
from .properties import revision
from .workbench import signals_kept

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "answers"

PIECE = 1_000
"""How many cases run in one process."""

SECONDS = 0.5
"""Longest that a case may compute."""

MEMORY = 200 * 2**20
"""Most that the process may take in all, in bytes."""

FORMS = ("text", "text", "json", "mermaid")


class Case(NamedTuple):
    """What the command is given: the text of a file of answers, or answers one by one."""

    number: int
    text: str = ""
    pairs: tuple[str, ...] = ()
    form: str = "text"


@dataclass
class Came:
    """What came of some cases. `wrong` says of a case, by its number, what is wrong."""

    seed: int
    first: int
    count: int
    revision: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    wrong: dict[int, str] = field(default_factory=dict)
    slowest: float = 0
    slowest_case: int = 0
    memory: int = 0
    seconds: float = 0


# What cases are made of


@cache
def _corpus() -> list[dict[str, Any]]:
    """Right answers and wrong ones, as they are written by hand."""
    wrong = yaml.safe_load((ROOT / "tests" / "errors.yml").read_text(encoding="utf-8"))
    return [each.answers() for each in presets().values()] + [each["answers"] for each in wrong if "answers" in each]


@cache
def _hostile() -> list[str]:
    groups = yaml.safe_load((ROOT / "tests" / "hostile.yml").read_text(encoding="utf-8"))
    return [text if isinstance(text, str) else text[0] * text[1] for texts in groups.values() for text in texts]


def _drawn(draw: random.Random) -> dict[str, Any]:
    """A right set of answers, or one whose parts don't go together."""
    if draw.random() < 0.4:
        return draw.choice(list(presets().values())).answers()
    if draw.random() < 0.5:
        return copy.deepcopy(draw.choice(_corpus()))
    return pairs.answers({factor: draw.choice(values) for factor, values in pairs.FACTORS.items()})


def _deep(depth: int, draw: random.Random) -> Any:
    """Something in something, so many times."""
    word = draw.choice(["residual", "repeat", "model", "parallel", "time_distributed", "bidirectional", "", "{}"])
    value: Any = "dense 3"
    for _ in range(depth):
        if word == "repeat":
            value = {"repeat": {"times": draw.choice([1, 2, 10, 1000]), "layers": [value]}}
        elif word == "parallel":
            value = {"parallel": [[value], ["dense 3"]]}
        else:
            value = {"a": value} if word == "{}" else {word: [value]} if word else [value]
    return value


NUMBERS: Sequence[Any] = (
    *(0, -1, 1, 2, 7, 64, 1000, 99_999, 2**24, 2**31, 2**63, 10**30, 10**400, -(10**19)),
    *(0.5, -0.0, 1e-320, 1e308, float("inf"), float("-inf"), float("nan"), 1e-7),
)

SIZES = (1, 2, 3, 4, 8, 12, 32)

LAYERS = (
    *("dense 16777216", "conv 16777216 99", "embedding 16777216 16777216", "reshape 1x1x1x1x1x1x1x1", "reshape -1x-1"),
    *(
        "dense 3 name=x",
        "dense 3 units=4",
        "lstm 4 return_state=true",
        "transformer 999x999",
        "tcn 3 3 999999",
        "use x",
    ),
    *("max_pool 999", "upsample 16777216", "ZeroPadding2D 999999999", "permute 9x9x9", "repeat_vector 16777216"),
    *(
        "Dense",
        "Lambda",
        "Input",
        "conv 3 0",
        "conv 3 3 strides=0",
        "dropout 1",
        "dense 3 l2",
        "dense 3 kernel_regularizer=l2(l2(1))",
    ),
    *("gelu", "softmax axis=99", "Normalization", "Conv2D 3 3 groups=7", "group_norm 7", "MelSpectrogram 9 9 9"),
)

GROUPS: Sequence[Any] = (
    {"repeat": {"times": 10**9, "layers": ["dense 3"]}},
    {
        "repeat": {
            "times": 100,
            "layers": [{"repeat": {"times": 100, "layers": [{"repeat": {"times": 100, "layers": ["relu"]}}]}}],
        }
    },
    {"repeat": {"times": 1000, "layers": ["dense 3", "dropout 0.1"]}},
    {"repeat": {"times": -1, "layers": "dense 3"}},
    {"parallel": [[]] * 500},
    {"parallel": {"paths": [["dense 3"], ["dense 4"]], "merge": "add"}},
    {"model": {"name": "m", "layers": [{"model": {"name": "m", "layers": ["dense 3"]}}]}},
    {"residual": {"layers": ["dense 3"], "shortcut": [{"residual": []}], "form": "class"}},
    {"merge": {"with": "x", "how": "MultiHeadAttention 9 9"}},
    {"use": ["a", "b"]},
    {"output": {"output": "none"}},
    {"dense": {"units": {"units": 3}}},
    {"bidirectional": {"bidirectional": "lstm 3"}},
    {"time_distributed": [{"time_distributed": [{"time_distributed": "dense 3"}]}]},
)


def _groups() -> list[Any]:
    """Groups of a case's own: what it changes in them is no other's."""
    return copy.deepcopy(list(GROUPS))


def _nasty(draw: random.Random) -> Any:
    """A value that hardly anything is."""
    made: Sequence[Callable[[], Any]] = (
        lambda: draw.choice(NUMBERS),
        lambda: draw.choice([None, True, False, "", " ", ",", ":", "a:", "none", [], {}, [[]], {"": ""}, {"a": None}]),
        lambda: draw.choice([*_hostile(), *_groups()]),
        lambda: draw.choice(_groups()),
        lambda: [draw.choice(LAYERS) for _ in range(draw.randrange(1, 6))],
        lambda: draw.choice(LAYERS),
        lambda: _deep(draw.choice([1, 3, 8, 20, 60, 200]), draw),
        lambda: draw.choice(["x", "dense 3, ", "a: numeric 3, ", "é", "'", "{{ "]) * draw.choice([2, 50, 3000]),
        lambda: {str(number): draw.choice(NUMBERS) for number in range(draw.choice([1, 9, 300]))},
        lambda: list(range(draw.choice([1, 9, 3000]))),
        lambda: draw.choice(
            ["2026-01-01", "0x1F", "1_000", "!!binary aGk=", "~", "yes", "1:30", ".inf", "1e3", "=", "<<"]
        ),
    )
    return draw.choice(made)()


# Changes of a mapping


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways to everything in a value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from _places(each, (*path, key))


def _changed(answers: dict[str, Any], draw: random.Random) -> None:
    """Changes one thing somewhere in a set of answers."""
    ways = [path for path in _places(answers) if path]
    if not ways or draw.random() < 0.1:
        answers[draw.choice([*KEYS, "preset", "layer", "", "_commit", "é"])] = _nasty(draw)
        return
    *way, key = draw.choice(ways)
    holder: Any = answers
    for each in way:
        holder = holder[each]
    value = holder[key]
    match draw.randrange(8):
        case 0:
            del holder[key]
        case 1:
            holder[key] = [value]
        case 2:
            holder[key] = {draw.choice(["units", "layers", "name", "a", "repeat"]): value}
        case 3 if isinstance(holder, dict):
            del holder[key]
            holder[_garbled(str(key), draw)] = value
        case 4 if isinstance(value, str) and draw.random() < 0.5:
            holder[key] = _garbled(value, draw)
        case 5 if isinstance(value, list):
            value.insert(draw.randrange(len(value) + 1), draw.choice([*LAYERS, *_groups()]))
        case 4 | 6 if isinstance(value, str):
            holder[key] = re.sub(
                r"\d+", lambda _: str(draw.choice(draw.choice([NUMBERS, SIZES]))), value, count=draw.choice([0, 1])
            )
        case _:
            holder[key] = _nasty(draw)


# Changes of a text


def _garbled(text: str, draw: random.Random) -> str:
    """A text with something in it left out, said again, exchanged, or put in."""
    start = draw.randrange(len(text) + 1)
    end = min(len(text), start + draw.choice([1, 1, 2, 5, 30]))
    part = text[start:end]
    instead: Sequence[Callable[[], str]] = (
        lambda: "",
        lambda: part * draw.choice([2, 3, 40, 1000]),
        lambda: part[::-1],
        lambda: draw.choice(":,*+=x?()[]{}'\"#&|>-%@`!~\\/ \t\n\r\0\x1b\u2028\ufeff\udc80é日"),
        lambda: draw.choice([" from=", " * ", " batch=", "x?", " name=", ": ", ", ", " per_step", "9" * 40, "1e999"]),
        lambda: part + draw.choice(_hostile())[:200],
        lambda: str(draw.choice(NUMBERS)),
        part.swapcase,
    )
    return text[:start] + draw.choice(instead)() + text[end:]


BOMBS = (
    "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)),
    "layers: &a {body: [*a]}\n",
    "layers: &a\n  body: *a\n",
    "inputs: &x 'a: numeric 3'\noutputs: *x\nlayers: *y\n",
    "a: &a {k: v}\nlayers:\n  <<: *a\n  <<: *a\n",
    "layers: " + "[" * 20_000,
    "layers: " + "{a: " * 20_000,
    "layers:\n" + "".join(" " * depth + "a:\n" for depth in range(3_000)),
    "- " * 10_000 + "x",
    "inputs: " + "x" * 5_000_000,
    "? " * 5_000 + "x",
    "inputs: !!python/object/apply:os.system ['touch canary']\n",
    "inputs: !!python/name:os.system\n",
    "inputs: !unknown x\n",
    "%YAML 9.9\n---\ninputs: x\n",
    "---\na: 1\n---\nb: 2\n",
    "inputs: 'x: numeric 3'\ninputs: 'y: numeric 4'\n",
    "training: {epochs: " + "9" * 100_000 + "}\n",
    "training: {epochs: 1:59:59:59}\n",
    "inputs: |\n" + "  x: numeric 3,\n" * 50_000,
    "{" + ", ".join(f"k{number}: {number}" for number in range(50_000)) + "}",
    "# " + "x" * 1_000_000,
    "\t\tinputs: x\n",
    'inputs: "\\x"\n',
    'inputs: "\\ud800"\n',
    "'\n" * 10_000,
    "&a " * 5_000,
    "2026-13-45: x\ninputs: 2026-02-30\n",
    "",
    "null\n",
    "[]\n",
    "3\n",
)
"""Texts of files that aim at what reads YAML."""


def _spelled(answers: dict[str, Any], draw: random.Random) -> str:
    """A set of answers as YAML."""
    style = draw.choice([None, None, True, False])
    try:
        return yaml.safe_dump(answers, sort_keys=False, default_flow_style=style, allow_unicode=draw.random() < 0.5)
    except (RecursionError, yaml.YAMLError):
        return json.dumps(answers, default=str)


def case(seed: int, number: int) -> Case:
    """The case of a seed and a number."""
    draw = random.Random(seed * 10**9 + number)
    form = draw.choice(FORMS)
    if number % 1_000 < len(BOMBS):
        return Case(number, BOMBS[number % 1_000], form=form)
    answers = _drawn(draw)
    for _ in range(draw.choice([0, 1, 1, 2])):
        _changed(answers, draw)
    if draw.random() < 0.25:
        return Case(number, pairs=tuple(f"{key}={_as_option(value)}" for key, value in answers.items()), form=form)
    text = _spelled(answers, draw)
    for _ in range(draw.choice([0, 0, 0, 1, 2])):
        text = _garbled(text, draw)
    return Case(number, text, form=form)


def _as_option(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


# One case through the command


def wrong(each: Case, folder: Path) -> tuple[str, int]:
    """What is wrong with what the command does, nothing if it's right; and its exit code."""
    given = ["--format", each.form] if each.form != "text" else []
    if each.pairs:
        given += [part for pair in each.pairs for part in ("--data", pair)]
    else:
        path = folder / "answers.yml"
        path.write_bytes(each.text.encode("utf-8", "surrogatepass"))
        given += ["--answers", str(path)]
    out, err = io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["layerwright", "explain", *given]
    try:
        with signals_kept(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            cli.run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as error:  # noqa: BLE001 (nothing may come out of the command)
        return f"{type(error).__name__}: {error}"[:500], 1
    finally:
        sys.argv = before
    return _wrong_said(code, out.getvalue(), err.getvalue()), code


def _wrong_said(code: int, out: str, err: str) -> str:
    if "Traceback" in err + out:
        return f"a traceback: {err[-500:]}"
    if code == 0:
        return "" if out.strip() else "nothing is said"
    if code != 2 or (out and not out.startswith('{\n  "problems": [')):  # as JSON, they are said there too
        return f"exit code {code}: {(out + err)[-500:]}"
    if found := re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", err):
        return f"a raw control character: {found[0]!r}"
    said = err.removeprefix("layerwright: ").rstrip("\n").split("\n\n")
    unsaid = [problem for problem in said if not re.match(r"\S.*: \S.*\n(.*\n)*    \S", problem)]
    return f"no place, reason and mend: {unsaid[0][:300]!r}" if unsaid else ""


def run_piece(seed: int, first: int, count: int, *, limited: bool = True) -> Came:
    """Runs some cases in this process, which may take no more than MEMORY then."""
    came = Came(seed, first, count, revision())
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="layerwright-answers-") as folder:
        wrong(Case(0, "inputs: 'x: numeric 3'\noutputs: 'y: binary'\n"), Path(folder))  # what is imported once
        _corpus(), _hostile()
        if limited:
            _limit()
        start = time.process_time()
        for number in range(first, first + count):
            each = case(seed, number)
            began = time.process_time()
            said, code = wrong(each, Path(folder))
            took = time.process_time() - began
            counts["explained" if code == 0 else "refused" if code == 2 else "failed"] += 1
            if not said and took > SECONDS:
                said = f"{took:.2f} s"
            if said:
                came.wrong[number] = said
            if took > came.slowest:
                came.slowest, came.slowest_case = round(took, 3), number
    came.counts, came.seconds = dict(counts), round(time.process_time() - start, 1)
    came.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return came


def _limit() -> None:
    """Has the process end in a MemoryError where it would take more than it may."""
    sizes = Path("/proc/self/statm").read_text(encoding="ascii").split()
    whole, resident = (int(size) * resource.getpagesize() for size in sizes[:2])
    resource.setrlimit(resource.RLIMIT_AS, (whole + MEMORY - resident,) * 2)


# Many cases


def _kept(folder: Path, seed: int, first: int, count: int) -> Came:
    """What came of a piece: what is kept, or that of a process of its own."""
    path = folder / f"{seed}-{first}-{count}.json"
    if not path.exists():
        piece = [str(each) for each in (seed, first, count)]
        command = [sys.executable, "-m", "tests.wrong_answers", "--folder", str(folder), "--piece", *piece]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            return Came(seed, first, count, wrong={first: f"the process died: {done.stderr[-1500:]}"})
    read = json.loads(path.read_text(encoding="utf-8"))
    return Came(**read | {"wrong": {int(number): said for number, said in read["wrong"].items()}})


def report(every: Sequence[Came]) -> str:
    """What came of all of them."""
    counts = sum((Counter(came.counts) for came in every), Counter[str]())
    slowest = max(every, key=lambda came: came.slowest)
    revisions = ", ".join(dict.fromkeys(came.revision for came in every if came.revision))
    failures = {number: said for came in every for number, said in came.wrong.items()}
    lines = [
        f"{counts.total():,} cases of seed {every[0].seed}, revision {revisions}: {counts['explained']:,} explained, "
        f"{counts['refused']:,} refused, {len(failures)} failures; the slowest (number {slowest.slowest_case}) "
        f"{slowest.slowest:.2f} s, most memory {max(came.memory for came in every) / 2**20:.0f} MB, "
        f"{sum(came.seconds for came in every):,.0f} s of one core",
    ]
    kinds: dict[str, list[int]] = {}
    for number, said in failures.items():
        kinds.setdefault(re.sub(r"\d+|'[^']*'", "…", said)[:120], []).append(number)
    most_first = sorted(kinds.values(), key=len, reverse=True)
    lines += [f"\n{len(numbers)} × as number {numbers[0]}: {failures[numbers[0]]}" for numbers in most_first]
    return "\n".join(lines)


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description="Gives wrong and random answers to the command.")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where results are kept")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="print one case, and run it")
    parser.add_argument("--piece", type=int, nargs=3, metavar=("SEED", "FIRST", "COUNT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    if options.piece:
        came = run_piece(*options.piece)
        name = "-".join(map(str, options.piece))
        (options.folder / f"{name}.json").write_text(json.dumps(asdict(came)), encoding="utf-8")
    elif options.show is not None:
        print(case(options.seed, options.show))
        print(run_piece(options.seed, options.show, 1, limited=False))
    else:
        every = []
        for first in range(0, options.count, PIECE):
            every.append(_kept(options.folder, options.seed, first, min(PIECE, options.count - first)))
            print(
                f"{first + every[-1].count:,}: {len(every[-1].wrong)} failures, {every[-1].seconds:.0f} s", flush=True
            )
        print("\n" + report(every))
        sys.exit(any(came.wrong for came in every))


if __name__ == "__main__":
    main()
