"""The values that an argument of a layer may take. Each check returns what was expected, or None."""

from __future__ import annotations

from .rule import MAX_SIZE, Argument, Check, Value

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


INITIALIZERS = frozenset(
    {
        *("constant", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity", "lecun_normal"),
        *("lecun_uniform", "normal", "one", "ones", "orthogonal", "random_normal", "random_uniform"),
        *("truncated_normal", "uniform", "variance_scaling", "zero", "zeros"),
        *("Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "IdentityInitializer"),
        *("LecunNormal", "LecunUniform", "Ones", "Orthogonal", "OrthogonalInitializer", "RandomNormal"),
        *("RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros"),
    }
)
"""The names that keras.initializers.get takes (Keras 3.15), less `stft`, which makes kernels of three axes only."""

REGULARIZERS = frozenset({"l1", "l2", "l1l2", "L1", "L2", "L1L2"})
"""The names that keras.regularizers.get takes, less `orthogonal_regularizer`, which only a matrix can have."""

CONSTRAINTS = frozenset(
    {"max_norm", "min_max_norm", "non_neg", "unit_norm", "MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"}
)
"""The names that keras.constraints.get takes."""


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


def rate(value: Value) -> str | None:
    """A share of what a layer drops."""
    right = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return None if right else "a number from 0 to 1"


def number(value: Value) -> str | None:
    """Any number."""
    return None if isinstance(value, int | float) and not isinstance(value, bool) else "a number"


def flag(value: Value) -> str | None:
    """Yes or no."""
    return None if isinstance(value, bool) else "true or false"


def activation(value: Value) -> str | None:
    """The name of a function in keras.activations, or none."""
    right = value is None or (isinstance(value, str) and value in ACTIVATIONS)
    return None if right else "the name of a Keras activation, as relu"


def initializer(value: Value) -> str | None:
    """The name of a class or function in keras.initializers, as a text."""
    return None if isinstance(value, str) and value in INITIALIZERS else "the name of a Keras initializer, as he_normal"


def regularizer(value: Value) -> str | None:
    """The name of a class in keras.regularizers, or none."""
    right = value is None or (isinstance(value, str) and value in REGULARIZERS)
    return None if right else "the name of a Keras regularizer, as l2, or none"


def constraint(value: Value) -> str | None:
    """The name of a class in keras.constraints, or none."""
    right = value is None or (isinstance(value, str) and value in CONSTRAINTS)
    return None if right else "the name of a Keras constraint, as max_norm, or none"


def seed(value: Value) -> str | None:
    """A whole number that random numbers start from, or none."""
    right = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SIZE
    return None if value is None or right else f"a whole number from 0 to {MAX_SIZE}, or none"


def only(fixed: Value, why: str) -> Check:
    """The one value that an argument may have here, and why no other."""
    return lambda value: None if value is fixed else f"{str(fixed).lower()}: {why}"


def sizes(count: int) -> Check:
    """One whole number for all of `count` axes, or one for each, as 3x5."""

    def check(value: Value) -> str | None:
        each = value if isinstance(value, tuple) else (value,) * count
        right = len(each) == count and not any(map(whole, each))
        return (
            None
            if right
            else f"a whole number from 1 to {MAX_SIZE}"
            + (f", or {count} of them, as " + "x".join("3" * count) if count > 1 else "")
        )

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
