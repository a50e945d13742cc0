"""A process of its own in which Copier updates a copy of a project: `python -m layerwright.update.worker REQUEST`.

Its environment is made for it: Copier reads it when it's imported, and starts git. What comes of it is written to a
file, as JSON; only plain data pass.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import warnings
from pathlib import Path
from threading import Thread
from typing import Any

from ..answers.sources import load_yaml
from ..places import ANSWERS_FILE
from ..problems import AnswersError, as_data
from ..template import refusal, render

PATIENCE = 0.1
"""Seconds between two looks at whether the process that wants this work is still there."""

STOPPED = 3
"""Exit code when the user stops at a question."""


def main(request_file: str) -> int:
    """Does what the request says."""
    request = json.loads(Path(request_file).read_text(encoding="utf-8"))
    warnings.simplefilter("ignore")
    Thread(target=end_with, args=(request["parent"],), daemon=True).start()
    result: dict[str, Any] = {}
    try:
        result["missed"] = work(request)
    except KeyboardInterrupt:
        return STOPPED
    except AnswersError as error:
        result["problems"] = [as_data(each) for each in error.problems]
    except Exception as error:  # noqa: BLE001 (whatever a template does, the other process says it in a line)
        result["error"] = f"{type(error).__name__}: {error}"
    Path(request["result"]).write_text(json.dumps(result), encoding="utf-8")
    return 0


def end_with(parent: int) -> None:
    """Ends this process, and the git that it has started, soon after its parent: one that was killed ends nothing."""
    while os.getppid() == parent:
        time.sleep(PATIENCE)
    if os.name != "nt" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def work(request: dict[str, Any]) -> list[str]:
    """Updates the copy, and returns the files that the user has deleted and the new version changes.

    If files have left the copy, it writes what the old version made too, to tell if they were edited.
    """
    import copier

    project, url = Path(request["project"]), request["url"]
    ours = {path for path in request["files"] if (project / path).exists()}
    try:
        copier.run_update(
            project,
            data=request["data"],
            vcs_ref=request["to"],
            settings=copier.Settings(trust=[url]),
            defaults=not request["ask"],
            overwrite=True,
            conflict="inline",
            quiet=True,
        )
        if request["deleted"] or any(not (project / path).exists() for path in ours):
            render(Path(request["old"]), request["recorded"], url, request["from"])
        return _missed(request) if request["deleted"] else []
    except Exception as error:
        if (found := refusal(error)) is not None:
            raise found from error
        raise


def _missed(request: dict[str, Any]) -> list[str]:
    """The files that the user has deleted and that the new version makes otherwise than the old one did."""
    project, old, new = (Path(request[key]) for key in ("project", "old", "new"))
    answers = load_yaml((project / ANSWERS_FILE).read_text(encoding="utf-8"), ANSWERS_FILE)
    there = [path for path in request["deleted"] if (old / path).is_file() and not (project / path).exists()]
    if there:
        render(new, {key: value for key, value in answers.items() if key[:1] != "_"}, request["url"], request["to"])
    return [path for path in there if (new / path).is_file() and (new / path).read_bytes() != (old / path).read_bytes()]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
