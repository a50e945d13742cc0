"""What a project has beside its code, if it's asked for: a workflow, hooks, an image, a licence. If not: no trace."""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from layerwright.context.licences import TEXTS
from layerwright.presets import BLANK

from .projects import generated, laid_out, package, shell

SMALL = {"inputs": "table: numeric 4", "outputs": "y: regression", "backend": "torch", "straight": False}
ALL = ("ci", "docker", "pre-commit")
MARKS = {
    "ci": [".github"],
    "docker": ["Dockerfile", ".dockerignore", "docker"],
    "pre-commit": [".pre-commit-config.yaml", "pre-commit"],
    "license": ["LICENSE", "licen"],
}
"""Names of files, and words, that a project has only if they're asked for."""


def made(folder: Path, **answers: Any) -> Path:
    """Returns a small project."""
    laid_out(folder / "plant", SMALL | answers)
    return folder / "plant"


def files(project: Path) -> dict[str, str]:
    """Returns what each file of a project says, by its path."""
    paths = [path for path in project.rglob("*") if path.is_file()]
    return {path.relative_to(project).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def pyproject(project: Path) -> dict[str, Any]:
    """Returns a project's own settings."""
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("extra", MARKS)
def test_what_is_not_asked_for_leaves_no_trace(extra: str, tmp_path: Path) -> None:
    others = {"extras": [each for each in ALL if each != extra]} | ({"license": "MIT"} if extra != "license" else {})
    text = "\n".join(f"{path}\n{content}" for path, content in files(made(tmp_path, **others)).items())
    for mark in MARKS[extra]:
        assert mark not in text, mark


def test_what_is_asked_for_adds_its_own_files_alone(tmp_path: Path) -> None:
    bare = files(made(tmp_path / "bare"))
    whole = files(made(tmp_path / "whole", extras=list(ALL), license="MIT"))
    assert whole.keys() - bare.keys() == {
        *(".github/workflows/ci.yml", "Dockerfile", ".dockerignore", ".pre-commit-config.yaml", "LICENSE")
    }
    changed = {path for path in bare if bare[path] != whole[path]}
    assert changed == {"pyproject.toml", "README.md", "docs/when-it-goes-wrong.md"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as Copier writes it, with all extras, that a test may run programs in."""
    project = generated(
        BLANK,
        **{key: json.dumps(value) if key == "straight" else value for key, value in SMALL.items()},
        extras=str(list(ALL)),
    )
    return Path(shutil.copytree(project, tmp_path_factory.mktemp("extras") / "plant"))


def test_the_workflow_runs_on_all_versions_of_python_that_the_project_wants(whole: Path) -> None:
    workflow = yaml.safe_load((whole / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert workflow[True] == ["push", "pull_request"]  # YAML takes the key `on` for yes
    assert workflow["permissions"] == {"contents": "read"}
    [job] = workflow["jobs"].values()
    versions = job["strategy"]["matrix"]["python-version"]
    wanted = SpecifierSet(pyproject(whole)["requires-python"])
    assert all(wanted.contains(version) for version in versions)
    assert not wanted.contains(f"3.{int(versions[0].split('.')[1]) - 1}"), "the oldest is among them"
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert [re.sub(r"@v\d+$", "", each) for each in used] == ["actions/checkout", "actions/setup-python"]
    [setup] = [step["with"] for step in job["steps"] if "setup-python" in step.get("uses", "")]
    assert setup["python-version"] == "${{ matrix.python-version }}"
    assert setup["cache"] == "pip"
    assert (whole / setup["cache-dependency-path"]).exists()


def test_what_the_workflow_runs_passes(whole: Path) -> None:
    workflow = yaml.safe_load((whole / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    commands = [step["run"] for step in workflow["jobs"]["test"]["steps"] if "run" in step]
    install, *checks = commands
    [extra] = re.fullmatch(r"python -m pip install -e '\.\[(\w+)\]'", install).groups()  # type: ignore[union-attr]
    named = {Requirement(each).name for each in pyproject(whole)["optional-dependencies"][extra]}
    assert [command.split()[2] for command in checks] == ["ruff", "black", "pytest"]
    assert {"ruff", "black", "pytest"} <= named
    for command in checks:
        code, output = shell(whole, ["bash", "-c", command])
        assert code == 0, output


def test_the_hooks_are_of_versions_that_the_project_takes(whole: Path) -> None:
    config = yaml.safe_load((whole / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    wanted = {Requirement(each).name: Requirement(each) for each in pyproject(whole)["optional-dependencies"]["dev"]}
    assert "pre-commit" in wanted
    hooks = {}
    for repository in config["repos"]:
        assert re.fullmatch(r"https://github\.com/[\w-]+/[\w-]+", repository["repo"])
        assert re.fullmatch(r"v?\d+\.\d+\.\d+", repository["rev"]), "a release, not a branch"
        hooks |= {hook["id"]: repository["rev"].removeprefix("v") for hook in repository["hooks"]}
    assert {"check-yaml", "end-of-file-fixer", "trailing-whitespace"} <= hooks.keys()
    assert wanted["ruff"].specifier.contains(hooks["ruff-check"])
    assert wanted["black"].specifier.contains(hooks["black"])


def instructions(project: Path) -> list[tuple[str, str]]:
    """Returns the instructions of a Dockerfile, and their arguments."""
    text = re.sub(r"^#.*\n", "", (project / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = filter(str.strip, text.replace("\\\n", " ").splitlines())
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def is_sent(path: str, project: Path) -> bool:
    """Whether `.dockerignore` lets Docker see a file: of the patterns that fit it or its folders, the last one says."""
    sent = True
    for pattern in (project / ".dockerignore").read_text(encoding="utf-8").splitlines():
        bare = pattern.removeprefix("!").removeprefix("**/")
        parts = [path, *map(str, Path(path).parents)] if not pattern.startswith("**/") else list(Path(path).parts)
        if pattern and not pattern.startswith("#") and any(fnmatch.fnmatch(part, bare) for part in parts):
            sent = pattern.startswith("!")
    return sent


def test_the_image_has_what_training_needs_and_no_more(whole: Path, tmp_path: Path) -> None:
    (whole / "data").mkdir(exist_ok=True)
    (whole / "data" / "samples.npz").write_bytes(b"")
    said = instructions(whole)
    assert said[0][0] == "FROM"
    [base] = [rest for word, rest in said if word == "FROM"]
    assert re.fullmatch(r"python:3\.\d+-slim", base)
    assert SpecifierSet(pyproject(whole)["requires-python"]).contains(base.removeprefix("python:").partition("-")[0])
    image, order = tmp_path / "image", []
    image.mkdir()
    for word, rest in said:
        order.append(word)
        if word == "COPY":
            source, target = rest.split()
            assert is_sent(source, whole), source
            if (whole / source).is_dir():
                shutil.copytree(whole / source, image / target, dirs_exist_ok=True)
            else:
                shutil.copy(whole / source, image / target)
        elif word == "RUN" and "pip install" in rest:
            installed_from_stub(rest, image, tmp_path)
    assert not is_sent("data/samples.npz", whole)
    assert not is_sent("src/plant/__pycache__/x.pyc", whole)
    [user] = [rest for word, rest in said if word == "USER"]
    assert user not in ("root", "0")
    assert order.index("USER") < order.index("ENTRYPOINT")
    [entry] = [json.loads(rest) for word, rest in said if word == "ENTRYPOINT"]
    assert entry == ["python", "-m", f"{package(whole)}.train"]
    code, output = shell(image, [sys.executable, *entry[1:], "training.epochs=1", "data.synthetic_samples=60"])
    assert code == 0, output
    assert (image / "runs" / "first" / "model.keras").exists()


def installed_from_stub(command: str, image: Path, folder: Path) -> None:
    """Runs the step that installs what the project needs, offline: the package itself, without what it needs."""
    offline = ["--no-deps", "--no-build-isolation", "--quiet", "--target", str(folder / "installed")]
    replaced = command.replace("--editable", f"{shlex.join(offline)}").replace("pip install", "python -m pip install")
    assert "--no-deps" in replaced
    code, output = shell(image, ["bash", "-c", replaced])
    assert code == 0, output
    assert list(folder.glob("installed/*.dist-info"))


@pytest.mark.parametrize(("hardware", "marks"), [("cpu", (False,)), ("gpu", (True,))])
def test_the_image_says_how_it_gets_a_gpu(hardware: str, marks: tuple[bool], tmp_path: Path) -> None:
    text = (made(tmp_path, extras=["docker"], hardware=hardware) / "Dockerfile").read_text(encoding="utf-8")
    assert (("--gpus all" in text), ("CUDA" in text)) == (*marks, *marks)


HOLDERS: Mapping[str, str] = {"Ada Lovelace": "Ada Lovelace", "": "the authors of plant", "{{ 7*7 }}": "{{ 7*7 }}"}


@pytest.mark.parametrize("name", TEXTS)
def test_a_licence_brings_its_text(name: str, tmp_path: Path) -> None:
    for number, (author, holder) in enumerate(HOLDERS.items()):
        project = made(tmp_path / str(number), license=name, author=author)
        text = (project / "LICENSE").read_text(encoding="utf-8")
        assert pyproject(project)["license"] == name
        if re.search(r"^Copyright \(c\)", text, re.MULTILINE):
            assert f"\nCopyright (c) {holder}\n" in text
        else:
            assert name.startswith(("Apache", "GPL", "MPL", "Unlicense"))
        assert "licen" not in (project / "README.md").read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("name", ["LGPL-3.0-only", "MIT OR Apache-2.0"])
def test_a_licence_without_a_text_at_hand_is_said_to_be(name: str, tmp_path: Path) -> None:
    project = made(tmp_path, license=name)
    assert not (project / "LICENSE").exists()
    assert f"Licence: {name}. Its text isn't here yet" in (project / "README.md").read_text(encoding="utf-8")
