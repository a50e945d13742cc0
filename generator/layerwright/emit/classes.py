"""The classes of layers that a generated `model.py` defines for groups said with `form: class`."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import field

from ..forms import custom_forms
from ..graph import CustomLayer, Graph, Layer, Node, Tensor
from ..records import dataclass
from .body import positional, there
from .frames import Frame, Parameter, rows
from .lines import Line, X, statements
from .naming import about
from .source import FLOAT32, call_arguments, identifier, literal, unused

OF_EVERY_LAYER = frozenset(
    {
        *("activity_regularizer", "autocast", "bias", "build", "build_from_config", "built", "call"),
        *("call_signature_parameters", "compute_dtype", "compute_mask", "compute_output_shape"),
        *("compute_output_spec", "count_params", "dtype", "dtype_policy", "from_config", "input"),
        *("input_dtype", "input_spec", "kernel", "load_own_variables", "losses", "metrics"),
        *("metrics_variables", "name", "non_trainable_variables", "non_trainable_weights", "output", "path"),
        *("quantization_mode", "quantize", "quantized_build", "quantized_call", "rematerialized_call"),
        *("save_own_variables", "stateless_call", "supports_jit", "supports_masking", "symbolic_call"),
        *("trainable", "trainable_variables", "trainable_weights", "training", "variable_dtype"),
        *("variables", "weights"),
        *("apply", "bfloat16", "buffers", "call_super_init", "children", "compile", "cpu", "cuda", "double"),
        *("dump_patches", "eval", "extra_repr", "float", "forward", "half", "ipu", "load_state_dict"),
        *("modules", "mtia", "parameters", "requires_grad_", "share_memory", "state_dict", "to"),
        *("to_empty", "torch_params", "train", "type", "xpu", "zero_grad"),
    }
)
"""Names that every Keras layer uses, on PyTorch as a module of its own."""

OF_METHODS = ("add_", "get_", "named_", "register_", "set_")
"""How names of methods of layers begin, those to come too."""


@dataclass(frozen=True)
class Class:
    """A class of layers: its name, its parameters with their types, and the statements of its methods.

    `masked`: what it's called on has a mask, and so has what it gives.
    """

    name: str
    about: str
    parameters: list[tuple[str, str]]
    made: list[str]
    call: list[str]
    masked: bool


@dataclass
class Classes:
    """The classes of all custom layers in a module. Layers of one form have one class."""

    package: str
    classes: list[Class] = field(default_factory=list)
    calls: dict[Layer, str] = field(default_factory=dict)

    def call(self, layer: CustomLayer) -> str:
        """The call that makes a layer."""
        return self.calls[layer]


def classes(graphs: Sequence[Graph], package: str, float32: Container[Layer] = ()) -> Classes:
    """The classes of the layers of graphs, and the call that makes each; some of them compute in float32."""
    result = Classes(package)
    masked = {node.layer for graph in graphs for node in graph.nodes if node.inputs[0].masked}
    for members in custom_forms(layer for graph in graphs for layer in graph.layers()).values():
        layer = members[0][0]
        name = layer.class_name
        # Layers in a layer don't compute in what it does unless they're told.
        dtype = "self.dtype_policy" if any(member in float32 for member, _ in members) else ""
        frame, (made, call) = Frame([tree for _, tree in members], ambiguous=OF_EVERY_LAYER, dtype=dtype).settled(
            _methods
        )
        parameters = frame.parameters
        typed_parameters = [(each.name, typed(each)) for each in parameters]
        told = [member for member, _ in members if member in masked]
        keeps = bool(told) and all(member.masks((True,)) for member in told)
        result.classes.append(Class(name, about(frame.model, name), typed_parameters, made, call, keeps))
        for place, (member, _) in enumerate(members):
            values = [(each.name, literal(there(each)[place])) for each in parameters]
            given = [*positional(values), *([f"dtype={FLOAT32}"] if member in float32 else [])]
            result.calls[member] = f"{name}({', '.join([*given, f'name={member.name!r}'])})"
    return result


def typed(*several: Parameter) -> str:
    """The type of a parameter, or of several that are passed as a tuple, as source."""
    kinds = {type(value).__name__ if value is not None else "None" for each in several for value in there(each)}
    kinds = {"tuple[int, ...]" if kind == "tuple" else kind for kind in kinds}
    union = " | ".join(sorted(kinds))
    return f"tuple[{union}, ...]" if len(several) > 1 else union


def _methods(frame: Frame) -> tuple[list[str], list[str]]:
    """The statements that make a class's layers, and those that call them."""
    model = frame.model
    calls = rows(frame.trees, model)
    made: dict[Layer, str] = {}
    flag = ""
    for node, row in sorted(calls, key=lambda each: None in each[1]):  # the flag of what is optional comes last
        source = frame.constructor(row, model=node)
        if None in row:
            flag = frame.value("project", [each is not None for each in row])
            source = f"{source} if {flag} else None"
        made[node.layer] = source
    attributes = _attributes(made, frame.names)
    ordered = sorted(calls, key=lambda each: None not in each[1])
    lines = [_line(node, attributes[node.layer], optional=None in row) for node, row in ordered]
    *before, last = statements(lines, {model.start: "inputs"}, {model.end})
    kept = [f"{attributes[layer]} = {source}" for layer, source in made.items()]
    return kept, [*before, f"return {last.removeprefix(f'{X} = ')}"]


def _line(node: Node, attribute: str, *, optional: bool) -> Line:
    """The call of one of the class's layers; one that only some have lets through what others have called."""

    def write(variables: Mapping[Tensor, str]) -> list[str]:
        given = call_arguments(node, [variables[tensor] for tensor in node.inputs])
        value = f"{given} if {attribute} is None else {attribute}({given})" if optional else f"{attribute}({given})"
        return [f"{variables[node.output]} = {value}"]

    return Line(node.inputs, node.output, write, node.layer.name, always=optional)


def _attributes(layers: Iterable[Layer], parameters: Iterable[str]) -> dict[Layer, str]:
    """Where a class keeps each of its layers: under its name, unless Keras's own layers or others have it."""
    taken, found = set(parameters), {}
    for layer in layers:
        name = identifier(layer.name)
        is_of_keras = name in OF_EVERY_LAYER or name.startswith(OF_METHODS)
        free = unused(f"{name}_layer" if is_of_keras else name, taken.__contains__, "layer")
        taken.add(free)
        found[layer] = f"self.{free}"
    return found
