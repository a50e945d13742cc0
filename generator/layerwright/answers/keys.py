"""The keys of the answers: their types, their defaults, and the words that some of them choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ..records import dataclass

Answers: TypeAlias = "dict[str, Any]"
"""Answers by key, as YAML has them: texts, numbers, lists, mappings."""

UNNAMED_GROUP = "shared_encoder"
"""What a sharing group is called that has no name."""

BRANCHINGS = ("residual", "parallel")
BODIES = ("shared", "separate")
DEVICES = ("cpu", "gpu", "gpus", "machines")
BACKENDS = ("tensorflow", "jax", "torch")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
TRACKERS = ("none", "tensorboard", "mlflow")
FORMATS = ("saved_model", "onnx", "litert")
EXTRAS = ("ci", "docker", "pre-commit", "slurm", "torchrun")

OPTIMIZERS = ("adamw", "adam", "sgd", "rmsprop")
SCHEDULES = ("plateau", "cosine", "constant")

TRAINING_DEFAULTS = {
    "epochs": 50,
    "batch_size": 32,
    "learning_rate": 0.001,
    "weight_decay": 0.0,
    "patience": 8,
    "optimizer": "adamw",
    "schedule": "plateau",
    "warmup_epochs": 0,
    "clip_norm": 0.0,
    "class_weights": False,
    "augment": False,
    "deterministic": False,
}
"""What can be said of the training. A zero is nothing of that; a default's type is that of the value."""

AT_LEAST_ONE = ("epochs", "batch_size", "patience")
ABOVE_ZERO = ("learning_rate",)
LARGEST_RATE = 10
"""Largest learning rate and weight decay, in answers as in a project's config.yaml."""

HIGHEST: Mapping[str, int] = {"learning_rate": LARGEST_RATE, "weight_decay": LARGEST_RATE}
"""What numbers may be at most; others may be as large as sizes, and config.yaml takes more."""

WORDS = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}

TRANSFER_DEFAULTS = {"epochs": 10, "patience": 3}
OPTIMIZER_DEFAULTS = {
    "adamw": {"weight_decay": 0.05},
    "sgd": {"learning_rate": 0.01},
    "rmsprop": {"learning_rate": 0.001},
}


@dataclass(frozen=True)
class Key:
    """One key of the answers: how `KEY=VALUE` texts are read (`line` as they are, `yaml` as YAML), its default."""

    name: str
    type: str = "line"
    default: Any = ""


KEYS = {
    key.name: key
    for key in (
        Key("project_name"),
        Key("package"),
        Key("description"),
        Key("author"),
        Key("license", default="none"),
        Key("python"),
        Key("keras"),
        Key("inputs"),
        Key("outputs"),
        Key("branching", "yaml", default=[]),
        Key("merge", default="concatenate"),
        Key("sharing"),
        Key("body", default="shared"),
        Key("backbone", default="none"),
        Key("backbone_weights", default="imagenet"),
        Key("fine_tune", "yaml", default=20),
        Key("straight", "yaml", default=True),
        Key("hardware", default="gpu"),
        Key("backend", default="tensorflow"),
        Key("precision", default="float32"),
        Key("layers", "yaml", default={}),
        Key("models", "yaml", default={}),
        Key("training", "yaml", default={}),
        Key("tracking", default="none"),
        Key("export", "yaml", default=[]),
        Key("extras", "yaml", default=[]),
        Key("extensions", "yaml", default=[]),
    )
}

RENAMED: Mapping[str, str] = {}
"""The keys that had another name in an earlier version, each with the name that it has now.

What a project has recorded under the old name, or a file of answers says, goes on to count. The question of the new
name has the old answer for its default, since plain Copier reads the old name alone: `docs/migrations.md`.
"""


def named_now(answers: Mapping[str, Any]) -> Answers:
    """Answers with each key under the name that it has now; where both names are there, the newer one counts."""
    old = [key for key in answers if key in RENAMED]
    renamed = {RENAMED[key]: answers[key] for key in old}
    return renamed | {key: value for key, value in answers.items() if key not in old}
