"""From `layerwright new` to a first trained model, step by step, as a user does it: a new environment each time.

The first run of a backend fills the cache of packages and isn't counted. Prints seconds, and the processor's own:

    python benchmarks/first_model.py [BACKEND ...] [--no-compile | --uv] [--runs 2]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ANSWERS = ("--preset", "power-plant", "--data", "hardware=cpu")


class Step:
    """Runs a command, and prints how long it took."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.total = folder, 0.0

    def __call__(self, name: str, *command: str | Path) -> None:
        """Runs it in the project's folder, once there is one. Stops the program if it fails."""
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            list(map(str, command)),
            cwd=self.folder if self.folder.exists() else self.folder.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(f"{name}: {done.stdout}{done.stderr}")
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.total += seconds
        print(f"  {name:<28}{seconds:>8.1f}{used:>12.1f}", flush=True)


def measure(backend: str, folder: Path, options: list[str], *, uv: bool) -> None:
    """Prints a line for each step of one way from answers to a trained model."""
    project = folder / "plant"
    python, step = project / ".venv" / "bin" / "python", Step(project)
    step(
        "layerwright new", sys.executable, "-m", "layerwright", "new", project, *ANSWERS, "--data", f"backend={backend}"
    )
    if uv:
        step("uv venv", "uv", "venv", ".venv")
        step("uv pip install", "uv", "pip", "install", "--python", python, "-e", ".[test]")
    else:
        step("python -m venv", sys.executable, "-m", "venv", ".venv")
        step("pip install", python, "-m", "pip", "install", *options, "--quiet", "-e", ".[test]")
    step("train", python, "-m", "plant.train")
    print(f"  {'altogether':<28}{step.total:>8.1f}\n", flush=True)


def main() -> None:
    """Measures each backend."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backends", nargs="*", default=["tensorflow", "jax", "torch"])
    parser.add_argument("--uv", action="store_true", help="install with uv in pip's place")
    parser.add_argument("--no-compile", action="store_true", help="have pip compile nothing ahead")
    parser.add_argument("--runs", type=int, default=2)
    given = parser.parse_args()
    print(f"{'':<30}{'seconds':>8}{'processor':>12}")
    for backend in given.backends:
        for run in range(given.runs):
            print(f"{backend}, {'cache cold or warm' if run == 0 else 'cache warm'}")
            with tempfile.TemporaryDirectory() as folder:
                measure(backend, Path(folder), ["--no-compile"] * given.no_compile, uv=given.uv)


if __name__ == "__main__":
    main()
