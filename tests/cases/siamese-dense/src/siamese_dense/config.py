"""config.yaml, and the command line over it: training.epochs=3 data.path=samples.npz."""

import difflib
import math
import sys
from pathlib import Path
from typing import Any

import yaml

Config = dict[str, Any]

LEAST = {"seed": 0, "synthetic_samples": 1, "epochs": 1, "batch_size": 1, "patience": 0}
LEAST |= dict.fromkeys(("validation_fraction", "test_fraction"), 0.0)
LEAST |= dict.fromkeys(("learning_rate", "weight_decay"), 0.0)


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
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    for argument in sys.argv[1:]:
        key, equals, text = argument.partition("=")
        if not equals:
            raise SystemExit(f"{argument}: write KEY=VALUE, as training.epochs=3")
        set_value(config, key, text)
    check(config)
    return config


def set_value(config: Config, key: str, text: str) -> None:
    """Sets a key, as training.epochs, to the value that a text says."""
    known = list(leaves(config))
    if key not in known:
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5) or known
        raise SystemExit(f"config.yaml has no {key}; in its place there is {', '.join(near)}")
    *sections, name = key.split(".")
    for section in sections:
        config = config[section]
    before = config[name]
    try:
        numeric = isinstance(before, int | float)
        config[name] = type(before)(text) if numeric else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        raise SystemExit(f"{key}={text}: expected a value like {before}") from None


def leaves(config: Config, section: str = "") -> Config:
    """Returns all values, each under its key as the command line says it."""
    found = {}
    for name, value in config.items():
        inner = isinstance(value, dict)
        found |= leaves(value, f"{section}{name}.") if inner else {section + name: value}
    return found


def check(config: Config) -> None:
    """Stops the program at a value that no run can have."""
    sections = {"": config, "data.": config["data"], "training.": config["training"]}
    for section, values in sections.items():
        for name in values.keys() & LEAST.keys():
            value, least = values[name], LEAST[name]
            if not isinstance(value, type(least) | int) or not least <= value < math.inf:
                raise SystemExit(f"{section}{name}={value}: expected a number from {least:g}")
    if not isinstance(config["run"], str):
        raise SystemExit(f"run={config['run']}: expected the name of a folder")
