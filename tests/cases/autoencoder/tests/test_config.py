"""config.yaml and the command line: what is no key, no value, or missing is named."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from autoencoder.config import KEYS, Config, flat, from_command_line

Configured = Callable[..., Config]

WRITTEN = (Path(__file__).parent.parent / "config.yaml").read_text(encoding="utf-8")


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configured:
    """Returns the configuration of a text in config.yaml and arguments."""

    def configuration(text: str, *arguments: str) -> Config:
        (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["train", *arguments])
        return from_command_line()

    return configuration


def test_every_key_has_a_rule_and_stands_in_the_file() -> None:
    assert flat(yaml.safe_load(WRITTEN)).keys() == KEYS.keys()


def test_what_is_written_is_what_counts(configured: Configured) -> None:
    assert configured(WRITTEN) == yaml.safe_load(WRITTEN)
    changed = yaml.safe_load(WRITTEN)
    changed["training"]["learning_rate"] = 1e-4
    assert configured(WRITTEN, "training.learning_rate=1e-4") == changed
    whole = configured(WRITTEN, "training.learning_rate=1")["training"]["learning_rate"]
    assert isinstance(whole, float), "Keras takes no other"


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("seed=-1", "seed is -1, expected int from 0"),
        ("run=null", "run is None, expected str"),
        ("data.path=7", "data.path is 7, expected"),
        ("data.test_fraction=2", "data.test_fraction is 2, expected int or float from 0 to 1"),
        ("training.epochs=many", "training.epochs is 'many', expected int"),
        ("training.epochs=2.5", "training.epochs is 2.5, expected int"),
        ("training.learning_rate=.nan", "training.learning_rate is nan, expected int or float"),
        ("training.epoch=3", "there is no training.epoch; in its place there is training.epochs"),
        ("--help", "--help: expected KEY=VALUE"),
    ],
)
def test_what_no_run_can_have_is_named(configured: Configured, argument: str, said: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        configured(WRITTEN, argument)
    assert str(stopped.value).startswith(f"config.yaml {argument}: {said}")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("seed: 0", "seed: zero", "seed is 'zero', expected int"),
        (
            "  epochs:",
            "  epoch:",
            "there is no training.epoch; in its place there is training.epochs",
        ),
        ("seed: 0", "", "there is no seed"),
        ("seed: 0", "\tseed: 0", "while scanning"),
        (
            "training:",
            "training:\nothers:",
            "there is no training; in its place there is training.",
        ),
        (WRITTEN, "", "expected keys and values"),
        (WRITTEN, "- seed", "expected keys and values"),
    ],
)
def test_a_wrong_file_is_named(configured: Configured, before: str, after: str, said: str) -> None:
    assert before in WRITTEN
    with pytest.raises(SystemExit) as stopped:
        configured(WRITTEN.replace(before, after))
    assert str(stopped.value).startswith(f"config.yaml: {said}")
