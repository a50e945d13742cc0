"""What a user may not expect of a plan: answers of which nothing comes, and what is unlike what was meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import choices
from ..answers import KEYS, Answers
from ..graph import Graph, Tensor
from ..padding import takes_padding_for_steps
from ..spec import Head, Input, Spec
from ..tasks import Per
from .heads import ends_in


def notes(spec: Spec, graph: Graph) -> Iterator[str]:
    """What spec and graph tell."""
    chosen = [each for each in spec.inputs if _has_own_stack(each, spec)]
    if spec.branching and spec.layers.body is not None and not chosen:
        yield f"branching ({', '.join(spec.branching)}) changes nothing: every branch and the body are said otherwise"
    if (
        spec.merge != KEYS["merge"].default
        and len(spec.inputs) > 1
        and all(len(output.sources) == 1 for output in spec.outputs)
    ):
        yield f"merge ({spec.merge}) changes nothing: no output sees more than one input"

    distances = [output.name for output in spec.outputs if output.per is Per.MERGE]
    if len(distances) == len(spec.outputs) and spec.layers.body:
        yield f"layers.body changes nothing: {distances[0]} is what the merge gives, and no body comes after it"
    if spec.separate_bodies and len(spec.outputs) == 1:
        yield f"body (separate) changes nothing: {spec.outputs[0].name} is the only output"
    if (transfer := spec.transfer) and transfer.weights is None:
        learns = f"no more than its last {transfer.fine_tune} layers learn" if transfer.fine_tune else "it never learns"
        yield (
            f"{transfer.backbone.constructor} starts from random weights, and {learns}"
            f" (backbone_weights: none, fine_tune: {transfer.fine_tune})"
        )
    yield from _unlike_their_tasks(spec, graph)
    yield from _in_one_direction(spec, graph)
    for layer, name in takes_padding_for_steps(graph):
        yield f"{layer} takes the padding of {name} for steps: no mask reaches it (masking, mask_zero=true)"


def _unlike_their_tasks(spec: Spec, graph: Graph) -> Iterator[str]:
    """The outputs whose answers have them end in another activation than their task is trained on."""
    for output in spec.outputs:
        own, kept = choices.activation(output, ()), spec.layers.heads.get(output.name, Head()).keeps_last
        if kept or output.of or own in (None, "linear"):
            continue
        if (said := ends_in(graph, graph.outputs[output.name])) not in (None, own):
            yield f"{output.name} ends in {said}, and the loss of {output.task.name} expects {own}"


def _in_one_direction(spec: Spec, graph: Graph) -> Iterator[str]:
    """The outputs of unit length that follow from one number: whatever it is, they point nearly the same way."""
    for output in (each for each in spec.outputs if each.task.score == "embedding"):
        end = graph.outputs[output.name]
        single = (node for node in graph.before(end) if node.output.shape[1:] == (1,) and node.output is not end)
        narrow = (node.layer.name for node in single if not _is_reached(graph, end, without=node.output))
        if layer := next(narrow, None):
            yield f"{output.name} follows from one number, {layer}: vectors of unit length hardly tell such apart"


def _is_reached(graph: Graph, end: Tensor, without: Tensor) -> bool:
    """Whether a way leads from the inputs to a tensor past another one."""
    reached = set(graph.inputs.values()) - {without}
    for node in graph.nodes:
        if not reached.isdisjoint(node.inputs):
            reached.update(each for each in node.gives if each is not without)
    return end in reached


def idle(spec: Spec, answers: Answers) -> Iterator[str]:
    """What the answers say that nothing comes of, where only they tell."""
    default = KEYS["fine_tune"].default
    if spec.transfer is None and str(answers.get("fine_tune", default)) != str(default):
        yield f"fine_tune ({answers['fine_tune']}) changes nothing: there is no backbone"


def _has_own_stack(each: Input, spec: Spec) -> bool:
    """Whether an input goes through the planner's own stack: the answers say none, and there's no backbone for it."""
    group = spec.group_of(each.name)
    pretrained = spec.transfer is not None and each.kind.name == "image"
    return not pretrained and (group.name if group else each.name) not in spec.layers.branches


def brought(extensions: Sequence[str]) -> Iterator[str]:
    """Where layers, blocks and tasks come from that aren't ours."""
    if extensions:
        yield f"what {' and '.join(extensions)} brings is in the project as source, which runs without it"
