"""PyTorch itself, asked for a module's numbers in single and in double precision."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...agreement import OracleFailed
from .calls import Call, array_of, outputs_of
from .exporting import quiet
from .flat import inference
from .packages import name_of


class TorchOracle:
    """Runs a module as the call says; inputs and outputs have the names that the converted model gives them."""

    def __init__(self, module: Any, call: Call, where: str):
        import torch

        self._module, self._call, self._where = module, call, where
        self._double: Any = None
        self.name = name_of(torch)

    @property
    def example(self) -> dict[str, np.ndarray]:
        """The example that the module was converted with."""
        return self._call.arrays

    def run(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return self._run(self._module, tensors, double=False)

    def run_double(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        if self._double is None:
            try:
                with quiet():
                    self._double = copy.deepcopy(self._module).double()
            except Exception as error:  # modules may hold what cannot be copied
                raise OracleFailed(f"no copy of the module in double precision: {error}") from None
        return self._run(self._double, tensors, double=True)

    def close(self) -> None:
        self._double = None

    def _run(self, module: Any, tensors: Mapping[str, np.ndarray], double: bool) -> dict[str, np.ndarray]:
        import torch

        fed = []
        for name, like in zip(self._call.names, self._call.tensors, strict=True):
            kind = torch.float64 if double and like.dtype == torch.float32 else like.dtype
            fed.append(torch.tensor(tensors[name]).to(device=like.device, dtype=kind))
        args, kwargs = self._call.arguments(fed)
        try:
            with inference(module), quiet():
                names, results = outputs_of(module(*args, **kwargs), self._where)
        except Exception as error:  # whatever a module may raise on lengths that it cannot do with
            raise OracleFailed(str(error).strip().partition("\n")[0][:200] or type(error).__name__) from None
        taken = self._call.names
        return {f"{name}_output" if name in taken else name: array_of(tensor)
                for name, tensor in zip(names, results, strict=True)}  # fmt: skip
