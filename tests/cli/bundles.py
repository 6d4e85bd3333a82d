"""A small bundle with a self-test, as ONNX too, and events for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mirrors import one_input

from lading.endpoints import Variable
from lading.engine import Session
from lading.feed import batch_of
from lading.model import Model
from lading.sampling import store_samples

PT, ETA = np.array([1500.0, 250.0]), np.array([0.5, -7.0])


def model() -> Model:
    made = one_input(Variable("pt", "MeV", prepare=[{"divide": 1000}]), Variable("eta", "1"))
    made.name, made.version, made.record = "tau-id", "1.0", {"licence": "MIT"}
    store_samples(made, batch_of(made, {"pt": PT, "eta": ETA}), Session(made))
    return made


def write(folder: Path) -> Path:
    """The folder with tau-id/, tau-id.lading, tau-id.onnx, taus.csv and wrong.onnx."""
    made = model()
    made.save(folder / "tau-id")
    made.save(folder / "tau-id.lading")
    made.export(folder / "tau-id.onnx")
    lines = ["pt,eta,run", *(f"{pt},{eta},7" for pt, eta in zip(PT, ETA, strict=True))]
    (folder / "taus.csv").write_text("\n".join(lines) + "\n")
    (folder / "wrong.onnx").write_bytes(b"\x08\x08no")
    return folder
