"""Gives each build all released versions of the template, so that an installed package updates projects offline.

They come as a git bundle with one commit for each release, from the tags of the repository that the build runs in. A
source distribution carries the bundle for the wheels that are built from it. The version at hand is in it whether it's
tagged or not: projects record it, and its own answers have to be changeable.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.version import Version

PARTS = ("LICENSE", "copier.yml", "generator", "templates")
"""What of a release makes projects."""

NAME = "template.bundle"

PLACES = {"sdist": NAME, "wheel": f"layerwright/_template/{NAME}"}

DATE = "2000-01-01T00:00:00Z"
"""Of every commit: the same releases give the same commits, whoever builds."""


class Releases(BuildHookInterface):
    """Adds the bundle to what is built."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Makes the bundle, or takes the one that a source distribution has."""
        self._folder = Path(tempfile.mkdtemp(prefix="layerwright-build-"))
        root, carried = Path(self.root), Path(self.root, NAME)
        if version == "editable" or shutil.which("git") is None:
            return  # an editable install has the checkout's own tags
        if not carried.is_file():
            carried = self._folder / NAME
            bundle(root, carried, f"v{self.metadata.version}")
        build_data["force_include"][str(carried)] = PLACES[self.target_name]

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clears up."""
        shutil.rmtree(self._folder, ignore_errors=True)


def bundle(root: Path, target: Path, version: str) -> None:
    """Writes a bundle of all releases that a repository has tags for, and of the files at hand as `version`."""
    with tempfile.TemporaryDirectory(prefix="layerwright-bundle-") as folder:
        releases = Path(folder) / "releases.git"
        _git("init", "--quiet", "--bare", str(releases), cwd=root)
        trees = dict(_released(root, releases))
        if version not in trees:
            trees[version] = _at_hand(root, releases)
        before: list[str] = []
        for tag in sorted(trees, key=Version):
            commit = _git("commit-tree", trees[tag], *before, "-m", tag, cwd=releases)
            _git("update-ref", f"refs/tags/{tag}", commit, cwd=releases)
            before = ["-p", commit]
        _git("-c", "pack.threads=1", "bundle", "create", "--quiet", str(target), "--tags", cwd=releases)


def _released(root: Path, releases: Path) -> Iterator[tuple[str, str]]:
    """The tags of releases, each with the tree of what of it makes projects."""
    if not (root / ".git").exists():  # the tags of another repository around it are none of ours
        return
    objects = _git("rev-parse", "--path-format=absolute", "--git-path", "objects", cwd=root)
    (releases / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    for tag in _git("tag", "--list", "v*", cwd=root).splitlines():
        if not re.fullmatch(r"v\d+(\.\d+)*", tag):
            continue
        listed = _git("ls-tree", f"refs/tags/{tag}^{{commit}}", "--", *PARTS, cwd=root)
        if "copier.yml" in listed:
            yield tag, _git("mktree", cwd=releases, given=f"{listed}\n")


def _at_hand(root: Path, releases: Path) -> str:
    """The tree of the files as they lie there."""
    there = [part for part in PARTS if (root / part).exists()]
    options = (f"--git-dir={releases}", f"--work-tree={root}", "-c", f"core.excludesFile={os.devnull}")
    without = (":(exclude,glob)**/__pycache__/**", ":(exclude,glob)**/*.py[co]", ":(exclude,glob)**/.DS_Store")
    _git(*options, "add", "--force", "--", *there, *without, cwd=root)
    return _git(*options, "write-tree", cwd=root)


def _git(*arguments: str, cwd: Path, given: str | None = None) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "layerwright"), ("EMAIL", "layerwright@layerwright.invalid"), ("DATE", DATE))
    }
    settled = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "-c", "core.autocrlf=false", "-c", f"safe.directory={cwd}", *arguments],
        cwd=cwd,
        env=kept | who | settled,
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
