"""Where the template lies that this package belongs to: inside the installed package, or around its checkout."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).parent

PUBLIC_URL = "https://layerwright.invalid/layerwright.git"
"""Where projects find template updates. A publisher sets it; until then it is in a domain that nobody can own."""

ANSWERS_FILE = ".copier-answers.yml"
"""Where a project remembers its answers, and which version of which template made it."""

RELEASE = re.compile(r"v\d+(\.\d+)*")
"""A release's tag. Nothing else is ever run: a commit could be one that only somebody's pull request has."""

LARGEST = 5_000_000
"""Most bytes that a file has which a template may have written. Larger ones are the user's data."""


def template_root() -> Path:
    """The folder with `copier.yml`. Raises FileNotFoundError if this installation has none."""
    for root in (PACKAGE / "_template", PACKAGE.parent.parent):
        if (root / "copier.yml").is_file():
            return root
    raise FileNotFoundError("this installation of layerwright has no template: install it again")


def is_checkout() -> bool:
    """Whether the template is a git checkout rather than part of an installed package."""
    return (template_root() / ".git").exists()


def bundle() -> Path | None:
    """The file with all released versions that an installed package brings, None if it has none."""
    path = PACKAGE / "_template" / "template.bundle"
    return path if path.is_file() else None
