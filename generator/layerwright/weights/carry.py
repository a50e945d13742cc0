"""Loads a saved network's weights into another one, layer by layer, and says what became of each layer.

It runs in a project's own environment, by `python -B -P carry.py REQUEST RESULT`, and so imports only the standard
library, Keras and the project. REQUEST and RESULT are JSON.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
from math import prod
from typing import Any


def leaves(keras: Any, model: Any, path: str = "") -> dict[str, Any]:
    """The layers that have weights, by path, those of nested models as `encoder/conv`. A shared one is there once."""
    found: dict[str, Any] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found |= leaves(keras, layer, f"{path}{layer.name}/")
        elif layer.weights:
            found[f"{path}{layer.name}"] = layer
    return found


def shapes(layer: Any) -> list[list[int]]:
    """The shapes of its weights."""
    return [[int(size) for size in weight.shape] for weight in layer.weights]


def told(path: str, layer: Any, why: str = "") -> dict[str, Any]:
    """A layer in a report."""
    count = sum(prod(shape) for shape in shapes(layer))
    return {"layer": path, "class": type(layer).__name__, "parameters": count, "why": why}


def difference(old: Any, new: Any) -> str:
    """Why a layer's weights don't fit into another one, nothing if they do."""
    if type(old).__name__ != type(new).__name__:
        return f"a {type(old).__name__} before, a {type(new).__name__} now"
    for before, now in zip(shapes(old), shapes(new), strict=False):
        if before != now:
            return f"{spelled(before)} before, {spelled(now)} now"
    return "" if len(old.weights) == len(new.weights) else f"{len(old.weights)} weights before, {len(new.weights)} now"


def spelled(shape: list[int]) -> str:
    """A shape as `3x3x32`."""
    return "x".join(map(str, shape)) or "one number"


def sources(old: dict[str, Any], renamed: dict[str, str]) -> dict[str, str]:
    """The old layer behind each name: the one that was renamed to it, else the one that already has it."""
    same = {path: path for path in old if path not in renamed}
    return same | {now: before for before, now in renamed.items() if before in old}


def carried(old: dict[str, Any], new: dict[str, Any], renamed: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Puts the weights over whose layers fit, and says of every layer what became of it."""
    report: dict[str, list[dict[str, Any]]] = {"kept": [], "new": [], "dropped": []}
    names = sources(old, renamed)
    for path, layer in new.items():
        if path not in names:
            report["new"].append(told(path, layer))
            continue
        before = old[names[path]]
        if why := difference(before, layer):
            report["new"].append(told(path, layer, why))
            report["dropped"].append(told(names[path], before, why))
        else:
            layer.set_weights(before.get_weights())
            report["kept"].append(told(path, layer, f"was {names[path]}" if names[path] != path else ""))
    found = {names[path] for path in new if path in names}
    report["dropped"] += [told(path, layer) for path, layer in old.items() if path not in found]
    return report


def likely(old: dict[str, Any], new: dict[str, Any], report: dict[str, list[dict[str, Any]]]) -> list[list[str]]:
    """Pairs of a dropped and a new layer that would fit, where no other would: one may be the other, renamed."""
    gone = [each["layer"] for each in report["dropped"] if not each["why"]]
    come = [each["layer"] for each in report["new"] if not each["why"]]
    fits = [[before, now] for before in gone for now in come if not difference(old[before], new[now])]
    return [pair for pair in fits if sum(pair[0] == each[0] or pair[1] == each[1] for each in fits) == 1]


def built(package: str, *, pretrained: bool) -> Any:
    """The project's network; its backbone with the weights that it has by itself, or with random ones."""
    build = importlib.import_module(f"{package}.model").build_model
    has_backbone = "weights" in inspect.signature(build).parameters
    return build(weights=None) if has_backbone and not pretrained else build()


def with_backbone(keras: Any, asked: dict[str, Any], old: dict[str, Any]) -> tuple[Any, str]:
    """The project's network, and what is wrong with its backbone's weights, if anything is.

    A backbone that isn't carried over has to bring its own pretrained weights: they may have to be downloaded.
    """
    model = built(asked["package"], pretrained=False)
    new = leaves(keras, model)
    parts = [path for path in new if path.startswith(f"{asked['backbone']}/")] if asked["backbone"] else []
    names = sources(old, asked["renamed"])
    if all(path in names and not difference(old[names[path]], new[path]) for path in parts):
        return model, ""
    try:
        return built(asked["package"], pretrained=True), ""
    except Exception as error:  # noqa: BLE001 (Keras makes a plain Exception of a failed download)
        return model, f"{asked['backbone']} is new, and its pretrained weights can't be had: {error}"[:500]


def main() -> None:
    """Does what is asked for."""
    with open(sys.argv[1], encoding="utf-8") as file:
        asked = json.load(file)
    os.dup2(2, 1)  # what a project prints is no part of the result
    sys.path.insert(0, os.path.join(asked["folder"], "src"))
    import keras  # type: ignore[import-not-found, import-untyped, unused-ignore]

    result: dict[str, Any]
    try:
        importlib.import_module(f"{asked['package']}.model")  # it registers the layers of the project's own
        stage = asked["old"]
        old = leaves(keras, keras.saving.load_model(asked["old"], compile=False, safe_mode=True))
        stage = "the project's network"
        os.chdir(asked["folder"])
        model, trouble = with_backbone(keras, asked, old)
        new = leaves(keras, model)
        unknown = [
            name
            for pair in asked["renamed"].items()
            for name, known in zip(pair, (old, new), strict=True)
            if name not in known
        ]
        report = carried(old, new, asked["renamed"])
        model.save(asked["to"])
        result = {**report, "likely": likely(old, new, report), "trouble": trouble, "unknown": unknown}
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever a project or a file brings)
        result = {
            "error": f"{type(error).__name__}: {error}"[:2000],
            "stage": stage if "stage" in locals() else "model.py",
        }
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
