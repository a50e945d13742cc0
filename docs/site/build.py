"""Builds the site: `python docs/site/build.py OUT`. Warnings are errors; every link between pages leads somewhere."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from pages import pages
from sphinx.cmd.build import main as sphinx

DOCS = Path(__file__).parent.parent
ROOT = DOCS.parent

CONTENTS = DOCS / "site" / "contents.md"
"""What stands at the side of every page."""

ALL = "```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"
"""All pages of a folder whose names begin with a number."""


EXAMPLE = re.compile(r"\[[^]]+\]\((extensions/[^)]+)\)")
"""A link to the example package, which lies in docs/ and is no page."""


def build(out: Path) -> int:
    """Puts all pages into one folder, has Sphinx make the site of them, and returns its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        for path in (*DOCS.glob("*.md"), *DOCS.glob("decisions/*.md")):
            put(
                source / path.relative_to(DOCS),
                EXAMPLE.sub(r"`docs/\1`", path.read_text(encoding="utf-8")).replace("../README.md", "index.md"),
            )
        for name, text in pages(ROOT):
            put(source / name, text)
        for name, more in (("index.md", CONTENTS.read_text(encoding="utf-8")), ("decisions/README.md", ALL)):
            put(source / name, "\n" + more)
        for picture in DOCS.glob("*.svg"):
            shutil.copy(picture, source)
        for name in ("conf.py", "site.css"):
            shutil.copy(DOCS / "site" / name, source)
        return sphinx(["-q", "-W", "--keep-going", "-b", "html", str(source), str(out)])


def put(path: Path, text: str) -> None:
    """Writes a page, or more of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1])))
