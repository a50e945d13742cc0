"""How the cost of planning, explaining and writing a network grows with its size: in time and in memory.

For each kind of network a row for each size, each step's time for one layer, and at the end how many times longer the
largest took than the one that is a tenth of it: 10 if the cost grows linearly.

    python benchmarks/growth.py [RUNS [WORDS OF A NETWORK'S NAME]]

Source is measured without its layout, which is Black's: that has a column of its own.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import black
import jinja2

from layerwright.context import model
from layerwright.explain import explanation, text
from layerwright.jinja import black_mode, install
from layerwright.places import template_root
from layerwright.plan import Plan, design

TEMPLATE = "templates/project/src/{{ package }}/model.py.jinja"

LAYERS = (10, 100, 1_000, 10_000)
ENDS = (2, 20, 200)
"""How many inputs or heads."""

OURS = ("plan", "explain", "source")
STEPS = (*OURS, "Black")

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


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_root()), trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    install(environment)
    environment.filters["black"] = str
    return environment.get_template(TEMPLATE)


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


def measured(answers: Answers, template: jinja2.Template, runs: int) -> tuple[int, dict[str, float], int]:
    """How many layers there are, how long each step takes, and the most memory that planning takes."""
    plan = design(answers)
    source = template.render(project=model(plan))
    actions: dict[str, Callable[[], Any]] = {
        "plan": lambda: design(answers),
        "explain": lambda: _explained(plan),
        "source": lambda: template.render(project=model(plan)),
        "Black": lambda: black.format_str(source, mode=black_mode()),
    }
    seconds = {step: _seconds(action, runs) for step, action in actions.items()}
    return len(plan.graph.nodes), seconds, _peak(actions["plan"])


def main(runs: int, words: str) -> None:
    """Prints a table for each kind of network."""
    template = _template()
    steep = []
    for name, (answers, sizes) in NETWORKS.items():
        if words not in name:
            continue
        print(
            f"\n{name:<34}{'layers':>8}" + "".join(f"{step + ', ms':>13}{'µs a layer':>12}" for step in STEPS), end=""
        )
        print(f"{'peak, MB':>10}")
        before: dict[str, float] = {}
        for size in sizes:
            count, seconds, peak = measured(answers(size), template, runs if size < max(LAYERS) else 1)
            cells = "".join(f"{seconds[step] * 1e3:>13.1f}{seconds[step] / count * 1e6:>12.0f}" for step in STEPS)
            print(f"{size:>34,}{count:>8,}{cells}{peak / 1e6:>10.1f}", flush=True)
            ratios = {step: seconds[step] / before[step] for step in before}
            before = seconds
        print(f"{'ratio of the last two':>42}" + "".join(f"{ratios[step]:>13.1f}{'':>12}" for step in STEPS))
        steep += [
            f"{step} of {name}: {ratio:.1f}"
            for step, ratio in ratios.items()
            if step in OURS and ratio > LINEAR * UNEVEN
        ]
    print("\nlinear: every ratio is about 10" if not steep else "\nsteeper than linear: " + "; ".join(steep))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, " ".join(sys.argv[2:]))
