"""What would mend a network that doesn't come out as its tasks need it: as a text, and as edits of the answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from .blocks import LayerItem, Stack
from .blocks.builder import RECURRENT
from .blocks.references import stacks_in
from .layers import Shape
from .problems import Edit, Problem, Problems
from .spec import Head, Input, Output, Spec
from .tasks import Per

Mend = tuple[str, tuple[Edit, ...]]

NOUNS = {Per.STEP: ("step", "a text or sequence"), Per.PLACE: ("place", "an image or volume")}

_OWN_LAST = "leave output out: the task has a last layer of its own"


def axes_kept(spec: Spec, output: Output) -> Mend:
    """For a head that should have the steps or places that its task says something of."""
    noun, kinds = NOUNS[output.per]
    mend = f"its branch, body and head have to keep the {noun}s of {kinds}"
    if not any(has_axes(spec.input(name), output.per) for name in output.sources):
        task = _of_a_sample(output)
        return f"{mend}; or say {task}, of the whole sample", (Edit("set", f"outputs.{output.name}", task),)
    edits = tuple(edit for stack in _on_the_way(spec, output) for edit in _keeping(stack))
    if edits:
        actions = {edit.action for edit in edits}
        said = ["say return_sequences=true"] * ("argument" in actions)
        said += ["leave out what pools or flattens"] * ("drop" in actions)
        return f"{mend}: {' and '.join(said)}", edits
    return _left_to_the_planner(spec, output, mend)


def has_axes(each: Input, per: Per) -> bool:
    """Whether an input has the steps or places that such a task says something of."""
    return each.kind.steps is not None if per is Per.STEP else each.kind.places


def _of_a_sample(output: Output) -> str:
    """The task that is most like an output's, and says something of the whole sample."""
    if output.task.target == "numbers":
        return f"regression {output.size}"
    return f"multiclass {output.size}" if output.size > 1 else "binary"


def _on_the_way(spec: Spec, output: Output) -> Iterator[Stack]:
    """The stacks in the answers that lead to an output."""
    for owner in _owners(spec, output):
        yield spec.layers.branches.get(owner, ())
    yield spec.layers.body or ()
    yield spec.layers.heads.get(output.name, Head()).stack


def _owners(spec: Spec, output: Output) -> Iterable[str]:
    """Whose branches lead to an output: inputs, or sharing groups."""
    groups = ((name, spec.group_of(name)) for name in output.sources)
    return dict.fromkeys(group.name if group else name for name, group in groups)


def _keeping(stack: Stack) -> Iterator[Edit]:
    """The edits after which a stack keeps all steps and places."""
    for item in _layers(stack):
        if item.word in RECURRENT and not item.keywords.get("return_sequences"):
            yield Edit("argument", item.place, ("return_sequences", True))
        elif item.word.startswith(("global_", "Global")) or item.word.lower() == "flatten":
            yield Edit("drop", item.place)


def _layers(stack: Stack) -> Iterator[LayerItem]:
    for item in stack:
        if isinstance(item, LayerItem):
            yield item
        for inner in stacks_in(item):
            yield from _layers(inner)


def _left_to_the_planner(spec: Spec, output: Output, mend: str) -> Mend:
    """The stacks on the way to an output left out: the planner's own fit."""
    said = [f"layers.branches.{owner}" for owner in _owners(spec, output) if owner in spec.layers.branches]
    said += ["layers.body"] if spec.layers.body is not None else []
    said += [f"layers.heads.{output.name}"] if output.name in spec.layers.heads else []
    if not said and output.per in NOUNS:
        task = _of_a_sample(output)
        return f"{mend}; or say {task}, of the whole sample", (Edit("set", f"outputs.{output.name}", task),)
    return f"{mend}; or leave out what layers says there", tuple(Edit("drop", place) for place in said)


