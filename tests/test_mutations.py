"""A generated project's own tests turn red when what they protect is broken in its source."""

from __future__ import annotations

import functools
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .projects import generated, package, run_pytest

ANSWERS = {
    "resnet-transfer": {"inputs": "image: image 32x32x3"},
    "image-metadata": {"inputs": "image: image 32x32x3, metadata: numeric 12"},
}
"""What differs from a preset: the same network on images that take a fiftieth of the time."""


@dataclass(frozen=True)
class Mutation:
    """One fault: a place of a project's source, exactly once there, what it becomes, and the tests that see it."""

    fault: str
    preset: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


def model(fault: str, preset: str, before: str, after: str, *tests: str) -> Mutation:
    """A fault of the network, seen by tests of the network."""
    return Mutation(fault, preset, "model.py", before, after, tuple(f"test_model.py::{test}" for test in tests))


def data(fault: str, preset: str, before: str, after: str, *tests: str) -> Mutation:
    """A fault of the data's way to the network, seen by tests of the data."""
    return Mutation(fault, preset, "data.py", before, after, tuple(f"test_data.py::{test}" for test in tests))


def training(fault: str, preset: str, file: str, before: str, after: str, *tests: str) -> Mutation:
    """A fault of training, evaluation or prediction, seen by tests of the training."""
    return Mutation(fault, preset, file, before, after, tuple(f"test_training.py::{test}" for test in tests))


SHAPE = "test_every_layer_has_its_shape"
PARAMETERS = "test_every_layer_has_its_parameters"
ENDS = "test_every_input_and_output_has_its_shape"
MOVES = "test_every_input_moves_its_outputs"
GRADIENT = "test_every_head_gets_gradient"
SAVED = "test_a_saved_network_is_the_same_when_loaded"
PHASE_ONE = "test_phase_one_leaves_the_backbone_as_it_is"
PHASE_TWO = "test_phase_two_moves_the_chosen_layers_alone"
WRONG_VALUE = "test_a_wrong_value_is_named"
OVERFIT = "test_a_batch_can_be_overfitted"
RUN = "test_a_run_leaves_all_that_evaluation_and_prediction_need"
WEIGHED = "test_the_loss_weighs_each_output"

UNSHARED = [
    model(
        "right has an encoder of its own",
        "siamese-dense",
        ", encoder(right)]",
        ', layers.Dense(64, activation="relu", name="twin")(right)]',
        "test_encoder_is_the_same_for_each_input",
        PARAMETERS,
    ),
    model(
        "the encoder's output is cut off for right",
        "siamese-dense",
        ", encoder(right)]",
        ", keras.ops.stop_gradient(encoder(right))]",
        "test_encoder_learns_from_each_input[right]",
    ),
]

WRONG_NETWORK = [
    model("an input multiplied by zero", "image-metadata", ")(metadata)", ")(metadata * 0)", f"{MOVES}[metadata"),
    model(
        "zeros in place of a branch",
        "image-metadata",
        "[image_features, metadata_features]",
        "[image_features, keras.ops.zeros_like(metadata_features)]",
        f"{MOVES}[metadata",
    ),
    model("one input twice", "siamese-dense", "[encoder(left)", "[encoder(right)", f"{MOVES}[left"),
    model(
        "heads that change places",
        "power-plant",
        '"energy_output": energy_output, "vacuum_output": vacuum_output}',
        '"energy_output": vacuum_output, "vacuum_output": energy_output}',
        f"{GRADIENT}[energy_output",
        f"{GRADIENT}[vacuum_output",
    ),
    model(
        "a head that teaches the body nothing",
        "power-plant",
        'name="energy_output")(x)',
        'name="energy_output")(keras.ops.stop_gradient(x))',
        f"{GRADIENT}[energy_output",
    ),
    model(
        "a branch that learns nothing",
        "image-metadata",
        "[image_features, metadata_features]",
        "[keras.ops.stop_gradient(image_features), metadata_features]",
        GRADIENT,
    ),
    model(
        "a head that can't learn",
        "power-plant",
        'name="energy_output")',
        'name="energy_output", trainable=False)',
        f"{GRADIENT}[energy_output",
        PARAMETERS,
    ),
    model("a narrower layer", "power-plant", "layers.Dense(32,", "layers.Dense(16,", f"{SHAPE}[dense_2]", PARAMETERS),
    model(
        "a head with two numbers",
        "power-plant",
        'layers.Dense(1, name="vacuum_output")',
        'layers.Dense(2, name="vacuum_output")',
        ENDS,
        f"{SHAPE}[vacuum_output]",
    ),
    model("a larger kernel", "image-metadata", "Conv2D(32, 3,", "Conv2D(32, 5,", f"{SHAPE}[image_conv]", PARAMETERS),
    model(
        "a larger kernel, the shape kept",
        "image-metadata",
        "Conv2D(32, 3,",
        'Conv2D(32, 5, padding="same",',
        PARAMETERS,
    ),
    model("no bias", "mnist-mlp", "layers.Dense(128,", "layers.Dense(128, use_bias=False,", PARAMETERS),
    model(
        "layers that change places",
        "mnist-mlp",
        """            layers.Dropout(0.3, name="dropout_1"),
            layers.Dense(128, activation="relu", name="dense_2"),
""",
        """            layers.Dense(128, activation="relu", name="dense_2"),
            layers.Dropout(0.3, name="dropout_1"),
""",
        f"{SHAPE}[dropout_1]",
    ),
    model("a layer left out", "mnist-mlp", '            layers.Dropout(0.3, name="dropout_2"),\n', "", SHAPE),
    model(
        "a Lambda, which Keras refuses to load",
        "mnist-mlp",
        '            layers.Dropout(0.3, name="dropout_2"),\n',
        '            layers.Dropout(0.3, name="dropout_2"),\n            layers.Lambda(lambda x: 2 * x),\n',
        SAVED,
    ),
    model(
        "a layer class that Keras can't find",
        "power-plant",
        "def build_model()",
        "class Dense(layers.Dense):\n    pass\n\n\nlayers.Dense = Dense\n\n\ndef build_model()",
        SAVED,
    ),
]

