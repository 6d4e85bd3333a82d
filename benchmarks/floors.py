"""What no program could beat here: a network's arithmetic at the peak of one core, and one reading of its weights.

    python benchmarks/floors.py NETWORK.onnx ...   # after run.py has measured them

For each row of results/latency.json: multiply-adds over the fused multiply-adds that ``peak.cpp`` reaches, and the
weights over the speed at which it reads as many bytes again and again. What is measured stands beside the greater one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from math import prod
from pathlib import Path
from typing import Any

import networks
import numpy as np

import lading
from lading.bundle.encode import encode_model
from lading.bundle.evaluate import Bundle, run_nodes
from lading.graph import Node
from lading.model import Model

HERE = Path(__file__).parent
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def flops(model: Model, tensors: dict[str, np.ndarray]) -> int:
    """Multiplications and additions of all products of one evaluation; what is done element by element is left out."""
    values: dict[str, Any] = {**model.weights, **tensors}
    run_nodes(Bundle(encode_model(model, None, None), model.weights), "main", values)
    return sum(_of(node, [np.shape(values[name]) if isinstance(name, str) and name else np.shape(name)
                          for name in node.inputs], np.shape(values[node.outputs[0]]))
               for node in model.graphs["main"].nodes)  # fmt: skip


def _of(node: Node, given: list[tuple[int, ...]], made: tuple[int, ...]) -> int:
    if node.operator == "MatMul":
        return 2 * prod(made) * given[0][-1]
    if node.operator == "Gemm":
        return 2 * prod(made) * given[0][0 if node.attributes.get("transA") else 1]
    if node.operator == "Conv":
        return 2 * prod(made) * prod(given[1][1:])
    if node.operator in GATES:
        steps, entries, inputs = given[0]
        directions, _, hidden = given[2]
        return 2 * steps * entries * directions * GATES[node.operator] * hidden * (inputs + hidden)
    if node.operator == "Attention":  # [.., length, width] or with heads; scores, then values
        return 2 * prod(given[0]) * given[1][-2] + 2 * prod(made) * given[1][-2]
    return 0


def peaks(sizes: list[int], *flags: str) -> tuple[float, dict[int, float]]:
    """Multiplications and additions a nanosecond, and bytes a nanosecond by the size that is read."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "peak"
        flags = ("-O3", "-march=native", *flags, "-std=c++17")
        subprocess.run(["c++", *flags, HERE / "peak.cpp", "-o", program], check=True)
        said = subprocess.run([program, *map(str, sizes)], check=True, capture_output=True, text=True).stdout.split()
    return float(said[0]), dict(zip(sizes, map(float, said[1:]), strict=True))


def rows_of(paths: list[Path], measured: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each measured one: {network, size, kind, flops, bytes, floors in microseconds, measured}."""
    rows = []
    for path in paths:
        model = lading.convert(path, compare=False)
        weights = sum(array.nbytes for array in model.weights.values())
        one = flops(model, networks.resized(model, 1, networks.SEQUENCE)) if model.batched else None
        for row in (row for row in measured if row["network"] == path.stem):
            made = one * row["size"] if one else flops(model, networks.resized(model, 1, row["size"]))
            rows.append({"network": path.stem, "size": row["size"], "kind": row["kind"], "flops": made,
                         "bytes": weights, "measured": row["c"]["lading"],
                         "peer": row["c"]["onnxruntime"]})  # fmt: skip
    speed, reading = peaks(sorted({row["bytes"] for row in rows}))
    for row in rows:
        row["arithmetic"], row["weights"] = row["flops"] / speed / 1e3, row["bytes"] / reading[row["bytes"]] / 1e3
    read = ", ".join(f"{size / 1e6:.2f} MB at {found:.0f} GB/s" for size, found in reading.items())
    print(f"{speed:.0f} GFLOP/s; {read}")
    return rows


COLUMNS = ("network", "size", "MFLOP", "at the peak, µs", "weights, kB", "read once, µs", "measured, µs",
           "of the floor", "gained on ONNX Runtime", "at the floor")  # fmt: skip
HEAD = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"


def line(row: dict[str, Any]) -> str:
    """A row in Markdown."""
    floor = max(row["arithmetic"], row["weights"])
    took = row["measured"]
    return (f"| {row['network']} | {row['size']} {row['kind']} | {row['flops'] / 1e6:.3g} | {row['arithmetic']:.3g} "
            f"| {row['bytes'] / 1e3:.0f} | {row['weights']:.3g} | {took:.1f} | {floor / took:.0%} "
            f"| {row['peer'] / took:.2f} | {row['peer'] / floor:.2f} |")


def table(rows: list[dict[str, Any]]) -> str:
    """All rows, and the peaks that they are held against."""
    return "\n".join([HEAD, *map(line, rows)])


def main() -> None:
    measured = json.loads((HERE / "results" / "latency.json").read_text(encoding="utf-8"))["rows"]
    print(table(rows_of([Path(each) for each in sys.argv[1:]], measured)))


if __name__ == "__main__":
    main()
