"""Protects an organisation's standard: projects begin by it, keep to it, follow it, and what breaks it is seen."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerwright.standards import RECORD

from .test_update import Life
from .test_versions import BETTER_PYTHON, replaced
from .workbench import Checkout, Command, Result, Terminal, clean_environment, listing, new_checkout, run

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


def test_without_anything_newer_at_hand_the_recorded_standard_is_kept_to(acme: Life) -> None:
    """As at a colleague's, who has the project and nothing else."""
    shutil.rmtree(standard_of(acme))
    done = acme.layerwright("update", "--data", "license=MIT")
    assert done.code == 2
    assert "license: MIT isn't what Acme research fixes: Apache-2.0" in done.err
    assert "Legal reviewed this one (LEG-12)." in done.err
    done = acme.layerwright("update", "--data", "backend=torch")
    assert done.code == 0, done.err
    assert "Acme research, version 2: kept to as the project has it" in done.out
    assert acme.answers()["backend"] == "torch"
    for path, content in FILES.items():
        assert acme.text(path) == content


def test_add_and_remove_keep_to_the_recorded_standard_and_leave_its_files_alone(acme: Life) -> None:
    written(standard_of(acme), changed(ACME, version=3), {"NEW.md": "new\n"})
    done = acme.layerwright("add", "input", "more: numeric 3")
    assert done.code == 0, done.err
    assert not (acme.root / "NEW.md").exists()
    assert record(acme)["standard"]["version"] == 2


def test_what_is_newly_disallowed_is_refused_until_it_is_answered(acme: Life) -> None:
    allowed = {**ACME["allowed"], "backend": {"values": ["torch"], "because": "JAX leaves in spring."}}
    written(standard_of(acme), changed(ACME, version=3, allowed=allowed))
    before = acme.content()
    done = acme.layerwright("update", "--standard", standard_of(acme))
    assert done.code == 2
    assert "backend: jax isn't among what Acme research allows: torch" in done.err
    assert "JAX leaves in spring." in done.err
    assert acme.content() == before
    done = acme.layerwright("update", "--standard", standard_of(acme), "--data", "backend=torch")
    assert done.code == 0, done.err
    assert acme.answers()["backend"] == "torch"


def test_new_defaults_are_for_new_projects_and_ranges_follow_the_standard(acme: Life) -> None:
    allowed = {**ACME["allowed"], "python": {"range": ">=3.12", "because": "Images were renewed."}}
    defaults = {"precision": "float32", "tracking": "mlflow"}
    written(standard_of(acme), changed(ACME, version=3, defaults=defaults, allowed=allowed))
    done = acme.layerwright("update", "--standard", standard_of(acme), "--format", "json")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert set(said["answers"]) == {"python"}
    assert "python: >=3.12, the range of Acme research: Images were renewed." in said["standard"]
    assert acme.answers()["precision"] == "mixed_bfloat16"
    assert 'requires-python = ">=3.12"' in acme.text("pyproject.toml")


def test_a_conflict_in_a_file_of_the_standard_s_stands_in_it_and_is_listed(acme: Life) -> None:
    acme.edit(".editorconfig", "indent_size = 2", "indent_size = 4")
    acme.save()
    files = {**FILES, ".editorconfig": FILES[".editorconfig"].replace("indent_size = 2", "indent_size = 8")}
    written(standard_of(acme), changed(ACME, version=3), files)
    done = acme.layerwright("update", "--standard", standard_of(acme))
    assert done.code == 1
    assert "! .editorconfig, line 7" in done.out
    text = acme.text(".editorconfig")
    assert "indent_size = 4" in text
    assert "indent_size = 8" in text


def test_an_edited_file_that_leaves_the_standard_stays_and_is_named(acme: Life) -> None:
    with (acme.root / "docs" / "ours" / "data-policy.md").open("a") as file:
        file.write("Ours.\n")
    acme.save()
    written(standard_of(acme), changed(ACME, version=3, files=None), {})
    done = acme.layerwright("update", "--standard", standard_of(acme))
    assert done.code == 0, done.err
    assert "= docs/ours/data-policy.md  kept" in done.out
    assert acme.text("docs/ours/data-policy.md").endswith("Ours.\n")
    assert not (acme.root / ".editorconfig").exists()
    assert not (acme.root / "scripts").exists()
    assert record(acme)["files"] == {}


def test_what_the_user_has_deleted_of_the_standard_stays_deleted(acme: Life) -> None:
    (acme.root / ".editorconfig").unlink()
    acme.save()
    files = {**FILES, ".editorconfig": "root = false\n"}
    written(standard_of(acme), changed(ACME, version=3), files)
    assert acme.layerwright("update", "--standard", standard_of(acme)).code == 0
    assert not (acme.root / ".editorconfig").exists()


