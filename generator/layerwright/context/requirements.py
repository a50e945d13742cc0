"""What a generated project needs installed."""

from __future__ import annotations

from collections.abc import Iterable

from ..answers.versions import asked
from ..graph import Graph, RuleLayer
from ..spec import Hardware, Spec

REQUIREMENTS = ("matplotlib>=3.8,<4", "numpy>=1.26,<3", "pandas>=2.2,<4", "pyyaml>=6,<7")
"""What every project needs besides Keras and its backend. Ranges start at what the project is tested with."""

BACKEND_REQUIREMENTS = {
    ("tensorflow", "cpu"): (
        "tensorflow-cpu>=2.20,<3; sys_platform == 'linux' and platform_machine == 'x86_64'",
        "tensorflow>=2.20,<3; sys_platform != 'linux' or platform_machine != 'x86_64'",
    ),
    ("tensorflow", "gpu"): (
        "tensorflow[and-cuda]>=2.20,<3; sys_platform == 'linux'",
        "tensorflow>=2.20,<3; sys_platform != 'linux'",
    ),
    ("jax", "cpu"): ("jax>=0.7,<1",),
    ("jax", "gpu"): ("jax[cuda12]>=0.7,<1; sys_platform == 'linux'", "jax>=0.7,<1; sys_platform != 'linux'"),
    ("torch", "cpu"): ("torch>=2.6,<3",),
    ("torch", "gpu"): ("torch>=2.6,<3",),
}


LAYER_REQUIREMENTS = {"scipy": "scipy>=1.13,<2"}
"""What some layers need besides Keras."""


FILE_REQUIREMENTS = {
    **dict.fromkeys(("picture", "mask", "area"), "pillow>=10,<14"),
    "sound": "soundfile>=0.12,<1",
}
"""What reading files needs, by what they hold."""


EXPORT_REQUIREMENTS = {"onnx": ("onnx>=1.17,<2", "onnxruntime>=1.20,<2", "tf2onnx>=1.16,<2")}
"""What formats need besides TensorFlow, which writes them all whatever the network is trained on."""


TRACKER_REQUIREMENTS = {"tensorboard": "tensorboard>=2.20,<3", "mlflow": "mlflow>=3,<4"}
"""What shows the figures of runs."""


def requirements(spec: Spec, graph: Graph, *, files: Iterable[str]) -> list[str]:
    """The requirements of a project that reads files of these kinds."""
    needed = {f"keras{asked('keras', spec.keras)}", *REQUIREMENTS, *_of_backend(spec.hardware), *_of_layers(graph)}
    needed.update(FILE_REQUIREMENTS[kind] for kind in files if kind in FILE_REQUIREMENTS)
    needed.update(*(EXPORT_REQUIREMENTS.get(name, ()) for name in spec.export))
    if spec.export and spec.hardware.backend != "tensorflow":
        needed.update(BACKEND_REQUIREMENTS["tensorflow", "cpu"])
    if spec.tracking in TRACKER_REQUIREMENTS:
        needed.add(TRACKER_REQUIREMENTS[spec.tracking])
    return sorted(needed)


def _of_layers(graph: Graph) -> set[str]:
    """What the classes of a network's layers need."""
    rules = [layer.rule for layer in graph.all_layers() if isinstance(layer, RuleLayer)]
    return {LAYER_REQUIREMENTS[package] for rule in rules for package in rule.packages}


def _of_backend(hardware: Hardware) -> tuple[str, ...]:
    """The requirements of a backend; several GPUs or machines need what one GPU needs."""
    return BACKEND_REQUIREMENTS[hardware.backend, "cpu" if hardware.device == "cpu" else "gpu"]
