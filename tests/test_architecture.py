"""Protects the one way through the package: who may import whom, and that nothing before the command line prints."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import layerwright

PACKAGE = Path(layerwright.__file__).parent
GENERATOR = PACKAGE.parent
ARCHITECTURE = GENERATOR.parent / "docs" / "architecture.md"

ORDER = (
    *(
        "faults",
        "records",
        "problems",
        "layers",
        "graph",
        "lengths",
        "padding",
        "forms",
        "blocks",
        "kinds",
        "tasks",
        "backbones",
        "spec",
        "extensions",
        "answers",
        "choices",
    ),
    *(
        "mends",
        "rules",
        "plan",
        "memory",
        "operations",
        "diagram",
        "explain",
        "pictures",
        "emit",
        "differences",
        "context",
        "places",
        "presets",
        "marking",
        "standards",
        "questions",
        "refusing",
        "store",
        "compiled",
        "jinja",
        "direct",
        "stopping",
        "scratch",
        "template",
        "asking",
        "update",
        "environments",
        "checking",
        "weights",
        "cli",
    ),
)
"""The modules of the package. Each imports only from those before it."""

BACKENDS = {"keras", "tensorflow", "torch", "jax"}
TEMPLATING = {"copier", "jinja2", "black"}

SOURCES = {path.relative_to(PACKAGE): ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}

ELSEWHERE = {Path("checking/probe.py"), Path("weights/carry.py")}
"""Scripts that a project's own interpreter runs."""

each_source = pytest.mark.parametrize("path", SOURCES, ids=str)


def _module(path: Path) -> str:
    """The module of the package that a file is, or belongs to."""
    return path.parts[0].removesuffix(".py")


def _relative(path: Path) -> Iterator[str]:
    """The modules of the package that a file imports from."""
    for node in ast.walk(SOURCES[path]):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = path.parts[: len(path.parts) - node.level]
            names = (node.module,) if node.module else tuple(alias.name for alias in node.names)
            yield from ((*folder, *name.split("."))[0] for name in names)


def _absolute(tree: ast.AST) -> Iterator[str]:
    """The other packages that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


def test_every_module_has_its_place_in_the_order() -> None:
    assert {_module(path) for path in SOURCES} == {*ORDER, "__init__", "__main__"}


def test_the_page_on_architecture_gives_the_same_order() -> None:
    _, _, after = ARCHITECTURE.read_text().partition("in the order in which they may import")
    listed = re.findall(r"`(\w+)/?`", after.partition("A module imports")[0])
    assert tuple(listed) == ORDER


@each_source
def test_a_module_imports_only_from_those_before_it(path: Path) -> None:
    module = _module(path)
    before = ORDER[: ORDER.index(module)] if module in ORDER else ORDER
    # `from . import __version__` reads the package's own first lines.
    assert set(_relative(path)) <= {*before, module, "__version__"}


@each_source
def test_inside_the_package_imports_are_relative(path: Path) -> None:
    """A project's update runs two versions of the package in one process, under names of their own."""
    assert "layerwright" not in set(_absolute(SOURCES[path]))


@each_source
def test_no_module_imports_keras_or_a_backend(path: Path) -> None:
    if path not in ELSEWHERE:
        assert not BACKENDS & set(_absolute(SOURCES[path]))


@pytest.mark.parametrize("path", sorted(ELSEWHERE), ids=str)
def test_a_script_for_another_environment_imports_what_is_there(path: Path) -> None:
    assert not list(_relative(path))
    assert set(_absolute(SOURCES[path])) <= {"keras", *sys.stdlib_module_names}


@each_source
def test_only_the_template_s_own_modules_import_what_makes_files(path: Path) -> None:
    templates_own = ("questions", "refusing", "compiled", "jinja", "direct", "template")
    if _module(path) not in templates_own and path != Path("update/worker.py"):
        assert not TEMPLATING & set(_absolute(SOURCES[path]))


@each_source
def test_only_the_command_line_prints(path: Path) -> None:
    called = [node.func for node in ast.walk(SOURCES[path]) if isinstance(node, ast.Call)]
    if _module(path) != "cli":
        assert not [each for each in called if isinstance(each, ast.Name) and each.id == "print"]
        assert "click" not in set(_absolute(SOURCES[path]))
