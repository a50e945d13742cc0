"""Which extensions a set of answers gets: those that it names, in their versions, or whatever it turns out to need."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from ..graph import Graph
from ..problems import AnswersError, Edit, Problem, shown
from ..spec import Spec
from .catalogue import Catalogue, assembled, our_offer, ours
from .installed import Extension, installed, plain

KEY = "extensions"
"""The answer that names them."""

PIN = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)==([A-Za-z0-9](?:[A-Za-z0-9.!+_-]{0,48}[A-Za-z0-9])?)"
)
"""A package with its version, and nothing that a shell or pip would take for more."""

T = TypeVar("T")


def enough(named: Any, work: Callable[[Catalogue], T]) -> T:
    """Does a piece of work with what is built in, if the answers name no extension and that is enough.

    Otherwise it's done with all that is installed and can be used. Raises AnswersError for named extensions that aren't
    there as they are named, and as the work does.
    """
    if not named:
        try:
            return work(ours())
        except AnswersError:
            if not installed():
                raise
    else:
        _check(named)
    try:
        return work(_whole())
    except AnswersError as error:
        if any(each.what.startswith("unknown ") for each in error.problems):
            raise AnswersError([*error.problems, *broken()]) from error
        raise


def used(catalogue: Catalogue, spec: Spec, graph: Graph) -> tuple[str, ...]:
    """The extensions that a network needs, as a project records them."""
    owners = catalogue.owners(spec, graph)
    return tuple(each.pin for each in installed() if each.label in owners) if owners else ()


def _whole() -> Catalogue:
    return assembled([our_offer(), *(each.offer for each in usable())])


def usable() -> list[Extension]:
    """The installed extensions that have no fault."""
    return [each for each in installed() if not each.fault]


def broken() -> list[Problem]:
    """A problem for each that can't be used: for answers that have a word which nothing else has."""
    mend = "if that word is one of its own: install a version of it that works, or pip uninstall "
    return [
        Problem(KEY, f"{each.label} can't be used: {each.fault}", mend + each.name)
        for each in installed()
        if each.fault
    ]


def _check(named: Any) -> None:
    """Raises AnswersError if an extension that the answers name isn't there in just that version."""
    wrong = isinstance(named, str) or not isinstance(named, list)
    if wrong or not all(isinstance(each, str) and PIN.fullmatch(each) for each in named):
        mend = "a list of NAME==VERSION, as [acme-layers==1.2.0]; or leave it out"
        raise AnswersError([Problem(KEY, f"{shown(named)} names no extensions", mend, (Edit("drop", KEY),))])
    there = {each.name: each for each in installed()}
    pins = [match for each in named if (match := PIN.fullmatch(each))]
    problems = [_missing(match[1], match[2], there.get(plain(match[1]))) for match in pins]
    if found := [each for each in problems if each]:
        raise AnswersError(found)


def _missing(name: str, version: str, there: Extension | None) -> Problem | None:
    """What is wrong if not just this version of an extension is there and can be used."""
    install = f"pip install {name}=={version}"
    needed = f"{name} {version} is part of these answers"
    if there is None:
        return Problem(KEY, f"{needed}, and isn't installed", f"{install}, if you trust it")
    if there.version != version:
        mend = f"{install}; to go on with {there.version}, see docs/extending.md"
        return Problem(KEY, f"{needed}, and {there.version} is installed: it might make something else of them", mend)
    if there.fault:
        return Problem(KEY, f"{needed}, and can't be used: {there.fault}", "mend that first")
    return None
