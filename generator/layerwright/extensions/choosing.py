"""Which extensions a set of answers gets: those that it names, in their versions, or whatever it turns out to need."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..faults import BadValue, ExtensionBroken, ExtensionMissing, SaidTwice, UnknownKind, UnknownLayer
from ..graph import Graph
from ..problems import AnswersError, Edit, Problem, shown
from ..spec import Spec
from .catalogue import Catalogue, assembled, our_offer, ours

if TYPE_CHECKING:
    from .finding import Extension

KEY = "extensions"
"""The answer that names them."""

T = TypeVar("T")


def installed() -> tuple[Extension, ...]:
    """All extensions that are installed, by name."""
    from .finding import found  # only where they are asked for: that is most of what extensions take of `explain`

    return found()


def enough(named: Any, work: Callable[[Catalogue], T]) -> T:
    """Does a piece of work with what is built in, if the answers name no extension and that is enough.

    Otherwise it's done with what they name, and all else that is installed and can be used. Raises AnswersError for
    named extensions that aren't there as they are named, and as the work does.
    """
    pins = _pins(named)
    if not pins:
        try:
            return work(ours())
        except AnswersError:
            if not installed():
                raise
    extensions = _chosen(pins)
    try:
        return work(assembled([our_offer(), *(each.offer for each in extensions)]))
    except AnswersError as error:
        if any(each.fault in (UnknownKind, UnknownLayer) for each in error.problems):
            raise AnswersError([*error.problems, *broken()]) from error
        raise


def used(catalogue: Catalogue, spec: Spec, graph: Graph) -> tuple[str, ...]:
    """The extensions that a network needs, as a project records them."""
    return tuple(sorted(owner.replace(" ", "==") for owner in catalogue.owners(spec, graph)))


def usable() -> list[Extension]:
    """The installed extensions that have no fault."""
    return [each for each in installed() if not each.fault]


def broken() -> list[Problem]:
    """A problem for each that can't be used: for answers that have a word which nothing else has."""
    mend = "if that word is one of its own, install a version of it that works; else uninstall it, or leave it there"
    faulty = [each for each in installed() if each.fault]
    return [Problem(KEY, ExtensionBroken, f"{each.label} can't be used: {each.fault}", mend) for each in faulty]


def chosen(named: Any) -> list[Extension]:
    """The extensions that answers name, in just these versions, and the others that are installed and can be used.

    Raises AnswersError if one that is named isn't there, or can't be used.
    """
    return _chosen(_pins(named))


def _chosen(pins: list[tuple[str, str]]) -> list[Extension]:
    from .finding import beside, settled

    if not pins:
        return usable()
    there = {(each.name, each.version): each for each in (*beside(), *installed())}
    problems = [_away(name, version) for name, version in pins if (name, version) not in there]
    if problems:
        raise AnswersError(problems)
    names = {name for name, _ in pins}
    every = [*(there[pin] for pin in pins), *(each for each in usable() if each.name not in names)]
    every = list(settled(every))
    if faults := [each for each in every[: len(pins)] if each.fault]:
        raise AnswersError(
            [
                Problem(KEY, ExtensionBroken, f"{_needed(each.label)}, and can't be used: {each.fault}", MEND)
                for each in faults
            ]
        )
    return [each for each in every if not each.fault]


def _pins(named: Any) -> list[tuple[str, str]]:
    """The names and versions that answers name: in a list, or in the one line that plain Copier takes."""
    if named is None or named == []:
        return []
    from .finding import PIN, plain

    texts = named
    if isinstance(named, str):
        texts = [each for each in re.split(r"[,\s]+", named.strip("[] ")) if each]
    if not isinstance(texts, list) or not all(isinstance(each, str) and re.fullmatch(PIN, each) for each in texts):
        mend = "a list of NAME==VERSION, as [acme-layers==1.2.0]; or leave it out"
        raise AnswersError([Problem(KEY, BadValue, f"{shown(named)} names no extensions", mend, (Edit("drop", KEY),))])
    pins = dict.fromkeys((plain(name), version) for name, _, version in (each.partition("==") for each in texts))
    twice = [name for name, _ in pins if sum(name == other for other, _ in pins) > 1]
    if twice:
        mend = "name it once, in the version that is to be"
        raise AnswersError(
            [Problem(KEY, SaidTwice, f"{twice[0]} is there in two versions", mend, (Edit("drop", KEY),))]
        )
    return list(pins)


MEND = "install a version of layerwright, or of it, that goes with the other"


def _needed(label: str) -> str:
    return f"{label} is part of these answers"


def _away(name: str, version: str) -> Problem:
    """What is wrong if just this version of an extension isn't there."""
    install = f"pip install {name}=={version}"
    others = [each.version for each in installed() if each.name == name]
    if not others:
        return Problem(
            KEY, ExtensionMissing, f"{_needed(f'{name} {version}')}, and isn't installed", f"{install}, if you trust it"
        )
    what = f"{_needed(f'{name} {version}')}, and {others[0]} is installed, which may make something else of them"
    return Problem(KEY, ExtensionMissing, what, f"{install}; to go from one version to another, see docs/extending.md")
