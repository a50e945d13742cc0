"""How long the project's own tests train, and what they may ask of so short a training."""

from __future__ import annotations

import math
from typing import Any

from ..answers.keys import OPTIMIZER_DEFAULTS, TRAINING_DEFAULTS
from ..blocks import MERGES
from ..emit import literal
from ..graph import Composite, Graph, Node, Tensor
from ..plan import Plan
from ..spec import Head, Output, Spec, Training
from ..tasks import Per
from .data import FEWEST_BATCHES
from .scores import scoring
from .synthesis import LONGEST

LIGHT = 1_500_000
"""Most products that a network may compute for one sample, if some hundred samples are to be learned in a test."""

HEAVY = 30_000_000
"""Most products for one sample, if a few samples are to be seen some hundred times."""

SMALL = 50_000
"""Most parameters of a network that may learn fast."""

STEP = 30_000
"""What a step of a recurrent layer takes beside its products, as many products."""

RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "Bidirectional"})


def probe(plan: Plan) -> dict[str, Any]:
    """How many samples and epochs the project's own tests train on: they have to be done within a minute.

    `overfit_epochs` are trained at once, until a batch has been learned by heart; `rest` is the share of the loss that
    may be left then. `first_batch` is how a test comes by the first batch of `samples`: what has batches of one size is
    no list of them. `stand_in` is what takes a backbone's place in runs.
    """
    batch = next((each.batch for each in plan.spec.inputs if each.batch), None)
    work = _work(plan.graph)
    if plan.spec.transfer:
        sizes = {"few": 4, "samples": 12, "epochs": 1, "batch": 4, "overfit_epochs": 5, "learning_rate": 0.003}
    elif work > HEAVY:
        sizes = {"few": 4, "samples": 32, "epochs": 2, "batch": 4, "overfit_epochs": 5, "learning_rate": 0.001}
    elif work > LIGHT:
        sizes = {"few": 8, "samples": 64, "epochs": 4, "batch": 8, "overfit_epochs": 20, "learning_rate": 0.003}
    else:
        # Thousands of pixels at once make large steps of small ones.
        pictures = any(each.kind.places for each in plan.spec.inputs)
        rate = 0.01 if plan.graph.parameters <= SMALL and not pictures else 0.003
        sizes = {"few": 16, "samples": 600, "epochs": 10, "batch": 32, "overfit_epochs": 20, "learning_rate": rate}
    if any(each.task.score == "embedding" for each in plan.spec.outputs):
        # Its loss looks at the hardest samples alone, which large steps only swap.
        sizes["learning_rate"] = min(sizes["learning_rate"], _least_rate(plan.spec.training))
    sizes = _in_batches(sizes | {"rest": _rest(plan, work)}, batch)
    batches = f"Batches(samples, batch_size={sizes['few']})"
    first_batch = f"next(iter({batches}))" if batch else f"{batches}[0]"
    return sizes | {"first_batch": first_batch, "stand_in": _stand_in(plan)}


def demands(plan: Plan) -> dict[str, Any]:
    """Of which outputs tests ask for a gradient at once, and that they beat a guess after a short training."""
    spec, light = plan.spec, _is_light(plan)
    return {
        "learning": [each.name for each in spec.outputs if _surely_learns(each, spec)],
        "light": light,
        # A short training of a large network is too little to compare.
        "beats": [_beats(each) for each in spec.outputs if light and _can_be_guessed(each, spec)],
    }


def _can_be_guessed(each: Output, spec: Spec) -> bool:
    """Whether a guess says little: of embeddings, those of a network that hasn't learned are near each other, too.

    Beside an embedding, whose loss looks at other samples with each step, others need more than a few epochs. Where
    batches have a size of their own, there are too few samples to tell classes.
    What is made again of a product or a sum of several inputs is hardly in it any more. Neither is what follows from
    two of which the merge leaves one number, unless it's that number; and plain steps take more than a few epochs.
    """
    mixed = each.of is not None and len(each.sources) > 1 and spec.merge != "concatenate"
    untold = mixed or _is_narrowed(each, spec)
    embeds = any(other.task.score == "embedding" for other in spec.outputs)
    too_few = any(given.batch for given in spec.inputs) and each.task.has_classes(each.size)
    return not (embeds or untold or too_few) and spec.training.optimizer != "sgd"


