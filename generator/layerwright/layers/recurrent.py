"""Layers that go through a sequence step by step, the cells that they're made of, and convolutional ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..faults import ArgumentsClash, CannotMask, NothingLeft, VaryingSize
from . import values
from .convolution import window
from .rule import (
    REQUIRED,
    Argument,
    Arguments,
    LayerError,
    Nested,
    Rule,
    Shape,
    TensorLike,
    UnbatchedError,
    Value,
    Weight,
    known,
    spell,
)
from .values import int_of, ints_of

ONE_TENSOR = "a stack carries one tensor"
"""Why a layer can't give its states, or both of its directions, beside its output."""

_INITIALIZERS = (
    Argument("kernel_initializer", "glorot_uniform", values.initializer),
    Argument("recurrent_initializer", "orthogonal", values.initializer),
    Argument("bias_initializer", "zeros", values.initializer),
)
_REGULARIZERS = tuple(Argument(f"{of}_regularizer", None, values.regularizer) for of in ("kernel", "recurrent", "bias"))
_ACTIVITY = Argument("activity_regularizer", None, values.regularizer)
_CONSTRAINTS = tuple(Argument(f"{of}_constraint", None, values.constraint) for of in ("kernel", "recurrent", "bias"))
_DROPOUT = (Argument("dropout", 0.0, values.rate), Argument("recurrent_dropout", 0.0, values.rate))
_SEED = Argument("seed", None, values.seed)
_USE_BIAS = Argument("use_bias", True, values.flag)
_FORGET = Argument("unit_forget_bias", True, values.flag)
_RESET = Argument("reset_after", True, values.flag)
_SEQUENCES = (
    Argument("return_sequences", False, values.flag),
    Argument("return_state", False, values.only(False, ONE_TENSOR)),
    Argument("go_backwards", False, values.flag),
    Argument("stateful", False, values.flag),
)
_UNROLL = Argument("unroll", False, values.flag)


def _cudnn(value: Value) -> str | None:
    """Whether NVIDIA's kernels may be used. Keras fails on every machine without them if they have to be."""
    return None if value == "auto" or value is False else "auto or false: without a GPU, true fails"


_USE_CUDNN = Argument("use_cudnn", "auto", _cudnn)


def keeps_mask_of_steps(arguments: Arguments, inputs: tuple[bool, ...]) -> bool:
    """The mask says which steps are padding: it goes on if steps do."""
    return inputs[0] and bool(arguments["return_sequences"])


def _check_steps(arguments: Arguments, shape: Shape) -> None:
    """Refuses to carry states over batches of any size, and to unroll a sequence of any length."""
    if arguments["stateful"] and shape[0] is None:
        raise UnbatchedError(
            VaryingSize,
            "stateful=true carries a state for each place in the batch, and the batch may have any size",
            "say batch=1 after each input, with backend: tensorflow",
        )
    if arguments.get("unroll") and shape[1] is None:
        what, mend = "unroll=true needs a fixed length and gets a varying one", "fix the length, or leave unroll out"
        raise LayerError(VaryingSize, what, mend, ("argument", ("unroll", None)))


