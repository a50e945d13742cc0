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
    return None if value is None or value in ACTIVATIONS else "the name of a Keras activation, as relu"


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


CHANNELS_LAST = Argument("data_format", None, optional(word("channels_last")))
"""Where the channels are: last, on every backend. Here because other arguments stand after it."""
