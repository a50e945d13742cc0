"""Every message that a project's page on trouble quotes is one that Keras, or the project, really prints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from . import test_mutations as mutations
from .projects import laid_out, package, run, run_pytest

PROJECTS: dict[str, dict[str, Any]] = {
    "houses": {
        "inputs": "photo: image 16x16x3, facts: numeric 4",
        "outputs": "price: regression, sold: binary",
        "branching": ["residual"],
        "hardware": "cpu",
    },
    "twins": {
        "inputs": "left: vector 8, right: vector 8",
        "outputs": "same: binary",
        "sharing": "encoder: left + right",
    },
    "line": {"inputs": "table: numeric 6", "outputs": "kind: multiclass 3", "straight": True},
    "tagger": {"inputs": "words: text 80x?", "outputs": "tags: labels 9"},
    "transfer": {"inputs": "photo: image 32x32x3", "outputs": "kind: multiclass 3", "backbone": "MobileNetV2"},
    "pairs": {"inputs": "a: vector 8, b: vector 8", "outputs": "d: distance", "merge": "l2_distance"},
    "faces": {"inputs": "face: image 8x8x1", "outputs": "who: embedding 4", "precision": "mixed_float16"},
}
"""Answers of projects that have every section of the page among them."""

BACKENDS = [(name, "torch") for name in PROJECTS] + [
    (name, other) for name in ("houses", "line") for other in ("jax", "tensorflow")
]

START = """
import sys, traceback, warnings
import {package}
import keras
import numpy as np
from keras import layers
from {package} import hardware
from {package}.config import from_command_line
from {package}.data import INPUTS, load_data, synthesise
from {package}.model import build_model

warnings.simplefilter("always")
warnings.showwarning = lambda text, kind, *rest, **more: print(f"{{kind.__name__}}: {{text}}")
weights = [None] if {pretrained} else []


def network():
    return build_model(*weights)


def load(change):
    raw = synthesise(40, 0)
    change(raw)
    np.savez("samples.npz", **raw)
    sys.argv = ["train", "data.path=samples.npz"]
    load_data(from_command_line())


def inputs(count=2):
    raw = synthesise(count, 0)
    return {{name: np.nan_to_num(raw[name]) for name in INPUTS}}


def attempt(number):
    try:
        globals()[f"case_{{number}}"]()
    except BaseException as error:
        print(f"{{type(error).__module__}}.{{type(error).__name__}}: {{error}}")
"""

CASES: Mapping[str, str] = {
    "samples.npz: no": "load(lambda raw: raw.pop('{name}'))",
    "found shape": "load(lambda raw: raw.update({name}=np.stack([raw['{name}']] * 2, axis=-1)))",
    "Missing data for input": "network()({{name: value for name, value in inputs().items() if name != '{name}'}})",
    "is not connected": "keras.Model({{'other': keras.Input((3,))}}, network().output)",
    "Expected shape": "network()(inputs() | {{'{name}': np.stack([inputs()['{name}']] * 2, axis=-1)}})",
    "`Concatenate` layer": "layers.Concatenate()([keras.Input((8, 8, 3)), keras.Input((4,))])",
    "Inputs have incompatible shapes": "layers.Add()([keras.Input((4,)), keras.Input((5,))])",
    "Computed output size": "layers.Conv2D(4, 9)(keras.Input((8, 8, 3)))",
    "is used 2 times": (
        "start = keras.Input((3,)); "
        "keras.Model(start, layers.Dense(2, name='{layer}')(layers.Dense(3, name='{layer}')(start)))"
    ),
    "OOM when allocating": "keras.ops.ones((2**20, 2**20, 2**10))",
    "RESOURCE_EXHAUSTED": "keras.ops.ones((2**20, 2**20, 2**10))",
    "DefaultCPUAllocator": "keras.ops.ones((2**20, 2**20, 2**10))",
    "torch.OutOfMemoryError": "import torch; raise torch.OutOfMemoryError('as CUDA does')",
    "finds no GPU": "print(hardware.prepare())",
    "The backbone's weights": (
        "from unittest import mock; from {package}.train import build_pretrained\n"
        "    with mock.patch('keras.src.utils.file_utils.urlretrieve', side_effect=OSError('no network')):\n"
        "        build_pretrained('imagenet')"
    ),
    "UserWarning: Layer": (
        "layers.Conv1D(2, 3)(layers.Embedding(9, 4, mask_zero=True)(keras.Input((5,), dtype='int32')))"
    ),
}
"""What leads to each message: a line of Python, in a project's folder."""


