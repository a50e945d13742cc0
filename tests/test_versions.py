"""Protects updates: an improvement arrives whether it was made in a template or in the generator's Python.

An update renders the version that made the project again, and that version's own Python has to do it: rendered by the
new one, an improvement would look like an edit of the user's, and be lost without a word.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from .workbench import Checkout, Result, listing, new_checkout

pytest_plugins = ["tests.workbench"]

BETTER_PYTHON = ("emit", "Made once: all calls share", "Made once, and all calls share")
"""Where in the generator, what it writes into a `model.py` with shared weights, and what the new version writes."""

BETTER_TEMPLATE = ("Without data of your own", "As long as there is no data of your own")

LOADS_WHAT_IS_INSTALLED = """
from jinja2.ext import Extension
from layerwright.jinja import install


class Layerwright(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        install(environment)
"""


def replaced(folder: Path, old: str, new: str) -> None:
    """Replaces a text in the one file under a folder that has it."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    [path] = [path for path in files if old in path.read_text(encoding="utf-8")]
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def released(folder: Path, extension: str | None = None) -> Checkout:
    """A repository with two versions, the second of which writes other files by its Python and by its templates."""
    checkout = new_checkout(folder)
    if extension:
        (checkout.root / "templates" / "extensions.py").write_text(extension)
        checkout.git("tag", "--delete", "v0.1.0")
        checkout.commit("v0.1.0")
    where, *texts = BETTER_PYTHON
    replaced(checkout.root / "generator" / "layerwright" / where, *texts)
    replaced(checkout.root / "templates" / "project", *BETTER_TEMPLATE)
    preset = checkout.root / "templates" / "presets" / "image-metadata.yml"
    preset.write_text(preset.read_text().replace("dense 64", "dense 65"))
    checkout.commit("v0.2.0")
    return checkout


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return released(tmp_path_factory.mktemp("versions"))


def project_of(checkout: Checkout, folder: Path, *answers: str, **more: str) -> Path:
    """A project of the first version, under version control, with edits of the user's."""
    project = folder / "plant"
    pairs = [part for pair in answers for part in ("--data", pair)]
    options = ("copy", "--trust", "--vcs-ref", "v0.1.0", "--defaults", "--quiet")
    done = checkout.copier(*options, checkout.root, project, *pairs, cwd=folder, **more)
    assert done.code == 0, done.err
    checkout.git("init", "--quiet", cwd=project)
    saved(checkout, project, "As it was made")
    for name, edit in EDITS.items():
        path = project / name
        path.write_text(path.read_text(encoding="utf-8").replace(*edit), encoding="utf-8")
    (project / "ours.txt").write_text("ours")
    saved(checkout, project, "Our edits")
    return project


EDITS = {
    "src/plant/model.py": ("from keras import layers\n", "from keras import layers\n\nOURS = 1\n"),
    "README.md": ("## Your data\n", "## Ours\n\nWritten by hand.\n\n## Your data\n"),
}
"""What the user changes in files that the new version changes in another place."""


def saved(checkout: Checkout, project: Path, message: str) -> None:
    checkout.git("add", "--all", cwd=project)
    checkout.git("commit", "--quiet", "--message", message, cwd=project)


def updated(checkout: Checkout, project: Path, *arguments: str) -> Result:
    """Updates to the newest version, with plain Copier."""
    done = checkout.copier("update", "--trust", "--defaults", "--quiet", *arguments, cwd=project)
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    files = {name: content for name, content in listing(project).items() if not name.startswith(".git/")}
    assert not [name for name in files if name.endswith((".rej", ".orig"))]
    assert not [name for name, content in files.items() if "<<<<<<<" in content or ">>>>>>>" in content]
    return done


def text(project: Path, name: str) -> str:
    return (project / name).read_text(encoding="utf-8")


def changed(checkout: Checkout, project: Path) -> set[str]:
    """The files that differ from what the user committed."""
    return {line[3:] for line in checkout.git("status", "--porcelain", cwd=project).splitlines()}


def test_an_update_brings_what_the_python_and_the_templates_do_better_and_keeps_edits(
    versions: Checkout, tmp_path: Path
) -> None:
    project = project_of(versions, tmp_path, "preset=siamese-dense")
    _, old, new = BETTER_PYTHON
    assert old in text(project, "src/plant/model.py")
    updated(versions, project)
    model, readme = text(project, "src/plant/model.py"), text(project, "README.md")
    assert new in model
    assert old not in model
    assert BETTER_TEMPLATE[1] in readme
    assert BETTER_TEMPLATE[0] not in readme
    assert EDITS["src/plant/model.py"][1] in model
    assert EDITS["README.md"][1] in readme
    assert text(project, "ours.txt") == "ours"
    assert yaml.safe_load(text(project, ".copier-answers.yml"))["_commit"] == "v0.2.0"
    assert changed(versions, project) == {"src/plant/model.py", "README.md", ".copier-answers.yml"}


def test_with_one_generator_for_both_versions_what_its_python_does_better_is_lost(tmp_path: Path) -> None:
    """The control: it shows that the test above can fail, and that a version's own Python is what makes it pass."""
    careless = released(tmp_path / "careless", LOADS_WHAT_IS_INSTALLED)
    careless.git("clone", "--quiet", "--branch", "v0.1.0", str(careless.root), str(tmp_path / "old"))
    then, now = (str(root / "generator") for root in (tmp_path / "old", careless.root))
    project = project_of(careless, tmp_path, "preset=siamese-dense", PYTHONPATH=then)
    done = careless.copier("update", "--trust", "--defaults", "--quiet", cwd=project, PYTHONPATH=now)
    assert done.code == 0, done.err
    _, old, new = BETTER_PYTHON
    assert BETTER_TEMPLATE[1] in text(project, "README.md"), "the template's change arrives"
    assert old in text(project, "src/plant/model.py"), "the Python's doesn't, and nothing says so"
    assert new not in text(project, "src/plant/model.py")


def test_an_update_may_change_an_answer_at_once(versions: Checkout, tmp_path: Path) -> None:
    project = project_of(versions, tmp_path, "preset=siamese-dense")
    updated(versions, project, "--data", "outputs=pair: embedding 128, same: binary", "--data", "backend=jax")
    model = text(project, "src/plant/model.py")
    assert '"same"' in model
    assert BETTER_PYTHON[2] in model
    assert EDITS["src/plant/model.py"][1] in model
    assert EDITS["README.md"][1] in text(project, "README.md")
    assert '"jax' in text(project, "pyproject.toml")
    assert '"tensorflow' not in text(project, "pyproject.toml")
    assert yaml.safe_load(text(project, ".copier-answers.yml"))["outputs"] == "pair: embedding 128, same: binary"


def test_an_update_changes_no_network_though_the_preset_it_started_from_did(versions: Checkout, tmp_path: Path) -> None:
    project = project_of(versions, tmp_path, "preset=image-metadata", "layers={body: [dense 7]}")
    before = text(project, "src/plant/model.py")
    assert "layers.Dense(7" in before
    assert "layers.Dense(64" in before, "the preset's part"
    updated(versions, project)
    assert text(project, "src/plant/model.py") == before
    assert changed(versions, project) == {"README.md", ".copier-answers.yml"}


def test_an_update_to_the_same_version_changes_nothing(versions: Checkout, tmp_path: Path) -> None:
    project = project_of(versions, tmp_path, "preset=power-plant", 'description=it\'s "quoted" {{ 7*7 }} \\')
    updated(versions, project, "--vcs-ref", "v0.1.0")
    assert changed(versions, project) == set()


# Two versions in one process


def extension_of(root: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, root / "templates" / "extensions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_two_versions_in_one_process_are_different_modules(versions: Checkout, tmp_path: Path) -> None:
    roots = []
    for tag in ("v0.1.0", "v0.2.0"):
        versions.git("clone", "--quiet", "--branch", tag, str(versions.root), str(tmp_path / tag))
        roots.append(tmp_path / tag)
    old, new = (extension_of(root, f"extensions_{number}").load_generator() for number, root in enumerate(roots))
    assert old is not new
    assert old.__name__ != new.__name__
    assert Path(str(old.__file__)).is_relative_to(roots[0])
    assert Path(str(new.__file__)).is_relative_to(roots[1])
    assert old.planned_project is not new.planned_project
    assert extension_of(roots[0], "extensions_again").load_generator() is old


def test_a_version_that_cannot_be_loaded_is_not_remembered(versions: Checkout, tmp_path: Path) -> None:
    versions.git("clone", "--quiet", str(versions.root), str(tmp_path / "broken"))
    package = tmp_path / "broken" / "generator" / "layerwright" / "__init__.py"
    content = package.read_text()
    package.write_text("raise RuntimeError('broken')\n")
    extension = extension_of(tmp_path / "broken", "extensions_broken")
    with pytest.raises(RuntimeError, match="broken"):
        extension.load_generator()
    package.write_text(content + "\n# mended\n")
    importlib.invalidate_caches()
    assert extension.load_generator().install
