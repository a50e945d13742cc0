"""What the templates get about samples: the contract of each end, and how samples are made up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..diagram import sizes
from ..emit import literal
from ..graph import Layer, RuleLayer
from ..kinds import Values
from ..layers.rule import Nested
from ..lengths import varies
from ..plan import Plan
from ..spec import Input, Output, Spec
from ..tasks import Per
from .synthesis import LONGEST, padded_steps, steps_padded, synthesis

SYNTHETIC_NUMBERS = 2**24
"""How many numbers the made-up samples hold together, at most: a first run has to stay short and small."""

FEWEST_BATCHES = 20
"""How many batches made-up samples fill, at least, where the network says how large a batch is."""

UNBOUNDED = 10**7
"""A highest value that is only what float32 tells apart."""

COLUMNS = ("numbers", "categories")
"""The ways of making up samples that are columns of a table."""

NAMED = ("category", "label")
"""What columns hold that may say names in place of numbers."""

REPEATING = ("categories", "tokens")
"""Those in which two samples may be the same."""


def about_input(each: Input, plan: Plan, named: Sequence[str]) -> dict[str, Any]:
    """What the templates say of an input. `named`: whose steps may be names."""
    values = input_values(each)
    known = replace(values, low=0, high=(each.sizes[0] or 1) - 1) if values.unknown else values
    said = {
        **_said(values),
        "padded": steps_padded(each, plan) or None,
        "categories": each.sizes[0] if each.kind.synthetic == "categories" else None,
        "holds": input_holds(each, plan) or None,
        "named": each.name in named or None,
        "dtype": each.kind.dtype if each.kind.dtype != "float32" else None,
    }
    return {
        "name": each.name,
        "kind": each.kind.name,
        "about": _told(each),
        "stored": ("a word for each step, or " if said["named"] else _named(said["holds"]))
        + _stored(each.shape[1:], known, end=steps_padded(each, plan)),
        "sizes": sizes(each.shape) or "one number",
        "first_size": each.sizes[0],
        "field": _field(each.shape[1:], said),
    }


def about_output(each: Output, plan: Plan, named: Sequence[str]) -> dict[str, Any]:
    """What the templates say of an output. `named`: whose steps may be names."""
    shape = plan.graph.outputs[each.name].shape
    target = (*shape[1:-1], each.task.target_size(each.size))
    scale = each.of.kind.scale if each.of else None  # pictures are made again as layers see them
    values, padded = each.task.target_values(each.size), target_padded(each, plan)
    said = _said(values) | {
        "padded": padded or None,
        "holds": output_holds(each, plan) or None,
        "named": each.name in named or None,
    }
    if each.of:
        stored = f"nothing: it's `{each.of.name}`"
    elif each.task.target == "same":
        stored = "1: the same; 0: not"
    else:
        stored = _named(said["holds"]) + _stored(target, values, end=padded)
        stored += "; in a row for each step, a name or a number" if said["named"] else ""
    return {
        "name": each.name,
        "task": each.task.name,
        "about": each.task.told(each.size) + ", for every step" * each.per_step + ", from 0 to 1" * bool(scale),
        "stored": stored,
        "sizes": sizes(shape),
        "weight": each.weight,
        "of": each.of.name if each.of else "",
        "divisor": round(1 / scale) if scale else 0,
        "field": _field(target, said),
    }


def _told(each: Input) -> str:
    """What one sample of an input is, to a user."""
    told = {
        letter: "any number of" if size is None else size
        for letter, size in zip(each.kind.letters, each.sizes, strict=True)
    }
    return each.kind.said.format(**told, s="" if each.sizes[-1] == 1 else "s")


def _stored(shape: tuple[int | None, ...], values: Values, *, end: bool) -> str:
    """What a file holds for one sample, to a user. `end`: what stands after it, in longer arrays, is padding."""
    noun, one = "whole number" if values.whole else "number", shape in ((), (1,))
    said = f"one {noun}" if one else f"{sizes((None, *shape))} {noun}s"
    if values.whole and (values.low, values.high) == (0, 1):
        said = "0 or 1" if one else f"{said}, each 0 or 1"
    else:
        said += f" from {values.low:g}" if values.low is not None else ""
        said += f" to {values.high:g}" if values.high is not None and values.high < UNBOUNDED else ""
    said += " (larger ones are taken for names); what is none of them counts as 0" if values.unknown else ""
    gaps = ["where one is missing"] * values.missing + ["after its end"] * end
    return said + (f"; {0 if values.whole else 'NaN'} {' and '.join(gaps)}" if gaps else "")


def _named(holds: object) -> str:
    """What a file may say in place of the numbers."""
    return "a name, or " if holds in NAMED else ""


def input_values(each: Input) -> Values:
    """What the numbers of an input may be: the tokens of a text are below its vocabulary's size."""
    if each.kind.vocabulary and not each.kind.values.unknown:
        return replace(each.kind.values, high=(each.sizes[0] or 1) - 1)
    return each.kind.values


