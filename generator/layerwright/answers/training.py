"""Reads what the answers say of the training."""

from __future__ import annotations

import re
from typing import Any

from ..faults import BadValue, FixedBatch, NoUse, UnknownKey
from ..problems import Edit, nearest, shown, unknown
from ..spec import Input, Output, Training
from .fields import LARGEST_SIZE, Fields
from .keys import (
    ABOVE_ZERO,
    AT_LEAST_ONE,
    HIGHEST,
    OPTIMIZER_DEFAULTS,
    TRAINING_DEFAULTS,
    TRANSFER_DEFAULTS,
    WORDS,
)


def training(fields: Fields, inputs: tuple[Input, ...], outputs: tuple[Output, ...]) -> Training:
    """The training that the answers ask for. Notes what can't be."""
    given = fields.mapping("training", fields.answers["training"])
    for key in given:
        if key not in TRAINING_DEFAULTS:
            left, place = [each for each in TRAINING_DEFAULTS if each not in given], f"training.{key}"
            what, mend = unknown("key", key, left)
            near = nearest(key, left)
            edit = Edit("rename", place, (key, near)) if near else Edit("drop", place)
            fields.problems.add(place, UnknownKey, what, mend if near else f"{mend}; or leave it out", edit)
    transfer_defaults = TRANSFER_DEFAULTS if fields.answers["backbone"] != "none" else {}
    optimizer = given.get("optimizer", TRAINING_DEFAULTS["optimizer"])
    optimizer_defaults = OPTIMIZER_DEFAULTS.get(optimizer, {}) if isinstance(optimizer, str) else {}
    rate = min((each.kind.learning_rate for each in inputs), default=TRAINING_DEFAULTS["learning_rate"])
    defaults: dict[str, Any] = TRAINING_DEFAULTS | {"learning_rate": rate}
    for each in outputs:
        defaults |= each.task.training
    defaults |= transfer_defaults | optimizer_defaults
    values = {key: given.get(key, default) for key, default in defaults.items()}
    for key, default in TRAINING_DEFAULTS.items():
        values[key] = _number(values[key]) if isinstance(default, float) else values[key]
        if (wrong := _wrong(key, values[key], default)) is not None:
            what, place = f"{shown(values[key])} can't be the {key.replace('_', ' ')}", f"training.{key}"
            what = f"{shown(values[key])} is neither yes nor no" if isinstance(default, bool) else what
            near = nearest(values[key], WORDS.get(key, ()))
            edit = Edit("set", place, near) if near else Edit("drop", place)
            fields.problems.add(
                place, BadValue, what, f"did you mean {near}? ({wrong})" if near else f"{wrong}; or leave it out", edit
            )
    if values["class_weights"] is True:
        _check_classes(fields, inputs, outputs)
    if values["augment"] is True:
        _check_pictures(fields, inputs)
    return Training(**values, is_rate_said="learning_rate" in given)


def unfit(key: str, value: object) -> str | None:
    """What a setting of the training has to be, None if this value is that."""
    default = TRAINING_DEFAULTS[key]
    return _wrong(key, _number(value) if isinstance(default, float) else value, default)


def _wrong(key: str, value: object, default: object) -> str | None:
    """What is expected of a setting of the training, None if it's that."""
    if key in WORDS:
        return None if value in WORDS[key] else f"one of: {', '.join(WORDS[key])}"
    if isinstance(default, bool):
        return None if isinstance(value, bool) else "write true or false"
    whole, highest = isinstance(default, int), HIGHEST.get(key, LARGEST_SIZE)
    above = key in AT_LEAST_ONE or key in ABOVE_ZERO
    is_number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if isinstance(value, int | float) and is_number and 0 <= value <= highest and (value > 0 or not above):
        return None
    if whole:
        return f"a whole number from {int(above)} to {highest}"
    return f"a number above 0 and up to {highest}, as 0.001" if above else f"a number from 0 to {highest}, as 0.05"


def _check_classes(fields: Fields, inputs: tuple[Input, ...], outputs: tuple[Output, ...]) -> None:
    """Notes class weights that nothing has a use for, and those of batches that keep their order."""
    place, drop = "training.class_weights", Edit("drop", "training.class_weights")
    if outputs and not any(each.task.has_classes(each.size) for each in outputs):
        mend = "leave it out, or add an output of classes, as multiclass 3"
        fields.problems.add(place, NoUse, "no output says one class of a sample or a step", mend, drop)
    elif any(each.batch for each in inputs):
        fields.problems.add(place, FixedBatch, "batches of a fixed size have no weights", "leave it out", drop)


def _check_pictures(fields: Fields, inputs: tuple[Input, ...]) -> None:
    """Notes an augmentation of samples without pictures."""
    if inputs and not any(each.kind.places and not each.batch for each in inputs):
        mend = "leave it out, or add an input of pictures, as image 64x64x3"
        place, drop = "training.augment", Edit("drop", "training.augment")
        fields.problems.add(place, NoUse, "no input has pictures that can be flipped and shifted", mend, drop)


def _number(value: object) -> object:
    """A number that YAML 1.1 takes for a text, as `1e-5`; all else as it is."""
    is_number = isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{0,9})?[eE][-+]?[0-9]{1,2}", value)
    return float(str(value)) if is_number else value
