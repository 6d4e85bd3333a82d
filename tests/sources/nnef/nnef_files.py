"""Models in NNEF, written by the package nnef and by hand, and its interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import nnef
import numpy as np

from lading.sources.nnef_file.oracle import COMPOUND


def write(folder: Path, body: str, tensors: Mapping[str, np.ndarray] | None = None, inputs: str = "x",
          outputs: str = "y", before: str = "") -> Path:
    """A model of these assignments, and of a tensor file for each array."""
    folder.mkdir(parents=True, exist_ok=True)
    text = f"version 1.0;\n{before}\ngraph net( {inputs} ) -> ( {outputs} )\n{{\n{body}\n}}\n"
    (folder / "graph.nnef").write_text(text)
    for label, array in (tensors or {}).items():
        file = folder / f"{label}.dat"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            nnef.write_tensor(stream, array)
    return folder


def interpreted(folder: Path, *inputs: np.ndarray) -> list[np.ndarray]:
    """What Khronos' interpreter gives."""
    with nnef.Session(str(folder), stdlib="", lowered=list(COMPOUND)) as session:
        return [result.copy() for result in session(*inputs)]


def numbers(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)
