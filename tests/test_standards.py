"""Protects an organisation's standard: projects begin by it, keep to it, follow it, and what breaks it is seen."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerwright.standards import RECORD

from .test_update import Life
from .test_versions import BETTER_PYTHON, replaced
from .workbench import Checkout, new_checkout

pytest_plugins = ["tests.workbench"]

FILE = "layerwright-standard.yml"
PLANT = ("--preset", "power-plant")

ACME: Mapping[str, Any] = {
    "name": "Acme research",
    "version": 2,
    "defaults": {"precision": "mixed_bfloat16", "training.deterministic": True},
    "fixed": {"license": {"value": "Apache-2.0", "because": "Legal reviewed this one (LEG-12)."}},
    "allowed": {
        "backend": {"values": ["jax", "torch"], "because": "No TensorFlow on the cluster."},
        "backbone": {"values": ["none", "ResNet50", "EfficientNetB0"], "because": "The others aren't mirrored."},
        "python": {"range": ">=3.11,<3.13", "because": "Our images have these."},
        "keras": {"range": ">=3.15,<3.17", "because": "We test each release."},
    },
    "required": {"extras": ["ci", "pre-commit"], "because": "Reviews count on them."},
    "files": "files",
}

FILES = {
    ".editorconfig": "root = true\n\n[*]\nindent_style = space\n\n[*.yml]\nindent_size = 2\n",
    "docs/ours/data-policy.md": "# Data policy\n\nNothing personal.\n",
    "scripts/submit.sh": "#!/bin/sh\nsbatch launch/train.slurm\n",
}


def changed(raw: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
    """A standard with other parts; one that is None isn't there."""
    return {key: value for key, value in {**raw, **parts}.items() if value is not None}


def written(folder: Path, raw: Mapping[str, Any] = ACME, files: Mapping[str, str] = FILES) -> Path:
    """Writes a standard and its files into a folder, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / FILE).write_text(yaml.safe_dump(dict(raw), sort_keys=False, allow_unicode=True), encoding="utf-8")
    for path, content in files.items():
        (folder / "files" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "files" / path).write_text(content, encoding="utf-8")
        (folder / "files" / path).chmod(0o755 if path.endswith(".sh") else 0o644)
    return folder


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with two versions of the template."""
    checkout = new_checkout(tmp_path_factory.mktemp("versions"))
    where, *texts = BETTER_PYTHON
    replaced(checkout.root / "generator" / "layerwright" / where, *texts)
    checkout.commit("v0.2.0")
    return checkout


def as_released(root: Path, version: str = "v0.1.0") -> None:
    """Has a project say that a release made it, where a checkout with a later commit did."""
    path = root / ".copier-answers.yml"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(f"_commit: {version}\n" if line.startswith("_commit:") else line for line in lines))


@pytest.fixture(scope="module")
def once(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Acme's standard, and a project made by it, committed."""
    folder = tmp_path_factory.mktemp("acme")
    written(folder / "standard")
    done = checkout.layerwright("new", "plant", *PLANT, "--standard", "standard", cwd=folder)
    assert (done.code, done.err) == (0, "")
    life = Life(checkout, folder / "plant")
    life.git("init", "--quiet")
    life.save("As it was made")
    return folder


@pytest.fixture
def acme(once: Path, checkout: Checkout, tmp_path: Path) -> Life:
    shutil.copytree(once, tmp_path / "acme", symlinks=True)
    return Life(checkout, tmp_path / "acme" / "plant")


def standard_of(life: Life) -> Path:
    return life.root.parent / "standard"


def record(life: Life) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(life.text(RECORD))
    return found


# A new project


def test_a_new_project_has_what_is_fixed_the_defaults_and_the_files(acme: Life) -> None:
    answers = acme.answers()
    assert answers["license"] == "Apache-2.0"
    assert answers["backend"] == "jax"
    assert answers["precision"] == "mixed_bfloat16"
    assert answers["extras"] == ["ci", "pre-commit"]
    assert answers["training"] == {"deterministic": True}
    for path, content in FILES.items():
        assert acme.text(path) == content
    assert (acme.root / "scripts" / "submit.sh").stat().st_mode & 0o100
    pyproject = acme.text("pyproject.toml")
    assert 'requires-python = ">=3.11,<3.13"' in pyproject
    assert '"keras>=3.15,<3.17"' in pyproject
    assert '["3.11", "3.12"]' in acme.text(".github/workflows/ci.yml")


def test_what_is_fixed_is_said_with_by_whom_and_why(checkout: Checkout, once: Path, tmp_path: Path) -> None:
    done = checkout.layerwright("new", "plant", *PLANT, "--standard", once / "standard", cwd=tmp_path)
    assert done.code == 0, done.err
    said = done.out.splitlines()
    assert said[0] == "By the standard of Acme research, version 2."
    assert "license: Apache-2.0, fixed by Acme research: Legal reviewed this one (LEG-12)." in said
    assert "backend: jax, among what Acme research allows: No TensorFlow on the cluster." in said
    assert "extras: ci, pre-commit, required by Acme research: Reviews count on them." in said


def test_an_update_brings_a_newer_standard_with_its_files_and_undo_takes_it_back(acme: Life) -> None:
    acme.edit(".editorconfig", "indent_size = 2", "indent_size = 4")
    acme.save()
    before = acme.content()
    fixed = {**ACME["fixed"], "author": {"value": "Acme Ltd", "because": "One name."}}
    files = {
        **FILES,
        ".editorconfig": FILES[".editorconfig"].replace("root = true", "root = true  # for all"),
        "SECURITY.md": "x\n",
    }
    del files["docs/ours/data-policy.md"]
    written(standard_of(acme), changed(ACME, version=3, fixed=fixed), files)
    done = acme.layerwright("update", "--standard", standard_of(acme), "--dry-run")
    assert done.code == 0, done.err
    assert acme.content() == before
    done = acme.layerwright("update", "--standard", standard_of(acme))
    assert (done.code, done.err) == (0, "")
    assert "By the standard of Acme research, version 3 (before: Acme research, version 2)." in done.out
    assert "author: Acme Ltd, fixed by Acme research: One name." in done.out
    assert acme.answers()["author"] == "Acme Ltd"
    assert acme.text("SECURITY.md") == "x\n"
    assert not (acme.root / "docs" / "ours").exists()
    assert "# for all" in acme.text(".editorconfig")
    assert "indent_size = 4" in acme.text(".editorconfig")
    assert record(acme)["standard"]["version"] == 3
    assert acme.layerwright("undo").code == 0
    assert acme.content() == before
