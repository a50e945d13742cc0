"""How samples are made up: the statements of the generated `synthesise`, and the functions that they call.

Each input hides a code, a few numbers for each sample, and each target follows from the codes of all inputs that its
head may see. Where a target says something of every step or place, it follows from a code at each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ..padding import inputs_of_steps
from ..plan import Plan
from ..spec import Input, Output
from ..tasks import Per

LONGEST = 20
"""How long the longest made-up sample is, in steps, where lengths vary."""

MOST_VALUES = 10
"""How many values of a category, or tokens, occur in made-up samples: so that each of them can be learned."""

FUNCTIONS = (
    *("pixels", "patches", "look_up", "tokens", "steps", "running", "waves"),
    *("join", "sums", "signs", "nearest", "alike"),
)
"""The functions that statements may call."""


def synthesis(plan: Plan) -> dict[str, Any]:
    """The statements of `synthesise`, what each name holds, and the functions that it needs."""
    made = _Synthesis(plan)
    statements = made.statements
    source = " ".join([*statements, *made.arrays.values()])
    used = [name for name in FUNCTIONS if re.search(rf"\b{name}\(", source)]
    return {"statements": statements, "arrays": made.arrays, "functions": used, "world": "world)" in source}


def steps_padded(each: Input, plan: Plan) -> bool:
    """Whether an input's samples end before their last step: texts do, and sequences where the network masks them."""
    if each.kind.synthetic == "steps":
        return None in each.sizes or any(layer.class_name == "Masking" for layer in plan.graph.all_layers())
    return each.kind.synthetic == "tokens"


def sources_of_places(each: Output, plan: Plan) -> list[Input]:
    """The inputs that have the steps or places of which an output says something.

    Those of the same sizes that reach it along their steps; if none does, all of the same sizes.
    """
    end = plan.graph.outputs[each.name]
    alike = [plan.spec.input(name) for name in each.sources]
    alike = [source for source in alike if _has_places(source, end.shape[1:-1])]
    reaching = inputs_of_steps(plan.graph)[end] if len(alike) > 1 else frozenset()
    return [source for source in alike if source.name in reaching] or alike


def padded_steps(each: Output, plan: Plan) -> Input | None:
    """The input whose steps an output speaks of, if some of them are padding."""
    sources = [each.of] if each.of else sources_of_places(each, plan) if each.per is Per.STEP else []
    return next((source for source in sources if source.kind.steps and steps_padded(source, plan)), None)


