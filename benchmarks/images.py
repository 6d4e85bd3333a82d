"""How long a network of convolutions takes, beside ONNX Runtime and OpenVINO, in one process and in turns.

    python benchmarks/images.py NETWORK.onnx...

All run on one thread by their Python calls: ``Session.run``, ``InferenceSession.run``, and an ``InferRequest``
of OpenVINO (``pip install openvino``; left out where it is not there) compiled for latency in float32. A time is the
median of many calls in microseconds, a ratio the median of three rounds of what the faster peer takes to what lading
takes. The results are compared.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networks
import numpy as np

import lading
from lading import engine
from lading.agreement.sources import to_source

BATCHES = (1, 8, 64, 1024)


def openvino(path: Path) -> Callable[[dict[str, np.ndarray]], Any] | None:
    """A call of OpenVINO on one thread, if it is installed."""
    try:
        import openvino as ov
    except ImportError:
        return None
    settings = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    request = ov.Core().compile_model(str(path), "CPU", settings).create_infer_request()
    return lambda fed: request.infer(fed, share_inputs=True, share_outputs=True)


def measure(path: Path) -> list[str]:
    """The rows of one network, in Markdown."""
    model = lading.convert(path, compare=False)
    session, runtime, other = model.session(), networks.runtime(path), openvino(path)
    rows = []
    for entries in BATCHES:
        tensors = networks.resized(model, entries, networks.SEQUENCE)
        fed = to_source(model, tensors)
        calls = [lambda: session.run(tensors), lambda: runtime.run(None, fed)]  # noqa: B023
        if other:
            calls.append(lambda: other(fed))  # noqa: B023
        _, expected, *more = (call() for call in calls)
        ours = session.run_graph(tensors)
        for each in more:
            assert np.abs(next(iter(each.values())) - expected[0]).max() < 1e-4
        assert np.abs(next(iter(ours.values())) - expected[0]).max() < 1e-4
        rows.append(line(path.stem, entries, [[networks.median(call, networks.SECONDS) for call in calls]
                                              for _ in range(networks.ROUNDS)]))  # fmt: skip
        print(rows[-1], flush=True)
    return rows


HEAD = "| network | entries | lading | ONNX Runtime | OpenVINO | faster peer / lading |\n|---|---|---|---|---|---|"


def line(network: str, entries: int, rounds: list[list[float]]) -> str:
    """A row: the medians of the rounds, and the ratio with its spread."""
    times = [f"{np.median(each):.1f}" for each in zip(*rounds, strict=True)]
    ratios = sorted(min(peers) / ours for ours, *peers in rounds)
    spread = f"{ratios[1]:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
    return f"| {network} | {entries} | {' | '.join([*times, ''][:3])} | {spread} |"


if __name__ == "__main__":
    print(f"instruction set {engine.isa()}, numerics {engine.numerics()}, one thread\n{HEAD}")
    for each in sys.argv[1:]:
        measure(Path(each))
