"""Reads the source of a class or function that projects get, out of a file of the package that brings it.

The file is Python that the package can import and test itself. What a project gets stands alone there: so it may use
Keras and Python's own library, and nothing else that the file has.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

MODEL = {"keras": "import keras", "layers": "from keras import layers"}
"""What a generated `model.py` has anyway."""

TRAIN = {"keras": "import keras", "Any": "from typing import Any"}
"""What a generated `train.py` with a loss of its own has anyway."""


class SourceError(ValueError):
    """A file doesn't have what it should. The text says what."""


def is_expression(text: str) -> bool:
    """Whether a text is one expression of Python."""
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True


def of_class(path: Path, name: str, arguments: Sequence[str], masks: bool) -> tuple[str, tuple[str, ...]]:
    """A class of layers as source, without decorators, and the imports that it needs beside those for Keras.

    Its constructor has to take these arguments, and what every layer takes; `masks`: and it has to see to masks.
    """
    tree, text = _parsed(path)
    node = _only(tree, ast.ClassDef, name, path)
    assert isinstance(node, ast.ClassDef)
    _check_constructor(node, arguments, path)
    _check_methods(node, path, masks=masks)
    needed = dict.fromkeys(_imports(tree, node, path, MODEL))
    return _cut(text, node), tuple(needed)


def of_function(path: Path, name: str) -> str:
    """A function as source."""
    tree, text = _parsed(path)
    node = _only(tree, ast.FunctionDef, name, path)
    if others := list(_imports(tree, node, path, TRAIN)):
        raise SourceError(f"{path.name}: {name} needs `{others[0]}`, and a loss has keras and typing.Any alone")
    return _cut(text, node)


def _parsed(path: Path) -> tuple[ast.Module, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{path.name} can't be read: {getattr(error, 'strerror', None) or 'it is no text'}"
        ) from error
    try:
        return ast.parse(text), text
    except (SyntaxError, ValueError) as error:
        raise SourceError(f"{path.name} is no Python: {error}") from error


def _only(tree: ast.Module, kind: type[ast.ClassDef | ast.FunctionDef], name: str, path: Path) -> ast.stmt:
    found = [node for node in tree.body if isinstance(node, kind) and node.name == name]
    if len(found) != 1:
        noun = "class" if kind is ast.ClassDef else "function"
        raise SourceError(f"{path.name} has {len(found)} times the {noun} {name}, and should have it once")
    return found[0]


def _cut(text: str, node: ast.stmt) -> str:
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno]) + "\n"


def _check_constructor(node: ast.ClassDef, arguments: Sequence[str], path: Path) -> None:
    made = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
    if made is None:
        if arguments:
            raise SourceError(f"{path.name}: {node.name} has no __init__ that takes {', '.join(arguments)}")
        return
    taken = {each.arg for each in (*made.args.args, *made.args.kwonlyargs)}
    if missing := [each for each in arguments if each not in taken]:
        raise SourceError(f"{path.name}: __init__ of {node.name} doesn't take {', '.join(missing)}")
    if made.args.kwarg is None:
        raise SourceError(f"{path.name}: __init__ of {node.name} takes no **kwargs, as name and dtype need it")


BASES = ("layers.Layer", "keras.layers.Layer", "keras.Layer")


def _check_methods(node: ast.ClassDef, path: Path, *, masks: bool) -> None:
    """Raises SourceError for a class that would work in some places of a network and not in others."""
    methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    if any(ast.unparse(base) in BASES for base in node.bases) and "compute_output_shape" not in methods:
        raise SourceError(f"{path.name}: {node.name} has no compute_output_shape, for which wrappers ask")
    if masks and "compute_mask" not in methods and "supports_masking" not in ast.unparse(node):
        what = f"{path.name}: {node.name} neither sets supports_masking nor has compute_mask: Keras drops masks there"
        raise SourceError(f"{what}, and its rule has to say so, by mask=drops_mask")


def _imports(tree: ast.Module, node: ast.stmt, path: Path, there: dict[str, str]) -> Iterator[str]:
    """The import statements that a class or function needs beside those that are there."""
    brought = dict(_brought(tree))
    for name in sorted(_free(node)):
        statement = brought.get(name)
        if statement is None or (name in there and there[name] != statement):
            raise SourceError(f"{path.name}, line {node.lineno}: it uses {name}, which a project wouldn't have")
        if name in there:
            continue
        module = statement.split()[1].partition(".")[0]
        if module not in sys.stdlib_module_names:
            raise SourceError(
                f"{path.name}: it uses {name} of {module}; only Keras and Python's own library can be used"
            )
        yield statement


def _brought(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that a file imports, each with a statement for it alone."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            for each in node.names:
                yield each.asname or each.name.partition(".")[0], ast.unparse(ast.Import([each]))
        elif isinstance(node, ast.ImportFrom):
            for each in node.names:
                yield each.asname or each.name, ast.unparse(ast.ImportFrom(node.module, [each], node.level))


def _free(node: ast.stmt) -> set[str]:
    """The names that a class or function uses and doesn't make; annotations and decorators count, its own don't."""
    used: set[str] = set()
    made: set[str] = {node.name} if isinstance(node, ast.ClassDef | ast.FunctionDef) else set()
    for each in _inside(node):
        match each:
            case ast.Name(id=name, ctx=ast.Load()):
                used.add(name)
            case ast.Name(id=name) | ast.arg(arg=name):
                made.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                made.add(name)
            case ast.alias(name=name, asname=other):
                made.add(other or name.partition(".")[0])
    return used - made - _KNOWN


_KNOWN: frozenset[str] = frozenset(dir(builtins)) | {"__class__"}


def _inside(node: ast.stmt) -> Iterator[ast.AST]:
    """All that is in a class or function, without its own decorators: a project has one of its own."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        node = ast.fix_missing_locations(type(node)(**{**dict(ast.iter_fields(node)), "decorator_list": []}))
    return ast.walk(node)
