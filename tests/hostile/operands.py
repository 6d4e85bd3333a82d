"""Tensors that are fed to single nodes, and the ends of int64."""

from __future__ import annotations

import numpy as np

F, I, B = np.float32, np.int64, np.bool_  # noqa: E741
LOW, HIGH = -(2**63), 2**63 - 1

X, ROW = np.ones((3, 4), F), np.ones(4, F)
CUBE, IMAGE, KERNEL = np.ones((2, 3, 4), F), np.ones((1, 4, 6, 6), F), np.ones((8, 4, 3, 3), F)
STEPS, GATES, STATES = np.ones((3, 2, 5), F), np.ones((1, 8, 5), F), np.ones((1, 8, 2), F)
