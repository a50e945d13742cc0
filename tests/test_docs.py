"""What the documents say is true: their commands run, their output is what they print, their tables are complete."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from layerwright.presets import presets

from . import models, tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```shell\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]


def shell(command: str, folder: Path) -> str:
    """Runs a command as a person would, the tool being on the path, and returns what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
    return result.stdout


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("layerwright")])
def test_every_command_of_the_readme_works(command: str, tmp_path: Path) -> None:
    [answers] = re.findall(r"```yaml\n# houses.yml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "houses.yml").write_text(answers, encoding="utf-8")
    shell(command, tmp_path)


def test_the_readme_shows_what_explain_prints(tmp_path: Path) -> None:
    assert shell("layerwright explain --preset power-plant", tmp_path) in README


def test_demo_and_test_come_first_in_the_readme() -> None:
    assert COMMANDS[:2] == ["make demo", "make test"]


def test_the_readme_lists_every_preset() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", README, re.MULTILINE))
    assert rows == {name: preset.about for name, preset in presets().items()}


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


ANSWERS = tables.PAGE.read_text(encoding="utf-8")


def test_the_page_on_answers_has_the_tables_of_the_code() -> None:
    assert tables.written(ANSWERS) == ANSWERS


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", ANSWERS, re.DOTALL))
def test_every_example_of_the_page_on_answers_becomes_the_model_that_it_says(block: str) -> None:
    plan = models.planned(**yaml.safe_load(block), backend="torch")
    assert models.described(models.built(models.source(plan))) == models.expected(plan)
