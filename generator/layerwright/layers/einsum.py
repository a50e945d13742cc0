"""A dense layer over any axes, said by an equation in Einstein's notation."""

from __future__ import annotations

import math
import re

from ..faults import ArgumentMisfit, ArgumentsClash, BadAxis, VaryingSize, WrongAxes
from ..records import dataclass
from . import values
from .rule import (
    REQUIRED,
    Argument,
    Arguments,
    LayerError,
    Rule,
    Shape,
    Value,
    Weight,
    drops_mask,
    spell,
)
from .values import int_of

_EQUATION = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


@dataclass(frozen=True)
class _Equation:
    """The letters of input, kernel and output, and on which side of the input the axes are that no letter names."""

    source: str
    kernel: str
    target: str
    left: bool
    right: bool


def _parsed(text: Value) -> _Equation | None:
    """An equation of one of Keras's three forms, every letter at most once a tensor."""
    match = _EQUATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    before, source, after, kernel, before_target, target, after_target = match.groups()
    letters = all(len(set(term)) == len(term) for term in (source, kernel, target))
    same_dots = before == before_target and after == after_target and not (before and after)
    if not letters or not same_dots or set(target) - set(source + kernel) or set(kernel) - set(source + target):
        return None
    equation = _Equation(source, kernel, target, bool(before), bool(after))
    return equation if equation.left or _keeps_the_batch(equation) else None


def _keeps_the_batch(equation: _Equation) -> bool:
    """Whether the first axis stays the first, and no weight depends on it."""
    batch = equation.source[0]
    return (
        equation.target[0] == batch
        and batch not in equation.kernel
        and not (equation.right and len(equation.source) < 2)
    )


def _equation(value: Value) -> str | None:
    """Letters for the axes of input, kernel and output."""
    return (
        None if _parsed(value) else "as abc,cd->abd, or ...x,xy->...y: a letter for each axis, the batch's stays first"
    )


def _target(value: Value) -> str | None:
    """The output's sizes without its batch; none where the input says it."""
    each = value if isinstance(value, tuple) else (value,)
    right = bool(each) and all(size is None or values.whole(size) is None for size in each)
    return None if right else "the output's size, or several without the batch, as 8x64"


def _letters(value: Value) -> str | None:
    """Axes of the output, by their letters in the equation."""
    right = isinstance(value, str) and re.fullmatch("[a-zA-Z]+", value) and len(set(value)) == len(value)
    return None if value is None or right else "letters of the equation's output, as d, or none"


@dataclass(frozen=True)
class _Sizes:
    """What an equation makes of one input: its output's shape, and the size of each letter (None: unknown)."""

    equation: _Equation
    output: Shape
    of: dict[str, int | None]
    unnamed: int


def _sizes(arguments: Arguments, shape: Shape) -> _Sizes:
    """Fits the equation to a shape, as Keras's `_analyze_split_string` does."""
    equation = _parsed(arguments["equation"])
    assert equation is not None
    unnamed = len(shape) - len(equation.source)
    if unnamed < equation.left or (unnamed and not (equation.left or equation.right)):
        raise LayerError(
            WrongAxes,
            f"{arguments['equation']} names {len(equation.source)} axes, and EinsumDense gets {spell(shape)}",
            "write a letter for each axis, the batch too, or ... for the others",
        )
    said = arguments["output_shape"]
    said = said if isinstance(said, tuple) else (said,)
    target = equation.target if equation.left else equation.target[1:]
    if len(said) != len(target):
        raise LayerError(
            ArgumentsClash,
            f"output_shape has {len(said)} sizes, and {arguments['equation']} {len(target)}",
            "say one size for each letter after the arrow, less the batch's",
        )
    sizes = {letter: None if size is None else int_of(size) for letter, size in zip(target, said, strict=True)}
    axes = shape[unnamed:] if equation.left else shape[: len(equation.source)]
    for letter, size in zip(equation.source, axes, strict=True):
        if sizes.get(letter) not in (None, size):
            raise LayerError(
                ArgumentMisfit,
                f"output_shape says {sizes[letter]} for {letter}, and the input has {size}",
                "say none for that axis",
            )
        if letter not in sizes:
            sizes[letter] = size
    made = [sizes[letter] for letter in target]
    output = (*shape[:unnamed], *made) if equation.left else (shape[0], *made, *shape[len(equation.source) :])
    return _Sizes(equation, output, sizes, unnamed)


