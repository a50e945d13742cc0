"""What docs/sequential-or-functional.md says of Keras is so: its blocks run on TensorFlow, JAX and PyTorch.

Run as a program it runs all of them on one backend and writes what failed: `KERAS_BACKEND=jax python FILE RESULT.json`.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from layerwright.answers import read
from layerwright.plan import plan
from layerwright.problems import AnswersError

PAGE = Path(__file__).parent.parent / "docs" / "sequential-or-functional.md"

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

VERDICTS = ("True", "False", "It depends")


@dataclass(frozen=True)
class Section:
    """A heading of the page, and what stands below it up to the next one."""

    heading: str
    text: str
    line: int
    """Where the heading stands, from 1."""

    def blocks(self) -> Iterator[tuple[int, str]]:
        """Yields each block, and the line of the page on which its code begins."""
        for match in BLOCK.finditer(self.text):
            yield self.line + self.text[: match.start(1)].count("\n"), match[1]

    def run(self) -> None:
        """Runs each block as it stands, in a namespace of its own; a traceback shows the page's lines."""
        for line, code in self.blocks():
            exec(compile("\n" * (line - 1) + code, PAGE, "exec"), {"__name__": "page"})


def _sections() -> tuple[Section, ...]:
    page = PAGE.read_text(encoding="utf-8")
    starts = [match.start() for match in re.finditer(r"^##? ", page, re.MULTILINE)]
    return tuple(
        Section(page[start:].partition("\n")[0].lstrip("# "), page[start:end], page[:start].count("\n") + 1)
        for start, end in zip(starts, [*starts[1:], len(page)], strict=True)
    )


OPENING, *CLAIMS = _sections()

each_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.heading)


def _cleared() -> None:
    """Makes of this process, as far as Keras is concerned, a new one."""
    import keras

    keras.backend.clear_session()
    keras.config.set_dtype_policy("float32")
    keras.saving.get_custom_objects().clear()
    keras.utils.set_random_seed(0)


@pytest.fixture
def _new_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _cleared()


@pytest.mark.usefixtures("_new_session")
@pytest.mark.filterwarnings("ignore:Skipping nested container")
@pytest.mark.parametrize("section", [OPENING, *CLAIMS], ids=lambda section: section.heading)
def test_every_block_runs(section: Section) -> None:
    section.run()


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_every_block_runs_on_other_backends(backend: str, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, __file__, result], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(result.read_text(encoding="utf-8"))
    assert outcomes["backend"] == backend
    assert set(outcomes["errors"]) == {section.heading for section in (OPENING, *CLAIMS)}
    errors = {heading: error for heading, error in outcomes["errors"].items() if error}
    assert not errors, "\n".join(f"{heading}\n{error}" for heading, error in errors.items())


@each_claim
def test_every_claim_has_a_verdict_and_one_block_that_asserts(claim: Section) -> None:
    [(_, code)] = claim.blocks()
    before, _, after = claim.text.partition("```python\n")
    _, verdict = before.strip().split("\n\n")
    assert re.match(rf"\*\*({'|'.join(VERDICTS)})\.\*\* [A-Z`]", verdict)
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(code)))
    assert after in (f"{code}```\n", f"{code}```\n\n"), "nothing stands behind the block"


def test_nothing_of_the_page_is_skipped() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert "".join(section.text for section in (OPENING, *CLAIMS)) == page
    fences = re.findall(r"^ *(?:```|~~~).*$", page, re.MULTILINE)
    assert fences == ["```python", "```"] * sum(len(list(section.blocks())) for section in (OPENING, *CLAIMS))
    assert len({claim.heading for claim in CLAIMS}) == len(CLAIMS) >= 20


@each_claim
def test_no_block_excuses_itself(claim: Section) -> None:
    [(_, code)] = claim.blocks()
    assert not re.search(r"pytest\.(skip|xfail|importorskip)|\bexcept\b|suppress|sys\.exit", code)


def test_a_sequence_of_variable_length_never_becomes_sequential() -> None:
    answers = {"inputs": "signal: sequence ?x9", "outputs": "y: binary", "straight": True}
    try:
        decision = plan(read(answers)).decision
    except AnswersError as refused:
        assert "unknown kind 'sequence'" in str(refused)  # noqa: PT017 a version that has no sequences keeps it, too
    else:
        assert decision.template == "functional"


def main(result: Path) -> None:
    """Runs every block, and writes which of them failed and how."""
    import keras

    errors: dict[str, str | None] = {}
    for section in (OPENING, *CLAIMS):
        _cleared()
        try:
            section.run()
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 the report says which
            errors[section.heading] = traceback.format_exc()
        else:
            errors[section.heading] = None
    result.write_text(json.dumps({"backend": keras.backend.backend(), "errors": errors}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
