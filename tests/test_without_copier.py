"""Protects `new` of an installed package, which writes by itself what Copier would write: the same files, to the byte.

And what it keeps for the next time (`store.py`), which may make it quicker and nothing else.
"""

from __future__ import annotations

import marshal
import os
import random
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader

from layerwright import direct, places, store, template
from layerwright.compiled import Compiled
from layerwright.problems import AnswersError
from layerwright.standards import DATA

from .workbench import PRESETS, Command, copied, listing

pytest_plugins = ["tests.workbench"]

ANSWERS: dict[str, dict[str, Any]] = {preset: {"preset": preset} for preset in PRESETS} | {
    "extras": {
        "preset": "mnist-mlp",
        "extras": ["slurm", "torchrun", "ci"],
        "hardware": "machines",
        "backend": "torch",
    },
    "merged": {"preset": "image-metadata", "layers": {"body": ["dense 8"]}, "training": {"epochs": 3}},
    "quotes": {"preset": "power-plant", "project_name": """Ada's "plant" {{ 7*7 }}""", "package": "adas_plant"},
}

ALWAYS = ["extras", "merged", "quotes"]
SEED = int(os.environ.get("LAYERWRIGHT_SEED", "1"))
DRAWN = [*ANSWERS] if os.environ.get("LAYERWRIGHT_WHOLE") else [*random.Random(SEED).sample(list(PRESETS), 1), *ALWAYS]
"""What Copier writes as well: some that the seed draws, all with LAYERWRIGHT_WHOLE=1."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as an installed package has it: in no repository."""
    return copied(tmp_path_factory.mktemp("package") / "layerwright")


@pytest.fixture
def at_package(package: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """This process is an installed package's, with a cache of its own, which is returned."""
    monkeypatch.setattr(places, "PACKAGE", package / "generator" / "layerwright")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "layerwright"


def modes(folder: Path) -> dict[str, str]:
    return {
        each.relative_to(folder).as_posix(): stat.filemode(each.stat().st_mode) for each in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("name", DRAWN)
def test_copier_writes_the_same(name: str, at_package: Path, package: Path, tmp_path: Path) -> None:
    template.create(tmp_path / "ours" / "plant", ANSWERS[name])
    (tmp_path / "copier").mkdir()
    template.render(tmp_path / "copier" / "plant", dict(ANSWERS[name]), str(package), "")
    assert listing(tmp_path / "ours") == listing(tmp_path / "copier")
    assert modes(tmp_path / "ours") == modes(tmp_path / "copier")


def test_it_needs_neither_copier_nor_the_second_time_black(
    at_package: Path, monkeypatch: pytest.MonkeyPatch, command: Command, tmp_path: Path
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "copier"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "copier", None)
    assert command("new", tmp_path / "one" / "plant", "--preset", "power-plant").code == 0
    monkeypatch.setattr(direct, "formatted", None)
    assert command("new", tmp_path / "two" / "plant", "--preset", "power-plant").code == 0
    assert listing(tmp_path / "one") == listing(tmp_path / "two")


def test_a_compiled_template_is_found_from_another_folder_unless_it_is_another_one(tmp_path: Path) -> None:
    """As Copier has it: a clone of the template for each time that it's rendered."""
    kept = store.Store()

    def rendered(folder: str, text: str, **syntax: Any) -> str:
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "a.txt").write_text(text)
        environment = Environment(
            loader=FileSystemLoader(tmp_path / folder), bytecode_cache=Compiled(kept), autoescape=False, **syntax
        )
        return environment.get_template("a.txt").render()

    text = "{% if true %}\nyes\n{% endif %}\n"
    assert rendered("one", text) == rendered("two", text) == "\nyes\n"
    assert len(kept.entries) == 1
    assert rendered("two", text, trim_blocks=True) == "yes\n"
    assert rendered("two", text.replace("yes", "no")) == "\nno\n"
    assert rendered("two", text, extensions=["jinja2.ext.do"]) == "\nyes\n"
    assert len(kept.entries) == 4


ERRORS = [OSError(28, "No space left on device"), RuntimeError("a bug"), KeyboardInterrupt(), SystemExit(143)]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("existing", [False, True], ids=["new", "empty"])
def test_an_error_in_mid_writing_leaves_nothing(
    error: BaseException,
    existing: bool,
    at_package: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    place = tmp_path / "place"
    (place / "plant").mkdir(parents=True) if existing else place.mkdir()
    before, count, original = listing(place), 0, Path.write_bytes

    def write_bytes(path: Path, data: bytes) -> int:
        nonlocal count
        count += 1
        if count == 9:
            raise error
        return original(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    with pytest.raises(type(error)):
        template.create(place / "plant", {"preset": "power-plant"})
    assert count == 9
    assert listing(place) == before
    template.create(place / "plant", {"preset": "power-plant"})
    assert (place / "plant" / "README.md").is_file()


def test_what_can_t_become_a_project_is_refused_as_ever(at_package: Path, tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="unknown kind 'imag'"):
        template.create(tmp_path / "place" / "plant", {"inputs": "x: imag 3", "outputs": "y: binary"})
    with pytest.raises(AnswersError, match="power-plnt"):
        template.create(tmp_path / "place" / "plant", {"preset": "power-plnt"})
    barred = {"standard": "acme", "version": 1, "require": {"backend": {"value": "jax", "why": "we run it"}}}
    with pytest.raises(AnswersError):
        template.create(tmp_path / "place" / "plant", {"preset": "power-plant", "backend": "torch", DATA: barred})
    assert not (tmp_path / "place").exists()


def spoiled(path: Path, how: str) -> None:
    """Spoils what is kept."""
    if how == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "another thing":
        path.write_bytes(marshal.dumps([1, 2]))
    elif how == "others may write":
        path.write_bytes(marshal.dumps(dict.fromkeys(marshal.loads(path.read_bytes()), "x = 1\n")))
        path.chmod(0o666)
    else:
        path.unlink()
        path.mkdir()


@pytest.mark.parametrize("how", ["cut", "empty", "another thing", "others may write", "a folder"])
def test_what_is_kept_and_spoiled_is_made_anew(how: str, at_package: Path) -> None:
    with store.kept() as found:
        found.made("kind", "source", lambda: "x" * 2000)
    [path] = at_package.iterdir()
    spoiled(path, how)
    for text in ("made anew", "made again"):
        with store.kept() as found:
            assert found.made("kind", "source", lambda text=text: text) == (text if how == "a folder" else "made anew")
    assert how == "a folder" or stat.S_IMODE(path.stat().st_mode) == 0o600


def test_where_nothing_can_be_kept_nothing_is(at_package: Path, tmp_path: Path) -> None:
    at_package.parent.write_text("a file, where a folder would have to be")
    template.create(tmp_path / "plant", {"preset": "mlp"})
    assert (tmp_path / "plant" / "README.md").is_file()


def test_what_is_kept_has_a_largest_size_and_goes_when_it_is_old(
    at_package: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(store, "LARGEST", 1000)
    with store.kept() as found:
        for number in range(100):
            found.made("kind", f"{number}", lambda: "x" * 90)
            assert sum(map(len, found.entries.values())) <= 1000
        assert found.made("kind", "99", lambda: "made again") == "x" * 90
    old = at_package / "of-another-version.made"
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    with store.kept() as found:
        assert found.made("kind", "99", lambda: "made again") == "x" * 90
        assert found.made("another kind", "99", lambda: "made") == "made"
    assert not old.exists()
