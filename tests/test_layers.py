"""Protects what is known of each layer: real Keras is the referee for shapes, variables, masks and refusals."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerwright.layers import ACTIVATIONS, LayerError, Rule, Shape, Vocabulary, Word, builtin, spell
from layerwright.layers.rule import REQUIRED, Arguments, Mask, Value, plain

from . import models

RULES = builtin().rules
WORDS = builtin().words

BATCH, VARYING = 2, 17
"""Sizes in real data, for the axes that a shape leaves open. The windows drawn all fit into the latter."""


def _axes(rule: Rule) -> int:
    """How many spatial axes a layer works on."""
    return (rule.rank or 3) - 2


def _windows(most: int) -> Callable[[Rule], st.SearchStrategy[Value]]:
    def strategy(rule: Rule) -> st.SearchStrategy[Value]:
        size = st.integers(1, most)
        count = _axes(rule)
        return size if count == 1 else size | st.tuples(*[size] * count)

    return strategy


def _paddings(rule: Rule) -> st.SearchStrategy[Value]:
    return st.sampled_from(["valid", "same", *(["causal"] if rule.name == "Conv1D" else [])])


def _same_for_all(strategy: st.SearchStrategy[Any]) -> Callable[[Rule], st.SearchStrategy[Value]]:
    return lambda rule: strategy


STRATEGIES: dict[str, Callable[[Rule], st.SearchStrategy[Value]]] = {
    "activation": _same_for_all(st.none() | st.sampled_from(sorted(ACTIVATIONS))),
    "axis": _same_for_all(st.integers(-5, 4)),
    "center": _same_for_all(st.booleans()),
    "data_format": _same_for_all(st.sampled_from([None, "channels_last"])),
    "dilation_rate": _windows(3),
    "epsilon": _same_for_all(st.floats(1e-6, 0.1)),
    "filters": _same_for_all(st.integers(1, 6)),
    "groups": _same_for_all(st.integers(1, 3)),
    "keepdims": _same_for_all(st.booleans()),
    "kernel_size": _windows(4),
    "momentum": _same_for_all(st.floats(0, 1)),
    "offset": _same_for_all(st.integers(-2, 2) | st.floats(-2, 2)),
    "padding": _paddings,
    "pool_size": _windows(4),
    "rate": _same_for_all(st.sampled_from([0, 1, 0.0, 1.0]) | st.floats(0, 1)),
    "scale": lambda rule: st.floats(-2, 2) if rule.name == "Rescaling" else st.booleans(),
    "strides": _windows(3),
    "target_shape": _same_for_all(
        st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6, 12]), min_size=1, max_size=3).map(tuple)
    ),
    "units": _same_for_all(st.integers(1, 6)),
    "use_bias": _same_for_all(st.booleans()),
}
"""What is drawn for an argument of each name."""

SIZES = st.sampled_from([None, 1, 2, 3, 4, 5, 6, 7, 9])


@st.composite
def arguments(draw: st.DrawFn, rule: Rule) -> dict[str, Value]:
    """Arguments that pass the rule's own checks; those with a default are sometimes left out."""
    drawn = {
        argument.name: draw(
            STRATEGIES[argument.name](rule).filter(lambda value, check=argument.check: not check(value))
        )
        for argument in rule.arguments
        if argument.default is REQUIRED or draw(st.booleans())
    }
    if rule.name.startswith("Conv") and draw(st.booleans()):
        # Two of three draws would be refused: Keras takes strides or dilation, not both.
        drawn.pop("dilation_rate", None)
    return drawn


@st.composite
def shapes(draw: st.DrawFn, rule: Rule) -> tuple[Shape, ...]:
    """The shapes of the tensors that a layer is called on: mostly of a rank that it takes."""
    rank = rule.rank if rule.rank and draw(st.integers(0, 9)) else draw(st.integers(1, 5))
    first = (None, *draw(st.lists(SIZES, min_size=rank - 1, max_size=rank - 1)))
    if not rule.merges:
        return (first,)
    others = [draw(_likeness(first)) for _ in range(draw(st.integers(1, 3)))]
    return (first, *others)


@st.composite
def _likeness(draw: st.DrawFn, shape: Shape) -> Shape:
    """The same shape, or one with one axis of another size, or one with an axis less."""
    how = draw(st.sampled_from(["same", "same", "one axis", "fewer"]))
    if how == "same" or len(shape) == 1:
        return shape
    if how == "fewer":
        return shape[:-1]
    place = draw(st.integers(1, len(shape) - 1))
    return (*shape[:place], draw(SIZES), *shape[place + 1 :])


