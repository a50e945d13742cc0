"""Protects an organisation's standard: projects begin by it, keep to it, follow it, and what breaks it is seen."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerwright.answers import KEYS
from layerwright.standards import RECORD
from layerwright.standards.questions import QUESTIONS, key
from layerwright.standards.reading import OWN

from . import pages
from .projects import run_pytest
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
        "backbone": {"values": ["ResNet50", "EfficientNetB0"], "because": "The others aren't mirrored."},
        "python": {"range": ">=3.11,<3.13", "because": "Our images have these."},
        "keras": {"range": ">=3.15,<3.17", "because": "We test each release."},
    },
    "required": {"extras": ["ci", "pre-commit"], "because": "Reviews count on them."},
    "files": "files",
}

FILES = {
    "NOTICE.txt": "One for all.\n",
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
    assert "UU .editorconfig" in acme.git("status", "--short")
    assert [
        acme.git("show", f":{stage}:.editorconfig").count(f"indent_size = {size}")
        for stage, size in enumerate((2, 4, 8), 1)
    ] == [1, 1, 1]


def test_of_each_file_an_update_leaves_what_is_the_user_s(acme: Life) -> None:
    """One was deleted, one edited, one has line ends as Windows has them, which is no edit."""
    (acme.root / ".editorconfig").unlink()
    with (acme.root / "docs" / "ours" / "data-policy.md").open("a") as file:
        file.write("Ours.\n")
    path = acme.root / "NOTICE.txt"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    acme.save()
    files = {".editorconfig": "root = false\n", "NOTICE.txt": "One for all.\n# new\n"}
    written(standard_of(acme), changed(ACME, version=3), files)
    done = acme.layerwright("update", "--standard", standard_of(acme))
    assert done.code == 0, done.err
    assert ".editorconfig: deleted by you, changed in the standard: it stays away." in done.out
    assert not (acme.root / ".editorconfig").exists()
    assert "= docs/ours/data-policy.md  kept" in done.out, "it leaves the standard, and was edited"
    assert acme.text("docs/ours/data-policy.md").endswith("Ours.\n")
    assert not (acme.root / "scripts").exists(), "it leaves the standard, and is as it was"
    assert path.read_bytes() == b"One for all.\r\n# new\r\n"
    assert "scripts/submit.sh" not in record(acme)["files"]


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
    assert "keeps to version 2, and this is version 1 [other-standard]" in done.err
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


# What it leaves alone


def test_a_project_s_own_tests_pass_by_a_standard_as_without(
    command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    allowed = {**ACME["allowed"], "backend": {"values": ["torch"], "because": "We have it."}}
    written(tmp_path / "standard", changed(ACME, defaults={}, allowed=allowed), {**FILES, "tests/data/ours.txt": "x"})
    done = command("new", tmp_path / "plant", "--preset", "debug-mlp", "--standard", tmp_path / "standard")
    assert done.code == 0, done.err
    outcome = run_pytest(tmp_path / "plant")
    assert outcome.code == 0, outcome.output


def test_a_project_by_a_standard_is_what_the_same_answers_make(
    command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    written(tmp_path / "standard")
    assert command("new", tmp_path / "plant", *PLANT, "--standard", tmp_path / "standard").code == 0
    made = listing(tmp_path / "plant")
    answers = yaml.safe_load((tmp_path / "plant" / ".copier-answers.yml").read_text())
    (tmp_path / "same.yml").write_text(yaml.safe_dump(answers))
    done = command("new", tmp_path / "other" / "plant", "--answers", tmp_path / "same.yml", "--standard", "none")
    assert done.code == 0, done.err
    folders = {"docs/ours", "scripts"}
    assert listing(tmp_path / "other" / "plant") == {
        path: what for path, what in made.items() if path not in {RECORD, *FILES, *folders}
    }


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


# Prompts


def test_prompts_say_what_is_fixed_and_show_what_is_not_allowed(checkout: Checkout, once: Path, tmp_path: Path) -> None:
    environment = checkout.environment(TERM="dumb", COLUMNS="150", XDG_STATE_HOME=str(tmp_path / "state"))
    pairs = data("inputs=photo: image 32x32x3", "outputs=kind: multiclass 3")
    command = (sys.executable, "-m", "layerwright", "new", "plant", "--ask", *pairs, "--standard", once / "standard")
    terminal = Terminal.start(*command, cwd=tmp_path, env=environment)
    terminal.wait_for("license: Apache-2.0, fixed by Acme research: Legal reviewed this one (LEG-12).")
    for question in ("project called", "Start from a preset", "planner's own paths", "pretrained network", "train on"):
        terminal.wait_for(question)
        terminal.type("\r")
    terminal.wait_for("Which backend")
    terminal.wait_for("- tensorflow (Acme research: No TensorFlow on the cluster.)")
    for question in ("Enter: jax", "See the rest"):
        terminal.wait_for(question)
        terminal.type("\r")
    terminal.wait_for(f"layerwright new plant --standard {once / 'standard'}")
    terminal.wait_for("Is it what you want?")
    terminal.type("\r")
    assert terminal.end() == 0, terminal.shown
    assert "Under which licence" not in terminal.shown
    answers = yaml.safe_load((tmp_path / "plant" / ".copier-answers.yml").read_text())
    assert (answers["license"], answers["backend"]) == ("Apache-2.0", "jax")
    assert answers["precision"] == "mixed_bfloat16"
    assert answers["extras"] == ["ci", "pre-commit"]
    assert (tmp_path / "plant" / ".editorconfig").is_file()


def test_an_update_that_asks_shows_what_is_not_allowed_any_more_and_asks_nothing_that_is_fixed(acme: Life) -> None:
    allowed = {**ACME["allowed"], "backend": {"values": ["torch"], "because": "JAX leaves in spring."}}
    fixed = {**ACME["fixed"], "hardware": {"value": "cpu", "because": "The GPUs are others'."}}
    written(standard_of(acme), changed(ACME, version=3, allowed=allowed, fixed=fixed))
    environment = acme.checkout.environment(TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1", COLUMNS="150")
    command = (sys.executable, "-m", "layerwright", "update", "--ask", "--standard", standard_of(acme))
    terminal = Terminal.start(*command, cwd=acme.root, env=environment)
    for question in (
        *(
            "project called",
            "Start from a preset",
            "What goes in?",
            "What comes out?",
            "planner's own paths",
        ),
    ):
        terminal.wait_for(question)
        terminal.type("\r")
    terminal.wait_for("- jax: compiled as a whole; the widest choice of devices (Acme research")
    terminal.type("\r")
    terminal.wait_for("See the rest")
    terminal.type("n")
    assert terminal.end() == 0, terminal.shown
    assert "train on" not in terminal.shown
    assert (acme.answers()["backend"], acme.answers()["hardware"]) == ("torch", "cpu")
    assert record(acme)["standard"]["version"] == 3


# What breaks it, and what isn't one: refused, with nothing written


def data(*pairs: str) -> list[str]:
    return [part for pair in pairs for part in ("--data", pair)]


VIOLATIONS = {
    "license=MIT": "license: MIT isn't what Acme research fixes: Apache-2.0",
    "backend=tensorflow": "backend: tensorflow isn't among what Acme research allows: jax, torch",
    "extras=[docker, ci]": "extras: pre-commit isn't there, and Acme research requires it",
    "python=>=3.12": "python: >=3.12 isn't within what Acme research allows: >=3.11,<3.13",
    "keras=>=3.15.1": "keras: >=3.15.1,<4 isn't within what Acme research allows: >=3.15,<3.17",
}


@pytest.mark.parametrize("pair", VIOLATIONS)
def test_a_new_project_that_breaks_it_is_refused(
    pair: str, command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    written(tmp_path / "standard")
    before = listing(tmp_path)
    done = command("new", tmp_path / "plant", *PLANT, *data(pair), "--standard", tmp_path / "standard")
    assert (done.code, done.out) == (2, "")
    assert VIOLATIONS[pair] in done.err
    key = pair.partition("=")[0]
    because = ACME["required"] if key == "extras" else {**ACME["fixed"], **ACME["allowed"]}[key]
    assert because["because"] in done.err
    assert listing(tmp_path) == before


def test_what_is_said_of_a_new_project_as_data_has_the_standard_s_defaults(
    command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    written(tmp_path / "standard", {"name": "Acme", "version": 1, "defaults": {"branching": ["residual"]}})
    plant, answers = tmp_path / "plant", data("inputs=x: numeric 4", "outputs=y: binary")
    by = ("--standard", tmp_path / "standard", "--format", "json")
    said = json.loads(command("new", plant, *answers, *by).out)
    there = json.loads(command("explain", plant, "--format", "json").out)
    plain = json.loads(command("explain", *answers, "--format", "json").out)
    assert {key: said[key] for key in KEPT} == {key: there[key] for key in KEPT} != {key: plain[key] for key in KEPT}


KEPT = ("template", "reasons", "parameters")
"""What is said alike of a new project and of one that is there."""


def test_what_is_fixed_and_limited_too_is_what_is_fixed(
    command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    both = {
        "python": {"value": "<3.12", "because": "One image."},
        "extras": {"value": ["docker", "ci", "pre-commit"], "because": "All three."},
        "backend": {"value": "torch", "because": "One backend."},
    }
    written(tmp_path / "standard", changed(ACME, fixed=both, allowed={**ACME["allowed"], "python": RANGE}))
    done = command("new", tmp_path / "plant", *PLANT, "--standard", tmp_path / "standard")
    assert done.code == 0, done.err
    answers = yaml.safe_load((tmp_path / "plant" / ".copier-answers.yml").read_text())
    assert (answers["python"], answers["backend"]) == ("<3.12", "torch")
    assert sorted(answers["extras"]) == ["ci", "docker", "pre-commit"]
    done = command("check", tmp_path / "plant", "--no-model", "--select", "LW4")
    assert done.code == 0, done.out


def test_a_preset_that_breaks_it_is_refused(command: Command, at_checkout: Checkout, tmp_path: Path) -> None:
    allowed = {"backbone": {"values": ["EfficientNetB0"], "because": "It's the one that is mirrored."}}
    written(tmp_path / "standard", changed(ACME, allowed=allowed))
    done = command("new", tmp_path / "plant", "--preset", "resnet-transfer", "--standard", tmp_path / "standard")
    assert done.code == 2
    assert "backbone: ResNet50 isn't among what Acme research allows: EfficientNetB0" in done.err


def test_the_place_is_the_line_of_the_user_s_own_file(command: Command, at_checkout: Checkout, tmp_path: Path) -> None:
    fixed = {**ACME["fixed"], "training.deterministic": {"value": True, "because": "Audits repeat runs."}}
    written(tmp_path / "standard", changed(ACME, fixed=fixed))
    answers = tmp_path / "houses.yml"
    answers.write_text(
        'inputs: "x: numeric 3"\noutputs: "y: binary"\nlicense: MIT\ntraining:\n  epochs: 3\n  deterministic: false\n'
    )
    done = command("new", tmp_path / "plant", "--answers", answers, "--standard", tmp_path / "standard")
    assert done.code == 2
    assert "houses.yml, line 3: license: MIT isn't" in done.err
    assert "houses.yml, line 6: training.deterministic: false isn't what Acme research fixes: true" in done.err
    assert "Audits repeat runs." in done.err


def test_part_of_the_training_is_fixed_and_the_rest_is_free(
    command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    fixed = {"training.optimizer": {"value": "sgd", "because": "We compare with sgd."}}
    written(tmp_path / "standard", changed(ACME, fixed=fixed))
    done = command(
        "new", tmp_path / "plant", *PLANT, *data("training={epochs: 3}"), "--standard", tmp_path / "standard"
    )
    assert done.code == 0, done.err
    answers = yaml.safe_load((tmp_path / "plant" / ".copier-answers.yml").read_text())
    assert answers["training"] == {"epochs": 3, "optimizer": "sgd", "deterministic": True}


RANGE = {"range": ">=3.11,<3.13", "because": "Our images have these."}


def fixed(question: str, value: Any, **more: Any) -> dict[str, Any]:
    return changed(ACME, fixed={question: {"value": value, "because": "Why.", **more}})


def allowed(question: str, **demand: Any) -> dict[str, Any]:
    return changed(ACME, fixed={}, allowed={question: {"because": "Why.", **demand}})


MALFORMED: dict[str, tuple[dict[str, Any] | str, str]] = {
    "nothing": ("", "holds no standard"),
    "a list": ("[name, version]", "holds no standard"),
    "a text": ("Acme", "holds no standard"),
    "no yaml": ("name: [", "can't be read as YAML"),
    "a tag": ("name: !!python/object/apply:os.system [id]", "is a tag"),
    "an alias": ("name: &a Acme\nversion: *a\n", "is an alias"),
    "a key twice": ("name: A\nname: B\nversion: 1\n", "is there twice"),
    "a date that is none": ("name: 2026-13-45\nversion: 1\n", "YAML"),
    "nested too deep": ("name: " + "[" * 200 + "]" * 200, "nested more than"),
    "too large": ("# " + "x" * 200_001, "characters"),
    "no name": (changed(ACME, name=None), "name: isn't there"),
    "a name of two lines": (changed(ACME, name="Acme\x1b[31m"), "line 1: name"),
    "a name too long": (changed(ACME, name="A" * 101), "line 1: name"),
    "no version": (changed(ACME, version=None), "version: isn't there"),
    "a version that is none": (changed(ACME, version="2.0"), "line 2: version: '2.0' is no version"),
    "a version below one": (changed(ACME, version=0), "is no version"),
    "a version that is true": (changed(ACME, version=True), "is no version"),
    "an unknown part": (changed(ACME, fixd={}), "fixd: unknown key 'fixd'"),
    "a number for a key": ("name: A\nversion: 1\n3: x\n", "is no mapping"),
    "an unknown question": (fixed("licence", "MIT"), "fixed.licence: unknown question 'licence'"),
    "a project's own question": (fixed("inputs", "x: numeric 3"), "inputs is what a project decides for itself"),
    "the package": (fixed("package", "acme"), "package is what a project decides for itself"),
    "the whole training": (fixed("training", {}), "name one setting of it"),
    "an unknown setting": (fixed("training.epoch", 3), "unknown question 'training.epoch'"),
    "a setting that can't be": (fixed("training.epochs", "many"), "'many' is no answer to training.epochs"),
    "an unknown option": (fixed("backend", "theano"), "'theano' is no answer to backend"),
    "an unknown extra": (changed(ACME, required={"extras": ["precommit"], "because": "x"}), "no answer to extras"),
    "no such licence": (fixed("license", "Beerware!"), "is no answer to license"),
    "a yes for a word": (fixed("backend", True), "True is no answer to backend"),
    "a word for a list": (fixed("extras", "ci"), "a list, as [ci, docker]"),
    "a word for a yes": (fixed("straight", "maybe"), "true or false"),
    "no value": (changed(ACME, fixed={"license": {"because": "x"}}), "says no value"),
    "no reason": (changed(ACME, fixed={"license": {"value": "MIT"}}), "fixed.license.because: isn't there"),
    "an empty reason": (fixed("license", "MIT", because=" "), "is no text on one line"),
    "a reason too long": (fixed("license", "MIT", because="x" * 501), "up to 500 characters"),
    "a bare value": (changed(ACME, fixed={"license": "MIT"}), "'MIT' says no reason"),
    "something more": (fixed("license", "MIT", by="me"), "fixed.license.by: unknown key"),
    "no values": (allowed("backend"), "says no values"),
    "values that are none": (allowed("backend", values="jax"), "is no list of answers"),
    "an empty choice": (allowed("backend", values=[]), "is no list of answers"),
    "a value that is none": (allowed("backend", values=["jax", "theano"]), "'theano' is no answer to backend"),
    "what can't be limited": (allowed("training.epochs", values=[3]), "too many to list"),
    "a range for words": (allowed("backend", range=">=1"), "unknown key 'range'"),
    "values for a range": (allowed("python", values=["3.12"]), "unknown key 'values'"),
    "a range that is none": (allowed("python", range="3.12 or so"), "is no answer to python"),
    "a range of one": (allowed("python", range="==3.12.*"), "is no answer to python"),
    "a range that leaves nothing": (allowed("python", range="<3.9"), "leave some of what projects are tested with"),
    "a keras that leaves nothing": (allowed("keras", range=">=4"), "leave some of what projects are tested with"),
    "a fixed one that isn't allowed": (
        changed(ACME, fixed={"backend": {"value": "tensorflow", "because": "x"}}),
        "fixed.backend: tensorflow isn't among those allowed: jax, torch",
    ),
    "a default that isn't allowed": (changed(ACME, defaults={"backend": "tensorflow"}), "isn't among those allowed"),
    "a default beside a fixed one": (changed(ACME, defaults={"license": "MIT"}), "it's fixed as Apache-2.0"),
    "a fixed range beyond": (fixed("python", "<3.14"), "isn't within the range allowed"),
    "an extra that isn't allowed": (
        changed(ACME, allowed={"extras": {"values": ["docker"], "because": "x"}}),
        "ci, pre-commit is required, and isn't among those fixed or allowed: docker",
    ),
    "what doesn't go together": (
        changed(
            ACME,
            allowed={},
            fixed={
                "hardware": {"value": "machines", "because": "x"},
                "backend": {"value": "tensorflow", "because": "x"},
            },
        ),
        "fixed.",
    ),
    "what no default goes with": (
        changed(ACME, allowed={}, fixed={"hardware": {"value": "machines", "because": "x"}}),
        "fixed.hardware: projects would begin with what can't be",
    ),
    "files elsewhere": (changed(ACME, files="../files"), "is no folder beside it"),
    "files anywhere": (changed(ACME, files="/etc"), "is no folder beside it"),
    "files that aren't there": (changed(ACME, files="nowhere"), "nowhere is no folder beside it"),
    "files in a list": (changed(ACME, files=["a"]), "is no folder beside it"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_standard_is_refused_with_its_place(
    name: str, command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    raw, says = MALFORMED[name]
    folder = written(tmp_path / "standard", raw if isinstance(raw, dict) else ACME)
    if isinstance(raw, str):
        (folder / FILE).write_text(raw, encoding="utf-8")
    before = listing(tmp_path)
    done = command("new", tmp_path / "plant", *PLANT, "--standard", folder)
    assert (done.code, done.out) == (2, ""), done.err
    assert says in done.err
    assert FILE in done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err
    assert listing(tmp_path) == before


BAD_FILES = {
    "README.md": "the template has README.md in every project",
    "readme.MD": "the template has README.md in every project",
    "docs": "the template has docs/architecture.md in every project",
    "pyproject.toml/x": "the template has pyproject.toml in every project",
    ".copier-answers.yml": "the template has .copier-answers.yml in every project",
    RECORD: f"the template has {RECORD} in every project",
    ".git/hooks/pre-commit": "it is git's own",
    "deep/.GIT/config": "it is git's own",
    "a:b": "not all systems take this name",
    "line\nbreak": "not all systems take this name",
    "dot.": "not all systems take this name",
}


@pytest.mark.parametrize("path", BAD_FILES)
def test_a_file_that_no_project_can_have_is_refused(
    path: str, command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    folder = written(tmp_path / "standard", ACME, {path: "x"})
    before = listing(tmp_path)
    done = command("new", tmp_path / "plant", *PLANT, "--standard", folder)
    assert (done.code, done.out) == (2, "")
    assert BAD_FILES[path] in done.err
    assert listing(tmp_path) == before


def test_links_among_its_files_are_refused(command: Command, at_checkout: Checkout, tmp_path: Path) -> None:
    folder = written(tmp_path / "standard")
    (folder / "files" / "hosts").symlink_to("/etc/hosts")
    (folder / "files" / "etc").symlink_to("/etc")
    done = command("new", tmp_path / "plant", *PLANT, "--standard", folder)
    assert done.code == 2
    assert done.err.count("it is a link, or no file") == 2
    assert not (tmp_path / "plant").exists()


def test_a_folder_of_files_that_lies_elsewhere_is_refused(
    command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    folder = written(tmp_path / "standard", changed(ACME, files="linked/inner"))
    (tmp_path / "elsewhere" / "inner").mkdir(parents=True)
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    done = command("new", tmp_path / "plant", *PLANT, "--standard", folder)
    assert done.code == 2
    assert "linked/inner is a link to elsewhere" in done.err


def test_a_file_that_the_template_has_with_these_answers_is_refused(
    command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    folder = written(tmp_path / "standard", ACME, {".github/workflows/ci.yml": "on: push\n"})
    before = listing(tmp_path)
    done = command("new", tmp_path / "plant", *PLANT, "--standard", folder)
    assert done.code == 2
    assert ".github/workflows/ci.yml: the template has a file there, with these answers" in done.err
    assert listing(tmp_path) == before


@pytest.mark.parametrize("named", ["nowhere", "plant.yml", ""])
def test_what_isn_t_there_is_refused(named: str, command: Command, at_checkout: Checkout, tmp_path: Path) -> None:
    done = command("new", tmp_path / "plant", *PLANT, "--standard", f"{tmp_path}/{named}")
    assert done.code == 2
    assert "--standard" in done.err or FILE in done.err
    assert not (tmp_path / "plant").exists()


# Hostile texts

HOSTILE = (
    "{{ cycler.__init__.__globals__.os.system('touch ran') }}",
    "{% raw %}\"'`$(touch ran)`; #: - & * !",
    "a: b # c, [d] {e}",
    "'''\"\"\"\\n${HOME}",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_a_standard_are_nothing_but_texts(
    text: str, command: Command, at_checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    raw = changed(
        ACME,
        name=text,
        fixed={"author": {"value": text, "because": text}},
        allowed={"backend": {"values": ["jax"], "because": text}},
        required={"extras": ["ci"], "because": text},
    )
    folder = written(tmp_path / "standard", raw, {"{{ name }}.md": text, "docs/x.jinja": "{{ 1 / 0 }}"})
    done = command("new", tmp_path / "plant", *PLANT, "--standard", folder)
    assert done.code == 0, done.err
    assert f"author: {text}, fixed by {text}: {text}" in done.out
    assert (tmp_path / "plant" / "{{ name }}.md").read_text() == text
    assert (tmp_path / "plant" / "docs" / "x.jinja").read_text() == "{{ 1 / 0 }}"
    kept = yaml.safe_load((tmp_path / "plant" / RECORD).read_text(encoding="utf-8"))
    assert kept["standard"] == raw
    assert not list(tmp_path.rglob("ran"))
    done = command("check", tmp_path / "plant", "--no-model", "--select", "LW4")
    assert done.code == 0, done.out


# Checks


Checked = Any


@pytest.fixture
def check(acme: Life, command: Command) -> Checked:
    """The findings of the rules on standards in a project, as (rule, path, line), and their messages."""

    def findings(*arguments: str | Path) -> tuple[list[tuple[str, str, int]], str]:
        done = command("check", acme.root, "--no-model", "--select", "LW4", "--format", "json", *arguments)
        found = json.loads(done.out)["projects"][0]["findings"]
        assert done.code == int(any(each["severity"] == "error" and not each.get("silenced") for each in found))
        rows = [(each["rule"], each["path"], each["line"]) for each in found if not each.get("silenced")]
        return sorted(rows), "\n".join(each["message"] for each in found)

    return findings


def line_of(life: Life, name: str, begin: str) -> int:
    return next(number for number, line in enumerate(life.text(name).splitlines(), 1) if line.strip().startswith(begin))


def test_a_project_that_keeps_to_its_standard_has_no_findings(check: Checked) -> None:
    assert check() == ([], "")


def test_check_finds_other_answers_missing_extras_and_versions(acme: Life, check: Checked) -> None:
    acme.edit(".copier-answers.yml", "license: Apache-2.0", "license: MIT")
    acme.edit(".copier-answers.yml", "backend: jax", "backend: tensorflow")
    acme.edit(".copier-answers.yml", "- pre-commit\n", "")
    acme.edit("pyproject.toml", ">=3.11,<3.13", ">=3.11")
    acme.edit("pyproject.toml", "keras>=3.15,<3.17", "keras~=3.15")
    rows, said = check()
    assert rows == [
        ("LW401", ".copier-answers.yml", line_of(acme, ".copier-answers.yml", "license:")),
        ("LW402", ".copier-answers.yml", line_of(acme, ".copier-answers.yml", "backend:")),
        ("LW403", ".copier-answers.yml", line_of(acme, ".copier-answers.yml", "extras:")),
        ("LW406", "pyproject.toml", line_of(acme, "pyproject.toml", "requires-python")),
        ("LW406", "pyproject.toml", line_of(acme, "pyproject.toml", '"keras')),
    ]
    for reason in ("Legal reviewed this one (LEG-12).", "No TensorFlow on the cluster.", "Reviews count on them."):
        assert reason in said
    assert "python >=3.11 isn't within what Acme research allows: >=3.11,<3.13. Our images have these." in said


def test_check_finds_files_that_are_missing_or_edited(acme: Life, check: Checked) -> None:
    (acme.root / "scripts" / "submit.sh").unlink()
    acme.edit(".editorconfig", "indent_size = 2", "indent_size = 4")
    path = acme.root / "docs" / "ours" / "data-policy.md"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    rows, said = check()
    assert rows == [("LW404", ".editorconfig", 1), ("LW404", "scripts/submit.sh", 1)]
    assert "isn't there" in said


def test_check_by_a_newer_standard_than_the_recorded_one(acme: Life, check: Checked, tmp_path: Path) -> None:
    licence = {"license": {"value": "MIT", "because": "LEG-40."}}
    newer = written(tmp_path / "newer", changed(ACME, version=3, fixed=licence), {**FILES, "NEW.md": "new\n"})
    rows, said = check("--standard", newer)
    assert [each[0] for each in rows] == ["LW401", "LW404", "LW405"]
    assert "version 3 is there" in said
    assert "LEG-40." in said


def test_check_by_a_standard_finds_projects_that_have_none(acme: Life, check: Checked) -> None:
    (acme.root / RECORD).unlink()
    assert check() == ([], "")
    rows, said = check("--standard", standard_of(acme))
    assert rows == [("LW405", RECORD, 1)]
    assert "made without a standard" in said


def test_many_projects_at_once_are_checked_by_what_the_environment_names(acme: Life, tmp_path: Path) -> None:
    licence = {"license": {"value": "MIT", "because": "LEG-40."}}
    newer = written(tmp_path / "newer", changed(ACME, version=3, fixed=licence))
    shutil.copytree(acme.root, acme.root.parent / "again")
    options = ("--no-model", "--select", "LW4", "--jobs", "2", "--format", "json")
    done = acme.checkout.layerwright(
        "check", "plant", "again", *options, cwd=acme.root.parent, LAYERWRIGHT_STANDARD=str(newer)
    )
    assert done.code == 1, done.err
    found = [[each["rule"] for each in project["findings"]] for project in json.loads(done.out)["projects"]]
    assert [sorted(each) for each in found] == [["LW401", "LW405"]] * 2


def test_a_finding_is_silenced_with_a_reason(acme: Life, check: Checked) -> None:
    acme.edit(".copier-answers.yml", "license: Apache-2.0", "license: MIT  # layerwright: ignore[LW401] LEG-99 allows")
    rows, said = check()
    assert rows == []
    assert "MIT isn't what Acme research fixes" in said


BROKEN = {
    "": "doesn't have from, files, standard",
    "x: [": "can't be read as YAML",
    "from: {}\nfiles: {../../../.bashrc: 45b983be36b73c0788dc9cbcb76cbb80fc7bb057}\nstandard: {}\n": "isn't a file",
    "from: {}\nfiles: {.git/config: 45b983be36b73c0788dc9cbcb76cbb80fc7bb057}\nstandard: {}\n": "isn't a file",
    "from: {}\nfiles: {x: --output=y}\nstandard: {}\n": "names that git has",
    "from: {path: [1]}\nfiles: {}\nstandard: {}\n": "doesn't say where",
    "from: {}\nfiles: {}\nstandard: {name: A, version: none}\n": "is no version",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_record_that_somebody_has_spoilt_is_reported_and_no_update_is_made(
    text: str, acme: Life, check: Checked, command: Command, at_checkout: Checkout
) -> None:
    (acme.root / RECORD).write_text(text)
    acme.save()
    rows, said = check()
    assert rows == [("LW407", RECORD, 1)]
    assert BROKEN[text] in said
    before = listing(acme.root)
    done = command("update", acme.root)
    assert done.code == 2
    assert BROKEN[text] in done.err
    assert {key: value for key, value in listing(acme.root).items() if not key.startswith(".git/")} == {
        key: value for key, value in before.items() if not key.startswith(".git/")
    }


def test_a_spoilt_record_is_made_anew_if_the_standard_is_named(acme: Life) -> None:
    (acme.root / RECORD).write_text("spoilt")
    acme.save()
    done = acme.layerwright("update", "--standard", standard_of(acme))
    assert done.code == 0, done.err
    assert record(acme)["standard"]["version"] == 2
    assert acme.changed() == {RECORD}


def test_a_recorded_place_outside_of_the_repository_is_not_read(acme: Life) -> None:
    path = acme.root / RECORD
    path.write_text(acme.text(RECORD).replace("from: {}", "from: {path: ../standard}"))
    acme.save()
    written(standard_of(acme), changed(ACME, version=3))
    done = acme.layerwright("update")
    assert done.code == 0, done.err
    assert "'../standard' isn't in its repository" in done.out
    assert acme.changed() == set()


def test_a_hand_edited_record_says_again_what_the_standard_says(acme: Life) -> None:
    path = acme.root / RECORD
    path.write_text(acme.text(RECORD) + "# mine\n")
    acme.save()
    written(standard_of(acme), changed(ACME, version=3, files=None), {})
    done = acme.layerwright("update", "--standard", standard_of(acme))
    assert done.code == 0, done.err
    assert f"{RECORD}: it had been edited by hand" in done.out
    assert record(acme)["files"] == {}
    assert not (acme.root / ".editorconfig").exists(), "this one brings no files"


# The page


PAGE = (Path(__file__).parent.parent / "docs" / "standards.md").read_text(encoding="utf-8")


def test_the_page_on_standards_does_what_it_says(checkout: Checkout, tmp_path: Path) -> None:
    """It installs a package of its own, so each command is a process: it finds what is installed by then."""
    site = tmp_path / "site"
    environment = pages.tools(tmp_path, checkout.environment()) | {
        **{"PIP_TARGET": str(site), "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1"},
        **{"PIP_QUIET": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    }
    environment["PYTHONPATH"] += f"{os.pathsep}{site}"
    folder = tmp_path / "work"
    (folder / "acme-standards" / "acme_standards").mkdir(parents=True)
    (folder / "acme-standards" / "acme_standards" / "__init__.py").touch()

    def layerwright(*words: str) -> Result:
        return run(sys.executable, "-m", "layerwright", *words, cwd=Path.cwd(), env=environment)

    pages.follow("standards.md", folder, layerwright, environment, installing=())
    assert yaml.safe_load((folder / "boiler" / RECORD).read_text())["from"]["package"] == "acme-standards"


def test_the_page_on_standards_names_every_question_that_one_may_speak_of() -> None:
    told = PAGE.partition("They may speak of")[2].partition("What a network is")[0]
    plain = {name for name in QUESTIONS if not name.startswith("training.")}
    assert plain <= set(re.findall(r"`(\w+)`", told))


def test_questions_are_those_of_the_answers() -> None:
    assert {key(question) for question in QUESTIONS} | set(OWN) == set(KEYS)


# What means nothing


def test_what_is_fixed_of_joining_and_of_backbones_is_for_networks_that_have_them(
    checkout: Checkout, tmp_path: Path
) -> None:
    fixed = {
        "merge": {"value": "add", "because": "We compare."},
        "backbone": {"value": "ResNet50", "because": "It's the one that is mirrored."},
    }
    written(tmp_path / "standard", {"name": "Acme", "version": 1, "fixed": fixed})
    by = ("--standard", tmp_path / "standard")
    assert checkout.layerwright("new", "plant", *PLANT, *by, cwd=tmp_path).code == 0
    plant = Life(checkout, tmp_path / "plant")
    assert not {"merge", "backbone"} & plant.answers().keys()
    plant.git("init", "--quiet")
    plant.save("As it was made")
    done = plant.layerwright("update", "--data", "branching=residual", *by)
    assert done.code == 0, done.err
    done = plant.layerwright("check", ".", "--no-model", "--select", "LW4")
    assert done.code == 0, done.out


@pytest.mark.parametrize("answers", [PLANT, data("inputs=x: numeric 4", "outputs=y: binary")], ids=["preset", "data"])
def test_a_default_that_means_nothing_is_none(
    answers: Sequence[str], command: Command, at_checkout: Checkout, tmp_path: Path
) -> None:
    written(tmp_path / "standard", {"name": "Acme", "version": 1, "defaults": {"backbone": "ResNet50", "merge": "add"}})
    done = command("new", tmp_path / "plant", *answers, "--standard", tmp_path / "standard")
    assert done.code == 0, done.err
    assert "changes nothing" not in (tmp_path / "plant" / "docs" / "architecture.md").read_text()
