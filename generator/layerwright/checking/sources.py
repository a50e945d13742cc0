"""The Python of a project, read but never run: where its layers, inputs and losses stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from ..records import dataclass
from .findings import Place

MODELS = ("Model", "Sequential")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A file of the project. `tree` is empty if the text isn't Python; `broken` says the line then."""

    path: str
    text: str

    @cached_property
    def parsed(self) -> ast.Module | SyntaxError:
        """What Python makes of it."""
        try:
            return ast.parse(self.text)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:  # null bytes; nested too deep
            return SyntaxError(str(error))

    @cached_property
    def tree(self) -> ast.Module:
        """Its statements, none if it isn't Python."""
        return self.parsed if isinstance(self.parsed, ast.Module) else ast.Module([], [])

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Its functions by name, not those of classes."""
        return {each.name: each for each in self.tree.body if isinstance(each, Function)}

    def calls(self, within: ast.AST | None = None) -> Iterator[ast.Call]:
        """The calls in it, or in a part of it, in the order of the text."""
        found = (each for each in ast.walk(within or self.tree) if isinstance(each, ast.Call))
        yield from sorted(found, key=lambda each: (each.lineno, each.col_offset))

    def at(self, node: ast.AST | None) -> Place:
        """The place of a node, the file's begin if there's none."""
        return Place(self.path, getattr(node, "lineno", 1))

    def of_function(self, name: str) -> Place:
        """Where a function stands."""
        return self.at(self.functions.get(name))

    def of_model(self) -> Place:
        """Where `build_model` puts the model together."""
        builder = self.functions.get("build_model")
        made = [each for each in self.calls(builder) if called(each) in MODELS] if builder else []
        return self.at(made[-1] if made else builder)

    def of_layer(self, path: str) -> Place | None:
        """Where a layer is made: one of a nested model, as `encoder/conv`, where that is built, if it can be told.

        Its name may be spelled in parts, as `name=f"{name}_conv"`.
        """
        model, _, name = path.rpartition("/")
        within = self.functions.get(f"build_{model.rpartition('/')[2]}") if model else None
        for part in (within, None) if within else (None,):
            for says in (exactly, in_parts, anywhere):
                for each in self.calls(part):
                    if says(each, name):
                        return self.at(each)
        return None

    def of_input(self, name: str) -> ast.Call | None:
        """The call that makes an input."""
        inputs = (each for each in self.calls() if called(each) in ("Input", "InputLayer"))
        return next((each for each in inputs if exactly(each, name)), None)


def called(call: ast.Call) -> str:
    """The last name of what is called: `Dense` of `layers.Dense(…)`."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a call's keyword."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def text_of(node: ast.expr | None) -> str | None:
    """The text that an expression is, None if it's something else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def exactly(call: ast.Call, name: str) -> bool:
    """Whether a call says `name="…"`."""
    return text_of(keyword(call, "name")) == name


def in_parts(call: ast.Call, name: str) -> bool:
    """Whether a call says a name in parts that this one fits."""
    value = keyword(call, "name")
    if not isinstance(value, ast.JoinedStr):
        return False
    pattern = "".join(re.escape(text) if (text := text_of(each)) is not None else ".+" for each in value.values)
    return re.fullmatch(pattern, name) is not None


def anywhere(call: ast.Call, name: str) -> bool:
    """Whether a call has the name as any of its own arguments."""
    return any(text_of(each) == name for each in (*call.args, *(each.value for each in call.keywords)))
