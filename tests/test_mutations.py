"""A generated project's own tests turn red when what they protect is broken in its source."""

from __future__ import annotations

import functools
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from layerwright.presets import BLANK

from .drawing import some
from .projects import generated, package, run_pytest

ANSWERS = {
    "resnet-transfer": {"inputs": "image: image 32x32x3"},
    "image-metadata": {"inputs": "image: image 32x32x3, metadata: numeric 12"},
}
"""What differs from a preset: the same network on images that take a fiftieth of the time."""

OWN = {
    "tagger": {"inputs": "words: text 30x?", "outputs": "tags: labels 4"},
    "unmasked": {
        "inputs": "words: text 30x?",
        "outputs": "tags: labels 4",
        "layers": "{branches: {words: [embedding 30 16, conv 16]}, body: []}",
    },
    "decoder": {
        "inputs": "words: text 30x?",
        "outputs": "next_words: labels 30",
        "layers": "{branches: {words: [embedding 30 16, transformer 2x8 use_causal_mask=true]}, body: []}",
    },
    "balanced": {
        "inputs": "x: numeric 4",
        "outputs": "kind: multiclass 3, size: regression",
        "training": "{class_weights: true, clip_norm: 1, schedule: cosine, warmup_epochs: 2}",
    },
    "scans": {
        "inputs": "photo: image 16x16x1, sex: category 2",
        "outputs": "area: segmentation 1 from=photo, kind: multiclass 4",
        "training": "{augment: true}",
    },
    "messages": {"inputs": "message: text 4x8", "outputs": "spam: binary"},
    "walks": {"inputs": "signal: sequence ?x3", "outputs": "walker: multiclass 4"},
    "segmenter": {
        "inputs": "photo: image 16x16x3",
        "outputs": "areas: segmentation 3",
        "layers": "{branches: {photo: [conv 16]}, body: []}",
    },
    "shop": {"inputs": "goods: numeric 5", "outputs": "kind: multiclass 4, old: binary, tags: multilabel 3"},
    "reader": {"inputs": "signal: sequence ?x3", "outputs": "value: regression"},
    "exporter": {"inputs": "x: numeric 4", "outputs": "y: multiclass 3", "export": "[onnx]"},
    "processes": {"inputs": "x: numeric 4", "outputs": "y: regression", "hardware": "gpus"},
    "momentum": {
        "inputs": "x: numeric 4",
        "outputs": "y: regression",
        "training": "{optimizer: sgd}",
        "precision": "mixed_bfloat16",
    },
    "halved": {"inputs": "x: numeric 4", "outputs": "y: regression", "precision": "mixed_float16"},
    "chancy": {
        "inputs": "x: numeric 8",
        "outputs": "y: multiclass 3",
        "layers": "{body: [{residual: {layers: [dense 8, dropout 0.5, dense 8], form: class}}]}",
    },
    "exact": {"inputs": "x: numeric 4", "outputs": "y: regression", "training": "{deterministic: true}"},
    "watched": {"inputs": "x: numeric 4", "outputs": "y: regression", "tracking": "tensorboard"},
    "remembering": {"inputs": "signal: sequence 10x1 batch=2", "outputs": "y: regression"},
}
"""Answers for what no preset is about."""


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


def data(fault: str, preset: str, before: str, after: str, *tests: str, file: str = "data.py") -> Mutation:
    """A fault of the data's way to the network, seen by tests of the data."""
    return Mutation(fault, preset, file, before, after, tuple(f"test_data.py::{test}" for test in tests))


def training(fault: str, preset: str, file: str, before: str, after: str, *tests: str) -> Mutation:
    """A fault of training, evaluation or prediction, seen by tests of the training."""
    return Mutation(fault, preset, file, before, after, tuple(f"test_training.py::{test}" for test in tests))


def score(fault: str, preset: str, before: str, after: str, *tests: str) -> Mutation:
    """A fault of a score, seen by tests that reckon by hand."""
    return Mutation(fault, preset, "evaluate.py", before, after, tuple(f"test_evaluate.py::{test}" for test in tests))


def config(fault: str, before: str, after: str, *tests: str) -> Mutation:
    """A fault in what is read of config.yaml and the command line."""
    return Mutation(
        fault, "power-plant", "config.py", before, after, tuple(f"test_config.py::{test}" for test in tests)
    )


def prediction(fault: str, preset: str, before: str, after: str, *tests: str) -> Mutation:
    """A fault of what is predicted, seen by tests of predictions."""
    return Mutation(fault, preset, "predict.py", before, after, tuple(f"test_predict.py::{test}" for test in tests))


