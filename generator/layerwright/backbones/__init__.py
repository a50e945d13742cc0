"""The pretrained bodies of keras.applications: what a plan has to know of each.

The table was read off real Keras by `make backbones`; `tests/test_backbones.py` compares it again.
"""

from __future__ import annotations

from .backbone import Backbone
from .table import TABLE

BACKBONES = {each.constructor: each for each in TABLE}

__all__ = ["BACKBONES", "Backbone"]
