"""Makes of what fails in a package's own code a refusal that names the package: a user gets no traceback of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..faults import ExtensionBroken
from ..layers import LayerError, Rule, Weight
from ..layers.rule import Argument
from ..problems import shown

Check = Callable[[Any], bool]


def guarded(rule: Rule, owner: str) -> Rule:
    """A rule whose functions raise nothing but LayerError, and give what they should."""

    def guard(name: str, function: Any, check: Check) -> Any:
        return _guard(f"{name} of {rule.name}, from {owner},", function, check)

    return replace(
        rule,
        shape=guard("shape", rule.shape, _is_shape),
        weights=guard("weights", rule.weights, _is_weights),
        dtype=guard("dtype", rule.dtype, lambda value: isinstance(value, str)),
        mask=guard("mask", rule.mask, lambda value: isinstance(value, bool)),
        guard=guard("guard", rule.guard, lambda value: value is None),
        arguments=tuple(_argument(each, rule.name, owner) for each in rule.arguments),
    )


def _argument(argument: Argument, of: str, owner: str) -> Argument:
    said = f"the check of {argument.name} of {of}, from {owner},"
    return replace(argument, check=_guard(said, argument.check, lambda value: value is None or isinstance(value, str)))


def _guard(said: str, function: Any, check: Check) -> Any:
    def call(*arguments: Any) -> Any:
        try:
            result = function(*arguments)
        except LayerError:
            raise
        except Exception as error:
            raise LayerError(
                ExtensionBroken, f"{said} fails: {type(error).__name__}: {error}", MEND, ("drop", None)
            ) from error
        if not check(result):
            raise LayerError(ExtensionBroken, f"{said} gives {shown(result)}", MEND, ("drop", None))
        return result

    return call


MEND = "tell whoever makes that package; leave it out"


def _is_shape(value: Any) -> bool:
    sizes = value if isinstance(value, tuple) else (object(),)
    return all(size is None or (isinstance(size, int) and not isinstance(size, bool)) for size in sizes)


def _is_weights(value: Any) -> bool:
    return isinstance(value, tuple) and all(
        isinstance(each, Weight) and None not in each.shape and _is_shape(each.shape) for each in value
    )
