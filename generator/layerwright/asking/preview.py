"""What would come of answers that aren't all given yet: the network so far, or what stands in its way."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from ..answers import Answers
from ..answers.lines import read_entries
from ..blocks import name_like
from ..diagram import diagram
from ..explain import totals
from ..memory import memory, spelled
from ..plan import Plan, design
from ..problems import AnswersError, Problem
from ..questions import effective
from .asker import Line

NOTHING = "Nothing to see yet: the network appears here as you answer."
STAND_IN = "Until you say what comes out, it's taken to be one number."

ARROW = " -> "
LONGEST_PATH = 4
"""How many layers of a path are named; of a longer one, two."""

MOST_PROBLEMS = 2
"""How many problems are told under a prompt."""


def network(said: Answers, folder: str, width: int) -> list[Line]:
    """The network that answers make, `preset` among them, in lines of so many columns."""
    answers = effective(said)
    inputs = read_entries(answers.get("inputs"))
    if not inputs:
        return [("class:about", line) for line in _wrapped(NOTHING, width)]
    stand_in = not read_entries(answers.get("outputs"))
    if stand_in:
        answers["outputs"] = f"{name_like('output', [each.name for each in inputs])}: regression"
    try:
        plan = design(answers, folder)
    except AnswersError as error:
        return problems(error.problems, width)
    about = [("class:about", line) for line in _wrapped(STAND_IN, width)] if stand_in else []
    return [*_decision(plan, width), *_sizes(plan, width), *about, *_graph(plan, width)]


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
    return f"{spelled(found.weights)} of weights; about {spelled(found.training)} to train, {batch} at a time{taken}."


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