class _Synthesis:
    """The statements for one plan, in the order in which they have to stand."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.inputs = plan, {each.name: each for each in plan.spec.inputs}
        self.joined: dict[str, str] = {}
        self.local = {name for output in plan.spec.outputs for name in self.sources_of_places(output)}
        targets = {each.name: self.target(each) for each in plan.spec.outputs if each.task.target != "input"}
        values = {each.name: self.values(each) for each in self.inputs.values()}
        self.arrays = values | targets
        self.statements = list(self.listed())

    def listed(self) -> Iterator[str]:
        """All statements before the arrays."""
        inputs = self.inputs.values()
        later = " ".join([*self.joined.values(), *self.arrays.values()])
        for each in inputs:
            yield self.drawn(each)
            if _is_discrete(each) and re.search(rf"\b{_code(each)}\b", later):
                yield f"{_code(each)} = {_looked_up(_value(each), each)}"
        for each in inputs:
            yield from self.lengths(each)
            yield from self.places(each)
        yield from (f"{name} = {value}" for name, value in self.joined.items())

    def drawn(self, each: Input) -> str:
        """What is drawn for each sample of an input: its code, or one of its values."""
        if each.kind.synthetic == "tokens":
            return f"{_value(each)} = random.integers(1, {_choices(each) + 1}, size=count)"
        if _is_discrete(each):
            return f"{_value(each)} = random.integers({_choices(each)}, size=count)"
        return f'{_code(each)} = random.normal(size=(count, {_width(each)})).astype("float32")'

    def lengths(self, each: Input) -> Iterator[str]:
        """Which steps of each sample are its own, where that varies."""
        if steps_padded(each, self.plan):
            length = _length(each)
            drawn = f"random.integers({(length + 1) // 2}, {length + 1}, size=(count, 1))"
            yield f"{_real(each)} = np.arange({length}) < {drawn}"

    def places(self, each: Input) -> Iterator[str]:
        """What an input holds at each step or place, where targets follow from that."""
        future = self.future(each)
        if each.name not in self.local and not future:
            return
        if each.kind.synthetic == "pixels":
            *sizes, _ = each.sizes
            yield f"{_places(each)} = patches({_at_places(each)}, {tuple(sizes)}, random)"
        elif each.kind.synthetic == "tokens":
            yield f"{_tokens(each)} = {self.tokens(each)}"
        else:
            yield f"{_steps(each)} = {self.steps(each, future)}"

    def tokens(self, each: Input) -> str:
        return f"tokens({_value(each)}, {_choices(each)}, {_real(each)}, random)"

    def steps(self, each: Input, future: int) -> str:
        return f"steps({_code(each)}, {_length(each) + future}, {each.sizes[1]}, random)"

    def values(self, each: Input) -> str:
        """The expression that makes an input's values of what is drawn."""
        code, sizes, local = _code(each), each.sizes, each.name in self.local
        match each.kind.synthetic:
            case "numbers":
                made = code if sizes[0] == _width(each) else f"{code}[:, np.arange({sizes[0]}) % {_width(each)}]"
                again = any(output.of is each for output in self.plan.spec.outputs)
                made = f"0.5 + 0.1 * {made}" if again and not each.kind.standardised else made
            case "pixels":
                made = f"pixels({_places(each) if local else _at_places(each)}, {sizes}, random)"
            case "categories":
                return _value(each)
            case "tokens":
                return _tokens(each) if local else self.tokens(each)
            case "waves":
                return f"waves({code}, {sizes[0]})"
            case "steps":
                future = self.future(each)
                made = _steps(each) if local or future else self.steps(each, 0)
                made = f"{made}[:, :{_length(each)}]" if future else made
        made = f"50 + 10 * {made}" if each.kind.standardised else made
        if steps_padded(each, self.plan):
            made = f"np.where({_real(each)}[..., None], {made}, np.nan)"
        return made

    def future(self, each: Input) -> int:
        """How many steps after an input's last one targets tell of."""
        told = [output.size for output in self.plan.spec.outputs if self.forecast_of(output) is each]
        return max(told, default=0)

    def forecast_of(self, output: Output) -> Input | None:
        """The sequence whose next values an output tells."""
        sources = [self.inputs[name] for name in output.sources] if output.task.name == "forecast" else []
        return next((each for each in sources if each.kind.synthetic == "steps"), None)

    def sources_of_places(self, output: Output) -> list[str]:
        """The inputs that have the steps or places of which an output says something."""
        if output.per not in (Per.STEP, Per.PLACE):
            return []
        return [each.name for each in sources_of_places(output, self.plan)]

    def target(self, output: Output) -> str:
        """The expression that makes targets of the codes that a head may see."""
        if output.task.target == "same":
            return f"alike({', '.join(_code(self.inputs[name]) for name in output.sources)}, world)"
        if output.task.score == "embedding":
            # Each input says a part of the label, so that each has its own share in the distances.
            return " + ".join(
                f"{'' if index == 0 else f'{4**index} * '}nearest({_code(self.inputs[source])}, 4, world)"
                for index, source in enumerate(output.sources)
            )
        told = self.forecast_of(output)
        if told is not None:
            return self.forecast(output, told)
        target = _followed(output, self.codes(output, output.sources))
        places = self.plan.graph.outputs[output.name].shape[1:-1]
        if places and not self.sources_of_places(output):
            axes = ", ".join([":", *["None"] * len(places)])
            return f"np.tile({target}[{axes}], {(1, *(size or LONGEST for size in places), 1)})"
        return self.padded(output, target)

    def forecast(self, output: Output, told: Input) -> str:
        """The next values of a sequence's first feature, and what other inputs add to them."""
        begin, others = _length(told), [name for name in output.sources if name != told.name]
        values = f"{_steps(told)}[:, {begin}:{begin + output.size}, 0]"
        if steps_padded(told, self.plan):
            next_steps = f"{_real(told)}.sum(axis=1, keepdims=True) + np.arange({output.size})"
            values = f"{_steps(told)}[np.arange(count)[:, None], {next_steps}, 0]"
        return f"50 + 10 * {values}" + (f" + {_followed(output, self.codes(output, others))}" if others else "")

    def padded(self, output: Output, target: str) -> str:
        """Targets of steps, with padding where the input that they belong to has it."""
        source = padded_steps(output, self.plan)
        if source is None:
            return target
        return f"np.where({_real(source)}[..., None], {target}, {'np.nan' if output.task.standardised else 0})"

    def codes(self, output: Output, sources: Sequence[str]) -> str:
        """The variable of the codes that a head may see, side by side."""
        local = self.sources_of_places(output)
        codes = [self.local_code(self.inputs[name]) if name in local else _code(self.inputs[name]) for name in sources]
        if len(sources) == 1:
            return codes[0]
        everything = list(sources) == list(self.inputs)
        name = "codes" if everything else f"{'_'.join(sources)}_codes".lower()
        name = name.replace("codes", "step_codes" if output.per is Per.STEP else "place_codes") if local else name
        mixed = 0 < len(local) < len(sources)
        self.joined[name] = (
            f"join({', '.join(codes)})" if mixed else f"np.concatenate([{', '.join(codes)}], axis={-1 if local else 1})"
        )
        return name

    def local_code(self, each: Input) -> str:
        """The code of an input at each of its steps or places."""
        match each.kind.synthetic:
            case "tokens":
                return f"running({_looked_up(_tokens(each), each)})"
            case "steps":
                future = self.future(each)
                return f"running({_steps(each)}{f'[:, :{_length(each)}]' if future else ''})"
            case _:
                return _places(each)


