"""Has a copy of a project updated, beside the project, and says what came of it.

The copy is a repository of its own, with the project's committed files as its one commit, under the project's own name.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from pathlib import Path
from types import FrameType
from typing import Any

import yaml

from ..answers import KEYS, Answers
from ..answers.sources import load_yaml
from ..extensions import KEY
from ..faults import AnswerNotTaken, UnsafePath
from ..places import ANSWERS_FILE
from ..problems import AnswersError, Problem, from_data, shown
from ..records import dataclass
from ..scratch import own
from .change import Change, Files, check_path
from .git import git, names
from .own_files import Brought, Standing
from .project import Recorded, Stages
from .source import Source
from .worker import STOPPED

LOG = logging.getLogger(__name__)

STARTS = b"<<<<<<< before updating"
"""The line with which Copier has a conflict begin."""

AS_THEY_ARE = "* -text -eol -filter -ident -working-tree-encoding -merge -export-subst\n"
"""Attributes under which git stores and gives back every byte."""


@dataclass(frozen=True)
class Rendering:
    """What an update comes to.

    `kept` are files that the new version doesn't have and the user has edited: they stay. `conflicts` are files with
    markers, each with the lines where those begin. `diff` is all of it as a unified diff. `lines` say what else became
    of files of a standard's.
    """

    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    conflicts: dict[str, list[int]]
    answers: Answers
    diff: str
    stages: dict[str, Stages] = field(default_factory=dict)
    """Of the files in conflict: what the two versions and the user have of them."""
    missed: tuple[str, ...] = ()
    """Files that the user has deleted, and that the new version changes."""
    lines: tuple[str, ...] = ()


@contextmanager
def scratch() -> Iterator[Path]:
    """A place for all that an update makes on its way. Removed in the end."""
    with own() as folder:
        yield folder.resolve()


def render(
    place: Path,
    name: str,
    files: Files,
    *,
    recorded: Recorded,
    source: Source,
    version: str,
    data: Answers,
    deleted: Sequence[str] = (),
    ask: bool = False,
    standing: Standing | None = None,
) -> Rendering:
    """Updates a copy of these files. Raises AnswersError if the template, or the answers, don't allow it."""
    copy, env = place / "work" / name, source.environment()
    windows = {path for path, (content, _) in files.items() if _has_windows_lines(content)}
    LOG.info("rendering %s as it was made, and as it will be", name)
    _start(copy, files, windows, _told_of(source, recorded, files), env)
    old = place / "old" / name
    told = _work(
        place,
        env,
        {
            "project": str(copy),
            "files": sorted(files),
            "old": str(old),
            "new": str(place / "new" / name),
            "deleted": list(deleted),
            "url": source.url,
            "from": recorded.version,
            "to": version,
            "data": data | (standing.data if standing else {}),
            "recorded": {key: value for key, value in recorded.raw.items() if not key.startswith("_")},
            "ask": ask,
        },
    )

    def bring() -> Brought:
        return standing.bring(copy, files, windows) if standing else Brought()

    rendering = _outcome(copy, old, windows, env, recorded, {} if ask else data, version, bring, ask=ask)
    if standing:
        standing.check(rendering.answers)
    return replace(rendering, missed=tuple(told.get("missed", ())))


def _told_of(source: Source, recorded: Recorded, files: Files) -> bytes:
    """The answers file that Copier reads: as recorded, but from the source that is chosen."""
    if source.url == recorded.source:
        return files[ANSWERS_FILE][0]
    told = {**recorded.raw, "_src_path": source.url}
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False).encode()


def _has_windows_lines(content: bytes) -> bool:
    """Whether all lines of a file end as Windows has it. Templates write others, and both have to be compared."""
    ends = content.count(b"\r\n")
    return ends > 0 and ends == content.count(b"\n") and b"\0" not in content


