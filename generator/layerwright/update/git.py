"""Runs git: in the user's repository as they have set it up, and in repositories of our own with nothing of theirs."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from ..faults import MissingProgram
from ..problems import AnswersError, Problem

Environment = Mapping[str, str]

BINDING = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
    *("GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX"),
)
"""What binds git to a repository, whatever folder it runs in. A hook of git's has them."""


class GitError(OSError):
    """Git said no. The text is what it said."""


LOG = logging.getLogger(__name__)


def git(*arguments: str | Path, cwd: Path, env: Environment, told: bytes | None = None) -> bytes:
    """Runs git, and returns what it wrote; it may be told something. Raises GitError if it fails."""
    if shutil.which("git", path=env.get("PATH")) is None:
        raise AnswersError(
            [
                Problem(
                    "git", MissingProgram, "isn't installed, or isn't on the PATH", "install git: updates merge by it"
                )
            ]
        )
    LOG.debug("git %s, in %s", shlex.join(map(str, arguments)), cwd)
    options = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "--literal-pathspecs")
    done = subprocess.run(  # noqa: S603 (a list, no shell)
        ["git", *options, *map(str, arguments)],  # noqa: S607 (the git that the user has)
        cwd=cwd,
        env=dict(env),
        input=told or b"",
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(f"git {arguments[0]}: {said[-1] if said else f'exit {done.returncode}'}")
    return done.stdout


def names(output: bytes) -> list[str]:
    """The entries of an output that git ends with NUL."""
    return [os.fsdecode(each) for each in output.split(b"\0") if each]


def users_environment() -> dict[str, str]:
    """The environment as the user has it, but for what binds git to another repository than that of its folder."""
    kept = {key: value for key, value in os.environ.items() if key not in BINDING}
    return kept | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def own_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """An environment in which nothing that the user has set up for git counts, but these settings do.

    Theirs might sign commits, change line ends, run hooks, or send a fetch elsewhere.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "COPIER_"))}
    null = os.devnull
    fixed: dict[str, str] = {
        "commit.gpgSign": "false",
        "core.attributesFile": null,
        "core.autocrlf": "false",
        "core.excludesFile": null,
        "core.fsmonitor": "false",
        "core.hooksPath": null,
        "gc.auto": "0",
        "init.defaultBranch": "main",
        "init.templateDir": "",
        "protocol.allow": "never",
        "protocol.file.allow": "always",
        "user.name": "layerwright",
        "user.email": "layerwright@layerwright.invalid",
        **settings,
    }
    numbered = {"GIT_CONFIG_COUNT": str(len(fixed))}
    for number, (key, value) in enumerate(fixed.items()):
        numbered |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    nothing = {"GIT_CONFIG_GLOBAL": null, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}
    return kept | nothing | numbered | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
