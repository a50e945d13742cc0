"""The pages on kinds of input and on tasks, made of their tables and of networks that the planner makes of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layerwright.explain import explanation, text
from layerwright.kinds import KINDS, Kind
from layerwright.plan import design
from layerwright.tasks import TASKS, Per, Task

FED = {
    Per.SAMPLE: {"inputs": "facts: numeric 8"},
    Per.STEP: {"inputs": "signal: sequence 24x3"},
    Per.PLACE: {"inputs": "photo: image 64x64x3"},
    Per.INPUT: {"inputs": "photo: image 64x64x3"},
    Per.MERGE: {
        "inputs": "one: image 64x64x3, other: image 64x64x3",
        "sharing": "encoder: one + other",
        "merge": "l2_distance",
    },
}
"""Inputs for a network with a task, by what it says something of."""

OF = {
    Per.SAMPLE: "each sample",
    Per.STEP: "each sample, or with `per_step` each step of it",
    Per.PLACE: "every place of an image",
    Per.INPUT: "all of an input",
    Per.MERGE: "a pair of inputs",
}


def kinds() -> Iterator[str]:
    """The page on kinds of input."""
    yield '# Kinds of input\n\n`inputs: "NAME: KIND SIZES"`. [The answers](../answers.md) say how several are written,'
    yield "[your own data](../own-data.md) what a file may hold for each.\n"
    for kind in KINDS.values():
        yield from _kind(kind)


def _kind(kind: Kind) -> Iterator[str]:
    name = kind.called or kind.name
    plan = design({"inputs": f"{name}: {kind.example}", "outputs": "answer: binary"}, "example")
    [given] = explanation(plan)["inputs"]
    yield f'## {kind.name} {kind.form}\n\n{_sentence(kind.about)}\n\n```yaml\ninputs: "{name}: {kind.example}"\n```\n'
    yield from _table(
        {
            "a batch": f"`{_shape(given['shape'])}`, {given['dtype']}",
            "its values": kind.why,
            "may be missing": "yes" if kind.values.missing or kind.values.unknown else "no",
            "sizes that may be `?`": ", ".join(kind.varying) or "none",
            "asked in a terminal": " ".join(kind.asks.values()),
        }
    )
    yield f"Alone, and with a yes or no to say, the planner makes of it:\n\n```text\n{_graph(plan)}\n```\n"


def tasks() -> Iterator[str]:
    """The page on tasks."""
    yield '# Tasks of an output\n\n`outputs: "NAME: TASK SIZE [from=A+B] [* WEIGHT]"`. [The answers](../answers.md)'
    yield "say the rest.\n"
    for task in TASKS.values():
        yield from _task(task)


def _task(task: Task) -> Iterator[str]:
    given = {**FED[task.per], "outputs": f"{task.called or task.name}: {task.example}"}
    plan = design({**given, "backend": "torch"}, "example")
    size = plan.spec.outputs[0].size
    loss, metrics = task.compiled(size, of_places=task.per is Per.INPUT)
    [made] = explanation(plan)["outputs"]
    yield f"## {f'{task.name} {task.form}'.strip()}\n\n{_sentence(task.about)}\n"
    yield "\n".join(["```yaml", *(f'{key}: "{value}"' for key, value in given.items()), "```\n"])
    yield from _table(
        {
            "says something of": OF[task.per],
            "a batch of predictions": f"`{_shape(made['shape'])}`: {task.told(size)}",
            "last layers": ", ".join(f"`{each}`" for each in task.ending(size)) or "none of its own",
            "loss": f"`{loss.strip(chr(34))}`",
            "metrics": ", ".join(f"`{each.strip(chr(34))}`" for each in metrics) or "those of its evaluation",
            "why": task.why,
        }
    )
    yield f"```text\n{_graph(plan)}\n```\n"


def _graph(plan: Any) -> str:
    """The lines of `explain` that say how tensors go, from its reasons to its table."""
    return text(plan).split("\n\n")[1]


def _shape(shape: list[int | None]) -> str:
    return f"({', '.join('?' if each is None else str(each) for each in shape)})"


def _sentence(said: str) -> str:
    return f"{said[0].upper()}{said[1:].rstrip('.')}."


def _table(rows: dict[str, str]) -> Iterator[str]:
    yield "| | |\n|---|---|"
    yield from (f"| {key} | {value} |" for key, value in rows.items() if value)
    yield ""
