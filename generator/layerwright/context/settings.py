"""What the keys of a project's config.yaml may be: the table of its `config.py`."""

from __future__ import annotations

from typing import Any

from ..answers.keys import LARGEST_RATE
from ..plan import Plan

INT, NUMBER = '"int from {} to {}"', '"int or float from {} to {}"'
POSITIVE, SHARE = f"{INT}, (1, 10**9)", f"{NUMBER}, (0, 1)"
COLUMN = '"str or int or null", ()'


def settings(plan: Plan, samples: dict[str, Any], training: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Rows of a section's keys that may be the same: the section, kinds and limits as source, and the keys' names."""
    fixed, files = samples["batch"], samples["files"]
    fine_tune = training["fine_tune"]
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("", f"{INT}, (0, 2**31)", {"seed": True}),
        ("", '"str", ()', {"run": True}),
        ("data.", '"str or null", ()', {"path": True, "test_path": True}),
        ("data.columns.", '"str or int or list", ()', dict.fromkeys(samples["stored"], True)),
        ("data.", '"dict or null", ()', {"test_columns": True}),
        ("data.", COLUMN, {"series": samples["series"], "time": samples["series"]}),
        ("data.split.", COLUMN, {"column": not fixed, "group": not fixed, "time": not fixed}),
        ("data.", SHARE, {"validation_fraction": True, "test_fraction": True}),
        ("data.", '"int or null", ()', {"sound_rate": "sound" in files}),
        ("data.", f"{NUMBER}, (0, 10**6)", {"cache_gb": files and not fixed}),
        ("data.", POSITIVE, {"synthetic_samples": True}),
        ("augment.", '"bool", ()', {"flip": training["augment"]}),
        ("augment.", SHARE, {"shift": training["augment"]}),
        ("training.", POSITIVE, {"epochs": True, "batch_size": True}),
        ("training.", f"{NUMBER}, (0, {LARGEST_RATE})", {"learning_rate": True, "weight_decay": True}),
        ("training.", f"{NUMBER}, (0, 10**9)", {"clip_norm": training["clip_norm"]}),
        (
            "training.",
            f"{INT}, (0, 10**9)",
            {"warmup_epochs": training["scheduled"], "patience": True, "fine_tune": fine_tune},
        ),
        ("training.", '"str or null", ()', {"backbone_weights": plan.spec.transfer}),
        ("training.", SHARE, {"fine_tune_rate": fine_tune}),
    ]
    chosen = [(section, rule, [name for name, wanted in names.items() if wanted]) for section, rule, names in rows]
    return [row for row in chosen if row[-1]]