def target_padded(each: Output, plan: Plan) -> bool:
    """Whether an output's targets are NaN after the end of a sample: numbers are, labels are any."""
    return each.per is Per.STEP and each.task.standardised and padded_steps(each, plan) is not None


def _said(values: Values) -> dict[str, object]:
    """The arguments of the generated `Field` for what numbers may be."""
    return {
        "low": values.low,
        "high": values.high,
        "whole": values.whole or None,
        "may_be_missing": values.missing or None,
    }


def _field(shape: tuple[int | None, ...], said: dict[str, object]) -> str:
    """The generated `Field`, with those arguments that say something."""
    arguments = [literal(shape), *(f"{key}={literal(value)}" for key, value in said.items() if value is not None)]
    return f"Field({', '.join(arguments)})"


HELD = {"pixels": "picture", "waves": "sound", "steps": "array", "tokens": "text", "categories": "category"}
"""What a column of a table may hold in place of numbers, for each way of making samples up."""

FILES = ("picture", "mask", "area", "sound", "array")
"""Those of them that are files."""


def input_holds(each: Input, plan: Plan) -> str:
    """What a column of a table may hold for an input in place of numbers, if anything."""
    if each.kind.name == "volume":
        return "array"
    return "" if _is_told(each, plan) else HELD.get(each.kind.synthetic, "")


def _is_told(each: Input, plan: Plan) -> bool:
    """Whether something is said of each word of a text: whoever has that has words already, one by one."""
    outputs = plan.spec.outputs if each.kind.synthetic == "tokens" else ()
    return any(output.per is Per.STEP and each.name in output.sources for output in outputs)


def output_holds(each: Output, plan: Plan) -> str:
    """The same for an output."""
    if each.of:
        return input_holds(each.of, plan)
    if each.per is Per.PLACE and len(plan.graph.outputs[each.name].shape) == 4:  # no picture has other axes
        return "area" if each.task.target == "label" and each.size == 1 else "mask"
    if each.per in (Per.STEP, Per.PLACE):
        return "array"
    return "label" if each.task.target == "label" or each.task.name == "binary" else ""


def is_tabular(spec: Spec) -> bool:
    """Whether every sample is a row of columns, so that a CSV can hold it."""
    return all(each.kind.synthetic in COLUMNS for each in spec.inputs) and all(
        each.per not in (Per.STEP, Per.PLACE) for each in spec.outputs
    )


