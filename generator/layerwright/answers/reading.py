"""From answers to spec: defaults are filled in, every key is read, and all problems are raised together."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..blocks import MERGES, is_name
from ..extensions import Catalogue, ours
from ..faults import BadName, BadValue, BatchMismatch, FixedBatch, MisplacedKey, MissingAnswer, NameTaken, UnknownKey
from ..problems import Edit, Problems, meant, nearest, shown, unknown
from ..spec import Hardware, Input, Spec
from . import devices, ends, network
from .fields import Fields
from .keys import (
    BODIES,
    EXTRAS,
    FORMATS,
    KEYS,
    TRACKERS,
    TRAINING_DEFAULTS,
    Answers,
)
from .sources import normalised
from .training import training
from .transfer import transfer

USED_MODULES = frozenset(
    """
    absl astunparse black certifi charset_normalizer clang click conftest contourpy cycler dateutil execnet
    filelock flatbuffers fontTools fsspec functorch gast google grpc h5py idna iniconfig isympy jax jaxlib jinja2
    keras kiwisolver markdown markdown_it markupsafe matplotlib mdurl ml_dtypes mlflow mpl_toolkits mpmath
    mypy_extensions namex networkx numpy nvidia onnx onnxruntime opt_einsum optree packaging pandas pasta pathspec
    PIL pip pkg_resources platformdirs pluggy py pyarrow pygments pylab pyparsing pytest pytokens pytz requests
    rich ruff scipy setuptools six soundfile sympy tensorboard tensorboard_data_server tensorflow termcolor test
    test_data test_inspect test_model test_training tests tf2onnx torch torchgen triton typing_extensions tzdata
    urllib3 werkzeug wheel wrapt yaml
    """.split()  # noqa: SIM905 (one word each reads better)
)
"""What a project imports, directly or through Keras and the backends: a package of that name would hide it."""

DEVICE_NAMES = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)})
"""Names that Windows takes for devices: no folder has one of them there."""

LONGEST_PACKAGE = 50
"""Longest name of a package that is made from a project's name, in characters."""


def read(answers: Answers, folder: str = "") -> Spec:
    """The spec that answers ask for; `folder` is the name of the project's folder.

    Raises AnswersError with every problem that needs no graph to be seen.
    """
    problems = Problems()
    spec = examine(answers, problems, folder)
    problems.raise_if_any()
    return spec


def examine(answers: Answers, problems: Problems, folder: str = "", catalogue: Catalogue | None = None) -> Spec:
    """The spec that answers ask for, without what is wrong with them: that goes to `problems`."""
    return _spec(Fields(complete(_known_keys(answers, problems), folder), problems, catalogue or ours()))


def complete(answers: Answers, folder: str = "") -> Answers:
    """The answers with every default filled in. `folder` is the name of the project's folder."""
    combined = {key.name: key.default for key in KEYS.values()} | {
        key: value for key, value in answers.items() if value is not None
    }
    if combined["project_name"] == "":
        combined["project_name"] = folder or "model"
    if combined["package"] == "":
        combined["package"] = package_name(str(combined["project_name"]))
    return normalised(combined)


def package_name(project_name: str) -> str:
    """The name of the import package for a project of this name."""
    words = re.sub(r"[^a-z0-9]+", "_", project_name.lower()[:LONGEST_PACKAGE]).strip("_")
    name = words if words[:1].isalpha() else f"model_{words}".rstrip("_")
    return f"{name}_model" if keyword.iskeyword(name) or _reserved(name) else name


def _known_keys(answers: Answers, problems: Problems) -> Answers:
    """The answers with known keys. Notes the others: what is surely meant by one counts as said."""
    known = {key: value for key, value in answers.items() if key in KEYS}
    for key, value in answers.items():
        if key in TRAINING_DEFAULTS:
            known["training"] = _as_training(key, answers, known.get("training"), problems)
        elif key not in KEYS:
            left = [each for each in [*KEYS, "preset"] if each not in answers]
            what, mend = unknown("key", key, left)
            near, place = nearest(key, left), shown(key) if key == "" else str(key)
            edit = Edit("rename", str(key), (key, near)) if near else Edit("drop", str(key))
            problems.add(place, UnknownKey, what, mend if near else f"{mend}; or leave it out", edit)
            if sure := meant(key, left):
                known[sure] = value
    return known


def _as_training(key: str, answers: Answers, training: Any, problems: Problems) -> Any:
    """Notes a key of the training that stands beside it, and returns the training with it."""
    is_map = training is None or isinstance(training, Mapping)
    moved = [Edit("set", f"training.{key}", answers[key])] if is_map and key not in (training or {}) else []
    there = f"write it there, as training: {{{key}: {shown(answers[key])}}}"
    mend = there if moved else "training has one already: leave this one out"
    problems.add(key, MisplacedKey, f"{key} belongs under training", mend, *moved, Edit("drop", key))
    return {key: answers[key], **(training or {})} if is_map else training


