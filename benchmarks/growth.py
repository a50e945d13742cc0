"""How the cost of a project grows with its network's size: of planning, explaining, emitting, rendering, formatting.

For each kind of network a row for each size: the processor's time of each step, the most memory that ours take at once,
and the process's own peak so far; then how many times longer each step took for the largest network than for the one
that is a tenth of it (10 if the cost grows linearly), and its part of the whole.

    python benchmarks/growth.py [RUNS [WORDS OF A NETWORK'S NAME]] [--plot FILE.svg]

`emit` makes all that the templates show, source of the network included; `render` fills in the templates of the whole
project; `format` is Black, on every file of it, with nothing kept from before.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import black

from layerwright import direct
from layerwright.answers import normalised
from layerwright.context import context
from layerwright.explain import explanation, text
from layerwright.jinja import black_mode
from layerwright.places import template_root
from layerwright.plan import Plan, design
from layerwright.questions import written
from layerwright.store import Store

LAYERS = (10, 100, 1_000, 10_000)
ENDS = (2, 20, 200)
"""How many inputs or heads."""

OURS = ("plan", "explain", "emit", "render")
STEPS = (*OURS, "format")

LINEAR = 10
"""The ratio of cost that a tenfold size has if the cost is proportional to it."""

UNEVEN = 1.5
"""By how much a measured ratio may be larger: caches are smaller than large networks."""

Answers = dict[str, Any]


def _repeated(count: int) -> Answers:
    return _one({"repeat": {"times": count, "layers": ["dense 8"]}})


def _repeated_blocks(count: int) -> Answers:
    block = {"residual": {"layers": ["dense 8", "batch_norm", "dense 8 linear"], "activation": "relu"}}
    return _one({"repeat": {"times": max(1, count // 5), "layers": [block]}})


def _listed(count: int) -> Answers:
    return _one(*[f"dense {8 + number % 7}" for number in range(count)])


def _listed_blocks(count: int) -> Answers:
    block = {"residual": {"layers": ["dense 8", "batch_norm", "dense 8 linear"], "activation": "relu"}}
    return _one(*[block] * max(1, count // 5))


def _dense_links(count: int) -> Answers:
    """Every layer merged with one far back: as many tensors as can be are alive."""
    half = count // 2
    down = [f"dense 8 name=level_{number}" for number in range(half)]
    up: list[Any] = [{"merge": {"with": f"level_{number}", "how": "add"}} for number in reversed(range(half))]
    return _one(*down, *up)


def _one(*body: Any) -> Answers:
    return {"inputs": "x: vector 8", "outputs": "y: regression", "layers": {"branches": {"x": []}, "body": list(body)}}


def _inputs(count: int) -> Answers:
    return {"inputs": _said("x", count, "vector 4"), "outputs": "y: regression"}


def _heads(count: int) -> Answers:
    return {"inputs": "x: vector 8", "outputs": _said("y", count, "regression")}


def _deep(count: int) -> Answers:
    """Heads on ten times as many layers."""
    layers = {"branches": {"x": []}, "body": [f"dense 8 name=level_{number}" for number in range(10 * count)]}
    return {**_heads(count), "layers": layers}


def _pairs(count: int) -> Answers:
    """As many heads as inputs, each of which sees one."""
    outputs = ", ".join(f"y{number}: regression from=x{number}" for number in range(count))
    return {"inputs": _said("x", count, "vector 4"), "outputs": outputs}


def _shared(count: int) -> Answers:
    """One encoder for all inputs."""
    members = " + ".join(f"x{number}" for number in range(count))
    return {**_inputs(count), "sharing": f"encoder: {members}", "layers": {"branches": {"encoder": "dense 4, dense 4"}}}


def _shared_in_twos(count: int) -> Answers:
    """An encoder for each two inputs."""
    groups = [f"g{number}: x{number} + x{number + 1}" for number in range(0, count, 2)]
    return {**_inputs(count), "sharing": ", ".join(groups)}


def _separate(count: int) -> Answers:
    return {**_heads(count), "body": "separate"}


def _said(name: str, count: int, what: str) -> str:
    return ", ".join(f"{name}{number}: {what}" for number in range(count))


NETWORKS: dict[str, tuple[Callable[[int], Answers], tuple[int, ...]]] = {
    "layers, repeated": (_repeated, LAYERS),
    "residual blocks, repeated": (_repeated_blocks, LAYERS),
    "layers, listed": (_listed, LAYERS),
    "residual blocks, listed": (_listed_blocks, LAYERS),
    "skips": (_dense_links, LAYERS),
    "inputs": (_inputs, ENDS),
    "heads": (_heads, ENDS),
    "heads with bodies of their own": (_separate, ENDS),
    "heads on ten times as many layers": (_deep, ENDS),
    "inputs, each with its head": (_pairs, ENDS),
    "inputs of one encoder": (_shared, ENDS),
    "inputs, an encoder for two": (_shared_in_twos, ENDS),
}


class Row(NamedTuple):
    """What a network of one size costs: seconds of each step, megabytes of ours, and of the process so far."""

    count: int
    seconds: Mapping[str, float]
    ours: float
    process: float


def _template() -> direct.Template:
    root = template_root()
    template = direct.Template(root, *written(root), Store())
    template.environment.filters["black"] = str
    return template


def _explained(plan: Plan) -> None:
    text(plan)
    json.dumps(explanation(plan))


def _seconds(action: Callable[[], Any], runs: int) -> float:
    """The shortest processor time of some runs: what else goes on makes it only longer."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def _peak(action: Callable[[], Any]) -> int:
    """The most memory that it takes at once, in bytes."""
    tracemalloc.start()
    action()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def measured(answers: Answers, template: direct.Template, runs: int) -> Row:
    """How many layers there are, how long each step takes, and the most memory."""
    gc.freeze()  # as the command does before it begins: what is there stays, and isn't looked through time and again
    plan = design(answers, "plant")
    known = template.answered(normalised({"preset": "mlp"}), "plant")  # the answers' own texts: a line each
    made = known | {"project": context(plan)}
    sources = [each.text for each in template.rendered(made) if each.path.endswith(".py")]
    actions: dict[str, Callable[[], Any]] = {
        "plan": lambda: design(answers, "plant"),
        "explain": lambda: _explained(plan),
        "emit": lambda: context(plan),
        "render": lambda: list(template.rendered(made)),
        "format": lambda: [black.format_str(each, mode=black_mode()) for each in sources],
    }
    seconds = {step: _seconds(action, runs) for step, action in actions.items()}
    ours = max(_peak(actions[step]) for step in OURS)
    return Row(len(plan.graph.nodes), seconds, ours / 1e6, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def grown(name: str, template: direct.Template, runs: int) -> list[Row]:
    """Prints a table for one kind of network, and returns its rows."""
    answers, sizes = NETWORKS[name]
    print(f"\n{name:<34}{'layers':>8}" + "".join(f"{step + ', ms':>13}" for step in STEPS) + f"{'MB':>8}{'process':>9}")
    rows = []
    for size in sizes:
        row = measured(answers(size), template, runs if size < max(LAYERS) else 1)
        cells = "".join(f"{row.seconds[step] * 1e3:>13.1f}" for step in STEPS)
        print(f"{size:>34,}{row.count:>8,}{cells}{row.ours:>8.1f}{row.process:>9.0f}", flush=True)
        rows.append(row)
    last, whole = ratios(rows), sum(rows[-1].seconds.values())
    print(f"{'ratio of the last two':>42}" + "".join(f"{last[step]:>13.1f}" for step in STEPS))
    print(f"{'part of the whole':>42}" + "".join(f"{rows[-1].seconds[step] / whole:>13.0%}" for step in STEPS))
    return rows


def ratios(rows: list[Row]) -> dict[str, float]:
    """How many times longer each step takes for the largest network than for the one before."""
    return {step: rows[-1].seconds[step] / rows[-2].seconds[step] for step in STEPS}


def plotted(rows: Mapping[str, list[Row]], path: Path) -> None:
    """Draws the time of each step against the size of the network, both as powers of ten."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot

    names = [name for name in ("layers, listed", "residual blocks, repeated", "heads", "inputs") if name in rows]
    names = names or list(rows)[:4]
    figure, axes = pyplot.subplots(1, len(names), figsize=(3.2 * len(names), 3.2), sharey=True, squeeze=False)
    for name, axis in zip(names, axes[0], strict=True):
        sizes = NETWORKS[name][1]
        for step in STEPS:
            axis.loglog(sizes, [row.seconds[step] for row in rows[name]], marker="o", markersize=3, label=step)
        axis.loglog(sizes, [rows[name][0].seconds["plan"] * size / sizes[0] for size in sizes], ":", color="grey")
        axis.set_title(name, fontsize=9)
        axis.set_xlabel("layers" if sizes == LAYERS else "how many")
    axes[0][0].set_ylim(top=300)
    axes[0][0].set_ylabel("seconds of the processor")
    axes[0][-1].legend(fontsize=7, loc="upper left", ncols=2)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main(runs: int, words: str, plot: Path | None) -> None:
    """Prints a table for each kind of network."""
    template, rows = _template(), {}
    black_mode()
    for name in NETWORKS:
        if words in name:
            rows[name] = grown(name, template, runs)
    steep = [
        f"{step} of {name}: {ratio:.1f}"
        for name, found in rows.items()
        for step, ratio in ratios(found).items()
        if step in OURS and ratio > LINEAR * UNEVEN
    ]
    print("\nlinear: every ratio is about 10, or less" if not steep else "\nsteeper than linear: " + "; ".join(steep))
    if plot:
        plotted(rows, plot)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", type=int, nargs="?", default=3)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args(sys.argv[1:])
    main(given.runs, " ".join(given.words), given.plot)
