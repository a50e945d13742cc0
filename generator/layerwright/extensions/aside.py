"""Finds extensions that lie in folders of their own, beside what is installed: two versions of one in one process.

A change from one version to another renders the project by both. The one that isn't installed is had by `pip install
--target FOLDER`, and loaded under a name that no other version has.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

VARIABLE = "LAYERWRIGHT_EXTENSIONS"
"""The environment's variable that names the folders, as PATH does."""


class AsideError(ImportError):
    """A package can't be loaded from its folder."""


def points(group: str) -> Iterator[tuple[EntryPoint, Path]]:
    """The entry points of packages in the folders, each with its folder."""
    folders = [folder for folder in os.environ.get(VARIABLE, "").split(os.pathsep) if folder]
    if not folders:
        return
    from importlib.metadata import distributions

    for folder in folders:
        for each in distributions(path=[folder]):
            yield from ((point, Path(folder)) for point in each.entry_points if point.group == group)


def load(point: EntryPoint, folder: Path) -> Any:
    """What an entry point names, of the package in this folder."""
    top, _, rest = point.module.partition(".")
    file = next((each for each in (folder / top / "__init__.py", folder / f"{top}.py") if each.is_file()), None)
    if file is None:
        raise AsideError(f"{folder} has no {top}")
    _check_relative(top, file)
    name = f"{top}_{hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:16]}"
    if name not in sys.modules:
        _execute(name, file)
    found: Any = importlib.import_module(f"{name}.{rest}") if rest else sys.modules[name]
    for each in filter(None, point.attr.split(".")):
        found = getattr(found, each)
    return found


def _execute(name: str, file: Path) -> None:
    inside = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise


def _check_relative(top: str, file: Path) -> None:
    """Raises AsideError for a package that imports itself by its name: that would be another version."""
    for path in sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) and not node.level else []
            if any(name.partition(".")[0] == top for name in names):
                raise AsideError(f"{path.name} imports {top} by its name, and has to say `from .`")