def _fixed(sizes: _Sizes, letter: str) -> int:
    size = sizes.of[letter]
    if size is None:
        raise LayerError(
            VaryingSize,
            f"the weights of EinsumDense depend on {letter}, whose size isn't known",
            "say its size in output_shape",
        )
    return size


def _shape(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    if arguments["lora_rank"] is not None and arguments["kernel_constraint"] is not None:
        raise LayerError(ArgumentsClash, "lora_rank and kernel_constraint exclude each other", "leave one of them out")
    return _sizes(arguments, inputs[0]).output


def _weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    sizes = _sizes(arguments, inputs[0])
    kernel = tuple(_fixed(sizes, letter) for letter in sizes.equation.kernel)
    rank = arguments["lora_rank"]
    bias = _bias(arguments, sizes)
    if rank is None:
        return (Weight("kernel", kernel), *bias)
    # LoRA freezes the kernel and trains the product of two slim ones beside it.
    return (
        Weight("kernel", kernel, trainable=False),
        *bias,
        Weight("lora_kernel_a", (*kernel[:-1], int_of(rank))),
        Weight("lora_kernel_b", (int_of(rank), kernel[-1])),
    )


def summed(arguments: Arguments, kernel: Shape) -> int:
    """How many products with a kernel of this shape go into one number of the output."""
    equation = _parsed(arguments["equation"])
    assert equation is not None
    sizes = zip(equation.kernel, kernel, strict=True)
    return math.prod(int_of(size) for letter, size in sizes if letter not in equation.target)


def _bias(arguments: Arguments, sizes: _Sizes) -> tuple[Weight, ...]:
    """A bias over the axes of `bias_axes`; it has ones for the axes between and after."""
    axes, target = arguments["bias_axes"], sizes.equation.target
    if axes is None:
        return ()
    assert isinstance(axes, str)
    if not set(axes) <= set(target if sizes.equation.left else target[1:]):
        raise LayerError(
            BadAxis, f"bias_axes={axes} aren't axes of {target}", "say letters of the output, less the batch's"
        )
    spanned = target[min(target.index(letter) for letter in axes) :]
    after = 0 if sizes.equation.left else sizes.unnamed
    shape = tuple(_fixed(sizes, letter) if letter in axes else 1 for letter in spanned)
    return (Weight("bias", (*shape, *(1,) * after)),)


RULES = (
    Rule(
        "EinsumDense",
        (
            Argument("equation", REQUIRED, _equation),
            Argument("output_shape", REQUIRED, _target, values.as_said),
            Argument("activation", None, values.activation),
            Argument("bias_axes", None, _letters),
            Argument("kernel_initializer", "glorot_uniform", values.initializer),
            Argument("bias_initializer", "zeros", values.initializer),
            Argument("kernel_regularizer", None, values.regularizer),
            Argument("bias_regularizer", None, values.regularizer),
            Argument("kernel_constraint", None, values.constraint),
            Argument("bias_constraint", None, values.constraint),
            Argument("lora_rank", None, values.optional(values.whole)),
            Argument("lora_alpha", None, values.optional(values.number)),
            Argument("gptq_unpacked_column_size", None, values.only(None, "a model is quantized after its training")),
            Argument("quantization_config", None, values.only(None, "a model is quantized after its training")),
        ),
        shape=_shape,
        weights=_weights,
        mask=drops_mask,
        integers=False,
    ),
)
