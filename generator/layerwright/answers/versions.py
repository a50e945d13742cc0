"""Which versions of Python and Keras a project is for: what every project is tested with, or less of it."""

from __future__ import annotations

from typing import TypeAlias

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from ..records import dataclass

PYTHONS = ("3.11", "3.12", "3.13")
"""The versions of Python that a project works on, the oldest first."""

TESTED = {"python": f">={PYTHONS[0]}", "keras": ">=3.15,<4"}
"""What a project says if the answers say nothing. Ranges start at what projects are tested with."""

BOUNDS = (">=", ">", "<=", "<")
Bound: TypeAlias = "tuple[Version, bool] | None"
"""A version and whether it's included; None if there is no bound on that side."""


@dataclass(frozen=True)
class Range:
    """All versions between two bounds."""

    low: Bound = None
    high: Bound = None

    @classmethod
    def read(cls, text: str, *, loose: bool = False) -> Range:
        """The range that a text says, as `>=3.11,<3.14`. Raises ValueError for a text that says none.

        With `loose`, whatever a pyproject.toml may have: single versions that are left out count for nothing.
        """
        try:
            parts = [(each.operator, each.version) for each in SpecifierSet(text)]
        except InvalidSpecifier as error:
            raise ValueError(str(error)) from error
        found = cls()
        for operator, version in parts:
            if operator in BOUNDS:
                found &= cls._of(operator, version)
            elif not loose:
                raise ValueError(f"{operator}{version} is no bound")
            elif operator != "!=":
                found &= cls._around(operator, version)
        return found

    @classmethod
    def _of(cls, operator: str, version: str) -> Range:
        bound = Version(version), operator.endswith("=")
        return cls(low=bound) if operator.startswith(">") else cls(high=bound)

    @classmethod
    def _around(cls, operator: str, version: str) -> Range:
        """The range of `==3.12.*`, `~=3.12.1` and `==3.12.1`."""
        start = Version(version.removesuffix(".*"))
        kept = start.release if version.endswith(".*") else start.release[:-1] if operator == "~=" else ()
        if not kept:
            return cls((start, True), (start, True))
        return cls((start, True), (Version(".".join(map(str, (*kept[:-1], kept[-1] + 1)))), False))

    def __and__(self, other: Range) -> Range:
        """What is in both."""
        lows = [each for each in (self.low, other.low) if each]
        highs = [each for each in (self.high, other.high) if each]
        low = max(lows, key=lambda bound: (bound[0], not bound[1])) if lows else None
        return Range(low, min(highs) if highs else None)

    @property
    def is_empty(self) -> bool:
        """Whether no version is in it."""
        if self.low is None or self.high is None:
            return False
        return self.low[0] > self.high[0] or (self.low[0] == self.high[0] and not (self.low[1] and self.high[1]))

    def within(self, other: Range) -> bool:
        """Whether all of it is in another one."""
        return self.is_empty or (self & other) == self

    def __contains__(self, version: str) -> bool:
        only = Version(version), True
        return not (self & Range(only, only)).is_empty

    def __str__(self) -> str:
        low = f">{'=' * self.low[1]}{self.low[0]}" if self.low else ""
        high = f"<{'=' * self.high[1]}{self.high[0]}" if self.high else ""
        return ",".join(filter(None, (low, high)))


def asked(key: str, text: str) -> Range:
    """The range that a project gets for what its answer says of `python` or `keras`: no more than what is tested."""
    return Range.read(TESTED[key]) & Range.read(text)


def pythons(text: str) -> list[str]:
    """The versions of Python in a range that a project is tested on, the oldest first."""
    within = Range.read(text)
    return [each for each in PYTHONS if f"{each}.999" in within]
