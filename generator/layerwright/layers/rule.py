"""What is known about one class of keras.layers, as data: arguments, output shape, weights, dtype, mask.

A rule states what Keras does, so that a plan needs neither Keras nor a backend. Real Keras is the referee:
`tests/test_layers.py` draws arguments for every rule and compares.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeAlias, runtime_checkable

from ..faults import (
    ArgumentMisfit,
    BadArgument,
    BadAxis,
    Fault,
    MissingArgument,
    NothingLeft,
    RefusedLayer,
    UnknownArgument,
    VaryingSize,
    WrongAxes,
    WrongCount,
    WrongNumbers,
)
from ..problems import Action, meant
from ..records import dataclass
from .configured import Configured, read

Shape: TypeAlias = "tuple[int | None, ...]"
"""A shape with its batch axis first, as Keras reports it. None: unknown until data comes."""


@dataclass(frozen=True)
class Other:
    """A value of YAML that is none of an argument's, as a mapping: every layer refuses it, and says what it takes."""

    text: str

    def __repr__(self) -> str:
        return self.text


Value: TypeAlias = "int | float | bool | str | tuple[Value, ...] | Configured | Inner | Other | None"
"""What an argument of a layer may be: a plain value, several of them, or another layer."""

Arguments: TypeAlias = "Mapping[str, Value]"

MAX_SIZE = 2**31 - 1
"""Largest size of one axis: Keras's backends index with 32-bit integers in places."""


OWN = "own"
"""The module of a class that the generated project defines itself."""


EXAMPLES: Mapping[str, Value] = {
    "units": 64,
    "filters": 32,
    "kernel_size": 3,
    "rate": 0.3,
    "input_dim": 1000,
    "output_dim": 64,
    "target_shape": -1,
    "n": 8,
    "num_heads": 4,
    "key_dim": 32,
}
"""A value for each argument that layers commonly need, for mends to name."""


class _Required(Enum):
    REQUIRED = "required"


REQUIRED = _Required.REQUIRED
"""Stands for the default of an argument that has none."""


class Takes(Enum):
    """How a layer is called on its tensors."""

    ONE = "layer(tensor)"
    LIST = "layer([tensor, tensor])"
    SEVERAL = "layer(tensor, tensor)"


class LayerError(ValueError):
    """A layer can't be called so: `fault` says of what sort that is, `mend` what would work.

    `edit` says it as data: an action of `problems.Edit` on the layer's place in the answers, with its value.
    """

    def __init__(self, fault: type[Fault], what: str, mend: str, edit: tuple[Action, Any] | None = None) -> None:
        super().__init__(what)
        self.fault = fault
        self.mend = mend
        self.edit = edit


class UnbatchedError(LayerError):
    """A layer that needs batches of a fixed size gets others. The mend lies with the inputs."""


@dataclass(frozen=True)
class Weight:
    """One variable of a layer: its name in Keras, its shape, and whether training moves it."""

    name: str
    shape: tuple[int, ...]
    trainable: bool = True

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


class TensorLike(Protocol):
    """What is known of a tensor before data comes."""

    @property
    def shape(self) -> Shape:
        """Its shape, batch axis first."""
        ...

    @property
    def dtype(self) -> str:
        """What its numbers are: `float32`, `int32`."""
        ...

    @property
    def masked(self) -> bool:
        """Whether it carries a mask, which says what is padding."""
        ...


class Described(NamedTuple):
    """A tensor that stands in no graph: a step of a sequence, say."""

    shape: Shape
    dtype: str = "float32"
    masked: bool = False


@runtime_checkable
class Inner(Protocol):
    """A layer that is an argument of another one, as the LSTM in `Bidirectional(LSTM(64))`."""

    @property
    def class_name(self) -> str:
        """Its class in keras.layers, or `Functional` for a model."""
        ...

    def call(self, inputs: tuple[Shape, ...]) -> tuple[Shape, tuple[Weight, ...]]:
        """Its output's shape and its variables, called on tensors of these shapes. Raises LayerError."""
        ...

    def check(self, tensors: Sequence[TensorLike]) -> None:
        """Raises LayerError for tensors whose dtype or mask it can't take."""
        ...

    def dtype(self, inputs: tuple[str, ...]) -> str:
        """Its output's dtype, called on tensors of these dtypes."""
        ...


Check: TypeAlias = "Callable[[Value], str | None]"
"""Says what a value should have been, or None if it's right."""