def _check_mask(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    """Refuses what Keras 3.15 fails on with PyTorch: it turns a mask round as if it were a tensor and not several."""
    if tensors[0].masked and arguments["unroll"] and arguments["go_backwards"]:
        what, mend = "a masked sequence can't be unrolled backwards", "leave unroll=true out"
        raise LayerError(CannotMask, what, mend, ("argument", ("unroll", None)))


def _steps(arguments: Arguments, shape: Shape, state: Shape) -> Shape:
    """The shape of all outputs or of the last one, from the shape of one step's output."""
    _check_steps(arguments, shape)
    return (shape[0], shape[1], *state[1:]) if arguments["return_sequences"] else (shape[0], *state[1:])


def _units_of_steps(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    known(inputs[0][-1], "a recurrent layer")
    return _steps(arguments, inputs[0], (None, int_of(arguments["units"])))


def _units_of_step(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    known(inputs[0][-1], "a recurrent layer")
    return (inputs[0][0], int_of(arguments["units"]))


def _gates(count: int) -> Callable[[Arguments, tuple[Shape, ...]], tuple[Weight, ...]]:
    """The weights of a cell whose gates stand side by side: one column of units each."""

    def weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
        units = int_of(arguments["units"])
        # A GRU that resets after its product has a bias for the input and one for the state.
        bias = (2, count * units) if arguments.get("reset_after") else (count * units,)
        return (
            Weight("kernel", (known(inputs[0][-1], "a recurrent layer"), count * units)),
            Weight("recurrent_kernel", (units, count * units)),
            *((Weight("bias", bias),) if arguments["use_bias"] else ()),
        )

    return weights


def _units(*activations: str) -> tuple[Argument, ...]:
    """The arguments that a recurrent layer starts with."""
    names = ("activation", "recurrent_activation")
    return (
        Argument("units", REQUIRED, values.whole),
        *(Argument(name, default, values.activation) for name, default in zip(names, activations, strict=False)),
        _USE_BIAS,
        *_INITIALIZERS,
    )


def _layer(name: str, gates: int, arguments: tuple[Argument, ...]) -> Rule:
    return Rule(
        name,
        arguments,
        shape=_units_of_steps,
        weights=_gates(gates),
        mask=keeps_mask_of_steps,
        rank=3,
        integers=False,
        guard=_check_mask,
    )


def _cell(name: str, gates: int, arguments: tuple[Argument, ...]) -> Rule:
    return Rule(name, arguments, shape=_units_of_step, weights=_gates(gates), rank=2, integers=False, within="RNN")


def _is_cell(value: Value) -> bool:
    return isinstance(value, Nested) and value.rule.within == "RNN" and value.class_name != "StackedRNNCells"


def _several_cells(value: Value) -> str | None:
    """Cells, each fed by the one before. Keras mixes up the states of a single one."""
    right = isinstance(value, tuple) and len(value) > 1 and all(map(_is_cell, value))
    return None if right else "two cells or more, as LSTMCell"


def _one_or_several_cells(value: Value) -> str | None:
    """A cell, or several that are fed by the one before."""
    stacked = isinstance(value, Nested) and value.class_name == "StackedRNNCells"
    right = stacked or _is_cell(value) or not _several_cells(value)
    return None if right else "a cell, as LSTMCell, or several of them"


def _through_cells(cells: Value, step: Shape) -> tuple[Shape, tuple[Weight, ...]]:
    """What a step becomes from cell to cell, and the weights of all of them."""
    weights: tuple[Weight, ...] = ()
    for cell in cells if isinstance(cells, tuple) else (cells,):
        assert isinstance(cell, Nested)
        step, own = cell.call((step,))
        weights += own
    return step, weights


def _step(shape: Shape) -> Shape:
    return (shape[0], *shape[2:])


def _conv_step(arguments: Arguments, shape: Shape) -> tuple[Shape, int, tuple[int, ...]]:
    """The shape of one step's output, the channels that come in, and the kernel's sizes."""
    batch, _, *sizes, channels = shape
    if None in sizes:
        raise LayerError(
            VaryingSize,
            f"a convolutional LSTM gets {spell(shape)}, whose places vary in number",
            "fix the sizes, steps may vary; or leave it out",
            ("drop", None),
        )
    kernels, strides, dilations = (
        ints_of(arguments[name], len(sizes)) for name in ("kernel_size", "strides", "dilation_rate")
    )
    if max(strides) > 1 and max(dilations) > 1:
        what, mend = "strides and dilation_rate are both above 1", "Keras takes one of the two: leave dilation_rate out"
        raise LayerError(ArgumentsClash, what, mend, ("argument", ("dilation_rate", None)))
    padding = str(arguments["padding"])
    places = [window(*axis[:3], padding, axis[3]) for axis in zip(sizes, kernels, strides, dilations, strict=True)]
    if any(place is not None and place < 1 for place in places):
        raise LayerError(
            NothingLeft,
            f"a kernel of {'×'.join(map(str, kernels))} doesn't fit into the steps of {spell(shape)}",
            "say padding=same, or a smaller kernel",
            ("argument", ("padding", "same")),
        )
    return (batch, *places, int_of(arguments["filters"])), known(channels, "a convolutional LSTM"), kernels


def _conv_steps(arguments: Arguments, inputs: tuple[Shape, ...]) -> Shape:
    state, _, _ = _conv_step(arguments, inputs[0])
    return _steps(arguments, inputs[0], state)


def _conv_weights(arguments: Arguments, inputs: tuple[Shape, ...]) -> tuple[Weight, ...]:
    """Kernels for the input and for the state, with the channels of four gates each."""
    _, channels, kernels = _conv_step(arguments, inputs[0])
    filters = int_of(arguments["filters"])
    return (
        Weight("kernel", (*kernels, channels, 4 * filters)),
        Weight("recurrent_kernel", (*kernels, filters, 4 * filters)),
        *((Weight("bias", (4 * filters,)),) if arguments["use_bias"] else ()),
    )


def _without_mask(arguments: Arguments, tensors: Sequence[TensorLike]) -> None:
    """A mask from `Masking` has a value for each place of a step; Keras fails on those."""
    if tensors[0].masked:
        mend = "leave out what makes it (masking, mask_zero=true), or this layer"
        raise LayerError(CannotMask, "a convolutional LSTM gets a mask", mend, ("drop", None))


def _conv_lstm(axes: int) -> Rule:
    return Rule(
        f"ConvLSTM{axes}D",
        (
            Argument("filters", REQUIRED, values.whole),
            Argument("kernel_size", REQUIRED, values.sizes(axes)),
            Argument("strides", 1, values.sizes(axes)),
            Argument("padding", "valid", values.word("valid", "same")),
            values.CHANNELS_LAST,
            Argument("dilation_rate", 1, values.sizes(axes)),
            *_units("tanh", "sigmoid")[1:],
            _FORGET,
            *_REGULARIZERS,
            _ACTIVITY,
            *_CONSTRAINTS,
            *_DROPOUT,
            _SEED,
            *_SEQUENCES,
        ),
        shape=_conv_steps,
        weights=_conv_weights,
        mask=keeps_mask_of_steps,
        rank=axes + 3,
        integers=False,
        guard=_without_mask,
    )


def _rules() -> Iterable[Rule]:
    lstm, gru, simple = _units("tanh", "sigmoid"), _units("tanh", "sigmoid"), _units("tanh")
    of_cell = (*_REGULARIZERS, *_CONSTRAINTS, *_DROPOUT)
    of_layer = (*_REGULARIZERS, _ACTIVITY, *_CONSTRAINTS, *_DROPOUT)
    yield _layer("LSTM", 4, (*lstm, _FORGET, *of_layer, _SEED, *_SEQUENCES, _UNROLL, _USE_CUDNN))
    yield _layer("GRU", 3, (*gru, *of_layer, _SEED, *_SEQUENCES, _UNROLL, _RESET, _USE_CUDNN))
    yield _layer("SimpleRNN", 1, (*simple, *of_layer, *_SEQUENCES, _UNROLL, _SEED))
    yield _cell("LSTMCell", 4, (*lstm, _FORGET, *of_cell, _SEED))
    yield _cell("GRUCell", 3, (*gru, *of_cell, _RESET, _SEED))
    yield _cell("SimpleRNNCell", 1, (*simple, *of_cell, _SEED))
    yield from map(_conv_lstm, (1, 2, 3))


RULES = (
    *_rules(),
    Rule(
        "StackedRNNCells",
        (Argument("cells", REQUIRED, _several_cells, values.as_said),),
        shape=lambda arguments, inputs: _through_cells(arguments["cells"], inputs[0])[0],
        weights=lambda arguments, inputs: _through_cells(arguments["cells"], inputs[0])[1],
        rank=2,
        integers=False,
        within="RNN",
    ),
    Rule(
        "RNN",
        (
            Argument("cell", REQUIRED, _one_or_several_cells, values.as_said),
            *_SEQUENCES,
            _UNROLL,
            Argument("zero_output_for_mask", False, values.flag),
        ),
        shape=lambda arguments, inputs: _steps(
            arguments, inputs[0], _through_cells(arguments["cell"], _step(inputs[0]))[0]
        ),
        weights=lambda arguments, inputs: _through_cells(arguments["cell"], _step(inputs[0]))[1],
        mask=keeps_mask_of_steps,
        rank=3,
        integers=False,
        guard=_check_mask,
    ),
)
