"""Protects updates from an installed package: offline, by the releases in its wheel, whoever made the project."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from layerwright.places import PUBLIC_URL

from .test_versions import BETTER_PYTHON, BETTER_TEMPLATE, EDITS, replaced, saved, text
from .test_wheel import built
from .workbench import Checkout, Result, clean_environment, listing, new_checkout, run

pytest_plugins = ["tests.workbench"]

NO_NETWORK = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")


@dataclass(frozen=True)
class Installed:
    """A wheel, unpacked where nothing else of layerwright is, and no repository around it."""

    folder: Path
    home: Path

    def layerwright(self, *arguments: str | Path, cwd: Path, **more: str) -> Result:
        environment = clean_environment(self.home, PYTHONPATH=str(self.folder), **NO_NETWORK, **more)
        return run(sys.executable, "-m", "layerwright", *arguments, cwd=cwd, env=environment)

    @property
    def bundle(self) -> Path:
        return self.folder / "layerwright" / "_template" / "template.bundle"


def wheel_of(checkout: Checkout, folder: Path, *, tags: bool = True) -> Installed:
    """A wheel of what is committed, as a user would have it by pip."""
    source = folder / "source"
    checkout.git("clone", "--quiet", *([] if tags else ["--no-tags"]), str(checkout.root), str(source))
    return unpacked(built(source, folder / "dist"), folder / "site", checkout.home)


def unpacked(wheel: Path, site: Path, home: Path) -> Installed:
    command = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", site, wheel)
    subprocess.run([*map(str, command)], check=True)
    return Installed(site, home)


def released_as(checkout: Checkout, version: str) -> None:
    init = checkout.root / "generator" / "layerwright" / "__init__.py"
    init.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', init.read_text()))
    checkout.commit(f"v{version}")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return new_checkout(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def first(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The package as it was first released."""
    return wheel_of(checkout, tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def second(first: Installed, checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The package after an upgrade: it differs in Python and in templates."""
    where, *texts = BETTER_PYTHON
    replaced(checkout.root / "generator" / "layerwright" / where, *texts)
    replaced(checkout.root / "templates" / "project", *BETTER_TEMPLATE)
    released_as(checkout, "0.2.0")
    return wheel_of(checkout, tmp_path_factory.mktemp("second"))


def under_git(checkout: Checkout, project: Path) -> None:
    checkout.git("init", "--quiet", cwd=project)
    saved(checkout, project, "As it was made")
    for name, edit in EDITS.items():
        path = project / name
        path.write_text(path.read_text(encoding="utf-8").replace(*edit), encoding="utf-8")
    saved(checkout, project, "Our edits")


def is_updated(project: Path) -> None:
    model, readme = text(project, "src/plant/model.py"), text(project, "README.md")
    assert BETTER_PYTHON[2] in model
    assert BETTER_PYTHON[1] not in model
    assert BETTER_TEMPLATE[1] in readme
    assert EDITS["src/plant/model.py"][1] in model
    assert EDITS["README.md"][1] in readme


def recorded(project: Path) -> tuple[str, str]:
    answers = yaml.safe_load(text(project, ".copier-answers.yml"))
    return answers["_src_path"], answers["_commit"]


@pytest.fixture
def from_wheel(first: Installed, second: Installed, checkout: Checkout, tmp_path: Path) -> Path:
    """A project that the first wheel has made, with edits."""
    done = first.layerwright("new", "plant", "--preset", "siamese-dense", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    under_git(checkout, tmp_path / "plant")
    return tmp_path / "plant"


def test_a_wheel_brings_every_release_and_nothing_but_what_makes_projects(
    second: Installed, checkout: Checkout, tmp_path: Path
) -> None:
    checkout.git("clone", "--quiet", str(second.bundle), str(tmp_path / "all"), "--branch", "v0.1.0")
    assert checkout.git("tag", cwd=tmp_path / "all").split() == ["v0.1.0", "v0.2.0"]
    assert sorted(path.name for path in (tmp_path / "all").iterdir() if path.name != ".git") == [
        *("LICENSE", "copier.yml", "generator", "templates")
    ]
    checkout.git("checkout", "--quiet", "v0.2.0", cwd=tmp_path / "all")
    theirs = {name: what for name, what in listing(tmp_path / "all" / "templates").items() if what != "folder"}
    ours = {name: what for name, what in listing(checkout.root / "templates").items() if what != "folder"}
    assert theirs == ours


def test_the_same_releases_give_the_same_commits(first: Installed, second: Installed, checkout: Checkout) -> None:
    listed = [checkout.git("ls-remote", "--tags", str(each.bundle)).splitlines() for each in (first, second)]
    assert set(listed[0]) < set(listed[1])


def test_born_and_updated_by_wheels_offline(from_wheel: Path, second: Installed) -> None:
    before = listing(from_wheel)["README.md"]
    done = second.layerwright("update", cwd=from_wheel)
    assert (done.code, done.err) == (0, "")
    is_updated(from_wheel)
    assert recorded(from_wheel) == (PUBLIC_URL, "v0.2.0")
    done = second.layerwright("undo", cwd=from_wheel)
    assert (done.code, done.err) == (0, "")
    assert listing(from_wheel)["README.md"] == before


def test_other_answers_by_the_first_wheel_alone(from_wheel: Path, first: Installed) -> None:
    done = first.layerwright("add", "output", "same: binary", cwd=from_wheel)
    assert (done.code, done.err) == (0, "")
    assert 'name="same"' in text(from_wheel, "src/plant/model.py")
    assert recorded(from_wheel) == (PUBLIC_URL, "v0.1.0")


def test_a_project_of_a_newer_version_says_to_upgrade(
    from_wheel: Path, first: Installed, second: Installed, checkout: Checkout
) -> None:
    assert second.layerwright("update", cwd=from_wheel).code == 0
    saved(checkout, from_wheel, "Updated")
    done = first.layerwright("update", cwd=from_wheel)
    assert done.code == 2
    assert "upgrade layerwright" in done.err


def test_born_by_plain_copier_of_a_clone_and_updated_by_a_wheel(
    second: Installed, checkout: Checkout, tmp_path: Path
) -> None:
    options = ("copy", "--trust", "--vcs-ref", "v0.1.0", "--defaults", "--quiet", "--data", "preset=siamese-dense")
    assert checkout.copier(*options, checkout.root, "plant", cwd=tmp_path).code == 0
    project = tmp_path / "plant"
    under_git(checkout, project)
    done = second.layerwright("update", cwd=project)
    assert done.code == 2, "a place on this machine is nobody's word"
    assert str(checkout.root) in done.err
    done = second.layerwright("update", "--from", PUBLIC_URL, cwd=project)
    assert (done.code, done.err) == (0, "")
    is_updated(project)
    assert recorded(project) == (PUBLIC_URL, "v0.2.0")


def test_born_by_plain_copier_from_the_public_address_and_updated_by_a_wheel(
    second: Installed, checkout: Checkout, tmp_path: Path
) -> None:
    """The public repository stands in for itself, by git's own redirection."""
    redirect = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{checkout.root}.insteadOf",
        "GIT_CONFIG_VALUE_0": PUBLIC_URL,
        "COPIER_CACHE_DIR": str(tmp_path / "cache"),
    }
    options = ("copy", "--trust", "--vcs-ref", "v0.1.0", "--defaults", "--quiet", "--data", "preset=siamese-dense")
    done = checkout.copier(*options, PUBLIC_URL, "plant", cwd=tmp_path, **redirect)
    assert done.code == 0, done.err
    project = tmp_path / "plant"
    under_git(checkout, project)
    assert recorded(project) == (PUBLIC_URL, "v0.1.0")
    done = second.layerwright("update", cwd=project)
    assert (done.code, done.err) == (0, "")
    is_updated(project)


def test_born_by_a_wheel_and_updated_by_plain_copier(from_wheel: Path, checkout: Checkout, tmp_path: Path) -> None:
    redirect = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{checkout.root}.insteadOf",
        "GIT_CONFIG_VALUE_0": PUBLIC_URL,
        "COPIER_CACHE_DIR": str(tmp_path / "cache"),
    }
    done = checkout.copier("update", "--trust", "--defaults", "--quiet", cwd=from_wheel, **redirect)
    assert done.code == 0, done.err
    is_updated(from_wheel)
    assert recorded(from_wheel) == (PUBLIC_URL, "v0.2.0")


