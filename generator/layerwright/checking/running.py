"""Checks projects: one or a hundred, several at a time."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import nullcontext, suppress
from dataclasses import replace
from multiprocessing import active_children, get_context
from pathlib import Path

from ..environments import NoEnvironmentError, Processes, python_of
from ..faults import BadOption
from ..problems import Problem, unknown
from ..records import dataclass
from ..scratch import own
from ..standards import Found, Record, later
from .building import Building, built
from .findings import CannotCheckError, Finding, LeftOut, Result, grave
from .network import Network, planned
from .project import Project, read
from .rendering import Rendering, made_by_this, rendered, rendered_here, texts
from .rule import Part, Rule, Subject
from .rules import ALL
from .silences import silences

AT_ONCE = 12
"""Most networks that one process builds: it would hold the memory of them all."""

Progress = Callable[[int, int], None]
"""Called with how many steps are done, and how many there are."""


@dataclass(frozen=True)
class Options:
    """What is checked, and how. `select` and `ignore` are identifiers, or how some begin."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    model: bool = True
    python: Path | None = None
    jobs: int = 1
    standard: Found | None = None

    @property
    def rules(self) -> list[Rule]:
        """The rules that are wanted."""
        return [each for each in ALL if self._wants(each)]

    def wants(self, part: Part) -> bool:
        """Whether any wanted rule looks at a part."""
        return any(each.part is part for each in self.rules)

    def _wants(self, rule: Rule) -> bool:
        chosen = not self.select or rule.identifier.startswith(self.select)
        return chosen and not (self.ignore and rule.identifier.startswith(self.ignore))


def unmeant(words: Iterable[str]) -> Iterator[Problem]:
    """What is wrong with words that should say rules."""
    known = [each.identifier for each in ALL]
    for word in words:
        if not word or not any(each.startswith(word) for each in known):
            yield Problem("--select, --ignore", BadOption, *unknown("rule", word, known))


def exit_code(results: Sequence[Result], *, strict: bool) -> int:
    """0 if nothing grave was found, else 1. If `strict`, a part that couldn't be looked at is grave too."""
    failing = grave(strict=strict)
    found = any(each.severity in failing for result in results for each in result.loud)
    blind = strict and any(not each.asked for result in results for each in result.left_out)
    return int(found or blind)


def check(folders: Sequence[Path], options: Options, progress: Progress = lambda done, whole: None) -> list[Result]:
    """What comes of projects, in their order."""
    count = Count(progress, len(folders) * (1 + options.model))
    buildings = _buildings(folders, options, count)
    jobs = [(folder, options, building) for folder, building in zip(folders, buildings, strict=True)]
    if options.jobs == 1 or len(jobs) == 1:
        return [count.after(examined(*each)) for each in jobs]
    with own() as scratch:
        return _side_by_side(jobs, count, min(options.jobs, len(jobs)), str(scratch))


Job = tuple[Path, Options, "Outcome"]


