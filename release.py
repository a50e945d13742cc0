"""Makes a release, by `make release VERSION=0.2.0`: version, changelog, commit, tag, wheel and source, or nothing.

All is made in a clone beside the checkout. Only when the wheel is built, holds the release among its versions and makes
a project, the commit and its tag come into the checkout, and the files into `dist/`. Nothing is pushed or published.
"""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parent
VERSION_FILE = "generator/layerwright/__init__.py"
CHANGELOG = "CHANGELOG.md"
UNRELEASED = re.compile(r"^## (\S+) \(unreleased\)\n\n(?=- )", re.MULTILINE)
BUNDLE = "layerwright/_template/template.bundle"
PRESET = "power-plant"
"""Of the project that a new wheel has to make."""


def release(root: Path, version: str) -> list[Path]:
    """Makes a release of a checkout, and returns its files. Raises SystemExit, nothing changed, if that can't be."""
    check(root, version)
    with tempfile.TemporaryDirectory(prefix="layerwright-release-") as folder:
        clone, built = Path(folder, "clone"), Path(folder, "built")
        branch = git(root, "branch", "--show-current")
        git(root, "clone", "--quiet", "--branch", branch, str(root), str(clone))
        write(clone, version)
        git(clone, "commit", "--quiet", "--all", "--message", f"Release {version}")
        git(clone, "tag", "--annotate", f"v{version}", "--message", f"layerwright {version}")
        run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(built)], clone)
        [wheel] = built.glob("*.whl")
        check_wheel(wheel, version, Path(folder))
        git(root, "pull", "--quiet", "--ff-only", str(clone), branch)
        git(root, "fetch", "--quiet", str(clone), f"refs/tags/v{version}:refs/tags/v{version}")
        (root / "dist").mkdir(exist_ok=True)
        return [Path(shutil.copy2(each, root / "dist")) for each in sorted(built.iterdir())]


def check(root: Path, version: str) -> None:
    """Raises SystemExit if there can be no such release now."""
    now = re.search(r'__version__ = "(.+)"', (root / VERSION_FILE).read_text(encoding="utf-8"))
    tags = git(root, "tag", "--list", "v*").splitlines()
    newest = max((Version(tag) for tag in tags), default=Version("0"))
    try:
        wanted = Version(version)
    except InvalidVersion:
        raise SystemExit(f"VERSION={version}: expected numbers and dots, as 0.2.0") from None
    if now is None or not re.fullmatch(r"\d+(\.\d+)+", version):
        raise SystemExit(f"VERSION={version}: expected numbers and dots, as 0.2.0: projects are updated to no other")
    if wanted <= newest or wanted < Version(now[1]):
        raise SystemExit(f"VERSION={version}: expected a version after {max(newest, Version(now[1]))}")
    if git(root, "status", "--porcelain"):
        raise SystemExit("the checkout has changes that aren't committed: commit them, or put them away")
    if not UNRELEASED.search((root / CHANGELOG).read_text(encoding="utf-8")):
        raise SystemExit(f"{CHANGELOG}: expected a section '## {version} (unreleased)' with what is new")


def write(root: Path, version: str) -> None:
    """Puts the version into the package and the changelog of a checkout."""
    package, changelog = root / VERSION_FILE, root / CHANGELOG
    text = package.read_text(encoding="utf-8")
    package.write_text(re.sub(r'__version__ = ".+"', f'__version__ = "{version}"', text), encoding="utf-8")
    text = changelog.read_text(encoding="utf-8")
    today = datetime.datetime.now(tz=datetime.UTC).date()
    changelog.write_text(UNRELEASED.sub(f"## {version} ({today})\n\n", text, count=1), encoding="utf-8")


def check_wheel(wheel: Path, version: str, folder: Path) -> None:
    """Raises SystemExit unless a wheel has the release among its versions, and makes a project that says so."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extract(BUNDLE, folder)
    heads = git(folder, "bundle", "list-heads", str(folder / BUNDLE))
    if f"refs/tags/v{version}\n" not in f"{heads}\n":
        raise SystemExit(f"{wheel.name} doesn't hold v{version} among its versions")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    command = [sys.executable, "-m", "layerwright", "new", str(folder / "plant"), "--preset", PRESET, "--defaults"]
    run(command, folder / "installed")
    answers = (folder / "plant" / ".copier-answers.yml").read_text(encoding="utf-8")
    if f"_commit: v{version}\n" not in answers:
        raise SystemExit(f"a project of {wheel.name} doesn't record v{version}")


def git(folder: Path, *arguments: str) -> str:
    """What git says in a folder."""
    return run(["git", *arguments], folder)


def run(command: list[str], folder: Path) -> str:
    """What a command says. Raises SystemExit with what it said if it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")
    return done.stdout.strip()


if __name__ == "__main__":
    for path in release(ROOT, sys.argv[1] if len(sys.argv) > 1 else ""):
        print(path)
    print("Committed and tagged. Look at it; then: git push --follow-tags, and publish the files.")