def _spec(fields: Fields) -> Spec:
    inputs = ends.inputs(fields)
    sharing, inputs = ends.sharing(fields, inputs)
    outputs = ends.outputs(fields, inputs)
    hardware = devices.hardware(fields)
    inputs = _of_one_batch(fields, inputs, hardware)
    spec = Spec(
        project_name=_project_name(fields),
        package=_package(fields),
        description=fields.line("description"),
        author=fields.line("author"),
        license=_license(fields),
        inputs=inputs,
        outputs=outputs,
        branching=network.branching(fields),
        merge=fields.choice("merge", MERGES),
        sharing=sharing,
        separate_bodies=fields.choice("body", BODIES) == "separate",
        transfer=transfer(fields, inputs, hardware.backend),
        straight=fields.flag("straight"),
        hardware=hardware,
        layers=network.layers(fields, inputs, outputs, sharing),
        training=training(fields, inputs, outputs),
        models=network.models(fields),
        tracking=fields.choice("tracking", TRACKERS),
        export=fields.words("export", FORMATS),
        extras=fields.words("extras", EXTRAS),
        python=_versions(fields, "python"),
        keras=_versions(fields, "keras"),
        broken=frozenset(fields.broken),
    )
    devices.check(fields, spec)
    return spec


def _of_one_batch(fields: Fields, inputs: tuple[Input, ...], hardware: Hardware) -> tuple[Input, ...]:
    """The inputs with batches of one size. Notes those of others, and a fixed size that can't be trained on."""
    read = [each for each in inputs if f"inputs.{each.name}" not in fields.broken]
    fixed = [each for each in read if each.batch is not None]
    for each in fixed[:1] if hardware.backend != "tensorflow" else ():
        fields.problems.add(
            "backend",
            FixedBatch,
            f"{each.name} has batch={each.batch}, and only TensorFlow carries the state from batch to batch",
            "say backend: tensorflow, or leave batch= out",
            Edit("set", "backend", "tensorflow"),
        )
    for each in read:
        if fixed and each.batch != fixed[0].batch:
            what = f"{fixed[0].name} has batch={fixed[0].batch}, and {each.name} another batch size"
            place, mend = f"inputs.{each.name}", f"say batch={fixed[0].batch} for it too"
            fields.problems.add(place, BatchMismatch, what, mend, Edit("argument", place, ("batch", fixed[0].batch)))
    return tuple(replace(each, batch=fixed[0].batch) for each in inputs) if fixed else inputs


def _project_name(fields: Fields) -> str:
    name = fields.line("project_name")
    if name and not name.strip():
        mend = "give it a name, or leave it out: then it's the folder's"
        fields.problems.add("project_name", MissingAnswer, "it's empty", mend, Edit("drop", "project_name"))
    return name


def _package(fields: Fields) -> str:
    name = fields.line("package", package_name)
    if name and not (is_name(name) and not keyword.iskeyword(name)):
        better, what = package_name(name), f"{shown(name)} is no package name"
        fields.problems.add("package", BadName, what, f"as {better}", Edit("set", "package", better))
    elif _reserved(name):
        better = f"{name}_model"
        what = f"{name} would hide the library of that name"
        if name.lower() in DEVICE_NAMES:
            what = f"{name} can't be a folder's name on Windows"
        fields.problems.add("package", NameTaken, what, f"as {better}", Edit("set", "package", better))
    return name


def _license(fields: Fields) -> str:
    name = fields.line("license", lambda text: "none")
    if name in ("", "none"):
        return "none"
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression  # a long table

    try:
        return str(canonicalize_license_expression(name))
    except InvalidLicenseExpression:
        mend = "as MIT, Apache-2.0, LicenseRef-Ours, or none"
        fields.problems.add("license", BadValue, f"{shown(name)} is no SPDX name", mend, Edit("set", "license", "none"))
        return "none"


def _versions(fields: Fields, key: str) -> str:
    """A range of versions to which the project is narrowed, empty if the answers name none."""
    text = fields.line(key, lambda text: "").replace(" ", "")
    if not text:
        return ""
    from .versions import TESTED, asked, pythons  # the library that reads versions is slow to come

    what, drop = "", Edit("drop", key)
    try:
        if asked(key, text).is_empty or (key == "python" and not pythons(text)):
            what = f"{shown(text)} leaves none of those that projects are tested with, {TESTED[key]}"
    except ValueError:
        what = f"{shown(text)} is no range of versions"
    if what:
        example = ">=3.11,<3.13" if key == "python" else "<3.16"
        fields.problems.add(key, BadValue, what, f"bounds with commas between, as {example}; or leave it out", drop)
    return "" if what else text


def _reserved(name: str) -> bool:
    """Whether a package of this name would hide a module that the project imports, or can't be a folder everywhere."""
    return name in USED_MODULES or name in sys.stdlib_module_names or name.lower() in DEVICE_NAMES
