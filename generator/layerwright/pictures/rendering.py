"""Pictures by Graphviz, which comes with pygraphviz: the extra `pictures`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ..faults import MissingProgram
from ..problems import AnswersError, Problem
from .dot import dot
from .drawing import Drawing
from .mermaid import mermaid

FORMATS = ("svg", "png", "pdf")
"""What Graphviz draws."""

DOTS_PER_INCH = 200
"""Of a PNG: a column of a paper is some 3.5 inches wide."""


def picture(drawn: Drawing | Mapping[str, Drawing], form: str) -> str | bytes:
    """A drawing, or several side by side, as text for Mermaid or Graphviz, or as a picture."""
    if form == "mermaid":
        return mermaid(drawn)
    return dot(drawn) if form == "dot" else rendered(dot(drawn), form)


def rendered(text: str, form: str) -> bytes:
    """The picture that a text in DOT describes. Raises AnswersError if Graphviz isn't installed."""
    try:
        import pygraphviz  # type: ignore[import-untyped]
    except ImportError as error:
        what, mend = "pictures are drawn by Graphviz, which isn't installed", "pip install 'layerwright[pictures]'"
        raise AnswersError([Problem("--format", MissingProgram, f"{form}: {what}", mend)]) from error
    graph = pygraphviz.AGraph(string=text)
    if form == "png":
        graph.graph_attr["dpi"] = str(DOTS_PER_INCH)
    with _muted():
        return bytes(graph.draw(format=form, prog="dot"))


@contextmanager
def _muted() -> Iterator[None]:
    """Nothing is said of fonts that this machine lacks, by Python or by a library in C: others are taken."""
    before, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)
