"""config.yaml, and the command line over it: training.epochs=3 data.path=samples.npz."""

import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

Config = dict[str, Any]

# What each key may be: a number from ... to (a whole one, if these are whole), or of which type.
KEYS = {
    "seed": (0, 2**32 - 1),
    "run": str,
    "data.path": str | None,
    "data.test_path": str | None,
    "data.columns.signal": str | int | list,
    "data.columns.label": str | int | list,
    "data.test_columns": dict | None,
    "data.series": str | int | None,
    "data.time": str | int | None,
    "data.split.column": str | int | None,
    "data.split.group": str | int | None,
    "data.split.time": str | int | None,
    "data.validation_fraction": (0.0, 1.0),
    "data.test_fraction": (0.0, 1.0),
    "data.cache_gb": (0.0, 10.0**6),
    "data.synthetic_samples": (1, 10**9),
    "training.epochs": (1, 10**6),
    "training.batch_size": (1, 10**6),
    "training.learning_rate": (0.0, 10.0),
    "training.weight_decay": (0.0, 1.0),
    "training.patience": (0, 10**6),
}
# YAML takes 1e-4, which has no point, for a text.
POWER = re.compile(r"[-+]?\d+[eE][-+]?\d+$")
yaml.SafeLoader.add_implicit_resolver("tag:yaml.org,2002:float", POWER, list("-+0123456789"))


def from_command_line(trained: bool = False) -> Config:
    """Returns config.yaml, or that of a trained run, and KEY=VALUE arguments over it."""
    config = read_config(Path("config.yaml"), "start this in the project's folder")
    if trained:
        run = config["run"]
        config = read_config(Path(run, "config.yaml"), "train first") | {"run": run}
    return config


def read_config(path: Path, mend: str) -> Config:
    """Returns what a file says, and KEY=VALUE arguments over it. Stops at what can't be."""
    if not path.is_file():
        raise SystemExit(f"{path} isn't here: {mend}")
    values = read(path.read_bytes(), str(path))
    for argument in sys.argv[1:]:
        values |= read(argument.replace("=", ": ", 1), argument)
    if missing := [key for key in KEYS if key not in values]:
        raise SystemExit(f"{path}: there is no {', '.join(missing)}")
    config: Config = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        inner = config
        for section in sections:
            inner = inner.setdefault(section, {})
        inner[name] = value
    return config


def read(text: str | bytes, source: str) -> Config:
    """Returns the values that a text in YAML says, each under its whole key: training.epochs."""
    values: Config = {}
    try:
        loader = yaml.SafeLoader(text)
        for key, node in leaves(loader.get_single_node()):
            if key in values:
                raise ValueError(f"{key} is there twice")
            values[key] = loader.construct_object(node, deep=True)
            check(key, values[key])
    except Exception as error:  # YAML's own are not the only ones: there may be no such day
        raise SystemExit(f"{source}: {error}") from None
    return values


def leaves(node: yaml.Node, section: str = "") -> Iterator[tuple[str, yaml.Node]]:
    """Yields the values of a mapping and of those within it, under their whole keys."""
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("expected keys and values, as training.epochs: 3")
    for name, value in node.value:
        key = f"{section}{name.value}"
        inner = isinstance(value, yaml.MappingNode) and value.value and key not in KEYS
        yield from leaves(value, f"{key}.") if inner else [(key, value)]


def check(key: str, value: Any) -> None:
    """Raises ValueError for a key that isn't there, and for a value that can't be."""
    if key not in KEYS:
        inner = [each for each in KEYS if each.startswith(f"{key}.")]
        near = inner or difflib.get_close_matches(key, KEYS, n=1, cutoff=0.5) or KEYS
        raise ValueError(f"there is no {key}; in its place there is {', '.join(near)}")
    if isinstance(KEYS[key], tuple):
        least, most = KEYS[key]
        fits = type(value) in {int, type(least)} and least <= value <= most
        wanted = f"a {'whole ' if isinstance(least, int) else ''}number from {least} to {most}"
    else:
        fits, wanted = isinstance(value, KEYS[key]), getattr(KEYS[key], "__name__", KEYS[key])
    if not fits:
        raise ValueError(f"{key} is {value!r}, expected {wanted}")
