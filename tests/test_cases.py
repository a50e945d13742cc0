"""The golden projects in `cases/` are what is generated today: a change of the generator shows as a change of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerwright.presets import presets

from .regenerate import CASES, generate


@pytest.mark.parametrize("name", presets())
def test_a_preset_makes_its_golden_project(name: str, tmp_path: Path) -> None:
    golden = {
        path.relative_to(CASES / name).as_posix(): path.read_text(encoding="utf-8")
        for path in (CASES / name).rglob("*")
        if path.is_file()
    }
    assert generate(name, tmp_path) == golden, "make regenerate writes them anew"


def test_there_is_no_golden_project_without_its_preset() -> None:
    assert {path.name for path in CASES.iterdir()} == set(presets())
