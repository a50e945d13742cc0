"""Protects what most users have: an installed wheel, no checkout, no network at work, and none of Keras's backends."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from layerwright import __version__
from layerwright.places import PUBLIC_URL

from .workbench import PRESETS, REPOSITORY, Checkout, Terminal, clean_environment, copied, listing, run

pytest_plugins = ["tests.workbench"]

HEAVY = {"tensorflow", "tensorflow-cpu", "keras", "torch", "jax", "numpy", "pandas", "scipy", "matplotlib", "pytest"}
"""What a tool that only writes files has no business to install."""


@pytest.fixture(scope="module")
def wheel(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of what is in the checkout's commit, and of nothing else that lies about."""
    folder = tmp_path_factory.mktemp("wheel")
    checkout.git("archive", "--format", "zip", "--output", str(folder / "source.zip"), "HEAD")
    with zipfile.ZipFile(folder / "source.zip") as archive:
        archive.extractall(folder / "source")
    # What a run from a checkout leaves there.
    (folder / "source" / "templates" / "__pycache__").mkdir()
    (folder / "source" / "templates" / "__pycache__" / "extensions.cpython-311.pyc").write_bytes(b"stale")
    return built(folder / "source", folder / "dist")


def built(source: Path, target: Path) -> Path:
    options = ("--wheel", "--no-isolation", "--outdir", target)
    done = run(sys.executable, "-m", "build", *options, source, cwd=source, env=os.environ)
    assert done.code == 0, done.err
    [wheel] = target.iterdir()
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel, inside somebody's repository, where environments often are."""
    folder = tmp_path_factory.mktemp("somebody")
    home = clean_environment(folder)
    assert run("git", "init", "--quiet", ".", cwd=folder, env=home).code == 0
    assert run("git", "commit", "--quiet", "--allow-empty", "--message", "mine", cwd=folder, env=home).code == 0
    assert run(sys.executable, "-m", "venv", ".venv", cwd=folder, env=os.environ).code == 0
    programs = folder / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = run(programs / "python", "-m", "pip", "install", "--quiet", wheel, cwd=folder, env=environment, limit=600)
    assert done.code == 0, done.err
    return programs


@pytest.fixture(scope="module")
def made(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project of each preset, made by the installed command from somewhere else."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for preset in PRESETS:
        done = run(
            *(installed / "layerwright", "new", f"made/{preset}", "--preset", preset),
            *("--data", "author=Ada"),
            cwd=folder,
            env=clean_environment(folder / "home", PATH=f"{installed}{os.pathsep}{os.environ['PATH']}"),
        )
        assert (done.code, done.err) == (0, "")
    return folder / "made"


def test_the_wheel_holds_the_template_and_nothing_that_was_made(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "layerwright/_template/copier.yml" in names
    assert "layerwright/_template/templates/extensions.py" in names
    assert len([name for name in names if name.startswith("layerwright/_template/templates/presets/")]) == len(PRESETS)
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".DS_Store"))]
    assert {name.split("/")[0].split("-")[0] for name in names} == {"layerwright"}
    assert not [name for name in names if "/tests/" in name and "_template/templates/project/" not in name]


def test_a_wheel_holds_all_that_its_source_does(wheel: Path, tmp_path: Path) -> None:
    source = copied(tmp_path / "source")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for path in (path for path in (source / "templates").rglob("*") if path.is_file()):
        assert f"layerwright/_template/{path.relative_to(source).as_posix()}" in names
    for path in (source / "generator").rglob("*.py"):
        assert path.relative_to(source / "generator").as_posix() in names


def test_no_backend_is_installed_and_no_numbers_either(installed: Path, tmp_path: Path) -> None:
    options = ("-m", "pip", "list", "--format", "json", "--disable-pip-version-check")
    done = run(installed / "python", *options, cwd=tmp_path, env=clean_environment(tmp_path))
    names = {each["name"].lower() for each in json.loads(done.out)}
    assert "layerwright" in names
    assert not names & HEAVY
    assert len(names) < 40


def test_explain_and_presets_work_without_a_checkout(installed: Path, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    assert run(installed / "layerwright", "explain", "--preset", "mnist-mlp", cwd=tmp_path, env=environment).code == 0
    listed = run(installed / "layerwright", "presets", "--format", "json", cwd=tmp_path, env=environment)
    assert [row["name"] for row in json.loads(listed.out)] == PRESETS
    version = run(installed / "python", "-m", "layerwright", "--version", cwd=tmp_path, env=environment)
    assert version.out == f"layerwright, version {__version__}\n"


def test_the_installed_command_asks(installed: Path, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path, TERM="dumb", XDG_STATE_HOME=str(tmp_path / "state"))
    terminal = Terminal.start(installed / "layerwright", "new", "plant", cwd=tmp_path, env=environment)
    for question, reply in (("project called", ""), ("Start from a preset", "power-plant"), ("What goes in?", "\x03")):
        terminal.wait_for(question)
        terminal.wait_for("goes back]")  # now it reads
        terminal.type(f"{reply}\r" if reply != "\x03" else reply)
    assert terminal.end() == 1
    assert "answers are kept" in terminal.shown
    assert not (tmp_path / "plant").exists()


@pytest.mark.parametrize("preset", PRESETS)
def test_a_project_records_the_public_source_and_this_release(preset: str, made: Path) -> None:
    answers = yaml.safe_load((made / preset / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert (answers["_src_path"], answers["_commit"]) == (PUBLIC_URL, f"v{__version__}")


def test_nothing_of_this_machine_is_in_a_project(made: Path, wheel: Path, installed: Path, checkout: Checkout) -> None:
    places = {
        made.parent,
        wheel.parent,
        installed.parent.parent,
        checkout.root,
        REPOSITORY,
        Path.home(),
        Path(sys.prefix),
    }
    words = {str(place) for place in places} | {str(place.resolve()) for place in places} | {"site-packages"}
    assert "/" not in words
    for path in (path for path in made.rglob("*") if path.is_file()):
        content = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in content], path


def test_nothing_compiled_is_in_a_project(made: Path) -> None:
    assert not [path for path in made.rglob("*") if path.name == "__pycache__" or path.suffix == ".pyc"]
    assert sorted(path.name for path in made.iterdir()) == PRESETS


def test_the_wheel_makes_what_the_checkout_makes(made: Path, checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.layerwright(
        "new", "image-metadata", "--preset", "image-metadata", "--data", "author=Ada", cwd=tmp_path
    )
    assert done.code == 0
    ours, theirs = listing(tmp_path / "image-metadata"), listing(made / "image-metadata")
    assert ours.pop(".copier-answers.yml") != theirs.pop(".copier-answers.yml")
    assert ours == theirs


def test_the_wheel_works_where_there_is_no_git(installed: Path, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path / "home", PATH=str(installed))
    arguments = ("new", "plant", "--preset", "mnist-mlp")
    done = run(installed / "layerwright", *arguments, cwd=tmp_path, env=environment)
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "plant" / "README.md").is_file()
