"""Runs the tests that need no Keras with the oldest and the newest dependencies that are allowed: `make platforms`.

With each Python of 3.11 and later that is on the PATH, or those that are named. The oldest are the lower bounds in
pyproject.toml, whether somebody has them or not: a bound that isn't true shows here. Fetches packages, nothing else.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent

PYTHONS = tuple(f"python3.{minor}" for minor in range(11, 16))

TESTS = ("asking", "cases", "copier", "differences", "direct", "journal", "marking", "standards", "windows")
"""Those that make, explain, update and check projects, and build no network."""

WITHOUT = "not drawn_side_by_side and not own_tests_pass_by_a_standard"  # Graphviz, and Keras

TOOLS = ("pytest", "hypothesis", "hatchling", "build")


def oldest() -> list[str]:
    """Each dependency in the oldest version that is allowed, as constraints."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.sub(r">=([\w.]+).*", r"==\1", each) for each in project["dependencies"]]


def works(python: str) -> bool:
    """Whether there is this Python: what a version manager puts on the PATH may stand for none."""
    found = shutil.which(python)
    return found is not None and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0


def environment(python: str, folder: Path, constraints: list[str]) -> Path:
    """Makes an environment with the tool and what its tests need, and returns its Python."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    (folder / "constraints.txt").write_text("\n".join(constraints), encoding="utf-8")
    tests = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [each for each in tests["optional-dependencies"]["test"] if each.startswith(TOOLS)]
    pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--constraint", folder / "constraints.txt")
    subprocess.run([*pip, "--editable", REPOSITORY, *wanted], check=True)
    return folder / "bin" / "python"


def main() -> int:
    """Runs each, and says which passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pythons", nargs="*", default=[each for each in PYTHONS if works(each)])
    parser.add_argument("--tests", nargs="*", default=TESTS)
    options, failed = parser.parse_args(), []
    chosen = [f"tests/test_{name}.py" for name in options.tests]
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    for python in options.pythons:
        for age, constraints in (("oldest", oldest()), ("newest", [])):
            with tempfile.TemporaryDirectory() as folder:
                inside = environment(python, Path(folder) / "environment", constraints)
                print(f"{python}, the {age} dependencies", flush=True)
                tests = [inside, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", WITHOUT, *chosen]
                code = subprocess.run(tests, cwd=REPOSITORY, env=kept, check=False).returncode
            failed += [f"{python}, the {age}"] if code else []
    print(f"failed: {'; '.join(failed)}" if failed else "all passed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
