"""Runs scripts in the environment of a project, where its own versions of Keras and of a backend are."""

from __future__ import annotations

import os
import subprocess
from dataclasses import field
from pathlib import Path

from .records import dataclass


class NoEnvironmentError(Exception):
    """There is no interpreter to run something with. The text says what would be one."""


def python_of(folder: Path, given: Path | None) -> Path:
    """The interpreter of a project's environment. Raises NoEnvironmentError if there's none."""
    if given is not None:
        return given
    active = (os.environ.get(each) for each in ("VIRTUAL_ENV", "CONDA_PREFIX"))
    for environment in (folder / ".venv", *(Path(each) for each in active if each)):
        for name in ("bin/python", "Scripts/python.exe", "python.exe"):
            if (environment / name).exists():
                return environment / name
    raise NoEnvironmentError(
        "no environment was found: make .venv in the project, activate one, or name one by --python"
    )


@dataclass
class Processes:
    """The processes that run now, so that whoever stops the command can stop them too."""

    running: set[subprocess.Popen[bytes]] = field(default_factory=set)
    stopped: bool = False

    def run(self, python: Path, script: Path, *arguments: Path, backend: str, patience: int) -> tuple[int, str]:
        """Runs a script, with no files of its own left about; returns its exit code and what it said on stderr.

        Raises NoEnvironmentError if the interpreter can't be run, subprocess.TimeoutExpired if it takes too long.
        """
        command = [str(each) for each in (python, "-B", "-P", script, *arguments)]
        try:
            process = subprocess.Popen(  # noqa: S603 (the interpreter that the user named, or the project's)
                command,
                env=_environment(backend),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise NoEnvironmentError(f"{python} can't be run: {error.strerror}") from error
        with process:
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


def _environment(backend: str) -> dict[str, str]:
    """Gives another interpreter the environment of this process, without what is of this one alone."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONHOME"} | {
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONIOENCODING": "utf-8",
    }
