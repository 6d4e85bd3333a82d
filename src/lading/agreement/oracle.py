"""The source's own runtime, as a model that was converted is compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

Tensors = Mapping[str, np.ndarray]


class OracleFailed(Exception):
    """The oracle cannot run a case: why, in one line."""


class Oracle(Protocol):
    """The source's own runtime. One that has an ``example``, inputs by the source's names, is asked for it first."""

    name: str

    def run(self, tensors: Tensors) -> dict[str, np.ndarray]:
        """Outputs under the source's names, for inputs under the source's names. Raises OracleFailed."""

    def run_double(self, tensors: Tensors) -> dict[str, np.ndarray]:
        """The same in double precision throughout. Raises OracleFailed where that cannot be had."""

    def close(self) -> None:
        """Frees what it holds."""
