"""From plan to Python source. Names, literals, order and what is left out are decided here; Jinja only lays out."""

from .model import Function, ModelSource, model_source
from .source import literal, variable

__all__ = ["Function", "ModelSource", "literal", "model_source", "variable"]