BACKBONE = [
    model(
        "the backbone learns from the start",
        "resnet-transfer",
        "    resnet50.trainable = False\n",
        "",
        PHASE_ONE,
        PARAMETERS,
    ),
    model(
        "statistics move in phase two",
        "resnet-transfer",
        "if isinstance(layer, layers.BatchNormalization):",
        "if False:",
        PHASE_TWO,
    ),
    model("all layers learn in phase two", "resnet-transfer", "len(backbone.layers) - count", "0", PHASE_TWO),
    model("half of the layers learn", "resnet-transfer", "layers) - count", "layers) - count // 2", PHASE_TWO),
    model("no layer learns", "resnet-transfer", "    backbone.trainable = True\n", "", PHASE_TWO),
    training(
        "phase two without compiling",
        "resnet-transfer",
        "train.py",
        '    compile_model(model, settings["learning_rate"] / 100)\n',
        "",
        RUN,
    ),
    training(
        "phase two without unfreezing",
        "resnet-transfer",
        "train.py",
        '    unfreeze_top(model, settings["fine_tune"])\n',
        "",
        RUN,
    ),
    training(
        "phase two with another number of layers",
        "resnet-transfer",
        "train.py",
        '    unfreeze_top(model, settings["fine_tune"])\n',
        "    unfreeze_top(model, 50)\n",
        RUN,
    ),
    training(
        "random weights where none can be had",
        "resnet-transfer",
        "train.py",
        "        sys.exit(",
        "        return build_model(None)\n        sys.exit(",
        "test_weights_that_cannot_be_had_stop_the_run",
    ),
]

LOSS = [
    Mutation(
        "a head without a loss",
        "power-plant",
        "train.py",
        'loss={"energy_output": "mse", "vacuum_output": "mse"}',
        'loss={"energy_output": "mse"}',
        (f"test_model.py::{GRADIENT}[vacuum_output",),
    ),
    Mutation(
        "no loss weights",
        "power-plant",
        "train.py",
        '        loss_weights={"energy_output": 0.7, "vacuum_output": 0.3},\n',
        "",
        (f"test_model.py::{WEIGHED}",),
    ),
    Mutation(
        "another loss weight",
        "power-plant",
        "train.py",
        '"energy_output": 0.7,',
        '"energy_output": 7,',
        (f"test_model.py::{WEIGHED}",),
    ),
    training("a rate of zero", "power-plant", "train.py", "AdamW(learning_rate", "AdamW(0 * learning_rate", OVERFIT),
    training(
        "a loss that is always the same",
        "siamese-dense",
        "train.py",
        "softplus(farthest_kin - nearest_stranger)",
        "softplus(0 * farthest_kin)",
        OVERFIT,
    ),
    training(
        "kin far and strangers near",
        "siamese-dense",
        "train.py",
        "softplus(farthest_kin - nearest_stranger)",
        "softplus(nearest_stranger - farthest_kin)",
        "test_the_loss_wants_kin_near_and_strangers_far",
    ),
    training(
        "a square root without its guard",
        "siamese-dense",
        "train.py",
        "keras.ops.maximum(squared, 1e-12)",
        "squared",
        OVERFIT,
    ),
]

