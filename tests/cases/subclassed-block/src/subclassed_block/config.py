"""config.yaml, and the command line over it: training.epochs=3 data.path=samples.npz."""

import difflib
import re
import sys
from pathlib import Path
from typing import Any

import yaml

Config = dict[str, Any]

# The keys of each section: of which kind they may be, and from ... to.
RULES = [
    ("", "int from {} to {}", (0, 2**31), ["seed"]),
    ("", "str", (), ["run"]),
    ("data.", "str or null", (), ["path", "test_path"]),
    ("data.columns.", "str or int or list", (), ["image", "category"]),
    ("data.", "dict or null", (), ["test_columns"]),
    ("data.split.", "str or int or null", (), ["column", "group", "time"]),
    ("data.", "int or float from {} to {}", (0, 1), ["validation_fraction", "test_fraction"]),
    ("data.", "int or float from {} to {}", (0, 10**6), ["cache_gb"]),
    ("data.", "int from {} to {}", (1, 10**9), ["synthetic_samples"]),
    ("training.", "int from {} to {}", (1, 10**9), ["epochs", "batch_size"]),
    ("training.", "int or float from {} to {}", (0, 10), ["learning_rate", "weight_decay"]),
    ("training.", "int from {} to {}", (0, 10**9), ["patience"]),
]
KEYS = {section + name: rule for section, *rule, names in RULES for name in names}


def from_command_line(trained: bool = False) -> Config:
    """Returns config.yaml, or that of a trained run, and KEY=VALUE arguments over it."""
    values = read(Path("config.yaml"), "start this in the project's folder")
    if trained:
        values = read(Path(values["run"], "config.yaml"), "train first") | {"run": values["run"]}
    config: Config = {}
    for section, *_, names in RULES:
        inner = config
        for name in section.split(".")[:-1]:
            inner = inner.setdefault(name, {})
        inner |= {name: values[section + name] for name in names}
    return config


def read(path: Path, mend: str) -> Config:
    """Returns what a file says of each key, and arguments over it. Stops at what can't be."""
    if not path.is_file():
        raise SystemExit(f"{path} isn't here: {mend}")
    try:
        said = yaml.safe_load(path.read_bytes())
        if not isinstance(said, dict):
            raise ValueError("expected keys and values, as seed: 1")
        values = flat(said)
        arguments = [argument.partition("=") for argument in sys.argv[1:]]
        if wrong := [key for key, equals, _ in arguments if not equals]:
            raise ValueError(f"{wrong[0]}: expected KEY=VALUE, as seed=1")
        values |= flat({key: yaml.safe_load(value) for key, _, value in arguments})
        for key, value in values.items():
            if key not in KEYS:
                [near] = difflib.get_close_matches(key, KEYS, n=1, cutoff=0)
                raise ValueError(f"there is no {key}; in its place there is {near}")
            kinds, limits = KEYS[key]
            if "float" in kinds and re.fullmatch(
                r"\d+\.?\d*[eE][-+]?\d+", str(value)
            ):  # to YAML, a text
                values[key] = value = float(value)
            kind = "null" if value is None else type(value).__name__
            if kind not in kinds.split() or (limits and not limits[0] <= value <= limits[1]):
                raise ValueError(f"{key} is {value!r}, expected {kinds.format(*limits)}")
            if kind == "int" and "float" in kinds:
                values[key] = float(value)  # Keras takes no whole number for a learning rate
        if missing := KEYS.keys() - values.keys():
            raise ValueError(f"there is no {', '.join(sorted(missing))}")
    except Exception as error:  # YAML's own are not the only ones: there may be no such day
        raise SystemExit(f"{' '.join([str(path), *sys.argv[1:]])}: {error}") from None
    return values


def flat(config: Config, section: str = "") -> Config:
    """Returns the values of a configuration under their whole keys: training.epochs."""
    values = {f"{section}{name}": value for name, value in config.items()}
    for key in [key for key in values if isinstance(values[key], dict) and key not in KEYS]:
        values |= flat(values.pop(key), f"{key}.")
    return values
