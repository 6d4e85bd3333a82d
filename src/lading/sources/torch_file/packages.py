"""The packages that the reader of PyTorch needs."""

from __future__ import annotations

import importlib.util
from typing import Any

from ...errors import MissingPackage

#: For tracing a module, and for writing what was traced in ONNX's operators.
NEEDED = ("torch", "onnx", "onnxscript")


def need(where: str, packages: tuple[str, ...] = NEEDED) -> Any:
    """The package torch, imported. Raises MissingPackage with one line that says what to install."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        listed = " and ".join(missing)
        raise MissingPackage(f"{where}: reading models of PyTorch needs {listed}: pip install 'lading[torch]' "
                             "(without a GPU, take torch from https://download.pytorch.org/whl/cpu)")
    import torch

    return torch


def name_of(torch: Any) -> str:
    """ "PyTorch 2.13.0"."""
    return f"PyTorch {str(torch.__version__).partition('+')[0]}"