def data(plan: Plan) -> dict[str, Any]:
    """Facts about the samples as a whole."""
    inputs = plan.spec.inputs
    stored = [each for each in plan.spec.outputs if each.of is None]
    values = [*map(input_values, inputs), *(each.task.target_values(each.size) for each in stored)]
    restored = [each.name for each in stored if each.task.standardised]
    standardised = [each.name for each in inputs if each.kind.standardised] + restored
    tensors = plan.graph.inputs | plan.graph.outputs
    held = {each.name: input_holds(each, plan) for each in inputs} | {
        each.name: output_holds(each, plan) for each in stored
    }
    kinds = [kind for kind in (*FILES, "text", "category", "label") if kind in held.values()]
    steps = _steps(plan, stored)
    series = _has_rows_of_steps(plan)
    named = _named_steps(plan) if series else []
    named_labels = [name for name in named if name in plan.graph.outputs]
    lazily_learned = any(held[name] in FILES for name in standardised)
    return {
        "holds": " or ".join(kinds),
        "files": [kind for kind in FILES if kind in kinds],
        "named_steps": named,
        "named_labels": named_labels,
        "named_words": [name for name in named if name not in named_labels],
        "truths": "label" in kinds or any(held[each.name] in FILES for each in stored),
        "augmented": [each.name for each in inputs if each.kind.synthetic == "pixels"]
        + [each.name for each in stored if each.per is Per.PLACE],
        "pictures": [kind for kind in ("picture", "mask", "area") if kind in kinds],
        "masks": [kind for kind in ("mask", "area") if kind in kinds],
        "columned": next((name for name, kind in held.items() if not kind and name not in steps["cut"]), ""),
        "channels": inputs[0].shape[-1],
        "folders": _folders(plan, stored),
        "formats": list(_formats(held | _told_otherwise(plan.spec, held), series, _folders(plan, stored))),
        "series": series,
        "texts": "text" in kinds,
        "names": "category" in kinds or "label" in kinds,
        "labels": "label" in kinds,
        "classes": "label" in kinds or bool(named_labels),
        "open_labels": [each.name for each in stored if each.task.score == "embedding"],
        "lazily_learned": lazily_learned,
        "padded_lazily": any(held[name] == "array" for name in steps["padded_numbers"] + steps["cut"]),
        "tabular": is_tabular(plan.spec),
        "stored": [each.name for each in inputs] + [each.name for each in stored],
        "reconstructed": {each.name: each.of.name for each in plan.spec.outputs if each.of},
        "bounded": any(each.low is not None or each.high is not None for each in values),
        "of_255": any(each.high == 255 and not each.whole for each in values),
        "whole": any(each.whole for each in values),
        "missing": any(each.missing for each in values),
        "categories": [each.name for each in inputs if each.kind.synthetic == "categories"],
        "int_inputs": any(each.kind.dtype != "float32" for each in inputs),
        "distinct": next((each.name for each in inputs if each.kind.synthetic not in REPEATING), ""),
        "standardised": standardised,
        "learns": bool(standardised or named) or any(kind not in FILES for kind in kinds),
        "restored": bool(restored) or any(each.of.kind.standardised for each in plan.spec.outputs if each.of),
        "deep": any(len(tensors[name].shape) > 2 for name in standardised),
        "batch": next((each.batch for each in inputs if each.batch), None),
        "lonely": plan.spec.hardware.backend == "torch" and any(map(_has_one_filter, plan.graph.all_layers())),
        "synthetic_samples": synthetic_samples(plan),
        **steps,
        **synthesis(plan),
    }


TOLD = {
    "picture": "the path of a picture",
    "mask": "the path of a picture of class numbers, or of an `.npy` file",
    "map": "the path of an `.npy` file, or of a picture whose values are meant",
    "area": "the path of a picture, black where it's not",
    "sound": "the path of a sound",
    "array": "the path of an `.npy` file",
    "text": "a text",
    "tokens": "a column for the number of each token, as each has a label",
    "category": "a name or a number",
    "label": "a name or a number",
    "answer": "1 or 0, or one of two names, the later of which by the alphabet is yes",
}
"""What a column of a table holds, to a user."""


OF_NUMBERS = {"label": "answer", "mask": "map"}
"""What is told of columns whose labels or pictures are taken for the numbers themselves."""


def _told_otherwise(spec: Spec, held: Mapping[str, str]) -> dict[str, str]:
    """What is told of names otherwise than by what their columns hold."""
    numbers = [each.name for each in spec.outputs if each.name in held and each.task.target == "numbers"]
    tokens = [each.name for each in spec.inputs if each.kind.synthetic == "tokens" and not held[each.name]]
    return {name: OF_NUMBERS[held[name]] for name in numbers if held[name] in OF_NUMBERS} | dict.fromkeys(
        tokens, "tokens"
    )


