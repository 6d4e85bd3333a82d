"""JAX itself, asked for a function's numbers in single and in double precision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...agreement import OracleFailed
from .functions import Function


class JaxOracle:
    """Runs a function; inputs and outputs have the names that the converted model gives them."""

    def __init__(self, function: Function):
        import jax

        self._function = function
        self.name = f"JAX {jax.__version__}"
        self.example = function.arrays

    def run(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return self._run(list(self._function.weights.values()), tensors, lambda array: array)

    def run_double(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        import jax

        before = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", True)
        try:
            return self._run([_wide(each) for each in self._function.weights.values()], tensors, _wide)
        finally:
            jax.config.update("jax_enable_x64", before)

    def close(self) -> None:
        pass

    def _run(self, weights: list[np.ndarray], tensors: Mapping[str, np.ndarray], as_fed: Any) -> dict[str, np.ndarray]:
        fed = [as_fed(tensors[name]) for name in self._function.arrays]
        try:
            names, results = self._function.outputs(self._function.call(weights, fed))
        except Exception as error:  # whatever a function may raise on lengths that it cannot do with
            raise OracleFailed(str(error).strip().partition("\n")[0][:200] or type(error).__name__) from None
        return {name: np.asarray(each) for name, each in zip(names, results, strict=True)}


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64) if array.dtype == np.float32 else array