def test_an_edited_file_whose_beginning_git_has_lost_stays_and_is_named(acme: Life) -> None:
    """It was edited before the first commit."""
    shutil.rmtree(acme.root / ".git")
    acme.edit(".editorconfig", "indent_size = 2", "indent_size = 4")
    acme.git("init", "--quiet")
    acme.save("Begun anew")
    mine = acme.text(".editorconfig")
    written(standard_of(acme), changed(ACME, version=3), {**FILES, ".editorconfig": "root = false\n"})
    done = acme.layerwright("update", "--standard", standard_of(acme))
    assert done.code == 0, done.err
    assert ".editorconfig: kept as you have edited it" in done.out
    assert acme.text(".editorconfig") == mine


def test_line_ends_as_windows_has_them_are_no_edit_and_stay(acme: Life) -> None:
    path = acme.root / ".editorconfig"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    acme.save()
    files = {**FILES, ".editorconfig": "root = true\n# new\n"}
    written(standard_of(acme), changed(ACME, version=3), files)
    done = acme.layerwright("update", "--standard", standard_of(acme))
    assert done.code == 0, done.err
    assert path.read_bytes() == b"root = true\r\n# new\r\n"


def test_a_project_without_a_standard_takes_one_on_and_leaves_it_again(checkout: Checkout, tmp_path: Path) -> None:
    written(tmp_path / "standard")
    assert checkout.layerwright("new", "plant", *PLANT, cwd=tmp_path).code == 0
    life = Life(checkout, tmp_path / "plant")
    (life.root / ".editorconfig").write_text("mine = true\n")
    life.git("init", "--quiet")
    life.save()
    done = life.layerwright("update", "--standard", "../standard")
    assert done.code == 2
    assert "backend: tensorflow isn't among what Acme research allows: jax, torch" in done.err
    assert life.changed() == set()
    done = life.layerwright("update", "--standard", "../standard", "--data", "backend=jax")
    assert done.code == 1, "a file that both have is a conflict"
    assert "! .editorconfig" in done.out
    assert "mine = true" in life.text(".editorconfig")
    assert life.answers()["license"] == "Apache-2.0"
    assert life.answers()["precision"] == "float32", "a default is for new projects"
    (life.root / ".editorconfig").write_text("mine = true\n")
    life.save()
    done = life.layerwright("update", "--standard", "none")
    assert done.code == 0, done.err
    assert "Leaves the standard of Acme research, version 2." in done.out
    assert not (life.root / RECORD).exists()
    assert not (life.root / "docs" / "ours").exists()
    assert "= .editorconfig  kept" in done.out
    assert life.answers()["license"] == "Apache-2.0"


def test_an_older_standard_and_another_one_by_the_environment_are_refused(acme: Life, tmp_path: Path) -> None:
    older = written(tmp_path / "older", changed(ACME, version=1))
    done = acme.layerwright("update", "--standard", older)
    assert done.code == 2
    assert "keeps to version 2, and this is version 1" in done.err
    other = written(tmp_path / "other", changed(ACME, name="Umbrella"))
    done = acme.layerwright("update", LAYERWRIGHT_STANDARD=str(other))
    assert done.code == 2
    assert "keeps to Acme research, and this is Umbrella" in done.err
    assert acme.layerwright("update", "--standard", other).code == 0
    assert record(acme)["standard"]["name"] == "Umbrella"


def test_a_template_s_update_and_a_standard_s_come_together(versions: Checkout, tmp_path: Path) -> None:
    folder = written(tmp_path / "standard")
    versions.git("checkout", "--quiet", "v0.1.0")
    try:
        done = versions.layerwright("new", "plant", "--preset", "siamese-dense", "--standard", folder, cwd=tmp_path)
    finally:
        versions.git("checkout", "--quiet", "main")
    assert done.code == 0, done.err
    life = Life(versions, tmp_path / "plant")
    assert life.answers()["_commit"] == "v0.1.0"
    life.git("init", "--quiet")
    life.save()
    shutil.copytree(life.root, tmp_path / "plain" / "plant", symlinks=True)
    written(folder, changed(ACME, version=3), {**FILES, "NEW.md": "new\n"})
    done = life.layerwright("update", "--standard", folder)
    assert done.code == 0, done.err
    assert BETTER_PYTHON[2] in life.text("src/plant/model.py")
    assert life.text("NEW.md") == "new\n"
    plain = Life(versions, tmp_path / "plain" / "plant")
    done = versions.copier("update", "--trust", "--defaults", "--quiet", cwd=plain.root)
    assert done.code == 0, done.err
    assert BETTER_PYTHON[2] in plain.text("src/plant/model.py")
    assert plain.changed() == {"src/plant/model.py", ".copier-answers.yml"}, "Copier leaves a standard's files alone"
    for path, content in FILES.items():
        assert plain.text(path) == content
    assert plain.answers()["license"] == "Apache-2.0"


# Where it comes from


