"""What the Jinja templates get: a plan as plain dicts, lists, texts and numbers, with every decision made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ..answers.versions import asked, pythons
from ..diagram import diagram
from ..emit import literal, model_source
from ..explain import table, totals
from ..graph import Graph, SubModel, Tensor
from ..pictures import drawing, mermaid
from ..plan import Plan
from ..rules import Decision
from ..spec import Training, Transfer
from .checks import checks
from .data import about_input, about_output, data
from .exporting import exporting
from .hardware import hardware
from .licences import TEXTS, holder
from .probe import demands, probe
from .requirements import requirements
from .scores import is_stateful, scores
from .settings import settings
from .synthesis import padded_steps
from .trouble import trouble
from .why import reasons

LINE_LENGTH = 100
"""Longest line of generated Python, in columns."""

OPTIMIZERS = {
    "adamw": "AdamW({}, {}",
    "adam": "Adam({}, weight_decay={}",
    "sgd": "SGD({}, momentum=0.9, nesterov=True, weight_decay={}",
    "rmsprop": "RMSprop({}, weight_decay={}",
}
"""The optimizers as source, up to what they clip, with places for learning rate and weight decay."""

LAUNCHERS = {"slurm", "torchrun"}
"""The extras that have a file in the folder `launch`."""

WEIGHTED = {
    '"mse"': 'keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")',
    '"sparse_categorical_crossentropy"': (
        'keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight")'
    ),
}
"""Losses as the mean of those steps that count."""


def context(plan: Plan) -> dict[str, Any]:
    """Everything that a template may use, under the names that it uses."""
    spec, graph, samples = plan.spec, plan.graph, data(plan)
    layout = model(plan)
    return layout | {
        "name": spec.project_name,
        "description": spec.description,
        "author": spec.author,
        "license": spec.license,
        "license_text": TEXTS.get(spec.license, ""),
        "holder": holder(spec),
        "summary": _summary(graph),
        "decision": str(plan.decision),
        "diagram": diagram(graph),
        "picture": mermaid(drawing(plan)),
        "table": table(plan),
        "totals": totals(plan),
        "why": list(reasons(plan)),
        "inputs": [about_input(each, plan, samples["named_steps"]) for each in spec.inputs],
        "outputs": [about_output(each, plan, samples["named_steps"]) for each in spec.outputs],
        "checks": checks(plan) | demands(plan),
        "data": samples,
        "settings": settings(plan, samples, layout["training"]),
        "imports": _imports(layout["training"], samples),
        "probe": probe(plan),
        "losses": _losses(plan),
        "undecayed": _undecayed(graph),
        "two_phases": spec.transfer is not None and spec.transfer.fine_tune > 0,
        "scores": sorted({each.task.score for each in spec.outputs}),
        "scoring": scores(plan, learns=samples["learns"]),
        "stateful": is_stateful(plan),
        "trouble": trouble(plan),
        "commands": _commands(spec.package),
        "hardware": hardware(plan),
        "tracking": spec.tracking,
        "export": list(spec.export),
        "exporting": exporting(plan, LINE_LENGTH),
        "extras": list(spec.extras),
        "launch": not LAUNCHERS.isdisjoint(spec.extras),
        "extensions": list(plan.extensions),
        "pythons": pythons(spec.python),
        "requires_python": str(asked("python", spec.python)),
        "image": spec.package.replace("_", "-"),
        "requirements": requirements(spec, graph, files=samples["files"]),
    }


def model(plan: Plan) -> dict[str, Any]:
    """What the template of `model.py` may use."""
    return {
        "package": plan.spec.package,
        "template": plan.decision.template,
        "sequential": plan.decision.template == "sequential",
        "decision_text": _opening(plan),
        "model": asdict(model_source(plan)),
        "training": asdict(plan.spec.training) | _training(plan) | _fine_tuning(plan.spec.transfer),
    }


def _training(plan: Plan) -> dict[str, Any]:
    """The optimizer and the callbacks as source, and of which outputs classes are weighed."""
    training, outputs = plan.spec.training, plan.spec.outputs
    weighed = [each for each in outputs if training.class_weights and each.task.has_classes(each.size)]
    by_steps = any(padded_steps(each, plan) for each in weighed)
    scheduled = training.schedule == "cosine" or training.warmup_epochs > 0
    plateau = training.schedule == "plateau"
    chosen = plan.spec.hardware
    callbacks = {
        "hardware.Averages()": chosen.several and chosen.backend == "torch",
        "FreshStates()": is_stateful(plan),
        "schedule": scheduled,
        "slower": plateau,
        "stop": True,
        "checkpoint": True,
        "Tracking(path.parent)": plan.spec.tracking == "tensorboard",
        "Tracking(path.parent, config)": plan.spec.tracking == "mlflow",
    }
    return {
        "optimizer": _optimizer(training, "{}"),
        "planned": _optimizer(training, 'settings["{}"]'),
        "plain_steps": training.optimizer == "sgd",
        "limits": 'settings["weight_decay"]' + (', settings["clip_norm"]' if training.clip_norm else ""),
        "scheduled": scheduled,
        "plateau": plateau,
        "callbacks": _chosen(callbacks),
        "classes": literal({each.name: max(2, each.size) for each in weighed}) if weighed else "",
        "weighed": [each.name for each in weighed],
        "by_steps": by_steps,
        "same_paths": _has_same_paths(plan.graph),
    }


def _optimizer(training: Training, named: str) -> str:
    """The optimizer as source; `named` is how what it's given is written."""
    given = [named.format(name) for name in ("learning_rate", "weight_decay", "clip_norm")]
    clipped = f", global_clipnorm={given[-1]}" if training.clip_norm else ""
    return f"keras.optimizers.{OPTIMIZERS[training.optimizer].format(*given)}{clipped})"


