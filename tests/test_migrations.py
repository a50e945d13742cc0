"""Protects answers and files that a new version calls otherwise, moves or drops: what they were isn't lost."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from layerwright.answers import KEYS, load_file, named_now
from layerwright.answers.keys import RENAMED

from .test_update import Life, born
from .test_versions import replaced, updated
from .workbench import REPOSITORY, Checkout, new_checkout

pytest_plugins = ["tests.workbench"]

PAGE = REPOSITORY / "docs" / "migrations.md"
SAID = 'Forecasts of a plant: it\'s "quoted"'
MOVED = ("when-it-goes-wrong.md", "trouble.md")


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with two versions: in the second, a question is renamed, one is dropped, and a file is moved."""
    checkout = new_checkout(tmp_path_factory.mktemp("versions"))
    answers, questions = (
        checkout.root / "generator" / "layerwright" / "answers",
        checkout.root / "templates" / "questions",
    )
    replaced(answers, 'Key("description"),', 'Key("about"),')
    replaced(answers, "RENAMED: Mapping[str, str] = {}", 'RENAMED: Mapping[str, str] = {"description": "about"}')
    replaced(answers, 'fields.line("description")', 'fields.line("about")')
    replaced(questions, "\ndescription:\n", "\nabout:\n")
    replaced(questions, "{{ refusal('description') }}", "{{ refusal('about') }}")
    [block] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    replaced(questions, "{{ from_preset('description') }}", yaml.safe_load(block)["about"]["default"])

    replaced(answers, '        Key("author"),\n', "")
    replaced(answers, 'fields.line("author")', '""')
    file = questions / "advanced.yml"
    before, _, rest = file.read_text(encoding="utf-8").partition("\nauthor:\n")
    file.write_text(f"{before}\n{rest.partition(chr(10) * 2)[2]}", encoding="utf-8")

    docs = checkout.root / "templates" / "project" / "docs"
    shutil.move(docs / f"{MOVED[0]}.jinja", docs / f"{MOVED[1]}.jinja")
    checkout.commit("v0.2.0")
    return checkout


def of_first(versions: Checkout, root: Path) -> Life:
    return born(versions, root, "mnist-mlp", f"description={SAID}", "author=Ada", "training={epochs: 7}")


def test_what_was_answered_under_another_name_goes_on_to_count(versions: Checkout, tmp_path: Path) -> None:
    life = of_first(versions, tmp_path / "plant")
    assert SAID in life.text("README.md")
    assert life.answers()["description"] == SAID
    done = life.layerwright("update")
    assert (done.code, done.err) == (0, "")
    assert life.answers()["about"] == SAID
    assert life.answers().keys().isdisjoint({"description", "author"})
    assert SAID in life.text("README.md")
    assert "epochs: 7" in life.text("config.yaml")
    assert "Ada" not in life.text("pyproject.toml"), "the author isn't asked for any more"


def test_plain_copier_takes_it_over_too(versions: Checkout, tmp_path: Path) -> None:
    life = of_first(versions, tmp_path / "plant")
    updated(versions, life.root)
    assert life.answers()["about"] == SAID
    assert "description" not in life.answers()
    assert SAID in life.text("README.md")


def test_the_new_name_can_be_answered_at_once(versions: Checkout, tmp_path: Path) -> None:
    life = of_first(versions, tmp_path / "plant")
    done = life.layerwright("update", "--data", "about=Something else")
    assert (done.code, done.err) == (0, "")
    assert life.answers()["about"] == "Something else"
    assert SAID not in life.text("README.md")


def test_a_moved_file_moves_and_an_edited_one_stays_beside_it(versions: Checkout, tmp_path: Path) -> None:
    life = of_first(versions, tmp_path / "plant")
    shutil.copytree(life.root, tmp_path / "edited" / "plant")
    life.layerwright("update")
    there = {path.name for path in (life.root / "docs").iterdir()}
    assert MOVED[1] in there
    assert MOVED[0] not in there

    edited = Life(versions, tmp_path / "edited" / "plant")
    (edited.root / "docs" / MOVED[0]).write_text("Ours.\n")
    edited.save()
    done = edited.layerwright("update")
    assert done.code == 0, done.err
    assert f"docs/{MOVED[0]}" in done.out
    assert edited.text(f"docs/{MOVED[0]}") == "Ours.\n"
    assert (edited.root / "docs" / MOVED[1]).is_file()


def test_a_file_of_answers_may_say_the_old_name(versions: Checkout, tmp_path: Path) -> None:
    answers = {"inputs": "x: numeric 3", "outputs": "y: binary", "description": SAID}
    (tmp_path / "answers.yml").write_text(yaml.safe_dump(answers))
    done = versions.layerwright("new", "plant", "--answers", "answers.yml", cwd=tmp_path)
    assert done.code == 0, done.err
    assert SAID in (tmp_path / "plant" / "README.md").read_text(encoding="utf-8")


def test_where_both_names_are_there_the_newer_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(RENAMED, "purpose", "description")  # type: ignore[misc]
    assert named_now({"purpose": 1, "author": 2}) == {"description": 1, "author": 2}
    assert named_now({"purpose": 1, "description": 3}) == {"description": 3}
    assert named_now({"description": 3, "purpose": 1, None: 4}) == {"description": 3, None: 4}
    (tmp_path / "answers.yml").write_text("purpose: what for\n")
    assert load_file(tmp_path / "answers.yml") == {"description": "what for"}


def test_no_key_has_the_old_name_of_another() -> None:
    assert RENAMED.keys().isdisjoint(KEYS)
    assert set(RENAMED.values()) <= KEYS.keys()