def test_in_a_monorepo_a_project_finds_its_standard_again(checkout: Checkout, tmp_path: Path) -> None:
    top = tmp_path / "große werkstatt"
    written(top / "standards" / "acme")
    checkout.git("init", "--quiet", cwd=top)
    done = checkout.layerwright("new", "apps/plant", *PLANT, "--standard", "standards/acme", cwd=top)
    assert done.code == 0, done.err
    life = Life(checkout, top / "apps" / "plant")
    assert record(life)["from"] == {"path": "../../standards/acme"}
    life.git("add", "--all", str(top))
    life.save()
    written(top / "standards" / "acme", changed(ACME, version=3), {**FILES, "NEW.md": "new\n"})
    (top / "other.txt").write_text("x")
    checked = life.layerwright("check", ".", "--no-model", "--select", "LW4")
    assert f"{RECORD}:1: warning LW405: it keeps to Acme research, version 2; version 3 is there" in checked.out
    done = life.layerwright("update")
    assert done.code == 0, done.err
    assert life.text("NEW.md") == "new\n"
    changed_now = checkout.git("status", "--porcelain", "--untracked-files=all", cwd=top)
    assert {line[3:].strip('"') for line in changed_now.splitlines() if "plant" in line} == {
        "apps/plant/NEW.md",
        f"apps/plant/{RECORD}",
    }


def test_a_standard_elsewhere_leaves_no_place_of_this_machine_in_the_project(acme: Life) -> None:
    assert record(acme)["from"] == {}
    assert str(acme.root.parent) not in acme.text(RECORD)


def installed(site: Path, name: str, raw: Mapping[str, Any] = ACME, files: Mapping[str, str] = FILES) -> None:
    """Installs a package with a standard: what an installer leaves, a folder and a dist-info."""
    module = name.replace("-", "_")
    written(site / module, raw, files)
    (site / module / "__init__.py").write_text("raise RuntimeError('a standard is never imported')\n")
    (site / module / "files" / "__pycache__").mkdir()
    (site / module / "files" / "__pycache__" / "x.cpython-311.pyc").write_bytes(b"compiled")
    info = site / f"{module}-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[layerwright.standards]\n{name.partition('-')[0]} = {module}\n")


def with_site(checkout: Checkout, site: Path) -> dict[str, str]:
    return {"PYTHONPATH": f"{checkout.root / 'generator'}:{site}"}


def layerwright(checkout: Checkout, *arguments: str | Path, cwd: Path, site: Path) -> Result:
    environment = clean_environment(checkout.home) | with_site(checkout, site)
    return run(sys.executable, "-m", "layerwright", *arguments, cwd=cwd, env=environment)


def test_an_installed_package_s_standard_is_taken_and_found_again(checkout: Checkout, tmp_path: Path) -> None:
    site = tmp_path / "site"
    installed(site, "acme-standards")
    done = layerwright(checkout, "new", "plant", *PLANT, cwd=tmp_path, site=site)
    assert done.code == 0, done.err
    life = Life(checkout, tmp_path / "plant")
    assert record(life)["from"] == {"package": "acme-standards", "entry": "acme"}
    assert set(record(life)["files"]) == set(FILES)
    life.git("init", "--quiet")
    life.save()
    done = life.layerwright("update", "--data", "backend=torch")
    assert "acme-standards isn't installed beside layerwright" in done.out
    life.save()
    installed(site, "acme-standards", changed(ACME, version=3), {**FILES, "NEW.md": "new\n"})
    assert layerwright(checkout, "check", ".", "--no-model", "--select", "LW405", cwd=life.root, site=site).out.count(
        "version 3 is there"
    )
    done = layerwright(checkout, "update", cwd=life.root, site=site)
    assert done.code == 0, done.err
    assert life.text("NEW.md") == "new\n"


def test_of_several_that_are_installed_one_has_to_be_named(checkout: Checkout, tmp_path: Path) -> None:
    site = tmp_path / "site"
    installed(site, "acme-standards")
    installed(site, "umbrella-rules", changed(ACME, name="Umbrella"))
    done = layerwright(checkout, "new", "plant", *PLANT, cwd=tmp_path, site=site)
    assert done.code == 2
    assert "several are installed: acme, umbrella" in done.err
    assert layerwright(checkout, "new", "plant", *PLANT, "--standard", "umbrella", cwd=tmp_path, site=site).code == 0
    assert yaml.safe_load((tmp_path / "plant" / RECORD).read_text())["standard"]["name"] == "Umbrella"
    assert layerwright(checkout, "new", "free", *PLANT, "--standard", "none", cwd=tmp_path, site=site).code == 0
    assert not (tmp_path / "free" / RECORD).exists()


def test_the_environment_names_a_standard(checkout: Checkout, tmp_path: Path) -> None:
    folder = written(tmp_path / "standard")
    done = checkout.layerwright("new", "plant", *PLANT, cwd=tmp_path, LAYERWRIGHT_STANDARD=str(folder / FILE))
    assert done.code == 0, done.err
    assert (tmp_path / "plant" / RECORD).is_file()
