"""What a generated project needs installed."""

from __future__ import annotations

from ..graph import Graph, RuleLayer
from ..spec import Hardware

REQUIREMENTS = ("keras>=3.15,<4", "matplotlib>=3.8,<4", "numpy>=1.26,<3", "pyyaml>=6,<7")
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


def requirements(hardware: Hardware, graph: Graph, *, tabular: bool) -> list[str]:
    """The requirements of a project; one whose samples are rows reads tables too."""
    tables = ("pandas>=2.2,<4",) if tabular else ()
    rules = [layer.rule for layer in graph.all_layers() if isinstance(layer, RuleLayer)]
    needed = {LAYER_REQUIREMENTS[package] for rule in rules for package in rule.packages}
    return sorted([*REQUIREMENTS, *tables, *needed, *_of_backend(hardware)])


def _of_backend(hardware: Hardware) -> tuple[str, ...]:
    """The requirements of a backend; several GPUs or machines need what one GPU needs."""
    return BACKEND_REQUIREMENTS[hardware.backend, "cpu" if hardware.device == "cpu" else "gpu"]
