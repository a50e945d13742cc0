"""What a generated project needs installed."""

from __future__ import annotations

from collections.abc import Iterable

from ..graph import Graph, RuleLayer
from ..spec import Hardware

REQUIREMENTS = (
    *("keras>=3.15,<4", "matplotlib>=3.8,<4", "numpy>=1.26,<3"),
    *("pandas>=2.2,<4", "pyarrow>=17,<27", "pyyaml>=6,<7"),
)
"""What every project needs besides its backend. Ranges start at what the project is tested with."""

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


def requirements(hardware: Hardware, graph: Graph, *, files: Iterable[str]) -> list[str]:
    """The requirements of a project that reads files of these kinds."""
    reading = {FILE_REQUIREMENTS[kind] for kind in files if kind in FILE_REQUIREMENTS}
    rules = [layer.rule for layer in graph.all_layers() if isinstance(layer, RuleLayer)]
    needed = {LAYER_REQUIREMENTS[package] for rule in rules for package in rule.packages}
    return sorted([*REQUIREMENTS, *reading, *needed, *BACKEND_REQUIREMENTS[hardware.backend, hardware.device]])
