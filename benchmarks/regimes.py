"""Two harder regimes, beside ONNX Runtime, in C, on one thread: cold caches, and no AVX-512.

    python benchmarks/regimes.py NETWORK.onnx...                  # one entry, after something else has used the caches
    LADING_ISA=avx2 python benchmarks/regimes.py NETWORK.onnx...  # lading's kernels of AVX2; 1, 16 and 1024 entries

Between two calls of the first table, 8 MB of other memory are written; a call is timed alone. In the second, ONNX
Runtime takes whatever the CPU has, and the share of the peak is the network's products over the fused multiply-adds
that ``peak.cpp`` reaches with AVX2. Ratios are medians of three rounds of ``native.cpp``, with the lowest and highest.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import floors
import networks

import lading
from lading import engine

COLD, NARROW = "cold", "avx2"


def row(name: str, kind: str, found: dict[str, float], more: str = "") -> str:
    """A row in Markdown, times in microseconds."""
    return (f"| {name} | {kind} | {found['lading']:.1f} | {found['onnxruntime']:.1f} "
            f"| {found['ratio']:.2f} ({found['lowest']:.2f}–{found['highest']:.2f}) |{more}")  # fmt: skip


def measure(path: Path, folder: Path, program: Path, peak: float) -> None:
    """Prints the rows of one network. ``peak``: GFLOP/s with AVX2, or 0 where caches are cold."""
    model = lading.convert(path, compare=False)
    model.save(bundle := folder / path.stem)
    peer = networks.runtime(path)
    for entries in (1, 16, 1024) if peak and model.batched else (1,):
        tensors = networks.resized(model, entries, networks.SEQUENCE)
        found = networks.in_c(program, path, bundle, model, peer, tensors, *([] if peak else [COLD]))
        share = f" {floors.flops(model, tensors) / found['lading'] / 1e3 / peak:.0%} |" if peak else ""
        print(row(path.stem, f"{entries} entries" if model.batched else "15 elements", found, share), flush=True)


HEAD = "| network | size | lading | ONNX Runtime | ratio |"

if __name__ == "__main__":
    narrow = os.environ.get("LADING_ISA") == NARROW
    print(f"instruction set {engine.isa()}, numerics {engine.numerics()}, one thread")
    print(f"{HEAD} of the peak of AVX2 |\n|---|---|---|---|---|---|" if narrow else f"{HEAD}\n|---|---|---|---|---|")
    most = floors.peaks([], "-mno-avx512f")[0] if narrow else 0.0
    with tempfile.TemporaryDirectory() as made:
        built = networks.build(Path(made))
        for each in sys.argv[1:]:
            measure(Path(each), Path(made), built, most)
