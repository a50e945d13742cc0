"""What a network makes of padding, where the number of steps varies."""

from __future__ import annotations

from collections.abc import Iterator

from .graph import CustomLayer, Graph, Node, Tensor
from .lengths import varies

READ_MASKS = frozenset({"LSTM", "GRU", "SimpleRNN", "Bidirectional", "GlobalAveragePooling1D"})
"""Classes that make of steps one thing, and leave out those that a mask says are padding."""

UNMASKED = frozenset({"Masking", "Embedding"})
"""Classes that say what is padding: before them nothing does."""


STEPWISE = frozenset(
    {
        *(
            "Activation",
            "Add",
            "Average",
            "Concatenate",
            "Dense",
            "Dropout",
            "Embedding",
            "LayerNormalization",
            "Masking",
        ),
        *("Maximum", "Minimum", "Multiply", "RMSNormalization", "ReLU", "Subtract", "TimeDistributed"),
    }
)
"""Classes that make of each step something by itself, if their axis is the last one."""

ATTENTION = frozenset({"AdditiveAttention", "Attention", "GroupedQueryAttention", "MultiHeadAttention"})

HEEDLESS = frozenset({"GlobalMaxPooling1D"})
"""Classes that look at all steps whatever a mask says."""

COUNTS_STEPS = READ_MASKS | ATTENTION | HEEDLESS | {"RNN"}
"""Classes that look at all steps, padding too if no mask says otherwise."""


def keeps_padding_out(graph: Graph) -> bool:
    """Whether more padding at the end of samples changes nothing.

    So it is if whatever takes steps of varying number knows by a mask which are padding, and leaves them out where
    it makes one thing of them.
    """
    if not any(varies(tensor.shape) for tensor in graph.inputs.values()):
        return False
    told = [tensor for tensor in graph.outputs.values() if varies(tensor.shape)]
    if not all(tensor.masked for tensor in told):
        return False
    # What attention says of a step that is padding follows from how many of them there are.
    if told and any(node.layer.class_name in ATTENTION for node in graph.nodes):
        return False
    return all(_keeps_out(node) for node in graph.nodes if any(varies(each.shape) for each in node.inputs))


def _keeps_out(node: Node) -> bool:
    if node.layer.class_name in UNMASKED:
        return True
    if isinstance(node.layer, CustomLayer) or not all(tensor.masked for tensor in node.called_on):
        return False
    return varies(node.output.shape) or node.layer.class_name in READ_MASKS


def sees_no_later(node: Node) -> bool:
    """Whether a call makes of each step something that follows from it and those before alone."""
    arguments, name = node.layer.arguments, node.layer.class_name
    if node.begins_with_state:  # it follows from all steps of another sequence
        return False
    if name in STEPWISE:
        return arguments.get("axis", -1) == -1
    if name in ("LSTM", "GRU", "SimpleRNN"):
        return bool(arguments.get("return_sequences")) and not arguments.get("go_backwards")
    return arguments.get("padding") == "causal" or bool(arguments.get("use_causal_mask"))


def inputs_of_steps(graph: Graph) -> dict[Tensor, frozenset[str]]:
    """The names of the inputs whose steps, or what is made of them, are the first axis of each tensor."""
    found = {tensor: frozenset([name]) for name, tensor in graph.inputs.items()}
    for node in graph.nodes:
        # Attention gives a step for each of its queries, which come first.
        taken = node.called_on[:1] if node.layer.class_name in ATTENTION else node.called_on
        kept = taken if len(node.output.shape) > 2 or varies(node.output.shape) else ()
        found[node.output] = frozenset().union(*(found.get(tensor, frozenset()) for tensor in kept))
    return found


def takes_padding_for_steps(graph: Graph) -> Iterator[tuple[str, str]]:
    """The layers that look at all steps and aren't told which are padding, each with the input that these are of."""
    origins = inputs_of_steps(graph)
    for node in graph.nodes:
        told = all(tensor.masked for tensor in node.called_on[-1:]) and node.layer.class_name not in HEEDLESS
        if node.layer.class_name in COUNTS_STEPS and not told:
            for tensor in dict.fromkeys(node.called_on):
                names = [
                    name for name, start in graph.inputs.items() if varies(start.shape) and name in origins[tensor]
                ]
                if varies(tensor.shape) and names:
                    yield node.layer.name, names[0]
                    break