def test_born_by_a_wheel_and_updated_by_a_checkout_and_back(from_wheel: Path, checkout: Checkout) -> None:
    done = checkout.layerwright("update", cwd=from_wheel)
    assert (done.code, done.err) == (0, "")
    is_updated(from_wheel)
    assert recorded(from_wheel) == (PUBLIC_URL, "v0.2.0")


def test_a_wheel_by_way_of_a_source_distribution_has_them_too(
    second: Installed, checkout: Checkout, tmp_path: Path
) -> None:
    checkout.git("clone", "--quiet", str(checkout.root), str(tmp_path / "source"))
    command = (sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", tmp_path / "sdist")
    done = run(*command, tmp_path / "source", cwd=tmp_path, env=clean_environment(tmp_path))
    assert done.code == 0, done.err
    [archive] = (tmp_path / "sdist").iterdir()
    shutil.unpack_archive(archive, tmp_path / "unpacked")
    [source] = (tmp_path / "unpacked").iterdir()
    wheel = unpacked(built(source, tmp_path / "dist"), tmp_path / "site", checkout.home)
    assert wheel.bundle.read_bytes() == (source / "template.bundle").read_bytes()
    listed = [checkout.git("ls-remote", "--tags", str(each.bundle)) for each in (wheel, second)]
    assert sorted(listed[0].splitlines()) == sorted(listed[1].splitlines())


def test_without_tags_there_are_no_old_versions_and_update_says_so(
    from_wheel: Path, second: Installed, checkout: Checkout, tmp_path: Path
) -> None:
    bare = wheel_of(checkout, tmp_path / "bare", tags=False)
    done = bare.layerwright("update", cwd=from_wheel)
    assert done.code == 2
    assert "v0.1.0 made the project, and isn't among the versions here" in done.err
    bare.bundle.unlink()
    done = bare.layerwright("update", cwd=from_wheel)
    assert done.code == 2
    assert "has no old versions" in done.err


def test_check_compares_an_older_project_with_what_its_own_release_made(second: Installed, from_wheel: Path) -> None:
    done = second.layerwright("check", from_wheel, "--no-model", "--format", "json", cwd=from_wheel.parent)
    assert done.code == 0, done.err
    [said] = json.loads(done.out)["projects"]
    assert not [each for each in said["left_out"] if each["part"] != "built network"]
    found = {(each["rule"], each["path"]) for each in said["findings"]}
    assert found == {("LW004", ".copier-answers.yml"), *(("LW102", name) for name in EDITS)}
