"""Protects what the standard library promises of a dataclass: ours are made in anmade_so way, and behave alike."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, replace
from typing import Any

import pytest

from layerwright import records

Decorated = Callable[[type], type]


def made(decorate: Callable[..., Decorated], **options: bool) -> dict[str, type]:
    """Classes of all sorts that the package has, by one way to make them."""

    @decorate(**options)
    class Plain:
        a: int
        b: str = "b"
        c: list[int] = field(default_factory=list)

    @decorate(**options)
    class Derived(Plain):
        d: int = field(kw_only=True)
        e: int = field(default=5, compare=False)

    @decorate(**options)
    class Late:
        a: int
        twice: int = field(init=False, repr=False)

        def __post_init__(self) -> None:
            self.__dict__["twice"] = 2 * self.a

    @decorate(**options)
    class Empty:
        def __repr__(self) -> str:
            return "nothing"

    class Undecorated(Plain):
        pass

    found = {"Plain": Plain, "Derived": Derived, "Late": Late, "Empty": Empty, "Undecorated": Undecorated}
    for name, each in found.items():
        each.__qualname__ = each.__name__ = name
    return found


CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Plain", (1,), {}),
    ("Plain", (1, "x"), {"c": [2]}),
    ("Plain", (), {"b": "x", "a": 1}),
    ("Plain", (), {"b": "x"}),
    ("Plain", (1, "x", [], 4), {}),
    ("Plain", (1,), {"a": 1}),
    ("Plain", (1,), {"z": 1}),
    ("Derived", (1,), {"d": 4}),
    ("Derived", (1, "b", [], 5), {"d": 4}),
    ("Derived", (1,), {}),
    ("Derived", (1, "b", [], 5, 6), {"d": 4}),
    ("Late", (3,), {}),
    ("Late", (3,), {"twice": 6}),
    ("Late", (), {}),
    ("Empty", (), {}),
    ("Empty", (1,), {}),
    ("Undecorated", (1, "x"), {}),
]

OPTIONS = [{}, {"frozen": True}, {"eq": False}, {"frozen": True, "eq": False}, {"frozen": True, "repr": False}]


def outcome(action: Callable[[], Any]) -> object:
    """What comes of it: a value, or the kind of error."""
    try:
        return action()
    except (TypeError, FrozenInstanceError, AttributeError) as error:
        return type(error)


def behaviour(
    cls: type, args: tuple[Any, ...], kwargs: dict[str, Any], *, has_repr: bool, has_eq: bool
) -> list[object]:
    """All that can be seen of an object made so."""
    made_so = outcome(lambda: cls(*args, **kwargs))
    if isinstance(made_so, type):
        return [made_so]
    return [
        dict(sorted(made_so.__dict__.items())),
        repr(made_so) if has_repr else None,
        made_so == cls(*args, **kwargs),
        made_so != 1,
        outcome(lambda: isinstance(hash(made_so), int)),
        outcome(lambda: setattr(made_so, "a", 2)),
        outcome(lambda: delattr(made_so, "b")),
        outcome(lambda: replace(made_so, a=7).__dict__.get("a")),
        outcome(lambda: sorted(dataclasses.asdict(made_so))),
        copy.deepcopy(made_so) == made_so if has_eq else None,
        cls.__match_args__,
    ]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_an_object_is_as_the_standard_librarys(options: dict[str, bool]) -> None:
    ours, theirs = made(records.dataclass, **options), made(dataclasses.dataclass, **options)
    has = {"has_repr": options.get("repr", True), "has_eq": options.get("eq", True)}
    for name, args, kwargs in CALLS:
        expected = behaviour(theirs[name], args, kwargs, **has)
        assert behaviour(ours[name], args, kwargs, **has) == expected, (name, args, kwargs)


def test_objects_of_two_classes_are_never_equal() -> None:
    classes = made(records.dataclass)
    assert classes["Plain"](1) != classes["Undecorated"](1)


def test_each_object_has_defaults_of_its_own() -> None:
    one, other = (made(records.dataclass)["Plain"](1) for _ in range(2))
    one.c.append(1)
    assert other.c == []


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "word"),
    [
        ("Plain", (1, "x", [], 4), {}, "3 positional"),
        ("Plain", (1,), {"a": 1}, "'a'"),
        ("Plain", (1,), {"z": 1}, "'z'"),
        ("Derived", (1,), {}, "'d'"),
    ],
)
def test_a_wrong_call_is_told_by_name(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], word: str) -> None:
    with pytest.raises(TypeError, match=word):
        made(records.dataclass)[name](*args, **kwargs)
