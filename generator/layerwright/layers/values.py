"""The values that an argument of a layer may take. Each check returns what was expected, or None."""

from __future__ import annotations

from ..faults import BadAxis, WrongAxes
from .configured import Configured, fault
from .rule import MAX_SIZE, Argument, Check, LayerError, Shape, Value, spell

ACTIVATIONS = frozenset(
    {
        *("celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh"),
        *("leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu"),
        *("soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus"),
        *("swish", "tanh", "tanh_shrink"),
    }
)
"""The names that keras.activations.get takes (Keras 3.15), less `glu`, which halves an axis, and
`threshold`, which fails on data for want of two arguments."""

SILENT = frozenset(
    {
        *("hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "relu", "relu6", "soft_shrink", "sparse_plus"),
        *("sparse_sigmoid", "sparsemax"),
    }
)
"""Those that give nothing but 0 for a whole range of numbers. So does sparsemax as Keras 3.15 computes it: it
subtracts the sum of the largest logits' cumulative sums, where the last of those sums is meant."""

INITIALIZERS = frozenset(
    {
        *("glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity", "lecun_normal"),
        *("lecun_uniform", "normal", "one", "ones", "orthogonal", "random_normal", "random_uniform"),
        *("truncated_normal", "uniform", "variance_scaling", "zero", "zeros"),
        *("GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "IdentityInitializer"),
        *("LecunNormal", "LecunUniform", "Ones", "Orthogonal", "OrthogonalInitializer", "RandomNormal"),
        *("RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros"),
    }
)
"""The names that keras.initializers.get takes (Keras 3.15), less `stft`, which makes kernels of three axes only,
and `constant`, which Keras can't clone without its value."""

REGULARIZERS = frozenset({"l1", "l2", "l1l2", "L1", "L2", "L1L2"})
"""The names that keras.regularizers.get takes, less `orthogonal_regularizer`, which only a matrix can have."""

CONSTRAINTS = frozenset(
    {"max_norm", "min_max_norm", "non_neg", "unit_norm", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"}
)
"""The names that keras.constraints.get takes."""


INTERPOLATIONS = ("nearest", "bilinear", "bicubic")
"""The ways of resizing that every backend has."""


def int_of(value: object) -> int:
    """A value that its check has found to be a whole number."""
    assert isinstance(value, int)
    return value


def ints_of(value: object, count: int = 1) -> tuple[int, ...]:
    """A value that its check has found to be whole numbers; a single one stands for all `count` axes."""
    return tuple(map(int_of, value)) if isinstance(value, tuple) else (int_of(value),) * count


def whole(value: Value) -> str | None:
    """A whole number of one or more."""
    right = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_SIZE
    return None if right else f"a whole number from 1 to {MAX_SIZE}"


def axis(value: Value) -> str | None:
    """An axis, counted from the front or, if negative, from the end."""
    return None if isinstance(value, int) and not isinstance(value, bool) else "a whole number, as -1 for the last axis"


def axis_or_axes(value: Value) -> str | None:
    """An axis, or several, each once."""
    each = value if isinstance(value, tuple) else (value,)
    right = each and not any(map(axis, each)) and len(set(each)) == len(each)
    return None if right else "an axis, as -1 for the last one, or several, as (-2,-1)"


def places(axes: Value, shape: Shape, layer: str) -> tuple[int, ...]:
    """The axes that a value names, counted from the front, in order. Raises LayerError for one that isn't there.

    The batch's isn't either: samples would become each other's neighbours.
    """
    rank, named = len(shape), ints_of(axes)
    found = sorted({place % rank for place in named if -rank <= place < rank})
    if len(found) < len(named) or 0 in found:
        spelled = ",".join(map(str, named))
        if rank < 2:
            mend = "give it a tensor with an axis, or leave it out"
            raise LayerError(WrongAxes, f"{layer} gets {spell(shape)}, without an axis", mend, ("drop", None))
        mend = "axis=-1 is the last one"
        raise LayerError(BadAxis, f"{layer} has axis={spelled} on {spell(shape)}", mend, ("argument", ("axis", -1)))
    return tuple(found)


def rate(value: Value) -> str | None:
    """A share of what a layer drops."""
    right = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return None if right else "a number from 0 to 1"


def number(value: Value) -> str | None:
    """Any number."""
    return None if isinstance(value, int | float) and not isinstance(value, bool) else "a number"


def positive(value: Value) -> str | None:
    """A number that isn't negative."""
    right = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return None if right else "a number, 0 or more"


def flag(value: Value) -> str | None:
    """Yes or no."""
    return None if isinstance(value, bool) else "true or false"


def activation(value: Value) -> str | None:
    """The name of a function in keras.activations, or none."""
    right = value is None or (isinstance(value, str) and value in ACTIVATIONS)
    return None if right else "the name of a Keras activation, as relu"


def _one_of_keras(module: str, names: frozenset[str], example: str, configured: str) -> Check:
    """The name of a class in a module of Keras, or one with its own arguments."""
    noun = module.removesuffix("s")

    def check(value: Value) -> str | None:
        if isinstance(value, Configured) and value.module == module:
            return fault(value)
        right = isinstance(value, str) and value in names
        return None if right else f"the name of a Keras {noun}, as {example}, or one with arguments, as {configured}"

    return check


initializer = _one_of_keras("initializers", INITIALIZERS, "he_normal", "truncated_normal(stddev=0.02)")
"""What a weight starts from."""


def regularizer(value: Value) -> str | None:
    """What a weight or an output is kept small by, or none."""
    return None if value is None else _regularizer(value)


def constraint(value: Value) -> str | None:
    """What a weight is held to, or none."""
    return None if value is None else _constraint(value)


_regularizer = _one_of_keras("regularizers", REGULARIZERS, "l2", "l2(0.0001)")
_constraint = _one_of_keras("constraints", CONSTRAINTS, "max_norm", "max_norm(3)")


def seed(value: Value) -> str | None:
    """A whole number that random numbers start from, or none."""
    right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SIZE
    return None if value is None or right else f"a whole number from 0 to {MAX_SIZE}, or none"


def only(fixed: Value, why: str) -> Check:
    """The one value that an argument may have here, and why no other."""
    return lambda value: None if value is fixed else f"{str(fixed).lower()}: {why}"


def count(value: Value) -> str | None:
    """A whole number of none or more."""
    right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SIZE
    return None if right else f"a whole number from 0 to {MAX_SIZE}"


def sizes(axes: int, least: int = 1) -> Check:
    """One whole number for all axes, or one for each, as 3x5."""
    single = whole if least else count

    def check(value: Value) -> str | None:
        each = value if isinstance(value, tuple) else (value,) * axes
        right = len(each) == axes and not any(map(single, each))
        return (
            None
            if right
            else f"a whole number from {least} to {MAX_SIZE}"
            + (f", or {axes} of them ({'x'.join('3' * axes)})" if axes > 1 else "")
        )

    return check


def margins(axes: int) -> Check:
    """How much at the two ends of each axis: one number for all, one for each axis, or two for each."""
    both, ends = sizes(2, least=0), ",".join(["(1,0)"] * axes)

    def check(value: Value) -> str | None:
        each = value if isinstance(value, tuple) and axes > 1 else (value,) * axes
        right = len(each) == axes and not any(map(both, each))
        others = "one before and one after, as 1x0" if axes == 1 else f"one for each axis, or two for each, as ({ends})"
        return None if right else f"a number for all ends, or {others}"

    return check


def margins_of(value: object, axes: int) -> tuple[tuple[int, ...], ...]:
    """A value that `margins` has found right, as a pair for each axis."""
    each = value if isinstance(value, tuple) and axes > 1 else (value,) * axes
    return tuple(ints_of(one, 2) for one in each)


def share(least: float, most: float) -> Check:
    """A number between two others, or two of them."""

    def single(value: Value) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most

    def check(value: Value) -> str | None:
        right = all(map(single, value)) and len(value) == 2 if isinstance(value, tuple) else single(value)
        return None if right else f"a number from {least} to {most}, or two of them, as ({least},{most})"

    return check


def optional(check: Check) -> Check:
    """What `check` takes, or none."""
    return lambda value: None if value is None else check(value)


def word(*words: str) -> Check:
    """One of these words."""
    return lambda value: None if value in words else "one of: " + ", ".join(words)


def axes(value: Value) -> str | None:
    """The sizes of a tensor without its batch, one of them -1 if it's to be found."""
    each = value if isinstance(value, tuple) else ()
    right = all(isinstance(size, int) and not isinstance(size, bool) and (size > 0 or size == -1) for size in each)
    return None if each and right and each.count(-1) <= 1 else "the sizes of the new axes, as 7x7x32"


def listed(value: Value) -> Value:
    """A single size as the sizes of one axis: Keras takes a shape as nothing but a tuple."""
    return (value,) if isinstance(value, int) and not isinstance(value, bool) else value


def as_said(value: Value) -> Value:
    """A value as it is: sizes that are equal don't become one, as `plain` would have it."""
    return value


CHANNELS_LAST = Argument("data_format", None, optional(word("channels_last")))
"""Where the channels are: last, on every backend. Here because other arguments stand after it."""