def plain(value: Value) -> Value:
    """A value as a person would write it: `3` for `3x3`, none for the activation that does nothing."""
    if isinstance(value, tuple) and len(value) > 1 and all(each == value[0] for each in value):
        return value[0]
    return None if value == "linear" else value


@dataclass(frozen=True)
class Argument:
    """One argument of a layer's constructor, with Keras's own default. `written`: as it stands in source."""

    name: str
    default: Value | _Required
    check: Check
    written: Callable[[Value], Value] = plain


Dtype: TypeAlias = "Callable[[Arguments, tuple[str, ...]], str]"
Masked: TypeAlias = "Callable[[Arguments, tuple[bool, ...]], bool]"
Guard: TypeAlias = "Callable[[Arguments, Sequence[TensorLike]], None]"


def floats(arguments: Arguments, inputs: tuple[str, ...]) -> str:
    """The dtype of a layer that computes: that of the policy, whatever comes in."""
    return "float32"


def same_dtype(arguments: Arguments, inputs: tuple[str, ...]) -> str:
    """The dtype of a layer that only moves values about."""
    return inputs[0]


def keeps_mask(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """A mask goes on with the values."""
    return inputs[0]


def drops_mask(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """Whatever comes after sees padding as values."""
    return False


def makes_mask(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """It says which steps are padding."""
    return True


def needs_any_mask(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """A mask goes on if one tensor has one: the steps of the others all count."""
    return any(inputs)


def needs_all_masks(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """A mask goes on if every tensor has one."""
    return all(inputs)


def takes_all(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    """The guard of a layer that takes any dtype and any mask."""


@dataclass(frozen=True)
class Rule:
    """One class of keras.layers.

    `arguments` are in Keras's own order, none left out before the last, so that bare values fill them as
    Keras's positions; `options` are said when it is called, by name. `shape` maps the arguments, defaults filled in,
    and the shapes of the inputs to the output's shape, and raises LayerError where Keras would refuse. `weights` lists
    the variables that a call creates. `dtype` and `mask` say the output's dtype, and whether it carries a mask,
    from those of the inputs. `integers`: it computes with whole numbers too, on every backend. `guard` raises
    LayerError for dtypes and masks that Keras takes as a symbol and fails on with data. `within` names the layer
    that it can only be an argument of. `backends` are those that it works on (None: all), and `packages` what it
    needs beside Keras and a backend. `rank` is the number of axes that the input must have, batch included (None:
    any). `takes` says how it is called, on at least `least` and at most `most` tensors (None: any number). `module`
    is where source finds the class; `calls_itself` is the name that the class has for Python, where that's another
    one. `source` is the class itself, where Keras has none and the project defines it (`module` is OWN then):
    `imports` are the statements that it needs beside those for Keras, `mask_source` is its method for masks, written
    only where there are any, and a `delicate` one computes with 32 bits whatever the policy.
    """

    name: str
    arguments: tuple[Argument, ...]
    shape: Callable[[Arguments, tuple[Shape, ...]], Shape]
    weights: Callable[[Arguments, tuple[Shape, ...]], tuple[Weight, ...]] = field(default=lambda arguments, inputs: ())
    dtype: Dtype = floats
    mask: Masked = keeps_mask
    rank: int | None = None
    takes: Takes = Takes.ONE
    least: int = 1
    most: int | None = 1
    module: str = "layers"
    integers: bool = True
    guard: Guard = takes_all
    within: str | None = None
    backends: tuple[str, ...] | None = None
    packages: tuple[str, ...] = ()
    options: tuple[Argument, ...] = ()
    calls_itself: str = ""
    source: str = ""
    mask_source: str = ""
    imports: tuple[str, ...] = ()
    delicate: bool = False

    @property
    def class_name(self) -> str:
        """What Python calls the class."""
        return self.calls_itself or self.name

    @cached_property
    def known(self) -> tuple[Argument, ...]:
        """All that can be said of it: when it is made, and when it is called."""
        return (*self.arguments, *self.options)

    @cached_property
    def by_name(self) -> Mapping[str, Argument]:
        """The same, each by its name."""
        return {argument.name: argument for argument in self.known}

    @property
    def merges(self) -> bool:
        """Whether it joins several tensors."""
        return self.takes is not Takes.ONE

    def defaults(self) -> dict[str, Value]:
        """The arguments that may be left out, with the value that Keras then takes."""
        return dict(self._defaults)

    @cached_property
    def _defaults(self) -> Mapping[str, Value]:
        return {name: each.default for name, each in self.by_name.items() if not isinstance(each.default, _Required)}

    def written(self, given: Arguments) -> dict[str, Value]:
        """The same arguments, each value in the form that stands in source."""
        known = self.by_name
        values = {name: _configured(value) for name, value in given.items()}
        # Sizes that are as many as they may not be stay so, and are refused as they were said.
        several = {name for name, value in values.items() if isinstance(value, tuple) and name in known}
        wrong = {name for name in several if known[name].check(values[name])}
        return {
            name: known[name].written(value) if name in known and name not in wrong else value
            for name, value in values.items()
        }

    def complete(self, given: Arguments) -> dict[str, Value]:
        """`given` with the defaults filled in and every value checked.

        Raises LayerError for an unknown argument, a missing one, or a value that Keras would refuse.
        """
        known = self.by_name
        for name in given:
            if name not in known:
                raise LayerError(UnknownArgument, f"{self.name} has no argument {name!r}", *self._another(name, given))
        arguments = {**self._defaults, **given}
        for name, argument in known.items():
            if name not in arguments:
                raise LayerError(MissingArgument, f"{self.name} needs {name}", *self._example(argument, "say it"))
            if expected := argument.check(arguments[name]):
                mend = self._example(argument, f"{name} is {expected}", arguments[name])
                raise LayerError(BadArgument, f"{name} of {self.name} is {arguments[name]!r}", *mend)
        return arguments

    def _example(self, argument: Argument, mend: str, said: Value = None) -> tuple[str, tuple[Action, Any]]:
        """What would be right where an argument isn't, with a value for it, or what comes without it."""
        if isinstance(said, tuple) and len({*map(repr, said)}) == 1 and not argument.check(said[0]):
            return f"{mend}, as in {argument.name}={said[0]}", ("argument", (argument.name, said[0]))
        if not isinstance(argument.default, _Required):
            return f"{mend}; or leave it out", ("argument", (argument.name, None))
        if argument.name in EXAMPLES:
            example = EXAMPLES[argument.name]
            return f"{mend}, as in {argument.name}={example}", ("argument", (argument.name, example))
        return f"{mend}; or leave {self.name} out", ("drop", None)

    def _another(self, name: str, given: Arguments) -> tuple[str, tuple[Action, Any]]:
        """What would be right where an argument is said that there isn't: one that is like it, or none."""
        left = [argument.name for argument in self.known if argument.name not in given]
        if near := meant(name, left):
            return f"did you mean {near}? (it takes: {', '.join(left)})", ("rename", (name, near))
        takes = ", ".join(argument.name for argument in self.known) or "none"
        return f"leave it out; it takes: {takes}", ("argument", (name, None))

    def call(self, given: Arguments, inputs: tuple[Shape, ...]) -> tuple[Shape, tuple[Weight, ...]]:
        """The output's shape and the variables of this layer, called on tensors of these shapes.

        Raises LayerError where real Keras would raise.
        """
        arguments = self.complete(given)
        if len(inputs) < self.least or (self.most is not None and len(inputs) > self.most):
            raise LayerError(WrongCount, *self._count(len(inputs)))
        for shape in inputs:
            if self.rank is not None and len(shape) != self.rank:
                raise LayerError(
                    WrongAxes,
                    f"{self.name} takes {_counted(self.rank - 1, 'axis', 'axes')}, not {len(shape) - 1}: "
                    f"it gets {spell(shape)}",
                    f"give it a tensor of {_counted(self.rank - 1, 'axis', 'axes')}, or leave it out",
                    ("drop", None),
                )
        output = self.shape(arguments, inputs)
        if any(size is not None and not 0 < size <= MAX_SIZE for size in output):
            raise LayerError(
                NothingLeft,
                f"{self.name} on {spell(inputs[0])} would give {spell(output)}",
                "every axis of its output has to hold at least one number, and not more than Keras can index; "
                "or leave it out",
                ("drop", None),
            )
        weights = self.weights(arguments, inputs)
        if any(name.endswith(("_initializer", "_constraint")) for name in given):
            for weight in weights:
                self._check_weight(arguments, weight)
        return output, weights

    def check(self, given: Arguments, tensors: Sequence[TensorLike]) -> None:
        """Raises LayerError for tensors whose dtype or mask this layer can't take, or if it takes none by itself."""
        if self.within is not None:
            what = f"{self.name} is a part of {self.within}, and no layer by itself"
            raise LayerError(RefusedLayer, what, f"use {self.within}, or leave it out", ("drop", None))
        if not self.integers and any(tensor.dtype.startswith("int") for tensor in tensors):
            raise LayerError(
                WrongNumbers,
                f"{self.name} gets whole numbers and computes with fractions",
                "put an embedding before it, or for numbers that count something a rescaling, as Rescaling 1",
                ("before", "Rescaling 1"),
            )
        if self.guard is not takes_all:
            self.guard(self.complete(given), tensors)

    def _check_weight(self, arguments: Arguments, weight: Weight) -> None:
        """Raises LayerError for an initializer or a constraint that a weight of as many axes can't have.

        Keras names them after the weight: `bias_initializer`, `recurrent_initializer` for `recurrent_kernel`; the
        kernel of a depthwise convolution has a `depthwise_initializer`.
        """
        axes = len(weight.shape)
        for of in {weight.name, weight.name.removesuffix("_kernel"), "depthwise" if weight.name == "kernel" else ""}:
            name = str(arguments.get(f"{of}_initializer")).lower()
            if (name.startswith("identity") and axes != 2) or (name.startswith("orthogonal") and axes < 2):
                raise LayerError(
                    ArgumentMisfit,
                    f"{of}_initializer of {self.name} is {name}, and its {weight.name} isn't a matrix",
                    "choose another one, or leave it out",
                    ("argument", (f"{of}_initializer", None)),
                )
            constraint = arguments.get(f"{of}_constraint")
            if isinstance(constraint, str):
                constraint = read(f"{constraint}()")
            if isinstance(constraint, Configured) and any(not -axes <= axis < axes for axis in constraint.axes):
                raise LayerError(
                    BadAxis,
                    f"{of}_constraint of {self.name} is {constraint}, and its {weight.name} has {axes} axes",
                    f"its axes are 0 to {axes - 1}; or leave it out" if axes else "say non_neg, or leave it out",
                    ("argument", (f"{of}_constraint", None)),
                )

    def _count(self, given: int) -> tuple[str, str]:
        """The two texts of a call on too few tensors, or too many."""
        if self.least == self.most:
            wanted = f"exactly {_counted(self.least, 'tensor', 'tensors')}"
        else:
            most = "or more" if self.most is None else f"to {self.most}"
            wanted = f"{self.least} {most} tensors"
        return f"{self.name} takes {wanted}, not {given}", f"give it {wanted}"


def _counted(number: int, one: str, several: str) -> str:
    """A number of things: `1 axis`, `2 axes`."""
    return f"{number} {one if number == 1 else several}"


def _configured(value: Value) -> Value:
    """A text as `l2(0.0001)` as what it says, and any other value as it is."""
    return (read(value) or value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Nested:
    """A layer of keras.layers as an argument of another: its rule, and its own arguments as they stand in source."""

    rule: Rule
    arguments: Arguments

    def __repr__(self) -> str:
        return f"{self.rule.name}({', '.join(f'{name}={value!r}' for name, value in self.arguments.items())})"

    @property
    def class_name(self) -> str:
        """Its class in keras.layers."""
        return self.rule.class_name

    @cached_property
    def complete(self) -> Mapping[str, Value]:
        """Its arguments with the defaults filled in. Raises LayerError."""
        return self.rule.complete(self.arguments)

    def call(self, inputs: tuple[Shape, ...]) -> tuple[Shape, tuple[Weight, ...]]:
        """Its output's shape and its variables, called on tensors of these shapes. Raises LayerError."""
        return self.rule.call(self.arguments, inputs)

    def check(self, tensors: Sequence[TensorLike]) -> None:
        """Raises LayerError for tensors whose dtype or mask it can't take."""
        self.rule.check(self.arguments, tensors)

    def dtype(self, inputs: tuple[str, ...]) -> str:
        """Its output's dtype, called on tensors of these dtypes."""
        return self.rule.dtype(self.complete, inputs)


def spell(shape: Shape) -> str:
    """A shape without its batch axis, as people write it: `224×224×3`, `?` for an unknown size."""
    return "×".join("?" if size is None else str(size) for size in shape[1:]) or "one number"


def known(size: int | None, layer: str) -> int:
    """`size`, where a layer's weights depend on it. Raises LayerError if it isn't known before data comes."""
    if size is None:
        what, mend = f"{layer} needs a fixed size and gets a varying one", "fix the size, or leave it out"
        raise LayerError(VaryingSize, what, mend, ("drop", None))
    return size


def same_shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    """The shape of a layer that changes values only."""
    return inputs[0]
