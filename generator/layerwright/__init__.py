"""Scaffolds Keras 3 projects from answers about a network's inputs, outputs, branching, sharing and backbone."""

__version__ = "0.1.0"