def _followed(output: Output, codes: str) -> str:
    """The expression that makes targets of these codes."""
    values = output.task.target_values(output.size)
    if output.task.target == "label" and output.size > 1:
        return f"nearest({codes}, {output.size}, world)"
    function = "signs" if values.whole else "sums"
    return f"{function}({codes}, {output.task.target_size(output.size)}, world)"


def _looked_up(values: str, each: Input) -> str:
    """The expression for the codes of values. Tokens begin at 1: 0 is padding."""
    shift = " - 1" if each.kind.synthetic == "tokens" else ""
    return f"look_up({values}{shift}, {_choices(each)})"


def _has_places(each: Input, places: tuple[int | None, ...]) -> bool:
    if each.kind.synthetic == "pixels":
        return each.sizes[:-1] == places
    if each.kind.synthetic == "tokens":
        return each.sizes[1:] == places
    return each.kind.synthetic == "steps" and each.sizes[:1] == places


def _is_discrete(each: Input) -> bool:
    return each.kind.synthetic in ("categories", "tokens")


def _choices(each: Input) -> int:
    """How many values of a category, or tokens of a text, occur."""
    values = each.sizes[0] or 0
    return min(values - 1 if each.kind.synthetic == "tokens" else values, MOST_VALUES)


def _width(each: Input) -> int:
    """How many numbers an input's code has."""
    match each.kind.synthetic:
        case "pixels":
            return each.sizes[-1] or 1
        case "waves":
            return 2
        case "categories" | "tokens":
            return 3
        case _:
            return min(3, each.sizes[0] or LONGEST)


def _length(each: Input) -> int:
    """How many steps the longest made-up sample has."""
    return each.sizes[1 if each.kind.synthetic == "tokens" else 0] or LONGEST


def _variable(each: Input, held: str) -> str:
    """What a variable is called that holds something of an input: `photo_code`, and `code` of an input of that name."""
    name = each.name.lower()
    return name if name == held and held not in FUNCTIONS else f"{name}_{held}"


def _code(each: Input) -> str:
    return _variable(each, "code")


def _value(each: Input) -> str:
    return _variable(each, "value")


def _real(each: Input) -> str:
    return _variable(each, "real")


def _tokens(each: Input) -> str:
    return _variable(each, "tokens")


def _steps(each: Input) -> str:
    return _variable(each, "steps")


def _places(each: Input) -> str:
    return _variable(each, "places")


def _at_places(each: Input) -> str:
    """An input's code, with axes for its places."""
    return f"{_code(each)}[{', '.join([':', *['None'] * (len(each.sizes) - 1)])}]"
