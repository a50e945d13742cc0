"""Protects the generated `data.py`: each kind of input and each task has samples that a network can learn from."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from layerwright.kinds import KINDS
from layerwright.presets import BLANK
from layerwright.tasks import TASKS

from .projects import generated, laid_out, package, run_module, run_pytest, shell

PROJECTS = {
    "image": ("photo: image 8x8x1", "mask: segmentation 3, height: map 2"),
    "volume": ("scan: volume 4x4x4x1", "old: binary, tumour: segmentation 2"),
    "table": ("meta: numeric 5, shop: category 12", "prices: regression 2, colours: multilabel 3"),
    "vector": ("face: vector 12", "who: embedding 8, face_again: reconstruction face"),
    "text": ("words: text 50x?", "tags: labels 4, scores: regression per_step"),
    "sequence": ("signal: sequence ?x3, meta: numeric 2", "next_values: forecast 4"),
    "audio": ("sound: audio 256", "word: multiclass 4"),
    "pair": ("left: text 30x6, right: text 30x6", "same: distance"),
}
"""Inputs and outputs of projects that have every kind and every task among them."""

with_project = pytest.mark.parametrize("name", PROJECTS)


def project(name: str) -> Path:
    """Returns the project of this name."""
    inputs, outputs = PROJECTS[name]
    sharing = {"merge": "l2_distance", "sharing": "left + right"} if "distance" in outputs else {}
    return generated(BLANK, project_name=name, inputs=inputs, outputs=outputs, straight="false", **sharing)


def data_module(folder: Path, name: str = "data") -> ModuleType:
    """Returns a project's `data.py`, or another module."""
    sys.path.insert(0, str(folder / "src"))
    try:
        return importlib.import_module(f"{package(folder)}.{name}")
    finally:
        sys.path.pop(0)


def test_the_projects_have_every_kind_and_every_task() -> None:
    ends = [side.split(", ") for both in PROJECTS.values() for side in both]
    words = {end.split(": ")[1].split()[0] for entries in ends for end in entries}
    assert words == KINDS.keys() | TASKS.keys()


@with_project
def test_their_own_tests_pass(name: str) -> None:
    code, output = run_pytest(project(name), "-q")
    assert code == 0, output


def test_the_few_samples_of_a_large_network_are_enough_for_its_tests_of_data(tmp_path: Path) -> None:
    ends = {"inputs": "photo: image 32x32x3, words: text 9x?", "outputs": "kind: binary"}
    chosen = {"backbone": "MobileNet", "training": {"augment": True}}
    laid_out(tmp_path / "few", {**ends, **chosen, "backend": "tensorflow"})
    code, output = run_pytest(tmp_path / "few", "-q", "tests/test_data.py", backend="tensorflow")
    assert code == 0, output


@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_lengths_may_vary_between_batches_on_the_other_backends(backend: str, tmp_path: Path) -> None:
    arguments = [f"run={tmp_path}", "training.epochs=1", "data.synthetic_samples=60", "training.batch_size=4"]
    code, output = run_module(project("text"), "train", *arguments, backend=backend)
    assert code == 0, output


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [
        ("photo: image 16x16x1", "mask: segmentation 1, kind: binary"),
        ("photo: image 16x16x1", "height: map 1, mask: segmentation 3, kind: binary"),
        ("photo: image 16x16x1", "again: reconstruction photo, kind: binary"),
        ("signal: sequence 10x2", "value: regression per_step, next_values: forecast 4, kind: binary"),
        ("signal: sequence ?x2, photo: image 8x8x1", "tag: labels 3 from=signal, mask: segmentation 3 from=photo"),
    ],
)
def test_rare_classes_count_beside_outputs_of_every_shape(inputs: str, outputs: str, tmp_path: Path) -> None:
    training = {"class_weights": True}
    laid_out(tmp_path / "rare", {"inputs": inputs, "outputs": outputs, "backend": "torch", "training": training})
    settings = ["training.epochs=1", "data.synthetic_samples=60", "training.batch_size=8"]
    code, output = run_module(tmp_path / "rare", "train", *settings)
    assert code == 0, output


