"""How much a test proves, as far as its source tells: to see that it proves less than it did."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..records import dataclass
from .sources import Function, Source, called

PROOFS = ("raises", "warns")
SKIPS = ("skip", "skipif", "xfail", "importorskip")


@dataclass(frozen=True)
class Strictness:
    """What of a test can be counted: what it asserts, on how many cases, how often it may be skipped."""

    assertions: int
    cases: int | None
    skips: int

    def less_than(self, other: Strictness) -> Iterator[str]:
        """What this one lacks beside the other, in words."""
        if self.skips > other.skips:
            yield "is skipped, or expected to fail"
        if self.assertions < other.assertions:
            yield f"asserts less: {self.assertions} of {other.assertions}"
        if self.cases is not None and other.cases is not None and self.cases < other.cases:
            yield f"is tried on fewer cases: {self.cases} of {other.cases}"


def strictness(source: Source, function: Function) -> Strictness:
    """What can be counted of a test."""
    reached = ast.Module(list(_reached(function.body)), [])
    asserted = [each for each in ast.walk(reached) if isinstance(each, ast.Assert)]
    proved = [each for each in source.calls(reached) if called(each) in PROOFS or called(each).startswith("assert_")]
    says = sum(not isinstance(each.test, ast.Constant) for each in asserted) + len(proved)
    marks = [_marked(each) for each in (*function.decorator_list, *_module_marks(source))]
    skips = sum(any(word in SKIPS for word in mark) for mark in marks)
    skips += sum(called(each) in SKIPS for each in source.calls(reached))
    return Strictness(says, _cases(function), skips)


def _reached(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements up to one that ends the test."""
    for each in body:
        yield each
        if isinstance(each, ast.Return):
            return


def _module_marks(source: Source) -> Iterator[ast.expr]:
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and any(getattr(each, "id", "") == "pytestmark" for each in node.targets):
            yield node.value


def _marked(node: ast.expr) -> set[str]:
    """The words of a decorator or mark."""
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _cases(function: Function) -> int | None:
    """The product of the cases that a test is tried on, None if they aren't spelled out."""
    product = 1
    for each in function.decorator_list:
        if isinstance(each, ast.Call) and called(each) == "parametrize":
            if len(each.args) < 2 or not isinstance(each.args[1], ast.List | ast.Tuple):
                return None
            product *= len(each.args[1].elts)
    return product