RUNS = [
    training("the rate isn't used", "power-plant", "train.py", 'settings["learning_rate"]', "0", RUN),
    training(
        "statistics of all samples",
        "power-plant",
        "train.py",
        "learn_statistics(train_part)",
        'learn_statistics(__import__("power_plant.data").data.synthesise(config["data"]["synthetic_samples"], 0))',
        RUN,
    ),
    training("no model", "power-plant", "train.py", '    model.save(run / "model.keras")\n', "", RUN),
    training(
        "a model saved before it has learned",
        "power-plant",
        "train.py",
        "    model = build_model()\n",
        "    model = build_model()\n    model.save = lambda path: build_model().save(path)\n",
        RUN,
    ),
    training(
        "predictions in the wrong unit",
        "power-plant",
        "predict.py",
        "return restore(outputs, statistics)",
        "return outputs",
        RUN,
    ),
    training(
        "predictions of other numbers",
        "power-plant",
        "predict.py",
        "np.savetxt(path, table,",
        "np.savetxt(path, 2 * table,",
        RUN,
    ),
    training(
        "scores of the training part",
        "power-plant",
        "evaluate.py",
        "train, _, test = load_data(config)",
        "test, _, train = load_data(config)",
        RUN,
    ),
    training(
        "no seed",
        "power-plant",
        "train.py",
        '    keras.utils.set_random_seed(config["seed"])\n',
        "",
        "test_the_same_seed_makes_the_same_run",
    ),
    training(
        "another number of epochs",
        "power-plant",
        "train.py",
        'epochs=settings["epochs"]',
        "epochs=10",
        "test_the_same_seed_makes_the_same_run",
    ),
    training(
        "inputs as they come",
        "power-plant",
        "predict.py",
        "    inputs = standardise(inputs, statistics)\n",
        "",
        RUN,
    ),
    training(
        "an incomplete last batch left out",
        "power-plant",
        "data.py",
        "math.ceil(len(self.order) / self.batch_size)",
        "len(self.order) // self.batch_size",
        RUN,
    ),
]