def _is_narrowed(each: Output, spec: Spec) -> bool:
    """Whether an output sees several inputs of which the merge leaves one number, and isn't that number itself."""
    return len(each.sources) > 1 and MERGES[spec.merge].flat and each.task.per is not Per.MERGE


def _beats(each: Output) -> dict[str, str]:
    how = scoring(each)
    return {"name": each.name, "score": how.score, "sign": how.sign}


def _least_rate(training: Training) -> float:
    """The rate that was planned; of one that the answers say, not less than the optimizer's own: a test is short."""
    if not training.is_rate_said:
        return training.learning_rate
    usual: dict[str, Any] = TRAINING_DEFAULTS | OPTIMIZER_DEFAULTS.get(training.optimizer, {})
    return max(training.learning_rate, float(usual["learning_rate"]))


def _stand_in(plan: Plan) -> dict[str, Any]:
    """A small body with the features of the backbone's shape, and more layers than phase two trains."""
    layer = plan.graph.backbone
    if layer is None or plan.spec.transfer is None:
        return {}
    backbone, trained = plan.spec.transfer.backbone, plan.spec.transfer.fine_tune
    height, width, _ = layer.input_shape
    rows, columns, channels = backbone.features(height, width)
    strides = height // rows, width // columns
    return {
        "constructor": layer.constructor,
        "kernel": _each_way(height - (rows - 1) * strides[0], width - (columns - 1) * strides[1]),
        "strides": _each_way(*strides),
        "channels": channels,
        "blocks": (trained // 2 if backbone.normalises else trained) + 2,
    }


def _each_way(down: int, across: int) -> str:
    """Two sizes as source, or the one that they have in common."""
    return literal(down if down == across else (down, across))


def _keeps_last(output: Output, spec: Spec) -> bool:
    """Whether an output has its task's own last layer."""
    return spec.layers.heads.get(output.name, Head()).keeps_last


def _surely_learns(output: Output, spec: Spec) -> bool:
    """Whether it gets a gradient at once: the bias of a task's own last layer does, others can be silent by chance.

    In 16 bits, nothing may be left of what a backbone with random weights says, as tests have it. What is made of one
    number may be too large for any gradient, or the same for all samples. The loss of an embedding is nothing where
    samples of a kind happen to be near enough.
    """
    is_faint = spec.transfer and spec.hardware.precision != "float32"
    may_be_silent = is_faint or _is_narrowed(output, spec) or output.task.score == "embedding"
    return _keeps_last(output, spec) and not may_be_silent


def _rest(plan: Plan, work: int) -> float:
    """The share of a batch's loss that may be left when it has been learned by heart."""
    spec = plan.spec
    if not all(_keeps_last(each, spec) and not _is_narrowed(each, spec) for each in spec.outputs):
        return 0.9  # a last layer of one's own, or one number, may be unable to say what the targets are
    if spec.transfer:
        return 0.5
    # A triplet loss learns by the hardest samples alone. What is deep learns steadily at a low rate alone.
    return 0.75 if work > HEAVY or any(each.task.score == "embedding" for each in spec.outputs) else 0.5


def _in_batches(sizes: dict[str, float], batch: int | None) -> dict[str, float]:
    """The same, where every batch has this size, unless it's free."""
    if batch is None:
        return sizes
    few = batch * max(8 // batch, 2)
    return sizes | {"few": few, "batch": batch, "samples": max(120, FEWEST_BATCHES * batch)}


def _work(graph: Graph) -> int:
    """About how many products a network computes for one sample."""
    return sum(_products(node) for node in graph.nodes)


def _products(node: Node) -> int:
    """About how many products one call computes: its weights, at each step or place."""
    if isinstance(node.layer, Composite):
        return _work(node.layer.graph)
    places = max(_places(tensor) for tensor in (*node.inputs, node.output))
    return places * (node.layer.parameters + STEP * (node.layer.class_name in RECURRENT))


def _places(tensor: Tensor) -> int:
    return math.prod(size or LONGEST for size in tensor.shape[1:-1])


def _is_light(plan: Plan) -> bool:
    """Whether training on some hundred samples takes seconds."""
    return plan.spec.transfer is None and _work(plan.graph) <= LIGHT
