"""Rules about silences: what is silenced has a reason, and is there."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding, Place, Severity
from ..rule import Part, Rule, Subject


class SilenceWithoutReason(Rule):
    """A rule is silenced without a reason.

    Whoever comes later has to know whether it's still right. Without a reason, the rule isn't silenced.
    """

    identifier = "LW901"
    severity = Severity.WARNING
    part = Part.SILENCES
    mend = 'Write why, as `# layerwright: ignore[LW216] dropout at prediction is meant`, or `{LW216 = "…"}`.'

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The silences that give none."""
        for each in subject.silences:
            if not each.reason:
                yield self.found(each.place, f"{each.rule or 'a rule'} is silenced without a reason")


class SilenceOfNothing(Rule):
    """A silence silences nothing.

    What it spoke of is gone, or it stands at another line. It would hide the next one.
    """

    identifier = "LW902"
    severity = Severity.NOTE
    part = Part.SILENCES
    mend = "Take it out."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The silences of rules that ran and have found nothing there, or that don't exist."""
        for each in subject.silences:
            used = any(each.covers(found.rule, found.place) for found in subject.found)
            if each.reason and each.rule in subject.ran and not used:
                yield self.found(each.place, f"{each.rule} finds nothing here")


class UnknownSilence(Rule):
    """A silence names no rule.

    It silences nothing; what was meant is still told.
    """

    identifier = "LW903"
    severity = Severity.WARNING
    part = Part.SILENCES
    mend = "Name a rule, as LW216; `docs/rules.md` has them all."

    def find(self, subject: Subject) -> Iterator[Finding]:
        """The silences of what isn't a rule."""
        for each in subject.silences:
            if each.rule not in subject.known:
                yield self.found(each.place, f"{each.rule!r} isn't a rule")


class SettingsBroken(Rule):
    """The project's settings of this check can't be read.

    What they silence isn't silenced.
    """

    identifier = "LW904"
    severity = Severity.WARNING
    part = Part.SILENCES
    mend = 'Write `[tool.layerwright]`, and in it `ignore = {LW216 = "why"}`.'

    def find(self, subject: Subject) -> Iterator[Finding]:
        """What is wrong with pyproject.toml."""
        settings = subject.project.settings
        if isinstance(settings, str):
            yield self.found(Place("pyproject.toml"), settings)
        elif not isinstance(settings.get("ignore", {}), dict):
            yield self.found(Place("pyproject.toml"), "`ignore` isn't a table of rules with reasons")


RULES = (SilenceWithoutReason(), SilenceOfNothing(), UnknownSilence(), SettingsBroken())
