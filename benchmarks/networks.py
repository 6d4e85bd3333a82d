"""How long one call takes, beside ONNX Runtime, in the same process and in turns.

    python benchmarks/networks.py examples/tagger/*.onnx
    python benchmarks/networks.py --json results.json network.onnx …

Both run on one thread on prepared tensors, by their own Python call: ``InferenceSession.run`` and the engine's
``run_graph``. Rows are batch sizes, or numbers of elements for networks without an entry axis. Every row is the
median of many calls, the two taking turns, and the ratio of the medians of three rounds with its spread. Times of a
shared machine are noise; ratios in one run are not.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import lading
from lading import engine
from lading.agreement.cases import cases_of
from lading.agreement.sources import to_source
from lading.model import Model

BATCHES, LENGTHS = (1, 8, 64, 1024), (1, 5, 15, 40)
ROUNDS, SECONDS = 3, 0.25
SEQUENCE = 15  # elements of each entry of a batch


def runtime(path: Path) -> Any:
    """ONNX Runtime on one thread, with all of its optimisations."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def resized(model: Model, entries: int, length: int) -> dict[str, np.ndarray]:
    """Inputs of ``entries`` entries with ``length`` elements each."""
    case = next(case for case in cases_of(model) if case.entries == 1)
    random, made = np.random.default_rng(1), {}
    for given in model.input_list:
        shape = [entries if use == model.entry_axis else length if use == model.sequence_axis(given.axes) else size
                 for use, size in zip(given.axes, case.tensors[given.name].shape, strict=True)]
        ones = given.mask is not None or "mask" in given.name
        made[given.name] = np.ones(shape, np.float32) if ones else np.float32(random.normal(size=shape))
    return made


def median(call: Callable[[], Any], seconds: float) -> float:
    """Microseconds of one call."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e6 * statistics.median(times)


def compared(model: Model, session: Any, peer: Any, tensors: dict[str, np.ndarray]) -> dict[str, float]:
    """Both in turns: their times, and how many times longer the peer takes."""
    fed = to_source(model, tensors)
    names = {each.name for each in peer.get_inputs()}
    fed = {name: array for name, array in fed.items() if name in names}
    calls = (lambda: session.run_graph(tensors)), (lambda: peer.run(None, fed))
    for call in calls:
        call()
    rounds = [[median(call, SECONDS) for call in calls] for _ in range(ROUNDS)]
    ratios = sorted(theirs / ours for ours, theirs in rounds)
    ours, theirs = (statistics.median(each) for each in zip(*rounds, strict=True))
    return {"lading": ours, "onnxruntime": theirs, "ratio": ratios[1], "lowest": ratios[0], "highest": ratios[-1]}


def measure(path: Path) -> list[dict[str, Any]]:
    """The rows of one network."""
    model = lading.convert(path, compare=False)
    session, peer = model.session(), runtime(path)
    rows = []
    for size in BATCHES if model.batched else LENGTHS:
        tensors = resized(model, size, SEQUENCE) if model.batched else resized(model, 1, size)
        try:
            found = compared(model, session, peer, tensors)
        except Exception as error:  # a length that the file fixes, or one too short for its TopK
            print(f"{path.stem} {size}: not measured: {str(error).splitlines()[0][:90]}")
            continue
        rows.append({"network": path.stem, "size": size, "kind": "entries" if model.batched else "elements", **found})
        spread = f"({found['lowest']:.2f} to {found['highest']:.2f})"
        print(f"{path.stem:28} {size:5} {rows[-1]['kind']:8} {found['lading']:9.1f} us  ONNX Runtime "
              f"{found['onnxruntime']:9.1f} us  {found['ratio']:5.2f}x {spread}", flush=True)  # fmt: skip
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The rows in Markdown."""
    lines = ["| network | size | lading µs | ONNX Runtime µs | ratio | spread |", "|---|---|---|---|---|---|"]
    lines += [f"| {r['network']} | {r['size']} {r['kind']} | {r['lading']:.1f} | {r['onnxruntime']:.1f} "
              f"| {r['ratio']:.2f} | {r['lowest']:.2f}–{r['highest']:.2f} |" for r in rows]  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="+", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--table", type=Path)
    wanted = parser.parse_args()
    print(f"instruction set {engine.isa()}, numerics {engine.numerics()}, one thread")
    rows = [row for path in wanted.networks for row in measure(path)]
    if wanted.json:
        wanted.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if wanted.table:
        wanted.table.write_text(table(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
