"""What would come of answers that aren't all given yet: the network so far, or what stands in its way."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from ..answers import KEYS, Answers
from ..answers.lines import read_entries
from ..answers.mending import mended
from ..blocks import name_like
from ..diagram import diagram
from ..explain import totals
from ..memory import memory, spelled
from ..plan import Plan, design
from ..problems import AnswersError, Edit, Problem
from ..questions import effective
from ..standards import Standard
from .asker import Line

NOTHING = "Nothing to see yet: the network appears here as you answer."
STAND_IN = "Until you say what comes out, it's taken to be one number."

LATER = "A question that comes settles this:"

ARROW = " -> "
LONGEST_PATH = 4
"""How many layers of a path are named; of a longer one, two."""

MOST_PROBLEMS = 2
"""How many problems are told under a prompt."""


def network(said: Answers, folder: str, width: int, standard: Standard | None = None) -> list[Line]:
    """The network that answers make, `preset` among them and a standard's defaults under them, in lines of `width`."""
    answers = effective(said, standard)
    inputs = read_entries(answers.get("inputs"))
    if not inputs:
        return [("class:about", line) for line in _wrapped(NOTHING, width)]
    assumed: list[str] = []
    if not read_entries(answers.get("outputs")):
        answers["outputs"] = f"{name_like('output', [each.name for each in inputs])}: regression"
        assumed.append(STAND_IN)
    try:
        plan = design(answers, folder)
    except AnswersError as error:
        settled = _settled(error.problems, said)
        try:
            plan = design(mended(answers, settled), folder)
        except AnswersError:
            is_open = all(any(edit in settled for edit in each.edits) for each in error.problems)
            return [*([("class:about", LATER)] if is_open else []), *problems(error.problems, width)]
        assumed += [f"Until you say otherwise, it's {edit.place}: {edit.value}." for edit in settled]
    assumed += [f"Note: {note}." for note in plan.notes]
    about = [("class:about", line) for text in assumed for line in _wrapped(text, width)]
    return [*_graph(plan, width), *about, *_sizes(plan, width), *_decision(plan, width)]


def _settled(found: Iterable[Problem], said: Answers) -> list[Edit]:
    """What a later answer can still put right: a distance, before it's asked how inputs are merged."""
    edits = [edit for problem in found for edit in problem.edits if edit.action == "set" and edit.place in KEYS]
    return [edit for index, edit in enumerate(edits) if edit.place not in said and edit not in edits[:index]]


def problems(found: Iterable[Problem], width: int) -> list[Line]:
    """What is wrong, and what would be right."""
    lines: list[Line] = []
    for problem in list(found)[:MOST_PROBLEMS]:
        lines += [("class:wrong", line) for line in _wrapped(f"{problem.place}: {problem.what}", width)]
        lines += [("", f"  {line}") for line in _wrapped(problem.mend, width - 2)]
    return lines


def costs(plan: Plan) -> str:
    """What a network takes, in a sentence: its weights, and its training."""
    found, batch = memory(plan), plan.spec.training.batch_size
    batch = next((each.batch for each in plan.spec.inputs if each.batch), None) or batch
    taken = f" ({'; '.join(found.assumed)})" if found.assumed else ""
    training = f"about {spelled(found.training)} or more to train, {batch} at a time"
    return f"{spelled(found.weights)} of weights; {training}{taken}."


def _decision(plan: Plan, width: int) -> list[Line]:
    return [("class:good", line) for line in _wrapped(f"{plan.decision}.", width)]


def _sizes(plan: Plan, width: int) -> list[Line]:
    return [("", line) for line in _wrapped(f"{totals(plan)} {costs(plan)}", width)]


def _graph(plan: Plan, width: int) -> list[Line]:
    """A line a path. Of a long one, where it begins and where it ends: all of it comes with the review."""
    paths = [path.split(ARROW) for path in diagram(plan.graph, 10**6).splitlines()]
    short = [path if len(path) <= LONGEST_PATH else [path[0], f"{len(path) - 2} layers", path[-1]] for path in paths]
    texts = (textwrap.wrap(ARROW.join(each), max(width, 10), subsequent_indent="    ") for each in short)
    return [("", line) for lines in texts for line in lines]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 10), break_on_hyphens=False)