def test_a_map_alone_has_green_tests_of_data(tmp_path: Path) -> None:
    ends = {"inputs": "photo: image 8x8x1, signal: sequence 12x2", "outputs": "height: map 1 from=photo, y: regression"}
    laid_out(tmp_path / "alone", {**ends, "backend": "torch"})
    code, output = run_pytest(tmp_path / "alone", "-q", "tests/test_data.py")
    assert code == 0, output


def explained(inputs: list[np.ndarray], target: np.ndarray) -> float:
    """Returns the share of a target's variance that is a function of inputs with products of two."""
    columns = np.concatenate([*inputs, np.ones((len(target), 1))], axis=1)
    columns = (columns[:, :, None] * columns[:, None]).reshape(len(columns), -1)
    rest = target - columns @ np.linalg.lstsq(columns, target, rcond=None)[0]
    return float(1 - rest.var() / target.var())


def test_a_target_needs_every_input() -> None:
    samples = data_module(project("table")).synthesise(1000, seed=0)
    shops = np.eye(12)[samples["shop"]]
    for target in samples["prices"].T[..., None]:
        alone = [explained([samples["meta"]], target), explained([shops], target)]
        assert max(alone) < 0.97
        assert min(alone) > 0.01
        assert explained([samples["meta"], shops], target) > 0.999


@with_project
def test_another_seed_makes_other_samples_of_the_same_world(name: str) -> None:
    module = data_module(project(name))
    some, others = module.synthesise(300, seed=0), module.synthesise(300, seed=1)
    for key, values in some.items():
        assert values.shape == others[key].shape
        assert not np.array_equal(values, others[key])
        middles = [np.nanmean(samples[key], dtype="float64") for samples in (some, others)]
        assert abs(middles[0] - middles[1]) < max(0.5 * np.nanstd(values), 1e-6)


WORDS = np.array([[3, 1, 4, 1], [2, 7, 0, 0], [5, 0, 0, 0]])
WRITTEN = np.where(WORDS, WORDS.astype(str), "")
TAGS = np.zeros((3, 4))
SCORES = np.where(WORDS, 1.5, np.nan)
SHORTER = {"words": np.where(WORDS == 7, 0, WORDS), "scores": np.where(WORDS == 7, np.nan, SCORES)}


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (SHORTER | {"words": SHORTER["words"] + 4 * (WORDS == 5)}, None),
        ({"words": SHORTER["words"]}, "scores, row 2: found 2 steps, expected 1"),
        ({"scores": SHORTER["scores"]}, "scores, row 2: found 1 steps, expected 2"),
        ({"words": np.roll(WORDS, 1, axis=1)}, r"words\[0\], row 2: found 0, .*0 only after the last"),
        ({"words": np.where(WORDS == 4, 0, WORDS)}, r"words\[2\], row 1: found 0, .*0 only after the last"),
        ({"words": np.where(WORDS == 7, 50, WORDS)}, r"words\[1\], row 2: found 50, expected a whole number .* to 49"),
        ({"words": WORDS[:, None]}, r"words, row 1: found shape \(1, 4\), expected \(\?,\)"),
        ({"words": WORDS[:, :0]}, r"words, row 1: found shape \(0,\), expected \(\?,\)"),
        ({"words": WRITTEN}, None),
        ({"words": np.where(WORDS == 4, "", WRITTEN)}, "words, row 1: found nothing, expected a word"),
        ({"words": np.where(WORDS == 5, "", WRITTEN)}, "words, row 3: found nothing, expected a word"),
        ({"tags": np.full((3, 4), "x")}, r"tags\[0, 0\], row 1: found x, expected a whole number from 0 to 3"),
        ({"tags": TAGS[..., None]}, None),
        ({"tags": TAGS + 4}, r"tags\[0, 0\], row 1: found 4.0, expected a whole number from 0 to 3"),
        ({"tags": TAGS[:, 1:]}, r"expected as many steps of each name, found .*'tags': 3"),
        ({"scores": np.where(WORDS == 4, np.nan, SCORES)}, r"scores\[2, 0\], row 1: found nan, expected a number"),
    ],
)
def test_texts_and_their_steps_are_checked(arrays: dict[str, Any], said: str | None, tmp_path: Path) -> None:
    module = data_module(project("text"))
    np.savez(tmp_path / "file.npz", **{"words": WORDS, "tags": TAGS, "scores": SCORES} | arrays)
    data = {"columns": {}, "series": None, "cache_gb": 1, "sound_rate": None, "split": {}}
    if said is None:
        checked = module.read(str(tmp_path / "file.npz"), data)
        assert {name: checked[name].shape for name in module.STORED} == {
            "words": (3, 4),
            "tags": (3, 4, 1),
            "scores": (3, 4, 1),
        }
    else:
        with pytest.raises(module.DataError, match=f"file.npz.*{said}"):
            module.read(str(tmp_path / "file.npz"), data)


