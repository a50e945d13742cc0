"""Protects projects from half an update: whatever stops one, and wherever, what was there is there, byte for byte."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layerwright.problems import AnswersError
from layerwright.update import Project, journal, recover, recovery, undo
from layerwright.update.change import Change
from layerwright.update.journal import Journal, apply

from .workbench import REPOSITORY, Result, clean_environment, listing, run

pytest_plugins = ["tests.workbench"]


def content(folder: Path) -> dict[str, str]:
    """All of a project but what git has of it."""
    return {name: what for name, what in listing(folder).items() if not name.startswith(".git/")}


OLD = {
    ".copier-answers.yml": "_commit: v0.1.0\n_src_path: https://layerwright.invalid/layerwright.git\n",
    "README.md": "as it was\n",
    "src/plant/model.py": "old = 1\r\n",
    "docs/only/old.md": "old",
    "launch/run.sh": "#!/bin/sh\n",
    "ours.txt": "ours",
}

CHANGES = (
    Change("README.md", b"as it is now\n"),
    Change("src/plant/model.py", b"new = 1\r\n"),
    Change("src/plant/export.py", b"new"),
    Change("deep/er/new.md", b"new"),
    Change("docs/only/old.md", None),
    Change("launch/run.sh", b"#!/bin/sh\n", 0o755),
)


@pytest.fixture
def small(tmp_path: Path) -> Project:
    """A project of a few files, in a folder of a larger repository, with a space and an umlaut in its path."""
    top = tmp_path / "täglich neu"
    root = top / "apps" / "my plänt"
    for name, what in OLD.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(what.encode())
    (root / "README.md").chmod(0o640)
    (top / "other.txt").write_text("another's")
    environment = clean_environment(tmp_path / "home")
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "all")):
        assert run("git", *arguments, cwd=top, env=environment).code == 0
    return Project.at(root)


def applied(project: Project) -> None:
    apply(project, CHANGES, Journal("update", project.tree, ("v0.1.0", "v0.2.0"), ""))


def test_changes_are_made_and_taken_back_byte_for_byte(small: Project) -> None:
    before, modes = content(small.top), (small.root / "README.md").stat().st_mode
    applied(small)
    after = content(small.root)
    assert after["README.md"] == "file b'as it is now\\n'"
    assert after["src/plant/export.py"] == after["deep/er/new.md"] == "file b'new'"
    assert "docs/only" not in after
    assert os.access(small.root / "launch" / "run.sh", os.X_OK)
    assert (small.root / "README.md").stat().st_mode == modes
    undone = undo(small.root)
    assert undone.files["removed"] == ["docs/only/old.md"]
    assert content(small.top) == before
    assert (small.root / "README.md").stat().st_mode == modes
    assert not os.access(small.root / "launch" / "run.sh", os.X_OK)
    with pytest.raises(AnswersError, match="no update to take back"):
        undo(small.root)


def failing(original: Callable[..., Any], at: int, error: BaseException) -> Callable[..., Any]:
    count = 0

    def function(*arguments: Any, **keywords: Any) -> Any:
        nonlocal count
        count += 1
        if count == at:
            raise error
        return original(*arguments, **keywords)

    return function


RENAMES = 2 + 5 + 1
"""Of the journal, as it's begun and when all lies ready; of files; and the one from which it's done."""


@pytest.mark.parametrize("at", range(1, RENAMES + 1))
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(), KeyboardInterrupt()])
def test_an_error_at_any_point_leaves_what_was_there(
    error: BaseException, at: int, small: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(small.top)
    monkeypatch.setattr(journal.os, "replace", failing(os.replace, at, error))
    with pytest.raises(type(error)):
        applied(small)
    monkeypatch.undo()
    assert content(small.top) == before
    assert not journal.cut_off(small).exists()
    assert [each.name for each in small.state.iterdir() if each.suffix != ".new"] == []


@pytest.mark.parametrize("at", [1, 4, 9])
def test_a_full_disk_shows_before_the_first_file_is_touched(
    at: int, small: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(small.top)
    monkeypatch.setattr(journal, "_write", failing(journal._write, at, OSError(28, "No space left on device")))
    if at <= 7:
        with pytest.raises(OSError, match="No space"):
            applied(small)
        assert content(small.top) == before
    else:
        applied(small)
        assert content(small.top) != before, "so often nothing is written"


KILLED = """
import os, signal, sys
from pathlib import Path
from layerwright.update import Project, journal
from tests.test_journal import applied, in_the_project

count, original = 0, os.replace

def replace(source, target):
    global count
    count += 1
    if count == int(sys.argv[2]) and sys.argv[3] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    original(source, target)
    if count == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[4] == "beside":
    journal._staging = in_the_project