def _class(rule: Rule) -> type[keras.layers.Layer]:
    found: type[keras.layers.Layer] = getattr(keras.layers, rule.name)
    return found


def _called(layer: keras.layers.Layer, tensors: list[Any]) -> Any:
    return layer(tensors if RULES[type(layer).__name__].merges else tensors[0])


def _zeros(shape: Shape) -> np.ndarray:
    sizes = [VARYING if size is None else size for size in shape[1:]]
    return np.zeros((BATCH, *sizes), "float32")


def _keras_says(rule: Rule, given: Arguments, inputs: tuple[Shape, ...]) -> tuple[Shape, list[tuple[Any, ...]]]:
    """The output's shape and the variables as real Keras has them. Raises whatever Keras raises."""
    layer = _class(rule)(**given)
    output = _called(layer, [keras.Input(shape[1:]) for shape in inputs])
    trainable = {id(weight) for weight in layer.trainable_weights}
    weights = [(weight.name, tuple(weight.shape), id(weight) in trainable) for weight in layer.weights]
    assert layer.count_params() == sum(int(np.prod(shape)) for _, shape, _ in weights)
    # What Keras takes as a symbol can still fail on data.
    data = _called(layer, [_zeros(shape) for shape in inputs])
    assert len(data.shape) == len(output.shape)
    assert all(said in (None, real) for said, real in zip(output.shape, data.shape, strict=True))
    return tuple(output.shape), weights