def _formats(held: Mapping[str, str], series: bool, folders: list[str]) -> Iterator[str]:
    """What a user's samples may be in, a line each."""
    names = {told: [f"`{name}`" for name, kind in held.items() if TOLD.get(kind) == told] for told in TOLD.values()}
    columns = "; ".join(f"{', '.join(listed)}: {told}" for told, listed in names.items() if listed)
    held_so = f" ({columns})" if columns else ""
    yield f"a `.csv`, or a `.parquet` (`pip install pyarrow`), with a row for each sample{held_so}"
    if series:
        yield "the same with a row for each step: `data.series` is the column that says of which sample"
    files = any(kind in FILES for kind in held.values())
    yield f"an `.npz`{', or a folder of `.npy` files,' * files} with an array for each name, as the table above says"
    if folders:
        yield "a folder with a folder of pictures for each class"


def _folders(plan: Plan, stored: Sequence[Output]) -> list[str]:
    """The picture and the label that a folder of folders of pictures says, if samples have nothing else."""
    inputs = plan.spec.inputs
    if len(inputs) == len(stored) == 1 and inputs[0].kind.name == "image":
        return [inputs[0].name, stored[0].name] if stored[0].task.name in ("multiclass", "binary", "embedding") else []
    return []


def _steps(plan: Plan, stored: Sequence[Output]) -> dict[str, Any]:
    """Facts about samples of steps: which have padding, and which are as long as the longest.

    `counted` have as many as the sequence that they follow. `loose` follow none of numbers, or none at all.
    """
    padded = [each for each in plan.spec.inputs if steps_padded(each, plan)]
    numbers = [each.name for each in padded if each.kind.standardised]
    targets = [each.name for each in stored if target_padded(each, plan)]
    varying = [each.name for each in plan.spec.inputs if varies(each.shape)]
    told = [each for each in stored if None in plan.graph.outputs[each.name].shape[1:]]
    names = [each.name for each in told]
    followed = {each.name: source for each in told if (source := padded_steps(each, plan))}
    hardware = plan.spec.hardware
    return {
        "padded_texts": [each.name for each in padded if not each.kind.standardised],
        "padded_numbers": numbers + targets,
        "padded_targets": targets,
        "masked": numbers,
        "varying": bool(varying),
        "varying_outputs": any(varies(tensor.shape) for tensor in plan.graph.outputs.values()),
        # On several machines JAX needs batches of one length, and none of them sees what the others have.
        "cut": [] if hardware.backend == "jax" and hardware.processes else varying + names,
        "counted": list(followed),
        "loose": [name for name in names if name not in followed or followed[name].kind.synthetic == "tokens"],
        "aligned": [name for name in varying if any(name in each.sources for each in told)] + names if told else [],
    }


def _has_one_filter(layer: Layer) -> bool:
    """Whether PyTorch 2.13 may fail to train a layer on a single sample: "grad_weight must be contiguous".

    Keras turns its kernel around, and with one filter that looks like another order of axes.
    """
    if not isinstance(layer, RuleLayer):
        return False
    given = [value for value in layer.arguments.values() if isinstance(value, Nested)]
    called = [(layer.rule, layer.arguments), *((value.rule, value.arguments) for value in given)]
    said = [arguments for rule, arguments in called if rule.class_name == "Conv2D"]
    return any(each["filters"] == 1 and each["kernel_size"] not in (1, (1, 1)) for each in said)


def _has_rows_of_steps(plan: Plan) -> bool:
    """Whether a table may have a row for each step: it says those of all that have any."""
    stepped = [each for each in plan.spec.inputs if each.kind.synthetic == "steps" or _is_told(each, plan)]
    return len({each.shape[1] for each in stepped}) == 1


def _named_steps(plan: Plan) -> list[str]:
    """Whose steps may be names, or words, in a table with a row for each."""
    words = [each.name for each in plan.spec.inputs if _is_told(each, plan)]
    return words + [each.name for each in plan.spec.outputs if each.task.score == "labels"]


def synthetic_samples(plan: Plan) -> int:
    """How many samples are made up."""
    shapes = [each.shape[1:] for each in plan.spec.inputs]
    shapes += [plan.graph.outputs[each.name].shape[1:] for each in plan.spec.outputs if each.per is Per.PLACE]
    numbers = sum(math.prod(size or LONGEST for size in shape) for shape in shapes)
    batch = next((each.batch for each in plan.spec.inputs if each.batch), None)
    return max(200, FEWEST_BATCHES * batch if batch else min(2000, SYNTHETIC_NUMBERS // numbers // 50 * 50))
