"""A network as a picture: Mermaid for pages, DOT for Graphviz, and drawn by it as SVG, PNG or PDF."""

from .dot import dot, dots
from .drawing import Drawing, drawing
from .mermaid import mermaid, mermaids
from .rendering import FORMATS, rendered

__all__ = ["FORMATS", "Drawing", "dot", "dots", "drawing", "mermaid", "mermaids", "rendered"]
