"""What a generated project needs installed."""

from __future__ import annotations

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


def requirements(hardware: Hardware, *, tabular: bool) -> list[str]:
    """The requirements of a project; one whose samples are rows reads tables too."""
    tables = ("pandas>=2.2,<4",) if tabular else ()
    return sorted([*REQUIREMENTS, *tables, *BACKEND_REQUIREMENTS[hardware.backend, hardware.device]])
