"""What `export.py` writes, and what another program has to know of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..diagram import sizes
from ..plan import Plan
from ..spec import Input, Output
from .data import input_holds, output_holds
from .synthesis import steps_padded

FILES = {
    "saved_model": ("tf_saved_model", "saved_model"),
    "onnx": ("onnx", "network.onnx"),
    "litert": ("litert", "network.tflite"),
}
"""What Keras calls each format, and the file or folder that holds it."""

BEFORE = {
    "numbers": "used as it is",
    "categories": "1 + the place of its value in `values` of `{name}` in learned.json, 0 if it isn't there; "
    "the number itself if that is null",
    "tokens": "the numbers of its tokens, 0 after the last",
    "words": "2 + the place of each word, as `words` in data.py finds them, in `words` of `{name}` in learned.json; "
    "1 if it isn't there, 0 after the last. The numbers of its tokens if there are no such words",
    "pixels": "0 to 255, as it is: the network scales it",
    "waves": "-1 to 1, one channel, `data.sound_rate` of the run's config.yaml a second, 0 after its end",
    "steps": "used as it is",
}
"""What the caller does with an input, by the way in which its samples are made up."""


def exporting(plan: Plan, longest_line: int) -> dict[str, Any]:
    """What the template of `export.py`, in which no line is longer than so many columns, may use."""
    about = list(_about(plan))
    return {
        "files": dict(FILES[name] for name in plan.spec.export),
        "float32": plan.spec.hardware.precision != "float32",
        "about": about,
        "long": any(len(line) > longest_line for line in about),
    }


def _about(plan: Plan) -> Iterator[str]:
    """The page beside the exported files, line by line."""
    yield "| | name | shape, after the batch | type | what the caller does |"
    yield "|---|---|---|---|---|"
    for name, tensor in plan.graph.inputs.items():
        before = _before(plan.spec.input(name), plan)
        yield f"| input | `{name}` | {sizes(tensor.shape) or 'one number'} | {tensor.dtype} | {before} |"
    for output in plan.spec.outputs:
        shape = sizes(plan.graph.outputs[output.name].shape)
        yield f"| output | `{output.name}` | {shape} | float32 | {_after(output, plan)} |"


def _before(each: Input, plan: Plan) -> str:
    """What has to be done before: it's in the data pipeline, not in the network."""
    if not each.kind.standardised:
        read = "words" if input_holds(each, plan) == "text" else each.kind.synthetic
        return BEFORE[read].format(name=each.name)
    said = (
        f"minus `mean`, divided by `deviation` of `{each.name}` in learned.json; 0 where that's 0 or a value is missing"
    )
    return said + ("; steps after the end are 0, none of its own is" if steps_padded(each, plan) else "")


def _after(each: Output, plan: Plan) -> str:
    """What has to be done with what comes out."""
    told = each.task.told(each.size)
    of = each.of.kind if each.of else each.task
    if of.standardised:
        known = each.of.name if each.of else each.name
        return f"{told}: times `deviation`, plus `mean` of `{known}` in learned.json"
    if output_holds(each, plan) == "label":
        return f"{told}; `classes` of `{each.name}` in learned.json has their names in order, if they have any"
    return f"{told}, 0 to 1: times 255" if each.of and each.of.kind.scale else told