def shape_fits(spec: Spec, output: Output, shape: Shape, expected: Sequence[int | None]) -> Mend:
    """For a head that gives another shape than its task needs."""
    said, place = spec.layers.heads.get(output.name), f"layers.heads.{output.name}"
    own_end = said is not None and not said.keeps_last
    ending = _own_last(output, said) if said and own_end else ()
    if output.of and None in expected and len(output.sources) > 1 and not said:
        only = output.of.name
        return f"let it see {only} only, by from={only}", seen_only(spec, output, (only,))
    if output.per is Per.INPUT:
        mend = "make as many numbers as there are"
        left_out = (f"{mend}, or leave its head out", (Edit("drop", place),))
        return left_out if said else _left_to_the_planner(spec, output, mend)
    if len(shape) - 1 > len(expected) and output.per not in NOUNS:
        also = ", and leave output out: the task has a last layer of its own" if own_end else ""
        word = "global_average_pool" if len(shape) < 6 else "flatten"
        return f"pool or flatten before its last layer, as by {word}{also}", (*ending, Edit("append", place, word))
    has_places = output.task.per in NOUNS and None not in shape[1:] and shape[-1] == expected[-1]
    if has_places and tuple(shape[1:-1]) != tuple(expected[:-1]):
        sized = f"{output.task.name} {output.size} {'x'.join(map(str, shape[1:-1]))}"
        mend = f"say {sized} if that is the size of what it is to say; or keep all steps or places of its input"
        return mend, (Edit("set", f"outputs.{output.name}", sized),)
    if tuple(shape[1:-1]) != tuple(expected[:-1]):
        mend = "its branch, body and head have to keep all steps or places of its input"
        return _left_to_the_planner(spec, output, mend)
    size = math.prod(each for each in expected[-1:] if each)
    units = "1 unit" if size == 1 else f"{size} units"
    return f"give its last layer {units}, or {_OWN_LAST}", ending


def at_home(spec: Spec, problems: Problems, since: int) -> None:
    """Gives problems of the planner's own layers a place in the answers: that of the output that they lead to.

    They are among those from `since` on; those before were found in the answers, and are there already.
    """
    for index, problem in enumerate(problems.found[since:], since):
        part, bracket, _ = problem.place.partition("[")
        key, _, name = part.partition(".")
        if not bracket or key not in ("body", "inputs", "outputs"):
            continue
        outputs = [each for each in spec.outputs if key == "body" or name in (each.name, *each.sources)]
        if not outputs:  # no output sees it, which is a problem by itself
            continue
        edits = tuple(dict.fromkeys(edit for each in outputs for edit in _left_to_the_planner(spec, each, "")[1]))
        what, mend = problem.what, problem.mend
        if edits:
            what = f"the planner's own layers don't fit what layers says before them: {what}"
            mend = "leave that out, or say the part yourself where it doesn't fit"
        problems.found[index] = Problem(f"outputs.{outputs[0].name}", problem.fault, what, mend, edits)


def can_learn(spec: Spec, output: Output) -> Mend:
    """For an output on whose way training would move nothing."""
    said = spec.layers.heads.get(output.name)
    if said is not None and not said.keeps_last:
        return f"give its branch, body or head one, or {_OWN_LAST}", _own_last(output, said)
    owners = [f"layers.branches.{owner}" for owner in _owners(spec, output)]
    return "give its branches one, as dense 64", tuple(Edit("append", owner, "dense 64") for owner in owners)


def probable(spec: Spec, output: Output) -> Mend:
    """For classes that end in an activation that gives no probabilities."""
    said = spec.layers.heads.get(output.name, Head())
    return f"end it in softmax, or {_OWN_LAST}", _own_last(output, said)


def _own_last(output: Output, said: Head) -> tuple[Edit, ...]:
    """A head that ends in the task's own layer."""
    return (Edit("drop", f"layers.heads.{output.name}[{len(said.stack)}].output"),)


def batches_fixed(spec: Spec) -> tuple[Edit, ...]:
    """What fixes the size of batches."""
    edits = [Edit("argument", f"inputs.{each.name}", ("batch", 1)) for each in spec.inputs if each.batch is None]
    if spec.hardware.backend != "tensorflow":
        edits.append(Edit("set", "backend", "tensorflow"))
    return tuple(edits)


