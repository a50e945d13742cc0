"""`python -m layerwright`."""

from .cli import run

run()
