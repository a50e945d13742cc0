"""config.yaml, and the command line over it: training.epochs=3 data.path=samples.npz."""

import difflib
import sys
from pathlib import Path
from typing import Any

import yaml

Config = dict[str, Any]


def from_command_line() -> Config:
    """Returns the configuration for a program that was started with KEY=VALUE arguments."""
    path = Path("config.yaml")
    if not path.is_file():
        raise SystemExit("config.yaml isn't here: start this in the project's folder")
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    for argument in sys.argv[1:]:
        key, equals, text = argument.partition("=")
        if not equals:
            raise SystemExit(f"{argument}: write KEY=VALUE, as training.epochs=3")
        set_value(config, key, text)
    return config


def set_value(config: Config, key: str, text: str) -> None:
    """Sets a key, as training.epochs, to the value that a text says."""
    *sections, name = key.split(".")
    for section in sections:
        config = config[section] if isinstance(config.get(section), dict) else {}
    if name not in config or isinstance(config[name], dict):
        near = difflib.get_close_matches(name, config, n=1) or config
        raise SystemExit(f"config.yaml has no {key}; in its place there is {', '.join(near)}")
    before = config[name]
    try:
        numeric = isinstance(before, int | float)
        config[name] = type(before)(text) if numeric else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        raise SystemExit(f"{key}={text}: expected a value like {before}") from None
