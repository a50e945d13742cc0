"""Updates a project of every released version to the files at hand, by the oldest and the newest Black that is allowed.

`make matrix`. A version's own generator makes the project and renders it again in the update, so it has to work for as
long as there are projects of it. What comes of it has to be what the files at hand make of the same answers, with no
conflict. Fetches the two releases of Black; anything else is here.
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

from .workbench import PARTS, REPOSITORY, Checkout, copied, listing

AT_HAND = "v99999"
"""How the files at hand are tagged: as the newest version of all."""

PRESETS = ("power-plant", "siamese-dense", "resnet-transfer", "lstm-shared", "residual-cnn")


def releases(folder: Path) -> tuple[Checkout, list[str]]:
    """A repository with all releases and the files at hand, and the releases; with none, the files stand for one."""
    checkout = Checkout(folder / "layerwright", folder / "home")
    checkout.home.mkdir()
    checkout.git("clone", "--quiet", str(REPOSITORY), str(checkout.root), cwd=folder)
    tags = [tag for tag in checkout.git("tag").split() if re.fullmatch(r"v\d+(\.\d+)*", tag)]
    for part in PARTS:
        path = checkout.root / part
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    shutil.copytree(copied(folder / "at-hand"), checkout.root, dirs_exist_ok=True)
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--allow-empty", "--message", "The files at hand")
    for tag in () if tags else ("v0.0.1",):
        checkout.git("tag", tag)
        tags.append(tag)
    checkout.git("tag", AT_HAND)
    return checkout, tags


def blacks(folder: Path) -> dict[str, Path]:
    """The oldest and the newest Black that pyproject.toml allows, each in a folder of its own."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    [allowed] = [each for each in project["dependencies"] if each.startswith("black")]
    [oldest] = re.findall(r">=([\d.]+)", allowed)
    found = {"oldest": folder / "oldest", "newest": folder / "newest"}
    for target, wanted in zip(found.values(), (f"black=={oldest}.0", allowed), strict=True):
        command = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wanted)
        subprocess.run([*map(str, command)], check=True)
    return found


def updated(checkout: Checkout, release: str, preset: str, old: Path, new: Path, folder: Path) -> list[str]:
    """Makes a project, updates it, and returns the files that aren't as they should be."""
    ways = ("--trust", "--defaults", "--quiet")
    project, fresh = folder / "one" / "plant", folder / "other" / "plant"
    for each in (project, fresh):
        each.parent.mkdir(parents=True)

    def copier(*arguments: str | Path, cwd: Path, black: Path) -> None:
        done = checkout.copier(*arguments, cwd=cwd, PYTHONPATH=str(black))
        assert done.code == 0, done.err

    start = ("--vcs-ref", release, "--data", f"preset={preset}")
    copier("copy", *ways, *start, checkout.root, project, cwd=folder, black=old)
    checkout.git("init", "--quiet", cwd=project)
    checkout.git("add", "--all", cwd=project)
    checkout.git("commit", "--quiet", "--message", "As it was made", cwd=project)
    copier("update", *ways, cwd=project, black=new)
    answers = ("--data-file", project / ".copier-answers.yml")
    copier("copy", *ways, "--vcs-ref", AT_HAND, *answers, checkout.root, fresh, cwd=folder, black=new)
    there = {name: what for name, what in listing(project).items() if not f"{name}/".startswith(".git/")}
    expected = listing(fresh)
    return sorted(name for name in {*there, *expected} if there.get(name) != expected.get(name))


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description="Updates projects of every release, with the oldest and newest Black.")
    parser.add_argument("--presets", nargs="+", default=PRESETS)
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="layerwright-matrix-") as name:
        folder = Path(name)
        checkout, tags = releases(folder)
        black = blacks(folder / "black")
        for number, (release, preset, old, new) in enumerate(
            (release, preset, old, new)
            for release in tags
            for preset in options.presets
            for old, new in (("oldest", "newest"), ("newest", "oldest"))
        ):
            differs = updated(checkout, release, preset, black[old], black[new], folder / str(number))
            wrong += bool(differs)
            said = ", ".join(differs) or "as it should be"
            print(f"{preset} of {release}, the {old} Black then and the {new} now: {said}", flush=True)
    sys.exit(min(wrong, 1))


if __name__ == "__main__":
    os.environ.setdefault("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    main()
