"""Chooses the backend of real Keras, the referee, before anything imports it."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "torch")
# Many small trainings side by side: more threads than cores make them many times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")
