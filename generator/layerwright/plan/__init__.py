"""From spec to plan: which layers there are, what feeds what, and what each one gives.

    inputs → branches (or a shared encoder) → merge → body → heads → outputs

Heads that see the same inputs share one merge and, unless bodies are separate, one body.
"""

from __future__ import annotations

from dataclasses import replace

from .. import mends
from ..answers import Answers, examine
from ..extensions import Catalogue, enough, ours, used
from ..forms import name_classes
from ..graph import Graph
from ..problems import Problems
from ..records import dataclass
from ..rules import Decision, decide
from ..spec import Spec
from .branches import Branches
from .heads import Heads
from .joins import Joins
from .network import Network
from .notes import brought, idle, notes
from .rate import borne
from .whole import Whole

__all__ = ["Plan", "design", "plan"]


@dataclass(frozen=True)
class Plan:
    """A spec's graph, whether it becomes a Functional model or a Sequential, and what a user may not expect.

    `extensions` are the packages of others that it needs, each with its version: `acme-layers==1.2.0`.
    """

    spec: Spec
    graph: Graph
    decision: Decision
    notes: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()


def design(answers: Answers, folder: str = "") -> Plan:
    """The plan that answers ask for; `folder` is the name of the project's folder.

    Raises AnswersError with every problem of the answers: those of what they say, and those of the network.
    """
    return enough(answers.get("extensions"), lambda catalogue: _design(answers, folder, catalogue))


def _design(answers: Answers, folder: str, catalogue: Catalogue) -> Plan:
    problems = Problems()
    spec = examine(answers, problems, folder, catalogue)
    graph = _network(spec, problems, catalogue)
    problems.raise_if_any()
    spec = replace(spec, training=borne(spec.training, graph))
    extensions = used(catalogue, spec, graph)
    said = (*notes(spec, graph), *idle(spec, answers), *brought(extensions))
    return Plan(spec, graph, decide(spec, graph), said, extensions)


def plan(spec: Spec, catalogue: Catalogue | None = None) -> Plan:
    """The network that a spec asks for.

    Raises AnswersError with every shape that doesn't fit, every name that clashes, and every input that
    reaches no output.
    """
    problems = Problems()
    graph = _network(spec, problems, catalogue or ours())
    problems.raise_if_any()
    return Plan(spec, graph, decide(spec, graph), tuple(notes(spec, graph)))


def _network(spec: Spec, problems: Problems, catalogue: Catalogue) -> Graph:
    """The graph of a spec, as far as it can be built. Notes every problem."""
    net, since = Network(spec, problems, catalogue), len(problems.found)
    Branches(net).build()
    Heads(net, Joins(net)).build()
    net.builder.check_left()
    net.builder.name_all()
    name_classes(net.graph)
    Whole(net).check()
    assert problems.found or net.complete, "a network that isn't whole has a problem that says why"
    mends.at_home(spec, problems, since)
    return net.graph
