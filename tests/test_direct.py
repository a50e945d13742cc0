"""Protects what `check` compares projects with: source formatted by functions is as Black formats it as a whole.

That the files are Copier's, to the byte, is in `test_copier.py`, where projects are made in all ways anyhow.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from layerwright.direct import formatted_by_pieces
from layerwright.jinja import formatted

from .workbench import REPOSITORY

SOURCES = {
    "nothing": "",
    "no function": "import os\nx = {'a':1}\n",
    "one after the other": "import os\ndef f(a,b): return a\ndef g():\n    pass\nx=1\nclass A: x=1\n",
    "decorated": "import functools\n@cache\n@other(1,\n 2)\ndef f(): return 1\n@x\nclass B(  A ): pass\ny = 2",
    "comments": "# first\ndef f():\n    return 1 # why\n# of g\ndef g():\n  # a\n  return 2\n# last\nx=1\n",
    "a comment at the end": "def g():\n  return 2\n\n  # ends\n# last\nx=1\n",
    "stubs": "def f(): ...\ndef g(): ...\nasync def h(): return  1\nif x:\n    def k(): pass\n",
    "what stands in": "x = '''\ndef stand_in_0():\n    return 0\n'''\ndef f(): return 1\n",
    "docstring": '"""About."""\nfrom a import (b,)\n\n\n\ndef f(): "x"\n',
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_pieces_are_formatted_as_the_whole(source: str) -> None:
    assert formatted_by_pieces(source) == formatted(source)


@pytest.mark.parametrize("path", sorted((REPOSITORY / "tests" / "references").glob("*.py")), ids=lambda path: path.stem)
def test_so_are_files_of_people(path: Path) -> None:
    assert formatted_by_pieces(path.read_text()) == formatted(path.read_text())
