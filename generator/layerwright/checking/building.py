"""Has projects build their networks, each in its own environment, and brings back what they are."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..environments import NoEnvironmentError, Processes
from ..records import dataclass
from ..scratch import own
from .findings import CannotCheckError, Place
from .network import Network, told
from .project import Project

PROBE = Path(__file__).with_name("probe.py")

PATIENCE = 120
"""Longest that the environment of a project may take for each network, in seconds."""


@dataclass(frozen=True)
class PhaseTwo:
    """What learns of the backbone in phase two: all layers, those before the chosen ones, batch normalisations."""

    learning: tuple[str, ...]
    early: tuple[str, ...]
    normalising: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """Why something of a project's code doesn't run, and where, if that is in the project."""

    what: str
    place: Place | None


@dataclass(frozen=True)
class Building:
    """What came of building a network. Each part is what was found or why it couldn't be."""

    network: Network | Fault
    losses: frozenset[str] | Fault | None = None
    """The outputs that have a loss; None if all have one."""
    phase_two: PhaseTwo | Fault | None = None


def built(
    projects: Sequence[Project], python: Path, backend: str, processes: Processes
) -> list[Building | CannotCheckError]:
    """What came of building the networks of projects of one environment and backend.

    One process builds them all, since it takes seconds to start; where a project brings it down, another one goes on.
    """
    results: list[Building | CannotCheckError] = []
    while len(results) < len(projects):
        lines, why = _run(projects[len(results) :], python, backend, processes)
        results += map(_read, lines)
        if len(results) < len(projects):
            results.append(CannotCheckError(why))
            if not lines and why.startswith("Keras"):
                results += [CannotCheckError(why)] * (len(projects) - len(results))
    return results


def _run(projects: Sequence[Project], python: Path, backend: str, processes: Processes) -> tuple[list[str], str]:
    """The lines that a process has written, and why it wrote no more."""
    with own() as folder:
        request, result = folder / "request.json", folder / "result.jsonl"
        request.write_text(json.dumps([_asked(each) for each in projects]), encoding="utf-8")
        try:
            patience = PATIENCE * len(projects)
            code, said = processes.run(python, PROBE, request, result, backend=backend, patience=patience)
            why = _ending(python, code, said)
        except subprocess.TimeoutExpired:
            why = "building it took too long"
        except NoEnvironmentError as error:
            raise CannotCheckError(str(error)) from error
        lines = result.read_text(encoding="utf-8", errors="replace").splitlines() if result.exists() else []
        return lines[: len(projects)], why


def _ending(python: Path, code: int, said: str) -> str:
    """Why a process wrote no more, by its exit code and its last words."""
    last = "".join(said.strip().splitlines()[-1:])
    if "No module named 'keras'" in last:
        return f"Keras isn't installed for {python}"
    return f"the process that built it ended early with code {code}" + (f": {last}" if last else "")


def _asked(project: Project) -> dict[str, Any]:
    """What the process gets to know of a project."""
    plan = project.plan
    assert plan is not None
    return project.told | {"last": plan.spec.transfer.fine_tune if plan.spec.transfer else 0}


def _read(line: str) -> Building | CannotCheckError:
    """What a line says. A project's code ran in that process, so that it may say anything."""
    try:
        data = json.loads(line)
        network = data["built"]
        if "value" not in network:
            if network.get("missing"):
                return CannotCheckError(f"its environment lacks {network['missing']}")
            return Building(_fault(network))
        return Building(
            told(network["value"]),
            _part(data["compiled"], lambda value: None if value is None else frozenset(value)),
            _part(data["phase_two"], _phase_two) if "phase_two" in data else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return CannotCheckError(f"what its environment says of it can't be read: {type(error).__name__}")


def _part(data: Mapping[str, Any], read: Any) -> Any:
    return read(data["value"]) if "value" in data else _fault(data)


def _phase_two(value: Mapping[str, Iterable[str]]) -> PhaseTwo:
    return PhaseTwo(tuple(value["learning"]), tuple(value["early"]), tuple(value["normalising"]))


def _fault(data: Mapping[str, Any]) -> Fault:
    place = Place(str(data["path"]).replace(os.sep, "/"), int(data["line"])) if "path" in data else None
    return Fault(str(data["error"]), place)
