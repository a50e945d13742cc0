"""Projects of every kind of input and every task do what their README says, word for word."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .projects import run
from .test_generated_data import PROJECTS, data_module, project

INSTALLING = ("python -m venv", "pip install")
"""How lines begin that install: `make demo` and the tests of the wheel do that."""


def commands(readme: str) -> Iterator[str]:
    """Yields each command of a README, but for those that install."""
    for block in re.findall(r"```shell\n(.*?)```", readme, re.DOTALL):
        yield from (line for line in block.splitlines() if line and not line.startswith(INSTALLING))


@pytest.mark.parametrize("name", PROJECTS)
def test_every_command_of_the_readme_works(name: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(project(name), tmp_path / name))
    settings = folder / "config.yaml"
    short = re.sub(r"(epochs|synthetic_samples): \d+", r"\1: 60", settings.read_text(encoding="utf-8"))
    settings.write_text(re.sub(r"epochs: 60", "epochs: 1", short), encoding="utf-8")
    for file in ("samples.npz", "new.npz"):  # what a user puts there
        np.savez(folder / file, **data_module(folder).synthesise(60, seed=1))
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for given, suffix in re.findall(r"'sample\.(\w+)=\w+\.(npy|png)'", readme):
        values = data_module(folder).synthesise(1, seed=2)[given][0]
        if suffix == "npy":
            np.save(folder / f"{given}.npy", values)
        else:
            Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values).save(folder / f"{given}.png")
    said = list(commands(readme))
    assert len(said) >= 5
    for command in said:
        python, option, module, *arguments = shlex.split(command, comments=True)
        assert (python, option) == ("python", "-m")
        code, output = run(folder, module, *arguments)
        assert code == 0, f"{command}\n{output}"
    for path in re.findall(r"\]\(([^)#]+)\)|`(src/[\w./]+|config\.yaml|tests/)`", readme):
        assert (folder / "".join(path)).exists(), path
    shown = re.sub(r"```mermaid\n.*?```", "the picture", readme, flags=re.DOTALL)
    assert len(shown.splitlines()) <= 70, "one screen"