journal.os.replace = replace
applied(Project.at(Path(sys.argv[1])))
"""


def in_the_project(project: Project) -> Path:
    """Where staging lies if git's folder is on another file system."""
    project.state.mkdir(parents=True, exist_ok=True)
    return project.root / ".layerwright-x"


def killed(project: Project, at: int, when: str, where: str = "") -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, project.root, str(at), when, where], cwd=REPOSITORY, check=False
    )
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("at", range(1, RENAMES + 1))
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("where", ["", "beside"])
def test_what_is_killed_is_put_right_by_the_next_command(at: int, when: str, where: str, small: Project) -> None:
    before = content(small.top)
    killed(small, at, when, where)
    is_done = at == RENAMES and when == "after"
    said = recover(small.root)
    assert bool(said) == journal_was_there(at, when)
    if is_done:
        assert content(small.top) != before
        undo(small.root)
    assert content(small.top) == before
    assert recover(small.root) == []
    applied(small)
    assert "deep/er/new.md" in content(small.root)


def journal_was_there(at: int, when: str) -> bool:
    return (at, when) not in {(1, "before"), (RENAMES, "after")}


def test_putting_right_can_be_killed_too(small: Project) -> None:
    before = content(small.top)
    killed(small, RENAMES, "before")
    script = KILLED.replace("applied(Project", "journal.take_back(Project")
    done = subprocess.run([sys.executable, "-c", script, small.root, "2", "after", ""], cwd=REPOSITORY, check=False)
    assert done.returncode == -signal.SIGKILL
    assert content(small.top) != before
    recover(small.root)
    assert content(small.top) == before


def test_what_was_edited_after_a_kill_is_left_and_named(small: Project) -> None:
    killed(small, RENAMES, "before")
    (small.root / "README.md").write_text("edited since")
    said = recover(small.root)
    assert "README.md" in said[1]
    assert (small.root / "README.md").read_text() == "edited since"
    assert (small.root / "src" / "plant" / "model.py").read_bytes() == OLD["src/plant/model.py"].encode()


