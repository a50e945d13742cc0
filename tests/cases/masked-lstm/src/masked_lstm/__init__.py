"""Builds, trains and evaluates the network. Start with model.py."""

import os

# Keras reads it at its first import, so this has to come before that.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