def page(project: Path) -> str:
    """Returns what a project says of trouble."""
    return (project / "docs" / "when-it-goes-wrong.md").read_text(encoding="utf-8")


def quoted(text: str) -> list[str]:
    """Returns the lines that a page quotes."""
    return [line for block in re.findall(r"```text\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]


def pattern(line: str) -> str:
    """Returns a quoted line as a pattern: what it leaves out may be anything."""
    return ".*".join(map(re.escape, line.rstrip("…").split("…")))


@pytest.mark.parametrize(("name", "backend"), BACKENDS)
def test_every_message_is_a_real_one(name: str, backend: str, tmp_path: Path) -> None:
    project = tmp_path / name
    laid_out(project, {"backend": backend, "straight": False} | PROJECTS[name])
    messages = [line for line in quoted(page(project)) if not line.startswith("FAILED")]
    assert len(messages) >= 4
    layer = re.search(r'The name "(\w+)" is used 2 times', page(project))
    script = START.format(package=package(project), pretrained="backbone" in PROJECTS[name])
    for number, message in enumerate(messages):
        [code] = [code for mark, code in CASES.items() if mark in message]
        given = re.search(r"columns\.(\w+)`", page(project))
        assert given
        line = code.format(name=given[1], package=package(project), layer=layer[1] if layer else "")
        script += f"\n\ndef case_{number}():\n    {line}\n\n\nprint('case {number}')\nattempt({number})\n"
    (project / "src" / "cases.py").write_text(script, encoding="utf-8")
    code, output = run(project, "cases", backend=backend)
    assert code == 0, output
    said = re.split(r"^case \d+$", output, flags=re.MULTILINE)[1:]
    for message, text in zip(messages, said, strict=True):
        assert re.search(pattern(message), text), f"{message}\n{text}"


@pytest.mark.parametrize("name", PROJECTS)
def test_every_test_that_is_named_is_there_and_turns_red(name: str, tmp_path: Path) -> None:
    project = tmp_path / name
    laid_out(project, {"backend": "torch", "straight": False} | PROJECTS[name])
    _, listed = run_pytest(project, "--collect-only", "-q")
    seen = {test.partition("[")[0] for each in mutations.MUTATIONS for test in each.tests}
    for line in quoted(page(project)):
        if line.startswith("FAILED "):
            test = line.removeprefix("FAILED ")
            assert re.search(rf"^{re.escape(test)}", listed, re.MULTILINE), test
            function = test.removeprefix("tests/").partition("[")[0]
            generic = re.sub(r"test_\w+_learns_by_each_call", "test_encoder_learns_by_each_call", function)
            assert generic in seen, "no mutation of ours turns it red"


def test_the_pages_have_every_section_among_them(tmp_path: Path) -> None:
    template = Path(__file__).parent.parent / "templates/project/docs/when-it-goes-wrong.md.jinja"
    planned = set(re.findall(r"^## .*$", template.read_text(encoding="utf-8"), re.MULTILINE))
    pages = []
    for name, answers in PROJECTS.items():
        laid_out(tmp_path / name, {"backend": "torch", "straight": False} | answers)
        pages.append(page(tmp_path / name))
        links = set(re.findall(r"^- \[(.*?)\]\(#", pages[-1], re.MULTILINE))
        assert links == set(re.findall(r"^## (.*)$", pages[-1], re.MULTILINE))
    assert {line for text in pages for line in re.findall(r"^## .*$", text, re.MULTILINE)} == planned
    others = {"OOM when allocating", "RESOURCE_EXHAUSTED"}  # of other backends
    assert {mark for mark in CASES if not any(mark in text for text in pages)} == others
