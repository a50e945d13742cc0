"""The standard library's `dataclass`, whose methods are written once instead of for each class.

That one writes source for every class and compiles it, which takes half a millisecond: a third of all the time in
which a command of this tool is there. Here all classes share one `__init__`, `__eq__`, `__hash__` and `__repr__`, which
go by the fields. What the fields are stays the standard library's matter, so its `fields`, `replace` and `asdict` work.

Not here, because nothing needs it: `order`, `slots`, and a field without a default after one that has one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 (as strict types want what others import from here)
else:

    def dataclass(cls: type | None = None, /, *, frozen: bool = False, eq: bool = True, repr: bool = True) -> Any:  # noqa: A002
        """Makes a class a dataclass, as `dataclasses.dataclass` does."""

        def made(cls: type) -> type:
            methods = {"__init__": _init}
            if repr:
                methods["__repr__"] = _repr
            if eq:
                methods |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
            if frozen:
                methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
            for name, method in methods.items():
                if name not in cls.__dict__:
                    setattr(cls, name, method)
            return dataclasses.dataclass(init=False, repr=False, eq=False)(cls)

        return made if cls is None else made(cls)


class _Call(NamedTuple):
    """How a class is called: what stands by place, all that may be said, what has a default, and what comes after."""

    places: tuple[str, ...]
    names: tuple[str, ...]
    defaults: tuple[tuple[str, Any, Callable[[], Any] | None], ...]
    whole: int
    then: Callable[[Any], None] | None


@cache
def _call(cls: Any) -> _Call:
    fields = dataclasses.fields(cls)
    defaults = tuple(
        (each.name, each.default, None if each.default_factory is MISSING else each.default_factory)
        for each in fields
        if each.default is not MISSING or each.default_factory is not MISSING
    )
    names = tuple(each.name for each in fields if each.init)
    return _Call(
        places=tuple(each.name for each in fields if each.init and not each.kw_only),
        names=names,
        defaults=defaults,
        whole=len({*names, *(name for name, *_ in defaults)}),
        then=getattr(cls, "__post_init__", None),
    )


def _init(self: Any, *args: Any, **kwargs: Any) -> None:
    places, _, defaults, whole, then = _call(self.__class__)
    values = self.__dict__  # a frozen one refuses to be set otherwise
    for name, value in zip(places, args):  # noqa: B905 (too many are found below, with all else)
        values[name] = value
    for name, value in kwargs.items():
        values[name] = value
    given = len(values)
    if given < whole:
        for name, default, factory in defaults:
            if name not in values:
                values[name] = default if factory is None else factory()
    if len(values) != whole or given != len(args) + len(kwargs):
        raise _wrong(self.__class__, args, kwargs)
    if then is not None:
        then(self)


def _wrong(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> TypeError:
    """What is wrong with a call, as Python says it."""
    places, names, defaults, *_ = _call(cls)
    said, by_place = f"{cls.__qualname__}.__init__()", places[: len(args)]
    if len(args) > len(places):
        return TypeError(f"{said} takes {len(places)} positional arguments but {len(args)} were given")
    if twice := [name for name in kwargs if name in by_place]:
        return TypeError(f"{said} got multiple values for argument {twice[0]!r}")
    if unknown := [name for name in kwargs if name not in names]:
        return TypeError(f"{said} got an unexpected keyword argument {unknown[0]!r}")
    optional = {name for name, *_ in defaults}
    missing = [name for name in names if name not in {*by_place, *kwargs, *optional}]
    return TypeError(f"{said} missing required arguments: {', '.join(map(repr, missing))}")


@cache
def _compared(cls: Any) -> Callable[[Any], Any]:
    """What takes from an object that which is compared and hashed."""
    names = [each.name for each in dataclasses.fields(cls) if each.compare]
    return attrgetter(*names) if names else lambda _: ()


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    compared = _compared(self.__class__)
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(_compared(self.__class__)(self))


def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(self: Any, name: str, *_: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__qualname__} is frozen: {name!r} can't be set or deleted")
