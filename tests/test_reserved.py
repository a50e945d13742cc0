"""A package hides no module that its project imports, directly or through what it installs."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from layerwright import direct
from layerwright.answers.reading import USED_MODULES
from layerwright.plan import design
from layerwright.problems import AnswersError

ROOTS = ("keras", "tensorflow-cpu", "jax", "torch", "pandas", "matplotlib", "pillow", "pyyaml", "pytest", "tensorboard")


def spelled(name: str) -> str:
    """The name of a distribution as all spell it."""
    return re.sub("[-_.]+", "-", name).lower()


def required(name: str, found: set[str]) -> None:
    """Adds what a distribution requires, and what that does."""
    if spelled(name) in found:
        return
    found.add(spelled(name))
    try:
        lines = requires(name) or ()
    except PackageNotFoundError:
        return
    for each in map(Requirement, lines):
        if each.marker is None or each.marker.evaluate({"extra": ""}):
            required(each.name, found)


def modules() -> Iterator[str]:
    """What the distributions that a project may require have, as far as they are here."""
    found: set[str] = set()
    for name in ROOTS:
        required(name, found)
    for module, distributions in packages_distributions().items():
        if module.isidentifier() and not module.startswith("_") and found & set(map(spelled, distributions)):
            yield module


def test_no_package_hides_what_a_project_installs() -> None:
    names = set(modules())
    assert {"keras", "google", "wrapt"} <= names
    assert not names - USED_MODULES


def test_git_ignores_no_source_whatever_its_package_is_called(tmp_path: Path) -> None:
    answers = {"inputs": "x: numeric 2", "outputs": "y: binary", "package": "runs"}
    for path, text in direct.texts(answers, "runs").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    for path, ignored in {"src/runs/model.py": False, "runs/first/model.keras": True}.items():
        done = subprocess.run(["git", "check-ignore", "--quiet", path], cwd=tmp_path, check=False)
        assert (done.returncode == 0) == ignored


@pytest.mark.parametrize("name", ["google", "six", "onnx"])
def test_such_a_name_is_refused(name: str) -> None:
    with pytest.raises(AnswersError, match=name):
        design({"inputs": "x: numeric 2", "outputs": "y: binary", "package": name})
