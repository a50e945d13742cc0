"""Protects what a living project is worth: an update brings what is new, and keeps what is the user's."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from layerwright import places
from layerwright.places import PUBLIC_URL

from .projects import run_pytest
from .test_hostile import RUN
from .test_versions import BETTER_PYTHON, BETTER_TEMPLATE, EDITS, replaced, saved, text
from .workbench import Checkout, Command, Result, Terminal, listing, new_checkout, run

pytest_plugins = ["tests.workbench"]

NEW_FILE = "docs/new-in-this-version.md"


def three_versions(folder: Path) -> Checkout:
    """A checkout with three versions: they differ in Python, in templates, in which files there are."""
    checkout = new_checkout(folder)
    where, *texts = BETTER_PYTHON
    replaced(checkout.root / "generator" / "layerwright" / where, *texts)
    replaced(checkout.root / "templates" / "project", *BETTER_TEMPLATE)
    checkout.commit("v0.2.0")
    new = checkout.root / "templates" / "project" / f"{NEW_FILE}.jinja"
    new.write_text("# New\n")
    shutil.move(new.with_name("when-it-goes-wrong.md.jinja"), new.with_name("trouble.md.jinja"))
    checkout.commit("v0.3.0")
    return checkout


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return three_versions(tmp_path_factory.mktemp("versions"))


@dataclass(frozen=True)
class Life:
    """A project under version control, and the checkout whose `layerwright` it's updated with."""

    checkout: Checkout
    root: Path

    def layerwright(self, command: str, *arguments: str | Path, **more: str) -> Result:
        return self.checkout.layerwright(command, *arguments, cwd=self.root, **more)

    def git(self, *arguments: str) -> str:
        return self.checkout.git(*arguments, cwd=self.root)

    def save(self, message: str = "more") -> None:
        saved(self.checkout, self.root, message)

    def text(self, name: str) -> str:
        return text(self.root, name)

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        assert old in self.text(name)
        path.write_text(self.text(name).replace(old, new), encoding="utf-8")

    def content(self) -> dict[str, str]:
        return {name: what for name, what in listing(self.root).items() if not name.startswith(".git/")}

    def answers(self) -> dict[str, object]:
        answers: dict[str, object] = yaml.safe_load(self.text(".copier-answers.yml"))
        return answers

    def changed(self) -> set[str]:
        return {line[3:] for line in self.git("status", "--porcelain", "--untracked-files=all").splitlines()}


def born(checkout: Checkout, root: Path, preset: str, *pairs: str) -> Life:
    """A project of the first version, with the user's edits, all committed."""
    root.parent.mkdir(parents=True, exist_ok=True)
    options = ("copy", "--trust", "--vcs-ref", "v0.1.0", "--defaults", "--quiet", "--data", f"preset={preset}")
    done = checkout.copier(
        *options, *(part for pair in pairs for part in ("--data", pair)), checkout.root, root, cwd=root.parent
    )
    assert done.code == 0, done.err
    life = Life(checkout, root)
    life.git("init", "--quiet")
    life.save("As it was made")
    for name, edit in EDITS.items():
        if (root / name).is_file() and edit[0] in life.text(name):
            life.edit(name, *edit)
    (root / "ours.txt").write_text("ours")
    life.save("Our edits")
    return life


