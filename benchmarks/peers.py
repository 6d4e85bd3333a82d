"""How long the Python call of every runtime that reads the file takes, in one process and in turns.

    python benchmarks/peers.py NETWORK.onnx...                       # one entry
    python benchmarks/peers.py --entries 1,8,64,1024 IMAGES.onnx

All on one thread, in float32, on arrays that are ready: ``Session.run``, ONNX Runtime's ``InferenceSession.run``, and
where they are installed (``pip install openvino MNN tract``) an ``InferRequest`` of OpenVINO compiled for latency, a
module of MNN in high precision (its own file, written by ``mnnconvert``), and a runnable of tract, which is told all
lengths beforehand; and of PyTorch a module that onnx2torch makes of the file, in inference mode (``pip install torch``,
and ``pip install --no-deps onnx2torch``: what it wants of torchvision is for detectors alone). A time is the median of
many calls in microseconds, a ratio the median of three rounds of what the fastest of the others takes to what lading
takes. The results are compared first; a runtime that cannot read a network, or gives other numbers, is left out and
named.

MNN installs packages with pip when it is imported, an older protobuf among them, which breaks onnx: PIP_NO_INDEX=1 in
the environment keeps it from that.
"""

from __future__ import annotations

import argparse
import functools
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networks
import numpy as np

import lading
from lading import engine
from lading.agreement.sources import to_source

Feeds = dict[str, np.ndarray]
Call = Callable[[], Any]  # gives the first output, in whatever form


def onnxruntime(path: Path, fed: Feeds, output: str) -> Call:
    session = networks.runtime(path)
    return lambda: session.run([output], fed)[0]


def openvino(path: Path, fed: Feeds, output: str) -> Call:
    import openvino as ov

    settings = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    request = ov.Core().compile_model(str(path), "CPU", settings).create_infer_request()
    return lambda: request.infer(fed, share_inputs=True, share_outputs=True)[output]


def mnn(path: Path, fed: Feeds, output: str) -> Call:
    from MNN import expr, nn

    with tempfile.TemporaryDirectory() as folder:
        own = f"{folder}/network.mnn"
        command = ["mnnconvert", "-f", "ONNX", "--modelFile", str(path), "--MNNModel", own, "--bizCode", "network"]
        subprocess.run(command, check=True, capture_output=True)
        settings = nn.create_runtime_manager(({"backend": 0, "precision": "high", "numThread": 1},))
        module = nn.load_module_from_file(own, list(fed), [output], runtime_manager=settings)
    inputs = [expr.const(array, list(array.shape), expr.NCHW) for array in fed.values()]
    return lambda: module.forward(inputs)[0].read()


def tract(path: Path, fed: Feeds, output: str) -> Call:
    import tract

    network = tract.onnx().load(str(path))
    for i, array in enumerate(fed.values()):
        network.set_input_fact(i, ",".join([*map(str, array.shape), "f32"]))
    runnable, inputs = network.into_model().into_runnable(), list(fed.values())
    return lambda: runnable.run(inputs)[0].to_numpy()  # the first output, whatever it is called there


class _NoTorchvision(types.ModuleType):
    """Stands for a package whose names are only asked for by type."""

    def __getattr__(self, name: str) -> None:
        return None


def pytorch(path: Path, fed: Feeds, output: str) -> Call:
    import torch

    for name in ("torchvision", "torchvision.ops"):
        sys.modules.setdefault(name, _NoTorchvision(name))
    import onnx2torch

    torch.set_num_threads(1)
    module = onnx2torch.convert(str(path)).eval()
    tensors = [torch.from_numpy(array) for array in fed.values()]

    def call() -> np.ndarray:
        with torch.inference_mode():
            results = module(*tensors)
        return (results if isinstance(results, torch.Tensor) else results[0]).numpy()

    return call


PEERS = {"ONNX Runtime": onnxruntime, "OpenVINO": openvino, "MNN": mnn, "tract": tract, "PyTorch": pytorch}


def calls_of(path: Path, fed: Feeds, output: str, expected: np.ndarray) -> dict[str, Call]:
    """Of each peer that runs the network and gives the same numbers."""
    calls: dict[str, Call] = {}
    for name, make in PEERS.items():
        try:
            call = make(path, fed, output)
            difference = float(np.abs(np.asarray(call()).reshape(expected.shape) - expected).max())
            if not difference < 1e-4:
                raise RuntimeError(f"other numbers, by {difference:.2g}")
            calls[name] = call
        except Exception as error:  # of any runtime, anything
            why = (str(error).strip().splitlines() or [type(error).__name__])[0][:90]
            print(f"{path.stem}: {name} not measured: {why}")
    return calls


def measure(path: Path, entries: int) -> str:
    """The row of one network with so many entries, or for one that takes one entry, 15 elements."""
    model = lading.convert(path, compare=False)
    session = model.session()
    tensors = networks.resized(model, entries, networks.SEQUENCE)
    ours = functools.partial(session.run, networks.events(model, tensors))
    output = model.output_list[0].name
    found = session.run_graph(tensors)[output]
    theirs = networks.runtime(path).get_outputs()[0].name
    fed = {name: np.ascontiguousarray(array) for name, array in to_source(model, tensors).items()}
    calls = {"lading": ours, **calls_of(path, fed, theirs, np.asarray(found))}
    rounds = [{name: networks.median(call, networks.SECONDS) for name, call in calls.items()}
              for _ in range(networks.ROUNDS)]  # fmt: skip
    return line(path.stem, entries, rounds)


HEAD = f"""| network | entries | lading | {" | ".join(PEERS)} | fastest peer / lading |
|---|---|---|{"---|" * len(PEERS)}---|"""


def line(network: str, entries: int, rounds: list[dict[str, float]]) -> str:
    """A row: the medians of the rounds, and the ratio with its spread."""
    times = [f"{np.median([each[name] for each in rounds]):.1f}" if name in rounds[0] else "–"
             for name in ("lading", *PEERS)]  # fmt: skip
    ratios = sorted(min(time for name, time in each.items() if name != "lading") / each["lading"] for each in rounds)
    spread = f"{ratios[1]:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
    return f"| {network} | {entries} | {' | '.join(times)} | {spread} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="+", type=Path)
    parser.add_argument("--entries", default="1", help="batch sizes: 1,8,64")
    asked = parser.parse_args()
    print(f"instruction set {engine.isa()}, numerics {engine.numerics()}, one thread\n{HEAD}")
    for path in asked.networks:
        for entries in map(int, asked.entries.split(",")):
            print(measure(path, entries), flush=True)


if __name__ == "__main__":
    main()