def test_a_file_edited_meanwhile_stops_the_update(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    original = journal._staged

    def staged(*arguments: Any) -> Any:
        result = original(*arguments)
        (small.root / "src" / "plant" / "model.py").write_text("edited meanwhile")
        return result

    monkeypatch.setattr(journal, "_staged", staged)
    with pytest.raises(AnswersError, match="edited while"):
        applied(small)
    assert (small.root / "README.md").read_bytes() == OLD["README.md"].encode()
    assert (small.root / "src" / "plant" / "model.py").read_text() == "edited meanwhile"


@pytest.mark.parametrize("path", ["src/plant/model.py", "docs/only/old.md", "src/plant/export.py"])
def test_a_file_edited_while_the_new_version_was_made_stops_the_update(small: Project, path: str) -> None:
    known = small.committed()
    (small.root / path).write_text("edited meanwhile")
    before = content(small.root)
    with pytest.raises(AnswersError, match="edited while"):
        apply(small, CHANGES, Journal("update", small.tree, ("v0.1.0", "v0.2.0"), ""), known)
    assert content(small.root) == before


@pytest.mark.parametrize("link", ["README.md", "src", "src/plant"])
def test_no_link_is_followed(link: str, small: Project, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    shutil.move(small.root / link, outside)
    (small.root / link).symlink_to(outside)
    before = listing(tmp_path)
    with pytest.raises(AnswersError, match="is a link"):
        applied(small)
    assert {name: what for name, what in listing(tmp_path).items() if "/.git/" not in name} == {
        name: what for name, what in before.items() if "/.git/" not in name
    }


OUTSIDE = ["../other.txt", "/tmp/x", ".git/hooks/pre-commit", "src/.GIT/config", "a//b", "src/../../x", ".", ""]


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leads_out_of_the_project(path: str, small: Project) -> None:
    before = listing(small.top)
    with pytest.raises(AnswersError, match="isn't a file of the project's"):
        apply(small, [Change(path, b"x")], Journal("update", small.tree, ("v1", "v1"), ""))
    assert listing(small.top) == before


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_journal_that_leads_out_of_the_project_is_refused(path: str, small: Project) -> None:
    killed(small, RENAMES, "before")
    raw = json.loads(journal.cut_off(small).read_text())
    raw["steps"][0]["path"] = path
    journal.cut_off(small).write_text(json.dumps(raw))
    before = listing(small.top)
    with pytest.raises(AnswersError):
        recover(small.root)
    assert {name: what for name, what in listing(small.top).items() if not name.endswith("/lock")} == before


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"format": 2}', "\x00\x00"])
def test_a_damaged_journal_is_said_and_nothing_touched(damage: str, small: Project) -> None:
    killed(small, RENAMES, "before")
    journal.cut_off(small).write_text(damage)
    before = content(small.top)
    with pytest.raises(AnswersError, match="can't be read"):
        recover(small.root)
    assert content(small.top) == before


def test_staging_lies_in_the_project_where_git_s_folder_is_elsewhere(
    small: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(small.top)
    monkeypatch.setattr(journal, "_staging", in_the_project)
    applied(small)
    assert ".layerwright-x" not in content(small.root)
    monkeypatch.undo()
    undo(small.root)
    assert content(small.top) == before


def test_a_folder_that_cannot_be_written_to_is_said_first(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = listing(small.top)
    monkeypatch.setattr(journal.os, "access", lambda path, _: Path(path).name != "plant")
    with pytest.raises(AnswersError, match="src/plant can't be written to"):
        applied(small)
    assert listing(small.top) == before


def test_where_there_is_no_project_there_is_nothing_to_put_right(tmp_path: Path) -> None:
    assert recover(tmp_path) == []
    assert recover(tmp_path / "nowhere") == []


@pytest.mark.parametrize("arguments", [("check",), ("weights", "old.keras")])
def test_what_only_looks_at_a_project_puts_it_right_first(
    arguments: tuple[str, ...], small: Project, command: Callable[..., Result], tmp_path: Path
) -> None:
    before = content(small.top)
    killed(small, RENAMES, "before")
    assert content(small.top) != before
    old = [str(tmp_path / each) for each in arguments[1:]]
    done = command(arguments[0], *old, small.root)
    assert f"{small.root}: An update that had been cut off was taken back" in done.err
    assert content(small.top) == before


def test_two_runs_at_once_are_refused(small: Project, command: Callable[..., Result]) -> None:
    with recovery.alone(small):
        for arguments in (("update",), ("undo",), ("add", "input", "x: numeric 3")):
            done = command(*arguments, small.root)
            assert done.code == 2
            assert "another layerwright is at work in this project [busy]" in done.err


def test_a_standard_s_record_is_nothing_that_was_cut_off(small: Project) -> None:
    (small.root / ".layerwright-standard.yml").write_text("name: Acme\n")
    with recovery.alone(small):
        assert recover(small.root) == []


def test_undo_loses_no_edit_without_a_word(small: Project) -> None:
    small.git("config", "diff.noprefix", "true")
    before = content(small.top)
    applied(small)
    (small.root / "src" / "plant" / "model.py").write_text("edited since")
    (small.root / "deep" / "er" / "new.md").unlink()
    with pytest.raises(AnswersError, match="edited since the update, and would be lost") as error:
        undo(small.root)
    assert "src/plant/model.py, deep/er/new.md [edited]" in str(error.value)
    after = {name: what for name, what in content(small.top).items() if what != "folder"}
    undone = undo(small.root, force=True)
    assert content(small.top) == before
    assert undone.patch is not None
    small.git("apply", undone.patch)
    assert {name: what for name, what in content(small.top).items() if what != "folder"} == after


def test_undo_after_a_commit_is_refused(small: Project) -> None:
    applied(small)
    environment = clean_environment(small.top)
    assert run("git", "commit", "--quiet", "--all", "--message", "updated", cwd=small.root, env=environment).code == 0
    with pytest.raises(AnswersError, match="it was committed") as error:
        undo(small.root)
    assert "git revert" in str(error.value)


def test_undo_after_a_revert_has_nothing_to_do(small: Project) -> None:
    before = content(small.top)
    applied(small)
    small.git("add", "--all", ".")
    environment = clean_environment(small.top)
    for arguments in (("commit", "--quiet", "--message", "updated"), ("revert", "--no-edit", "HEAD")):
        assert run("git", *arguments, cwd=small.root, env=environment).code == 0
    with pytest.raises(AnswersError, match="as they were before it"):
        undo(small.root)
    assert content(small.top) == before


def test_a_commit_elsewhere_in_the_repository_changes_nothing_for_undo(small: Project) -> None:
    before = content(small.root)
    applied(small)
    (small.top / "other.txt").write_text("changed")
    environment = clean_environment(small.top)
    done = run("git", "commit", "--quiet", "--message", "theirs", "other.txt", cwd=small.top, env=environment)
    assert done.code == 0
    undo(small.root)
    assert content(small.root) == before


def test_undo_takes_it_out_of_the_index_too(small: Project) -> None:
    before = content(small.top)
    applied(small)
    (small.top / "other.txt").write_text("changed")
    small.git("add", "--all", small.top)
    undo(small.root)
    assert content(small.root) == {
        name.removeprefix("apps/my plänt/"): what for name, what in before.items() if name.startswith("apps/my plänt/")
    }
    assert small.git("diff", "--cached", "--name-only").decode().split() == ["other.txt"]
