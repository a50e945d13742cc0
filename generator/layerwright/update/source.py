"""Where the template's versions come from, and whether that is a place whose code may run.

A template is code. What a project's answers file names is believed only if it's layerwright's own public address, or
this very checkout; anything else has to be named by the user, in so many words.

The public address is never asked: an installed package brings all releases in a bundle, a checkout has them as tags,
and git is told to look there instead.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from packaging.version import Version

from ..faults import ForeignTemplate, NoVersions, UnknownVersion
from ..places import ANSWERS_FILE, PUBLIC_URL, RELEASE, bundle, is_checkout, template_root
from ..problems import AnswersError, Problem, shown, unknown
from ..records import dataclass
from .git import GitError, git, own_environment, users_environment
from .project import Recorded

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """A template: `url` is what a project records of it, `location` where git finds it on this machine."""

    url: str
    location: str

    def environment(self) -> dict[str, str]:
        """The environment in which git and Copier work with this template."""
        settings = {} if self.url == self.location else {f"url.{self.location}.insteadOf": self.url}
        return own_environment(settings | {"safe.directory": "*"})

    def versions(self, scratch: Path) -> list[str]:
        """Its releases, oldest first."""
        try:
            listed = git("ls-remote", "--tags", "--refs", "--", self.location, cwd=scratch, env=self.environment())
        except GitError as error:
            what = f"its versions can't be read: {error}"
            raise AnswersError(
                [Problem(shown(self.url), NoVersions, what, "name a git repository or a bundle")]
            ) from error
        tags = [line.partition("\trefs/tags/")[2] for line in listed.decode(errors="replace").splitlines()]
        return sorted((tag for tag in tags if RELEASE.fullmatch(tag)), key=Version)


def find(recorded: Recorded, chosen: str | None, scratch: Path) -> Source:
    """The template that a project is updated from: the recorded one, or the one that the user has chosen.

    Raises AnswersError if the recorded one may not be run, or there is none.
    """
    if chosen is None and not _is_ours(recorded.source):
        what = f"the project names {shown(recorded.source, 200)} as its template, which isn't layerwright's own"
        mend = (
            "an update runs the template's code. If you trust that place: --from SOURCE with just this name; to go on "
            f"with layerwright's own template: --from {PUBLIC_URL}"
        )
        raise AnswersError([Problem(f"{ANSWERS_FILE}._src_path", ForeignTemplate, what, mend)])
    url = recorded.source if chosen is None else chosen
    if url == PUBLIC_URL:
        return Source(url, _own_location())
    if Path(url).exists():
        place = str(Path(url).resolve())
        return Source(place, place)
    return Source(url, _fetched(url, scratch))


def _is_ours(url: str) -> bool:
    return url == PUBLIC_URL or (is_checkout() and Path(url).is_absolute() and Path(url).resolve() == template_root())


def _own_location() -> str:
    if (found := bundle()) is not None:
        return str(found)
    if is_checkout():
        return str(template_root())
    what = "this installation of layerwright has no old versions: it was made where there were no tags"
    raise AnswersError(
        [Problem("template", NoVersions, what, "install a release, as by pip install --upgrade layerwright")]
    )


def _fetched(url: str, scratch: Path) -> str:
    """A copy of a repository that isn't on this machine, fetched as the user's git would."""
    if re.match(r"-|ext::|fd::|\w+::", url):
        raise AnswersError(
            [Problem("--from", NoVersions, f"{shown(url)} is no place", "name a folder, a bundle or an address")]
        )
    copy = scratch / "source.git"
    LOG.info("fetching %s", url)
    try:
        git("clone", "--quiet", "--mirror", "--", url, copy, cwd=scratch, env=users_environment())
    except GitError as error:
        what = f"{shown(url)} can't be read: {error}"
        raise AnswersError([Problem("--from", NoVersions, what, "name a folder, a bundle or an address")]) from error
    return str(copy)


def target(versions: list[str], recorded: Recorded, wanted: str | None) -> str:
    """The version to update to: the one that is wanted, else the newest.

    Raises AnswersError if it isn't there, or is older than that which made the project.
    """
    if not versions:
        what = "the template has no released versions: no tags as v0.1.0"
        raise AnswersError(
            [Problem("template", NoVersions, what, "take a checkout with its tags, as by git fetch --tags")]
        )
    if recorded.version not in versions:
        newer = Version(recorded.version) > Version(versions[-1])
        what = f"{recorded.version} made the project, and isn't among the versions here"
        upgrade = f"the newest here is {versions[-1]}: upgrade layerwright, as by pip install --upgrade layerwright"
        mend = upgrade if newer else f"there are {', '.join(versions)}: install a layerwright that has it too"
        raise AnswersError([Problem(f"{ANSWERS_FILE}._commit", UnknownVersion, what, mend)])
    version = versions[-1] if wanted is None else f"v{wanted.removeprefix('v')}"
    if version not in versions:
        raise AnswersError([Problem("--to", UnknownVersion, *unknown("version", version, versions))])
    if Version(version) < Version(recorded.version):
        what = f"{version} is older than {recorded.version}, which made the project"
        mend = "an update only goes forward; git has the project as it was"
        raise AnswersError([Problem("--to" if wanted else ANSWERS_FILE, UnknownVersion, what, mend)])
    return version