def _has_same_paths(graph: Graph) -> bool:
    """Whether layers with weights, in models in each other, have the same name: then Keras's path to both is one."""
    names = list(_names_of_weights(graph))
    return len(names) > len(set(names))


def _names_of_weights(graph: Graph) -> Iterator[str]:
    for layer in graph.calls():
        if isinstance(layer, SubModel):
            yield from _names_of_weights(layer.graph)
        elif layer.parameters:
            yield layer.name


def _imports(training: dict[str, Any], samples: dict[str, Any]) -> str:
    """What `train.py` takes from `data.py`."""
    names = {
        "INPUTS": samples["classes"],
        "STEPS": training["by_steps"],
        "Batches": True,
        "Samples": bool(training["weighed"]),
        "learn": samples["learns"],
        "load_data": True,
        "prepare": samples["learns"],
        "step_weights": training["by_steps"],
        "take": bool(samples["open_labels"]),
        "together": bool(samples["open_labels"]),
    }
    return _chosen(names)


def _chosen(words: dict[str, bool]) -> str:
    """Those words that are wanted, as source."""
    return ", ".join(word for word, wanted in words.items() if wanted)


def _fine_tuning(transfer: Transfer | None) -> dict[str, Any]:
    """How many of the backbone's last layers phase two trains, and what to know of them."""
    if transfer is None:
        return {"fine_tune": 0, "normalises": False, "downloads": False}
    chosen = (
        f"from {transfer.block} on" if transfer.block else "how many of the backbone's last layers phase two trains"
    )
    return {
        "fine_tune": transfer.fine_tune,
        "chosen": chosen,
        "normalises": transfer.backbone.normalises,
        "downloads": transfer.weights == "imagenet",
    }


def _opening(plan: Plan) -> str:
    """The decision as the docstring of a module, which has one line: with all of its reasons or with the first."""
    reasons = plan.decision.reasons
    for shown in (reasons, reasons[:1]):
        text = f"The network: {Decision(plan.decision.template, shown)}."
        if len(text) <= LINE_LENGTH - len('"""' * 2):
            return text
    return "The network."


def _commands(package: str) -> list[str]:
    """What the README says to run, with what it's for."""
    commands = {
        "python -m pytest": "is the network what was asked for?",
        f"python -m {package}.train": "writes to runs/first",
        f"python -m {package}.evaluate": "scores, beside those of a guess",
    }
    width = max(map(len, commands))
    return [f"{command:<{width}}  # {about}" for command, about in commands.items()]


def _summary(graph: Graph) -> str:
    def ends(noun: str, names: dict[str, Tensor]) -> str:
        return f"{'one' if len(names) == 1 else len(names)} {noun}{'s' if len(names) > 1 else ''} ({', '.join(names)})"

    return f"{ends('input', graph.inputs)} and {ends('output', graph.outputs)}"


def _undecayed(graph: Graph) -> str:
    """The names of variables that weight decay leaves alone, as the source of a set: those with one of these in it."""
    words = ("bias", "gamma", "beta")
    names = sorted({weight.name for layer in graph.all_layers() for weight in layer.weights})
    others = [name for name in names if name not in words and any(word in name for word in words)]
    return "{" + ", ".join(f'"{name}"' for name in (*words, *others)) + "}"


def _losses(plan: Plan) -> dict[str, Any]:
    """The loss, weight and metrics of the outputs, as source; a Sequential's without names.

    `functions` names the losses that the project defines itself, `own` has the source of those that come from another
    package. Of steps, some of which are padding, the loss is the mean of those that count; their metrics are weighted,
    so that padding counts for nothing whatever masks say.
    """
    outputs = plan.spec.outputs
    compiled = {
        each.name: each.task.compiled(each.size, of_places=each.of is not None and each.of.kind.places)
        for each in outputs
    }
    padded = {each.name for each in outputs if padded_steps(each, plan)}
    loss = {name: WEIGHTED[loss] if name in padded else loss for name, (loss, _) in compiled.items()}
    listed = {name: f"[{', '.join(metrics)}]" for name, (_, metrics) in compiled.items() if metrics}
    metrics = {name: each for name, each in listed.items() if name not in padded}
    weighted = {name: each for name, each in listed.items() if name in padded}
    weights = {each.name: literal(each.weight) for each in outputs} if any(each.weight != 1 for each in outputs) else {}
    functions = sorted({text for text in loss.values() if text.isidentifier()})
    own = list(dict.fromkeys(each.task.loss_source for each in outputs if each.task.loss_source))
    if plan.decision.template == "sequential":
        return {
            "loss": loss[outputs[0].name],
            "weights": f"[{outputs[0].weight}]" if weights else "",
            "metrics": metrics.get(outputs[0].name, ""),
            "weighted_metrics": weighted.get(outputs[0].name, ""),
            "functions": functions,
            "own": own,
        }
    return {
        "loss": _dict(loss),
        "weights": _dict(weights),
        "metrics": _dict(metrics),
        "weighted_metrics": _dict(weighted),
        "functions": functions,
        "own": own,
    }


def _dict(entries: dict[str, str]) -> str:
    """A dict's source, from keys and the source of their values."""
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in entries.items()) + "}" if entries else ""