DATA = [
    data(
        "statistics with what is missing",
        "power-plant",
        "np.ma.masked_invalid(",
        "np.ma.masked_array(",
        "test_missing_and_constant_columns_become_zero",
    ),
    data(
        "a missing value stays missing",
        "power-plant",
        "np.nan_to_num(scaled)",
        "scaled",
        "test_missing_and_constant_columns_become_zero",
    ),
    data(
        "a constant column is divided by zero",
        "power-plant",
        ", where=deviation > 0",
        "",
        "test_missing_and_constant_columns_become_zero",
    ),
    data(
        "no deviation",
        "power-plant",
        "known.std(axis=0)",
        "1",
        "test_statistics_are_those_of_the_training_part",
    ),
    data(
        "restored without the mean",
        "power-plant",
        "+ mean",
        "",
        "test_statistics_are_those_of_the_training_part",
    ),
    data("parts overlap", "power-plant", "order[cut:]", "order[:-cut]", "test_the_parts_repeat_and_share_no_sample"),
    data("a part is all", "power-plant", "order[cut:]", "order", "test_the_parts_repeat_and_share_no_sample"),
    data(
        "parts by chance",
        "power-plant",
        "np.random.default_rng(seed).permutation",
        "np.random.default_rng().permutation",
        "test_the_parts_repeat_and_share_no_sample",
    ),
    data(
        "the first rows as a part",
        "power-plant",
        "np.random.default_rng(seed).permutation(count)",
        "np.arange(count)",
        "test_a_part_is_a_random_choice",
    ),
    data(
        "another file than the test part's",
        "power-plant",
        'if data["test_path"]:',
        "if False:",
        "test_a_file_may_be_the_test_part",
    ),
    data(
        "samples by chance",
        "power-plant",
        "random = np.random.default_rng(seed)\n",
        "random = np.random.default_rng()\n",
        "test_made_up_samples_keep_the_contract_and_repeat",
    ),
    data(
        "every epoch in one order",
        "power-plant",
        "default_rng((self.seed, self.epoch))",
        "default_rng(self.seed)",
        "test_every_epoch_has_an_order_of_its_own",
    ),
    data(
        "batches by chance",
        "power-plant",
        "default_rng((self.seed, self.epoch))",
        "default_rng()",
        "test_every_epoch_has_an_order_of_its_own",
    ),
    data(
        "an incomplete last batch left out, in the tests of the data",
        "power-plant",
        "math.ceil(len(self.order) / self.batch_size)",
        "len(self.order) // self.batch_size",
        "test_an_epoch_holds_each_sample_once",
    ),
    data("any shape", "power-plant", "shape != field.shape or", "", "test_a_wrong_shape_is_named"),
    data("any number", "power-plant", "np.isfinite(values)", "values == values", f"{WRONG_VALUE}[sensors-inf]"),
    data(
        "a target may be missing",
        "power-plant",
        "if field.may_be_missing:",
        "if True:",
        f"{WRONG_VALUE}[energy_output-nan]",
    ),
    data("no upper bound", "mnist-mlp", " & (values <= field.high)", "", f"{WRONG_VALUE}[digit-10]"),
    data("no lower bound", "mnist-mlp", "(values >= field.low) & ", "", f"{WRONG_VALUE}[digit--1]"),
    data("half a class", "mnist-mlp", "right &= values == np.round(values)", "pass", f"{WRONG_VALUE}[digit-0.5]"),
    data("a class less", "mnist-mlp", "high=9", "high=8", "test_made_up_samples_keep_the_contract_and_repeat"),
    data("half a label", "siamese-dense", "right &= values == np.round(values)", "pass", f"{WRONG_VALUE}[pair-0.5]"),
    data("the row counted from zero", "power-plant", "{place}, row {row + 1}", "{place}, row {row}", WRONG_VALUE),
    data(
        "a file with too few samples of one name",
        "power-plant",
        "if len(set(lengths.values())) > 1 or 0 in lengths.values():",
        "if False:",
        "test_a_missing_sample_is_named",
    ),
    data(
        "any text as missing",
        "power-plant",
        "numbers.isna() & column.notna()",
        "numbers.isna() & column.isna()",
        "test_a_wrong_cell_of_a_csv_is_named",
    ),
    data(
        "columns in the wrong order",
        "power-plant",
        "np.stack(listed, axis=-1)",
        "np.stack(listed[::-1], axis=-1)",
        "test_a_csv_says_the_same_as_an_npz",
    ),
    Mutation(
        "any key",
        "power-plant",
        "config.py",
        "if name not in config or isinstance(config[name], dict):",
        "if False:",
        ("test_data.py::test_a_wrong_key_or_value_is_refused[training.epoch=3]",),
    ),
    Mutation(
        "any value",
        "power-plant",
        "config.py",
        "type(before)(text) if numeric else yaml.safe_load(text)",
        "yaml.safe_load(text)",
        ("test_data.py::test_a_wrong_key_or_value_is_refused[training.epochs=many]",),
    ),
]

MUTATIONS = [*UNSHARED, *WRONG_NETWORK, *BACKBONE, *LOSS, *RUNS, *DATA]


def parameter(mutation: Mutation) -> Any:
    """Returns a fault as a parameter, in one group with the other faults of its project."""
    marks = [pytest.mark.xdist_group(mutation.preset)]
    return pytest.param(mutation, marks=marks, id=f"{mutation.preset}: {mutation.fault}")


def project(preset: str) -> Path:
    """Returns the project that is broken, as it's generated."""
    return generated(preset, **ANSWERS.get(preset, {}))


@functools.cache
def check_unbroken(preset: str) -> None:
    """Fails if one of the tests fails before anything is broken."""
    named = {test for each in MUTATIONS if each.preset == preset for test in functions(each)}
    code, output = run_pytest(project(preset), "-q", *sorted(named))
    assert code == 0, output


def functions(mutation: Mutation) -> list[str]:
    """Returns the tests that see a fault as arguments of pytest, with all their parameters."""
    return sorted({f"tests/{test.partition('[')[0]}" for test in mutation.tests})


@pytest.mark.parametrize("mutation", map(parameter, MUTATIONS))
def test_a_fault_is_seen(mutation: Mutation, tmp_path: Path) -> None:
    check_unbroken(mutation.preset)
    broken = tmp_path / "broken"
    shutil.copytree(project(mutation.preset), broken, ignore=shutil.ignore_patterns("__pycache__"))
    source = broken / "src" / package(broken) / mutation.file
    text = source.read_text(encoding="utf-8")
    assert text.count(mutation.before) == 1
    source.write_text(text.replace(mutation.before, mutation.after), encoding="utf-8")

    code, output = run_pytest(broken, "-q", *functions(mutation))
    assert code == 1, output
    for test in mutation.tests:
        assert f"FAILED tests/{test}" in output, output
