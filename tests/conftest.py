"""Chooses the backend of real Keras, the referee, before anything imports it; and a seed for drawn answers."""

from __future__ import annotations

import os
import signal

os.environ.setdefault("KERAS_BACKEND", "torch")
# Many small trainings side by side: more threads than cores make them many times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# The same each time, so that a change turns a run red and not chance. Another one looks elsewhere, as `make properties`
# does at length. The processes of pytest-xdist inherit it: all of them have to draw the same.
os.environ.setdefault("LAYERWRIGHT_SEED", "1")

# A shell has what it starts in the background ignore Ctrl-C, and so would all that the tests start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str:
    return f"answers are drawn from LAYERWRIGHT_SEED={os.environ['LAYERWRIGHT_SEED']}"
