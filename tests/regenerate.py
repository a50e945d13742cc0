"""Writes the golden projects: `make regenerate`. Read the difference as if a colleague had handed it in."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from layerwright.checking import page
from layerwright.presets import presets
from layerwright.template import create

from . import corpus, models, screens, tables

CASES = Path(__file__).parent / "cases"
RULES = Path(__file__).parent.parent / "docs" / "rules.md"


def generate(name: str, folder: Path) -> dict[str, str]:
    """The files of a preset's project, by their paths; the lines that name source and version are left out."""
    project = folder / name
    create(project, {"preset": name})
    files = {}
    for path in sorted(path for path in project.rglob("*") if path.is_file()):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(("_commit:", "_src_path:"))]
        files[path.relative_to(project).as_posix()] = "".join(kept)
    return files


WHOLE = (
    *("autoencoder", "image-metadata", "masked-lstm", "mnist-mlp", "power-plant", "resnet-transfer", "siamese-conv"),
    *("siamese-dense", "subclassed-block"),
)
"""The presets of which the whole project is kept; of all others `model.py`."""


def model(name: str) -> str:
    """The `model.py` of a preset's project."""
    return models.source(models.planned(**presets()[name].answers(), project_name=name))


def main() -> None:
    """Replaces every case."""
    with tempfile.TemporaryDirectory() as folder:
        made = {name: generate(name, Path(folder)) for name in WHOLE}
    made["models"] = {f"{name.replace('-', '_')}.py": model(name) for name in presets() if name not in WHOLE}
    shutil.rmtree(CASES, ignore_errors=True)
    for name, files in made.items():
        for path, content in files.items():
            target = CASES / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
    RULES.write_text(page(), encoding="utf-8")
    corpus.regenerate()
    screens.PAGE.write_text(screens.written(screens.PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    tables.PAGE.write_text(tables.written(tables.PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
