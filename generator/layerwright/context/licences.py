"""The licences whose text a project can bring."""

from __future__ import annotations

from ..spec import Spec

TEXTS = {
    "Apache-2.0": "Apache-2.0",
    "BSD-2-Clause": "BSD-2-Clause",
    "BSD-3-Clause": "BSD-3-Clause",
    "GPL-3.0-only": "GPL-3.0",
    "GPL-3.0-or-later": "GPL-3.0",
    "ISC": "ISC",
    "MIT": "MIT",
    "MPL-2.0": "MPL-2.0",
    "Unlicense": "Unlicense",
}
"""SPDX names, and their files in templates/licenses."""


def holder(spec: Spec) -> str:
    """Whose the project is, to a licence. It says no year: a project made again in another one has to be the same."""
    return spec.author.strip() or f"the authors of {spec.project_name}"
