"""Chooses the backend of real Keras, the referee, before anything imports it; and a seed for drawn answers."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import HealthCheck, settings

os.environ.setdefault("KERAS_BACKEND", "torch")
# Many small trainings side by side: more threads than cores make them many times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# XLA compiles each network for a few steps, on JAX and TensorFlow: it needn't do it well.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true")
# The same each time, so that a change turns a run red and not chance. Another one looks elsewhere, as `make properties`
# does at length. The processes of pytest-xdist inherit it: all of them have to draw the same.
os.environ.setdefault("LAYERWRIGHT_SEED", "1")

# What layerwright keeps for the next time is one run's own, and one for all its homes, processes and commands.
if "PYTEST_XDIST_WORKER" not in os.environ:
    CACHE = tempfile.TemporaryDirectory(prefix="layerwright-tests-", ignore_cleanup_errors=True)
    os.environ["XDG_CACHE_HOME"] = CACHE.name

# No test is red because the machine has something else to do.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# A shell has what it starts in the background ignore Ctrl-C, and so would all that the tests start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str:
    return f"answers are drawn from LAYERWRIGHT_SEED={os.environ['LAYERWRIGHT_SEED']}"


@pytest.fixture(scope="module")
def yaml_as_it_is() -> Iterator[None]:
    """A project's `config.py` has YAML take 1e-4 for a number, in all of its process: other tests come after it."""
    before = {letter: [*each] for letter, each in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    yield
    yaml.SafeLoader.yaml_implicit_resolvers = before


LONGEST = (
    *("mutations", "generated_projects", "generated_data", "hardware", "thresholds", "update", "readmes", "properties"),
    *("standards", "resume", "backbones", "checking", "extensions", "copier", "weights", "sequential_or_functional"),
)
"""The modules that take a minute and more, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Has these begin first, so that no process waits for a long one of the other. `make test` keeps the order."""
    places = {f"test_{name}.py": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))
