"""The site is built without a warning, and what is made of the code stands in it."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from layerwright.cli import main
from layerwright.faults import FAULTS
from layerwright.kinds import KINDS
from layerwright.layers import builtin
from layerwright.tasks import TASKS

from .test_faults import ELSEWHERE
from .workbench import PRESETS

BUILD = Path(__file__).parent.parent / "docs" / "site" / "build.py"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once. A warning, as of a link that leads nowhere, is an error."""
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run([sys.executable, str(BUILD), str(out)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def text(page: Path) -> str:
    """What a page says, without its marks."""
    return re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))


def words(said: str) -> str:
    """A text without its punctuation, which a page sets otherwise."""
    return " ".join(re.findall(r"\w+", said))


def test_every_preset_has_a_page_with_its_picture_and_its_model(site: Path) -> None:
    for preset in PRESETS:
        page = site / "reference" / "presets" / f"{preset}.html"
        assert page.read_text(encoding="utf-8").count("<svg style=") == 1
        assert "def build_model(" in text(page)


def test_every_kind_and_every_task_stands_in_the_reference(site: Path) -> None:
    for page, names in (("kinds", KINDS), ("tasks", TASKS)):
        headings = re.findall(r"<h2>(\w+)", (site / "reference" / f"{page}.html").read_text(encoding="utf-8"))
        assert headings == list(names)


def test_every_link_within_the_site_leads_to_a_place_that_is_there(site: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    places = {path: set(re.findall(r'\bid="([^"]+)"', page)) for path, page in pages.items()}
    for path, page in pages.items():
        for link in re.findall(r'\b(?:href|src)="(?!https?:|mailto:|data:)([^"]+)"', page):
            file, _, place = html.unescape(link).partition("#")
            target = path if not file else (path.parent / unquote(file.partition("?")[0])).resolve()
            assert target.is_file(), f"{path.name} links to {link}"
            assert not place or target not in places or unquote(place) in places[target], f"{path.name}: {link}"


def test_every_command_and_every_layer_stands_in_the_reference(site: Path) -> None:
    commands = text(site / "reference" / "commands.html")
    assert all(f"Usage: layerwright {name}" in commands for name in main.commands)
    layers = text(site / "reference" / "layers.html")
    assert all(name in layers for name in (*builtin().rules, *builtin().words))


def test_every_code_has_a_page_with_what_it_means_and_what_is_said(site: Path) -> None:
    for code, fault in FAULTS.items():
        page = html.unescape(text(site / "reference" / "errors" / f"{code}.html"))
        assert all(words(each) in words(page) for each in (fault.title(), fault.why(), fault.mend))
        assert (f"[{code}]" in page) == (code not in ELSEWHERE)


def test_every_page_is_reached_from_the_side(site: Path) -> None:
    """The side has the sections; those with many pages have a page of their own that lists them."""
    side = (site / "index.html").read_text(encoding="utf-8")
    linked = set(re.findall(r'href="([^"#:]+\.html)"', side))
    for page in ("decisions/README.html", "reference/presets/index.html", "reference/errors/index.html"):
        inner = re.findall(r'href="([^"#:]+\.html)"', (site / page).read_text(encoding="utf-8"))
        linked |= {str((site / page).parent.joinpath(each).resolve().relative_to(site.resolve())) for each in inner}
    found = {str(path.relative_to(site)) for path in site.rglob("*.html")}
    assert found - linked <= {"genindex.html", "search.html", "index.html"}