def wrong_loss(fault: str, preset: str, before: str, after: str) -> Mutation:
    """Another loss than the planned one."""
    return Mutation(fault, preset, "train.py", before, after, (f"test_model.py::{LOSSES}",))


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
SETTINGS = "test_every_layer_has_its_settings"
LOSSES = "test_training_uses_the_planned_losses"
PADDING = "test_padding_changes_nothing"
RUN = "test_a_run_leaves_all_that_evaluation_and_prediction_need"
ERRORS = "test_errors_and_the_share_of_variance_explained"
GUESS = "test_a_guess_says_the_mean_and_what_is_farthest_off_is_said"
AREAS = "test_areas_of_each_class_overlap"
CAUSAL = "test_no_step_sees_a_later_one"
PHASES = "test_phase_two_trains_the_last_layers_and_counts_if_it_is_better"
FILE = "test_predictions_of_a_file_are_written_under_their_names"
AREA_OF_ROC = "test_the_area_under_the_roc_is_the_share_of_pairs_in_order"
GOES_ON = "test_a_killed_run_goes_on_as_if_it_had_not_been"
BEST = "test_the_weights_of_the_best_epoch_stay_in_a_killed_run_too"
SHOWN = "test_every_layer_is_shown_as_often_as_it_is_called"
GROUP = "test_a_group_stays_together"
LAST = "test_the_last_are_the_test_part"
COLUMN = "test_a_column_may_say_the_part"
PLACED = "place, values = pd.factorize(place, sort=True)"
NO_PARTS = "test_a_column_that_says_no_parts_is_refused"
NAMED = "test_labels_may_be_names"
VALUES = "test_categories_may_be_names"
WORDS = "test_texts_become_numbers_of_words"
MOVED = "test_pictures_are_flipped_and_shifted_with_what_belongs_to_them"
ANEW = "test_each_epoch_and_batch_is_augmented_anew_and_alike_in_each_run"
LAZY = "test_what_does_not_fit_into_memory_is_read_by_batches"
BROKEN = "test_files_that_do_not_fit_are_named"
TABLE = "test_a_table_says_the_same_as_an_npz"
LEARNED = "test_statistics_are_those_of_the_training_part"
STEPS = "test_a_row_for_each_step_says_the_same_as_an_npz"
THRESHOLD = "test_a_threshold_parts_the_same_from_others"
ARGUMENT = "test_what_no_run_can_have_is_named"
WRONG_FILE = "test_a_wrong_file_is_named"
WEIGHED = "test_the_loss_weighs_each_output"
FOLLOWS = "test_training_follows_the_configuration"
METRICS = "test_training_counts_the_planned_metrics"
ROWS = "test_worst_rows_are_those_of_the_file_and_a_linear_model_learns_of_the_training_part"
READS = "test_every_layer_reads_what_it_should"
PREPARED = "test_samples_are_prepared_by_what_training_learned"
RISES = "test_the_learning_rate_rises_and_falls"

