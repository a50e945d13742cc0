"""What `layerwright check` costs of the processor for each of many projects, and what their files alone cost.

Makes projects of all presets in turn, each with a name of its own, and prints: the processor's time of `check` without
building networks; that of rendering the same projects in memory, as `check` does; and by Copier, which it did before.

    python benchmarks/checking.py [PROJECTS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from layerwright import __version__, direct
from layerwright.places import PUBLIC_URL, is_checkout, template_root
from layerwright.presets import presets
from layerwright.template import create

FEW = 10
"""How many are rendered by Copier: it costs the same each time."""


def spent(work: Callable[[], object]) -> float:
    """The processor's time that something takes here and in the processes that it starts."""

    def now() -> float:
        children = getrusage(RUSAGE_CHILDREN)
        return time.process_time() + children.ru_utime + children.ru_stime

    start = now()
    work()
    return now() - start


def here(text: str) -> str:
    """A file as it is of a project that was made by this checkout as it stands."""
    if not is_checkout():
        return text
    return text.replace(f"_src_path: {PUBLIC_URL}", f"_src_path: {template_root()}").replace(
        f"_commit: v{__version__}", "_commit: here"
    )


def main(count: int) -> None:
    """Prints a row for each way."""
    names = list(presets())
    answers = {f"project-{number}": {"preset": names[number % len(names)]} for number in range(count)}
    with tempfile.TemporaryDirectory() as folder:
        for name, given in answers.items():
            for path, text in direct.texts(given, name).items():
                (Path(folder) / name / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(folder) / name / path).write_text(here(text), encoding="utf-8")
        command = [sys.executable, "-m", "layerwright", "check", folder, "--no-model", "--format", "json"]
        rows = {"check": spent(lambda: subprocess.run(command, capture_output=True, check=False)) / count}
        direct._template.cache_clear()
        direct._remembered.cache_clear()
        rows["files in memory"] = spent(lambda: [direct.texts(each, name) for name, each in answers.items()]) / count
        few = list(answers.items())[:FEW]
        made = Path(folder) / "made"
        copied = spent(lambda: [create(made / name, dict(each)) for name, each in few])
        rows["files by Copier"] = copied / len(few)
    print(f"{count} projects, seconds of the processor for each\n")
    for name, seconds in rows.items():
        print(f"{name:<17}{seconds:>6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