def test_a_jpeg_of_a_camera_is_decoded_small_and_turned_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project("image")
    data_module(folder)
    files = importlib.import_module(f"{package(folder)}.files")
    coarse = np.random.default_rng(0).integers(0, 256, (6, 8), dtype="uint8")
    camera, exif, sizes = Image.fromarray(coarse).resize((1600, 1200)), Image.Exif(), []
    exif[ExifTags.Base.Orientation] = 6
    camera.save(tmp_path / "camera.jpg", exif=exif, quality=95)
    expected = camera.transpose(Image.Transpose.ROTATE_270).resize((8, 8))
    resize = Image.Image.resize

    def watched(image: Image.Image, *given: Any) -> Image.Image:
        sizes.append(image.size)
        return resize(image, *given)

    monkeypatch.setattr(Image.Image, "resize", watched)
    seen = files.read_picture(tmp_path / "camera.jpg", (8, 8, 1))
    np.testing.assert_allclose(seen[..., 0], np.asarray(expected), atol=6)
    assert sizes == [(150, 200)], "an eighth of its width and height"


LIMITED = """
import copy, resource
from pathlib import Path
from {package} import train
from {package}.config import from_command_line

config = from_command_line()
first = copy.deepcopy(config) | {{"run": config["run"] + "_first"}}
first["data"] |= {{"path": None, "synthetic_samples": 100}}
train.train(first)  # before the limit: what Keras itself takes is no matter here
status = Path("/proc/self/status").read_text().splitlines()
taken = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (taken + {room}, taken + {room}))
train.train(config)
"""

ROOM = 256 * 2**20
"""How much memory a program may take for its data, in bytes."""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits the memory of arrays")
@pytest.mark.parametrize("cache", [0.0, 4.0])
def test_data_larger_than_the_memory_is_trained_on(tmp_path: Path, cache: float) -> None:
    layers = "{branches: {photo: [global_average_pool]}, body: []}"
    folder = generated(
        BLANK, project_name="stream", inputs="photo: image 256x256x3", outputs="bright: binary", layers=layers
    )
    count = 2 * ROOM // (256 * 256 * 3)
    photos = np.lib.format.open_memmap(tmp_path / "photo.npy", "w+", "uint8", (count, 256, 256, 3))
    for row in range(count):
        photos[row] = 64 * (row % 3)
    photos.flush()
    np.save(tmp_path / "bright.npy", np.arange(count) % 3 == 2)
    arguments = [
        f"data.path={tmp_path}",
        f"data.cache_gb={cache}",
        "training.epochs=1",
        "training.batch_size=8",
        f"run={tmp_path}/run",
    ]
    code = LIMITED.format(package=package(folder), room=ROOM)
    done = shell(folder, [sys.executable, "-c", code, *arguments])
    if cache:
        assert done.code != 0, "this is the limit that the other one keeps"
        assert "MemoryError" in done.output
    else:
        assert done.code == 0, done.output
        assert (tmp_path / "run" / "model.keras").exists()
