"""The golden projects in `cases/` are what is generated today: a change of the generator shows as a change of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerwright.presets import presets

from .regenerate import CASES, WHOLE, generate, model

OTHERS = {f"{name.replace('-', '_')}.py": name for name in presets() if name not in WHOLE}


@pytest.mark.parametrize("name", WHOLE)
def test_a_preset_makes_its_golden_project(name: str, tmp_path: Path) -> None:
    golden = {
        path.relative_to(CASES / name).as_posix(): path.read_text(encoding="utf-8")
        for path in (CASES / name).rglob("*")
        if path.is_file()
    }
    assert generate(name, tmp_path) == golden, "make regenerate writes them anew"


@pytest.mark.parametrize("file", OTHERS)
def test_a_preset_makes_its_golden_model(file: str) -> None:
    golden = (CASES / "models" / file).read_text(encoding="utf-8")
    assert model(OTHERS[file]) == golden, "make regenerate writes them anew"


def test_there_is_no_golden_project_without_its_preset() -> None:
    assert {path.name for path in CASES.iterdir()} == {*WHOLE, "models"}
    assert {path.name for path in (CASES / "models").iterdir()} == set(OTHERS)
