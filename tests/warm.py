"""Runs programs in forks of a process that has imported Keras on one backend before: that saves seconds each time.

On any backend, as long as the process that forks computes nothing: then no thread of a backend runs yet.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

PRELOADED = [
    "keras",
    "tensorflow",
    "pandas",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "_pytest.config",
    "yaml",
]
"""What a program would spend most of its time on importing, but for the backend. Keras seeds TensorFlow on each."""


class Came(NamedTuple):
    """What a program came to: its exit code, what it printed, and how many seconds it computed."""

    code: int
    output: str
    seconds: float


class Warm:
    """A process that has imported Keras on a backend, and runs programs in forks of itself.

    `environment` says which, as KERAS_BACKEND, and is theirs; `limit` is how many seconds each may take.
    """

    def __init__(self, environment: Mapping[str, str], limit: int) -> None:
        self.limit = limit
        command, pipe = [sys.executable, "-W", "ignore", __file__], subprocess.PIPE
        self.process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)

    def run(self, project: Path, module: str, *arguments: str) -> Came:
        """Does what `python -m MODULE ARGUMENTS` does in a project's folder, with the project's `src` in the path."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, "log")
            job = {"project": str(project), "log": str(log), "module": module, "arguments": arguments}
            self.process.stdin.write(json.dumps(job | {"limit": self.limit}) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            if not answer:
                raise RuntimeError(f"the process that runs programs died: {self.process.wait()}")
            said = json.loads(answer)
            return Came(said["code"], log.read_text(encoding="utf-8", errors="replace"), said["seconds"])

    def close(self) -> None:
        """Ends the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def serve() -> None:
    """Runs a program for each line of the standard input, and answers each with a line."""
    sys.path.pop(0)  # this folder's modules are none of a project's
    for name in [*PRELOADED, os.environ["KERAS_BACKEND"]]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # Keras collects garbage after each test: only what is new since the fork needs a look
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        job = json.loads(line)
        process = os.fork()
        if not process:
            os._exit(_work(job))
        answers.write(json.dumps(_waited(process, job["limit"])) + "\n")
        answers.flush()


def _waited(process: int, limit: int) -> dict[str, Any]:
    def end(*_: object) -> None:
        os.killpg(process, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.alarm(limit)
    _, status, used = os.wait4(process, 0)
    signal.alarm(0)
    return {"code": os.waitstatus_to_exitcode(status), "seconds": round(used.ru_utime + used.ru_stime, 1)}


def _work(job: dict[str, Any]) -> int:
    """What the fork does: it has the log as its standard output and error, and the project's folder as its place."""
    os.setsid()
    signal.alarm(0)
    handle = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.chdir(job["project"])
    source = f"{job['project']}/src"
    os.environ["PYTHONPATH"] = source
    sys.path[:] = [source, *sys.path, job["project"]]
    sys.argv = [job["module"], *job["arguments"]]
    try:
        runpy.run_module(job["module"], run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 (this is where the program ends)
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    serve()
