"""Where the template lies that this package belongs to: inside the installed package, or around its checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent

PUBLIC_URL = "https://layerwright.invalid/layerwright.git"
"""Where projects find template updates. A publisher sets it; until then it is in a domain that nobody can own."""


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