@pytest.fixture(scope="module")
def siamese_once(versions: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return born(versions, tmp_path_factory.mktemp("once") / "plant", "siamese-dense").root


@pytest.fixture
def siamese(siamese_once: Path, versions: Checkout, tmp_path: Path) -> Life:
    """A project with a shared encoder, which two versions write otherwise."""
    shutil.copytree(siamese_once, tmp_path / "plant", symlinks=True)
    return Life(versions, tmp_path / "plant")


@pytest.fixture(scope="module")
def chain_once(versions: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return born(versions, tmp_path_factory.mktemp("chain") / "plant", "mnist-mlp").root


@pytest.fixture
def chain(chain_once: Path, versions: Checkout, tmp_path: Path) -> Life:
    """A project with a straight line of layers."""
    shutil.copytree(chain_once, tmp_path / "plant", symlinks=True)
    return Life(versions, tmp_path / "plant")


def has_edits(life: Life) -> None:
    for name, edit in EDITS.items():
        assert edit[1] in life.text(name)
    assert life.text("ours.txt") == "ours"


# A newer version


def test_hostile_answers_are_carried_as_they_are(versions: Checkout, tmp_path: Path) -> None:
    texts = dict(zip(("project_name", "description", "author"), RUN, strict=True))
    pairs = (f"{key}={text}" for key, text in texts.items())
    life = born(versions, tmp_path / "plant", "siamese-dense", "package=plant", *pairs)
    texts["author"] = '$(touch canary) {{ 7*7 }} """ !!python/name:os.system'
    done = life.layerwright("update", "--to", "0.2.0", "--data", f"author={texts['author']}")
    assert (done.code, done.err) == (0, "")
    assert {key: life.answers()[key] for key in texts} == texts
    metadata = tomllib.loads(life.text("pyproject.toml"))["project"]
    assert (metadata["description"], metadata["authors"]) == (texts["description"], [{"name": texts["author"]}])
    assert BETTER_PYTHON[2] in life.text("src/plant/model.py")
    assert not list(tmp_path.rglob("canary*"))


def test_an_update_brings_what_is_better_and_keeps_edits_and_undo_takes_it_back(siamese: Life) -> None:
    before = siamese.content()
    done = siamese.layerwright("update", "--to", "0.2.0")
    assert (done.code, done.err) == (0, "")
    assert "from v0.1.0 to v0.2.0" in done.out
    model = siamese.text("src/plant/model.py")
    assert BETTER_PYTHON[2] in model
    assert BETTER_PYTHON[1] not in model
    assert BETTER_TEMPLATE[1] in siamese.text("README.md")
    has_edits(siamese)
    assert siamese.answers()["_commit"] == "v0.2.0"
    assert siamese.changed() == {"src/plant/model.py", "README.md", ".copier-answers.yml"}
    assert siamese.git("diff", "--cached", "--name-only") == ""
    done = siamese.layerwright("undo")
    assert (done.code, done.err) == (0, "")
    assert siamese.content() == before
    assert siamese.changed() == set()


def test_it_is_what_plain_copier_makes(siamese: Life, tmp_path: Path) -> None:
    shutil.copytree(siamese.root, tmp_path / "other" / "plant", symlinks=True)
    other = Life(siamese.checkout, tmp_path / "other" / "plant")
    assert siamese.layerwright("update").code == 0
    done = siamese.checkout.copier("update", "--trust", "--defaults", "--quiet", cwd=other.root)
    assert done.code == 0
    assert siamese.content() == other.content()
    assert NEW_FILE in siamese.changed()


def test_to_the_same_version_there_is_nothing_to_do(siamese: Life) -> None:
    done = siamese.layerwright("update", "--to", "v0.1.0")
    assert done.code == 0
    assert done.out.startswith("Nothing to do")
    assert siamese.changed() == set()


def test_a_conflict_stands_in_the_file_is_listed_and_exits_with_one(siamese: Life) -> None:
    siamese.edit("src/plant/model.py", BETTER_PYTHON[1], "We say it in our own way")
    siamese.save()
    before = siamese.content()
    done = siamese.layerwright("update", "--to", "0.2.0", "--dry-run", "--format", "json")
    foretold = json.loads(done.out)
    assert done.code == 1
    assert [each["path"] for each in foretold["conflicts"]] == ["src/plant/model.py"]
    assert siamese.content() == before
    done = siamese.layerwright("update", "--to", "0.2.0")
    assert done.code == 1
    model = siamese.text("src/plant/model.py")
    [line] = [number for number, line in enumerate(model.splitlines(), 1) if line == "<<<<<<< before updating"]
    assert f"! src/plant/model.py, line {line}" in done.out
    assert "layerwright undo" in done.out
    assert "We say it in our own way" in model
    assert BETTER_PYTHON[2] in model
    assert BETTER_TEMPLATE[1] in siamese.text("README.md"), "what is no conflict arrives"
    assert "both modified:   src/plant/model.py" in siamese.git("status")
    assert siamese.git("diff", "--name-only", "--diff-filter=U").split() == ["src/plant/model.py"]
    assert siamese.git("show", ":2:src/plant/model.py") == siamese.git("show", "HEAD:src/plant/model.py")
    assert BETTER_PYTHON[2] in siamese.git("show", ":3:src/plant/model.py")
    refused = run("git", "commit", "--message", "x", cwd=siamese.root, env=siamese.checkout.environment())
    assert refused.code != 0, "git lets nobody commit the marks"
    done = siamese.layerwright("update")
    assert done.code == 2
    assert "isn't clean" in done.err
    assert siamese.layerwright("undo").code == 0
    assert siamese.content() == before
    assert siamese.git("status", "--porcelain") == ""


def test_a_conflict_that_is_resolved_can_be_committed(siamese: Life, tmp_path: Path) -> None:
    """In a larger repository, where git's index holds another's work too."""
    top = tmp_path / "werkstatt"
    shutil.copytree(siamese.root, top / "apps" / "plant", ignore=shutil.ignore_patterns(".git"))
    life = Life(siamese.checkout, top / "apps" / "plant")
    life.checkout.git("init", "--quiet", cwd=top)
    life.edit("src/plant/model.py", BETTER_PYTHON[1], "We say it in our own way")
    (top / "other.txt").write_text("another's")
    saved(life.checkout, top, "As it was made")
    (top / "other.txt").write_text("staged")
    life.git("add", str(top / "other.txt"))
    assert life.layerwright("update", "--to", "0.2.0").code == 1
    assert "both modified:   src/plant/model.py" in life.git("status")
    assert life.git("diff", "--cached", "--name-only", "--diff-filter=M").split() == ["other.txt"]
    (life.root / "src" / "plant" / "model.py").write_text("resolved = True\n")
    life.save("Updated")
    assert life.git("status", "--porcelain") == ""


def test_a_dry_run_shows_all_and_writes_nothing(siamese: Life) -> None:
    before = listing(siamese.root)
    done = siamese.layerwright("update", "--data", "outputs=pair: embedding 128, same: binary", "--dry-run")
    assert (done.code, done.err) == (0, "")
    assert f"+    # {BETTER_PYTHON[2]} its weights." in done.out
    assert f"+++ b/{NEW_FILE}" in done.out
    network_before, _, network_after = done.out.partition("The network before:")[2].partition("The network after:")
    assert "there are 2 outputs (pair, same)" in network_after
    assert "there are 2 outputs" not in network_before
    assert "Would update" in done.out
    assert listing(siamese.root) == before


def test_a_dry_run_s_difference_is_the_update(siamese: Life) -> None:
    shown = json.loads(siamese.layerwright("update", "--dry-run", "--format", "json").out)
    done = siamese.layerwright("update")
    assert done.code == 0
    updated = siamese.content()
    assert siamese.layerwright("undo").code == 0
    patch = siamese.root.parent / "shown.patch"
    patch.write_text(shown["diff"])
    siamese.git("apply", str(patch))
    assert siamese.content() == updated


# Files that leave, and files that are in the way


def test_a_file_that_leaves_goes_if_it_is_as_it_was_made_and_stays_if_it_was_edited(siamese: Life) -> None:
    shutil.copytree(siamese.root, siamese.root.parent / "other" / "plant", symlinks=True)
    other = Life(siamese.checkout, siamese.root.parent / "other" / "plant")
    done = siamese.layerwright("update", "--format", "json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["removed"] == ["docs/when-it-goes-wrong.md"]
    assert not (siamese.root / "docs" / "when-it-goes-wrong.md").exists()
    with (other.root / "docs" / "when-it-goes-wrong.md").open("a") as file:
        file.write("\nOurs.\n")
    other.save()
    done = other.layerwright("update")
    assert done.code == 0, done.err
    assert "= docs/when-it-goes-wrong.md  kept" in done.out
    assert other.text("docs/when-it-goes-wrong.md").endswith("\nOurs.\n")
    assert (other.root / "docs" / "trouble.md").is_file()


def test_a_file_that_leaves_because_an_answer_changed_stays_if_it_was_edited(chain: Life) -> None:
    done = chain.layerwright("update", "--to", "0.1.0", "--data", "export=[onnx]")
    assert done.code == 0, done.err
    chain.save("With an export")
    with (chain.root / "src" / "plant" / "export.py").open("a") as file:
        file.write("\nOURS = 1\n")
    chain.save()
    done = chain.layerwright("update", "--to", "0.1.0", "--data", "export=[]", "--format", "json")
    assert done.code == 0, done.err
    came = json.loads(done.out)
    assert came["kept"] == ["src/plant/export.py"]
    assert "tests/test_export.py" in came["removed"]
    assert chain.text("src/plant/export.py").endswith("\nOURS = 1\n")


def test_a_file_of_the_user_s_that_git_ignores_is_not_overwritten(siamese: Life) -> None:
    with (siamese.root / ".gitignore").open("a") as file:
        file.write(f"\n{NEW_FILE}\n")
    siamese.save()
    (siamese.root / NEW_FILE).write_text("mine, and nowhere else")
    done = siamese.layerwright("update")
    assert done.code == 2
    assert NEW_FILE in done.err
    assert siamese.text(NEW_FILE) == "mine, and nowhere else"
    assert siamese.changed() == set()


def test_files_of_the_template_s_that_git_ignores_are_named(siamese: Life) -> None:
    with (siamese.root / ".gitignore").open("a") as file:
        file.write("\nconfig.yaml\n")
    kept = siamese.text("config.yaml")
    siamese.git("rm", "--quiet", "--cached", "config.yaml")
    siamese.save()
    done = siamese.layerwright("update")
    assert done.code == 2
    assert "git ignores config.yaml, which an update would have to change [not-committed]" in done.err
    assert "git add --force -- config.yaml && git commit" in done.err
    assert siamese.text("config.yaml") == kept


def test_a_file_that_both_have_added_is_a_conflict_and_loses_nothing(siamese: Life) -> None:
    (siamese.root / NEW_FILE).write_text("# Ours\n\nWritten before.\n")
    siamese.save()
    done = siamese.layerwright("update")
    assert done.code == 1, done.out + done.err
    assert f"! {NEW_FILE}" in done.out
    assert "Written before." in siamese.text(NEW_FILE)
    assert "# New" in siamese.text(NEW_FILE)


def test_what_the_user_has_deleted_stays_deleted(siamese: Life) -> None:
    for name in ("README.md", "docs/architecture.md"):
        (siamese.root / name).unlink()
    siamese.save()
    done = siamese.layerwright("update", "--to", "0.2.0", "--dry-run", "--format", "json")
    assert json.loads(done.out)["deleted"] == ["README.md"], "of the other one, nothing would have changed"
    done = siamese.layerwright("update", "--to", "0.2.0")
    assert done.code == 0, done.err
    assert "x README.md  deleted by you, changed in the template" in done.out
    assert not (siamese.root / "README.md").exists()
    assert BETTER_PYTHON[2] in siamese.text("src/plant/model.py")


def test_binary_files_links_and_strange_names_of_the_user_s_stay(siamese: Life) -> None:
    (siamese.root / "häuser & co.bin").write_bytes(bytes(range(256)) * 9)
    (siamese.root / "away").symlink_to("/etc/hostname")
    (siamese.root / "dos.txt").write_bytes(b"a\r\nb\r\n")
    (siamese.root / ".gitattributes").write_text("*.py text eol=lf\n")
    siamese.save()
    before = siamese.content()
    done = siamese.layerwright("update", "--to", "0.2.0")
    assert done.code == 0, done.err
    after = siamese.content()
    assert {name for name in after if after[name] != before.get(name)} == siamese.changed()
    assert siamese.changed() == {"src/plant/model.py", "README.md", ".copier-answers.yml"}


def test_a_link_in_a_file_s_place_is_not_followed(siamese: Life) -> None:
    outside = siamese.root.parent / "outside.md"
    shutil.move(siamese.root / "README.md", outside)
    (siamese.root / "README.md").symlink_to(outside)
    siamese.save()
    before = outside.read_bytes()
    assert siamese.layerwright("update", "--to", "0.2.0").code == 0
    assert outside.read_bytes() == before
    assert (siamese.root / "README.md").is_symlink()


def test_a_link_on_the_way_to_a_file_is_not_followed(siamese: Life) -> None:
    """The new version has a new file in a folder that the user has put elsewhere."""
    outside = siamese.root.parent / "outside"
    shutil.move(siamese.root / "docs", outside)
    (siamese.root / "docs").symlink_to(outside)
    siamese.save()
    before, beside = siamese.content(), listing(outside)
    done = siamese.layerwright("update")
    assert (done.code, "docs is a link, and an update follows none [in-the-way]" in done.err) == (2, True), done.err
    assert siamese.content() == before
    assert listing(outside) == beside


def test_line_ends_stay_as_windows_has_them(siamese: Life) -> None:
    path = siamese.root / "src" / "plant" / "model.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    siamese.save()
    done = siamese.layerwright("update", "--to", "0.2.0")
    assert done.code == 0, done.err
    content = path.read_bytes()
    assert BETTER_PYTHON[2].encode() in content
    assert content.count(b"\n") == content.count(b"\r\n")


def test_in_a_larger_repository_nothing_else_is_touched(siamese: Life, tmp_path: Path) -> None:
    top = tmp_path / "große werkstatt"
    root = top / "apps" / "plant"
    shutil.copytree(siamese.root, root, ignore=shutil.ignore_patterns(".git"))
    siamese.checkout.git("init", "--quiet", cwd=top.parent / top.name)
    (top / "other.txt").write_text("another's")
    saved(siamese.checkout, top, "all")
    (top / "other.txt").write_text("another's, and not committed")
    hooks = listing(top / ".git" / "hooks")
    life = Life(siamese.checkout, root)
    (root / "untracked.txt").write_text("x")
    assert life.layerwright("update").code == 2
    (root / "untracked.txt").unlink()
    before = life.content()
    done = life.layerwright("update", "--to", "0.2.0")
    assert (done.code, done.err) == (0, "")
    status = siamese.checkout.git("status", "--porcelain", cwd=top).splitlines()
    assert [line for line in status if "apps/plant" not in line] == [" M other.txt"]
    assert BETTER_PYTHON[2] in life.text("src/plant/model.py")
    assert life.layerwright("undo").code == 0
    assert life.content() == before
    assert (top / "other.txt").read_text() == "another's, and not committed"
    assert listing(top / ".git" / "hooks") == hooks


def test_what_the_user_has_set_up_for_git_counts_for_nothing(siamese: Life, tmp_path: Path) -> None:
    """Settings that sign, run hooks, change line ends or whitespace, or look for the template elsewhere."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "post-checkout", "post-commit", "commit-msg"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\nexit 1\n")
        (hooks / name).chmod(0o755)
    config = tmp_path / "gitconfig"
    config.write_text(
        f"[core]\n hooksPath = {hooks}\n autocrlf = true\n excludesFile = {tmp_path / 'ignored'}\n"
        "[commit]\n gpgSign = true\n[gpg]\n program = false\n[apply]\n whitespace = fix\n"
        f'[url "{tmp_path}/nowhere"]\n insteadOf = {siamese.checkout.root}\n[diff]\n noprefix = true\n'
    )
    (tmp_path / "ignored").write_text("*.py\n*.md\n")
    done = siamese.layerwright("update", "--to", "0.2.0", GIT_CONFIG_GLOBAL=str(config), GIT_DIR=str(tmp_path / "no"))
    assert (done.code, done.err) == (0, "")
    assert siamese.changed() == {"src/plant/model.py", "README.md", ".copier-answers.yml"}
    assert not (tmp_path / "ran").exists()


# Other answers


def test_from_sequential_to_functional_and_more_and_its_own_tests_are_green(chain: Life) -> None:
    assert "keras.Sequential" in chain.text("src/plant/model.py")
    pairs = ("straight=false", "backend=torch", "hardware=cpu")
    done = chain.layerwright("update", "--to", "0.1.0", *(part for pair in pairs for part in ("--data", pair)))
    assert (done.code, done.err) == (0, "")
    assert "keras.Sequential" not in chain.text("src/plant/model.py")
    assert EDITS["src/plant/model.py"][1] in chain.text("src/plant/model.py")
    chain.save()
    assert chain.layerwright("add", "input", "extra: numeric 4").code == 0
    chain.save()
    assert chain.layerwright("add", "output", "odd: binary").code == 0
    assert EDITS["src/plant/model.py"][1] in chain.text("src/plant/model.py")
    ran = run_pytest(chain.root, "-q", "tests/test_model.py", "tests/test_data.py")
    assert ran.code == 0, ran.output


def test_one_more_head_and_one_less(siamese: Life) -> None:
    done = siamese.layerwright("add", "output", "same: binary * 0.5")
    assert (done.code, done.err) == (0, "")
    assert "pair: embedding 128, same: binary * 0.5" in done.out
    assert siamese.answers()["_commit"] == "v0.1.0", "the version stays"
    assert 'name="same"' in siamese.text("src/plant/model.py")
    has_edits(siamese)
    siamese.save()
    done = siamese.layerwright("remove", "output", "same")
    assert (done.code, done.err) == (0, "")
    assert siamese.answers()["outputs"] == "pair: embedding 128"
    assert siamese.git("diff", "--stat", "HEAD~1") == "", "all is as it was before"


def test_one_more_input_and_one_less(chain: Life) -> None:
    inputs = chain.answers()["inputs"]
    done = chain.layerwright("add", "input", "extra: numeric 4")
    assert done.code == 0, done.err
    assert chain.answers()["inputs"] == f"{inputs}, extra: numeric 4"
    assert "keras.Sequential" not in chain.text("src/plant/model.py")
    assert chain.text("ours.txt") == "ours"
    chain.save()
    done = chain.layerwright("remove", "input", "extra")
    assert done.code == 0, done.err
    assert chain.answers()["inputs"] == inputs
    assert chain.git("diff", "--stat", "HEAD~1", "--", "src", "tests") == ""


def test_a_backbone_is_swapped(versions: Checkout, tmp_path: Path) -> None:
    life = born(versions, tmp_path / "plant", "resnet-transfer")
    life.edit("src/plant/train.py", "import", "# ours\nimport")
    life.save()
    done = life.layerwright("update", "--to", "0.1.0", "--data", "backbone=EfficientNetB0")
    assert done.code == 0, done.err
    assert "keras.applications.EfficientNetB0(" in life.text("src/plant/model.py")
    assert "ResNet" not in life.text("src/plant/model.py")
    assert "# ours" in life.text("src/plant/train.py")


def test_answers_merge_part_by_part(siamese: Life) -> None:
    before = siamese.answers()["layers"]
    done = siamese.layerwright(
        "update", "--to", "0.1.0", "--data", "layers={branches: {encoder: [dense 64, dropout 0.2]}}"
    )
    assert done.code == 0, done.err
    assert siamese.answers()["layers"] == {**before, "branches": {"encoder": ["dense 64", "dropout 0.2"]}}  # type: ignore[dict-item]


WRONG = {
    "an answer": (("update", "--data", "inputs=a: nonsense 3"), "unknown kind 'nonsense'"),
    "a key": (("update", "--data", "nonsense=1"), "nonsense"),
    "a package": (("update", "--data", "package=other"), "for the project's life"),
    "a version": (("update", "--to", "9.9.9"), "unknown version 'v9.9.9'"),
    "no version": (("update", "--to", "main; rm -rf /"), "unknown version"),
    "an input that is there": (("add", "input", "left: numeric 3"), "left is there"),
    "no entry": (("add", "input", "left"), "NAME: KIND SIZE"),
    "an input that isn't there": (("remove", "input", "lefft"), "did you mean left?"),
    "an input that's needed": (("remove", "output", "pair"), "there is no output"),
    "a terminal": (("update", "--ask"), "no terminal to ask in"),
}


@pytest.fixture
def refused(command: Command, versions: Checkout, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs the command in this process, which is enough for what is refused before anything is rendered."""
    monkeypatch.setattr(places, "PACKAGE", versions.root / "generator" / "layerwright")
    return command


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_nothing_written(name: str, siamese: Life, refused: Command) -> None:
    arguments, message = WRONG[name]
    before = siamese.content()
    done = refused(*arguments, siamese.root)
    assert done.code == 2
    assert message in done.err
    assert "Traceback" not in done.err
    assert siamese.content() == before


def test_all_can_be_asked_again(chain: Life) -> None:
    command = (sys.executable, "-m", "layerwright", "update", "--ask", "--to", "0.1.0")
    terminal = Terminal.start(*command, cwd=chain.root, env=chain.checkout.environment(TERM="xterm"))
    terminal.wait_for("project called")
    terminal.type("\x15New Name\r")
    terminal.wait_for("Start from a preset")
    terminal.type("\x03")
    assert terminal.end() == 1
    assert "nothing was written" in terminal.shown
    assert chain.changed() == set()


def test_all_is_asked_and_a_changed_answer_counts(chain: Life) -> None:
    command = (sys.executable, "-m", "layerwright", "update", "--ask", "--to", "0.1.0")
    terminal = Terminal.start(*command, cwd=chain.root, env=chain.checkout.environment(TERM="xterm"))
    for question in ("project called", "Start from a preset", "What goes in?"):
        terminal.wait_for(question)
        terminal.type("\r")
    terminal.wait_for("What comes out?")
    terminal.type(", odd: binary\r")
    for question in ("planner's own paths", "train on", "Which backend"):
        terminal.wait_for(question)
        terminal.type("\r")
    terminal.wait_for("See the rest")
    terminal.type("n")
    terminal.wait_for("Updated")
    assert terminal.end() == 0
    assert str(chain.answers()["outputs"]).endswith(", odd: binary")
    assert 'name="odd"' in chain.text("src/plant/model.py")
    assert "outputs" in terminal.shown


# Trust


@pytest.mark.parametrize(
    "commit", ["main", "refs/pull/1/head", "v0.1.0-3-gabc1234", "0" * 40, "v0.1.0; x", "--help", 7]
)
def test_only_a_release_is_run(commit: object, siamese: Life, refused: Command) -> None:
    answers = siamese.answers() | {"_commit": commit}
    (siamese.root / ".copier-answers.yml").write_text(yaml.safe_dump(answers))
    siamese.save()
    done = refused("update", siamese.root)
    assert done.code == 2
    assert "isn't a release" in done.err
    assert "to go on all the same" in done.err


def evil(folder: Path, life: Life) -> Path:
    """A repository with the version that the project names, and code that shows that it ran."""
    life.checkout.git("clone", "--quiet", str(life.checkout.root), str(folder / "evil"))
    extension = folder / "evil" / "templates" / "extensions.py"
    extension.write_text(f"{extension.read_text()}\nopen({str(folder / 'ran')!r}, 'w')\n")
    Checkout(folder / "evil", life.checkout.home).commit("v0.9.0")
    return folder / "evil"


def test_another_template_runs_only_if_the_user_names_it(siamese: Life, tmp_path: Path) -> None:
    place = evil(tmp_path, siamese)
    answers = siamese.answers() | {"_src_path": str(place)}
    (siamese.root / ".copier-answers.yml").write_text(yaml.safe_dump(answers))
    siamese.save()
    done = siamese.layerwright("update")
    assert done.code == 2
    assert str(place) in done.err
    assert "--from" in done.err
    assert not (tmp_path / "ran").exists()
    done = siamese.layerwright("update", "--from", PUBLIC_URL, "--to", "0.2.0")
    assert (done.code, done.err) == (0, "")
    assert not (tmp_path / "ran").exists()
    assert siamese.answers()["_src_path"] == PUBLIC_URL
    assert siamese.layerwright("undo").code == 0
    done = siamese.layerwright("update", "--from", place)
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "ran").exists()
    assert siamese.answers()["_commit"] == "v0.9.0"


@pytest.mark.parametrize(
    "source", ["ext::sh -c touch% ran", "--upload-pack=touch ran", "https://nowhere.invalid/x.git"]
)
def test_no_source_is_a_command(source: str, siamese: Life, refused: Command) -> None:
    done = refused("update", f"--from={source}", siamese.root)
    assert done.code == 2
    assert not (siamese.root / "ran").exists()
    assert siamese.changed() == set()


def test_a_project_born_from_the_public_address_is_updated_from_a_checkout(siamese: Life) -> None:
    answers = siamese.answers() | {"_src_path": PUBLIC_URL}
    (siamese.root / ".copier-answers.yml").write_text(yaml.safe_dump(answers))
    siamese.save()
    done = siamese.layerwright("update", "--to", "0.2.0")
    assert (done.code, done.err) == (0, "")
    assert BETTER_PYTHON[2] in siamese.text("src/plant/model.py")
    assert siamese.answers()["_src_path"] == PUBLIC_URL


# Whole, or not at all


@pytest.mark.parametrize("arguments", [("update",), ("add", "output", "same: binary")], ids=["update", "add"])
def test_a_template_that_raises_leaves_what_was_there(
    arguments: tuple[str, ...], siamese: Life, tmp_path: Path
) -> None:
    broken = Checkout(tmp_path / "broken", siamese.checkout.home)
    siamese.checkout.git("clone", "--quiet", str(siamese.checkout.root), str(broken.root))
    (broken.root / "templates" / "project" / "zzz.md.jinja").write_text("{{ nonsense }}")
    broken.commit("v9.9.9")
    if arguments != ("update",):  # this stays at the version that the project has
        broken.git("tag", "--force", "v0.1.0")
    before, after = siamese.content(), tmp_path / "temporary"
    after.mkdir()
    done = siamese.layerwright(*arguments, "--from", broken.root, TMPDIR=str(after))
    assert done.code == 1
    assert "nonsense" in done.err
    assert "Traceback" not in done.err
    assert siamese.content() == before
    assert listing(after) == {}


def test_a_template_s_hook_neither_runs_nor_arrives(siamese: Life, tmp_path: Path) -> None:
    """Of a template that the user has chosen: its code runs, but what it makes are files of the project and no more."""
    evil = Checkout(tmp_path / "evil", siamese.checkout.home)
    siamese.checkout.git("clone", "--quiet", str(siamese.checkout.root), str(evil.root))
    hooks = evil.root / "templates" / "project" / "{{ '.git' }}" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("post-commit", "pre-commit", "post-checkout", "post-index-change"):
        (hooks / f"{name}.jinja").write_text(f"#!/bin/sh\ntouch {tmp_path}/canary\n")
        (hooks / f"{name}.jinja").chmod(0o755)
    evil.commit("v9.9.9")
    before = {name for name in listing(siamese.root) if name.startswith(".git/hooks")}
    done = siamese.layerwright("update", "--from", evil.root)
    assert done.code in (0, 1, 2), done.err
    assert {name for name in listing(siamese.root) if name.startswith(".git/hooks")} == before
    siamese.save()
    assert not (tmp_path / "canary").exists()


def test_not_committed_not_versioned_no_project(siamese: Life, tmp_path: Path) -> None:
    siamese.edit("README.md", "## Ours", "## Mine")
    done = siamese.layerwright("update")
    assert (done.code, "README.md" in done.err, "git stash" in done.err) == (2, True, True)
    shutil.rmtree(siamese.root / ".git")
    done = siamese.layerwright("update")
    assert (done.code, "git init" in done.err) == (2, True)
    siamese.git("init", "--quiet")
    done = siamese.layerwright("update")
    assert (done.code, "commit" in done.err) == (2, True)
    done = siamese.checkout.layerwright("update", tmp_path, cwd=tmp_path)
    assert (done.code, "no project is here" in done.err) == (2, True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("moment", range(3))
def test_a_killed_update_leaves_the_one_state_or_the_other(how: signal.Signals, moment: int, siamese: Life) -> None:
    before = siamese.content()
    temporary = siamese.root.parent / "temporary"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "layerwright", "update", "--to", "0.2.0"],
        cwd=siamese.root,
        env=siamese.checkout.environment(TMPDIR=str(temporary)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    time.sleep((moment + random.random()) * 1.5)
    os.killpg(process.pid, how) if how == signal.SIGINT else process.send_signal(how)
    _, err = process.communicate(timeout=60)
    if how is signal.SIGKILL:
        assert siamese.layerwright("undo", TMPDIR=str(temporary)).code in (0, 2)
        assert siamese.content() == before
    elif process.returncode == 0:
        assert siamese.changed() == {"src/plant/model.py", "README.md", ".copier-answers.yml"}
    else:
        assert siamese.content() == before
        assert process.returncode in (1, 128 + how, -how)
        assert "Traceback" not in err
    assert listing(temporary) == {}
