"""Rules about the answers file: what made the project, and whether that can be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from ...extensions import KEY
from ...places import ANSWERS_FILE
from ...problems import key_of
from ..findings import Finding, Place, Severity
from ..project import newest
from ..rule import Part, Rule, Subject


class AnswersBroken(Rule):
    """The answers file can't be read, or its answers give no project.

    Updates and every comparison begin with these answers. A project without them is a project on its own.
    """

    identifier = "LW001"
    severity = Severity.ERROR
    part = Part.ANSWERS
    mend = "Take the file back from version control, then change answers by an update of the template, not by hand."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """A finding for each problem. Those of another version's answers are less grave: it took them."""
        project = subject.project
        other = project.release is not None and project.release != newest()
        for problem in (each for each in project.problems if each.place != KEY):
            message = f"{problem.head}; {problem.mend}"
            if other:
                message = f"This version doesn't take the answers of {project.version}. {message}"
            yield self.found(_answered(subject, problem.place), message, Severity.WARNING if other else None)


class OtherSource(Rule):
    """The project names another source than this tool's own template.

    A template is code that runs on your machine. An answers file can name any address: an update from one that nobody
    chose deliberately would run it.
    """

    identifier = "LW002"
    severity = Severity.WARNING
    part = Part.ANSWERS
    mend = "If the source is right, update with the tool that belongs to it; if not, take the file back."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The source that isn't this tool's."""
        project = subject.project
        if not project.ours and project.answers:
            said = project.source or "no source"
            yield self.found(project.answer("_src_path"), f"made from {said}, which isn't this tool's own template")


class NotARelease(Rule):
    """The project was made by a state of the template that isn't a release.

    Only releases are kept: what a project was made by has to be there to tell your edits from the template's, and a
    commit that is no release may be anybody's.
    """

    identifier = "LW003"
    severity = Severity.WARNING
    part = Part.ANSWERS
    mend = "Update the project to a release."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The commit that isn't a release; that is less grave for who works on the template itself."""
        project = subject.project
        if project.release is None and project.answers:
            severity = Severity.NOTE if project.from_checkout else None
            yield self.found(project.answer("_commit"), f"{project.version} isn't a release", severity)


class Behind(Rule):
    """The project was made by an older version of the template.

    What was found and mended since then isn't in the project. Small steps merge more easily than a large one.
    """

    identifier = "LW004"
    severity = Severity.WARNING
    part = Part.ANSWERS
    mend = "Update the project: `layerwright update`."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The version that is behind."""
        project = subject.project
        if project.release is not None and project.release < newest():
            yield self.found(project.answer("_commit"), f"made by version {project.release}; {newest()} is there")


class Newer(Rule):
    """The project was made by a newer version than this tool.

    An older tool knows neither the newer answers nor the newer files, and can't check them.
    """

    identifier = "LW005"
    severity = Severity.WARNING
    part = Part.ANSWERS
    mend = "Install the newer version of the tool."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The version that is ahead."""
        project = subject.project
        if project.release is not None and project.release > newest():
            yield self.found(project.answer("_commit"), f"made by version {project.release}, newer than {newest()}")


class ExtensionAway(Rule):
    """A package that the project's layers, blocks or tasks come from isn't here in the version that made it.

    Another version may make something else of the same answers, and nothing of them can be read without it. So nothing
    is compared, rather than with what the project isn't made of.
    """

    identifier = "LW006"
    severity = Severity.WARNING
    part = Part.ANSWERS
    mend = "Install what the finding names beside the tool."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """A finding for each package."""
        project = subject.project
        for problem in project.problems:
            if problem.place == KEY:
                yield self.found(project.answer(KEY), f"{problem.what}: {problem.mend}")


RULES = (AnswersBroken(), OtherSource(), NotARelease(), Behind(), Newer(), ExtensionAway())


def _answered(subject: Subject, place: str) -> Place:
    """Where the answers file says what is wrong."""
    line = place.rpartition("line ")[2]
    if place.startswith(ANSWERS_FILE) and line.isdecimal():
        return Place(ANSWERS_FILE, int(line))
    return subject.project.answer(key_of(place))
