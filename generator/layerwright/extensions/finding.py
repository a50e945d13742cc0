"""Finds what other packages bring, by their entry points. One that can't be used has a fault, and stops no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from ..records import dataclass
from .aside import load, points
from .catalogue import RESERVED, Name, our_offer
from .interface import Interface, Offer, OfferError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "layerwright.extensions"
"""The group of entry points in which packages say what brings theirs."""


PIN = r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?==[A-Za-z0-9]([A-Za-z0-9.!+_-]{0,48}[A-Za-z0-9])?"
"""A package with its version, and nothing that a shell or pip would take for more."""


@dataclass(frozen=True)
class Extension:
    """One installed package with what it brings; `fault` says why nothing of it can be used, if that's so."""

    name: str
    version: str
    offer: Offer = field(compare=False)
    fault: str = ""

    @property
    def label(self) -> str:
        """What it's called in messages."""
        return f"{self.name} {self.version}"

    @property
    def pin(self) -> str:
        """As a project records it, and pip takes it."""
        return f"{self.name}=={self.version}"


def plain(name: str) -> str:
    """The name of a package, written as packaging's standard has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@lru_cache(maxsize=1)
def found() -> tuple[Extension, ...]:
    """All that is installed, by name."""
    from importlib.metadata import entry_points  # takes as long as all else that `explain` does

    return tuple(settled(_gathered((each, each.load) for each in entry_points(group=GROUP))))


@lru_cache(maxsize=1)
def beside() -> tuple[Extension, ...]:
    """Those in folders of their own, by name and version. What their names clash with is for who takes one to see."""
    return tuple(_gathered((each, partial(load, each, folder)) for each, folder in points(GROUP)))


def _gathered(listed: Iterable[tuple[EntryPoint, Callable[[], Any]]]) -> list[Extension]:
    extensions: dict[tuple[str, str], Extension] = {}
    for point, loaded in sorted(listed, key=lambda each: (_owner(each[0]), each[0].name)):
        name, version = owner = _owner(point)
        each = extensions.setdefault(owner, Extension(name, version, Offer(f"{name} {version}")))
        if not re.fullmatch(PIN, each.pin):
            extensions[owner] = replace(each, fault="no project could record its name and version")
        elif not each.fault:
            extensions[owner] = replace(each, fault=_registered(point, loaded, each.offer))
    return list(extensions.values())


def _owner(point: EntryPoint) -> tuple[str, str]:
    if point.dist is None:  # only an entry point that somebody made by hand
        return "unknown", "0"
    return plain(str(point.dist.name)), str(point.dist.version)


def _registered(point: EntryPoint, loaded: Callable[[], Any], offer: Offer) -> str:
    """Has what an entry point names bring what it has. Says what is wrong if that fails."""
    said = f"its entry point {point.name} = {point.value}"
    try:
        register = loaded()
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever a package does when it's imported)
        return f"{said} can't be loaded: {type(error).__name__}: {_line(error)}"
    if not callable(register):
        return f"{said} is no function"
    interface = Interface(offer)
    try:
        register(interface)
    except OfferError as error:
        return f"{said}: {_line(error)}"
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return f"{said} fails: {type(error).__name__}: {_line(error)}"
    return "" if interface.spoken else f"{said} brings nothing, and says no version of the interface"


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]


def settled(extensions: Sequence[Extension]) -> Iterator[Extension]:
    """The extensions, with a fault for each that has a name which something else has."""
    taken: dict[Name, list[str]] = {name: [owner] for name, owner in RESERVED.items()}
    for offer in (our_offer(), *(each.offer for each in extensions if not each.fault)):
        for name in offer.names:
            taken.setdefault(name, []).append(offer.owner)
    for each in extensions:
        fault = each.fault or _clash(each, taken) or _hanging(each.offer)
        yield replace(each, fault=fault)


def _clash(extension: Extension, taken: Mapping[Name, list[str]]) -> str:
    for noun, name in extension.offer.names:
        others = [owner for owner in taken[noun, name] if owner != extension.label]
        if others:
            return f"it brings the {noun} {name}, and so does {others[0]}"
    return ""


def _hanging(offer: Offer) -> str:
    """What is wrong with words for classes that aren't there."""
    rules = {**our_offer().rules, **offer.rules}
    for word in offer.words.values():
        if missing := [name for name in word.classes.values() if name not in rules]:
            return f"its word {word.name} stands for {missing[0]}, which is no layer"
        known = {each.name for name in word.classes.values() for each in rules[name].known}
        if wrong := [name for name in (*word.positions, *word.defaults) if name not in known]:
            return f"its word {word.name} says {wrong[0]}, which no argument of its class is called"
    return ""