def _deliberately_refused(rule: Rule, given: Arguments, inputs: tuple[Shape, ...]) -> bool:
    """What Keras takes and we don't.

    It would mix samples, stretch one tensor to another's size unasked, or leave a size open that what comes after
    it needs. A LayerNormalization of an earlier axis is right on some backends only.
    """
    axis, rank = given.get("axis", -1), len(inputs[0])
    over_the_batch = isinstance(axis, int) and axis in (0, -rank)
    match rule.name:
        case "BatchNormalization" | "UnitNormalization":
            return over_the_batch
        case "LayerNormalization":
            return over_the_batch or axis not in (-1, rank - 1)
        case "Concatenate":
            return over_the_batch or any(None in sizes and set(sizes) != {None} for sizes in zip(*inputs, strict=False))
        case "Flatten" | "Reshape":
            return None in inputs[0][1:]
        case _:
            return rule.merges and len(set(inputs)) > 1


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@settings(deadline=None, max_examples=models.EXAMPLES // 4 + 1, derandomize=False, print_blob=True)
@given(data=st.data())
def test_a_rule_says_what_keras_does(rule: Rule, data: st.DataObject) -> None:
    arguments_, inputs = data.draw(arguments(rule)), data.draw(shapes(rule))
    try:
        shape, weights = rule.call(arguments_, inputs)
    except LayerError:
        if not _deliberately_refused(rule, arguments_, inputs):
            with pytest.raises(Exception):  # noqa: B017, PT011 (Keras and its backend raise whatever they raise)
                _keras_says(rule, arguments_, inputs)
        return
    assert (shape, [(each.name, each.shape, each.trainable) for each in weights]) == _keras_says(
        rule, arguments_, inputs
    )


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_what_becomes_of_a_mask(rule: Rule) -> None:
    shape = (VARYING, *[4] * ((rule.rank or 3) - 2))
    required = {"units": 3, "filters": 3, "kernel_size": 2, "pool_size": 2, "rate": 0.5, "scale": 2.0}
    required |= {"activation": "relu", "target_shape": (4, VARYING)}
    given = {each.name: required[each.name] for each in rule.arguments if each.default is REQUIRED}
    masked = [keras.layers.Masking()(keras.Input(shape)) for _ in range(2 if rule.merges else 1)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        output = _called(_class(rule)(**given), masked)
    kept = getattr(output, "_keras_mask", None) is not None
    assert rule.mask is (Mask.KEEPS if kept else Mask.DROPS)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_arguments_stand_where_keras_has_them_and_default_to_what_it_does(rule: Rule) -> None:
    parameters = list(inspect.signature(_class(rule).__init__).parameters.values())[1:]
    theirs = [(each.name, plain(each.default)) for each in parameters[: len(rule.arguments)]]
    ours = [
        (each.name, inspect.Parameter.empty if each.default is REQUIRED else each.default) for each in rule.arguments
    ]
    assert ours == theirs


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_checks_take_a_rules_own_defaults_and_refuse_nonsense(rule: Rule) -> None:
    for argument in rule.arguments:
        if argument.default is not REQUIRED:
            assert argument.check(argument.default) is None
            assert argument.written(argument.default) == argument.default
        for nonsense in ("nonsense", (0, -7), ()):
            assert argument.check(nonsense)


def test_every_argument_of_every_rule_is_drawn() -> None:
    assert {each.name for rule in RULES.values() for each in rule.arguments} == set(STRATEGIES)


def test_every_rule_is_a_class_of_keras() -> None:
    assert all(name == rule.name and issubclass(_class(rule), keras.layers.Layer) for name, rule in RULES.items())


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_a_word_points_at_classes_positions_and_defaults_that_there_are(word: Word) -> None:
    for class_name in word.classes.values():
        rule = RULES[class_name]
        checks = {argument.name: argument.check for argument in rule.arguments}
        assert set(word.positions) | set(word.defaults) <= set(checks)
        assert all(checks[name](value) is None for name, value in word.defaults.items())
        assert all(rule.defaults().get(name, REQUIRED) != value for name, value in word.defaults.items())


@pytest.mark.parametrize("word", WORDS.values(), ids=WORDS)
def test_a_words_classes_take_the_axes_that_it_says(word: Word) -> None:
    for axes, class_name in word.classes.items():
        assert RULES[class_name].rank == (None if axes is None else axes + 2)


def test_activations_are_those_of_keras_that_work_alone() -> None:
    listed = {name for name in keras.src.activations.ALL_OBJECTS_DICT if name not in ("glu", "threshold")}
    assert listed == ACTIVATIONS
    for name in ACTIVATIONS:
        assert keras.layers.Activation(name)(np.ones((2, 3), "float32")).shape == (2, 3)


def test_a_class_name_is_a_word_with_keras_own_positions() -> None:
    word = builtin().word("Conv2D")
    assert word is not None
    assert word.positions[:5] == ("filters", "kernel_size", "strides", "padding", "data_format")
    assert not word.defaults


def test_a_name_comes_into_a_vocabulary_once() -> None:
    vocabulary = Vocabulary()
    vocabulary.add(RULES["Dense"], WORDS["dense"])
    for entry in (RULES["Dense"], WORDS["dense"], Word("Dense", {None: "Dense"})):
        with pytest.raises(ValueError, match="already"):
            vocabulary.add(entry)
    assert vocabulary.word("conv") is None


def test_a_layer_that_joins_tensors_is_no_word_of_a_stack() -> None:
    assert {"dense", "Dense", "conv"} <= set(builtin().names())
    assert not {"Add", "Concatenate"} & set(builtin().names())


@pytest.mark.parametrize(
    ("given_", "what", "mend"),
    [
        ({"unit": 3}, "Dense has no argument 'unit'", "it takes: units, activation, use_bias"),
        ({}, "Dense needs units", "say it, as in units=…"),
        ({"units": 0}, "units of Dense is 0", "units is a whole number from 1 to 2147483647"),
        ({"units": True}, "units of Dense is True", "units is a whole number from 1 to 2147483647"),
    ],
)
def test_a_refused_argument_is_named_with_what_it_should_have_been(
    given_: dict[str, Value], what: str, mend: str
) -> None:
    with pytest.raises(LayerError) as caught:
        RULES["Dense"].call(given_, ((None, 4),))
    assert (str(caught.value), caught.value.mend) == (what, mend)


def test_an_output_too_large_to_index_is_refused() -> None:
    with pytest.raises(LayerError, match="would give 3000000000"):
        RULES["Flatten"].call({}, ((None, 3000, 1000, 1000),))


def test_a_shape_is_spelled_as_people_write_it() -> None:
    assert [spell((None, 224, None, 3)), spell((None,))] == ["224×?×3", "one number"]


def test_values_are_written_as_a_person_would() -> None:
    conv, reshape = RULES["Conv2D"], RULES["Reshape"]
    assert conv.written({"kernel_size": (3, 3), "strides": (1, 2), "activation": "linear"}) == {
        "kernel_size": 3,
        "strides": (1, 2),
        "activation": None,
    }
    # Keras takes a target shape as a tuple only, so sizes stay as many as they are.
    assert [reshape.written({"target_shape": value})["target_shape"] for value in (49, (7, 7))] == [(49,), (7, 7)]
