"""Initializers, regularizers and constraints that have arguments of their own, as `l2(0.0001)`.

In answers they're a word with its arguments in parentheses; in source, `keras.regularizers.L2(0.0001)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from ..records import dataclass

Plain: TypeAlias = "int | float | bool | str | tuple[int, ...] | None"
"""What an argument of one may be."""

Expected: TypeAlias = "Callable[[Plain], str | None]"
"""Says what an argument should have been, or None if it's right."""


@dataclass(frozen=True, repr=False)
class Configured:
    """One of keras.initializers, keras.regularizers or keras.constraints, with arguments by position and by name."""

    module: str
    name: str
    values: tuple[Plain, ...] = ()
    keywords: tuple[tuple[str, Plain], ...] = ()

    def __str__(self) -> str:
        """As in answers: `L2(0.0001)`."""
        keywords = [f"{name}={value!r}" for name, value in self.keywords]
        return f"{self.name}({', '.join([*map(repr, self.values), *keywords])})"

    def __repr__(self) -> str:
        """As in source: `keras.regularizers.L2(0.0001)`."""
        return f"keras.{self.module}.{self}"

    @property
    def arguments(self) -> dict[str, Plain]:
        """All arguments by name: those by position are what its class has there."""
        return dict(zip(CLASSES[self.module][self.name], self.values, strict=False)) | dict(self.keywords)

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes of a weight that a constraint measures over."""
        axis = self.arguments.get("axis", 0 if "axis" in CLASSES[self.module][self.name] else ())
        return axis if isinstance(axis, tuple) else (axis,) if isinstance(axis, int) else ()


def _is_number(value: Plain) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Plain) -> str | None:
    return None if _is_number(value) else "a number"


def _not_negative(value: Plain) -> str | None:
    return None if isinstance(value, int | float) and _is_number(value) and value >= 0 else "a number, 0 or more"


def _positive(value: Plain) -> str | None:
    return None if isinstance(value, int | float) and _is_number(value) and value > 0 else "a number above 0"


def _seed(value: Plain) -> str | None:
    right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
    return None if value is None or right else "a whole number, 0 or more"


def _axes(value: Plain) -> str | None:
    each = value if isinstance(value, tuple) else (value,)
    right = each and all(isinstance(one, int) and not isinstance(one, bool) for one in each)
    return None if right else "an axis, or several as (0,1,2)"


def _one_of(*words: str) -> Expected:
    return lambda value: None if value in words else "one of: " + ", ".join(words)


_RANDOM: Mapping[str, Expected] = {"seed": _seed}
_BELL: Mapping[str, Expected] = {"mean": _number, "stddev": _not_negative, "seed": _seed}
_SCALED: Mapping[str, Expected] = {
    "scale": _positive,
    "mode": _one_of("fan_in", "fan_out", "fan_avg"),
    "distribution": _one_of("uniform", "normal", "truncated_normal", "untruncated_normal"),
    "seed": _seed,
}

CLASSES: Mapping[str, Mapping[str, Mapping[str, Expected]]] = {
    "initializers": {
        "Constant": {"value": _number},
        "GlorotNormal": _RANDOM,
        "GlorotUniform": _RANDOM,
        "HeNormal": _RANDOM,
        "HeUniform": _RANDOM,
        "Identity": {"gain": _number},
        "LecunNormal": _RANDOM,
        "LecunUniform": _RANDOM,
        "Ones": {},
        "Orthogonal": {"gain": _number, "seed": _seed},
        "RandomNormal": _BELL,
        "RandomUniform": {"minval": _number, "maxval": _number, "seed": _seed},
        "TruncatedNormal": _BELL,
        "VarianceScaling": _SCALED,
        "Zeros": {},
    },
    "regularizers": {
        "L1": {"l1": _not_negative},
        "L1L2": {"l1": _not_negative, "l2": _not_negative},
        "L2": {"l2": _not_negative},
    },
    "constraints": {
        "MaxNorm": {"max_value": _not_negative, "axis": _axes},
        "MinMaxNorm": {"min_value": _not_negative, "max_value": _not_negative, "rate": _number, "axis": _axes},
        "NonNeg": {},
        "UnitNorm": {"axis": _axes},
    },
}
"""The arguments of each class in Keras's own order, with what they take, by Keras's module.

Left out: `STFT`, whose kernels have three axes, `OrthogonalRegularizer`, which only a matrix can have, and the axes of
a fan, which no layer's weights need.
"""


def _snake(name: str) -> str:
    """Keras's own short word for a class: `l1_l2`, `he_normal`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


_WORDS: Mapping[str, tuple[str, str]] = {
    word: (module, name)
    for module, classes in CLASSES.items()
    for name in classes
    for word in (name, _snake(name), name.lower())
} | {"OrthogonalInitializer": ("initializers", "Orthogonal"), "IdentityInitializer": ("initializers", "Identity")}


_PART = re.compile(r"\s*(?:(\w+)\s*=\s*)?(\([-\d,\s]*\)|[-+.\w]+)\s*", re.ASCII)
"""An argument: its name, if it's said, and its value."""


def read(text: str) -> Configured | None:
    """What a text as `truncated_normal(stddev=0.02)` says, or None if it's none. `fault` says if it's right."""
    found = re.fullmatch(r"(\w+)\((.*)\)", text, re.ASCII | re.DOTALL)
    if found is None or found[1] not in _WORDS:
        return None
    values: list[Plain] = []
    keywords: list[tuple[str, Plain]] = []
    for part in re.split(r",(?![^()]*\))", found[2]) if found[2].strip() else []:
        said = _PART.fullmatch(part)
        if said is None or (keywords and not said[1]):
            return None
        if said[1]:
            keywords.append((said[1], _plain(said[2])))
        else:
            values.append(_plain(said[2]))
    return Configured(*_WORDS[found[1]], tuple(values), tuple(keywords))


def _plain(text: str) -> Plain:
    if text.lower() in ("none", "true", "false"):
        return {"none": None, "true": True, "false": False}[text.lower()]
    if re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"[+-]?(\d{1,18}\.?\d{0,18}|\.\d{1,18})(e[+-]?\d{1,2})?", text, re.ASCII | re.IGNORECASE):
        return float(text)
    if re.fullmatch(r"\((\s*-?\d{1,9}\s*,)*(\s*-?\d{1,9}\s*)?\)", text, re.ASCII):
        return tuple(int(each) for each in text[1:-1].split(",") if each.strip())
    return text


def fault(value: Configured) -> str | None:
    """What is wrong with the arguments of one, with what would be right, or None."""
    known = CLASSES[value.module][value.name]
    takes = f"{value.name}({', '.join(known)})"
    if len(value.values) > len(known):
        return takes
    by_position = list(known)[: len(value.values)]
    names = [*by_position, *(name for name, _ in value.keywords)]
    if set(names) - set(known) or len(set(names)) < len(names):
        return takes
    wrong = [f"{name} is {said}" for name, given in value.arguments.items() if (said := known[name](given))]
    lowest, highest = (_bound(value.arguments.get(name, default)) for name, default in _BOUNDS.items())
    if value.name == "RandomUniform" and not wrong and lowest > highest:
        return f"{takes} with a minval below its maxval"
    return f"{takes}: {wrong[0]}" if wrong else None


_BOUNDS: Mapping[str, Plain] = {"minval": -0.05, "maxval": 0.05}
"""Keras's own bounds of `RandomUniform`."""


def _bound(value: Plain) -> float:
    return value if isinstance(value, int | float) else 0