UNSHARED = [
    model(
        "right has an encoder of its own",
        "siamese-dense",
        ", encoder(right)]",
        ', layers.Dense(64, activation="relu", name="twin")(right)]',
        "test_encoder_learns_by_each_call[1]",
        PARAMETERS,
    ),
    model(
        "the encoder's output is cut off for right",
        "siamese-dense",
        ", encoder(right)]",
        ", keras.ops.stop_gradient(encoder(right))]",
        "test_encoder_learns_by_each_call[",
    ),
    model(
        "an encoder beside the model with weights of its own",
        "autoencoder",
        '    return keras.Model(model.input, model.get_layer("latent").output, name="encoder")',
        "    model = keras.models.clone_model(model)\n"
        '    return keras.Model(model.input, model.get_layer("latent").output, name="encoder")',
        "test_encoder_is_a_part_with_the_same_weights",
    ),
    model(
        "an encoder beside the model that ends elsewhere",
        "autoencoder",
        'model.get_layer("latent")',
        'model.get_layer("image_dense_2")',
        "test_encoder_is_a_part_with_the_same_weights",
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
    model("a narrower layer", "power-plant", "layers.Dense(32,", "layers.Dense(16,", SHAPE, PARAMETERS),
    model(
        "a head with two numbers",
        "power-plant",
        'layers.Dense(1, name="vacuum_output")',
        'layers.Dense(2, name="vacuum_output")',
        ENDS,
        SHAPE,
    ),
    model("a larger kernel", "image-metadata", "Conv2D(32, 3,", "Conv2D(32, 5,", SHAPE, PARAMETERS),
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
        SHAPE,
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

WRONG_SETTINGS = [
    model("no activation", "power-plant", '32, activation="relu"', "32", f"{SETTINGS}[dense_2]"),
    model("another activation", "power-plant", '32, activation="relu"', '32, activation="gelu"', SETTINGS),
    model("an activation too many", "power-plant", '1, name="energy', '1, activation="relu", name="energy', SETTINGS),
    model("no dropout", "mnist-mlp", '0.3, name="dropout_1"', '0.0, name="dropout_1"', f"{SETTINGS}[dropout_1]"),
    model("another pooling", "image-metadata", "GlobalAveragePooling2D", "GlobalMaxPooling2D", SETTINGS),
    model("no scaling", "image-metadata", "Rescaling(1 / 255", "Rescaling(1.0", f"{SETTINGS}[image_rescaling]"),
    model("another value is padding", "masked-lstm", "Masking(name", "Masking(0.5, name", SETTINGS, PADDING),
    model("one direction is another layer's", "tagger", "layers.LSTM(32", "layers.GRU(32", SETTINGS),
    model(
        "directions are added up",
        "tagger",
        'name="words_bidirectional"',
        'merge_mode="sum", name="words_bidirectional"',
        SETTINGS,
    ),
    model("a mask that is lost", "tagger", ", mask_zero=True", "", SETTINGS, PADDING),
    model(
        "a mask that is lost on its way",
        "tagger",
        "(words)",
        "(words)\n    x = layers.Permute((2, 1))(layers.Permute((2, 1))(x))",
        PADDING,
    ),
    model("words that see the words to come", "decoder", ", use_causal_mask=True", "", CAUSAL),
    model("pixels of some other network", "segmenter", '"same"', '"same", strides=1, use_bias=False', SETTINGS),
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
        '    compile_model(model, rate, settings["weight_decay"])\n',
        "",
        PHASES,
    ),
    training(
        "phase two without unfreezing",
        "resnet-transfer",
        "train.py",
        '    unfreeze_top(model, settings["fine_tune"])\n',
        "",
        PHASES,
    ),
    training(
        "phase two with another number of layers",
        "resnet-transfer",
        "train.py",
        '    unfreeze_top(model, settings["fine_tune"])\n',
        "    unfreeze_top(model, 50)\n",
        PHASES,
    ),
    training(
        "a second phase that is no better",
        "resnet-transfer",
        "train.py",
        "        model.set_weights(weights)\n",
        "",
        f"{PHASES}[False]",
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
        (f"test_model.py::{GRADIENT}[vacuum_output", f"test_model.py::{LOSSES}"),
    ),
    wrong_loss("mae for mse", "power-plant", '"energy_output": "mse"', '"energy_output": "mae"'),
    wrong_loss("mse for crossentropy", "mnist-mlp", '"sparse_categorical_crossentropy"', '"mse"'),
    wrong_loss("mae for mse, of an image made again", "autoencoder", '"image_out": "mse"', '"image_out": "mae"'),
    wrong_loss("another margin", "siamese-conv", '"distance": contrastive', '"distance": "mse"'),
    training(
        "the same far and others near",
        "siamese-conv",
        "train.py",
        "same * too_far + (1 - same) * too_near",
        "same * too_near + (1 - same) * too_far",
        "test_the_loss_wants_the_same_near_and_others_at_a_distance_of_1",
    ),
    training(
        "another margin for others",
        "siamese-conv",
        "train.py",
        "keras.ops.maximum(1 - distances, 0)",
        "keras.ops.maximum(2 - distances, 0)",
        "test_the_loss_wants_the_same_near_and_others_at_a_distance_of_1",
    ),
    training(
        "the crossentropy of the first pixels",
        "segmenter",
        "train.py",
        "sparse_categorical_crossentropy(classes, probabilities)",
        "sparse_categorical_crossentropy(classes, probabilities)[:, :1]",
        "test_the_loss_is_the_mean_of_all_pixels",
    ),
    training(
        "weights of the last epoch",
        "power-plant",
        "train.py",
        "restore_best_weights=True",
        "restore_best_weights=False",
        f"{BEST}[0]",
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
    Mutation(
        "padding in the loss",
        "unmasked",
        "data.py",
        ".any(axis=-1) for each in some",
        ".any(axis=-1) * 0 + 1.0 for each in some",
        ("test_model.py::test_padding_counts_for_nothing",),
    ),
    Mutation(
        "padding in a metric",
        "unmasked",
        "train.py",
        "weighted_metrics=",
        "metrics=",
        ("test_model.py::test_padding_counts_for_nothing",),
    ),
    training(
        "biases that decay",
        "power-plant",
        "train.py",
        '["bias", "gamma", "beta"]',
        '["gamma", "beta"]',
        "test_weight_decay_leaves_biases_and_norms_alone",
    ),
    training("a rate of zero", "power-plant", "train.py", "AdamW(learning_rate", "AdamW(0 * learning_rate", OVERFIT),
    training(
        "a loss that is always the same",
        "siamese-dense",
        "train.py",
        "log1p(farthest_kin / nearest_stranger)",
        "log1p(0 * farthest_kin)",
        OVERFIT,
    ),
    training(
        "kin far and strangers near",
        "siamese-dense",
        "train.py",
        "log1p(farthest_kin / nearest_stranger)",
        "log1p(nearest_stranger / farthest_kin)",
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
        "learn(train_part)",
        'learn(__import__("power_plant.data").data.synthesise(config["data"]["synthetic_samples"], 0))',
        RUN,
    ),
    training(
        "no model",
        "power-plant",
        "train.py",
        '    (run / "new.keras").replace(run / "model.keras")\n',
        "",
        RUN,
    ),
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
        "return restore({name: outputs[name] for name in TARGETS}, learned)",
        "return {name: outputs[name] for name in TARGETS}",
        RUN,
    ),
    training(
        "scores of the training part",
        "power-plant",
        "evaluate.py",
        "(train, _, test)",
        "(test, _, train)",
        RUN,
    ),
    training(
        "no seed",
        "power-plant",
        "train.py",
        '    keras.utils.set_random_seed(config["seed"])\n',
        "",
        GOES_ON,
    ),
    training(
        "another number of epochs",
        "power-plant",
        "train.py",
        "        epochs=epochs,\n",
        "        epochs=10,\n",
        GOES_ON,
    ),
    training(
        "inputs as they come",
        "power-plant",
        "predict.py",
        "prepare({name: samples[name] for name in INPUTS}, learned)",
        "{name: samples[name] for name in INPUTS}",
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

FOLLOWED = [
    training(
        "weights of one seed for all",
        "power-plant",
        "train.py",
        'set_random_seed(config["seed"])',
        "set_random_seed(0)",
        FOLLOWS,
    ),
    training("an order of one seed for all", "power-plant", "train.py", 'seed=config["seed"])', "seed=0)", FOLLOWS),
    data(
        "parts of one seed for all",
        "power-plant",
        'split(samples, data, config["seed"])',
        "split(samples, data, 0)",
        "test_the_seed_says_the_parts",
    ),
    training("sums in any order", "exact", "train.py", "    be_deterministic()\n", "", FOLLOWS),
    prediction(
        "predictions as the network gives them",
        "power-plant",
        "restore({name: outputs[name] for name in TARGETS}, learned)",
        "{name: outputs[name] for name in TARGETS}",
        "test_zero_is_the_mean_in_units_of_the_data",
    ),
    score(
        "rows counted anew",
        "power-plant",
        'test.get(ROW, np.arange(len(test["sensors"])) + 1)',
        'np.arange(len(test["sensors"])) + 1',
        ROWS,
    ),
    score(
        "a linear model of the test part",
        "power-plant",
        "lstsq(seen, train[name] - mean",
        "lstsq(unseen, test[name] - mean",
        ROWS,
    ),
    score(
        "a held back linear model of the test part",
        "two-inputs",
        "least_squares(seen, known)",
        "least_squares(unseen, one_hot(test[name], name))",
        ROWS,
    ),
    Mutation(
        "the row after",
        "power-plant",
        "inspect.py",
        "int(chosen) - 1 :",
        "int(chosen) :",
        ("test_inspect.py::test_it_is_shown_of_a_batch_and_of_one_row",),
    ),
    Mutation(
        "the gradient of all losses",
        "power-plant",
        "inspect.py",
        "float(each == name)",
        "1.0",
        ("test_inspect.py::test_every_output_has_a_gradient_and_weights_stay",),
    ),
    data("classes as they come", "scans", "sorted(set(samples[name]))", "[*dict.fromkeys(samples[name])]", NAMED),
    training("epochs from 0", "power-plant", "checkpoint.py", "range(1, epoch + 2)", "range(epoch + 1)", RUN),
    training(
        "a tracker that is told nothing",
        "watched",
        "tracking.py",
        'writer.add_scalar(name.removeprefix("val_"), float(value), epoch + 1)',
        "pass",
        "test_tensorboard_is_told_each_epoch[training",
        "test_tensorboard_is_told_each_epoch[validation",
    ),
    data(
        "pictures as they lie",
        "scans",
        "        image = ImageOps.exif_transpose(image)\n",
        "",
        "test_a_picture_is_turned_as_its_camera_was",
        file="files.py",
    ),
    model(
        "squares of distances", "siamese-conv", "return keras.ops.sqrt(", "return (", "test_l2distance_is_what_it_says"
    ),
    model(
        "a square root of zero",
        "siamese-conv",
        "keras.ops.maximum(squares, 1e-12)",
        "squares",
        "test_the_same_twice_leaves_weights_as_numbers",
    ),
    model(
        "chance that is never at work",
        "chancy",
        "self.dropout(x)",
        "self.dropout(x, training=False)",
        "test_chance_is_at_work_inside[residual",
    ),
    model(
        "an output of 16 bits",
        "momentum",
        ', dtype="float32"',
        "",
        "test_outputs_are_in_float32",
    ),
    model("an output of 16 bits on a GPU", "halved", ', dtype="float32"', "", "test_outputs_are_in_float32"),
    Mutation(
        "another metric",
        "mnist-mlp",
        "train.py",
        'metrics=["accuracy"]',
        'metrics=["poisson"]',
        (f"test_model.py::{METRICS}",),
    ),
    Mutation(
        "no metric of steps",
        "unmasked",
        "train.py",
        'weighted_metrics=["accuracy"]',
        "weighted_metrics=[]",
        (f"test_model.py::{METRICS}",),
    ),
    model("a block that adds its layers to themselves", "residual-mlp", "[x, features]", "[x, x]", READS),
    model(
        "a head that reads what is before the block",
        "residual-mlp",
        'e="category")(x)',
        'e="category")(features)',
        READS,
    ),
    model(
        "a layer's own block without its input",
        "subclassed-block",
        "[x, shortcut]",
        "[x, x]",
        "test_every_layer_inside_reads_what_it_should[image_residual_1",
    ),
    training("a schedule left out", "balanced", "train.py", "callbacks=[schedule, ", "callbacks=[", RISES),
    training(
        "a plateau left out",
        "power-plant",
        "train.py",
        "callbacks=[slower, ",
        "callbacks=[",
        "test_the_learning_rate_falls_where_nothing_gets_better",
    ),
    training("no decay of weights", "power-plant", "train.py", ', settings["weight_decay"])', ")", FOLLOWS),
    training("no limit of gradients", "balanced", "train.py", ', settings["clip_norm"])', ")", FOLLOWS),
    training("a rate of one's own", "power-plant", "train.py", 'settings["learning_rate"]', "0.001", FOLLOWS),
    training(
        "batches of 32", "power-plant", "train.py", 'train_part, settings["batch_size"]', "train_part, 32", FOLLOWS
    ),
    training(
        "batches of 32 to validate",
        "power-plant",
        "train.py",
        'validation_part, settings["batch_size"]',
        "validation_part, 32",
        FOLLOWS,
    ),
    training(
        "SGD for AdamW", "power-plant", "train.py", "AdamW(learning_rate, ", "SGD(learning_rate, weight_decay=", FOLLOWS
    ),
    training(
        "Adam for AdamW",
        "power-plant",
        "train.py",
        "AdamW(learning_rate, ",
        "Adam(learning_rate, weight_decay=",
        FOLLOWS,
    ),
    training(
        "Adam for SGD",
        "momentum",
        "train.py",
        "keras.optimizers.SGD(",
        "(lambda rate, momentum, nesterov, **others: keras.optimizers.Adam(rate, **others))(",
        FOLLOWS,
    ),
    training("no momentum", "momentum", "train.py", "momentum=0.9, nesterov=True", "momentum=0.0", FOLLOWS),
    training("another momentum", "momentum", "train.py", "momentum=0.9", "momentum=0.5", FOLLOWS),
    training(
        "training without the weights of classes",
        "balanced",
        "train.py",
        'Balanced(train_part, settings["batch_size"], counts, seed',
        'Batches(train_part, settings["batch_size"], seed',
        FOLLOWS,
    ),
    training(
        "classes counted elsewhere", "balanced", "train.py", "class_weights(train", "class_weights(validation", FOLLOWS
    ),
    training(
        "validation by what was trained on",
        "power-plant",
        "train.py",
        "Batches(validation_part",
        "Batches(train_part",
        FOLLOWS,
    ),
    training(
        "validation by the test part",
        "power-plant",
        "train.py",
        "train_part, validation_part, _ = load_data",
        "train_part, _, validation_part = load_data",
        FOLLOWS,
    ),
    training(
        "validation by statistics of its own",
        "power-plant",
        "train.py",
        "prepare(validation_part, learned)",
        "prepare(validation_part, learn(validation_part))",
        FOLLOWS,
    ),
    training(
        "validation by the test part, of one size",
        "remembering",
        "train.py",
        "train_part, validation_part, _ = load_data",
        "train_part, _, validation_part = load_data",
        FOLLOWS,
    ),
    training("phase two at full rate", "resnet-transfer", "train.py", ' * settings["fine_tune_rate"]', "", FOLLOWS),
    training(
        "training that never augments", "scans", "train.py", '    batches.augmenting = config["augment"]\n', "", FOLLOWS
    ),
    prediction(
        "samples standardised by themselves",
        "power-plant",
        "    learned = read_learned(run)\n    inputs",
        "    learned = read_learned(run)\n"
        '    known = {"mean": samples["sensors"].mean(axis=0), "deviation": samples["sensors"].std(axis=0)}\n'
        '    learned = learned | {"sensors": known}\n'
        "    inputs",
        PREPARED,
    ),
    model(
        "pixels as they come",
        "resnet-transfer",
        "keras.applications.resnet50.preprocess_input(image)",
        "image",
        "test_the_backbone_gets_pixels_as_its_weights_expect_them",
    ),
    Mutation(
        "all in float32",
        "momentum",
        "hardware.py",
        '    keras.config.set_dtype_policy("mixed_bfloat16")\n',
        "",
        ("test_model.py::test_layers_compute_in_bfloat16",),
    ),
    Mutation(
        "all in float32 on a GPU too",
        "halved",
        "hardware.py",
        'set_dtype_policy("mixed_float16" if gpus else "float32")',
        'set_dtype_policy("float32")',
        ("test_model.py::test_layers_compute_in_float16_on_a_gpu",),
    ),
]

SCORES = [
    score("half an error", "power-plant", "mse**0.5", "mse**0.5 / 2", ERRORS),
    score("r2 of what never changes", "power-plant", " if np.ptp(truth, axis=0).any() else None", "", ERRORS),
    score("errors squared for absolute ones", "power-plant", "np.abs(truth - said)", "np.square(truth - said)", ERRORS),
    score(
        "the least probable class",
        "mnist-mlp",
        "probabilities.argmax(axis=-1)",
        "probabilities.argmin(axis=-1)",
        "test_the_most_probable_class_counts",
    ),
    score("a guess of zero", "power-plant", "np.broadcast_to(mean,", "np.broadcast_to(0 * mean,", GUESS),
    score("a guess of all classes alike", "mnist-mlp", "known.mean(axis=0), said", "0 * known[0] + 0.1, said", GUESS),
    score("a line through zero", "power-plant", "mean + unseen @", "unseen @", GUESS),
    score("a union counted twice", "segmenter", "both / (sizes - both)", "both / sizes", AREAS),
    score("a class that is nowhere", "segmenter", "both[sizes > 0], sizes[sizes > 0]", "both, sizes", AREAS),
    score(
        "padding counts", "tagger", "if name in steps else values", "if False else values", "test_padding_has_no_score"
    ),
    score("a threshold too low", "siamese-conv", "-len(right)).argmax()", "len(right)).argmin()", THRESHOLD),
    score("far is the same", "siamese-conv", "distances <= threshold", "distances > threshold", THRESHOLD),
    score(
        "a sample is its own neighbour",
        "siamese-dense",
        "        distances[np.arange(len(rows)), rows] = np.inf\n",
        "",
        "test_the_nearest_other_sample_has_the_same_label",
    ),
    score(
        "what is undefined as a number",
        "power-plant",
        'na_rep="undefined"',
        'na_rep="0"',
        "test_what_is_undefined_is_null_in_the_file",
    ),
    training(
        "evaluated by another configuration",
        "power-plant",
        "config.py",
        "    if trained:\n",
        "    if False:\n",
        "test_a_run_is_evaluated_as_it_was_trained",
    ),
    training(
        "a run without its configuration",
        "power-plant",
        "train.py",
        "yaml.safe_dump(config, sort_keys=False)",
        '"{}"',
        "test_a_run_is_evaluated_as_it_was_trained",
    ),
]

LINEAR = "test_a_linear_model_finds_what_is_linear_and_not_what_is_noise"
WORST = "test_the_worst_rows_come_first"

REPORT = [
    score("a linear model through zero", "mnist-mlp", "targets.mean(axis=0) - centre @ weights", "centre * 0", LINEAR),
    score("nothing holds back", "mnist-mlp", "(squares + ridge)[:, None]", "squares[:, None]", LINEAR),
    score("the best rows first", "power-plant", "(-off).argsort()[:10]", "off.argsort()[:10]", WORST),
    score("the worst rows by the order of the page", "power-plant", '"row": where[rows]', '"row": rows + 1', WORST),
    score("ties as they come", "shop", ".rank()", '.rank(method="first")', AREA_OF_ROC),
    score("no is yes", "shop", "ranks * real", "ranks * ~real", AREA_OF_ROC),
    score(
        "no share of what is found", "shop", "np.sum(said & real)) / sizes", "np.sum(said | real)) / sizes", AREA_OF_ROC
    ),
    score("certainty as doubt", "mnist-mlp", "1 - np.take_along_axis", "np.take_along_axis", GUESS),
    score(
        "a margin of two",
        "siamese-conv",
        "distances, 1 - distances)",
        "distances, 2 - distances)",
        "test_others_miss_by_what_they_are_too_near",
    ),
    score(
        "padding in averages",
        "reader",
        "real.sum(axis=1).clip(1)",
        "steps.shape[1]",
        "test_averages_leave_padding_out",
    ),
    score(
        "sums for means",
        "siamese-conv",
        "starts, axis) / widths",
        "starts, axis)",
        "test_what_is_shrunk_is_the_mean_of_its_parts",
    ),
    prediction("predictions of other numbers", "power-plant", "table.to_csv", "(2 * table).to_csv", FILE),
    Mutation(
        *("rows counted from zero", "power-plant", "data.py", "np.arange(1, len(", "np.arange(0, -1 + len("),
        (f"test_predict.py::{FILE}",),
    ),
    prediction(
        "the least probable class said", "shop", "probabilities.argmax(axis=1)", "probabilities.argmin(axis=1)", FILE
    ),
    prediction("labels that aren't", "shop", "np.flatnonzero(row > 0.5)", "np.flatnonzero(row < 0.5)", FILE),
    prediction("no for yes", "shop", "np.where(yes > 0.5", "np.where(yes < 0.5", FILE),
    prediction("far is the same", "siamese-conv", "distances[:, 0] <= threshold", "distances[:, 0] > threshold", FILE),
    prediction(
        "names of nothing", "shop", '.get("classes") or', '.get("") or', "test_classes_have_the_names_of_the_data"
    ),
    prediction("padding among the steps", "tagger", "np.nonzero(steps[name])", "np.nonzero(steps[name] < 1)", FILE),
    prediction(
        "another sample than the one said",
        "power-plant",
        "np.array([np.load(text)",
        "2 * np.array([np.load(text)",
        "test_one_sample_says_what_a_file_says",
    ),
    Mutation(
        "an export without names",
        "exporter",
        "export.py",
        '{"y": network.outputs[0]}',
        '{"z": network.outputs[0]}',
        ("test_export.py::test_what_is_exported_says_the_same_under_the_same_names",),
    ),
]

DATA = [
    data("words moved by one", "tagger", "values.ravel()) + 2", "values.ravel()) + 1", "test_a_step_may_be_a_word"),
    data("padding for names", "tagger", 'classes[found == ""]', 'classes[found != ""]', "test_a_step_may_be_a_name"),
    data(
        "statistics with what is missing",
        "power-plant",
        "columns.std(ddof=0)",
        "columns.std(ddof=0, skipna=False)",
        "test_missing_and_constant_columns_become_zero",
    ),
    data(
        "a missing value stays missing",
        "power-plant",
        "np.nan_to_num(",
        "np.asarray(",
        "test_missing_and_constant_columns_become_zero",
    ),
    data(
        "a constant column is divided by zero",
        "power-plant",
        'np.where(known["deviation"], known["deviation"], np.inf)',
        'np.array(known["deviation"])',
        "test_missing_and_constant_columns_become_zero",
    ),
    data(
        "no deviation",
        "power-plant",
        "columns.std(ddof=0)",
        "(columns.std(ddof=0) * 0 + 1)",
        "test_statistics_are_those_of_the_training_part",
    ),
    data(
        "restored without the mean",
        "power-plant",
        ' + learned[name]["mean"]',
        "",
        "test_statistics_are_those_of_the_training_part",
    ),
    data(
        "parts overlap",
        "power-plant",
        "take(samples, part == name)",
        'take(samples, (part == name) | (part == "validation"))',
        "test_the_parts_repeat_and_share_no_sample",
    ),
    data(
        "a part is all",
        "power-plant",
        "take(samples, part == name)",
        'take(samples, (part == name) | (name == "train"))',
        "test_the_parts_repeat_and_share_no_sample",
    ),
    data(
        "parts by chance",
        "power-plant",
        "np.random.default_rng(seed).permutation(len(values))",
        "np.random.default_rng().permutation(len(values))",
        "test_the_parts_repeat_and_share_no_sample",
    ),
    data(
        "the first rows as a part",
        "power-plant",
        "np.random.default_rng(seed).permutation(len(values))",
        "np.arange(len(values))",
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
    data("any shape", "power-plant", "if given.shape[1:] != field.shape:", "if False:", "test_a_wrong_shape_is_named"),
    data(
        "any number",
        "power-plant",
        "np.abs(values) < np.float64(3e38)",
        "values == values",
        f"{WRONG_VALUE}[sensors-inf]",
    ),
    data(
        "a target may be missing",
        "power-plant",
        " & field.may_be_missing",
        "",
        f"{WRONG_VALUE}[energy_output-nan]",
    ),
    data("no upper bound", "mnist-mlp", " & (values <= field.high)", "", f"{WRONG_VALUE}[digit-10]"),
    data("no lower bound", "mnist-mlp", "(values >= field.low) & ", "", f"{WRONG_VALUE}[digit--1]"),
    data("half a class", "mnist-mlp", "right &= values == np.round(values)", "pass", f"{WRONG_VALUE}[digit-0.5]"),
    data("half the classes", "mnist-mlp", "high=9", "high=4", "test_made_up_samples_keep_the_contract_and_repeat"),
    data("half a label", "siamese-dense", "right &= values == np.round(values)", "pass", f"{WRONG_VALUE}[pair-0.5]"),
    data("the row counted from zero", "power-plant", "{spot}, row {row + 1}", "{spot}, row {row}", WRONG_VALUE),
    data(
        "a file with too few samples of one name",
        "power-plant",
        "if len(set(counts.values())) > 1 or 0 in counts.values():",
        "if False:",
        "test_a_missing_sample_is_named",
    ),
    data(
        "any text as missing",
        "power-plant",
        ".fillna(np.inf)",
        "",
        "test_a_wrong_cell_of_a_table_is_named",
    ),
    data(
        "columns in the wrong order",
        "power-plant",
        "np.stack(arrays, axis=-1)",
        "np.stack(arrays[::-1], axis=-1)",
        "test_a_table_says_the_same_as_an_npz",
    ),
    data(
        "other columns than the test part's",
        "power-plant",
        'data["columns"] | (data["test_columns"] or {})',
        'data["columns"]',
        "test_a_file_may_be_the_test_part",
    ),
    data("a group in two parts", "power-plant", PLACED, "place, values = np.arange(count), said", GROUP),
    data("a time in two parts", "power-plant", PLACED, "place, values = np.argsort(np.argsort(said)), said", LAST),
    data(
        "the first rows by time",
        "power-plant",
        'rest[len(rest) - round(len(rest) * data[f"{name}_fraction"]) :]',
        'rest[: round(len(rest) * data[f"{name}_fraction"])]',
        LAST,
    ),
    data(
        "dates by their letters",
        "power-plant",
        'pd.to_datetime(said, errors="coerce", format="ISO8601", utc=True)',
        "said",
        LAST,
    ),
    data("parts by chance, whatever a column says", "power-plant", 'if by["column"] is not None:', "if False:", COLUMN),
    data("any word for a part", "power-plant", "pd.isna(part) | (place < 0)", "place < 0", NO_PARTS),
    data("no value for a group", "power-plant", "pd.isna(part) | (place < 0)", "pd.isna(part)", NO_PARTS),
    data(
        "a test part beside that of a file",
        "power-plant",
        '["validation"] if data["test_path"] else',
        "",
        "test_rows_for_testing_are_left_out_where_a_file_is_the_test_part",
    ),
    data("a part without samples", "power-plant", "if not all(len(", "if not any(len(", "test_no_part_may_be_empty"),
    data("classes in another order", "scans", "sorted(set(samples[name]))", "sorted(set(samples[name]))[::-1]", NAMED),
    data("an unknown class", "scans", "np.flatnonzero(classes < 0)", "[]", NAMED),
    data("as many classes as there are", "scans", "not 2 <= len(names) <= most", "False", NAMED),
    data("values counted from 0", "scans", '.astype("int32") + 1', '.astype("int32")', VALUES),
    data("more values than there are", "scans", "most_common(count - 1)", "most_common()", VALUES),
    data("capitals", "messages", "text.lower()", "text", WORDS),
    data("more words than there are", "messages", "most_common(int(field.high) - 1)", "most_common()", WORDS),
    data("the rarest words", "messages", "most_common(int(field.high) - 1)", "most_common()[::-1]", WORDS),
    data("no word in a text", "messages", " or [1]", "", WORDS),
    data("a mask that isn't moved", "scans", '["photo", "area"] if', '["photo"] if', MOVED),
    data(
        "pictures and masks that are moved apart",
        "scans",
        "    for name in names:\n",
        "    for name in names:\n        shifts = shifts[::-1]\n",
        MOVED,
    ),
    data("all pictures mirrored", "scans", "(chances[:, 0] < 0.5) & flip", "np.full(len(chances), flip)", MOVED),
    data("mirrored whatever is said", "scans", "< 0.5) & flip", "< 0.5)", MOVED),
    data("each epoch the same", "scans", "(self.seed or 0, epoch, index)", "(self.seed or 0, index)", ANEW),
    data("never augmented", "scans", "if self.augmenting:", "if False:", ANEW),
    data("files of other samples", "scans", "self.rows[rows])", "self.rows[rows] * 0)", LAZY, file="files.py"),
    data("missing files", "scans", "if not path.is_file():", "if False:", BROKEN, file="files.py"),
    data("the darkest places", "scans", ") > 0", ") == 0", TABLE, file="files.py"),
    data("all in memory", "scans", "values.nbytes * len(lazy) <= room", "True", LAZY),
    data("statistics of the first samples", "walks", "range(0, len(values), 256)", "range(0, 4, 256)", LEARNED),
    data(
        "steps as they come",
        "walks",
        "rows = rows[np.argsort(",
        "rows[np.argsort(",
        STEPS,
    ),
    data("nothing after the end", "walks", "constant_values=fill", "constant_values=0", TABLE, file="files.py"),
]

SETTINGS_READ = [
    config("any key", 'raise ValueError(f"there is no {key}', 'str(f"there is no {key}', ARGUMENT, WRONG_FILE),
    config(
        "any value",
        "if kind not in kinds.split() or (limits and not limits[0] <= value <= limits[1]):",
        "if False:",
        f"{ARGUMENT}[seed=-1",
        f"{ARGUMENT}[training.epochs=many",
    ),
    config("any type", "if kind not in kinds.split() or", "if", f"{ARGUMENT}[run=null"),
    config("whole numbers with a rest", "else type(value).__name__", 'else "int"', f"{ARGUMENT}[training.epochs=2.5"),
    config("no largest value", "<= value <= limits[1]", "<= value", f"{ARGUMENT}[data.test_fraction=2"),
    config(
        "a text for a number",
        "values[key] = value = float(value)",
        "pass",
        "test_what_is_written_is_what_counts",
    ),
    config(
        "what is missing is left to chance",
        "if missing := KEYS.keys() - values.keys()",
        "if missing := set()",
        WRONG_FILE,
    ),
    config(
        "arguments that change nothing",
        "        values |= flat({key:",
        "        flat({key:",
        "test_what_is_written_is_what_counts",
    ),
]

TOGETHER = "test_they_learn_what_one_learns"
SHARE = "test_each_takes_its_share"


def devices(fault: str, file: str, before: str, after: str, test: str) -> Mutation:
    """A fault of several processes that train together."""
    return Mutation(fault, "processes", file, before, after, (f"test_hardware.py::{test}",))


DEVICES = [
    devices("each learns from its own share", "hardware.py", "average(each.grad)", "None", TOGETHER),
    devices("losses of the first one's share", "hardware.py", "        average(values)\n", "", TOGETHER),
    devices("all of them print", "hardware.py", "            if RANK:", "            if False:", TOGETHER),
    devices("the whole batch for each", "hardware.py", "slice(RANK, None, PROCESSES)", "slice(None)", SHARE),
    devices("one share for all", "hardware.py", "slice(RANK, None, PROCESSES)", "slice(0, None, PROCESSES)", SHARE),
    devices("shares of different size", "data.py", "count -= count % hardware.devices()", "count -= 0", SHARE),
    devices(
        "batches that can't be shared",
        "hardware.py",
        "if size % devices:",
        "if False:",
        "test_a_batch_that_cannot_be_shared_is_named",
    ),
]


RESUME = [
    training(
        "an order that isn't the epoch's",
        "power-plant",
        "train.py",
        "    batches.epoch = done - 1\n",
        "    batches.epoch = -1\n",
        GOES_ON,
    ),
    training(
        "an optimizer that begins anew",
        "power-plant",
        "checkpoint.py",
        "zip(variables, self.values",
        "zip(self.model.variables, self.values",
        GOES_ON,
    ),
    training(
        "weights that begin anew",
        "power-plant",
        "checkpoint.py",
        "            variable.assign(value)\n",
        "            pass\n",
        GOES_ON,
    ),
    training(
        "chance that hangs on the epochs before",
        "mnist-mlp",
        "checkpoint.py",
        "        keras.utils.set_random_seed(self.seed + epoch + 1)\n",
        "",
        GOES_ON,
    ),
    training(
        "patience that begins anew",
        "power-plant",
        "checkpoint.py",
        "callback.wait, callback.best = counts",
        "callback.best = counts[1]",
        f"{BEST}[3]",
    ),
    training(
        "the best epoch forgotten",
        "power-plant",
        "checkpoint.py",
        "self.others[-1].best_weights = self.values[len(variables) :]",
        "self.others[-1].best_weights = None",
        f"{BEST}[3]",
    ),
    training(
        "a stop that is forgotten",
        "power-plant",
        "train.py",
        "epochs if checkpoint.stopped else done",
        "done",
        "test_a_phase_that_is_over_stays_so",
    ),
    training(
        "a run of another configuration goes on",
        "power-plant",
        "checkpoint.py",
        "if then.get(key, each) != each",
        "if False",
        GOES_ON,
    ),
    training(
        "a run of another network goes on",
        "power-plant",
        "checkpoint.py",
        "if shapes and shapes != [",
        "if not shapes and shapes != [",
        "test_a_phase_that_is_over_stays_so",
    ),
    Mutation(
        "a layer that is watched for ever",
        "power-plant",
        "inspect.py",
        'with patch.object(keras.Layer, "__call__", watched):',
        'if patch.object(keras.Layer, "__call__", watched).start():',
        (f"test_inspect.py::{SHOWN}",),
    ),
    Mutation(
        "weights that a look changes",
        "power-plant",
        "inspect.py",
        "        model.set_weights(before)\n",
        "",
        ("test_inspect.py::test_every_output_has_a_gradient_and_weights_stay",),
    ),
    training(
        "rare classes count less",
        "balanced",
        "train.py",
        "found.sum() / (np.count_nonzero(found) * np.maximum(found, 1))",
        "found / found.mean()",
        "test_all_classes_count_the_same_together",
    ),
    training(
        "classes that aren't weighed",
        "balanced",
        "train.py",
        "* counts[targets[name].astype(int)[..., 0]]",
        "* np.ones(len(targets[name]))",
        "test_all_classes_count_the_same_together",
    ),
    training(
        "gradients of any length",
        "balanced",
        "train.py",
        "global_clipnorm=clip_norm",
        "global_clipnorm=None",
        "test_a_long_gradient_is_cut",
    ),
    training(
        "a rate that doesn't rise",
        "balanced",
        "train.py",
        "rate * (epoch + 1) / warmup",
        "rate",
        "test_the_learning_rate_rises_and_falls",
    ),
    training(
        "a rate that falls too fast",
        "balanced",
        "train.py",
        "(epoch - warmup) / (",
        "epoch / (",
        "test_the_learning_rate_rises_and_falls",
    ),
]

BESIDE = "test_every_target_stays_with_its_sample"
TARGETS_OF = '{name: samples[name].astype("float32") for name in TARGETS if name in samples}'
TARGETS_BESIDE = "{name: np.roll(samples[name], 1, axis=0) for name in TARGETS if name in samples}"
STRAYED = [
    Mutation(
        f"labels of the sample beside it, in {preset}",
        preset,
        "data.py",
        TARGETS_OF,
        TARGETS_BESIDE,
        (f"test_model.py::{BESIDE}",),
    )
    for preset in (
        "power-plant",
        "image-metadata",
        "masked-lstm",
        "siamese-conv",
        "siamese-dense",
        "tagger",
        "scans",
    )
]
SAMPLED = [
    Mutation(
        "labels of other samples, of a straight line",
        "mnist-mlp",
        "data.py",
        'tuple(samples[name].astype("float32") for name in names)',
        'tuple(samples[name][:: -1 if name in TARGETS else 1].astype("float32") for name in names)',
        (f"test_model.py::{BESIDE}",),
    ),
    model(
        "an encoder of convolutions for each picture",
        "siamese-conv",
        "encoder(positive)]",
        'keras.Sequential([keras.models.clone_model(encoder)], name="twin")(positive)]',
        PARAMETERS,
        "test_encoder_learns_by_each_call[1]",
    ),
    model("an input dropped on its branch", "two-inputs", ")(second)", ")(second * 0)", f"{MOVES}[second"),
    model(
        "heads that change places, of one task",
        "two-heads",
        '"first": first, "second": second}',
        '"first": second, "second": first}',
        GRADIENT,
    ),
    Mutation(
        "one of three loss weights",
        "product-heads",
        "train.py",
        '"price": 0.5',
        '"price": 5',
        (f"test_model.py::{WEIGHED}",),
    ),
]

MUTATIONS = [
    *UNSHARED,
    *WRONG_NETWORK,
    *WRONG_SETTINGS,
    *BACKBONE,
    *LOSS,
    *RUNS,
    *FOLLOWED,
    *SCORES,
    *REPORT,
    *DATA,
    *SETTINGS_READ,
    *DEVICES,
    *RESUME,
    *STRAYED,
    *SAMPLED,
]

DRAWN = some(MUTATIONS, len(MUTATIONS) // 5)


def parameter(mutation: Mutation) -> Any:
    """Returns a fault as a parameter."""
    return pytest.param(mutation, id=f"{mutation.preset}: {mutation.fault}")


def project(preset: str) -> Path:
    """Returns the project that is broken, as it's generated."""
    return (
        generated(BLANK, project_name=preset, **OWN[preset])
        if preset in OWN
        else generated(preset, **ANSWERS.get(preset, {}))
    )


@functools.cache
def check_unbroken(preset: str) -> None:
    """Fails if one of the tests fails before anything is broken."""
    named = {test for each in DRAWN if each.preset == preset for test in functions(each)}
    code, output = run_pytest(project(preset), "-q", *sorted(named))
    assert code == 0, output


def functions(mutation: Mutation) -> list[str]:
    """Returns the tests that see a fault as arguments of pytest, with all their parameters."""
    return sorted({f"tests/{test.partition('[')[0]}" for test in mutation.tests})


def test_every_fault_can_be_made() -> None:
    for mutation in MUTATIONS:
        broken = project(mutation.preset)
        text = (broken / "src" / package(broken) / mutation.file).read_text(encoding="utf-8")
        assert text.count(mutation.before) == 1, mutation


@pytest.mark.parametrize("mutation", map(parameter, DRAWN))
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
        assert re.search(rf"(FAILED|ERROR) tests/{re.escape(test)}", output), output
