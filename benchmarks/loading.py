"""From a file to the first result in C, and the memory that a model holds, beside ONNX Runtime.

    python benchmarks/loading.py examples/tagger/*.onnx

One entry; each in fresh processes that take turns (``loading.cpp``), on one thread. Memory is what the process holds
more than before it loaded the network: weights, what is packed of them, plans, and the memory of one evaluation.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from networks import SEQUENCE, build, described, library, resized, runtime, said

import lading

PROCESSES = 15


def measure(path: Path, folder: Path, program: Path) -> dict[str, Any]:
    """Milliseconds and kilobytes of both, the ratio of times with its spread, and bytes of the files."""
    model = lading.convert(path, compare=False)
    model.save(bundle := folder / path.stem)
    fed = described(model, runtime(path), resized(model, 1, SEQUENCE))
    ways = {"lading": ["lading", bundle], "onnxruntime": [library(), path]}
    found: dict[str, list[list[float]]] = {name: [] for name in ways}
    for _ in range(PROCESSES):
        for name, way in ways.items():
            found[name].append([float(number) for number in said([program, *way], fed)[0].split()])
    row: dict[str, Any] = {"network": path.stem, "weights": (bundle / "weights.safetensors").stat().st_size}
    for name, each in found.items():
        row[name] = dict(zip(("ms", "kilobytes"), (statistics.median(x) for x in zip(*each, strict=True)), strict=True))
    ratios = sorted(theirs[0] / ours[0] for ours, theirs in zip(*found.values(), strict=True))
    quarter = len(ratios) // 4
    row |= {"ratio": statistics.median(ratios), "lowest": ratios[quarter], "highest": ratios[-1 - quarter]}
    return row


HEAD = """| network | weights, MB | lading, ms | ONNX Runtime, ms | ratio | lading holds, MB | ONNX Runtime holds, MB |
|---|---|---|---|---|---|---|"""


def line(row: dict[str, Any]) -> str:
    """A row in Markdown."""
    times, memory = ([row[name][what] for name in ("lading", "onnxruntime")] for what in ("ms", "kilobytes"))
    cells = [row["network"], f"{row['weights'] / 1e6:.2f}", *(f"{each:.1f}" for each in times),
             f"{row['ratio']:.2f} ({row['lowest']:.2f}–{row['highest']:.2f})",
             *(f"{each * 1024 / 1e6:.1f}" for each in memory)]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def measured(paths: list[Path]) -> list[dict[str, Any]]:
    """The rows of all networks."""
    with tempfile.TemporaryDirectory() as folder:
        program = build(Path(folder), "loading")
        return [measure(path, Path(folder), program) for path in paths]


if __name__ == "__main__":
    print(HEAD)
    for each in measured([Path(each) for each in sys.argv[1:]]):
        print(line(each))