def axes_alike(spec: Spec, outputs: Sequence[Output], axes: Mapping[str, Shape]) -> Mend:
    """For outputs that say something of every step or place, where branches with these axes differ in them."""
    first = spec.input(max(axes, key=lambda name: len(axes[name])))
    others = [each for name in axes if (each := spec.input(name)).name != first.name]
    said = [owner for output in outputs for owner in _owners(spec, output) if owner in spec.layers.branches]
    froms = "; ".join(f"let {output.name} see {first.name} only, by from={first.name}" for output in outputs)
    alike = {each.name: _of_size(each, first) for each in others if each.kind is first.kind}
    if said or len(alike) < len(others) or not any(_of_size(each, first) != each.said for each in others):
        only = (edit for output in outputs for edit in seen_only(spec, output, (first.name,)))
        return froms, tuple(dict.fromkeys(only))
    sizes = ", ".join(f"{name}: {size}" for name, size in alike.items())
    edits = [Edit("set", f"inputs.{name}", size) for name, size in alike.items()]
    return f"say equal sizes, as {sizes}; or {froms}", tuple(edits)


def _of_size(each: Input, like: Input) -> str:
    """An input as it would be said with as many steps or places as another one of its kind."""
    vocabulary = each.kind.vocabulary
    sizes = (each.sizes[0], *like.sizes[1:]) if vocabulary else (*like.sizes[:-1], each.sizes[-1])
    return replace(each, sizes=sizes).said


def paired(spec: Spec, outputs: Sequence[Output], names: Sequence[str]) -> tuple[Edit, ...]:
    """For more than two branches and a merge of two, where another output says how far two of them are apart."""
    pairs = [each.sources for each in spec.outputs if each.per is Per.MERGE and len(each.sources) == 2]
    pair = next((sources for sources in pairs if set(sources) <= set(names)), None)
    if pair is None:
        return ()
    one, other = map(spec.input, pair)
    free = not spec.sharing and not {*pair} & {*spec.layers.branches}
    if free and one.said == other.said:
        return (Edit("append", "sharing", " + ".join(pair)),)
    return tuple(edit for output in outputs for edit in seen_only(spec, output, pair))


def seen_alone(spec: Spec, outputs: Sequence[Output]) -> tuple[list[Edit], str]:
    """For outputs that no distance can stand before, beside one of a distance: each sees one input only."""
    edits: dict[Edit, None] = {}
    for output in (each for each in outputs if each.per is not Per.MERGE):
        able = [name for name in output.sources if output.per in NOUNS and has_axes(spec.input(name), output.per)]
        only = output.of.name if output.of else (able or output.sources)[0]
        edits |= dict.fromkeys(seen_only(spec, output, (only,)))
    said = [f"{edit.place.rpartition('.')[2]} see {edit.value[1]} only" for edit in edits if edit.action == "argument"]
    return list(edits), f", or let {' and '.join(said)}"


def seen(spec: Spec, name: str) -> tuple[str, Edit]:
    """For an input that no output sees."""
    for output in spec.outputs:
        if output.of is not None and output.of.name == name:
            sources = "+".join([*output.sources, name])
            mend = f"name it in the from= of {output.name}, which makes it again: from={sources}"
            return mend, Edit("argument", f"outputs.{output.name}", ("from", sources))
    return "drop it, or name it in an output's from=", Edit("drop", f"inputs.{name}")


def seen_only(spec: Spec, output: Output, names: Sequence[str]) -> tuple[Edit, ...]:
    """An output that sees these inputs only; those that no other one sees are left out."""
    others = {name for each in spec.outputs if each.name != output.name for name in each.sources}
    unseen = [name for name in output.sources if name not in names and name not in others]
    from_ = Edit("argument", f"outputs.{output.name}", ("from", "+".join(names)))
    return (from_, *(Edit("drop", f"inputs.{name}") for name in unseen))