def _side_by_side(jobs: Sequence[Job], count: Count, processes: int, scratch: str) -> list[Result]:
    """The results of jobs, done by several processes, which are ended if this one is stopped."""
    pool = ProcessPoolExecutor(processes, get_context("spawn"), _begin, (scratch,))
    try:
        return _in_order([pool.submit(examined, *each) for each in jobs], count)
    except BaseException:
        for each in active_children():
            each.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(scratch: str) -> None:
    """Readies a process: Ctrl-C is for the one that started it, which ends it, and clears away what it left."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch


@dataclass
class Count:
    """Counts what is done."""

    progress: Progress
    whole: int
    done: int = 0

    def step(self, steps: int = 1) -> None:
        """So many more are done."""
        self.done += steps
        self.progress(self.done, self.whole)

    def after(self, result: Result) -> Result:
        """Counts a result, and gives it back."""
        self.step()
        return result


def _in_order(futures: list[Future[Result]], count: Count) -> list[Result]:
    for _ in as_completed(futures):
        count.step()
    return [each.result() for each in futures]


Outcome = Building | CannotCheckError


def _buildings(folders: Sequence[Path], options: Options, count: Count) -> list[Outcome]:
    """The built networks of projects: those of one environment and backend together, some at a time."""
    why = "--no-model" if not options.model else "none of its rules is selected"
    found: dict[Path, Outcome] = {}
    batches: dict[tuple[Path, str], list[Project]] = {}
    for folder in folders if options.model and options.wants(Part.MODEL) else ():
        project = read(folder)
        try:
            if project.plan is None:
                raise CannotCheckError("its answers give no network")
            python = python_of(folder, options.python)
            batches.setdefault((python, project.plan.spec.hardware.backend), []).append(project)
        except (CannotCheckError, NoEnvironmentError) as error:
            found[folder] = CannotCheckError(str(error))
            count.step()
    pool, processes = ThreadPoolExecutor(options.jobs), Processes()
    waiting = {
        pool.submit(_attempt, part, python, backend, processes): part
        for (python, backend), projects in batches.items()
        for part in _parts(projects, options.jobs)
    }
    try:
        for future in as_completed(waiting):
            part = waiting[future]
            found |= zip((each.folder for each in part), future.result(), strict=True)
            count.step(len(part))
    except BaseException:
        processes.stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return [found.get(folder, CannotCheckError(why)) for folder in folders]


def _attempt(projects: Sequence[Project], python: Path, backend: str, processes: Processes) -> list[Outcome]:
    try:
        return list(built(projects, python, backend, processes))
    except CannotCheckError as error:
        return [error] * len(projects)


def _parts(projects: list[Project], jobs: int) -> Iterable[list[Project]]:
    """Projects in parts: as many as there are jobs, none too large."""
    size = min(AT_ONCE, -(-len(projects) // jobs))
    for start in range(0, len(projects), size):
        yield projects[start : start + size]


def examined(folder: Path, options: Options, building: Outcome) -> Result:
    """What comes of one project, whose network was built or couldn't be."""
    project = read(folder)
    subject = Subject(project, silences=tuple(silences(project)), known=frozenset(each.identifier for each in ALL))
    left_out = [*_standing(subject, options), *_evidence(subject, options, building)]
    away = {each.part for each in left_out}
    for rule in (each for each in options.rules if each.part.value not in away):
        try:
            subject.found += list(rule.find(subject))
            subject.ran |= {rule.identifier}
        except Exception as error:  # noqa: BLE001 (one project that a rule has not been thought for stops no other)
            left_out.append(LeftOut(rule.identifier, f"the rule failed: {type(error).__name__}: {error}"))
    ran = tuple(each.identifier for each in ALL if each.identifier in subject.ran)
    said = tuple(_silenced(each, subject) for each in subject.found)
    return Result(folder, project.version, said, tuple(left_out), ran)


def _standing(subject: Subject, options: Options) -> Iterator[LeftOut]:
    """Puts the standard together that the project is to keep to. It may be that no newer one is at hand."""
    subject.standard = subject.newer = options.standard
    record = subject.project.record
    if options.standard is None and isinstance(record, Record) and options.wants(Part.STANDARD):
        subject.newer, why = later(record, subject.project.folder)
        if subject.newer is None:
            yield LeftOut("a newer standard", f"{record.standard}: {why}", asked=True)


def _silenced(finding: Finding, subject: Subject) -> Finding:
    reason = next((each.reason for each in subject.silences if each.covers(finding.rule, finding.place)), None)
    return replace(finding, silenced=reason)


def _evidence(subject: Subject, options: Options, building: Outcome) -> Iterable[LeftOut]:
    """Puts together what the rules look at, and says what can't be had."""
    project = subject.project
    if project.plan is None:
        for part in (Part.FILES, Part.SOURCE, Part.MODEL):
            yield LeftOut(part.value, "its answers give no project")
        return
    older = not made_by_this(project)
    with own() if older else nullcontext() as folder:
        made: Path | CannotCheckError | None = None
        if options.wants(Part.FILES) or (older and isinstance(building, Building)):
            try:
                made = rendered(project, folder) if folder else None
                subject.rendering = Rendering(texts(made) if made else rendered_here(project))
            except CannotCheckError as error:
                made = error
                yield LeftOut(Part.FILES.value, str(error))
        if isinstance(building, CannotCheckError):
            yield LeftOut(Part.MODEL.value, str(building), asked=not options.model or not options.wants(Part.MODEL))
            return
        subject.building = building
        try:
            subject.expected = _expected(project, made, options) if older else planned(project.plan)
        except CannotCheckError as error:
            yield LeftOut(Part.MODEL.value, str(error))


def _expected(project: Project, made: Path | CannotCheckError | None, options: Options) -> Network:
    """The network that another version made of the answers: it's built, since that version's plan isn't this one's."""
    if not isinstance(made, Path):
        raise made or CannotCheckError("the version that made it can't be had")
    assert project.plan is not None
    [outcome] = built(
        [read(made)], python_of(project.folder, options.python), project.plan.spec.hardware.backend, Processes()
    )
    if isinstance(outcome, CannotCheckError):
        raise outcome
    if not isinstance(outcome.network, Network):
        raise CannotCheckError(f"what version {project.version} makes of its answers can't be built")
    return outcome.network


def processors() -> int:
    """How many processors this process may use."""
    with suppress(AttributeError):  # macOS and Windows have no affinity
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
