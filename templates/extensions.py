"""Binds this version of the template to the generator of the same version.

An update renders the old version of the template again, in the process that renders the new one. Each has to run
its own Python, or an improvement in the generator would look like an edit of the user's. So the generator is
loaded from the folder that this file lies in, under a name that no other version has.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from importlib.machinery import FileFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension

ROOT = Path(__file__).resolve().parent.parent


SHARED = sys.modules.setdefault("layerwright_compiled", ModuleType("layerwright_compiled"))
"""Holds what this process has compiled, of any version."""


class Loader(SourceFileLoader):
    """Compiles a text once: two versions have most files in common, and an update loads each of them twice."""

    def source_to_code(self, data: Any, path: Any) -> CodeType:  # type: ignore[override]
        """The code of a module."""
        code: dict[bytes, CodeType] = SHARED.__dict__.setdefault("code", {})
        if data not in code:
            code[data] = super().source_to_code(data, path)
        return code[data]


def generator_folder() -> Path:
    """The package beside this template: in a checkout, or around the template in an installed package."""
    checkout = ROOT / "generator" / "layerwright"
    return checkout if checkout.is_dir() else ROOT.parent


def load_generator() -> ModuleType:
    """The generator's `jinja` module, loaded under a name of its own."""
    folder = generator_folder()
    name = f"layerwright_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    if name not in sys.modules:
        for package_folder in (each.parent for each in folder.rglob("__init__.py")):
            sys.path_importer_cache[str(package_folder)] = FileFinder(str(package_folder), (Loader, [".py"]))
        path = folder / "__init__.py"
        spec = importlib.util.spec_from_file_location(
            name, path, loader=Loader(name, str(path)), submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        package = importlib.util.module_from_spec(spec)
        sys.modules[name] = package
        try:
            spec.loader.exec_module(package)
        except BaseException:
            del sys.modules[name]
            raise
    return importlib.import_module(f"{name}.jinja")


class Layerwright(Extension):
    """Adds the generator's filters and functions to Copier's Jinja environment."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        load_generator().install(environment)
