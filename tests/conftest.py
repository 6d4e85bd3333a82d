"""Keras computes on PyTorch in these tests: TensorFlow, where it looks first, is not installed."""

import os

os.environ.setdefault("KERAS_BACKEND", "torch")
