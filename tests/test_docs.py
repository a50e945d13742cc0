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


# Every block of every page is run, or says why not

RUN_BY = {
    "README.md": "test_docs.py",
    "docs/answers.md": "test_docs.py",
    "docs/asking.md": "screens.py",
    "docs/checking.md": "test_checking.py",
    "docs/devices.md": "test_guides.py",
    "docs/extending.md": "test_extensions.py",
    "docs/hardware.md": "test_hardware.py",
    "docs/migrations.md": "test_migrations.py",
    "docs/own-data.md": "test_guides.py",
    "docs/scores.md": "test_guides.py",
    "docs/sequential-or-functional.md": "test_sequential_or_functional.py",
    "docs/standards.md": "test_standards.py",
    "docs/transfer.md": "test_guides.py",
    "docs/tutorial.md": "test_guides.py",
    "docs/updates.md": "test_guides.py",
    "docs/weights.md": "test_weights.py",
}
"""The pages that have blocks, each with the test that does what they say."""

UNRUN = {
    "layerwright update --dry-run": "docs/updates.md does it step by step",
    "python3 -m venv ~/.layerwright": "it installs from the network; test_wheel.py installs",
    "pip install copier": "it installs from the network; test_copier.py does what follows",
    "make demo": "it makes an environment from the network; test_generated_projects.py does what it does",
    "make test": "it's this",
    "python benchmarks/hardware.py": "it measures, on a GPU",
    "python benchmarks/first_model.py": "it installs for minutes, from a package registry",
    "KERAS_BACKEND=tensorflow python benchmarks/": "it measures for minutes, on a machine of its own",
    "sbatch launch/train.slurm": "it needs a cluster; test_hardware.py starts the file with stand-ins",
    "export KERAS_DISTRIBUTION_": "it needs several machines; test_hardware.py starts two processes",
}
"""How blocks begin that aren't run, each with the reason."""

PAGES = {
    page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8")
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
}


def blocks(page: str) -> list[str]:
    """The blocks of a page that are in a language."""
    return re.findall(r"^```\w+(?: fails)?\n(.*?)^```$", PAGES[page], re.DOTALL | re.MULTILINE)


def test_every_block_of_every_page_is_run_or_says_why_not() -> None:
    left = {page: [each for each in blocks(page) if not each.startswith(tuple(UNRUN))] for page in PAGES}
    assert {page for page, those in left.items() if those} == RUN_BY.keys()
    for page, file in RUN_BY.items():
        assert Path(page).name in (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert all(any(each.startswith(begin) for page in PAGES for each in blocks(page)) for begin in UNRUN)


def test_the_files_that_the_readme_lists_are_those_of_a_project() -> None:
    [block] = re.findall(r"```text\n(README.md.*?)```", README, re.DOTALL)
    listed = [line.split()[0].replace("<package>", "power_plant") for line in block.splitlines()]
    assert len(listed) > 9
    assert all((ROOT / "tests" / "cases" / "power-plant" / name).exists() for name in listed)


def test_what_measures_is_there() -> None:
    scripts = {name for text in PAGES.values() for name in re.findall(r"python (benchmarks/\w+\.py)", text)}
    assert scripts
    assert all((ROOT / name).is_file() for name in scripts)
