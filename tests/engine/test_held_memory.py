"""What a loaded model holds is bounded: its file, one packed copy of its weights, and little else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from written_network import Network, numbers

from lading.engine import Session

PROGRAM = """
import sys
import numpy as np
import lading
def resident():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmRSS"))
def scored(where):
    session = lading.load(where).session()
    session.run_graph({"x": np.ones((1, int(sys.argv[3])), np.float32)})
    return session
small = scored(sys.argv[1])
before = resident()
large = scored(sys.argv[2])
print(resident() - before)
"""


def turned(width: int, layers: int) -> Network:
    """Layers whose weights lie as training libraries write them, [outputs, inputs]."""
    net = Network("turned")
    x = net.input("x", "jet", width)
    for _ in range(layers):
        x = net.node("Gemm", x, net.weight(width, width), net.weight(width), transB=1)
        x = net.node("Tanh", x)
    net.output(x, "jet", width)
    return net


@pytest.mark.parametrize(("width", "layers"), [(384, 12), (1200, 2), (96, 40)])
def test_a_model_holds_its_file_and_one_packed_copy(tmp_path: Path, width: int, layers: int) -> None:
    large = turned(width, layers).model
    turned(width, 1).model.save(tmp_path / "small")
    large.save(tmp_path / "large")
    told = subprocess.run([sys.executable, "-c", PROGRAM, tmp_path / "small", tmp_path / "large", str(width)],
                          capture_output=True, text=True, check=True)  # fmt: skip
    file = (tmp_path / "large" / "weights.safetensors").stat().st_size
    assert int(told.stdout) < 2.5 * file
    assert int(told.stdout) > file  # what is measured is there at all


def test_layers_whose_turned_weights_are_gone_still_run() -> None:
    net = turned(64, 3)
    session, weights = Session(net.model), list(net.model.weights.values())
    x = expected = numbers(5, 9, 64, low=-1, high=1).astype(np.float32)
    for w, b in zip(weights[::2], weights[1::2], strict=True):
        expected = np.tanh(expected.astype(np.float64) @ w.T + b)
    for _ in range(2):
        np.testing.assert_allclose(next(iter(session.run_graph({"x": x}).values())), expected, atol=1e-5)
