"""How long `layerwright explain` takes as a whole process, against building the same network in Keras and counting.

Both run in turn, so that a machine that slows down slows both. Prints medians and their ratio, nothing else:

    python benchmarks/explain.py [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from layerwright.presets import presets
from layerwright.template import create

BUILD = """
import sys
sys.path.insert(0, "src")
from {package}.model import build_model
model = build_model(weights=None) if "weights" in build_model.__annotations__ else build_model()
print(model.count_params())
"""


def seconds(command: list[str], folder: Path, backend: str = "") -> float:
    """The time that a command takes from start to end. Raises CalledProcessError if it fails."""
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def main(runs: int) -> None:
    """Prints a row for each preset."""
    folder = Path(tempfile.mkdtemp())
    explain = [sys.executable, "-m", "layerwright", "explain", "--preset"]
    print(f"medians of {runs} runs in turn, in seconds\n")
    print(f"{'preset':<18}{'explain':>9}{'torch':>9}{'tensorflow':>12}{'torch / explain':>18}{'tf / explain':>15}")
    for name in presets():
        project = folder / name
        create(project, {"preset": name})
        build = [sys.executable, "-c", BUILD.format(package=name.replace("-", "_"))]
        times: dict[str, list[float]] = {"explain": [], "torch": [], "tensorflow": []}
        for _ in range(runs):
            times["explain"].append(seconds([*explain, name], folder))
            times["torch"].append(seconds(build, project, "torch"))
            times["tensorflow"].append(seconds(build, project, "tensorflow"))
        ours, torch, tensorflow = (statistics.median(each) for each in times.values())
        print(f"{name:<18}{ours:>9.3f}{torch:>9.2f}{tensorflow:>12.2f}{torch / ours:>18.0f}{tensorflow / ours:>15.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