def _start(copy: Path, files: Files, windows: set[str], answers: bytes, env: Mapping[str, str]) -> None:
    copy.mkdir(parents=True)
    git("init", "--quiet", cwd=copy, env=env)
    (copy / ".git" / "info").mkdir(exist_ok=True)
    (copy / ".git" / "info" / "attributes").write_text(AS_THEY_ARE)
    for path, (content, mode) in files.items():
        target = copy / path
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = content.replace(b"\r\n", b"\n") if path in windows else content
        target.write_bytes(answers if path == ANSWERS_FILE else lines)
        target.chmod(mode | 0o600)
    git("add", "--all", "--force", cwd=copy, env=env)
    git("commit", "--quiet", "--no-verify", "--message", "The project", cwd=copy, env=env)


def _work(place: Path, env: Mapping[str, str], request: dict[str, Any]) -> dict[str, Any]:
    """Starts the process that does it, waits for it, and returns what it says. It's ended when this one is to end."""
    (place / "temporary").mkdir()
    result, told = place / "result.json", place / "request.json"
    told.write_text(json.dumps(request | {"result": str(result), "parent": os.getpid()}), encoding="utf-8")
    own = {"TMPDIR": str(place / "temporary"), "TEMP": str(place / "temporary"), "TMP": str(place / "temporary")}
    own |= {"COPIER_CACHE_DIR": str(place / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    own |= {"COPIER_SETTINGS_PATH": str(place / "settings.yml")}
    command = [sys.executable, "-P", "-W", "ignore", "-m", f"{__name__.rpartition('.')[0]}.worker", str(told)]
    asks = request["ask"]
    process = subprocess.Popen(  # noqa: S603 (this same Python)
        command,
        cwd=place,
        env=dict(env) | own,
        stdin=None if asks else subprocess.DEVNULL,
        stdout=None if asks else subprocess.PIPE,
        stderr=None if asks else subprocess.STDOUT,
        process_group=None if asks or os.name == "nt" else 0,
    )
    with _ended_with_us(process, group=not asks and os.name != "nt"):
        output, _ = process.communicate()
    if process.returncode == STOPPED:
        raise KeyboardInterrupt
    found: dict[str, Any] = {"error": _last_line(output)}
    if result.is_file():
        found = json.loads(result.read_text(encoding="utf-8"))
    if "problems" in found:
        raise AnswersError(map(from_data, found["problems"]))
    if "error" in found:
        raise RuntimeError(f"the template can't be rendered: {found['error']}")
    return found


def _last_line(output: bytes | None) -> str:
    lines = (output or b"").decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "Copier ended without a word"


@contextmanager
def _ended_with_us(process: subprocess.Popen[bytes], *, group: bool) -> Iterator[None]:
    """Sees to it that a process doesn't outlive the work it's for; it's gone before a signal's own handler runs."""

    def kill() -> None:  # in a signal's handler too, where waiting for it could wait for ever
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL) if group else process.kill()

    def stop(number: int, frame: FrameType | None) -> None:
        kill()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        for each, handler in before.items():
            if callable(handler):
                signal.signal(each, stop)
        yield
    finally:
        for each, handler in before.items():
            if callable(handler):
                signal.signal(each, handler)
        kill()
        process.wait()


def _outcome(
    copy: Path,
    old: Path,
    windows: set[str],
    env: Mapping[str, str],
    recorded: Recorded,
    data: Answers,
    version: str,
    bring: Callable[[], Brought],
    *,
    ask: bool,
) -> Rendering:
    unmerged = names(git("ls-files", "-z", "--unmerged", cwd=copy, env=env))
    stages = _stages(unmerged, copy, windows, env)
    kept = _kept(copy, old, env)
    brought = bring()
    stages |= brought.stages
    git("add", "--all", "--force", cwd=copy, env=env)
    changes = tuple(_changes(copy, windows, env))
    answers = _answers(copy)
    if not ask:
        _check_carried(recorded, data, answers, version)
    conflicts = {
        change.path: _markers(change.content)
        for change in changes
        if change.content is not None
        and (change.path in stages or change.path.endswith(".rej") or _markers(change.content))
    }
    options = ("--cached", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color")
    diff = git("diff", *options, "HEAD", cwd=copy, env=env).decode(errors="replace")
    open_ones = {path: versions for path, versions in stages.items() if path in conflicts}
    left = tuple(sorted({*kept, *brought.kept}))
    return Rendering(changes, left, conflicts, answers, diff, open_ones, lines=brought.lines)


def _stages(unmerged: list[str], copy: Path, windows: set[str], env: Mapping[str, str]) -> dict[str, Stages]:
    """The files that Copier has left unmerged, each with its versions."""
    found: dict[str, dict[int, tuple[str, bytes]]] = {}
    for entry in unmerged:
        head, _, path = entry.partition("\t")
        mode, blob, stage = head.split()
        content = git("cat-file", "blob", blob, cwd=copy, env=env)
        content = content.replace(b"\n", b"\r\n") if path in windows else content
        found.setdefault(check_path(path), {})[int(stage)] = (mode, content)
    return dict(found)


def _kept(copy: Path, old: Path, env: Mapping[str, str]) -> list[str]:
    """Brings back what Copier has deleted though it isn't as the old version made it."""
    gone = names(git("ls-files", "-z", "--deleted", cwd=copy, env=env))
    kept = []
    for path in gone:
        content = git("cat-file", "blob", f"HEAD:{path}", cwd=copy, env=env)
        made = old / path
        if not made.is_file() or made.read_bytes() != content:
            git("checkout", "--quiet", "HEAD", "--", path, cwd=copy, env=env)
            kept.append(path)
    return sorted(kept)


def _changes(copy: Path, windows: set[str], env: Mapping[str, str]) -> Iterator[Change]:
    """The files that differ from the commit, by git's own comparison."""
    found = names(git("diff", "--cached", "--raw", "-z", "--no-renames", "HEAD", cwd=copy, env=env))
    for head, path in zip(found[::2], found[1::2], strict=True):
        mode = head.split()[1]
        check_path(path)
        if mode == "000000":
            yield Change(path, None)
        elif mode not in ("100644", "100755"):
            mend = "nothing was changed; tell whoever made this version"
            raise AnswersError(
                [Problem(path, UnsafePath, "the new version has something there that isn't a file", mend)]
            )
        else:
            content = (copy / path).read_bytes()
            content = content.replace(b"\n", b"\r\n") if path in windows else content
            yield Change(path, content, int(mode, 8) & 0o777)


def _answers(copy: Path) -> Answers:
    raw = load_yaml((copy / ANSWERS_FILE).read_text(encoding="utf-8"), ANSWERS_FILE)
    return {key: value for key, value in raw.items() if key in KEYS and value is not None}


def _check_carried(recorded: Recorded, data: Answers, answers: Answers, version: str) -> None:
    """Raises AnswersError if an answer isn't what it was, or was to be: Copier puts a default for one it won't take."""
    expected = recorded.answers | data
    lost = [
        key for key in answers if key in expected and key != KEY and _spelled(answers[key]) != _spelled(expected[key])
    ]
    if lost:
        raise AnswersError(
            [
                Problem(
                    key,
                    AnswerNotTaken,
                    f"{version} doesn't take {shown(expected[key])}, and would put {shown(answers[key])}",
                    f"say what it is to be: --data '{key}=…'",
                )
                for key in lost
            ]
        )


def _spelled(value: Any) -> str:
    """A value as a text that is the same for the same answer: for 20 and '20', for keys in any order."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(sorted(f"{key}: {_spelled(each)}" for key, each in value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_spelled, value)) + "]"
    return str(value)


def _markers(content: bytes) -> list[int]:
    """The lines where conflicts begin."""
    return [number for number, line in enumerate(content.splitlines(), 1) if line.rstrip() == STARTS]
