"""Protects a release: version, changelog, commit, tag and wheel come together, or nothing does."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from .workbench import REPOSITORY, Checkout, listing, new_checkout

NEW = "# Changelog\n\n## 0.2.0 (unreleased)\n\n- Something new.\n\n## 0.1.0 (2026-01-01)\n\n- The first.\n"


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """A checkout with one release, and one to be made."""
    checkout = new_checkout(tmp_path)
    shutil.copy(REPOSITORY / "release.py", checkout.root)
    (checkout.root / "CHANGELOG.md").write_text(NEW)
    (checkout.root / ".gitignore").write_text("/dist/\n__pycache__/\n")
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--message", "Something new")
    for name, value in checkout.environment().items():
        monkeypatch.setenv(name, value)
    return checkout


def module(checkout: Checkout) -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", checkout.root / "release.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_a_release_is_committed_tagged_and_built(ready: Checkout) -> None:
    built = module(ready).release(ready.root, "0.2.0")
    assert [path.name for path in built] == ["layerwright-0.2.0-py3-none-any.whl", "layerwright-0.2.0.tar.gz"]
    assert all(path.parent == ready.root / "dist" for path in built)
    assert ready.git("describe", "--tags", "HEAD").strip() == "v0.2.0"
    assert ready.git("status", "--porcelain") == ""
    assert '__version__ = "0.2.0"' in (ready.root / "generator" / "layerwright" / "__init__.py").read_text()
    changelog = (ready.root / "CHANGELOG.md").read_text()
    assert "(unreleased)" not in changelog
    assert changelog.count("## 0.2.0 (2") == 1
    with pytest.raises(SystemExit, match=r"expected a version after 0\.2\.0"):
        module(ready).release(ready.root, "0.2.0")


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("", "expected numbers and dots"),
        ("next", "expected numbers and dots"),
        ("0.2.0rc1", "expected numbers and dots"),
        ("0.0.9", "expected a version after 0.1.0"),
        ("0.1.0", "expected a version after 0.1.0"),
    ],
)
def test_what_is_no_next_version_is_refused(ready: Checkout, version: str, said: str) -> None:
    before = listing(ready.root)
    with pytest.raises(SystemExit, match=said):
        module(ready).release(ready.root, version)
    assert listing(ready.root) == before


def test_nothing_is_released_that_is_not_committed_or_not_told(ready: Checkout) -> None:
    (ready.root / "more.txt").write_text("more")
    with pytest.raises(SystemExit, match="aren't committed"):
        module(ready).release(ready.root, "0.2.0")
    (ready.root / "more.txt").unlink()
    (ready.root / "CHANGELOG.md").write_text(NEW.replace("unreleased", "2026-02-02"))
    ready.git("commit", "--quiet", "--all", "--message", "Told already")
    with pytest.raises(SystemExit, match=r"expected a section '## 0.2.0 \(unreleased\)'"):
        module(ready).release(ready.root, "0.2.0")


def test_a_wheel_that_makes_no_project_changes_nothing(ready: Checkout) -> None:
    question = ready.root / "templates" / "questions" / "plan.yml"
    question.write_text("project: {type: yaml, when: false, default: '{{ nothing.there }}'}\n")
    ready.git("commit", "--quiet", "--all", "--message", "Broken")
    before = listing(ready.root / "generator"), ready.git("rev-parse", "HEAD"), ready.git("tag")
    with pytest.raises(SystemExit, match="failed"):
        module(ready).release(ready.root, "0.2.0")
    assert (listing(ready.root / "generator"), ready.git("rev-parse", "HEAD"), ready.git("tag")) == before
    assert not (ready.root / "dist").exists()
