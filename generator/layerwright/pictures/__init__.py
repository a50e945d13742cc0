"""A network as a picture: Mermaid for pages, DOT for Graphviz, and drawn by it as SVG, PNG or PDF."""

from .dot import dot
from .drawing import Drawing, drawing
from .mermaid import mermaid
from .rendering import FORMATS, picture, rendered

__all__ = ["FORMATS", "Drawing", "dot", "drawing", "mermaid", "picture", "rendered"]
