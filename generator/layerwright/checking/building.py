"""Has projects build their networks, each in its own environment, and brings back what they are."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..graph import BackboneLayer
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


def python_of(project: Project, given: Path | None) -> Path:
    """The interpreter of a project's environment. Raises CannotCheckError if there's none."""
    if given is not None:
        return given
    active = (os.environ.get(each) for each in ("VIRTUAL_ENV", "CONDA_PREFIX"))
    for environment in (project.folder / ".venv", *(Path(each) for each in active if each)):
        for name in ("bin/python", "Scripts/python.exe", "python.exe"):
            if (environment / name).exists():
                return environment / name
    raise CannotCheckError("no environment was found: make .venv in the project, activate one, or name one by --python")


@dataclass
class Processes:
    """The processes that build networks now, so that whoever stops the check can stop them too."""

    running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    stopped: bool = False

    def run(self, command: list[str], folder: str, backend: str, patience: int) -> tuple[int, str]:
        """Runs a command to its end; returns its exit code and what it said on stderr."""
        with subprocess.Popen(  # noqa: S603 (the interpreter that the user named, or the project's)
            command,
            env=_environment(backend),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            self.running.add(process)
            try:
                if self.stopped:
                    process.kill()
                _, said = process.communicate(timeout=patience)
            except BaseException:
                process.kill()
                raise
            finally:
                self.running.discard(process)
            return process.returncode, said.decode(errors="replace")

    def stop(self) -> None:
        """Ends them all."""
        self.stopped = True
        for each in list(self.running):
            each.kill()


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
    with tempfile.TemporaryDirectory(prefix="layerwright-") as folder:
        request, result = Path(folder, "request.json"), Path(folder, "result.jsonl")
        request.write_text(json.dumps([_asked(each) for each in projects]), encoding="utf-8")
        command = [str(python), "-B", "-P", str(PROBE), str(request), str(result)]
        why = "the process that built it ended early"
        try:
            code, said = processes.run(command, folder, backend, PATIENCE * len(projects))
            last = said.strip().splitlines()[-1:]
            why = f"{why} with code {code}" + "".join(f": {each}" for each in last)
            if last and "No module named 'keras'" in last[0]:
                why = f"Keras isn't installed for {python}"
        except subprocess.TimeoutExpired:
            why = "building it took too long"
        except OSError as error:
            raise CannotCheckError(f"{python} can't be run: {error.strerror}") from error
        lines = result.read_text(encoding="utf-8", errors="replace").splitlines() if result.exists() else []
        return lines[: len(projects)], why


def _asked(project: Project) -> dict[str, Any]:
    """What the process gets to know of a project."""
    plan = project.plan
    assert plan is not None
    backbone = next((each.name for each in plan.graph.layers() if isinstance(each, BackboneLayer)), "")
    last = plan.spec.transfer.fine_tune if plan.spec.transfer else 0
    return {"folder": str(project.folder), "package": project.package, "backbone": backbone, "last": last}


def _environment(backend: str) -> dict[str, str]:
    """Gives another interpreter the environment of this process, without what is of this one alone."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONHOME"} | {
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONIOENCODING": "utf-8",
    }


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
